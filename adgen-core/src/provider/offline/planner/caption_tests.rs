//! Captions of briefs as people write them, and of briefs as they should not.

use super::*;
use crate::provider::offline::planner::arc::roles;
use proptest::prelude::*;

struct Case {
    language: &'static str,
    name: &'static str,
    brand: &'static str,
    audience: &'static str,
    mood: Mood,
    seconds: f64,
    text: &'static str,
}

const fn case(
    language: &'static str,
    name: &'static str,
    brand: &'static str,
    mood: Mood,
    seconds: f64,
    text: &'static str,
) -> Case {
    Case { language, name, brand, audience: "", mood, seconds, text }
}

const CASES: &[Case] = &[
    case(
        "en",
        "Rosso Espresso Cup",
        "Rosso",
        Mood::Warm,
        30.0,
        "A handmade ceramic espresso cup from Faenza, Italy. Its double wall keeps your coffee hot for twice as long and your \
         fingers cool. Made by a family workshop since 1962, dishwasher safe.",
    ),
    case(
        "en",
        "HydroFlow Bottle",
        "",
        Mood::Energetic,
        30.0,
        "Tired of plastic? HydroFlow is an insulated stainless steel bottle that keeps drinks cold for 24 hours and hot for 12. \
         BPA-free, leak-proof lid, fits every cup holder. We want a dynamic ad with lots of energy.",
    ),
    case(
        "en",
        "Lumen Night Serum",
        "Maison Lumen",
        Mood::Luxury,
        45.0,
        "Lumen Night Serum is a concentrated overnight treatment with 10% niacinamide and bakuchiol. It visibly reduces fine lines \
         in four weeks, softens the skin and restores its glow. Dermatologically tested, vegan, fragrance-free.",
    ),
    case(
        "en",
        "Aero X1",
        "Volta",
        Mood::Tech,
        30.0,
        "The Aero X1 are wireless headphones with 40 hours of battery life, adaptive noise cancelling and studio-grade sound; they \
         charge in 15 minutes; they fold flat. Please make it look futuristic. Target audience: commuters, 25-40.",
    ),
    case(
        "en",
        "oat & honey granola",
        "Morning Field",
        Mood::Natural,
        15.0,
        "Crunchy organic granola, baked slowly with real honey and rolled oats. No added sugar, no palm oil, 100 % compostable bag.",
    ),
    case(
        "en",
        "City Compact",
        "",
        Mood::Fresh,
        20.0,
        "The new all-electric City Compact: 420 km range, charges to 80% in 28 minutes, parks itself. Five-star safety rating.",
    ),
    Case {
        language: "en",
        name: "Monstera Deliciosa",
        brand: "Plantry",
        audience: "first-time plant owners",
        mood: Mood::Natural,
        seconds: 30.0,
        text: "Brings a bit of jungle into your living room. Easy to care for, grows fast, air-purifying. Delivered in \
        recycled packaging.",
    },
    case("en", "Desk Lamp No. 7", "", Mood::Calm, 30.0, ""),
    case(
        "en",
        "BRIGHT WHITE TOOTHPASTE",
        "Dento",
        Mood::Fresh,
        12.0,
        "WHITENS TEETH IN JUST 7 DAYS!!! CLINICALLY PROVEN. Fresh breath all day long!!!",
    ),
    case(
        "en",
        "Puppy Chew",
        "Woof & Co",
        Mood::Playful,
        30.0,
        "- Safe natural rubber\n- Cleans teeth while they play\n- Floats in water\n- Loved by 10,000+ dogs 🐶🐶\n- 30-day money-back guarantee",
    ),
    case(
        "en",
        "Trailhead Jacket",
        "Norrland",
        Mood::Energetic,
        60.0,
        "Our three-layer shell has been designed in Sweden for people who are outdoors in every kind of weather, from the first snow in \
         November to the last storm in April. It is fully waterproof, breathable and weighs only 290 grams. Repaired for free, for life. \
         The recycled ripstop resists thorns and rock. Pit zips let you cool down fast.",
    ),
    case(
        "de",
        "Kastanie Schneidebrett",
        "Holzwerk Bühl",
        Mood::Natural,
        30.0,
        "Ein massives Schneidebrett aus heimischem Kastanienholz, von Hand geölt. Schont die Messer und ist von Natur aus antibakteriell. \
         Seit 1987 gefertigt im Schwarzwald, mit 10 Jahren Garantie.",
    ),
    case(
        "fr",
        "Eau de Figuier",
        "Atelier Sud",
        Mood::Luxury,
        30.0,
        "Une eau de parfum fraîche et solaire, inspirée des jardins de Provence. Le figuier vert, la bergamote et le cèdre se fondent en un \
         sillage léger qui tient toute la journée. Fabriquée à Grasse depuis 1926.",
    ),
    case(
        "es",
        "Aceite Sierra Alta",
        "Sierra Alta",
        Mood::Warm,
        15.0,
        "Aceite de oliva virgen extra, prensado en frío. Sabor intenso y afrutado, cosecha propia desde 1948.",
    ),
    case(
        "ja",
        "静岡 抹茶ラテ",
        "茶の庭",
        Mood::Calm,
        30.0,
        "静岡県産の有機抹茶を使用。濃厚なのに後味すっきり、毎朝の一杯に。砂糖不使用、1袋で20杯分。",
    ),
    case(
        "ar",
        "قهوة النخيل",
        "النخيل",
        Mood::Warm,
        30.0,
        "قهوة عربية أصيلة محمصة على نار هادئة، بنكهة الهيل الطبيعي. تحضر في دقيقتين. منذ عام 1975.",
    ),
    case(
        "pl",
        "Miód Lipowy",
        "",
        Mood::Natural,
        20.0,
        "Miód lipowy z małej pasieki na Mazurach. Niepasteryzowany, bez dodatku cukru.",
    ),
];

fn of(case: &Case, seed: u32) -> Vec<Option<String>> {
    let mut brief = Brief::new(case.name);
    (brief.language, brief.description, brief.audience) =
        (case.language.into(), case.text.into(), case.audience.into());
    let brand = Brand { name: case.brand.into(), ..Brand::default() };
    captions(&brief, &brand, case.mood, seed, roles(case.seconds))
}

/// What holds for every caption.
fn check(captions: &[Option<String>]) {
    for caption in captions.iter().flatten() {
        assert!(!caption.trim().is_empty() && caption.trim() == caption, "{caption:?}");
        assert!(!caption.contains(char::is_control) && !caption.contains("  "), "{caption:?}");
        assert!(width(caption) <= WIDEST || !caption.contains(' '), "{caption:?}");
        assert!(caption.chars().count() <= 200);
    }
}

#[test]
fn briefs_give_captions_of_which_a_copywriter_need_not_be_ashamed() {
    let mut table = String::new();
    for case in CASES {
        for seed in [0, 1, 5] {
            let captions = of(case, seed);
            check(&captions);
            let shown: Vec<&str> = captions.iter().map(|caption| caption.as_deref().unwrap_or("-")).collect();
            table += &format!("{:24} {}\n", case.name, shown.join(" / "));
            // Every caption that is not ours is new: nothing is said twice.
            let mut lower: Vec<String> =
                captions[..captions.len() - 1].iter().flatten().map(|c| c.to_lowercase()).collect();
            lower.sort_unstable();
            let all = lower.len();
            lower.dedup();
            assert_eq!(lower.len(), all, "{shown:?}");
        }
    }
    if std::env::var_os("ADGEN_SHOW").is_some() {
        std::fs::write(std::env::temp_dir().join("adgen-captions.txt"), table).expect("a table to look at");
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

#[test]
fn other_languages_hold_the_briefs_own_words_only() {
    for case in CASES.iter().filter(|case| case.language != "en") {
        let source = words_of(&format!("{} {} {}", case.name, case.brand, case.text));
        for seed in 0..8 {
            for caption in of(case, seed).iter().flatten() {
                for word in words_of(caption) {
                    assert!(source.contains(&word), "{word:?} of {caption:?} is not in the brief of {}", case.name);
                }
            }
        }
    }
}

#[test]
fn an_empty_brief_still_speaks() {
    for seed in 0..20 {
        let captions = of(&case("en", "Rosso", "", Mood::Fresh, 30.0, " \n "), seed);
        assert!(captions.iter().all(Option::is_some), "{captions:?}");
        assert_eq!(captions[4].as_deref(), Some("Rosso"));
        let captions = of(&case("ko", "Rosso", "Casa", Mood::Fresh, 30.0, ""), seed);
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
        check(&captions(&brief, &Brand::default(), Mood::Fresh, seed, roles(60.0)));
    }
    let giant = captions(&Brief::new("x".repeat(120)), &Brand::default(), Mood::Fresh, 1, roles(8.0));
    assert_eq!(giant[2].as_ref().map(String::len), Some(120), "a word is never cut");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_it(name in "\\PC{1,60}", text in "(\\PC|[a-z,.;!? \n]){0,300}", language in "(en|de|zh|ar|fr|[a-z]{2})", seed in 0..99u32) {
        let mut brief = Brief::new(name);
        (brief.description, brief.language) = (text, language);
        for caption in captions(&brief, &Brand::default(), Mood::Calm, seed, roles(60.0)).iter().flatten() {
            prop_assert!(!caption.contains(char::is_control));
            prop_assert!(width(caption) <= WIDEST || !caption.contains(' '), "{:?}", caption);
        }
    }
}
