//! The captions as SubRip and WebVTT, for players and platforms that show their own.

use super::timeline::Slot;
use crate::{media::Fps, project::Scene, text::shown_words};

/// What the captions' files are called in a project's folder: SubRip, then WebVTT.
pub(crate) const CAPTIONS: [&str; 2] = ["captions.srt", "captions.vtt"];

/// Captions of all scenes in SubRip (`.srt`).
pub(crate) fn srt(scenes: &[Scene], slots: &[Slot], fps: Fps) -> String {
    let cue = |(number, (start, end, text)): (usize, (f64, f64, String))| {
        format!("{}\n{} --> {}\n{text}\n\n", number + 1, time(start, ','), time(end, ','))
    };
    cues(scenes, slots, fps).enumerate().map(cue).collect()
}

/// Captions of all scenes in WebVTT (`.vtt`).
pub(crate) fn vtt(scenes: &[Scene], slots: &[Slot], fps: Fps) -> String {
    let cue = |(start, end, text): (f64, f64, String)| {
        // What would be markup in WebVTT is text here.
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!("{} --> {}\n{text}\n\n", time(start, '.'), time(end, '.'))
    };
    std::iter::once("WEBVTT\n\n".to_owned()).chain(cues(scenes, slots, fps).map(cue)).collect()
}

/// Start, end and text; one line each, for an empty line would end the cue.
fn cues<'a>(scenes: &'a [Scene], slots: &'a [Slot], fps: Fps) -> impl Iterator<Item = (f64, f64, String)> + 'a {
    scenes.iter().zip(slots).filter_map(move |(scene, slot)| {
        // The author's no-break spaces are no places to break a line at, in a player neither.
        let caption = shown_words(scene.caption.as_deref()?);
        let parts = caption.split(|c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}'));
        let text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let text = text.replace("-->", "->");
        (!text.trim().is_empty()).then(|| (fps.seconds(slot.start), fps.seconds(slot.start + slot.frames), text))
    })
}

fn time(seconds: f64, point: char) -> String {
    let ms = (seconds * 1000.0).round() as u64;
    format!("{:02}:{:02}:{:02}{point}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Role, Transition};

    fn scene(caption: &str) -> Scene {
        Scene {
            id: "s".into(),
            role: Role::Hook,
            duration_s: Some(2.5),
            background: None,
            product: None,
            caption: Some(caption.to_owned()),
            transition: Transition::Cut,
        }
    }

    #[test]
    fn no_break_spaces_are_kept() {
        let scene = scene("Only\n10\u{a0}%  off,\u{202f}yes");
        let slot = Slot { start: 0, frames: 30, crossfade: 0, dip_in: 0, dip_out: 0, tail: 0 };
        assert!(srt(&[scene], &[slot], Fps::from(30)).ends_with("\nOnly 10\u{a0}% off,\u{202f}yes\n\n"));
    }

    #[test]
    fn markup_that_a_shop_pasted_is_no_word() {
        let scene = scene("<p>Soft &amp; warm</p><p>3 &lt; 5</p>");
        let slot = Slot { start: 0, frames: 30, crossfade: 0, dip_in: 0, dip_out: 0, tail: 0 };
        assert!(srt(&[scene], &[slot], Fps::from(30)).ends_with("\nSoft & warm 3 < 5\n\n"));
    }

    #[test]
    fn both_formats_are_well_formed() {
        let scenes = [scene("Less <sugar>\n\nmore & fun -->"), scene("  "), scene("Ende")];
        let slot = |start| Slot { start, frames: 75, crossfade: 0, dip_in: 0, dip_out: 0, tail: 0 };
        let slots = [slot(0), slot(75), slot(150)];
        assert_eq!(
            srt(&scenes, &slots, Fps::from(30)),
            "1\n00:00:00,000 --> 00:00:02,500\nLess <sugar> more & fun ->\n\n2\n00:00:05,000 --> 00:00:07,500\nEnde\n\n"
        );
        let vtt = vtt(&scenes, &slots, Fps::from(30));
        assert!(
            vtt.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nLess &lt;sugar&gt; more &amp; fun -&gt;\n\n")
        );
    }
}
