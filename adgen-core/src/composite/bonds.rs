//! Spaces at which no line may end although Unicode's rules let it: between a number and its unit, a title and its name.
//!
//! The author's own no-break spaces need nothing of this: they are no break opportunities to begin with.

use icu_properties::{CodePointMapData, props::GeneralCategory};
use icu_segmenter::GraphemeClusterSegmenter;

/// What belongs to the number before it. Compared without a full stop at the end.
const UNITS: &[&str] = &[
    "%", "‰", "°", "°C", "°F", "°c", "€", "$", "£", "¥", "₹", "₽", "₺", "₩", "₫", "₴", "EUR", "USD", "CHF", "GBP",
    "JPY", "PLN", "zł", "Kč", "kr", "Ft", "lei", "Fr", "R$", "µm", "mm", "cm", "dm", "m", "km", "m²", "m³", "cm²",
    "cm³", "km²", "mg", "g", "kg", "t", "ml", "mL", "cl", "dl", "l", "L", "s", "ms", "min", "h", "Std", "Min", "Sek",
    "mAh", "Ah", "Wh", "kWh", "W", "kW", "V", "A", "Hz", "kHz", "MHz", "GHz", "MB", "GB", "TB", "px", "MP", "dB", "lb",
    "lbs", "oz", "ft", "mph", "x", "×", "pcs", "st", "stk", "Stk", "szt", "ks", "kpl", "tl", "rkl", "vrk", "pv",
    "godz", "tim", "sek", "sec", "hod", "dk", "sn", "uur", "kk", "vk", "vko", "hp", "PS", "Nm", "lm", "lx", "mW", "µg",
    "kcal", "kJ", "cal", "gal", "qt", "yd", "ppm", "rpm", "fps", "Mbps", "dpi", "K", "ha", "ct", "Uhr", "óra", "perc",
    "db", "adet", "saat", "zi", "uds", "pz", "ore", "giờ", "phút", "lít", "Kg", "KG", "CM", "MM", "ML", "TL", "SEK",
    "NOK", "DKK", "CZK", "HUF", "AUD", "CAD", "BTC", "dni", "dní",
];
/// The same in Greek and Cyrillic letters.
const GREEK_AND_CYRILLIC_UNITS: &[&str] = &[
    "л", "мл", "г", "кг", "мм", "см", "м", "км", "ч", "мин", "сек", "шт", "руб", "грн", "λ", "ώρες", "γρ", "κιλά",
    "дн", "нед", "мес", "тыс", "млн", "Вт", "кВт", "Гц", "МБ", "ГБ", "мкм", "год",
];
/// What belongs to the word or number after it.
const LEADERS: &[&str] = &[
    "§", "§§", "№", "Nr.", "Nº", "N°", "nº", "n°", "No.", "no.", "Art.", "art.", "S.", "p.", "pp.", "Abb.", "Fig.",
    "Dr.", "Prof.", "Mr.", "Mrs.", "Ms.", "St.", "Sr.", "Sra.", "Mme", "Mlle", "M.", "Hr.", "Fr.", "Dott.", "Sig.",
    "ca.", "max.", "min.", "Jan.", "Feb.", "Mar.", "Apr.", "Jun.", "Jul.", "Aug.", "Sep.", "Sept.", "Oct.", "Okt.",
    "Nov.", "Dec.", "Dez.", "€", "$", "£", "¥", "#",
];
/// French and its neighbours set a space before these signs.
const CLOSING: [char; 9] = ['!', '?', ';', ':', '»', '›', '”', '…', '%'];

/// Whether a line may end at the space that ends at byte `at` of `text`.
pub(super) fn may_break(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '\u{3000}']);
    if before.len() == at {
        return true;
    }
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let next = text[at..].split(char::is_whitespace).next().unwrap_or_default();
    let first = next.chars().next();
    if last.ends_with(['«', '‹', '¿', '¡']) || first.is_some_and(|c| CLOSING.contains(&c) && !starts_a_word(next))
    {
        return false;
    }
    let opened = last.trim_start_matches(['(', '[', '„', '“', '"', '«', '‘', '\'']);
    // Of money only a figure is held: "59 € today".
    let money = opened.chars().all(|c| !c.is_alphanumeric() && c != '§' && c != '№');
    if LEADERS.contains(&opened) && first.is_some_and(|c| c.is_numeric() || (!money && c.is_alphabetic())) {
        return false;
    }
    // "49,–" and "49.-" are prices.
    let whole = last.trim_end_matches(['–', '-', '—']).trim_end_matches([',', '.']);
    let number = if whole.is_empty() { last } else { whole }.ends_with(char::is_numeric);
    if number && first.is_some_and(char::is_numeric) {
        // Groups of thousands, telephone numbers.
        return false;
    }
    let unit = next.trim_end_matches(|c: char| ".,;:!?)]”“\"»…".contains(c));
    // "9:00 a.m."
    let clock = matches!(next.trim_end_matches([',', ';', ')']).to_lowercase().as_str(), "a.m." | "p.m." | "am" | "pm");
    // "2 – 3 people"
    let dash = |text: &str| matches!(text, "–" | "—" | "-");
    let range = dash(last)
        && text[..before.len() - last.len()].trim_end().ends_with(char::is_numeric)
        && first.is_some_and(char::is_numeric);
    let opens_range = number && dash(next) && text[at + next.len()..].trim_start().starts_with(char::is_numeric);
    if range || opens_range || (number && clock) {
        return false;
    }
    let known = UNITS.contains(&unit) || GREEK_AND_CYRILLIC_UNITS.contains(&unit);
    if number && (known || is_sign(unit) || is_caseless_unit(unit)) {
        return false;
    }
    // "J. Smith": an initial.
    let mut initial = opened.chars();
    !(opened.ends_with('.')
        && initial.next().is_some_and(char::is_uppercase)
        && initial.next() == Some('.')
        && initial.next().is_none()
        && first.is_some_and(char::is_uppercase))
}

/// Whether a word is a sign, or begins with one that numbers have: "%", "€", "฿/kg".
fn is_sign(word: &str) -> bool {
    let currency = |c: char| CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::CurrencySymbol;
    word.starts_with(|c| currency(c) || matches!(c, '%' | '‰' | '٪' | '％' | '°' | '℃' | '℉' | '″' | '′'))
}

/// Whether a short word of a script without capitals follows a number as its unit: "500 مل", "20 分钟", "5 ק״מ", "20 นาที".
/// In other scripts, small words that are no units are as short.
fn is_caseless_unit(word: &str) -> bool {
    let cased = |c: char| c.is_lowercase() || c.is_uppercase();
    (1..=4).contains(&GraphemeClusterSegmenter::new().segment_str(word).skip(1).count())
        && word.chars().any(char::is_alphabetic)
        && !word.chars().any(|c| cased(c) || c.is_numeric())
}

fn starts_a_word(text: &str) -> bool {
    text.starts_with(':') && text.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// Whether the word before byte `at` is one letter: in several languages a line that ends with it counts as an error.
pub(super) fn ends_with_single_letter(text: &str, at: usize) -> bool {
    let last = text[..at].trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let mut letters = last.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none() && last.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_together(text: &str) -> Vec<String> {
        let ends: Vec<usize> = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at + 1).collect();
        let mut parts = Vec::new();
        let mut start = 0;
        for end in ends.into_iter().filter(|&at| may_break(text, at)) {
            parts.push(text[start..end].trim().to_owned());
            start = end;
        }
        parts.push(text[start..].to_owned());
        parts
    }

    #[test]
    fn numbers_keep_their_units_and_titles_their_names() {
        for (text, parts) in [
            ("Jetzt 49,– € statt 59,– €", &["Jetzt", "49,– €", "statt", "59,– €"][..]),
            ("Open at 9:00 a.m. on Feb. 10", &["Open", "at", "9:00 a.m.", "on", "Feb. 10"]),
            ("Für 2 – 3 Personen", &["Für", "2 – 3", "Personen"]),
            ("Made in May – 3 colours", &["Made", "in", "May", "–", "3", "colours"]),
            ("Only today: 10 % off", &["Only", "today:", "10 %", "off"]),
            ("Nur 1 299 €!", &["Nur", "1 299 €!"]),
            ("For € 11 or 5 km, now", &["For", "€ 11", "or", "5 km,", "now"]),
            ("Nach § 4 und Dr. Sommer", &["Nach", "§ 4", "und", "Dr. Sommer"]),
            ("Chaud, toujours !", &["Chaud,", "toujours !"]),
            ("Dit « oui » ici", &["Dit", "« oui »", "ici"]),
            ("By J. Smith", &["By", "J. Smith"]),
            ("Made in 2 colours", &["Made", "in", "2", "colours"]),
            ("No. 1 at 20 °C", &["No. 1", "at", "20 °C"]),
            ("Kestää 12 kpl. Nyt", &["Kestää", "12 kpl.", "Nyt"]),
            ("500 مل من القهوة", &["500 مل", "من", "القهوة"]),
            ("5 ק״מ בלי הפסקה", &["5 ק״מ", "בלי", "הפסקה"]),
            ("保温 20 分钟 以上", &["保温", "20 分钟", "以上"]),
            ("Держит 12 ч. Дома", &["Держит", "12 ч.", "Дома"]),
            ("Vain 20 min, 5 kk tai 30 % alle", &["Vain", "20 min,", "5 kk", "tai", "30 %", "alle"]),
            ("कुल 20 मिनट में", &["कुल", "20 मिनट", "में"]),
            ("อุ่น 20 นาที ราคา 99 ฿ นะ", &["อุ่น", "20 นาที", "ราคา", "99 ฿", "นะ"]),
            ("رق 30 ٪ فقط و ٥٠ مل الآن", &["رق", "30 ٪", "فقط", "و", "٥٠ مل", "الآن"]),
            ("מחיר 99 ₪ בלבד", &["מחיר", "99 ₪", "בלבד"]),
            ("따뜻함 20 분 동안", &["따뜻함", "20 분", "동안"]),
            ("Cả ngày 12 giờ, 2 lít nước", &["Cả", "ngày", "12 giờ,", "2 lít", "nước"]),
        ] {
            assert_eq!(kept_together(text), parts, "{text}");
        }
    }
}
