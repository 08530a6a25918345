//! Drawings as drawing programs write them, and drawings of enemies.

use super::*;
use crate::error::ErrorKind;
use std::{io::Write, time::Instant};

fn logo() -> Subject<'static> {
    Subject { what: "the logo", needed: "a PNG, JPEG, WebP or SVG file is needed" }
}

fn no_fonts() -> Arc<FontDatabase> {
    Arc::new(FontDatabase::new())
}

fn drawn(text: impl AsRef<[u8]>) -> Result<Photo> {
    draw(text.as_ref().to_vec(), logo(), &no_fonts)
}

/// A drawing of 100 x 100 units.
fn sheet(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='100' height='100'>{inside}</svg>"
    )
}

const RED: &str = "<rect x='10' y='10' width='80' height='80' fill='#c81e28'/>";

fn refusal(text: impl AsRef<[u8]>) -> String {
    let began = Instant::now();
    let error = drawn(text).expect_err("must be refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().starts_with("the logo "), "{error}");
    // Bounds are counted, not waited for: this is no measure of speed, but of a hang.
    assert!(began.elapsed().as_secs() < 600, "took {:?}", began.elapsed());
    error.to_string()
}

#[track_caller]
fn expect_red(photo: &Photo) {
    let (width, height) = (photo.width(), photo.height());
    assert_eq!(photo.rgb().get_pixel(width / 2, height / 2).0, [200, 30, 40]);
    let alpha = photo.alpha().expect("is transparent around it");
    assert_eq!((alpha.get_pixel(1, 1)[0], alpha.get_pixel(width / 2, height / 2)[0]), (0, 255));
}

#[test]
fn a_drawing_is_drawn_at_the_size_of_the_largest_video() {
    let photo = drawn(sheet(RED)).expect("draws");
    assert_eq!((photo.width(), photo.height()), (1536, 1536));
    expect_red(&photo);
    assert!(photo.notes().is_empty(), "{:?}", photo.notes());
    let wide = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 1'><rect width='4' height='1'/></svg>";
    let photo = drawn(wide).expect("draws");
    assert_eq!((photo.width(), photo.height()), (1536, 384));
    assert!(photo.alpha().is_none());
    // However large or small its own units are.
    for factor in ["0.001", "1000000"] {
        let side = format!("width='{factor}' height='{factor}' viewBox='0 0 100 100'");
        let text = format!("<svg xmlns='http://www.w3.org/2000/svg' {side}>{RED}</svg>");
        expect_red(&drawn(text).expect("draws"));
    }
}

#[test]
fn every_coding_and_packing_is_read() {
    let text = sheet(RED);
    let units = || text.encode_utf16();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text.as_bytes()).expect("packs");
    for bytes in [
        format!("\u{feff}{text}").into_bytes(),
        [0xff, 0xfe].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect(),
        [0xfe, 0xff].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect(),
        packed.finish().expect("packs"),
        [b"<?xml version='1.0' encoding='ISO-8859-1'?><!-- caf\xe9 -->".to_vec(), text.clone().into_bytes()].concat(),
    ] {
        expect_red(&drawn(bytes).expect("draws"));
    }
    // Entities as Illustrator writes them.
    let entities = format!(
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\" [\
         <!ENTITY ns_svg \"http://www.w3.org/2000/svg\">]><svg xmlns='&ns_svg;' width='100' height='100'>{RED}</svg>"
    );
    expect_red(&drawn(entities).expect("draws"));
}

#[test]
fn what_logos_are_made_of_is_drawn() {
    for inside in [
        "<defs><linearGradient id='g'><stop stop-color='#c81e28'/><stop offset='1' stop-color='#c81e28'/></linearGradient></defs>\
         <rect x='10' y='10' width='80' height='80' fill='url(#g)'/>",
        "<style>.a{fill:#c81e28}</style><rect class='a' x='10' y='10' width='80' height='80'/>",
        "<defs><rect id='r' width='80' height='80' fill='#c81e28'/></defs><use xlink:href='#r' x='10' y='10'/>",
        "<clipPath id='c'><rect x='10' y='10' width='80' height='80'/></clipPath><rect clip-path='url(#c)' width='100' height='100' fill='#c81e28'/>",
        "<mask id='m'><rect x='10' y='10' width='80' height='80' fill='#fff'/></mask><rect mask='url(#m)' width='100' height='100' fill='#c81e28'/>",
        "<filter id='f' color-interpolation-filters='sRGB'><feGaussianBlur stdDeviation='1'/></filter><rect filter='url(#f)' x='10' y='10' width='80' height='80' fill='#c81e28'/>",
        "<path d='M10 10H90V90H10Z' fill='#c81e28'/><path d='M20 20H80' stroke='#c81e28' stroke-dasharray='3 2'/>",
    ] {
        let photo = drawn(sheet(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"));
        expect_red(&photo);
    }
    // Effects are worked out in linear light unless they say otherwise, for which the renderer has 8 bits: dark channels
    // move to the nearest of its steps, here 30 (3.3 of 255 in linear light) to 28 and 40 (5.4) to 38.
    let blur = "<filter id='f'><feGaussianBlur stdDeviation='1'/></filter>";
    let photo = drawn(sheet(&format!("{blur}{}", RED.replace("<rect", "<rect filter='url(#f)'")))).expect("draws");
    assert_eq!(photo.rgb().get_pixel(768, 768).0, [200, 28, 38]);
    assert_eq!(photo.alpha().map(|alpha| (alpha.get_pixel(1, 1)[0], alpha.get_pixel(768, 768)[0])), Some((0, 255)));
}

#[test]
fn embedded_pictures_are_read_and_others_never() {
    use base64::Engine;
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&[200, 30, 40].repeat(20 * 20), 20, 20, ExtendedColorType::Rgb8)
        .expect("encodes");
    let data = base64::engine::general_purpose::STANDARD.encode(&png);
    let image = |href: &str| sheet(&format!("<image x='10' y='10' width='80' height='80' xlink:href='{href}'/>"));
    expect_red(&drawn(image(&format!("data:image/png;base64,{data}"))).expect("draws"));
    // A file beside it, which would be red.
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret.png");
    std::fs::write(&secret, &png).expect("writes");
    let path = secret.display().to_string();
    for href in [path.clone(), format!("file://{path}"), "http://127.0.0.1:9/x.png".to_owned(), "../x.svg".to_owned()] {
        let text = image(&href).replace("</svg>", "<circle cx='5' cy='5' r='3'/></svg>");
        let photo = drawn(text).expect("draws");
        let alpha = photo.alpha().expect("is transparent");
        assert_eq!(alpha.get_pixel(768, 768)[0], 0, "{href} was read");
        assert!(photo.notes().iter().any(|note| note.contains("another file")), "{:?}", photo.notes());
    }
    // A picture that is a bomb, and a drawing in a drawing.
    let mut bomb = png;
    bomb[16..24].copy_from_slice(&[60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat());
    let bomb = base64::engine::general_purpose::STANDARD.encode(&bomb);
    let inner = base64::engine::general_purpose::STANDARD.encode(sheet(RED));
    for (mime, data) in [("png", bomb), ("svg+xml", inner)] {
        let text =
            image(&format!("data:image/{mime};base64,{data}")).replace("</svg>", "<circle cx='5' cy='5' r='3'/></svg>");
        let photo = drawn(text).expect("draws");
        assert!(photo.notes().iter().any(|note| note.contains("without a picture")), "{:?}", photo.notes());
    }
}

#[test]
fn repeated_references_are_counted_before_they_are_unfolded() {
    // Ten to the ninth, by ten.
    let levels: String = (1..10)
        .map(|level| format!("<g id='l{level}'>{}</g>", format!("<use xlink:href='#l{}'/>", level - 1).repeat(10)))
        .collect();
    let text =
        sheet(&format!("<defs><g id='l0'><rect width='1' height='1'/></g>{levels}</defs><use xlink:href='#l9'/>"));
    assert!(refusal(text).contains("pieces"));
    let patterns: String = (1..12)
        .map(|level| {
            let shapes = format!("<rect width='9' height='9' fill='url(#p{})'/>", level - 1).repeat(8);
            format!("<pattern id='p{level}' width='1' height='1'>{shapes}</pattern>")
        })
        .collect();
    let text = sheet(&format!(
        "<pattern id='p0' width='1' height='1'><rect width='1' height='1'/></pattern>{patterns}<rect width='90' height='90' fill='url(#p11)'/>"
    ));
    assert!(refusal(text).contains("pieces"));
    // A marker at each of many points.
    let points = "1,1 2,2 ".repeat(20_000);
    let text =
        sheet(&format!("<marker id='m'>{}</marker><polyline points='{points}' marker-mid='url(#m)'/>", RED.repeat(20)));
    assert!(refusal(text).contains("pieces"));
    // Circles are no reason to hang: what names itself is left out, longer ones are refused by name.
    let text = sheet(&format!("{RED}<use id='c' xlink:href='#c'/><g id='d'><use xlink:href='#d'/></g>"));
    expect_red(&drawn(text).expect("draws"));
    for many in [1, 10] {
        let [to_a, to_b] = ["a", "b"].map(|id| format!("<use xlink:href='#{id}'/>").repeat(many));
        let text = sheet(&format!("{RED}<g id='a'>{to_b}</g><g id='b'>{to_a}</g>"));
        assert!(refusal(text).contains("in a circle"));
    }
}

#[test]
fn entities_nesting_and_numbers_are_bounded() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let text =
        format!("<!DOCTYPE svg [<!ENTITY l0 \"ha\">{laughs}]><svg xmlns='http://www.w3.org/2000/svg'>&l9;</svg>");
    assert!(refusal(text).contains("entities"));
    let long = format!(
        "<!DOCTYPE svg [<!ENTITY a \"{}\">]><svg xmlns='http://www.w3.org/2000/svg'>{}</svg>",
        "x".repeat(900),
        "&a;".repeat(20_000)
    );
    assert!(refusal(long).contains("entities"));
    let external = "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'><text>&x;</text></svg>";
    assert!(!refusal(external).contains("root"));
    for (open, close) in [("<g>", "</g>"), ("<g opacity='.9'>", "</g>"), ("<svg>", "</svg>")] {
        for depth in [1000, 90_000] {
            let text = sheet(&[open.repeat(depth), RED.to_owned(), close.repeat(depth)].concat());
            assert!(refusal(text).contains("deep"), "{open} {depth}");
        }
    }
    let attributes: String = (0..10_000).map(|n| format!(" a{n}='1'")).collect();
    assert!(refusal(sheet(&format!("<g{attributes}/>"))).contains("attributes"));
    assert!(refusal(sheet(&"<g/>".repeat(100_000))).contains("nodes"));
    assert!(refusal(sheet(&"<circle r='1'/>".repeat(60_000))).contains("pieces"));
    let sheets: String = (0..2000).map(|n| format!(".c{n}{{fill:red}}")).collect();
    assert!(refusal(sheet(&format!("<style>{sheets}</style>{}", "<g class='c1'/>".repeat(3000)))).contains("style"));
    assert!(
        refusal("<svg xmlns='http://www.w3.org/2000/svg'/>".to_owned() + &" ".repeat(MAX_SVG_BYTES)).contains("4 MB")
    );
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 64 << 20]).expect("packs");
    assert!(refusal(bomb.finish().expect("packs")).contains("4 MB"));
}

#[test]
fn work_and_memory_of_drawing_are_bounded() {
    let whole = "<rect width='100' height='100' fill='#c81e28' opacity='.01'/>";
    assert!(refusal(sheet(&whole.repeat(5_000))).contains("painted"));
    let layers = "<g style='isolation:isolate' opacity='.99'><rect width='100' height='100'/>";
    assert!(refusal(sheet(&[layers.repeat(60), "</g>".repeat(60)].concat())).contains("layers"));
    let tile = "<pattern id='p' width='100000' height='100000' patternUnits='userSpaceOnUse'><rect width='9' height='9'/></pattern>";
    assert!(refusal(sheet(&format!("{tile}<rect width='90' height='90' fill='url(#p)'/>"))).contains("tiles"));
    let dashes = "<path d='M0 0H100V100H0Z' stroke='red' stroke-dasharray='0.00001 0.00001'/>";
    assert!(refusal(sheet(dashes)).contains("dashes"));
    for effect in [
        "feTurbulence numOctaves='1000000000' baseFrequency='.1'",
        "feMorphology radius='1000000000'",
        "feImage xlink:href='#x'",
    ] {
        let text =
            sheet(&format!("<filter id='f'><{effect}/></filter><rect filter='url(#f)' width='90' height='90'/>"));
        assert!(refusal(text).contains("effect"), "{effect}");
    }
    let blurs = "<feGaussianBlur stdDeviation='1e30'/>".repeat(60);
    let text = sheet(&format!("<filter id='f'>{blurs}</filter><rect filter='url(#f)' width='90' height='90'/>"));
    assert!(refusal(text).contains("layers"));
}

#[test]
fn what_is_no_drawing_is_named() {
    assert!(refusal("<svg xmlns='http://www.w3.org/2000/svg'><rect width='1'").contains("cannot be drawn"));
    assert!(refusal("<html><svg/></html>").contains("<html>"));
    assert!(refusal(sheet("")).contains("nothing"));
    assert!(
        refusal([b"<svg xmlns='http://www.w3.org/2000/svg'>".as_slice(), &[0xff, 0xc0]].concat()).contains("UTF-8")
    );
    assert!(refusal([0x1f, 0x8b, 8, 0, 1, 2, 3]).contains("unpacked"));
    assert!(refusal("<svg xmlns='http://www.w3.org/2000/svg' width='10000' height='1'/>").contains("factor"));
    assert!(refusal("<svg width='NaN' height='0' xmlns='http://www.w3.org/2000/svg'/>").contains("logo"));
}

#[test]
fn text_is_set_in_the_fonts_that_are_given_and_said() {
    let text = sheet("<text x='0' y='80' font-size='80' font-family='Nobody Has This'>HH</text>");
    let fonts = || {
        let mut fonts = FontDatabase::new();
        fonts.load_font_data(include_bytes!("../../../assets/fonts/Inter-SemiBold.otf").to_vec());
        Arc::new(fonts)
    };
    let photo = draw(text.clone().into_bytes(), logo(), &fonts).expect("draws");
    assert!(photo.notes().iter().any(|note| note.contains("outlines")), "{:?}", photo.notes());
    assert!(photo.alpha().is_some_and(|alpha| alpha.pixels().filter(|pixel| pixel[0] == 255).count() > 10_000));
    let plain = sheet("<text x='0' y='80' font-size='80'>HH</text>");
    let absent = sheet("<text x='0' y='80' font-size='80' font-family='Nobody Has This, monospace'>HH</text>");
    for same in [plain, absent] {
        let same = draw(same.into_bytes(), logo(), &fonts).expect("draws");
        assert!(same.rgb() == photo.rgb() && same.alpha() == photo.alpha(), "is set in another typeface");
    }
    assert!(refusal(text).contains("nothing"));
}
