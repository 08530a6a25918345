//! Words that reach beyond their own clause: a negation, a condition, a limit, a superlative. Of "never leaks, breaks or
//! fades" nobody may be shown "breaks or fades", of "free, if you order today" not "free", and of "the only lamp that folds"
//! not "the only lamp". A sentence that holds one is shown whole or not at all.

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

/// Whether a sentence takes back a part of what the one before it says: "Except on Sundays.", "Only in Ohio.", "If you care for
/// it." One that goes on after a comma has a claim of its own.
pub(super) fn reaches_back(language: &str, sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('’', "'");
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let begins = |list: &str, apart: bool| {
        list.split(',').map(str::trim).filter(|lead| !lead.is_empty()).any(|lead| {
            let rest = lower.strip_prefix(lead);
            rest.is_some_and(|rest| !apart || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
        })
    };
    let Some((_, always, alone)) = REACHING_BACK.iter().find(|(tags, ..)| tags.split(' ').any(|tag| tag == language)) else {
        return false;
    };
    let apart = !matches!(language, "ja" | "zh" | "th");
    begins(always, apart) || (!lower.contains([',', '،', '，', '、']) && begins(alone, apart))
}

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
    ("el", "εκτός, πλην, όμως, ωστόσο, αλλά μόνο, αλλά όχι, μόνο αν, μόνο σε, μόνο για, μόνο με, δεν ισχύει, με την προϋπόθεση, εφόσον", "αν, εάν, μέχρι"),
    ("tr", "ancak, hariç, fakat, ama sadece, sadece, yalnızca, dışında, şartıyla", "eğer"),
    ("ar", "ما عدا, إلا, باستثناء, لكن, بشرط, فقط, عدا, ولا, غير متاح, غير صالح", "إذا, حتى"),
    ("he", "חוץ מ, למעט, אלא אם, אבל רק, אבל לא, רק אם, רק ב, רק ל, לא כולל, בתנאי, בכפוף", "אם, עד"),
    ("fa", "به جز, بجز, مگر, اما فقط, فقط در, فقط برای, به شرط, به استثنای", "اگر, تا"),
    ("hi", "लेकिन केवल, लेकिन, केवल, सिर्फ, सिर्फ़, बशर्ते, छोड़कर", "अगर, यदि, जब"),
    ("ja", "ただし, 但し, 除く, 対象外", ""),
    ("zh", "但, 不过, 除非, 除外, 仅限, 僅限, 仅, 只限, 不适用, 不含", "如果, 若"),
    ("ko", "단, 다만, 하지만, 그러나, 제외", ""),
    ("th", "ยกเว้น, แต่, เฉพาะ, เว้นแต่", ""),
    ("vi", "trừ, ngoại trừ, tuy nhiên, nhưng chỉ, nhưng không, chỉ khi, chỉ ở, chỉ cho, với điều kiện, không áp dụng", "nếu, đến"),
    ("id ms", "kecuali, namun, tetapi hanya, tapi hanya, hanya jika, hanya di, hanya untuk, tidak berlaku, tidak termasuk, asalkan", "jika, kalau, sampai"),
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
         starting at, starting from, like, as if, imagine, would, avoid, avoids, stop, stops, forget, replaces",
        Written::Apart,
    ),
    (
        "de",
        "nicht, nichts, nie, niemals, kein*, ohne, weder, noch, kaum, frei von, statt, anstatt, wenn, falls, sofern, solange, außer, \
         ausgenommen, bis zu, bis, nur, lediglich, höchstens, mindestens, aber, jedoch, obwohl, trotz, erste*, letzte*, beste*, meist*, \
         schnellste*, leichteste*, stärkste*, einzig*, mehr als, weniger als, besser als, wie, sondern, könnte*, würde*, ab, sobald",
        Written::Apart,
    ),
    (
        "fr",
        "ne, n'*, pas, jamais, rien, aucun*, sans, ni, si, sauf, excepté, hormis, jusqu'*, jusqu, seul*, seulement, uniquement, moins de, \
         plus de, au moins, au plus, mais, cependant, bien que, premier*, première*, meilleur*, dernier*, tant que, lorsque, quand, \
         comme, plutôt, au lieu, pourrait, guère, dès",
        Written::Apart,
    ),
    (
        "es",
        "no, nunca, jamás, nada, ningún*, ningun*, sin, ni, tampoco, si, salvo, excepto, hasta, solo, sólo, solamente, únic*, menos de, más de, \
         al menos, como máximo, pero, aunque, primer*, mejor*, último*, última*, mientras, cuando, como, apenas, sino, podría*, desde",
        Written::Apart,
    ),
    (
        "it",
        "non, mai, niente, nulla, nessun*, senza, né, se, salvo, tranne, eccetto, fino, solo, soltanto, unic*, meno di, più di, almeno, al \
         massimo, ma, però, sebbene, prim*, miglior*, ultim*, finché, quando, come, bensì, anziché, potrebbe*, a partire",
        Written::Apart,
    ),
    (
        "pt",
        "não, nunca, jamais, nada, nenhum*, sem, nem, se, salvo, exceto, até, só, somente, apenas, únic*, menos de, mais de, pelo menos, no \
         máximo, mas, porém, embora, primeir*, melhor*, últim*, enquanto, quando, como, poderia*, a partir",
        Written::Apart,
    ),
    (
        "nl",
        "niet, nooit, niets, geen, zonder, noch, vrij van, als, tenzij, behalve, uitgezonderd, tot, alleen, slechts, enkel, enige, minder \
         dan, meer dan, minstens, hoogstens, maar, echter, hoewel, eerste, beste, laatste, zolang, wanneer, zoals, zou, vanaf",
        Written::Apart,
    ),
    (
        "sv",
        "inte, ej, icke, aldrig, ingen, inget, inga, utan, varken, fri från, om, såvida, förutom, utom, upp till, bara, endast, enda, mindre \
         än, mer än, minst, högst, men, dock, fast, första, bästa, sista, medan, när, som, skulle, från",
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
