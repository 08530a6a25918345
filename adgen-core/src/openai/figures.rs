//! The figures that a brief gives: a caption with another one claims what nobody said.

use crate::project::{Brand, Brief};
use std::collections::BTreeSet;

/// Every figure of a brief and a brand, in each form in which it may be read.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures(BTreeSet<String>);

/// Number words by value, in the languages of which the button is known best; a model may write "20" for "twenty".
const WORDS: &[(&str, &str)] = &[
    ("0", "zero null zéro cero nul noll"),
    // Articles of other languages are none.
    ("1", "one once single"),
    ("2", "two twice double zwei zweimal doppelt deux dos due dois duas twee två dwa pair"),
    ("3", "three triple drei trois tres tre três drie trzy"),
    ("4", "four vier quatre cuatro quattro quatro fyra cztery"),
    ("5", "five fünf cinq cinco cinque vijf fem pięć"),
    ("6", "six sechs seis sei zes sex sześć"),
    ("7", "seven sieben sept siete sette sete zeven sju siedem"),
    ("8", "eight acht huit ocho otto oito åtta osiem"),
    ("9", "nine neun neuf nueve nove negen nio dziewięć"),
    ("10", "ten zehn dix diez dieci dez tien tio dziesięć"),
    ("11", "eleven elf onze once undici elva"),
    ("12", "twelve zwölf douze doce dodici doze twaalf tolv dozen dutzend"),
    ("13", "thirteen dreizehn treize trece tredici treze dertien"),
    ("14", "fourteen vierzehn quatorze catorce quattordici catorze veertien"),
    ("15", "fifteen fünfzehn quinze quince quindici vijftien"),
    ("16", "sixteen sechzehn seize dieciséis sedici dezesseis zestien"),
    ("17", "seventeen siebzehn diecisiete diciassette dezessete zeventien"),
    ("18", "eighteen achtzehn dieciocho diciotto dezoito achttien"),
    ("19", "nineteen neunzehn diecinueve diciannove dezenove negentien"),
    ("20", "twenty zwanzig vingt veinte venti vinte twintig tjugo dwadzieścia"),
    ("30", "thirty dreißig trente treinta trenta trinta dertig trettio"),
    ("40", "forty vierzig quarante cuarenta quaranta quarenta veertig fyrtio"),
    ("50", "fifty fünfzig cinquante cincuenta cinquanta cinquenta vijftig femtio half"),
    ("60", "sixty sechzig soixante sesenta sessanta sessenta zestig sextio"),
    ("70", "seventy siebzig setenta settanta zeventig sjuttio"),
    ("80", "eighty achtzig ochenta ottanta oitenta tachtig åttio"),
    ("90", "ninety neunzig noventa novanta negentig nittio"),
    ("100", "hundred hundert cent cien ciento cento cem honderd hundra sto"),
    ("1000", "thousand tausend mille mil duizend tusen tysiąc"),
];

impl Figures {
    /// Of everything that a person has written.
    pub(super) fn of(brief: &Brief, brand: &Brand) -> Self {
        let call = brief.call_to_action.as_deref().unwrap_or_default();
        let texts =
            [brief.product_name.as_str(), &brief.description, &brief.audience, call, &brand.name, &brand.guidelines];
        let mut all = BTreeSet::new();
        for text in texts {
            all.extend(figures(text).into_iter().flat_map(|figure| forms(&figure)));
            for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
                let value = WORDS.iter().find(|(_, words)| words.split(' ').any(|known| known == word));
                all.extend(value.map(|(value, _)| (*value).to_owned()));
            }
        }
        Self(all)
    }

    /// The first figure of a caption that the brief does not give.
    pub(super) fn invented_in(&self, caption: &str) -> Option<String> {
        figures(caption).into_iter().find(|figure| !forms(figure).iter().any(|form| self.0.contains(form)))
    }
}

/// The figures of a text as they are written, with ASCII digits: "2.4", "1,000", "24" and "7" of "24/7".
fn figures(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let digit_at = |at: usize| chars.get(at).copied().and_then(digit);
    let mut current = String::new();
    for at in 0..=chars.len() {
        match (digit_at(at), chars.get(at)) {
            (Some(digit), _) => current.push(digit),
            // A separator of thousands or decimals stands between two digits.
            (None, Some('.' | ',' | '\'' | '’' | '\u{A0}' | '\u{202F}' | '٫' | '٬'))
                if !current.is_empty() && digit_at(at + 1).is_some() =>
            {
                current.push(if matches!(chars[at], '٫') { '.' } else { chars[at] });
            }
            _ if !current.is_empty() => all.push(std::mem::take(&mut current)),
            _ => {}
        }
    }
    all
}

/// A decimal digit of any script as ASCII (general category Nd; each script's ten stand in order).
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 13] =
        [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xE50, 0xED0, 0x17E0, 0xFF10];
    let code = u32::from(c);
    let value = ZEROS
        .iter()
        .map(|zero| code.wrapping_sub(*zero))
        .chain([code.wrapping_sub(0x1040)])
        .find(|value| *value < 10)?;
    char::from_digit(value, 10)
}

/// The numbers that a figure may mean: "1.000" is a thousand in one country and one in another.
fn forms(figure: &str) -> Vec<String> {
    let separators: Vec<(usize, char)> = figure.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let plain = |text: &str| {
        let text = text.trim_start_matches('0');
        if text.is_empty() || text.starts_with('.') { format!("0{text}") } else { text.to_owned() }
    };
    let digits: String = figure.chars().filter(char::is_ascii_digit).collect();
    let Some((last, _)) = separators.last().copied() else { return vec![plain(&digits)] };
    let after = figure[last..].chars().filter(char::is_ascii_digit).count();
    let split = digits.len() - after;
    let decimal = format!("{}.{}", &digits[..split], &digits[split..]);
    let decimal = plain(decimal.trim_end_matches('0').trim_end_matches('.'));
    match after {
        3 if figure.ends_with("000") => vec![plain(&digits)],
        3 => vec![decimal, plain(&digits)],
        _ => vec![decimal],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_the_brief_does_not_give_is_found() {
        let mut brief = Brief::new("Rosso 3000");
        brief.description = "Hot for twenty minutes, 1,000 washes, 2.4 s, 99,50 €, 24/7. ๕๐ ใบ".to_owned();
        let figures = Figures::of(&brief, &Brand::default());
        for caption in [
            "20 minutes",
            "1000 washes",
            "1.000 washes",
            "1 000 €".replace(' ', "\u{202F}").as_str(),
            "In 2,4 s",
            "99.5",
            "24/7",
            "50 ใบ",
            "No figures",
        ] {
            assert_eq!(figures.invented_in(caption), None, "{caption}");
        }
        for (caption, figure) in
            [("30 minutes", "30"), ("No. 1 in Ohio", "1"), ("2.5 s", "2.5"), ("Since 1987", "1987"), ("100 %", "100")]
        {
            assert_eq!(figures.invented_in(caption).as_deref(), Some(figure), "{caption}");
        }
    }
}
