//! Counted lists: "1. … 2. … 3. …", "a) … b) …", "① … ②", "Step 1: …", at the beginning of a line or inside it.
//!
//! A figure that counts nothing looks the same: "Serves 1. Sleeps 2. Soft." So a mark is one only where a list really runs;
//! in doubt the text stays whole, for half a claim is worse than a list on one line.

/// The length of a mark at the beginning of a text, and its number, from 1.
type Mark = fn(&str) -> Option<(usize, u32)>;

const MARKS: [Mark; 6] = [stopped, bracketed, letter, roman, boxed, step];

/// Where the marks of a line stand.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Start and length of each, in bytes.
    pub(super) list: Vec<(usize, usize)>,
    /// What stands before the first leads to the list and ends nothing: "How to use 1) Open 2) Pour".
    pub(super) leads: bool,
}

/// Whether a line begins as an item of a counted list may.
pub(super) fn begins(line: &str) -> bool {
    MARKS.iter().any(|mark| mark(line).is_some())
}

/// The number with a full stop at which a line begins. "1. Platz" alone is no item; with a line "2. …" beside it, it is one.
pub(super) fn first(line: &str) -> Option<u32> {
    stopped(line).map(|(_, number)| number)
}

/// The marks of a line; `others` are the numbers at which lines of the same text begin.
pub(super) fn marks(line: &str, others: &[u32]) -> Marks {
    if let Some((length, number)) = stopped(line) {
        let beside = [number.checked_sub(1), number.checked_add(1)];
        if beside.iter().flatten().any(|number| others.contains(number)) {
            return Marks { list: vec![(0, length)], leads: false };
        }
    }
    if let Some(found) = MARKS.iter().find_map(|&mark| running(line, mark)) {
        return found;
    }
    // One with a bracket, a box or a word counts at the beginning of a line whatever follows: no figure of a text is written so.
    let alone = [bracketed as Mark, letter, roman, boxed, step].into_iter().find_map(|mark| mark(line));
    // "🔟 reasons": no list begins with ten.
    let alone = alone.filter(|&(_, number)| number < 10);
    Marks { list: alone.map(|(length, _)| (0, length)).into_iter().collect(), leads: false }
}

/// The marks of one kind that count up from 1, where they are a list.
fn running(line: &str, mark: Mark) -> Option<Marks> {
    let mut list: Vec<(usize, usize)> = Vec::new();
    let mut next = 1;
    for (at, _) in line.char_indices() {
        let before = line[..at].trim_end();
        let gap = before.len() < at || before.is_empty() || ends(before);
        let Some((length, number)) = mark(&line[at..]).filter(|_| gap) else { continue };
        // "2. 5 colours" is no mark, nor is the figure that a word before it needs.
        let figure = line[at + length..].trim_start().starts_with(char::is_numeric);
        // A full stop behind a figure ends sentences, too: such a list begins with its line or after an end.
        let open = list.is_empty() && !before.is_empty() && !ends(before);
        let alone = open && line[at..at + length].ends_with('.');
        if number == next && !figure && !alone && !leans(before) {
            list.push((at, length));
            next += 1;
        }
    }
    let (&(start, length), count) = (list.first()?, list.len());
    let ends_at = |index: usize| list.get(index + 1).map_or(line.len(), |(at, _)| *at);
    let items: Vec<&str> =
        list.iter().enumerate().map(|(index, (at, length))| &line[at + length..ends_at(index)]).collect();
    let said = items.iter().all(|item| item.chars().any(char::is_alphabetic));
    let preface = line[..start].trim_end();
    let leads = !preface.is_empty() && !ends(preface);
    // Of two items both end as sentences or none does: "1. Serves 2. Folds flat." is an item and a half.
    let whole = |item: &&str| item.trim_end().ends_with(['.', '!', '?', '…', '。']);
    let alike = count > 2
        || !line[start..start + length].ends_with('.')
        || items.iter().all(|item| whole(item) == whole(&items[0]));
    // "Press ① then ② to start": what goes on with a small letter is no item.
    let small = leads && items.iter().any(|item| item.trim_start().starts_with(char::is_lowercase));
    (count >= 2 && said && alike && !(small && boxed(&line[start..]).is_some())).then_some(Marks { list, leads })
}

/// Whether a text ends a thought, so that a list may begin behind it.
fn ends(text: &str) -> bool {
    text.ends_with(|c: char| ".!?…:;–—-•|/。！？：；)]”»".contains(c) || super::picture::is_picture(c))
}

/// Whether a text ends with a word or sign that needs the figure after it: "Ideal for 1. …", "3 < 5".
pub(super) fn leans(before: &str) -> bool {
    const WORDS: &str = "for of to in on at with by from and or than no nr the a option size level step number only für von zu mit und oder als \
                         der die das dem den des ab bis pour de du des et ou à en le la les para con y o el los las per e il da di do em com \
                         voor van met för till av och eller dla na od z i lub pro v do nebo для на от до с и или για σε από και için ve veya \
                         fig. no. nr. vol. art. abb. bd. pos. str. č. p. S. №";
    // With a small letter: "Pour" is an English step and a French preposition.
    let last = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let signs = matches!(last, "<" | ">" | "=" | "+" | "-" | "×" | "&");
    signs || WORDS.split_whitespace().any(|word| word == last)
}

/// "1. ": nobody's list has a hundred items, and "1.5 l" begins none.
fn stopped(text: &str) -> Option<(usize, u32)> {
    let (digits, number) = figure(text)?;
    let rest = &text[digits..];
    if let Some(rest) = rest.strip_prefix('.') {
        return rest.starts_with(char::is_whitespace).then_some((digits + 1, number));
    }
    // "1、注水", "１．注水".
    let wide = rest.chars().next().filter(|c| matches!(c, '、' | '．'))?;
    let length = digits + wide.len_utf8();
    text[length..].starts_with(char::is_alphabetic).then_some((length, number))
}

/// "2) " or "(3) ".
fn bracketed(text: &str) -> Option<(usize, u32)> {
    let inner = text.strip_prefix(['(', '（']).unwrap_or(text);
    let (digits, number) = figure(inner)?;
    closed(text, &inner[digits..]).map(|length| (length, number))
}

/// "a) " or "(b) ", in three alphabets.
fn letter(text: &str) -> Option<(usize, u32)> {
    const ALPHABETS: [&str; 3] = ["abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмн", "αβγδεζηθικλμ"];
    let inner = text.strip_prefix(['(', '（']).unwrap_or(text);
    let first = inner.chars().next()?;
    let small = first.to_lowercase().next()?;
    let place = ALPHABETS.iter().find_map(|letters| letters.chars().position(|letter| letter == small))?;
    let length = closed(text, &inner[first.len_utf8()..])?;
    Some((length, u32::try_from(place).ok()? + 1))
}

/// "i) ", "ii) ", "(iii) ".
fn roman(text: &str) -> Option<(usize, u32)> {
    const NUMERALS: [&str; 10] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
    let inner = text.strip_prefix('(').unwrap_or(text);
    let end = inner.find(|c: char| !c.is_ascii_alphabetic())?;
    let numeral = inner[..end].to_lowercase();
    let place = NUMERALS.iter().position(|known| *known == numeral)?;
    let length = closed(text, &inner[end..])?;
    Some((length, u32::try_from(place).ok()? + 1))
}

/// The length of a mark of which `rest` begins with the closing bracket.
fn closed(text: &str, rest: &str) -> Option<usize> {
    let close = rest.strip_prefix(')').filter(|after| after.starts_with(char::is_whitespace));
    let close = close.or_else(|| rest.strip_prefix('）'))?;
    Some(text.len() - close.len())
}

/// "1️⃣", "①", "❶", "🔟". A sign in a box that is no number, "#️⃣", counts nothing.
fn boxed(text: &str) -> Option<(usize, u32)> {
    let first = text.chars().next()?;
    let code = u32::from(first);
    let number = match code {
        0x2460..=0x2473 => Some(code - 0x2460 + 1),
        0x2474..=0x2487 => Some(code - 0x2474 + 1),
        0x2488..=0x249B => Some(code - 0x2488 + 1),
        0x24EB..=0x24F4 => Some(code - 0x24EB + 11),
        0x24F5..=0x24FE => Some(code - 0x24F5 + 1),
        0x2776..=0x277F => Some(code - 0x2776 + 1),
        0x2780..=0x2789 => Some(code - 0x2780 + 1),
        0x278A..=0x2793 => Some(code - 0x278A + 1),
        0x1F51F => Some(10),
        _ => None,
    };
    if let Some(number) = number {
        return Some((first.len_utf8(), number));
    }
    let digit = first.to_digit(10)?;
    let rest = &text[1..];
    let rest = rest.strip_prefix('\u{FE0F}').unwrap_or(rest).strip_prefix('\u{20E3}')?;
    Some((text.len() - rest.len(), digit))
}

/// "Step 1: ", "Schritt 2 – ": where not all steps have a scene, their numbers would tell of the ones that are missing.
fn step(text: &str) -> Option<(usize, u32)> {
    const WORDS: &str = "step schritt étape etape paso passo passaggio stap steg trin trinn krok шаг крок adım adim βήμα bước langkah vaihe \
                         خطوة الخطوة चरण 步骤 步驟 ステップ 手順 단계 ขั้นตอนที่ ขั้นตอน";
    let (word, blanks) = WORDS.split_whitespace().find_map(|known| {
        let length = known.len();
        let begins = text.get(..length)?.to_lowercase() == known;
        begins.then(|| (length, text[length..].len() - text[length..].trim_start().len()))
    })?;
    let (digits, number) = figure(&text[word + blanks..])?;
    let before = word + blanks + digits;
    let mark = text[before..].trim_start();
    let sign = mark.chars().next().filter(|c| matches!(c, ':' | '：' | '-' | '–' | '—' | ')'))?;
    let rest = &mark[sign.len_utf8()..];
    // "Step 1-3" are three of them.
    let apart = rest.starts_with(char::is_whitespace) || (sign == '：' && !rest.is_empty());
    apart.then_some((text.len() - rest.len(), number))
}

/// One or two digits of any script at the beginning of `text`, their length and their value.
fn figure(text: &str) -> Option<(usize, u32)> {
    let (mut length, mut number, mut count) = (0, 0, 0);
    for c in text.chars() {
        let Some(digit) = digit(c) else { break };
        (length, number, count) = (length + c.len_utf8(), number * 10 + digit, count + 1);
        if count > 2 {
            return None;
        }
    }
    (count > 0).then_some((length, number))
}

fn digit(c: char) -> Option<u32> {
    /// Zeros of the scripts that write figures of their own: Arabic, Persian, the Indian ones, Thai, Lao, Burmese, Khmer, and
    /// the wide ones.
    const ZEROS: [u32; 14] =
        [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xE50, 0xED0, 0x1040, 0x17E0, 0xFF10];
    let code = u32::from(c);
    ZEROS.iter().find_map(|&zero| code.checked_sub(zero).filter(|&digit| digit < 10))
}
