//! Stops behind abbreviations, by language.

use super::*;

#[test]
fn a_stop_is_told_from_a_full_stop() {
    use Stop::{Either, Sentence, Word};
    for (language, before, word, after, expected) in [
        ("en", "for", "approx", "12", Word),
        ("en", "by", "Dr", "Müller", Word),
        ("en", "Look", "No", "1", Word),
        ("en", "simply", "no", "Always", Sentence),
        ("en", "Kaufmann", "Inc", "Glazed", Either),
        ("en", "the", "U.S", "Glazed", Either),
        ("en", "tools,", "e.g", "knives", Word),
        ("en", "by", "J", "Doe", Word),
        ("en", "Vitamin", "C", "Good", Sentence),
        ("en", "1.5", "l", "Cold", Sentence),
        ("en", "and", "L", "Cold", Sentence),
        ("cs", "tř.", "A", "Ručně", Sentence),
        ("de", "Deckel", "u", "Löffel", Word),
        ("de", "Messer,", "z", "B", Word),
        ("de", "z.", "B", "Brotmesser", Word),
        ("de", "am", "3", "Oktober", Word),
        ("cs", "do", "3", "října", Word),
        ("cs", "pro", "2", "Ručně", Sentence),
        ("en", "at", "3", "October", Sentence),
        ("de", "Seit", "1987", "Gefertigt", Sentence),
        ("fr", "verres,", "p", "ex", Word),
        ("es", "p.", "ej", "vasos", Word),
        ("it", "tazze,", "es", "caffè", Word),
        ("nl", "messen,", "bijv", "broodmes", Word),
        ("en", "by", "hand", "Fired", Sentence),
    ] {
        assert_eq!(stop(language, before, word, after), expected, "{before} {word}. {after}");
    }
}

#[test]
fn abbreviations_of_many_languages_end_no_sentence() {
    for (language, before, word) in [
        ("cs", "energetická", "tř"),
        ("cs", "pro", "např"),
        ("cs", "dle", "č"),
        ("sk", "do", "napr"),
        ("pl", "wg", "np"),
        ("pl", "piłka", "m.in"),
        ("hu", "bor,", "pl"),
        ("ro", "în", "str"),
        ("de", "die", "Nr"),
        ("ro", "de", "ex"),
        ("nl", "thee,", "bijv"),
        ("nl", "kleuren,", "m.b.v"),
        ("da", "te,", "f.eks"),
        ("sv", "te,", "t.ex"),
        ("sv", "länder,", "bl.a"),
        ("no", "te,", "f.eks"),
        ("nn", "te,", "t.d"),
        ("fi", "maille,", "esim"),
        ("pt", "chá,", "p.ex"),
        ("it", "città,", "p.es"),
        ("es", "té,", "p.ej"),
        ("ru", "в", "г"),
        ("ru", "чай,", "напр"),
        ("uk", "чай,", "напр"),
        ("bg", "чай,", "напр"),
        ("el", "τσάι,", "π.χ"),
        ("tr", "çay,", "örn"),
        ("sl", "čaj,", "npr"),
        ("en", "by", "Dr"),
        ("en", "holds", "approx"),
    ] {
        assert_eq!(stop(language, before, word, "Faenza"), Stop::Word, "{language}: {word}.");
    }
    // Nobody listed these.
    assert_eq!(stop("cs", "ve", "čtv", "Praha"), Stop::Either);
    assert_eq!(stop("en", "of", "sky", "Glazed"), Stop::Sentence);
}

#[test]
fn and_so_on_ends_a_sentence_before_a_capital_alone() {
    for (language, before, word) in [
        ("en", "tea,", "etc"),
        ("de", "Tee", "usw"),
        ("de", "u.", "ä"),
        ("it", "tè", "ecc"),
        ("nl", "thee,", "enz"),
        ("sv", "te", "osv"),
        ("da", "te", "m.m"),
        ("fi", "teetä", "jne"),
        ("pl", "herbata", "itd"),
        ("cs", "čaj", "atd"),
        ("sk", "čaj", "atď"),
        ("hu", "tea", "stb"),
        ("ro", "ceai", "ș.a"),
        ("ru", "и", "т.д"),
        ("ru", "т.", "д"),
        ("uk", "та", "ін"),
        ("el", "τσάι", "κ.λπ"),
        ("tr", "çay", "vb"),
        ("tr", "çay", "vs"),
    ] {
        assert_eq!(stop(language, before, word, "Faenza"), Stop::Sentence, "{language}: {word}.");
        assert_eq!(stop(language, before, word, "faenza"), Stop::Word, "{language}: {word}.");
    }
    assert_eq!(stop("en", "tea", "vs", "Coffee"), Stop::Word);
}

#[test]
fn a_unit_behind_a_figure_ends_a_sentence_before_a_capital() {
    for (language, word) in [("ru", "руб"), ("ru", "р"), ("cs", "hod"), ("pl", "szt"), ("sv", "min"), ("el", "τεμ")]
    {
        assert_eq!(stop(language, "500", word, "Faenza"), Stop::Sentence, "{language}: {word}.");
    }
    assert_eq!(stop("en", "5", "ft", "Cable"), Stop::Either);
    assert_eq!(stop("de", "5", "Min", "Wasser"), Stop::Either);
}
