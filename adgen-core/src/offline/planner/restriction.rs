//! Words that reach beyond their own clause: a negation, a condition, a limit, a superlative. Of "never leaks, breaks or
//! fades" nobody may be shown "breaks or fades", of "free, if you order today" not "free", and of "the only lamp that folds"
//! not "the only lamp". A sentence that holds one is shown whole or not at all.

use super::word_list::holds;

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
    let Some((_, list, written)) = LANGUAGES.iter().find(|(tags, ..)| holds(tags, language)) else {
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

/// Whether the words of the language that reach further are known here.
pub(super) fn is_known(language: &str) -> bool {
    LANGUAGES.iter().any(|(tags, ..)| holds(tags, language))
}

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
