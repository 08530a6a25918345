//! The planner's own words: greetings that hold the product's name, and invitations to look. They claim nothing about the
//! product, for what an ad claims is the advertiser's to say; `docs/looks.md` lists them all, and a test holds both together.

/// What the planner may say of its own accord in a language.
#[derive(Debug)]
pub(super) struct Invitations {
    /// With `{name}` for the product's name.
    pub(super) greetings: &'static [&'static str],
    /// The same for a name without a capital.
    pub(super) common: &'static [&'static str],
    pub(super) looks: &'static [&'static str],
}

/// The planner's own words in a language, by its primary subtag; none where it has none.
pub(super) fn invitations(language: &str) -> Option<&'static Invitations> {
    LANGUAGES.iter().find(|(tag, _)| *tag == language).map(|(_, invitations)| invitations)
}

const fn say(greetings: &'static [&'static str], looks: &'static [&'static str]) -> Invitations {
    Invitations { greetings, common: greetings, looks }
}

const LANGUAGES: &[(&str, Invitations)] = &[
    (
        "en",
        Invitations {
            greetings: &["Meet {name}", "Say hello to {name}", "This is {name}"],
            common: &["Meet our {name}", "Say hello to our {name}", "This is our {name}"],
            looks: &["Take a look", "Take a closer look", "See it up close", "Look closer"],
        },
    ),
    ("de", say(&["Das ist {name}"], &["Aus der Nähe betrachtet", "Ein Blick aus der Nähe"])),
    ("fr", say(&["Voici {name}"], &["Vu de près", "Regardez de plus près"])),
    ("es", say(&["Esto es {name}"], &["De cerca", "Una mirada de cerca"])),
    ("it", say(&["Ecco {name}"], &["Da vicino", "Uno sguardo da vicino"])),
    ("pt", say(&["Conheça {name}"], &["De perto", "Um olhar de perto"])),
    ("nl", say(&["Dit is {name}"], &["Van dichtbij bekeken", "Kijk van dichtbij"])),
    ("sv", say(&["Det här är {name}"], &["På nära håll", "Ta en närmare titt"])),
    ("pl", say(&["Oto {name}"], &["Z bliska", "Spójrz z bliska"])),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::buttons;
    use std::collections::BTreeSet;

    /// The lists of `docs/looks.md`: "| `en` | words · words | words | button |".
    fn documented() -> BTreeSet<(String, String)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/looks.md");
        let text = std::fs::read_to_string(path).expect("docs/looks.md lies in the checkout");
        let (_, section) = text.split_once("### Its own words").expect("docs/looks.md lists the planner's own words");
        let rows =
            section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2);
        let mut all = BTreeSet::new();
        for row in rows {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            for words in cells[1..].iter().flat_map(|cell| cell.split(" · ")).filter(|words| *words != "–") {
                assert!(all.insert((cells[0].trim_matches('`').to_owned(), words.to_owned())), "{words} stands twice");
            }
        }
        all
    }

    #[test]
    fn the_planner_says_what_is_documented_and_nothing_else() {
        let mut said = BTreeSet::new();
        for (tag, own) in LANGUAGES {
            let lists = [own.greetings, own.common, own.looks];
            said.extend(lists.concat().iter().map(|words| ((*tag).to_owned(), (*words).to_owned())));
        }
        said.extend(buttons().map(|(tag, words)| (tag.to_owned(), words.to_owned())));
        let documented = documented();
        assert_eq!(said.difference(&documented).collect::<Vec<_>>(), Vec::<&_>::new(), "not in docs/looks.md");
        assert_eq!(documented.difference(&said).collect::<Vec<_>>(), Vec::<&_>::new(), "only in docs/looks.md");
    }

    #[test]
    fn own_words_claim_nothing() {
        let claims = "made last care quality best good better new fresh natural pure perfect more every only first premium love joy original \
                      real true free save today now hand finest simply always never";
        for (_, own) in LANGUAGES {
            for words in [own.greetings, own.common, own.looks].concat() {
                let lower = words.to_lowercase();
                assert!(lower.split(' ').all(|word| !claims.split_whitespace().any(|claim| claim == word)), "{words}");
            }
        }
    }
}
