//! Sentences that go back to the one before them: of "Free delivery. Except on Sundays." nobody may be shown the first alone.

use super::{measure::width, word_list::holds};

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
        list.iter().find(|(tags, ..)| holds(tags, language)).map_or(("", ""), |(_, a, b)| (*a, *b))
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
