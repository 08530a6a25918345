//! Texts as people write them, set into boxes.

use super::{
    super::font_library::{FontLibrary, FontSources},
    *,
};

fn style() -> TextStyle {
    TextStyle {
        voice: Voice::Headline,
        largest: 96.0,
        smallest: 44.0,
        max_lines: 3,
        leading: 1.1,
        tracking: -0.01,
        centered: true,
    }
}

fn set_in(text: &str, language: &str, style: &TextStyle, width: f32, height: f32) -> Option<TextBlock> {
    let language = Language::parse(language);
    let wording = Wording { text, language: &language, names: &[] };
    TextBlock::set(&mut Fonts::embedded(), &wording, style, width, height)
}

fn set(text: &str, language: &str) -> TextBlock {
    set_in(text, language, &style(), 760.0, 330.0).unwrap()
}

/// The lines as they can be read, without invisible marks.
fn lines(block: &TextBlock) -> Vec<String> {
    let visible = |c: &char| !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2066}'..='\u{2069}');
    block.buffer.layout_runs().map(|run| run.text.chars().filter(visible).collect()).collect()
}

/// The letters of each line from left to right.
fn seen(block: &TextBlock) -> Vec<String> {
    let line = |run: cosmic_text::LayoutRun<'_>| {
        let mut glyphs: Vec<_> = run.glyphs.iter().filter(|glyph| glyph.w > 0.0).collect();
        glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
        glyphs.iter().map(|glyph| &run.text[glyph.start..glyph.end]).collect::<String>()
    };
    block.buffer.layout_runs().map(line).collect()
}

fn inside(block: &TextBlock, width: f32, height: f32) {
    assert!(block.width <= width + 0.1 && block.height <= height + 0.1, "{} {}", block.width, block.height);
    for run in block.buffer.layout_runs() {
        assert!(run.line_w <= block.width + 0.1, "{} {}", run.line_w, block.width);
        assert!(run.glyphs.iter().all(|glyph| glyph.glyph_id != 0), "no boxes: {}", run.text);
    }
}

#[test]
fn every_text_fits_or_is_cut() {
    let long = "word ".repeat(40);
    let giant = "x".repeat(200);
    let texts = [
        "Hi",
        "100 % \"pure\" \\ 'real'",
        "Line\nbreaks\r\n\n\nand\ttabs",
        &long,
        &giant,
        "مرحبا بالعالم",
        "日本語の字幕",
        "🚀🔥 go",
        "\u{0}\u{7}bell",
        "a\u{301}\u{302}\u{303}\u{304}",
        "\u{202e}right to left",
        "\u{2067}never closed and going on for more than a line of this box",
        "ﷺ",
        "ffi fl",
        "a\u{2029}b\u{85}c\u{1c}d",
        "\u{ad}\u{200b}\u{2060}",
        "\u{301} alone",
    ];
    for text in texts {
        if let Some(block) = set_in(text, "en", &style(), 700.0, 330.0) {
            inside(&block, 700.0, 330.0);
            assert!(block.lines <= 3 && block.size >= 44.0 * TINIEST, "{text}");
        }
    }
    assert!(set_in(&giant, "en", &style(), 700.0, 330.0).unwrap().truncated);
    for text in ["", "  \n\t ", "\u{0}", "\u{a0}"] {
        assert!(set_in(text, "en", &style(), 700.0, 330.0).is_none(), "{text:?}");
    }
    inside(&set_in("narrow", "en", &style(), 30.0, 20.0).unwrap(), 30.0, 20.0);
    inside(&set_in("x", "en", &style(), 1.0, 1.0).unwrap(), 1.0, 1.0);
}

/// How near the ink of two neighbouring lines comes in the column where it is nearest, in pixels; less than 0 where it overlaps.
fn nearest(fonts: &mut Fonts, block: &TextBlock) -> i32 {
    let mut before: std::collections::BTreeMap<i32, i32> = std::collections::BTreeMap::new();
    let mut nearest = i32::MAX;
    for (run, baseline) in block.buffer.layout_runs().zip(&block.baselines) {
        let mut lowest = std::collections::BTreeMap::new();
        for glyph in run.glyphs {
            let place = glyph.physical((0.0, *baseline), 1.0);
            let image = fonts.glyphs.get_image(&mut fonts.system, place.cache_key).clone();
            let Some(image) = image.filter(|image| image.content == cosmic_text::SwashContent::Mask) else { continue };
            for (index, _) in image.data.iter().enumerate().filter(|(_, alpha)| **alpha > 60) {
                let (column, row) = (index % image.placement.width as usize, index / image.placement.width as usize);
                let x = place.x + image.placement.left + column as i32;
                let y = place.y - image.placement.top + row as i32;
                nearest = before.get(&x).map_or(nearest, |last| nearest.min(y - last));
                lowest.entry(x).and_modify(|last: &mut i32| *last = y.max(*last)).or_insert(y);
            }
        }
        before = lowest;
    }
    nearest
}

#[test]
fn lines_never_touch() {
    let fonts = &mut Fonts::embedded();
    for (text, language) in [
        ("gjpqy gjpqy\n\u{1ea4}\u{1eea}\u{1ed6} \u{1ea4}\u{1eea}\u{1ed6}\ngjpqy", "vi"),
        ("ppppppp\nÅÅÅÅÅ\njjjjjjjj", "sv"),
        ("A\u{327}\u{323} y\u{328}\u{331}\nO\u{302}\u{301}\u{306} E\u{302}\u{301}\u{306}", "en"),
        ("(ЙЩ) щщщ\nЁЙЁЙЁЙ", "ru"),
    ] {
        let language = Language::parse(language);
        for (width, centered) in [(900.0, true), (900.0, false), (240.0, true)] {
            let (wording, style) =
                (Wording { text, language: &language, names: &[] }, TextStyle { centered, ..style() });
            let block = TextBlock::set(fonts, &wording, &style, width, 500.0).unwrap();
            inside(&block, width, 500.0);
            assert!(nearest(fonts, &block) > 0, "{text}: {}", nearest(fonts, &block));
        }
    }
}

#[test]
fn lines_that_do_not_meet_stand_as_the_style_says() {
    for text in [
        "Slow mornings deserve a better cup (24/7)",
        "Jolly good, by any Æon",
        "Typography {|} quickly [@] jumps",
        "Ça va?\nJa!",
    ] {
        let block = set(text, "en");
        assert!(block.lines > 1);
        assert_eq!(block.height, block.lines as f32 * block.size * 1.1, "{text}");
        let steps = block.baselines.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(steps.into_iter().all(|step| (step - block.size * 1.1).abs() < 0.01), "{text}");
    }
}

#[test]
fn faces_of_other_metrics_leave_the_baselines_even() {
    let fonts = &mut dejavu();
    for text in ["Say\nשלום\nand go", "قهوة\nRosso\nقهوة ساخنة", "Rosso\nກາເຟຮ້ອນ ຊື້ດຽວນີ້\nnow"]
    {
        let block = set_with(fonts, text, "en", 700.0);
        let spacing = block.height / block.lines as f32;
        assert!(block.lines == 3 && spacing >= 1.1 * block.size - 0.01);
        assert!(block.baselines.windows(2).all(|pair| (pair[1] - pair[0] - spacing).abs() < 0.01), "{text}");
        assert!(nearest(fonts, &block) > 0, "{text}");
    }
}

#[test]
fn lines_are_balanced() {
    let block = set("Slow mornings deserve a better cup", "en");
    let widths: Vec<f32> = block.buffer.layout_runs().map(|run| run.line_w).collect();
    assert!(widths.len() > 1);
    let (least, most) = widths.iter().fold((f32::MAX, 0.0f32), |(a, b), &w| (a.min(w), b.max(w)));
    assert!(least > 0.5 * most, "{widths:?}");
}

#[test]
fn missing_glyphs_are_named() {
    let block = set("Tea 茶 now", "en");
    assert_eq!(block.left_out, [LeftOut { written: "茶".into(), shown: String::new() }]);
    assert_eq!(lines(&block), ["Tea now"]);
    assert!(set_in("日本語", "ja", &style(), 760.0, 330.0).is_none());
}

#[test]
fn no_break_spaces_hold() {
    for (text, joined) in [
        ("Only one day: 10\u{a0}% off, from €11", "10\u{a0}%"),
        ("Nur heute 50\u{202f}% Rabatt", "50\u{202f}%"),
        ("Seulement 1\u{202f}299\u{a0}€ aujourd’hui", "1\u{202f}299\u{a0}€"),
        ("Only one day: 10 % off, from €11", "10 %"),
        ("The e\u{2011}mail of the week for you", "e\u{2011}mail"),
        ("Now in a set with 2\u{2007}x\u{2007}4 cups for all", "2\u{2007}x\u{2007}4"),
        ("Never this\u{2060}-\u{2060}that again in your life", "this\u{2060}-\u{2060}that"),
    ] {
        for width in (220..800).step_by(20) {
            let Some(block) = set_in(text, "en", &style(), width as f32, 400.0).filter(|block| !block.truncated) else {
                continue;
            };
            let shown = lines(&block);
            assert!(shown.iter().any(|line| line.contains(joined)), "{width}: {shown:?}");
        }
    }
}

#[test]
fn long_words_are_hyphenated_or_made_smaller() {
    let block = set("Donaudampfschifffahrtsgesellschaftskapitänsmütze für dich", "de");
    let shown = lines(&block);
    assert!(shown[..shown.len() - 1].iter().any(|line| line.ends_with('-')) && !block.broken, "{shown:?}");
    assert_eq!(shown.concat().replace(['-', ' '], ""), "Donaudampfschifffahrtsgesellschaftskapitänsmützefürdich");
    // One that fits when it is a little smaller stays whole.
    let block = set("Kundenzufriedenheit zählt", "de");
    assert!(lines(&block).iter().all(|line| !line.ends_with('-')), "{:?}", lines(&block));
    // A language without patterns: smaller, never cut.
    let block = set("Ngxabanokholekileyobubuhlungu", "xh");
    assert!(block.size < 60.0 && block.lines == 1 && !block.broken && !block.truncated, "{}", block.size);
    // One in capitals, too, is rather hyphenated than made too small to be read.
    let capitals = set("GESCHWINDIGKEITSBEGRENZUNG", "de");
    let shown = lines(&capitals);
    assert!(capitals.size > 60.0 && shown.len() > 1 && shown[0].ends_with('-'), "{} {shown:?}", capitals.size);
    assert_eq!(shown.concat().replace('-', ""), "GESCHWINDIGKEITSBEGRENZUNG");
    assert_eq!(set("GESCHWINDIGKEIT", "de").lines, 1);
}

#[test]
fn soft_hyphens_are_drawn_where_a_line_ends() {
    let text = "Soft\u{ad}ing, Rindfleisch\u{ad}etikettierungs\u{ad}überwachungs\u{ad}aufgaben";
    let shown = lines(&set(text, "en"));
    assert!(shown.iter().any(|line| line.ends_with("Rindfleisch-") || line.ends_with("etikettierungs-")), "{shown:?}");
    assert!(shown.iter().all(|line| !line.contains('\u{ad}')));
    assert!(shown.concat().contains("Softing,"), "{shown:?}");
}

#[test]
fn zero_width_spaces_are_the_authors_breaks() {
    let shown = lines(&set("supercali\u{200b}fragilistic\u{200b}expialidocious", "en"));
    assert_eq!(shown.concat(), "supercalifragilisticexpialidocious");
    assert!(shown.len() > 1 && shown[0].ends_with("fragilistic") || shown[0].ends_with("supercali"), "{shown:?}");
}

/// A font that has Arabic, Hebrew and many signs, and that the tests' setup installs.
fn dejavu() -> Fonts {
    let folder = std::path::Path::new("/usr/share/fonts/truetype/dejavu");
    let library = FontLibrary::new(&FontSources::none().with_folder(folder)).expect("run `make setup`");
    let mut fonts = Fonts::from(&library);
    let found = fonts.face_for(Voice::Headline, None, &['ק']);
    assert!(found.is_some(), "{} has no fonts: run `make setup`", folder.display());
    fonts
}

fn set_with(fonts: &mut Fonts, text: &str, language: &str, width: f32) -> TextBlock {
    let language = Language::parse(language);
    let block = TextBlock::set(fonts, &Wording { text, language: &language, names: &[] }, &style(), width, 400.0);
    let block = block.unwrap();
    inside(&block, width, 400.0);
    block
}

#[test]
fn the_language_gives_the_direction() {
    let fonts = &mut dejavu();
    for (text, language, left, right) in [
        ("Rosso: قهوة ساخنة!", "ar", "!", ":Rosso"),
        ("Rosso قهوة 20%", "ar", "", "Rosso"),
        ("קפה חם של Rosso!", "he", "!Rosso", "ק"),
        // Brackets are drawn mirrored: the closing one stands on the left.
        ("Rosso: קפה (20)", "he", ")20(", ":Rosso"),
        ("Say שלום, friend!", "en", "Say ", "friend!"),
        ("שלום friend!", "en", "ם", "friend!"),
        ("קפה חם!", "en", "!", "ק"),
        ("Rosso!", "ar", "Rosso!", "!"),
        // The author's own mark keeps the sign with the Latin name.
        ("קפה Rosso!\u{200e}", "he", "Rosso!", "ק"),
    ] {
        let block = set_with(fonts, text, language, 1400.0);
        let line = seen(&block).remove(0);
        assert!(line.starts_with(left) && line.ends_with(right), "{language} {text}: {line}");
        assert!(block.left_out.is_empty(), "{:?}", block.left_out);
    }
}

#[test]
fn a_text_of_several_lines_has_one_direction() {
    let fonts = &mut dejavu();
    let block = set_with(fonts, "Rosso: قهوة ساخنة كل صباح (من إيطاليا) Rosso!", "ar", 560.0);
    let shown = lines(&block);
    assert!(shown.len() > 1 && shown.iter().all(|line| !line.ends_with('(')), "{shown:?}");
    assert!(block.buffer.layout_runs().all(|run| run.rtl));
    assert!(seen(&block).last().unwrap().starts_with('!'), "{:?}", seen(&block));
    let english = set_with(fonts, "We say שלום and תודה and coffee, always", "en", 560.0);
    assert!(english.lines > 1 && english.buffer.layout_runs().all(|run| !run.rtl));
}

#[test]
fn one_family_stands_for_a_script_in_every_voice() {
    let fonts = &mut dejavu();
    for (text, language) in [("تسوق الآن", "ar"), ("קנו עכשיו", "he"), ("Հիմա", "hy"), ("ახლა", "ka")]
    {
        let language = Language::parse(language);
        for voice in [Voice::Headline, Voice::Label] {
            let covered = cover(fonts, text, voice, &language);
            let faces: Vec<(&str, u16)> =
                covered.spans.iter().map(|(_, face)| (face.family(), face.weight())).collect();
            assert_eq!(faces, [("DejaVu Sans", 700)], "{text} {voice:?}");
        }
    }
}

#[test]
fn keycaps_are_their_digit_where_no_font_has_them() {
    let fonts = &mut dejavu();
    let block = set_with(fonts, "1\u{fe0f}\u{20e3} Pour", "en", 700.0);
    assert_eq!(lines(&block), ["1 Pour"]);
    assert_eq!(block.left_out, [LeftOut { written: "1\u{fe0f}\u{20e3}".into(), shown: "1".into() }]);
    // A sign that is a plain character, too, is no loss.
    assert_eq!(set_with(fonts, "Hot ☕ now ✔\u{fe0f}", "en", 700.0).left_out, []);
    let flags = set_with(fonts, "From 🇮🇹 with 👍🏽", "en", 700.0);
    assert_eq!(flags.left_out.len(), 2, "{:?}", flags.left_out);
}

#[test]
fn the_authors_lines_are_kept() {
    assert_eq!(lines(&set("Brew.\nSip.\r\nRepeat.", "en")), ["Brew.", "Sip.", "Repeat."]);
    assert_eq!(lines(&set("Brew.\u{2028}Sip.", "en")), ["Brew.", "Sip."]);
}
