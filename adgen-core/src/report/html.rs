//! The smallest parts of the page: escaped text, pictures as data, numbers as people read them.
//!
//! Depends on `base64` alone. Everything that comes from outside goes through [`Text`].

use super::base64::Base64;
use std::fmt;

/// Text that shows itself escaped, for element content and for attributes in double quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let special = |c: char| {
            // An override (UAX #9) would turn round what the page says of the text, too. Embeddings and isolates are how
            // languages that run from right to left are written, and end with their paragraph.
            let overrides = matches!(c, '\u{202D}' | '\u{202E}');
            matches!(c, '&' | '<' | '>' | '"' | '\'') || (c.is_control() && !"\n\t".contains(c)) || overrides
        };
        while let Some(at) = rest.find(special) {
            f.write_str(&rest[..at])?;
            let mut after = rest[at..].chars();
            f.write_str(match after.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                Some('\'') => "&#39;",
                Some('\r') => "",
                // HTML has no way to write the other control characters; overrides are shown as missing, too.
                _ => "\u{FFFD}",
            })?;
            rest = after.as_str();
        }
        f.write_str(rest)
    }
}

/// Text that a person wrote, in its own language and direction. Long ones fold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prose<'a> {
    pub(super) text: &'a str,
    pub(super) language: &'a str,
}

impl Prose<'_> {
    /// Characters that stand there unfolded.
    const SHORT: usize = 420;
    /// Characters of a folded text that can be seen.
    const TEASER: usize = 280;
}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, language } = self;
        let (text, language) = (text.trim(), Text(language));
        if text.chars().count() <= Self::SHORT {
            return write!(f, "<p class=\"prose\" dir=\"auto\" lang=\"{language}\">{}</p>", Text(text));
        }
        let teaser: String = text.chars().take(Self::TEASER).collect();
        write!(
            f,
            "<details class=\"prose\" lang=\"{language}\"><summary dir=\"auto\"><span>{}…</span> <b>more</b></summary>\
             <p dir=\"auto\">{}</p></details>",
            Text(teaser.trim_end()),
            Text(text)
        )
    }
}

/// A file that is part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) mime: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Picture {
    /// As an element; `alt` is escaped here.
    pub(super) fn img<'a>(&'a self, alt: &'a str) -> Img<'a> {
        Img { picture: self, alt }
    }
}

/// A picture as an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Img<'a> {
    picture: &'a Picture,
    alt: &'a str,
}

impl fmt::Display for Img<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Picture { mime, bytes, width, height } = self.picture;
        let (alt, data) = (Text(self.alt), DataUri { mime, bytes });
        write!(f, "<img width=\"{width}\" height=\"{height}\" alt=\"{alt}\" src=\"{data}\">")
    }
}

/// Bytes as a URL that needs no request.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataUri<'a> {
    pub(super) mime: &'a str,
    pub(super) bytes: &'a [u8],
}

impl fmt::Display for DataUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data:{};base64,{}", self.mime, Base64(self.bytes))
    }
}

/// One line of a list of facts: a label and a value that is markup already.
pub(super) fn fact(f: &mut fmt::Formatter<'_>, label: &str, value: impl fmt::Display) -> fmt::Result {
    write!(f, "<div><dt>{label}</dt><dd>{value}</dd></div>")
}

/// How long something took: `40 ms`, `4.2 s`, `1 min 05 s`.
pub(super) fn took(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    if seconds < 0.0995 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        let whole = seconds.round() as u64;
        match whole / 3600 {
            0 => format!("{} min {:02} s", whole / 60, whole % 60),
            hours => format!("{hours} h {:02} min", whole / 60 % 60),
        }
    }
}

/// A place in the video: `0:05.0`.
pub(super) fn clock(seconds: f64) -> String {
    let tenths = (if seconds.is_finite() { seconds.max(0.0) } else { 0.0 } * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// A size: `812 bytes`, `14.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A number with one digit after the point and a real minus sign.
pub(super) fn signed(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text.replace('-', "\u{2212}") }
}

/// Money: `$0.00`; small amounts with all their digits.
pub(super) fn money(usd: f64) -> String {
    if usd > 0.0 && usd < 0.01 { format!("${usd:.4}") } else { format!("${usd:.2}") }
}

/// A number and its noun: `1 scene`, `5 scenes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_neither_open_nor_close_anything() {
        let evil = "<script>alert('x')</script>\" onload=\"y & z\u{0}\u{1b}[0m\r\n";
        assert_eq!(
            Text(evil).to_string(),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;y &amp; z\u{FFFD}\u{FFFD}[0m\n"
        );
        assert_eq!(Text("żółć 🍋").to_string(), "żółć 🍋");
        assert_eq!(Text("a\u{9b}b\u{7f}c\u{202e}d\u{202d}").to_string(), "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}");
        assert_eq!(Text("\u{2067}قهوة\u{2069}").to_string(), "\u{2067}قهوة\u{2069}");
    }

    #[test]
    fn long_prose_folds_between_characters() {
        let text = "é<".repeat(2000);
        let html = Prose { text: &text, language: "fr\"><" }.to_string();
        assert!(html.starts_with("<details") && html.contains(&"é&lt;".repeat(2000)) && !html.contains("\"><\""));
        assert!(html.contains("lang=\"fr&quot;&gt;&lt;\""));
        assert!(Prose { text: "short", language: "en" }.to_string().starts_with("<p "));
    }

    #[test]
    fn numbers_read_well() {
        let times = [0.0, 0.04, 0.0999, 4.24, 59.94, 59.96, 65.4, 3_720.0, f64::NAN, -1.0].map(took);
        let read =
            ["0 ms", "40 ms", "0.1 s", "4.2 s", "59.9 s", "1 min 00 s", "1 min 05 s", "1 h 02 min", "0 ms", "0 ms"];
        assert_eq!(times, read);
        assert_eq!([0.0, 5.04, 59.96, 61.25].map(clock), ["0:00.0", "0:05.0", "1:00.0", "1:01.3"]);
        assert_eq!([12, 1_500, 14_240_000].map(size), ["12 bytes", "2 kB", "14.2 MB"]);
        assert_eq!([-14.04, -0.01, 3.0].map(signed), ["\u{2212}14.0", "0.0", "3.0"]);
        assert_eq!([0.0, 0.004, 1.234].map(money), ["$0.00", "$0.0040", "$1.23"]);
        assert_eq!((count(1, "scene"), count(0, "scene")), ("1 scene".into(), "0 scenes".into()));
    }
}
