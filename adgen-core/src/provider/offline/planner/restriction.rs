//! Words that reach beyond their own clause: a negation, a condition, a limit, a superlative. Of "never leaks, breaks or
//! fades" nobody may be shown "breaks or fades", of "free, if you order today" not "free", and of "the only lamp that folds"
//! not "the only lamp". A sentence that holds one is shown whole or not at all.

use super::measure::width;

/// Whether `sentence` may be shown in parts. In a language whose words are not known here it may not.
pub(super) fn divisible(language: &str, sentence: &str) -> bool {
    // A footnote, a comparison, a figure that is at most or at least.
    if sentence.contains(['†', '‡', '<', '>', '≤', '≥', '±']) {
        return false;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    // Not at what is no letter: in Hindi a mark stands inside a word.
    let between =
        |c: char| c.is_whitespace() || (c.is_ascii_punctuation() && c != '\'') || "،؛؟।、。，–—…«»“”„！？".contains(c);
    let words: Vec<&str> = lower.split(between).filter(|word| !word.is_empty()).collect();
    let Some((_, list, written)) = LANGUAGES.iter().find(|(tag, ..)| tag.split(' ').any(|tag| tag == language)) else {
        return false;
    };
    let held = match written {
        // Without blanks between words, or with the word as an ending.
        Written::Together => list.split_whitespace().any(|known| lower.contains(known)),
        Written::Apart => {
            let spaced = format!(" {} ", words.join(" "));
            list.split(',').any(|known| {
                let known = known.split_whitespace().collect::<Vec<_>>().join(" ");
                match known.strip_suffix('*') {
                    Some(stem) => words.iter().any(|word| word.starts_with(stem)),
                    None => spaced.contains(&format!(" {known} ")),
                }
            })
        }
    };
    !held
}

/// How a sentence goes back to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    /// It takes back a part of it: "Except on Sundays.", "Only in Ohio.", "If you care for it."
    Restricts,
    /// It is short, and holds a word that limits or denies: "Today only.", "Orders over $50.", "Not the lid."
    MayRestrict,
    /// It stands alone.
    Not,
}

/// How `sentence` goes back to the one before it. One that goes on after a comma has a claim of its own.
pub(super) fn back(language: &str, sentence: &str) -> Back {
    // The text of a footnote belongs to another sentence.
    if sentence.trim_start().starts_with(['*', '†', '‡', '¹', '²', '³', '[']) {
        return Back::Not;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let apart = !matches!(language, "ja" | "zh" | "th" | "lo" | "km" | "my");
    let begins = |list: &str| {
        list.split(',').map(str::trim).filter(|lead| !lead.is_empty()).any(|lead| {
            let rest = lower.strip_prefix(lead);
            rest.is_some_and(|rest| !apart || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
        })
    };
    let of = |list: &'static [(&str, &str, &str)]| {
        list.iter().find(|(tags, ..)| tags.split(' ').any(|tag| tag == language)).map_or(("", ""), |(_, a, b)| (*a, *b))
    };
    let (always, alone) = of(REACHING_BACK);
    if begins(always) || (!lower.contains([',', '،', '，', '、']) && begins(alone)) {
        return Back::Restricts;
    }
    let (words, wide) = (lower.split_whitespace().count(), width(lower));
    let short = if apart { words <= SHORT_WORDS } else { wide <= SHORT_WIDTH };
    let (limits, together) = of(LIMITS);
    let between = |c: char| c.is_whitespace() || (c.is_ascii_punctuation() && c != '\'' && c != '&');
    let spaced = format!(" {} ", lower.split(between).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    let figure = lower.chars().any(char::is_numeric);
    let limits = limits.split(',').map(str::trim).filter(|word| !word.is_empty()).any(|word| {
        let beside = word.strip_suffix('#');
        let word = beside.unwrap_or(word);
        (beside.is_none() || figure)
            && match word.strip_suffix('*') {
                Some(stem) => spaced.contains(&format!(" {stem}")),
                None => spaced.contains(&format!(" {word} ")),
            }
    });
    let together = together.split_whitespace().any(|word| lower.contains(word));
    match short && (limits || together) {
        true => Back::MayRestrict,
        false => Back::Not,
    }
}

/// A sentence that limits another one has no more words than this, or is no wider where words are not told apart.
const SHORT_WORDS: usize = 6;
const SHORT_WIDTH: usize = 28;

/// Whether the words of the language that reach further are known here.
pub(super) fn is_known(language: &str) -> bool {
    LANGUAGES.iter().any(|(tags, ..)| tags.split(' ').any(|tag| tag == language))
}

/// Whether `text`, in a language that parts its clauses by blanks alone, denies what follows: "free from", "must not", "except".
pub(super) fn denies_members(text: &str) -> bool {
    const WORDS: &str = "ไม่ ไร้ ปราศจาก ห้าม ยกเว้น นอกจาก เท่านั้น ถ้า หาก เว้นแต่ ขจัด ป้องกัน กำจัด บอกลา ต่อต้าน แทน \
                         ບໍ່ ຍົກເວັ້ນ ຖ້າ ປາສະຈາກ ຫ້າມ ປ້ອງກັນ គ្មាន មិន លើកលែង ប្រសិន កុំ ហាម ការពារ \
                         ဘူး မဟုတ် မပါ မရှိ လျှင် မသုံး မထည့် ကာကွယ်";
    WORDS.split_whitespace().any(|word| text.contains(word))
}

/// Whether what leads to a list says that the product is, has or wants none of it: "Free from:", "Helps against:", "Who should
/// avoid it:". In a language whose words are not known here it may.
pub(super) fn denies_list(language: &str, lead: &str) -> bool {
    let lower = lead.to_lowercase();
    let list = AGAINST.iter().find(|(tags, _)| tags.split(' ').any(|tag| tag == language)).map_or("", |(_, list)| list);
    let words =
        |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| list.split(' ').any(|known| known == word));
    let together = matches!(language, "ja" | "zh" | "ko" | "th");
    let against =
        words(&lower) || (together && list.split(' ').any(|known| !known.is_empty() && lower.contains(known)));
    against || if is_known(language) { !divisible(language, lead) } else { lead.trim_end().ends_with([':', '：']) }
}

/// What helps against a list of things has none of them.
const AGAINST: &[(&str, &str)] = &[
    (
        "en",
        "against avoid prevents prevent fights fight kills kill removes remove relieves relieve reduces reduce ends goodbye banish \
         repels repel protects beats beat stops stop treats free excluded excludes missing warning warnings caution allergens problem \
         problems before others competitors theirs instead replaces eliminates soothes sold separately required",
    ),
    (
        "de",
        "gegen frei adieu schluss vermeide vermeiden entfernt beseitigt bekämpft verhindert schützt warnung achtung hinweis hinweise \
         allergene probleme vorher andere benötigt ausgeschlossen lindert reduziert ersetzt",
    ),
    (
        "fr",
        "contre fini finis adieu évite éviter élimine combat prévient protège attention avertissement allergènes avant autres exclus réduit remplace",
    ),
    (
        "es",
        "contra adiós evita evitar elimina combate previene protege atención advertencia advertencias alérgenos antes otros excluido reduce libre",
    ),
    (
        "it",
        "contro addio evita evitare elimina combatte previene protegge attenzione avvertenze allergeni prima altri escluso riduce privo",
    ),
    (
        "pt",
        "contra adeus evita evitar elimina combate previne protege atenção advertência alérgenos antes outros excluído reduz livre",
    ),
    ("nl", "tegen vrij vermijd verwijdert voorkomt beschermt waarschuwing allergenen andere uitgesloten vermindert"),
    ("sv", "mot fri undvik tar bort förebygger skyddar varning allergener andra"),
    ("da no nb nn", "mod mot fri undgå unngå fjerner forebygger beskytter advarsel allergener andre"),
    ("pl", "przeciw przeciwko wolne unikaj usuwa zwalcza zapobiega chroni uwaga ostrzeżenie alergeny inne redukuje"),
    ("cs sk", "proti odstraňuje zabraňuje chrání varování upozornění alergeny bez"),
    (
        "ru uk",
        "против проти избегайте удаляет убирает борется предотвращает защищает внимание предупреждение аллергены другие прощай",
    ),
    ("el", "κατά εναντίον απαλλαγμένο αποφύγετε αφαιρεί προλαμβάνει προσοχή αλλεργιογόνα"),
    ("tr", "karşı içermez önler giderir uyarı dikkat alerjenler"),
    ("ar", "ضد خال خالي تجنب يزيل يمنع يحمي تحذير"),
    ("he", "נגד ללא הימנעו מסיר מונע מגן אזהרה"),
    ("ja", "不使用 防ぐ 対策 注意 除去 落とす 含まれない アレルギー"),
    ("zh", "不含 防止 去除 消除 注意 警告 避免 过敏"),
    ("ko", "무첨가 방지 제거 주의 경고 예방 알레르기"),
    ("th", "ป้องกัน ขจัด กำจัด ลด คำเตือน ข้อควรระวัง"),
    ("vi", "chống ngăn loại tránh cảnh báo"),
    ("id ms", "melawan mencegah menghilangkan hindari bebas peringatan"),
];

/// By language, words of short sentences that limit what was said before: those that stand apart, a star ending the beginning of
/// one and a number sign one that does so beside a figure; and those of languages without blanks.
const LIMITS: &[(&str, &str, &str)] = &[
    (
        "en",
        "not, only, to#, up to#, over#, above#, below#, under#, within#, from#, ends, ending, today, tonight, tomorrow, apply, applies, excl*, may vary, traces, \
         except*, members, selected, participating, pending, almost, nearly, kidding, sorry, note, restrict*, terms, conditions, t&cs, \
         valid, with code, separately, after that, afterwards, compared, estimated, simulated, subject, limited, minimum, a month#, a year#",
        "",
    ),
    (
        "de",
        "nicht, nur, ab#, über#, unter#, innerhalb#, heute, morgen, gilt, gelten, ausgenommen, ausgeschlossen, exkl*, zzgl, zuzüglich, \
         mitglieder, ausgewählte*, teilnehmende*, fast, beinahe, leider, hinweis, achtung, bedingungen, gültig, separat, danach, \
         verglichen, mindestbestellwert, solange, mit code",
        "",
    ),
    (
        "fr",
        "pas, seulement, uniquement, dès#, à partir, au-delà, aujourd'hui, demain, exclu*, valable*, adhérents, membres, sélection*, \
         participants, presque, attention, conditions, séparément, ensuite, par rapport, minimum, non, avec le code",
        "",
    ),
    (
        "es",
        "no, solo, sólo, a partir, desde#, hoy, mañana, excluid*, exclu*, válid*, socios, seleccionad*, participantes, casi, atención, \
         condiciones, por separado, después, comparado, mínimo, con el código",
        "",
    ),
    (
        "it",
        "non, solo, da#, oltre#, oggi, domani, esclus*, valid*, soci, selezionat*, aderenti, quasi, attenzione, condizioni, separatamente, \
         dopo, rispetto, minimo, con il codice",
        "",
    ),
    (
        "pt",
        "não, só, apenas, a partir, acima, desde#, hoje, amanhã, excluíd*, válid*, sócios, membros, selecionad*, participantes, quase, \
         atenção, condições, separadamente, depois, comparado, mínimo",
        "",
    ),
    (
        "nl",
        "niet, alleen, vanaf#, boven#, vandaag, morgen, uitgesloten, exclusief, geldig, leden, geselecteerde, deelnemende, bijna, helaas, \
         let op, voorwaarden, apart, daarna, vergeleken, minimaal",
        "",
    ),
    (
        "sv",
        "inte, endast, bara, från#, över#, idag, i dag, imorgon, exkl*, gäller, medlemmar, utvald*, deltagande, nästan, tyvärr, obs, \
         villkor, separat, därefter, jämfört, minst",
        "",
    ),
    (
        "da no nb nn",
        "ikke, kun, bare, fra#, over#, i dag, i morgen, ekskl*, gælder, gjelder, medlemmer, udvalgte, utvalgte, næsten, nesten, desværre, \
         dessverre, vilkår, separat, derefter, deretter, mindst, minst",
        "",
    ),
    (
        "fi",
        "ei, vain, alkaen, yli#, tänään, huomenna, voimassa, jäsenille, valitut, melkein, ehdot, erikseen, vähintään",
        "",
    ),
    (
        "pl",
        "nie, tylko, od#, powyżej, dziś, dzisiaj, jutro, wyłącz*, ważn*, wybran*, prawie, uwaga, warunki, osobno, potem, w porównaniu, \
         minimum",
        "",
    ),
    (
        "cs sk",
        "ne, jen, len, od#, nad#, dnes, zítra, zajtra, vyloučen*, vylúčen*, platí, vybran*, téměř, takmer, podmínky, podmienky, zvlášť",
        "",
    ),
    (
        "ru uk",
        "не, только, тільки, лише, от#, від#, свыше, понад, сегодня, сьогодні, завтра, исключ*, действует, діє, участникам, избранн*, \
         вибран*, почти, майже, условия, умови, отдельно, окремо, потом",
        "",
    ),
    ("el", "όχι, μόνο, από#, άνω, σήμερα, αύριο, εξαιρ*, ισχύει, μέλη, επιλεγμέν*, σχεδόν, όροι, χωριστά", ""),
    (
        "tr",
        "değil, sadece, yalnızca, üzeri, üstü, bugün, yarın, hariç, geçerli*, üyeler*, seçili, neredeyse, koşul*, ayrı",
        "",
    ),
    ("ar", "ليس, فقط, من#, اليوم, غدا, فوق, باستثناء, للأعضاء, تطبق, الشروط, تقريبا, منفصل", ""),
    ("he", "לא, רק, היום, מחר, מעל, למעט, לחברים, תנאים, כמעט, בנפרד, החל", ""),
    ("fa", "فقط, از#, امروز, فردا, بالای, به جز, اعضا, شرایط, تقریبا, جداگانه", ""),
    ("hi", "नहीं, केवल, सिर्फ, से#, आज, कल, ऊपर, सदस्यों, शर्तें, लगभग, अलग, छोड़कर", ""),
    ("ja", "", "限り 限定 除 対象外 以上 本日 当社 別売 条件 会員"),
    ("zh", "", "限 除 不含 满 滿 今日 今天 会员 會員 条件 條件 另售"),
    ("ko", "제외, 오늘, 하루, 한정, 이상, 회원, 별도, 조건", "제외 한정 이상"),
    ("th", "", "เฉพาะ วันนี้ ยกเว้น ขึ้นไป เงื่อนไข สมาชิก"),
    ("vi", "không, chỉ, hôm nay, trên#, từ#, áp dụng, thành viên, điều kiện, gần như, riêng", ""),
    ("id ms", "tidak, bukan, hanya, hari ini, di atas, mulai#, dari#, berlaku, anggota, syarat, hampir, terpisah", ""),
];

/// By language, in lower case: what begins a sentence that restricts the one before it, and what does where no clause of its
/// own follows behind a comma.
const REACHING_BACK: &[(&str, &str, &str)] = &[
    (
        "en",
        "unless, except, excludes, excluding, excluded, with the exception, provided that, provided you, provided it, provided they, however, but only, but not, but no, only if, \
         only when, only while, only in, only on, only with, only for, only until, only from, only at, not in, not on, not valid, \
         not available, not included, not with, not if, not when, not for, subject to, limited to, valid only, valid until, valid for, \
         conditions apply, terms apply, terms and conditions, while stocks last, while supplies last, apart from",
        "if, when, until, as long as, though, although",
    ),
    (
        "de",
        "außer, ausgenommen, ausgeschlossen, es sei denn, sofern, jedoch, allerdings, aber nur, aber nicht, nur wenn, nur bei, nur in, nur im, \
         nur am, nur an, nur mit, nur für, nur bis, nur solange, nur auf, nicht bei, nicht in, nicht im, nicht am, nicht für, nicht wenn, \
         gilt nur, gilt nicht, gilt für, gilt bis, solange, vorausgesetzt, mit ausnahme, zuzüglich, obwohl",
        "wenn, falls, bis",
    ),
    (
        "fr",
        "sauf, hormis, excepté, hors, toutefois, cependant, mais seulement, mais pas, mais uniquement, seulement, uniquement, à condition, sous \
         réserve, pas si, pas en, pas le, pas pour, dans la limite, à l'exception, à moins, tant que",
        "si, jusqu'au, jusqu'à",
    ),
    (
        "es",
        "excepto, salvo, sin embargo, no obstante, pero solo, pero sólo, pero no, solo si, sólo si, solo en, sólo en, solo con, sólo con, solo \
         para, sólo para, solo hasta, sólo hasta, siempre que, siempre y cuando, a menos, no válido, no incluye, no para, no en, a excepción, mientras",
        "si, hasta",
    ),
    (
        "it",
        "salvo, tranne, eccetto, tuttavia, però, ma solo, ma non, solo se, solo in, solo con, solo per, solo fino, purché, a condizione, a meno, \
         ad eccezione, a eccezione, escluso, esclusi, esclusa, escluse, non valido, non in, non per, finché",
        "se, fino",
    ),
    (
        "pt",
        "exceto, salvo, porém, no entanto, contudo, mas só, mas não, mas apenas, só se, só em, só com, só para, só até, apenas se, apenas em, \
         apenas com, apenas para, desde que, a menos, não válido, não inclui, não para, com exceção, enquanto",
        "se, até",
    ),
    (
        "nl",
        "behalve, tenzij, uitgezonderd, echter, maar alleen, maar niet, alleen als, alleen bij, alleen in, alleen op, alleen met, alleen voor, \
         alleen tot, niet bij, niet in, niet op, niet voor, mits, met uitzondering, zolang",
        "als, tot",
    ),
    (
        "sv",
        "utom, förutom, såvida, dock, men bara, men inte, men endast, endast om, endast i, endast på, endast med, endast för, bara om, bara i, \
         bara på, bara med, bara för, inte i, inte på, inte för, förutsatt, gäller inte, gäller endast, med undantag, så länge",
        "om, till",
    ),
    (
        "da no nb nn",
        "unntatt, undtagen, med mindre, dog, men bare, men kun, men ikke, kun hvis, kun i, kun på, kun med, kun for, bare hvis, bare i, bare på, \
         bare med, bare for, ikke i, ikke på, ikke for, forutsatt, forudsat, gjelder ikke, gjelder kun, gælder ikke, gælder kun, med unntak, med undtagelse, så lenge, så længe",
        "hvis, til",
    ),
    (
        "fi",
        "paitsi, ellei, kuitenkin, mutta vain, mutta ei, vain jos, vain kun, ei koske, ei sisällä, ei lapsille, edellyttäen, lukuun ottamatta",
        "jos, asti",
    ),
    (
        "pl",
        "z wyjątkiem, oprócz, poza, chyba że, jednak, ale tylko, ale nie, tylko jeśli, tylko gdy, tylko w, tylko na, tylko z, tylko dla, tylko do, \
         nie dotyczy, nie w, nie dla, pod warunkiem, o ile, dopóki",
        "jeśli, jeżeli, gdy, do",
    ),
    (
        "cs sk",
        "kromě, okrem, s výjimkou, s výnimkou, pokud ne, však, ale jen, ale len, ale ne, jen pokud, jen v, jen na, jen pro, len ak, len v, len na, \
         len pre, pouze v, pouze pro, pouze pokud, neplatí, nevztahuje, za předpokladu, za predpokladu",
        "pokud, ak, když, keď",
    ),
    (
        "ru uk",
        "кроме, за исключением, если не, однако, но только, но не, только если, только при, только в, только на, только для, только до, только с, \
         не для, не в, не распространяется, не действует, при условии, пока, крім, за винятком, якщо не, проте, але тільки, але не, тільки якщо, тільки \
         в, тільки для, лише в, лише для, за умови",
        "если, якщо, до",
    ),
    (
        "el",
        "εκτός, πλην, όμως, ωστόσο, αλλά μόνο, αλλά όχι, μόνο αν, μόνο σε, μόνο για, μόνο με, δεν ισχύει, με την προϋπόθεση, εφόσον",
        "αν, εάν, μέχρι",
    ),
    ("tr", "ancak, hariç, fakat, ama sadece, sadece, yalnızca, dışında, şartıyla", "eğer"),
    ("ar", "ما عدا, إلا, باستثناء, لكن, بشرط, فقط, عدا, ولا, غير متاح, غير صالح", "إذا, حتى"),
    ("he", "חוץ מ, למעט, אלא אם, אבל רק, אבל לא, רק אם, רק ב, רק ל, לא כולל, בתנאי, בכפוף", "אם, עד"),
    ("fa", "به جز, بجز, مگر, اما فقط, فقط در, فقط برای, به شرط, به استثنای", "اگر, تا"),
    ("hi", "लेकिन केवल, लेकिन, केवल, सिर्फ, सिर्फ़, बशर्ते, छोड़कर", "अगर, यदि, जब"),
    ("ja", "ただし, 但し, 除く, 対象外", ""),
    ("zh", "但, 不过, 除非, 除外, 仅限, 僅限, 仅, 只限, 不适用, 不含", "如果, 若"),
    ("ko", "단, 다만, 하지만, 그러나, 제외", ""),
    ("th", "ยกเว้น, แต่, เฉพาะ, เว้นแต่", ""),
    (
        "vi",
        "trừ, ngoại trừ, tuy nhiên, nhưng chỉ, nhưng không, chỉ khi, chỉ ở, chỉ cho, với điều kiện, không áp dụng",
        "nếu, đến",
    ),
    (
        "id ms",
        "kecuali, namun, tetapi hanya, tapi hanya, hanya jika, hanya di, hanya untuk, tidak berlaku, tidak termasuk, asalkan",
        "jika, kalau, sampai",
    ),
];

#[derive(Clone, Copy)]
enum Written {
    Apart,
    Together,
}

const LANGUAGES: &[(&str, &str, Written)] = &[
    (
        "en",
        "no, not, never, none, neither, nor, nothing, nobody, without, hardly, barely, cannot, can't, won't, don't, doesn't, isn't, \
         aren't, wasn't, weren't, didn't, hasn't, haven't, free of, free from, zero, less than, lacks, lacking, instead of, \
         rather than, if, unless, except, excluding, until, provided, as long as, only, just, up to, at most, at least, when used, \
         but, however, although, though, apart from, other than, while stocks last, first, last, best, most, least, better than, \
         more than, leading, cheapest, fastest, lightest, strongest, number one, no 1, may, might, could, once, \
         starting at, starting from, compared, excluded, excluding, excludes, selected, separately, like, as if, imagine, would, avoid, avoids, stop, stops, forget, replaces",
        Written::Apart,
    ),
    (
        "de",
        "nicht, nichts, nie, niemals, kein*, ohne, weder, noch, kaum, frei von, statt, anstatt, wenn, falls, sofern, solange, außer, \
         ausgenommen, bis zu, bis, nur, lediglich, höchstens, mindestens, aber, jedoch, obwohl, trotz, erste*, letzte*, beste*, meist*, \
         schnellste*, leichteste*, stärkste*, einzig*, mehr als, weniger als, besser als, wie, sondern, könnte*, würde*, ab, sobald, ausgeschlossen, exklusive, zuzüglich, gegenüber, verglichen",
        Written::Apart,
    ),
    (
        "fr",
        "ne, n'*, pas, jamais, rien, aucun*, sans, ni, si, sauf, excepté, hormis, jusqu'*, jusqu, seul*, seulement, uniquement, moins de, \
         plus de, au moins, au plus, mais, cependant, bien que, premier*, première*, meilleur*, dernier*, tant que, lorsque, quand, \
         comme, plutôt, au lieu, pourrait, guère, dès, exclu*, par rapport",
        Written::Apart,
    ),
    (
        "es",
        "no, nunca, jamás, nada, ningún*, ningun*, sin, ni, tampoco, si, salvo, excepto, hasta, solo, sólo, solamente, únic*, menos de, más de, \
         al menos, como máximo, pero, aunque, primer*, mejor*, último*, última*, mientras, cuando, como, apenas, sino, podría*, desde, excluid*, comparado",
        Written::Apart,
    ),
    (
        "it",
        "non, mai, niente, nulla, nessun*, senza, né, se, salvo, tranne, eccetto, fino, solo, soltanto, unic*, meno di, più di, almeno, al \
         massimo, ma, però, sebbene, prim*, miglior*, ultim*, finché, quando, come, bensì, anziché, potrebbe*, a partire, esclus*, rispetto",
        Written::Apart,
    ),
    (
        "pt",
        "não, nunca, jamais, nada, nenhum*, sem, nem, se, salvo, exceto, até, só, somente, apenas, únic*, menos de, mais de, pelo menos, no \
         máximo, mas, porém, embora, primeir*, melhor*, últim*, enquanto, quando, como, poderia*, a partir, excluíd*, comparado",
        Written::Apart,
    ),
    (
        "nl",
        "niet, nooit, niets, geen, zonder, noch, vrij van, als, tenzij, behalve, uitgezonderd, tot, alleen, slechts, enkel, enige, minder \
         dan, meer dan, minstens, hoogstens, maar, echter, hoewel, eerste, beste, laatste, zolang, wanneer, zoals, zou, vanaf, uitgesloten, exclusief, vergeleken",
        Written::Apart,
    ),
    (
        "sv",
        "inte, ej, icke, aldrig, ingen, inget, inga, utan, varken, fri från, om, såvida, förutom, utom, upp till, bara, endast, enda, mindre \
         än, mer än, minst, högst, men, dock, fast, första, bästa, sista, medan, när, som, skulle, från, exkl*, jämfört",
        Written::Apart,
    ),
    (
        "da no nb nn",
        "ikke, ikkje, aldri, aldrig, ingen, intet, ingenting, uten, uden, hverken, verken, fri for, hvis, med mindre, unntatt, undtagen, opp \
         til, op til, bare, kun, eneste, mindre enn, mindre end, mer enn, mere end, minst, mindst, men, første, beste, bedste, siste, \
         sidste, mens, når, som, fra",
        Written::Apart,
    ),
    (
        "pl",
        "nie, nigdy, nic, żaden, żadn*, bez, ani, jeśli, jeżeli, chyba że, oprócz, poza, do, tylko, jedyn*, mniej niż, więcej niż, co najmniej, \
         najwyżej, ale, jednak, chociaż, pierwsz*, najlep*, ostatni*, dopóki, gdy, kiedy, jak, od, wolny od, wolne od",
        Written::Apart,
    ),
    (
        "ru uk",
        "не, ни, нет, никогда, ничего, без, если, кроме, до, только, лишь, единственн*, менее, более, не менее, но, однако, хотя, перв*, лучш*, \
         последн*, пока, когда, как, немає, ніколи, якщо, крім, тільки, лише, єдин*, менше, більше, але, проте, хоча, перш*, найкращ*, \
         коли, від, ні, що",
        Written::Apart,
    ),
    (
        "ja",
        "ない なし ません ず 不 無 非 未 以外 だけ のみ 限り しか れば たら なら まで より 最 初 唯一 以下 以上 未満 ただし が、 けど ぬ",
        Written::Together,
    ),
    (
        "zh",
        "不 没 沒 无 無 非 未 别 勿 除 只 仅 僅 如果 若 要是 除非 但 却 可是 最 第一 唯一 首 以下 以上 以内 至少 至多 比",
        Written::Together,
    ),
    (
        "ko",
        "없 않 안 못 아니 무 비 불 제외 만 뿐 면 까지 최 첫 유일 이하 이상 미만 지만 하지만 보다 말고 대신",
        Written::Together,
    ),
    (
        "th",
        "ไม่ ไร้ ปราศจาก ห้าม ยกเว้น นอกจาก เท่านั้น เพียง แค่ ถ้า หาก เมื่อ จนกว่า แต่ ที่สุด แรก เดียว กว่า อย่างน้อย สูงสุด ถึง เว้นแต่ มิ",
        Written::Together,
    ),
    ("lo", "ບໍ່ ຍົກເວັ້ນ ຖ້າ ແຕ່ ພຽງ ເທົ່ານັ້ນ ສຸດ ທຳອິດ ກວ່າ ເຖິງ ປາສະຈາກ", Written::Together),
    ("km", "មិន គ្មាន លើកលែង ប្រសិន ប៉ុន្តែ តែ បំផុត ដំបូង ជាង ដល់ កុំ", Written::Together),
    ("my", "ဘူး မဟုတ် မပါ မရှိ မ သာ လျှင် ပေမယ့် ဆုံး ထက် အထိ", Written::Together),
    (
        "ar",
        "لا, ليس, ليست, لم, لن, غير, بدون, دون, بلا, خال, خالية, خالي, إلا, سوى, فقط, إذا, لو, ما لم, حتى, أول, أفضل, الأفضل, وحيد, الوحيد, أقل, \
         أكثر, لكن, ولا, عدا, عند",
        Written::Apart,
    ),
    (
        "he",
        "לא, אין, בלי, ללא, אינו, אינה, רק, אם, אלא, חוץ, עד, אבל, ראשון, הראשון, הטוב, היחיד, פחות, יותר, לפני, כאשר, כמו",
        Written::Apart,
    ),
    (
        "fa",
        "نه, بدون, نیست, هیچ, فقط, تنها, اگر, مگر, تا, اما, ولی, اولین, بهترین, کمتر, بیشتر, جز, فاقد, غیر, وقتی, مثل, بی",
        Written::Apart,
    ),
    (
        "hi",
        "नहीं, न, ना, बिना, मत, रहित, केवल, सिर्फ, सिर्फ़, अगर, यदि, लेकिन, पर, तक, पहला, पहली, सबसे, एकमात्र, कम, अधिक, ज्यादा, ज़्यादा, छोड़कर, जब, जैसे",
        Written::Apart,
    ),
    (
        "vi",
        "không, chẳng, chưa, đừng, ngoài, chỉ, nếu, trừ, nhưng, tuy, đến, nhất, đầu tiên, duy nhất, ít, hơn, khi, như, thay vì",
        Written::Apart,
    ),
    (
        "id ms",
        "tidak, tak, bukan, tanpa, jangan, hanya, jika, kalau, kecuali, tetapi, tapi, namun, hingga, sampai, paling, pertama, terbaik, \
         satu-satunya, kurang, lebih, bebas, saat, seperti, tiada, belum, mulai",
        Written::Apart,
    ),
    (
        "cs sk",
        "ne*, nikdy, nic, žádn*, žiadn*, bez, ani, pokud, jestliže, kromě, okrem, až, jen, pouze, iba, len, jedin*, méně, více, menej, viac, ale, \
         však, prvn*, prv*, nejlep*, najlep*, posledn*, když, keď, jak, ako, od, není, nie, nelze",
        Written::Apart,
    ),
    (
        "fi",
        "ei, eivät, en, et, ilman, älä, vain, jos, ellei, paitsi, mutta, vaikka, ensimmäi*, paras, parhaa*, viimei*, ainoa*, alle, yli, enintään, \
         vähintään, kun, kuin, vapaa, asti, saakka",
        Written::Apart,
    ),
    (
        "tr",
        "değil, hiç, asla, yok, olmadan, sadece, yalnızca, eğer, ama, fakat, ancak, hariç, dışında, kadar, en, ilk, tek, az, fazla, ise, gibi, \
         daha, ne",
        Written::Apart,
    ),
    (
        "el",
        "δεν, μη, μην, ποτέ, τίποτα, καν*, χωρίς, δίχως, ούτε, αν, εάν, εκτός, μόνο, μοναδικ*, μέχρι, έως, αλλά, όμως, πρώτ*, καλύτερ*, τελευταί*, \
         λιγότερο, περισσότερο, τουλάχιστον, όταν, σαν, όπως, από",
        Written::Apart,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_further_is_not_divided() {
        for (language, sentence) in [
            ("en", "Never leaks, breaks or fades"),
            ("en", "Works without power, cables or apps"),
            ("en", "It’s not only light, it’s strong"),
            ("en", "Free delivery, if you order today"),
            ("en", "The only lamp that folds, turns and dims"),
            ("de", "Ohne Zucker, Fett und Salz"),
            ("de", "Künstliche Aromen, Farbstoffe und Zucker sind nicht enthalten"),
            ("fr", "Sans sucre, sel ni arômes"),
            ("ja", "砂糖不使用、香料不使用"),
            ("th", "ไม่มีน้ำตาล สี และกลิ่น"),
            ("xx", "Nan, nan, nan"),
        ] {
            assert!(!divisible(language, sentence), "{sentence}");
        }
        for (language, sentence) in [
            ("en", "BPA-free, leak-proof lid, fits every cup holder"),
            ("de", "Schont die Messer und ist von Natur aus antibakteriell"),
            ("ja", "濃厚なのに後味すっきり、毎朝の一杯に"),
        ] {
            assert!(divisible(language, sentence), "{sentence}");
        }
    }
}
