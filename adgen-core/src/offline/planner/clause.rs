//! The parts of a sentence that can stand alone: split where a new promise begins, never cut. A part is shown as a claim of
//! its own, so it is taken from a sentence only where grammar leaves no doubt about what it says and of whom.

use super::{
    language::hangs,
    measure::{LONGEST, width},
    restriction::divisible,
    word_list::holds,
};

/// English verbs that begin a promise: "keeps your coffee hot".
const VERBS: &str = "keeps gives makes lasts removes helps brings lets fits saves protects cleans delivers turns stays holds charges \
                     offers provides reduces adds blocks cuts soothes nourishes hydrates wakes warms cools folds packs runs works \
                     melts lifts supports adapts cushions absorbs fights restores repels connects locks calms cleanses \
                     strengthens softens brightens heats feels smells tastes grows glides weighs resists withstands wipes dries";
/// Languages in which a main clause is whole before its first comma, as a rule: the verb does not wait for the end.
const VERB_EARLY: &str = "de fr es it pt ca gl nl sv da no nb nn pl cs sk hr sl ru uk bg el ro id ms vi en";
/// The starts of English sentences that talk to the agency, not to the viewer.
const ORDERS: &str = "we want,we would,we'd like,i want,i would,i'd like,we are looking for,we're looking for,looking for a,can you,could you,\
                      please make,please use,please show,please keep,please do,please don't,please avoid,please include,please add,\
                      please create,please write,please put,please find,please no ,\
                      the ad should,the ad must,the ad is,the ad needs,the video should,the video must,the video needs,this ad,this video,\
                      the commercial,the spot should,the spot must,an ad that,an ad for,an ad with,an ad in,an ad about,a video that,\
                      a video for,a video with,a video about,target audience,target group,target market,target customers,target:,\
                      our target,our audience,our viewers,viewers should,the target audience,the target group,the target market,\
                      audience:,ideally we,ideally the,ideally it,ideally with,the tone should,the tone is,the tone:,tone:,tone of,\
                      the mood should,the mood is,the mood:,mood:,style:,music:,voice-over:,voiceover:,voice over:,cta:,call to action:,\
                      the goal is,the goal:,goal:,aimed at,no stock,the brief is,the brief:,brief:,make it pop,\
                      we'd love,highlight the,emphasize,emphasise,focus on the,mention that,mention the,don't mention,do not mention,\
                      it should feel,the product should,scene 1,scene one,\
                      logo in,for the agency,note to,note:,todo:,tbd,you are a,write a,write three,write me,hi team,hello team,dear team,\
                      best regards,kind regards,internal";
/// What leads to words of the agency in brackets: "(For the agency: keep it short)".
const OPENING: [char; 6] = ['(', '[', '*', '_', '"', '“'];
/// Starts that may be either, and the words of the trade that tell.
const PERHAPS: &str = "make ,create ,avoid ,don't ,do not ,show ,use ,keep ,must ,should ,it should ,it must ,add ,include ,start ,end ,\
                       open with ,we need ,i need ";
const TRADE: &str = "ad ads advert commercial footage voice-over voiceover captions viewer viewers soundtrack storyboard hashtag hashtags \
                     cta close-up closeup logo slow-motion";
/// What an order may add or show, and a sentence to the viewer does not.
const ADDED: &str = "music logo animation shots transitions price people table";

pub(super) fn is_verb(word: &str) -> bool {
    holds(VERBS, &word.to_lowercase())
}

/// Whether a sentence is meant for the agency.
pub(super) fn is_order(sentence: &str, language: &str) -> bool {
    if language != "en" {
        return false;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    let lower = lower.trim_start_matches(OPENING);
    let begins = |list: &str| list.split(',').any(|lead| lower.starts_with(lead));
    let any = |list: &str| lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| holds(list, word));
    begins(ORDERS)
        || (begins(PERHAPS) && any(TRADE))
        || (begins("use ,add ,include ,show ,don't show ,do not show ,do not mention ,don't mention ") && any(ADDED))
}

/// The parts of a sentence, each with fewer words than it and at most `limit` wide; none where it has to stay whole. `names`
/// are those of product and brand: what is said of anybody else is not said of the product.
pub(super) fn clauses(sentence: &str, language: &str, limit: usize, names: &[String]) -> Vec<String> {
    // What stands in brackets may take back what is before them.
    const WHOLE: [char; 17] =
        ['"', '“', '”', '„', '«', '»', '「', '」', '*', '(', ')', '（', '）', '[', ']', ':', '：'];
    let address = ["://", "www.", "@"].iter().any(|mark| sentence.contains(mark));
    if address || sentence.contains(WHOLE) || !divisible(language, sentence) {
        return Vec::new();
    }
    let parts = match language {
        "en" => promises(sentence, limit, names),
        _ => Vec::new(),
    };
    match parts.is_empty() && width(sentence) > LONGEST {
        true => first_clause(sentence, language, limit).into_iter().collect(),
        false => parts,
    }
}

/// What a main clause says before its first comma, in a sentence that is too long for any scene. What follows is left out: it
/// may be the member of an enumeration, which claims another thing alone.
fn first_clause(sentence: &str, language: &str, limit: usize) -> Option<String> {
    const LEAST: usize = 4;
    let dash = [" – ", " — ", " - "].iter().filter_map(|dash| sentence.find(dash));
    let at = sentence.find(", ").into_iter().chain(dash).min()?;
    let first = sentence[..at].trim();
    let words = first.split_whitespace().count();
    let whole = !first.split_whitespace().next_back().is_some_and(|word| hangs(language, word));
    (holds(VERB_EARLY, language) && words >= LEAST && whole && width(first) <= limit).then(|| first.to_owned())
}

/// The promises of an English sentence: "keeps drinks cold, fits every cup holder and weighs 290 g".
fn promises(sentence: &str, limit: usize, names: &[String]) -> Vec<String> {
    let cuts = cuts(sentence);
    let ends = cuts.iter().map(|cut| cut.0).chain([sentence.len()]);
    let segments: Vec<&str> = [0]
        .into_iter()
        .chain(cuts.iter().map(|cut| cut.1))
        .zip(ends)
        .map(|(from, to)| sentence[from..to].trim())
        .collect();
    let Some((first, rest)) = segments.split_first() else { return Vec::new() };
    let mut parts = Vec::new();
    let subject = subject(first, names);
    match &subject {
        Subject::Product { what: Some(what), .. } => parts.push((*what).to_owned()),
        // Whoever it is about, it is said as the brief says it.
        _ if !rest.is_empty() => parts.push((*first).to_owned()),
        // Too long for any scene: up to a conjunction behind its verb.
        _ if width(sentence) > LONGEST => {
            parts.extend(fitted(first, limit).filter(|half| half.split(' ').any(is_verb)));
        }
        _ => {}
    }
    // What the others do is the product's only where the first is about it.
    if matches!(subject, Subject::Product { .. }) {
        if let Subject::Product { does: Some(does), .. } = subject {
            parts.push(does.to_owned());
        }
        parts.extend(rest.iter().map(|part| (*part).to_owned()));
    }
    let mut fitting: Vec<String> = parts.iter().filter_map(|part| fitted(part, limit)).collect();
    fitting.retain(|part| part != sentence && part.split(' ').count() >= 2);
    fitting
}

/// Whom the first part of a sentence is about.
enum Subject<'a> {
    /// The product: by its name, by "it", or a verb without a subject. `what` it is and what it `does`, where the sentence
    /// says so: "HydroFlow is a steel bottle | that keeps drinks cold".
    Product {
        what: Option<&'a str>,
        does: Option<&'a str>,
    },
    Other,
}

fn subject<'a>(first: &'a str, names: &[String]) -> Subject<'a> {
    let lower = first.to_lowercase();
    // Letters that are longer in lower case would lead to another place.
    let after = |lead: &str| lower.starts_with(lead).then(|| first.get(lead.len()..)).flatten();
    let word = first.split(' ').next().unwrap_or_default();
    if is_verb(word) {
        return Subject::Product { what: None, does: None };
    }
    let named = names.iter().filter(|name| !name.is_empty()).flat_map(|name| {
        let name = name.to_lowercase();
        [format!("{name} "), format!("the {name} "), format!("our {name} ")]
    });
    let known = named.chain(["it ".to_owned(), "this ".to_owned()]);
    let found = known.filter_map(|lead| after(&lead)).min_by_key(|rest| rest.len());
    let Some(rest) = found else { return Subject::Other };
    let what = ["is a ", "is an ", "are "].iter().find_map(|verb| rest.strip_prefix(verb));
    let Some(what) = what else { return Subject::Product { what: None, does: None } };
    for that in [" that ", " which "] {
        if let Some((thing, does)) = what.split_once(that)
            && does.split(' ').next().is_some_and(is_verb)
        {
            return Subject::Product { what: Some(thing), does: Some(does) };
        }
    }
    Subject::Product { what: Some(what), does: None }
}

/// Where new promises begin: the ends of the parts before them and their own beginnings.
fn cuts(sentence: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for joint in [", and ", ", ", " and "] {
        for (at, _) in sentence.match_indices(joint) {
            let begins = at + joint.len();
            let overlaps = found.iter().any(|&(from, to)| at < to && begins > from);
            if !overlaps && begins_promise(&sentence[begins..]) {
                found.push((at, begins));
            }
        }
    }
    found.sort_unstable();
    found
}

/// "Visibly reduces fine lines", but neither "cuts and falls" nor "works of art".
fn begins_promise(text: &str) -> bool {
    let mut words = text.split(' ').skip_while(|word| word.ends_with("ly")).take(2);
    let verb = words.next().unwrap_or_default();
    let Some(next) = words.next().filter(|_| is_verb(verb)) else { return false };
    match next {
        "and" | "or" | "nor" | "but" | "are" | "is" => false,
        "of" => matches!(verb.to_lowercase().as_str(), "smells" | "tastes"),
        _ => true,
    }
}

/// A part that is at most `limit` wide: all of it, or up to a conjunction after which nothing is needed.
fn fitted(part: &str, limit: usize) -> Option<String> {
    if width(part) <= limit {
        return Some(part.to_owned());
    }
    // Of "between tea and coffee" there is no half.
    if part.split(' ').any(|word| matches!(word, "between" | "both" | "either")) {
        return None;
    }
    let enough = |text: &str| text.split_whitespace().count() >= 3;
    let joints = [" and ", " so ", " because ", " while ", " then ", " – ", " - ", ", ", " with "].into_iter();
    let ends =
        joints.filter_map(|joint| part.find(joint)).filter(|&at| enough(&part[..at]) && width(&part[..at]) <= limit);
    let half = &part[..ends.min()?];
    (!half.split(' ').next_back().is_some_and(|word| hangs("en", word))).then(|| half.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str, language: &str) -> Vec<String> {
        clauses(sentence, language, 42, &["HydroFlow".to_owned()])
    }

    #[test]
    fn splits_where_a_new_promise_begins() {
        let long =
            "HydroFlow is an insulated stainless steel bottle that keeps drinks cold for 24 hours and hot for 12";
        assert_eq!(texts(long, "en"), ["insulated stainless steel bottle", "keeps drinks cold for 24 hours"]);
        assert_eq!(
            texts("It visibly reduces fine lines, softens the skin of the whole face and restores its glow", "en"),
            ["It visibly reduces fine lines", "softens the skin of the whole face", "restores its glow"]
        );
        let own = "Our double-wall vacuum insulated bottle keeps drinks cold for 24 hours and hot for a full 12 hours";
        assert_eq!(
            clauses(own, "en", 90, &[]),
            ["Our double-wall vacuum insulated bottle keeps drinks cold for 24 hours"]
        );
        let german = "Die Tasse wird in Faenza von Hand gedreht, zweimal gebrannt, glasiert und hält Ihren Kaffee zwanzig Minuten heiß";
        assert_eq!(texts(german, "de"), ["Die Tasse wird in Faenza von Hand gedreht"]);
    }

    #[test]
    fn what_means_another_thing_alone_stays_whole() {
        for (language, sentence) in [
            ("en", "Cotton, fine wool and raw silk are woven by hand"),
            ("en", "Your skin stays soft and smooth for hours, whatever the weather may bring"),
            ("fr", "Le figuier vert, la bergamote et le cèdre se fondent en un sillage léger"),
            ("en", "“The cup I use every day,” says Anna"),
            ("en", "Order at www.rosso.example, we ship today"),
            ("en", "50 % less heat lost*, dishwasher safe"),
            ("en", "Fits sizes S, M and L"),
            ("en", "Say goodbye to dry lips, cracked skin, rough hands"),
            ("en", "Fights dandruff, itchy scalp, hair loss"),
            ("en", "Protects against burns, cuts and falls, cuts, works of art"),
            ("en", "Subscribe to our monthly coffee box today, save 20% on your order, get a free mug"),
            ("en", "Under water, the case stays dry for 30 minutes"),
            ("en", "Compared with aluminium, it is twice as strong"),
            ("en", "Free shipping (orders over $50), glazed by hand, dishwasher safe (lid excluded)"),
            ("en", "Cheap plastic gives drinks a nasty taste that lingers for hours, our steel cup keeps them fresh"),
            ("en", "Ohne Zucker, künstliche Aromen, Konservierungsstoffe"),
            ("de", "Hilft gegen trockene Haut, tiefe Falten, müde Augen"),
            ("de", "Senkt den Verbrauch um 30 %, läuft flüsterleise"),
            ("ja", "頑固な汚れ、いやな臭い、カビを落とす洗剤です"),
            ("zh", "满五十元，免费送货"),
            ("sw", "Kikombe cha kauri, kilichotengenezwa kwa mkono"),
        ] {
            assert_eq!(texts(sentence, language), [""; 0], "{sentence}");
        }
        // Of anybody else only what the sentence begins with.
        assert_eq!(texts("Hard water makes glasses cloudy and leaves stains", "en"), [""; 0]);
        assert_eq!(
            texts("Plastic is a problem for the planet and stays in the sea", "en"),
            ["Plastic is a problem for the planet"]
        );
    }

    #[test]
    fn what_is_meant_for_the_agency_is_known() {
        for order in [
            "We want a dynamic ad",
            "Target audience: commuters",
            "Use warm music",
            "Don’t show people in the video",
            "Do not mention the price.",
            "(For the agency: keep it short.)",
            "Voiceover: warm female voice.",
            "We are looking for a dynamic spot.",
            "Start with a close-up.",
            "Highlight the hand glazing.",
        ] {
            assert!(is_order(order, "en"), "{order}");
        }
        for said in [
            "Use it every day",
            "Create your own scent",
            "Keep it simple",
            "Wir lieben Kaffee",
            "Create stunning videos in seconds.",
            "The brief case for lawyers.",
            "An ad blocker that works.",
            "The mood lamp that thinks with you.",
            "Ideally sized for carry-on bags.",
            "Please your palate.",
            "We need sleep.",
            "Please note: only in Ohio.",
            "The target stands up to 1,000 arrows.",
        ] {
            assert!(!is_order(said, "en"), "{said}");
        }
    }
}
