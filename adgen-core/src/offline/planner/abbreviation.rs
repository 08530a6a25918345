//! Abbreviations: words whose full stop ends no sentence. Common ones of each language, after the languages' orthographies
//! and CLDR's idea of sentence break suppressions; the lists are our own.

use super::{conjunction::is_conjunction, word_list::holds};

/// What a full stop behind a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The word's own: something follows that belongs to it ("Dr. Müller", "approx. 12 hours").
    Word,
    /// The word's own, and perhaps the sentence's as well ("Inc.", "U.S.", "etc.").
    Either,
    /// The sentence's.
    Sentence,
}

/// What the full stop behind `word` means, given the word before it and the one after it. `word` comes without the stop, in
/// the spelling of the text, with its own stops inside ("z.B", "U.S").
pub(super) fn stop(language: &str, before: &str, word: &str, after: &str) -> Stop {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lower = word.to_lowercase();
    let tagged = |tags: &str| tags.is_empty() || holds(tags, language);
    let figure = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let capital = after.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase);
    // "etc.", "и т. д.": the last word of a list is that of a sentence where a capital follows.
    let first = before.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end_matches('.').to_lowercase();
    let spaced = format!("{first}.{lower}");
    let closing = |word: &str| CLOSING.iter().any(|(tags, list)| tagged(tags) && holds(list, word));
    if closing(&lower) || closing(&spaced) {
        return if capital { Stop::Sentence } else { Stop::Word };
    }
    let own: Vec<_> = LANGUAGES.iter().filter(|(tags, ..)| tagged(tags)).collect();
    if own.iter().any(|(_, always, _)| holds(always, &lower)) {
        return match before.ends_with(|c: char| c.is_ascii_digit()) && capital && holds(UNITS, &lower) {
            // "Ready in 5 min. Glazed by hand."; but "5 ft. Cable", "5 Min. Wasser".
            true if matches!(language, "en" | "de") => Stop::Either,
            true => Stop::Sentence,
            // "The answer is no. Always." ends, "No. 1" and "Nr. 5" do not.
            false if NUMBERS.contains(&lower.as_str()) && !figure(after) => Stop::Sentence,
            false => Stop::Word,
        };
    }
    if own.iter().any(|(_, _, often)| holds(often, &lower)) {
        return Stop::Either;
    }
    let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
    // "e.g", "z.B", "U.S", "p.m": letters with stops between them.
    if word.contains('.')
        && word.split('.').all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic))
    {
        return if after.starts_with(char::is_uppercase) { Stop::Either } else { Stop::Word };
    }
    if letters == 1 && word.chars().all(char::is_alphabetic) {
        return letter(language, before, word, after);
    }
    // "3. Oktober", "1. Platz": a number with a stop is an ordinal there; a year is none. Where nouns have no capitals, one
    // begins a sentence.
    if ORDINALS.contains(&language) && letters <= 2 && word.chars().all(|c| c.is_ascii_digit()) {
        return if language == "de" || !capital { Stop::Word } else { Stop::Sentence };
    }
    // Two or three small letters without a vowel are an abbreviation that nobody listed: "tř. A".
    let short = (2..=3).contains(&letters) && word.chars().all(char::is_lowercase);
    if short && !before.ends_with(|c: char| c.is_ascii_digit()) && !word.contains(is_vowel) {
        return Stop::Either;
    }
    Stop::Sentence
}

/// The vowels of the alphabets that have capitals, with those that Slavic words do without most.
pub(super) fn is_vowel(c: char) -> bool {
    const VOWELS: &str = "aeiouyäöüåæøœàâãáąăèéêëęěîïìíıôòóõőûùúůűýÿ\
                          аеёиоуыэюяіїєъ\
                          αεηιουωάέήίόύώϊϋΐΰ";
    VOWELS.contains(c)
}

/// Languages that write ordinals with a full stop.
const ORDINALS: [&str; 18] =
    ["de", "da", "no", "nb", "nn", "fi", "cs", "sk", "pl", "hu", "sl", "hr", "sr", "bs", "tr", "et", "lv", "is"];

/// Units and counts among the abbreviations: behind a figure they may be a sentence's last word.
const UNITS: &str = "min sec sek max mt ft yd qt pt hr hrs yr yrs ks hod szt godz pkt st stk stck std kr tim pcs buc ore kpl tlk rkl dk sn sa \
                     uur kom kos db perc мин сек ч шт руб р г гг рр коп грн уп бут тыс млн млрд лв бр τεμ λεπ ευρ";

/// An initial ("J. Doe"), the half of an abbreviation in two words ("z. B."), a unit ("1.5 l. Cold"), or a letter by which
/// things are called ("Vitamin C. Good").
fn letter(language: &str, before: &str, word: &str, after: &str) -> Stop {
    let before = before.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let pair = format!("{} {}", before.trim_end_matches('.').to_lowercase(), word.to_lowercase());
    let pairs = PAIRS.iter().find(|(tag, _)| *tag == language).map_or("", |(_, pairs)| pairs);
    let half = pairs
        .split(", ")
        .any(|known| known == pair || known.starts_with(&format!("{} {}", word.to_lowercase(), first(after))));
    if half {
        return Stop::Word;
    }
    // "Sizes S, M and L. Soft."
    if before.ends_with(|c: char| c.is_ascii_digit()) || is_conjunction(language, before) {
        return Stop::Sentence;
    }
    // "c. 1900", "n. 12 tuntia".
    if word.chars().all(char::is_lowercase) && after.starts_with(|c: char| c.is_ascii_digit()) {
        return Stop::Word;
    }
    let called = "vitamin vitamina vitamine plan type typ tipo class klasse classe size größe grade model modell modello series serie \
                  group gruppe groupe part teil option version point hepatitis coenzym i tř třída třídy trieda triedy klasa klasy kl vit vitamín \
                  witamina витамин вітамін тип класс клас luokka clase categoría categoria kategorie kategorii kategoria sınıf sınıfı tipi τύπος";
    let lower = before.trim_end_matches('.').to_lowercase();
    // "Deckel u. Löffel".
    if word.chars().all(char::is_lowercase) && !holds(called, &lower) {
        return Stop::Word;
    }
    if word.chars().all(char::is_uppercase) && !holds(called, &lower) && after.starts_with(char::is_uppercase) {
        return if word == "I" { Stop::Sentence } else { Stop::Word };
    }
    Stop::Sentence
}

fn first(after: &str) -> String {
    after.chars().take_while(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words that are abbreviations only before a figure: "no", "art", "fig" mean something by themselves.
const NUMBERS: [&str; 6] = ["no", "nos", "art", "vol", "fig", "op"];

/// Abbreviations of two words of which the first is one letter.
const PAIRS: &[(&str, &str)] = &[
    ("de", "z b, d h, u a, u v, i d, o ä, o g, s o, s u, z t, z zt, v a, u u, i a, n chr, v chr, b a"),
    ("fr", "p ex, c à, à d, j c"),
    ("es", "p ej, a c, d c, e g, s a, n º, ee uu"),
    ("it", "p es, a c, d c, c d"),
    ("pt", "p ex, a c, d c, s a"),
    ("nl", "d w, w z, o a, m a"),
    ("sv", "t ex, d v, v s, bl a, m m, s k, o s"),
    ("da", "f eks, d v, v s, bl a, m m"),
    ("no", "f eks, d v, v s, bl a, m m"),
    ("nb", "f eks, d v, v s, bl a, m m"),
    ("pl", "m in, t j, t zn"),
    ("fi", "e kr, j kr"),
    ("en", "e g, i e, u s, u k, p m, a m"),
];

/// Abbreviations that stand for the rest of a list, by language, "" for all of them.
const CLOSING: &[(&str, &str)] = &[
    ("", "etc"),
    ("de", "usw u.s.w s.w uvm u.v.m v.m o.ä u.ä o.dgl u.dgl"),
    ("it", "ecc"),
    ("nl", "enz e.d e.a"),
    ("sv", "osv o.s.v m.m m.fl"),
    ("da no nb nn", "osv o.s.v m.m m.fl m.v mv mfl"),
    ("fi", "jne ym yms tms"),
    ("et", "jne jms vms"),
    ("pl", "itd itp i.in"),
    ("cs", "atd atp apod aj"),
    ("sk", "atď atp apod"),
    ("hu", "stb"),
    ("ro", "ș.a ş.a ș.a.m.d ş.a.m.d"),
    ("hr sr bs", "itd isl итд"),
    ("sl", "itd ipd itn"),
    ("ru", "др т.д т.п"),
    ("uk", "ін т.д т.п т.ін"),
    ("bg", "др т.н"),
    ("el", "κλπ κ.λπ κ.ά κτλ κ.τ.λ κ.λ.π κ.ο.κ"),
    ("tr", "vb vs vd"),
    ("id ms", "dll dsb dst"),
    ("lt", "pan t.t"),
    ("lv", "u.c utt u.tml"),
];

/// By language, "" for all of them: abbreviations that never end a sentence, and such that may.
const LANGUAGES: &[(&str, &str, &str)] = &[
    (
        "",
        "dr prof mr mrs ms st no nr vs ca cca approx max min incl excl resp art vol fig tel ing dipl mag hon rev capt sgt col gen mt ft",
        "inc ltd co corp jr sr bros llc plc ag ph.d b.sc m.sc",
    ),
    (
        "en",
        "mx messrs mmes nos e.g eg i.e ie cf viz al est alc avg temp dept univ assn esp usu orig adj ave blvd rd sq pp ed eds trans opt qty \
         pt ref tbsp tsp fl gov pres sen rep lt cmdr maj supt asst mfr mfg dia diam wt ht vers ver esq misc jan feb apr jun jul aug \
         sept oct nov dec",
        "oz lb lbs sec hr hrs yr yrs a.m p.m pm u.s u.k u.s.a d.c",
    ),
    (
        "de",
        "inkl exkl zzgl bzw bspw evtl ggf ggfs vgl sog u.a z.b d.h i.d.r z.t mind höchst tägl monatl jährl wöchtl stdl ltr ungef \
         zirka nrn abb bd hrsg geb verh hl frl fr hr dir med jur phil rer nat allg bes insb insbes einschl ausschl abzgl lfd \
         entspr gem kompl vorm nachm östl westl nördl südl urspr kgl zw durchschn feb jan mrz apr jun jul aug sept okt nov dez \
         lt ausg art.-nr best.-nr gr aufl prot mio mrd tsd i.v.m m.e o.g s.o s.u versch wg zzt bez",
        "std stck stk sek jh str gmbh mwst ust pkg",
    ),
    (
        "fr",
        "env règl p.ex ex cf c.-à-d c.à.d mm mme mlle me mgr ste av apr boul bd num art chap éd fasc hab janv févr avr juil sept oct nov \
         déc tél quant réf dim lun mar mer jeu ven sam resp dép élec",
        "s.a s.a.r.l sté cie",
    ),
    (
        "es",
        "aprox ee p.ej p.e ej sra srta dra dña ud uds vd vds núm pág págs tfno avda av ctra gral lic ene feb abr ago sept oct nov dic máx \
         mín prov depto ref cap ed izq dcha",
        "s.a s.l ee.uu uu cía",
    ),
    (
        "it",
        "es ad.es p.es circa sig sig.ra sigg dott dott.ssa prof.ssa avv arch geom rag egr gent spett pag pagg num \
         feb mar apr mag giu lug ago set ott nov dic escl cfr ss mod cod ed p.zza v.le c.so",
        "s.p.a s.r.l s.n.c",
    ),
    (
        "pt",
        "aprox p.ex ex sra srta dra exmo exma eng arq av núm pág págs máx mín jan fev mar abr mai jun jul ago set out nov dez cap ref \
         obs trav dept",
        "ltda s.a cia",
    ),
    ("ca", "aprox p.ex sra núm pàg av màx mín dept", "s.a s.l"),
    (
        "ro",
        "aprox ex dl dna d-na dra str bd bl sc ap et jud pag lit ian feb mar apr iun iul aug sept oct nov dec ing arh conf univ tel incl \
         cf adm buc",
        "s.a s.r.l",
    ),
    (
        "nl",
        "bijv bv circa evt nrs dhr mevr mw ir drs blz pag afb ong m.b.v d.w.z o.a m.n t.o.v i.p.v i.v.m t.a.v m.b.t p.st t/m jan feb mrt \
         apr jun jul aug sept okt nov dec vgl zgn z.g.a.n vnl gem geb",
        "b.v n.v",
    ),
    (
        "sv",
        "c:a t.ex bl.a dvs d.v.s inkl exkl kl s.k fr.o.m t.o.m f.d p.g.a pga m.a.o jfr ung enl ev omkr avd ggr uppl årg obs jan feb apr \
         aug sept okt nov dec tsk msk kr tim",
        "",
    ),
    (
        "da",
        "f.eks fx bl.a dvs d.v.s inkl ekskl maks tlf kl hhv jf evt iflg ift mht pga vedr pr pkt stk afd str alm årg udg jan feb apr aug \
         sept okt nov dec kr s.k",
        "",
    ),
    (
        "no nb nn",
        "f.eks t.d bl.a dvs d.v.s inkl ekskl maks tlf kl hhv jf evt iflg ifm mht pga vedr pr pkt stk avd ang jan feb apr aug sept okt nov \
         des kr s.k",
        "",
    ),
    (
        "pl",
        "ok np m.in tj tzn tzw maks ul al pl pkt godz wg inż mgr hab ks św ww jw nr str woj szt opak poz rys tab por zob rozdz szer wys śr \
         dot ds pow gm ur dł gł wyprod wym poj",
        "",
    ),
    (
        "cs",
        "např tzn tzv tj tř č čís čl ul nám mgr bc mudr judr phdr doc sv str obr odst kap vč příp event popř okr hl mil ev kol roč hod ks \
         sek pozn zn zkr tzv příl",
        "s.r.o a.s spol",
    ),
    (
        "sk",
        "napr tzn tzv tj tr č čís čl ul nám mgr bc mudr judr phdr doc sv str obr odst kap vr príp event okr hl mil ev hod ks sek pozn zn",
        "s.r.o a.s spol",
    ),
    (
        "fi",
        "esim noin n ts mm s.o ns nk puh nro maks ks klo kpl tlk rkl pkt alk toim os mrd milj huom vrt ao ko ed mukaanl",
        "",
    ),
    ("et", "nt nn st s.t sh lk k.a umb u mln", ""),
    ("lt", "pvz t.y vnt nr str apie maks kt", ""),
    ("lv", "piem t.i apm lpp nr maks utml", ""),
    (
        "tr",
        "yakl örn ör bkz doç av cad sok sk mah maks uzm öğr gör yrd müh mim apt blv krş çev haz yy sn dk sa",
        "ltd şti a.ş",
    ),
    ("hr sr bs", "npr tzv tj oko br str ul sv inž god st sl uklj kom нпр тзв тј бр стр ул св проф", "d.o.o d.d"),
    ("sl", "npr t.i tj oz št str ul sv inž mag prib kos", "d.o.o d.d"),
    (
        "ru",
        "ок прибл напр т.е т.к т.н т.ч г ул пр-т просп тел стр рис см ср акад проф им макс мин сек обл корп кв оф св тыс млн млрд \
         прим разм произв артикул арт англ лат кл сер экз руб коп шт уп бут гг",
        "пр",
    ),
    (
        "uk",
        "бл прибл напр т.зв т.ч т.е м вул просп тел стор рис див проф ім макс мін обл корп кв оф тис млн млрд грн коп шт уп рр",
        "",
    ),
    ("bg", "гр напр т.е т.нар ок прибл ул бул бл вх ет ап тел стр вж ср проф инж макс мин св лв бр", ""),
    ("el", "π.χ λ.χ κα κος αρ δρ κ σελ τηλ βλ δηλ περ τ.μ π.μ μ.μ ι.χ αγ οδ τεμ λεπ ευρ μεγ", ""),
    ("hu", "kb pl ill u sz ún vö ld old ker em fszt id ifj özv okl ált hiv max db perc", "kft bt zrt nyrt"),
    ("vi", "tp ths ts pgs gs bs ks q p đ tx tt", ""),
    ("ar fa ur", "د م أ أ.د ص ت هـ ج", ""),
    ("hi mr ne", "ली मि डॉ डा ग्रा कि.ग्रा कि.मी मि.ली से.मी श्री रु प्रो", ""),
    ("ta", "டாக்டர் திரு திருமதி செ.மீ", ""),
    ("th", "บจก บมจ กทม พ.ศ ดร นพ รศ ผศ ก.ก ซ.ม", ""),
    ("he", "מס עמ טל", ""),
    ("id ms", "bpk ibu sdr sdri kap jl kec kab tgl hlm hal ir drs dra maks", "pt tbk"),
];

#[cfg(test)]
#[path = "abbreviation_tests.rs"]
mod tests;
