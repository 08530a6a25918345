//! Numbers as people read them. Pure.

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
