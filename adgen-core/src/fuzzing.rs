//! Entries for the fuzz targets in `fuzz`: one function for each kind of bytes that come from outside.
//!
//! Compiled for tests and under `cfg(fuzzing)` alone; no part of the public interface. Each function must come to its end
//! within seconds and without a panic, whatever it is given; what is wrong with the bytes is an error, which is dropped
//! here. What is read is also used, as far as a run would use it, and checked for what must always hold.

use crate::{
    composite::{Backdrop, Fonts, LogoArt, ProductArt, SceneCompositor, SceneSpec},
    error::Error,
    file_type::FileType,
    http::{Answer, decode_data_url, server_wait},
    matte::{Photo, by_transparency, framed, visit_archive},
    media::{Decode, Frame, SAMPLE_RATE, VideoReader, VideoTarget, decode_audio, measure, probe},
    offline::TemplatePlanner,
    openai,
    project::{AdProject, Aspect, Role, State},
    provider::PlanRequest,
    replicate,
    stages::Animation,
    store,
};
use image::RgbaImage;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::{
    io::{Read as _, Write as _},
    path::Path,
    sync::Arc,
};

/// A person's document: parsed, checked, written and read again, planned, estimated.
pub fn document(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let project = match AdProject::from_json(&text) {
        Ok(project) => project,
        Err(error) => return drop(error.to_string()),
    };
    let again = AdProject::from_json(&project.to_json()).expect("a sound document is sound when it was written");
    assert_eq!(again, project);
    let mut request = PlanRequest::new(project.brief.clone(), project.brand.clone());
    (request.style, request.scenes, request.seed) = (project.style.clone(), project.scenes.clone(), project.seed);
    let plan = TemplatePlanner::new().plan_now(&request);
    let total: f64 = plan.scenes.iter().map(|scene| scene.duration_s).sum();
    assert!((total - project.brief.duration_s).abs() < 0.01, "the scenes take {total} s");
}

/// A product photo, a logo or a moving picture.
pub fn image(bytes: &[u8]) {
    if FileType::of(bytes) == Some(FileType::WebP) {
        with_file(bytes, |path| {
            let Ok(mut moving) = Animation::open(path) else { return };
            for time_s in [0.0, 0.05, 0.3] {
                drop(moving.at(time_s));
            }
        });
    }
    with_file(bytes, |path| {
        if let Ok(logo) = Photo::open_logo(path, &|| Arc::new(Fonts::embedded().database())) {
            assert!(logo.width() > 0 && logo.height() > 0);
        }
    });
    let Ok(photo) = Photo::load(bytes) else { return };
    let (width, height) = (photo.width(), photo.height());
    assert!(photo.alpha().is_none_or(|alpha| alpha.dimensions() == (width, height)));
    let cutout = by_transparency(&photo).ok().flatten().unwrap_or_else(|| framed(&photo));
    assert_eq!(cutout.image.dimensions(), (width, height));
    drop(ProductArt::new(&cutout.image));
    let logo = RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = photo.rgb().get_pixel(x, y).0;
        image::Rgba([r, g, b, photo.alpha().map_or(255, |alpha| alpha.get_pixel(x, y)[0])])
    });
    drop(LogoArt::new(&logo));
}

/// A clip as a background: what it says about itself, its first pictures, one after a jump, and its sound.
pub fn clip(bytes: &[u8]) {
    with_file(bytes, |path| {
        if let Ok(info) = probe(path) {
            assert!(info.duration_s.is_finite() && info.duration_s >= 0.0);
        }
        let cover = VideoTarget { ground: [200, 30, 90], ..VideoTarget::cover(64, 114, 30) };
        let keys = VideoTarget { decode: Decode::Keys, ..cover };
        for target in [VideoTarget::native(), cover, keys, VideoTarget { decode: Decode::Referenced, ..cover }] {
            let Ok(mut reader) = VideoReader::open(path, target) else { continue };
            let (size, mut frame) = (reader.size(), Frame::black(2, 2));
            for _ in 0..8 {
                match reader.read(&mut frame) {
                    Ok(true) => assert_eq!((frame.width(), frame.height()), size),
                    Ok(false) | Err(_) => break,
                }
            }
            for time_s in [0.2, 0.1, -1.0, f64::NAN, 1e300] {
                if reader.seek(time_s).is_ok() {
                    drop(reader.read(&mut frame));
                }
            }
        }
    });
}

/// A piece of music.
pub fn sound(bytes: &[u8]) {
    with_file(bytes, |path| {
        drop(probe(path));
        let Ok(samples) = decode_audio(path, Some(2.0)) else { return };
        assert!(samples.frames() <= 2 * SAMPLE_RATE as usize);
        assert!(samples.as_interleaved().iter().all(|value| value.is_finite()));
        drop(measure(&samples));
    });
}

/// A project's history, a purchase's ledger, an artifact's record and a state.
pub fn history(bytes: &[u8]) {
    drop(serde_json::from_slice::<State>(bytes));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(store::fuzzing::records(bytes));
}

/// An answer over HTTP: a status, a header a line, an empty line, and the body, given to everything that reads one.
pub fn http_body(bytes: &[u8]) {
    let split = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = split.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.trim().parse().ok()).unwrap_or(200);
    let mut headers = HeaderMap::new();
    for line in lines.take(32) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii())) {
            headers.append(name, value);
        }
    }
    let answer = Answer { status, headers, body: bytes::Bytes::copy_from_slice(body) };
    server_wait(&answer);
    openai::fuzzing::read(&answer);
    replicate::fuzzing::read(&answer);
    const MOST: u64 = 1 << 20;
    if let Ok(data) = decode_data_url(&String::from_utf8_lossy(body), MOST) {
        assert!(data.len() as u64 <= MOST);
    }
}

/// A package that holds a library: a wheel or a packed tar, every member of which is read.
pub fn archive(bytes: &[u8]) {
    with_file(bytes, |path| {
        let mut members = 0;
        let seen = visit_archive(path, &mut |_, _, data| {
            members += 1;
            std::io::copy(&mut data.take(1 << 16), &mut std::io::sink()).map_err(Error::from)?;
            Ok(members == 256)
        });
        drop(seen.map_err(|error| error.to_string()));
    });
}

/// A brand's font, with which a scene's texts are set and drawn.
pub fn font(bytes: &[u8]) {
    let mut fonts = Fonts::embedded();
    if fonts.set_brand_font_data(bytes.to_vec()).is_err() {
        return;
    }
    let mut frame = Frame::black(90, 160);
    let mut spec = SceneSpec::new(90, 160, Aspect::Portrait9x16, Role::CallToAction, 60);
    spec.caption = Some("Keeps its heat, fi ÄÖ 12 % – نص".into());
    spec.call_to_action = Some("Get yours".into());
    spec.brand_name = "Rosso".into();
    let backdrop = Backdrop::still(frame.clone());
    if let Ok(mut compositor) = SceneCompositor::new(&spec, None, None, &mut fonts, &backdrop) {
        for index in [0, 59] {
            compositor.draw(index, &mut frame).expect("the frame has the scene's size");
        }
    }
}

/// Media are read from files. They lie in memory where the system has a place for that.
fn with_file(bytes: &[u8], read: impl FnOnce(&Path)) {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let mut file = tempfile::NamedTempFile::new_in(folder).expect("a temporary file");
    file.write_all(bytes).expect("room for a small file");
    read(file.path());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a target over its seeds, and over everything that fuzzing ever found.
    fn replay(target: &str, run: fn(&[u8])) {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz");
        let mut seeds = 0;
        for (kind, count) in [("seeds", &mut seeds), ("findings", &mut 0)] {
            let folder = format!("{root}/{kind}/{target}");
            // Nothing was found yet where there is no such folder.
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.expect("a folder is listed").path();
                run(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
                *count += 1;
            }
        }
        assert!(seeds > 0, "fuzz/seeds/{target} is empty");
    }

    #[test]
    fn documents_that_were_found() {
        replay("document", document);
    }

    #[test]
    fn images_that_were_found() {
        replay("image", image);
    }

    #[test]
    fn clips_that_were_found() {
        replay("clip", clip);
    }

    #[test]
    fn sounds_that_were_found() {
        replay("sound", sound);
    }

    #[test]
    fn histories_that_were_found() {
        replay("history", history);
    }

    #[test]
    fn answers_that_were_found() {
        replay("http_body", http_body);
    }

    #[test]
    fn archives_that_were_found() {
        replay("archive", archive);
    }

    #[test]
    fn fonts_that_were_found() {
        replay("font", font);
    }
}
