//! Photos and logos as people have them: large ones within the bounds, foreign formats, drawings; and where the library
//! that cuts products out is found.

use adgen::picture::Photo;
use adgen_tests::{
    command::{Ran, adgen, generate_offline, run},
    document, judge, large_pictures, pictures, root,
    storage::Project,
};
use image::ExtendedColorType;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// What a command may hold for any one picture within the bounds.
const MOST_MEGABYTES: u64 = 700;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[track_caller]
fn expect_small(ran: &Ran, what: &str) {
    let megabytes = ran.peak_bytes >> 20;
    eprintln!("{what}: {megabytes} MB, {:?}", ran.took);
    assert!(megabytes < MOST_MEGABYTES, "{what} took {megabytes} MB of memory");
}

fn notes(project: &Project) -> String {
    project.state()["notes"].to_string()
}

/// A row of a cut-out product: a solid band in a clear picture.
fn band(width: u32, y: u32, height: u32) -> Vec<u8> {
    let solid = (height / 5..height / 5 * 4).contains(&y);
    (0..width)
        .flat_map(|x| {
            let inside = solid && (width / 4..width / 4 * 3).contains(&x);
            if inside { [180, 40, 50, 255] } else { [0; 4] }
        })
        .collect()
}

/// A row of a photo: the same before a plain backdrop.
fn photo_row(width: u32, y: u32, height: u32) -> Vec<u8> {
    let row = band(width, y, height);
    row.chunks_exact(4)
        .flat_map(|pixel| if pixel[3] == 0 { [236, 234, 230] } else { [pixel[0], pixel[1], pixel[2]] })
        .collect()
}

#[test]
fn the_largest_transparent_photo_fits_into_memory() {
    let folder = folder();
    let side = 10_000;
    let bytes = large_pictures::png(side, side, 6, &[], |y| band(side, y, side));
    let path = pictures::write(folder.path(), "clear.png", bytes);
    let (ran, project) = generate_offline(&document::least("clear", &path), folder.path());
    let ran = ran.expect_code(0);
    expect_small(&ran, "a transparent PNG of 100 megapixels");
    judge::expect_sound_file(&project.path("final_video.mp4"));
    let masked = image::open(project.path("product_masked.png")).expect("a PNG").into_rgba8();
    assert_eq!(masked.dimensions(), (3547, 3547));
    assert_eq!(masked.get_pixel(1773, 1773).0, [180, 40, 50, 255]);
    assert_eq!(masked.get_pixel(10, 10).0[3], 0);
}

#[test]
fn the_largest_opaque_photos_fit_into_memory() {
    let folder = folder();
    let side = 10_000;
    let png = large_pictures::png(side, side, 2, &[], |y| photo_row(side, y, side));
    let png = pictures::write(folder.path(), "large.png", png);
    let jpeg = folder.path().join("large.jpg");
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=10000x10000",
            "-frames:v",
            "1",
            "-pix_fmt",
            "yuvj444p",
            "-q:v",
            "2",
        ])
        .arg(&jpeg)
        .status()
        .expect("ffmpeg is needed: run `make setup`");
    assert!(made.success());
    for (id, path) in [("png", png), ("jpeg", jpeg)] {
        let (ran, project) = generate_offline(&document::least(id, &path), folder.path());
        let ran = ran.expect_code(0);
        expect_small(&ran, id);
        assert!(notes(&project).contains("made smaller: 10000x10000 to 3547x3547"), "{}", notes(&project));
    }
}

#[test]
fn the_largest_webp_and_one_beyond_it() {
    let folder = folder();
    let webp = |width: u32, height: u32| {
        let pixels: Vec<u8> = (0..height).flat_map(|y| band(width, y, height)).collect();
        let mut bytes = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
            .encode(&pixels, width, height, ExtendedColorType::Rgba8)
            .expect("encodes");
        bytes
    };
    let path = pictures::write(folder.path(), "large.webp", webp(7070, 7070));
    let (ran, _) = generate_offline(&document::least("webp", &path), folder.path());
    expect_small(&ran.expect_code(0), "a WebP of 50 megapixels");
    let path = pictures::write(folder.path(), "larger.webp", webp(7100, 7100));
    let mut command = adgen(["new", "--product", "X"]);
    command.arg(&path);
    let ran = run(command).expect_code(2).expect_said(["7100x7100", "50 megapixels", "larger.webp"]);
    expect_small(&ran, "a WebP that is too large");
}

#[test]
fn a_profile_of_half_a_gigabyte_is_not_inflated() {
    let folder = folder();
    let zeros = large_pictures::profile_of_zeros(500);
    let photo = large_pictures::png(300, 400, 2, std::slice::from_ref(&zeros), |y| photo_row(300, y, 400));
    assert!(photo.len() < 4 << 20);
    let photo = pictures::write(folder.path(), "profile.png", photo);
    let logo = large_pictures::png(200, 80, 6, &[zeros], |y| band(200, y, 80));
    let logo = pictures::write(folder.path(), "logo.png", logo);
    let mut document = document::least("profile", &photo);
    document["brand"]["logo"] = logo.display().to_string().into();
    let (ran, project) = generate_offline(&document, folder.path());
    let ran = ran.expect_code(0);
    assert!(ran.peak_bytes >> 20 < 400, "{} MB", ran.peak_bytes >> 20);
    assert!(notes(&project).contains("4 MB"), "{}", notes(&project));
}

/// The same jar, once plain and once with 16 bits in linear light that only `gAMA` tells.
#[test]
fn a_linear_png_has_the_colours_of_the_plain_one() {
    let open = |name: &str| Photo::open(&root().join("tests/fixtures").join(name), "the photo").expect("reads");
    let (plain, linear) = (open("jar.png"), open("jar_gama_linear.png"));
    assert_eq!(plain.rgb().dimensions(), linear.rgb().dimensions());
    let worst = plain.rgb().as_raw().iter().zip(linear.rgb().as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.is_some_and(|worst| worst <= 2), "{worst:?}");
}

#[test]
fn foreign_formats_are_named_with_what_to_do() {
    let folder = folder();
    let heic = fs::read(root().join("tests/fixtures/jar_really_heic.jpg")).expect("a fixture");
    let tiff = b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    for (name, bytes, said) in [
        ("jar.jpg", heic, ["HEIC", "Most Compatible"]),
        ("photo.png", tiff, ["TIFF", "export it as PNG or JPEG"]),
        ("clip.jpg", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec(), ["a video (MP4)", "take a still"]),
        (
            "page.png",
            b"<!doctype html><html><body>Not found</body></html>".to_vec(),
            ["a web page", "save the picture itself"],
        ),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), ["an SVG drawing", "only a logo"]),
    ] {
        let path = pictures::write(folder.path(), name, bytes);
        let mut command = adgen(["new", "--product", "X"]);
        command.arg(&path);
        run(command).expect_code(2).expect_said(said).expect_said([name]);
        let (ran, _) = generate_offline(&document::least(&name.replace('.', "-"), &path), folder.path());
        ran.expect_code(2).expect_said(said);
    }
}

#[test]
fn a_drawing_becomes_the_logo_and_is_in_the_report() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    // Green as nothing else in this ad is.
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 100'><rect width='200' height='100' fill='#00a651'/></svg>";
    let logo = pictures::write(folder.path(), "logo.any", svg);
    let mut document = document::least("drawn", &photo);
    document["brand"]["logo"] = logo.display().to_string().into();
    let (ran, project) = generate_offline(&document, folder.path());
    ran.expect_code(0);
    let frame = folder.path().join("frame.png");
    let taken = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-ss", "2", "-i"])
        .arg(project.path("final_video.mp4"))
        .args(["-frames:v", "1"])
        .arg(&frame)
        .status()
        .expect("ffmpeg is needed: run `make setup`");
    assert!(taken.success());
    let frame = image::open(&frame).expect("a PNG").into_rgb8();
    let green = frame.pixels().filter(|pixel| pixel[1] > 120 && pixel[0] < 60 && pixel[2] < 130).count();
    assert!(green > 150, "{green} green pixels");
    assert!(!notes(&project).contains("logo"), "{}", notes(&project));
}

#[test]
fn a_bad_logo_is_called_a_logo() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let bomb = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><filter id='f'><feTurbulence numOctaves='999999'/></filter></svg>";
    for (id, bytes, said) in [
        ("none", b"no picture".to_vec(), "the logo is not an image"),
        ("bomb", bomb.as_bytes().to_vec(), "the logo is a drawing that asks for too much"),
    ] {
        let logo = pictures::write(folder.path(), id, bytes);
        let mut document = document::least(id, &photo);
        document["brand"]["logo"] = logo.display().to_string().into();
        let (ran, project) = generate_offline(&document, folder.path());
        let heard = format!(
            "{}{}{}",
            ran.stdout,
            ran.stderr,
            if project.path("state.json").is_file() { notes(&project) } else { String::new() }
        );
        assert!(heard.contains(said), "{heard}");
    }
}

/// `adgen doctor` in `folder`, with nothing of this machine's user in reach but `data`.
fn doctor(folder: &Path, data: &Path) -> String {
    let mut command = adgen(["doctor", "--offline"]);
    command.current_dir(folder).env("HOME", folder.join("home")).env("XDG_DATA_HOME", data);
    for name in ["ORT_DYLIB_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"] {
        command.env_remove(name);
    }
    run(command).stdout
}

#[test]
fn the_runtime_is_found_from_every_folder_and_never_in_the_working_one() {
    let folder = folder();
    let home = std::env::var_os("HOME").expect("a test has a home");
    let data = std::env::var_os("XDG_DATA_HOME").unwrap_or_else(|| Path::new(&home).join(".local/share").into());
    let said = doctor(folder.path(), Path::new(&data));
    let own = Path::new(&data).join("adgen/runtime");
    assert!(said.contains(&own.display().to_string()), "make setup puts it into {}:\n{said}", own.display());
    // What a stranger put into the working folder is not even looked at.
    let deep = folder.path().join("a/b");
    for place in [
        ".venv/lib/python3.11/site-packages/onnxruntime/capi",
        "node_modules/onnxruntime-node/bin/napi-v6/linux/x64",
        ".",
    ] {
        let place = folder.path().join(place);
        fs::create_dir_all(&place).expect("creates");
        fs::write(place.join("libonnxruntime.so"), b"evil").expect("writes");
    }
    fs::create_dir_all(&deep).expect("creates");
    for start in [folder.path(), &deep] {
        let said = doctor(start, &folder.path().join("empty"));
        assert!(!said.contains(&folder.path().display().to_string()), "{said}");
    }
}

#[test]
fn a_run_in_a_foreign_folder_cuts_out_with_the_data_folders_runtime() {
    let (folder, elsewhere) = (folder(), folder());
    let home = std::env::var_os("HOME").expect("a test has a home");
    let own = std::env::var_os("XDG_DATA_HOME").unwrap_or_else(|| Path::new(&home).join(".local/share").into());
    let data = folder.path().join("data");
    for (file, to) in [("runtime/libonnxruntime.so", "runtime"), ("models/u2netp.onnx", "models")] {
        let to = data.join("adgen").join(to);
        fs::create_dir_all(&to).expect("creates");
        let source = Path::new(&own).join("adgen").join(file);
        fs::copy(&source, to.join(source.file_name().expect("has a name")))
            .unwrap_or_else(|error| panic!("{}: {error}: run `make setup`", source.display()));
    }
    let photo = adgen_tests::shipped_photo("bottle_studio");
    let path = document::save(&document::least("foreign", &photo), folder.path());
    let storage = folder.path().join("storage");
    // With it, the model cuts out; with an empty data folder, on a machine that has no other, the backdrop's colour does.
    for (data, by_model) in [(&data, true), (&folder.path().join("empty"), false)] {
        let mut command = adgen(["generate", "--offline", "--storage"]);
        command.arg(&storage).arg(&path).current_dir(elsewhere.path());
        command.env("HOME", folder.path().join("home")).env("XDG_DATA_HOME", data);
        for name in ["ORT_DYLIB_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "ADGEN_MODELS_DIR"] {
            command.env_remove(name);
        }
        run(command).expect_code(0);
        let degraded = Project::new(&storage, "foreign").state()["degradations"].to_string();
        assert_eq!(!degraded.contains("product_masked"), by_model, "{degraded}");
        fs::remove_dir_all(&storage).expect("removes");
    }
}

#[test]
fn a_bad_path_of_the_runtime_says_what_to_do() {
    let folder = folder();
    let photo = pictures::write(folder.path(), "photo.jpg", pictures::jpeg(&pictures::product(300, 400)));
    let text = pictures::write(folder.path(), "libonnxruntime.so", b"no library");
    for library in [folder.path().join("nowhere.so"), text] {
        let mut command = adgen(["doctor", "--offline"]);
        command.env("ORT_DYLIB_PATH", &library);
        run(command).expect_said([library.display().to_string().as_str(), "unset it"]);
        let path = document::save(&document::least("runtime", &photo), folder.path());
        let mut command = adgen(["generate", "--offline", "--storage"]);
        command.arg(folder.path().join("storage")).arg(&path).env("ORT_DYLIB_PATH", &library);
        run(command).expect_code(0);
        let project = Project::new(&folder.path().join("storage"), "runtime");
        let cause = project.state()["degradations"][0]["cause"].to_string();
        assert!(cause.contains("unset it") && !cause.contains("run again"), "{cause}");
        fs::remove_dir_all(folder.path().join("storage")).expect("removes");
    }
}
