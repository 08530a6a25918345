//! What the planner knows of languages: the small words at which a phrase cannot end, and stems that promise something.

use super::{conjunction::is_conjunction, word_list::holds};

/// A language by its primary subtag.
struct Language {
    tag: &'static str,
    /// Words that leave a phrase hanging when they are its last.
    hanging: &'static str,
    /// Stems that promise something.
    benefit: &'static str,
}

/// Whether a phrase that ends with `word` is left hanging.
pub(super) fn hangs(primary: &str, word: &str) -> bool {
    let word = word.to_lowercase();
    is_conjunction(primary, &word) || find(primary).is_some_and(|language| holds(language.hanging, &word))
}

/// How many words of `text` promise something.
pub(super) fn benefits(primary: &str, text: &str) -> usize {
    find(primary).map_or(0, |language| stems(language.benefit, text))
}

fn stems(list: &str, text: &str) -> usize {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
    words.filter(|word| list.split(' ').any(|stem| !stem.is_empty() && word.starts_with(stem))).count()
}

fn find(primary: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.tag == primary)
}

const LANGUAGES: &[Language] = &[
    Language {
        tag: "en",
        hanging: "a an the of for with and or to in on at by from that which your our its their his her my is are was were be \
                  as than into onto over under very more most so but if when while not no every all any this these those it \
                  you we they i who whose can will may just even only about between without within until up out per",
        benefit: "keep keeps save saves stay stays last lasts fit fits free fast faster easy easier effortless light lightweight \
                  soft smooth comfort fresh clean pure safe strong protect help helps more less better best perfect ready all-day \
                  instant quiet warm cool hot glow hydrat relax sleep enjoy love feel feels without never no flavour flavor \
                  taste energy power grip waterproof breathab natural organic cushion",
    },
    Language {
        tag: "de",
        hanging: "der die das den dem des ein eine einen einem einer eines und oder mit von vom zu zum zur für in im auf an am aus \
                  bei bis durch ohne um als wie so sehr ist sind war wird werden ihr ihre ihren dein deine deinen unser unsere \
                  sein seine nicht kein keine jeder jede jedes alle wenn dass nach über unter pro",
        benefit: "hält halten spart leicht weich sanft frisch rein schnell einfach bequem perfekt schütz mehr weniger besser ohne \
                  nie immer warm kühl leise stark sicher genieß natürlich atmungsaktiv wasserdicht duft geschmack",
    },
    Language {
        tag: "fr",
        hanging: "le la les l un une des du de d et ou à au aux en dans sur sous par pour avec sans que qui dont ce cette ces son sa \
                  ses votre vos notre nos leur est sont plus très comme si ne pas chez",
        benefit: "garde léger légère doux douce frais fraîche pur simple facile rapide confort protège plus sans jamais toujours \
                  parfait idéal saveur goût parfum savour profite respir",
    },
    Language {
        tag: "es",
        hanging: "el la los las un una unos unas de del y o a al en con sin por para que su sus tu tus nuestro nuestra es son más muy \
                  como si no lo se",
        benefit: "mantiene ligero ligera suave fresco fresca puro fácil rápido comodidad cómodo protege más sin nunca siempre perfecto \
                  sabor aroma disfruta natural energía",
    },
    Language {
        tag: "it",
        hanging: "il lo la i gli le un uno una di del della dei delle e o a al alla in nel nella con senza per da dal dalla su che suo \
                  sua tuo tua nostro nostra è sono più molto come se non",
        benefit: "mantiene leggero leggera morbido fresco fresca puro facile veloce comodo comfort protegge più senza mai sempre \
                  perfetto gusto sapore aroma profumo",
    },
    Language {
        tag: "pt",
        hanging: "o a os as um uma uns umas de do da dos das e ou em no na nos nas com sem por para que seu sua teu tua nosso nossa é \
                  são mais muito como se não ao à",
        benefit: "mantém leve suave macio fresco fresca puro fácil rápido conforto protege mais sem nunca sempre perfeito sabor aroma",
    },
    Language {
        tag: "nl",
        hanging: "de het een en of met van voor in op aan uit bij tot door zonder om als zo zeer is zijn was wordt je jouw uw ons onze \
                  niet geen elke alle die dat naar over onder per te",
        benefit: "blijft houdt licht zacht fris puur snel makkelijk comfort beschermt meer minder beter zonder nooit altijd warm",
    },
    Language {
        tag: "sv",
        hanging: "en ett den det de och eller med av för i på från till utan som är var din ditt vår vårt inte ingen alla mycket",
        benefit: "håller lätt mjuk frisk ren snabb enkel bekväm skyddar mer mindre bättre utan alltid varm",
    },
    Language {
        tag: "pl",
        hanging: "i a o w we z ze na do od po dla przez bez jak że lub oraz jest są to ten ta nasz twoja twój nie się",
        benefit: "",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_stand_once() {
        let mut tags: Vec<&str> = LANGUAGES.iter().map(|language| language.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), LANGUAGES.len());
        assert!(hangs("en", "The") && !hangs("en", "cup") && !hangs("xx", "the"));
    }
}
