//! Previews against the frames of composited scenes.

use super::*;
use crate::{
    composite::{FontShelf, FontSources},
    media::{EncoderKind, VideoEncoder, VideoReader, VideoSettings, VideoTarget},
    project::{GeneratedBackground, Output, Quality, Role, Scene, Style, Transition},
    stages::{Segment, SharedBackdrop, Work, timeline, video_settings},
};
use image::{Rgba, RgbaImage};
use std::path::Path;
use tokio_util::sync::CancellationToken;

const ASPECT: Aspect = Aspect::Portrait9x16;

fn project() -> AdProject {
    let scene = |id: &str, role| {
        Scene::new(id)
            .with_role(role)
            .with_duration_s(1.5)
            .with_background(GeneratedBackground::new("a wall").into())
            .with_caption("Soft as rain")
    };
    AdProject::new("p", "Amara Cup", "cup.png")
        .with_scenes([
            scene("a", Role::Hook),
            scene("b", Role::Showcase).with_transition(Transition::Crossfade),
            scene("c", Role::CallToAction).with_transition(Transition::Dip),
        ])
        .with_style(Style::new([Rgb([0xC8, 0x60, 0x40]), Rgb([0x20, 0x30, 0x50])]))
        .with_output(Output::default().with_short_side(360).with_fps(24).with_quality(Quality::High))
}

/// An ad with everything that its scenes are made from, in a folder.
struct Ad {
    folder: tempfile::TempDir,
    project: Arc<AdProject>,
    slots: Vec<Slot>,
    clips: Vec<PathBuf>,
    cutout: PathBuf,
    brand: Brand,
    art: Arc<Art>,
}

impl Ad {
    /// With clips of so many frames, in which every picture differs from its neighbours.
    fn new(project: AdProject, frames: [u64; 3]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (width, height) = project.output.size(ASPECT);
        let clips = frames.into_iter().enumerate().map(|(number, frames)| {
            let path = folder.path().join(format!("clip{number}.mp4"));
            let settings = VideoSettings::new(width as usize, height as usize, project.output.fps);
            let mut encoder = VideoEncoder::create(&path, settings).unwrap();
            let mut frame = Frame::black(width as usize, height as usize);
            for index in 0..frames {
                let shift = index as usize * 5 + number * 60;
                let line = frame.width();
                for (at, value) in frame.y_mut().iter_mut().enumerate() {
                    *value = 40 + ((at % line + at / line + shift) / 4 % 160) as u8;
                }
                frame.u_mut().fill(120 + 10 * number as u8);
                encoder.write(&frame).unwrap();
            }
            encoder.finish().unwrap();
            path
        });
        let clips = clips.collect();
        let cutout = folder.path().join("cutout.png");
        let disc = RgbaImage::from_fn(400, 560, |x, y| {
            let inside = (x as f32 - 200.0).hypot((y as f32 - 280.0) * 0.7) < 180.0;
            Rgba([200, (y / 3) as u8, (x / 2) as u8, if inside { 255 } else { 0 }])
        });
        disc.save(&cutout).unwrap();
        let fonts = Arc::new(FontShelf::new(&FontSources::none()).unwrap());
        let brand = Brand { fonts, ..Brand::default() };
        let slots = timeline(&project);
        Self { folder, project: Arc::new(project), slots, clips, cutout, brand, art: Arc::default() }
    }

    fn preview(&self, at: At, size: PreviewSize) -> Preview {
        let moment = Moment::of(at, &self.slots, self.project.output.fps).unwrap();
        let clip = |scene: usize| PreviewClip { path: self.clips[scene].clone(), ground: None, seen: None };
        Preview {
            project: Arc::clone(&self.project),
            slots: self.slots.clone(),
            moment,
            aspect: ASPECT,
            size,
            clip: Some(clip(moment.scene)),
            clip_before: moment.scene_before().map(clip),
            cutout: Some(self.cutout.clone()),
            brand: self.brand.clone(),
            art: Arc::clone(&self.art),
        }
    }

    /// The segment of a scene, as a run makes it.
    fn segment(&self, scene: usize) -> PathBuf {
        let source = |scene: usize| SceneSource {
            spec: scene_spec(&self.project, &self.slots, scene, ASPECT, None),
            clip: (self.clips[scene].clone(), scene.to_string()),
            slot: self.slots[scene],
        };
        let segment = Segment {
            source: source(scene),
            before: (self.slots[scene].crossfade > 0).then(|| source(scene - 1)),
            cutout: Some((self.cutout.clone(), String::new())),
            brand: self.brand.clone(),
            fonts: None,
            settings: video_settings(&self.project.output, ASPECT, EncoderKind::X264),
            backdrops: (SharedBackdrop::default(), Some(SharedBackdrop::default())),
            art: Arc::clone(&self.art),
        };
        let folder = self.folder.path().join(format!("work{scene}"));
        std::fs::create_dir(&folder).unwrap();
        let work = Work::new(folder, CancellationToken::new(), Arc::new(|_| {}));
        let mut made = (segment.recipe("segment").make)(&work).unwrap();
        made.files.remove(0).1
    }
}

fn frame_of(segment: &Path, index: u64) -> RgbImage {
    let mut reader = VideoReader::open(segment, VideoTarget::native()).unwrap();
    reader.seek(reader.fps().seconds(index)).unwrap();
    let mut frame = Frame::black(2, 2);
    assert!(reader.read(&mut frame).unwrap());
    frame.to_rgb()
}

fn opened(png: &[u8]) -> RgbImage {
    image::load_from_memory(png).unwrap().to_rgb8()
}

/// Mean absolute difference in code values.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

#[test]
fn what_is_previewed_is_what_is_composited() {
    // The second clip is slowed down, the third one so short that it is repeated.
    let ad = Ad::new(project(), [60, 30, 16]);
    let segments: Vec<PathBuf> = (0..3).map(|scene| ad.segment(scene)).collect();
    let fps = f64::from(ad.project.output.fps);
    let middle = (0..3).map(At::Scene);
    // In the crossfade, into and out of the dip, and both ends.
    let others = [0.0, 36.0, 39.5, 45.0, 68.0, 71.0, 72.0, 74.0, 108.0].map(|frame| At::Seconds(frame / fps));
    for at in middle.chain(others) {
        let preview = ad.preview(at, PreviewSize::Width(360));
        let Moment { scene, frame, before } = preview.moment;
        assert_eq!(before.is_some(), scene == 1 && frame < ad.slots[1].crossfade);
        let drawn = preview.draw().unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.is_final), (360, 640, true));
        let picture = opened(&drawn.png);
        let apart = difference(&picture, &frame_of(&segments[scene], frame));
        assert!(apart < 1.0, "{at:?}: {apart}");
        let next = difference(&picture, &frame_of(&segments[scene], (frame + 3) % ad.slots[scene].frames));
        assert!(next > apart, "{at:?} is that very frame: {apart}, {next}");
        // What was found out about the clip is found out once.
        let again = Preview {
            clip: preview.clip.clone().map(|clip| PreviewClip { seen: drawn.seen, ..clip }),
            clip_before: preview.clip_before.clone().map(|clip| PreviewClip { seen: drawn.seen_before, ..clip }),
            ..preview
        };
        assert_eq!(again.draw().unwrap().png, drawn.png);
    }
}

#[test]
fn any_size_shows_the_same() {
    let ad = Ad::new(project(), [60, 60, 60]);
    let whole = opened(&ad.preview(At::Scene(0), PreviewSize::ShortSide(360)).draw().unwrap().png);
    for (wanted, size) in [
        (PreviewSize::Width(16), (16, 28)),
        (PreviewSize::ShortSide(101), (101, 180)),
        (PreviewSize::Width(361), (361, 642)),
        (PreviewSize::ShortSide(720), (720, 1280)),
    ] {
        let drawn = ad.preview(At::Scene(0), wanted).draw().unwrap();
        let picture = opened(&drawn.png);
        assert_eq!((picture.dimensions(), (drawn.width, drawn.height)), (size, size));
        // As blurred as the smallest.
        let (width, height) = (16, 28);
        let small =
            |picture: &RgbImage| image::imageops::resize(picture, width, height, image::imageops::FilterType::Triangle);
        let apart = difference(&small(&picture), &small(&whole));
        assert!(apart < 4.0, "{wanted:?}: {apart}");
    }
    for wanted in [PreviewSize::Width(15), PreviewSize::ShortSide(4321), PreviewSize::Width(0)] {
        let error = ad.preview(At::Scene(0), wanted).draw().unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidInput && error.to_string().contains("16 to 4320"), "{error}");
    }
}

#[test]
fn without_a_clip_the_words_stand_over_the_plans_colours() {
    let ad = Ad::new(project(), [60, 60, 60]);
    let bare = Preview { clip: None, ..ad.preview(At::Scene(0), PreviewSize::Width(180)) };
    let drawn = bare.draw().unwrap();
    assert!(!drawn.is_final && drawn.seen.is_none());
    let picture = opened(&drawn.png);
    let corner = picture.get_pixel(2, 317).0;
    assert!(corner[0] > corner[2] + 60, "{corner:?} is of the first colour");
    // Product and words are there.
    let empty = Preview { cutout: None, ..bare.clone() };
    assert!(difference(&picture, &opened(&empty.draw().unwrap().png)) > 1.0);
    let mut mute = (*ad.project).clone();
    mute.scenes.iter_mut().flatten().for_each(|scene| scene.caption = None);
    let mute = Preview { project: Arc::new(mute), ..bare };
    assert!(difference(&picture, &opened(&mute.draw().unwrap().png)) > 0.5);
    // And a clip that is missing in a crossfade is one such ground.
    let fading = ad.preview(At::Seconds(1.55), PreviewSize::Width(180));
    assert!(fading.clip_before.is_some());
    assert!(!Preview { clip_before: None, ..fading }.draw().unwrap().is_final);
}

#[test]
fn moments_that_are_none_say_what_is_allowed() {
    let slots = timeline(&project());
    let refused = |at, slots: &[Slot]| {
        let error = Moment::of(at, slots, 24).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    };
    assert!(refused(At::Scene(3), &slots).contains("0 to 2 are allowed"));
    for time_s in [-0.1, 4.6, f64::NAN, f64::INFINITY] {
        let said = refused(At::Seconds(time_s), &slots);
        assert!(said.contains("0 to 4.5 s are allowed"), "{said}");
    }
    assert!(refused(At::Scene(0), &[]).contains("plan it first"));
    let at = |time_s| {
        let moment = Moment::of(At::Seconds(time_s), &slots, 24).unwrap();
        (moment.scene, moment.frame)
    };
    assert_eq!([at(0.0), at(1.49), at(1.5), at(4.5)], [(0, 0), (0, 35), (1, 0), (2, 35)]);
    // Every frame's own time shows it.
    for frame in 0..108 {
        assert_eq!(at(frame as f64 / 24.0), ((frame / 36) as usize, frame % 36));
    }
}
