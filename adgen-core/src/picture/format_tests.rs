//! Files of every kind under a photo's name.

use super::*;

/// A file of an ISO base media format with these brands.
fn media(brands: &[&[u8; 4]]) -> Vec<u8> {
    let mut bytes = ((16 + 4 * brands.len() - 4) as u32).to_be_bytes().to_vec();
    bytes.extend(b"ftyp");
    bytes.extend(brands[0]);
    bytes.extend([0; 4]);
    brands[1..].iter().for_each(|brand| bytes.extend(*brand));
    bytes.extend(b"\0\0\0\x08mdat");
    bytes
}

fn named(bytes: &[u8]) -> String {
    let error = Format::of(bytes).refusal(Subject::pixels("the photo"));
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    error.message().to_owned()
}

#[test]
fn what_is_read_is_known_by_content() {
    assert_eq!(Format::of(b"\x89PNG\r\n\x1a\n...."), Format::Png);
    assert_eq!(Format::of(b"\xff\xd8\xff\xe0"), Format::Jpeg);
    assert_eq!(Format::of(b"RIFF\x10\0\0\0WEBPVP8 "), Format::WebP);
    assert_eq!(Format::of(b"\x1f\x8b\x08"), Format::Gzip);
    assert_eq!(Format::of(b""), Format::Unknown);
}

#[test]
fn phones_and_web_shops_pictures_are_named_by_their_brands() {
    for (brands, name) in [
        (&[b"heic", b"mif1", b"heic"][..], "HEIC"),
        (&[b"mif1", b"mif1", b"heic"][..], "HEIC"),
        (&[b"heix", b"mif1"][..], "HEIC"),
        (&[b"msf1", b"hevc"][..], "HEIC"),
        (&[b"avif", b"mif1"][..], "AVIF"),
        (&[b"mif1", b"avif", b"miaf"][..], "AVIF"),
        (&[b"avis", b"msf1"][..], "AVIF"),
        (&[b"mif1", b"miaf"][..], "HEIF"),
        (&[b"crx ", b"isom"][..], "CR3"),
        (&[b"qt  ", b"qt  "][..], "QuickTime"),
        (&[b"isom", b"iso2", b"mp41"][..], "MP4"),
        (&[b"mp42", b"mif2"][..], "HEIF"),
    ] {
        let said = named(&media(brands));
        assert!(said.contains(name), "{brands:?}: {said}");
    }
    // A box that promises more brands than there are, or none.
    let mut cut = media(&[b"heic", b"mif1"]);
    cut.truncate(14);
    assert!(named(&cut).contains("HEIC"));
    assert!(named(b"\0\0\0\0ftyp").contains("MP4"));
}

#[test]
fn every_other_format_is_named_with_what_to_do() {
    for (bytes, name) in [
        (&b"GIF89a\x01\x00"[..], "GIF"),
        (b"P6\n4 4\n255\n", "Netpbm"),
        (b"P5 4 4 255 ", "Netpbm"),
        (b"P7\nWIDTH 4\n", "Netpbm"),
        (b"\0\0\x0A\0\0\0\0\0\0\0\0\0\x40\0\x30\0\x18\x20", "TGA"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00", "BMP"),
        (b"II*\0\x08\0\0\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"II*\0\x10\0\0\0CR\x02", "Canon"),
        (b"FUJIFILMCCD-RAW 0201", "Fujifilm"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\x0a\xfa\x3f", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\x1a\x45\xdf\xa3\x01", "Matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (b"\0\0\0\x14moovabcd", "QuickTime"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"<!DOCTYPE html><html><svg></svg></html>", "web page"),
        (b"\x89PNG\n\x1a\n", "transfer as text"),
        (b"\0\0\x01\0\x01\0\x20\x20", "icon"),
    ] {
        let error = Format::of(bytes).refusal(Subject::pixels("the logo"));
        assert!(error.message().contains(name), "{name}: {}", error.message());
        assert!(error.message().starts_with("the logo is "), "{}", error.message());
        assert!(error.hint().is_some_and(|hint| hint.len() > 15), "{name}");
    }
    assert!(named(b"hello, this is no picture at all").contains("not an image"));
    // Letters that begin a word are no bitmap.
    assert!(named(b"BMW is a car").contains("not an image"));
}

#[test]
fn drawings_are_known_in_every_coding() {
    let plain = "<svg xmlns='http://www.w3.org/2000/svg'/>";
    let wide = |order: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(plain.encode_utf16().flat_map(order)).collect()
    };
    for bytes in [
        plain.as_bytes().to_vec(),
        format!("\u{feff}  \n<?xml version='1.0'?><!-- made by hand --><!DOCTYPE svg>{plain}").into_bytes(),
        b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>".to_vec(),
        b"<SVG>".to_vec(),
        wide(u16::to_le_bytes, [0xff, 0xfe]),
        wide(u16::to_be_bytes, [0xfe, 0xff]),
    ] {
        assert_eq!(Format::of(&bytes), Format::Svg, "{}", String::from_utf8_lossy(&bytes));
    }
    assert!(named(plain.as_bytes()).contains("SVG"));
    assert_eq!(Format::of(b"<svgfont>"), Format::Unknown);
    assert_eq!(Format::of(b"<svgs:svg\n>"), Format::Svg);
}

#[test]
fn what_stands_before_the_first_element_decides_nothing() {
    let licence = "Free to use, in an <html> page too. ".repeat(1000);
    let entities = "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd' [\n\
                    <!ENTITY ns_svg 'http://www.w3.org/2000/svg'>\n<!ENTITY page '<html>'>\n]>";
    for before in
        ["<!-- for <body> -->", &format!("<?xml version='1.0'?>\n<!--{licence}-->"), entities, "<!DOCTYPE svg>"]
    {
        assert_eq!(Format::of(format!("{before}\n<svg width='1'>").as_bytes()), Format::Svg, "{before:.80}");
        assert_eq!(Format::of(format!("{before}\n<note><x/></note>").as_bytes()), Format::Unknown, "{before:.80}");
        let page = Format::of(format!("{before}\n<html><svg>").as_bytes());
        assert!(matches!(page, Format::Foreign(_, Advice::WebPage)), "{before:.80}: {page:?}");
    }
    // Only a comment of which there is no end, and a page that says so before anything else.
    assert_eq!(Format::of(b"<!-- <svgs> never closed"), Format::Unknown);
    assert!(matches!(Format::of(b"\xef\xbb\xbf <!doctype HTML>\n<svg>"), Format::Foreign(_, Advice::WebPage)));
}
