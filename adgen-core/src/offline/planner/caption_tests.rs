//! Captions of briefs as people write them, and of briefs as they should not.

use super::*;
use crate::project::outline;
use proptest::prelude::*;

struct Case {
    language: &'static str,
    name: &'static str,
    brand: &'static str,
    audience: &'static str,
    seconds: f64,
    text: &'static str,
}

const fn case(
    language: &'static str,
    name: &'static str,
    brand: &'static str,
    seconds: f64,
    text: &'static str,
) -> Case {
    Case { language, name, brand, audience: "", seconds, text }
}

const CASES: &[Case] = &[
    case(
        "en",
        "Rosso Espresso Cup",
        "Rosso",
        30.0,
        "A handmade ceramic espresso cup from Faenza, Italy. Its double wall keeps your coffee hot for twice as long and your \
         fingers cool. Made by a family workshop since 1962, dishwasher safe.",
    ),
    case(
        "en",
        "HydroFlow Bottle",
        "",
        30.0,
        "Tired of plastic? HydroFlow is an insulated stainless steel bottle that keeps drinks cold for 24 hours and hot for 12. \
         BPA-free, leak-proof lid, fits every cup holder. We want a dynamic ad with lots of energy.",
    ),
    case(
        "en",
        "Lumen Night Serum",
        "Maison Lumen",
        45.0,
        "Lumen Night Serum is a concentrated overnight treatment with 10% niacinamide and bakuchiol. It visibly reduces fine lines \
         in four weeks, softens the skin and restores its glow. Dermatologically tested, vegan, fragrance-free.",
    ),
    case(
        "en",
        "Aero X1",
        "Volta",
        30.0,
        "The Aero X1 are wireless headphones with 40 hours of battery life, adaptive noise cancelling and studio-grade sound; they \
         charge in 15 minutes; they fold flat. Please make it look futuristic. Target audience: commuters, 25-40.",
    ),
    case(
        "en",
        "oat & honey granola",
        "Morning Field",
        15.0,
        "Crunchy organic granola, baked slowly with real honey and rolled oats. No added sugar, no palm oil, 100 % compostable bag.",
    ),
    case(
        "en",
        "City Compact",
        "",
        20.0,
        "The new all-electric City Compact: 420 km range, charges to 80% in 28 minutes, parks itself. Five-star safety rating.",
    ),
    Case {
        language: "en",
        name: "Monstera Deliciosa",
        brand: "Plantry",
        audience: "first-time plant owners",
        seconds: 30.0,
        text: "Brings a bit of jungle into your living room. Easy to care for, grows fast, air-purifying. Delivered in \
        recycled packaging.",
    },
    case("en", "Desk Lamp No. 7", "", 30.0, ""),
    case(
        "en",
        "BRIGHT WHITE TOOTHPASTE",
        "Dento",
        12.0,
        "WHITENS TEETH IN JUST 7 DAYS!!! CLINICALLY PROVEN. Fresh breath all day long!!!",
    ),
    case(
        "en",
        "Puppy Chew",
        "Woof & Co",
        30.0,
        "- Safe natural rubber\n- Cleans teeth while they play\n- Floats in water\n- Loved by 10,000+ dogs 🐶🐶\n- 30-day money-back guarantee",
    ),
    case(
        "en",
        "Trailhead Jacket",
        "Norrland",
        60.0,
        "Our three-layer shell has been designed in Sweden for people who are outdoors in every kind of weather, from the first snow in \
         November to the last storm in April. It is fully waterproof, breathable and weighs only 290 grams. Repaired for free, for life. \
         The recycled ripstop resists thorns and rock. Pit zips let you cool down fast.",
    ),
    case(
        "de",
        "Kastanie Schneidebrett",
        "Holzwerk Bühl",
        30.0,
        "Ein massives Schneidebrett aus heimischem Kastanienholz, von Hand geölt. Schont die Messer und ist von Natur aus antibakteriell. \
         Seit 1987 gefertigt im Schwarzwald, mit 10 Jahren Garantie.",
    ),
    case(
        "fr",
        "Eau de Figuier",
        "Atelier Sud",
        30.0,
        "Une eau de parfum fraîche et solaire, inspirée des jardins de Provence. Le figuier vert, la bergamote et le cèdre se fondent en un \
         sillage léger qui tient toute la journée. Fabriquée à Grasse depuis 1926.",
    ),
    case(
        "es",
        "Aceite Sierra Alta",
        "Sierra Alta",
        15.0,
        "Aceite de oliva virgen extra, prensado en frío. Sabor intenso y afrutado, cosecha propia desde 1948.",
    ),
    case(
        "ja",
        "静岡 抹茶ラテ",
        "茶の庭",
        30.0,
        "静岡県産の有機抹茶を使用。濃厚なのに後味すっきり、毎朝の一杯に。砂糖不使用、1袋で20杯分。",
    ),
    case(
        "ar",
        "قهوة النخيل",
        "النخيل",
        30.0,
        "قهوة عربية أصيلة محمصة على نار هادئة، بنكهة الهيل الطبيعي. تحضر في دقيقتين. منذ عام 1975.",
    ),
    case(
        "pl",
        "Miód Lipowy",
        "",
        20.0,
        "Miód lipowy z małej pasieki na Mazurach. Niepasteryzowany, bez dodatku cukru.",
    ),
];

fn of(case: &Case, seed: u32) -> Vec<Option<String>> {
    let mut brief = Brief::new(case.name);
    (brief.language, brief.description, brief.audience) =
        (case.language.into(), case.text.into(), case.audience.into());
    all(&brief, case.brand, case.seconds, seed).list
}

fn all(brief: &Brief, brand: &str, seconds: f64, seed: u32) -> Captions {
    let brand = Brand { name: brand.into(), ..Brand::default() };
    let scenes = outline(None, seconds).into_iter();
    let scenes: Vec<(Role, f64)> = scenes.map(|scene| (scene.role, scene.duration_s.unwrap())).collect();
    captions(brief, &brand, seed, &scenes)
}

/// The captions of an English ad for a Rosso Cup.
fn english(text: &str, seconds: f64) -> Vec<String> {
    let mut brief = Brief::new("Rosso Cup");
    brief.description = text.into();
    all(&brief, "", seconds, 0).list.into_iter().flatten().collect()
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// What holds for every caption: it is a run of the brief's own words, a name, or a listed phrase that claims nothing.
fn check(captions: &[Option<String>], brief: &Brief, brand: &str) {
    let language = primary(&brief.language);
    let said: Vec<String> = {
        let lines = super::super::wrapping::unwrapped(crate::text::lines(&brief.description), &language);
        lines.iter().flat_map(|line| words_of(&line.text)).collect()
    };
    let name = brief.product_name.to_lowercase();
    let own = invitations(&language).map(|own| [own.greetings, own.common, own.looks].concat()).unwrap_or_default();
    let plain = |text: &str| words_of(&text.to_lowercase()).join(" ");
    for caption in captions.iter().flatten() {
        assert!(!caption.trim().is_empty() && caption.trim() == caption, "{caption:?}");
        assert!(!caption.contains(char::is_control) && !caption.contains("  "), "{caption:?}");
        assert!(width(caption) <= LONGEST || !caption.contains(' '), "{caption:?}");
        assert!(caption.chars().count() <= 200);
        let words = words_of(caption);
        let from_brief = !words.is_empty() && said.windows(words.len()).any(|run| run == words);
        let names = [name.as_str(), brand].iter().any(|name| plain(name).starts_with(&plain(caption)));
        let listed = own.iter().any(|phrase| match phrase.split_once("{name}") {
            Some((before, after)) => caption
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|shown| plain(&name).starts_with(&plain(shown))),
            None => caption == phrase,
        });
        assert!(from_brief || names || listed, "nobody said {caption:?}: {:?}", brief.description);
    }
    let mut lower: Vec<String> = captions.iter().flatten().map(|caption| caption.to_lowercase()).collect();
    lower.sort_unstable();
    assert!(lower.windows(2).all(|pair| pair[0] != pair[1]), "said twice: {captions:?}");
    if name.chars().count() > 3 {
        let named = lower.iter().filter(|caption| caption.contains(&name)).count();
        assert!(named <= 2, "the name stands {named} times: {captions:?}");
    }
}

#[test]
fn briefs_give_captions_of_which_a_copywriter_need_not_be_ashamed() {
    let mut table = String::new();
    for case in CASES {
        for seconds in [6.0, case.seconds, 60.0] {
            let case = Case { seconds, ..*case };
            let captions = of(&case, 1);
            let mut brief = Brief::new(case.name);
            (brief.language, brief.description) = (case.language.into(), case.text.into());
            check(&captions, &brief, case.brand);
            let shown: Vec<&str> = captions.iter().map(|caption| caption.as_deref().unwrap_or("-")).collect();
            table += &format!("{:24} {seconds:2} s  {}\n", case.name, shown.join(" / "));
        }
    }
    if std::env::var_os("ADGEN_SHOW").is_some() {
        std::fs::write(std::env::temp_dir().join("adgen-captions.txt"), table).expect("a table to look at");
    }
}

#[test]
fn the_briefs_own_sentences_come_before_any_other_word() {
    for seconds in [6.0, 15.0, 30.0, 60.0] {
        let captions = english("Keeps its heat for twenty minutes. Glazed by hand.", seconds);
        assert_eq!(captions[0], "Keeps its heat for twenty minutes.", "{captions:?}");
        assert!(captions.contains(&"Glazed by hand.".to_owned()), "{captions:?}");
        assert_eq!(captions.last().map(String::as_str), Some("Rosso Cup"));
        let captions = english("Zero to sixty in 2.4 seconds.", seconds);
        assert_eq!(captions[0], "Zero to sixty in 2.4 seconds.");
    }
    // As many sentences as scenes: nothing else has a place.
    let text = "Hot. Fast. Yours. Keeps its heat for twenty minutes. Glazed by hand.";
    assert_eq!(english(text, 30.0).len(), 5);
    let said = words_of(text);
    assert!(english(text, 30.0)[..4].iter().flat_map(|caption| words_of(caption)).all(|word| said.contains(&word)));
    // Two that say nearly the same are still the brief's.
    let captions = english("Keeps your coffee hot. Keeps your tea hot.", 30.0);
    assert!(captions.contains(&"Keeps your tea hot.".to_owned()), "{captions:?}");
    // And so are sentences that hold the name, twice at most.
    let captions = english("The Rosso Cup is hot. The Rosso Cup is red. The Rosso Cup is light.", 30.0);
    assert_eq!(captions.iter().filter(|caption| caption.contains("Rosso Cup")).count(), 2, "{captions:?}");
}

#[test]
fn other_languages_hold_the_briefs_own_words() {
    for (language, text, first) in [
        ("de", "Hält zwanzig Minuten warm. Von Hand glasiert.", "Hält zwanzig Minuten warm."),
        ("fr", "Garde sa chaleur vingt minutes. Émaillée à la main.", "Garde sa chaleur vingt minutes."),
        ("th", "เก็บความร้อนได้ 20 นาที เคลือบด้วยมือทุกใบ", "เก็บความร้อนได้ 20 นาที"),
        ("lo", "ຮັກສາຄວາມຮ້ອນໄດ້ 20 ນາທີ", "ຮັກສາຄວາມຮ້ອນໄດ້ 20 ນາທີ"),
        ("km", "រក្សាកំដៅបាន ២០ នាទី។ ធ្វើដោយដៃ។", "រក្សាកំដៅបាន ២០ នាទី។"),
        ("my", "မိနစ်နှစ်ဆယ်ပူနေသည်။ လက်ဖြင့်လုပ်သည်။", "မိနစ်နှစ်ဆယ်ပူနေသည်။"),
        ("hi", "बीस मिनट तक गरम। हाथ से बना।", "बीस मिनट तक गरम।"),
        ("ja", "二十分間あたたかい。手仕事の釉薬。", "二十分間あたたかい。"),
        ("zh", "保温二十分钟。手工上釉。", "保温二十分钟。"),
        ("ar", "يحفظ الحرارة عشرين دقيقة. مطلي يدويا؛ جميل", "يحفظ الحرارة عشرين دقيقة."),
        ("am", "ሙቀት ይጠብቃል። በእጅ የተሰራ።", "ሙቀት ይጠብቃል።"),
        ("hy", "Տաք է պահում։ Ձեռքով է արված։", "Տաք է պահում։"),
        ("tlh", "tuj ghajtaH. ghopDaq chenmoHlu'.", "Tuj ghajtaH."),
    ] {
        let mut brief = Brief::new("Rosso");
        (brief.language, brief.description) = (language.into(), text.into());
        let captions = all(&brief, "", 30.0, 0);
        let said: Vec<&str> = captions.list.iter().flatten().map(String::as_str).collect();
        assert!(
            said.iter().any(|caption| caption.trim_end_matches('.') == first.trim_end_matches('.')),
            "{language}: {said:?}"
        );
        assert_eq!(captions.note, None);
        check(&captions.list, &brief, "");
    }
}

#[test]
fn a_long_line_without_full_stops_is_shown_at_its_blanks_or_told() {
    let mut brief = Brief::new("Rosso");
    brief.language = "th".into();
    brief.description =
        "แก้วเซรามิกทำมือจากเชียงใหม่ เก็บความร้อนได้นานถึง 20 นาที เคลือบด้วยมือทุกใบอย่างประณีต ล้างในเครื่องล้างจานได้".into();
    let captions = all(&brief, "", 30.0, 0);
    let said: Vec<&str> = captions.list.iter().flatten().map(String::as_str).collect();
    for piece in ["แก้วเซรามิกทำมือจากเชียงใหม่", "เก็บความร้อนได้นานถึง 20 นาที", "ล้างในเครื่องล้างจานได้"]
    {
        assert!(said.contains(&piece), "{said:?}");
    }
    brief.description = "แก้ว".repeat(60);
    let captions = all(&brief, "", 30.0, 0);
    assert!(captions.note.as_deref().is_some_and(|note| note.contains("\"th\"")), "{captions:?}");
    brief.description = " \n ".into();
    assert_eq!(all(&brief, "", 30.0, 0).note, None);
}

#[test]
fn what_shops_and_people_write_is_read() {
    for (text, expected) in [
        (
            "<p>Keeps its heat.<br>Glazed by hand &amp; fired twice.</p><ul><li>Dishwasher safe</li></ul>",
            &["Keeps its heat.", "Glazed by hand & fired twice.", "Dishwasher safe"][..],
        ),
        (
            "1️⃣ Pour the beans 2️⃣ Press the button 3️⃣ Enjoy in 30 seconds",
            &["Pour the beans", "Press the button", "Enjoy in 30 seconds"],
        ),
        (
            "Keeps cool for approx. 12 hours. Developed by Dr. Müller in St. Gallen. Holds 2.5 l vs. 1.8 l of others.",
            &[
                "Keeps cool for approx. 12 hours.",
                "Developed by Dr. Müller in St. Gallen.",
                "Holds 2.5 l vs. 1.8 l of others.",
            ],
        ),
        ("## Why?\n- **Soft** on skin\n- Made in [Faenza](https://x.example)\n", &["Soft on skin", "Made in Faenza"]),
    ] {
        let captions = english(text, 30.0);
        for words in expected {
            assert!(captions.iter().any(|caption| caption == words), "{words:?} of {text:?}: {captions:?}");
        }
    }
}

#[test]
fn nothing_is_said_that_the_brief_denies_or_limits() {
    for (text, never) in [
        (
            "Never leaks, breaks or fades, whatever the weather may bring on your way to work each day.",
            "Breaks or fades",
        ),
        (
            "Free delivery for a whole long year, if you order before the end of the month of May.",
            "Free delivery for a whole long year",
        ),
        ("50 % less heat lost*. *than without a lid.", "50 % less heat lost"),
    ] {
        let captions = english(text, 30.0);
        assert!(
            !captions.iter().any(|caption| caption.starts_with(never) && caption.len() < never.len() + 3),
            "{captions:?}"
        );
    }
}

#[test]
fn nothing_is_claimed_that_stands_below_a_denial_or_behind_one() {
    for (language, text, never) in [
        ("en", "Free from:\n- Parabens\n- Mineral oil\nSmells of roses.", &["Parabens", "Mineral oil"][..]),
        ("en", "Contains no\n- Parabens\n- Mineral oil\n\nSmells of roses.", &["Parabens", "Mineral oil"]),
        ("en", "<h4>What's NOT in it</h4><ul><li>Palm oil</li></ul><p>Smells of roses.</p>", &["Palm oil"]),
        ("en", "Helps against\n- Bad sleep\n- Headaches", &["Bad sleep", "Headaches"]),
        ("de", "Ohne:\n- Zuckerzusatz\n- Palmöl", &["Zuckerzusatz", "Palmöl"]),
        ("ja", "不使用成分：\n・合成香料\n・着色料", &["合成香料", "着色料"]),
        ("zh", "不含：\n- 人工色素\n- 棕榈油", &["人工色素", "棕榈油"]),
        ("en", "ปราศจากสารเคมีทุกชนิด น้ำหอมสังเคราะห์ทุกชนิด", &["น้ำหอมสังเคราะห์ทุกชนิด"]),
        ("en", "Free delivery!\nOnly in Ohio.\nKeeps coffee hot for 12 hours.", &["Free delivery!"]),
        ("en", "<p>Free delivery</p><p>Except on Sundays</p>", &["Free delivery"]),
        ("en", "Contains no<br>parabens or sulphates.<br>Smells of roses.", &["Contains no", "Parabens or sulphates."]),
        ("en", "Leaks? Never. Fades? Never.", &["Leaks?", "Fades?"]),
        ("de", "Senkt den Verbrauch um 30 %, läuft flüsterleise.", &["Senkt den Verbrauch um 30"]),
        (
            "en",
            "50% less heat loss¹. Glazed by hand. ¹ Compared with glass.",
            &["50% less heat loss¹.", "¹ Compared with glass."],
        ),
        ("en", "Kills germs (1). Smells of lemon. (1) In lab tests.", &["Kills germs (1).", "(1) In lab tests."]),
        ("en", "Waterproof. To 3 metres.", &["Waterproof."]),
    ] {
        for seconds in [6.0, 15.0, 30.0] {
            let mut brief = Brief::new("Lumo");
            (brief.language, brief.description) = (language.into(), text.into());
            let captions = all(&brief, "", seconds, 0).list;
            let said = captions.iter().flatten().find(|caption| never.contains(&caption.as_str()));
            assert_eq!(said, None, "{text:?}, {seconds} s");
        }
    }
}

#[test]
fn captions_are_in_the_briefs_order() {
    let captions = english("Was $99. Now it is less. Why pay more? Glazed by hand in Ohio.", 30.0);
    assert_eq!(
        captions[..4],
        ["Was $99.", "Now it is less.", "Why pay more?", "Glazed by hand in Ohio."],
        "{captions:?}"
    );
}

#[test]
fn claims_with_figures_are_whole() {
    for (text, claim) in [
        ("Ideal for 2. Made by hand in Faenza.", "Ideal for 2."),
        ("Works if 3 < 5 & 7 > 2. Glazed by hand.", "Works if 3 < 5 & 7 > 2."),
        ("Serves only 1. Sleeps 2. Glazed by hand.", "Serves only 1."),
        ("Made with ❤️ in Italy. Glazed by hand.", "Made with ❤️ in Italy."),
        ("Comes in 3️⃣ colours. Glazed by hand.", "Comes in 3️⃣ colours."),
    ] {
        let captions = english(text, 60.0);
        assert!(captions.iter().any(|caption| caption == claim), "{captions:?}");
    }
}

#[test]
fn a_name_is_the_same_however_its_letters_are_composed() {
    let mut brief = Brief::new("Caffe\u{300} Rosso");
    brief.description = "CAFF\u{C8} ROSSO. Glazed by hand.".into();
    let captions = all(&brief, "", 30.0, 0).list;
    assert!(!captions.iter().flatten().any(|caption| caption.starts_with("CAFF\u{C8}")), "{captions:?}");
    let brand = all(&Brief::new("Caffe\u{300} Rosso"), "caff\u{E8} rosso", 30.0, 0).list;
    assert_eq!(
        brand.iter().flatten().filter(|caption| caption.to_lowercase().contains("rosso")).count(),
        2,
        "{brand:?}"
    );
}

#[test]
fn an_empty_brief_still_speaks() {
    for seed in 0..20 {
        let mut brief = Brief::new("Rosso");
        brief.description = " \n ".into();
        let captions = all(&brief, "", 30.0, seed).list;
        check(&captions, &brief, "");
        assert!(captions[0].as_deref().is_some_and(|hook| hook.contains("Rosso")) && captions[1].is_some());
        assert_eq!((&captions[2], &captions[3]), (&None, &None));
        let captions = of(&case("ko", "Rosso", "Casa", 30.0, ""), seed);
        assert_eq!(captions, [Some("Rosso".into()), None, None, None, Some("Casa".into())]);
    }
}

#[test]
fn ten_thousand_characters_and_hostile_marks_are_fine() {
    let long = "Keeps \"coffee\" hot 100 %\\n\\ {} <b>😀</b> for hours and hours, ".repeat(200);
    let name = "Rosso 😀 \"100 %\" \\ Cup with a name that goes on and on for much longer than any line";
    let mut brief = Brief::new(name);
    brief.description = long;
    for seed in 0..10 {
        check(&all(&brief, "", 60.0, seed).list, &brief, "");
    }
    let giant = all(&Brief::new("x".repeat(120)), "", 8.0, 1).list;
    assert_eq!(giant[2].as_ref().map(String::len), Some(120), "a word is never cut");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_it(
        name in "\\PC{1,60}", text in "(\\PC|[a-z,.;!? \n]){0,300}",
        language in "(en|de|zh|ar|fr|th|[a-z]{2})", seed in 0..99u32, seconds in 3.0..90.0f64,
    ) {
        let mut brief = Brief::new(name);
        (brief.description, brief.language) = (text, language);
        let captions = all(&brief, "", seconds, seed).list;
        for caption in captions.iter().flatten() {
            prop_assert!(!caption.contains(char::is_control));
            prop_assert!(width(caption) <= LONGEST || !caption.contains(' '), "{:?}", caption);
        }
    }

    /// Nothing is on screen that nobody said.
    #[test]
    fn every_caption_is_the_briefs_a_name_or_a_listed_phrase(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "keeps", "coffee", "hot", "never", "leaks", "soft", "and", "with", "without", "a", "the", "ceramic", "cup", "for", "20",
                "minutes", "approx.", "Dr.", "e.g.", "Rosso", "hand", "wool", "safe,", "warm,", "light.", "red!", "Fast?", "(new)", "if",
                "it", "is", "that", "holds", "2.5", "l", "<br>", "&amp;", "**bold**", "-", "U.S.", "und", "et", "für",
            ]),
            0..60,
        ),
        language in prop::sample::select(vec!["en", "de", "fr", "es", "nl", "pl", "xx"]), seed in 0..99u32,
        seconds in prop::sample::select(vec![6.0, 15.0, 30.0, 60.0]), brand in prop::sample::select(vec!["", "Casa", "Rosso"]),
    ) {
        let mut brief = Brief::new("Rosso Cup");
        (brief.description, brief.language) = (words.join(" "), language.into());
        check(&all(&brief, brand, seconds, seed).list, &brief, brand);
    }
}
