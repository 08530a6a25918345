//! Background removers: adgen's own keeps the rules, and for each rule one that breaks it is found out.

use crate::{HANGS, expect_tried};
use adgen::{
    BackgroundRemover, Error, ErrorKind, Result,
    image::{GrayImage, Luma, RgbImage},
    matte::{self, DEFAULT_MODEL, ModelStore, OnnxRemover, Runtime, SearchRoots},
    testkit::{self, RemoverCase, Report},
};
use adgen_tests::{pictures, shipped_photo};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

const KEY: &str = "sk-that-everybody-may-see";

/// The rules that every remover is tried by.
const RULES: [&str; 12] = [
    "name_and_version_are_given",
    "resolution_is_sound",
    "mask_is_made",
    "mask_has_the_photos_size",
    "mask_shows_the_product",
    "equal_photos_get_equal_masks",
    "several_photos_at_the_same_time",
    "parts_of_photos_are_masked",
    "photo_without_a_product_is_no_error",
    "unwanted_work_ends",
    "facts_never_change",
    "no_secret_is_shown",
];

/// A dark product on a bright ground.
fn case() -> RemoverCase {
    let photo = RgbImage::from_fn(96, 64, |x, y| match (30..60).contains(&x) && (20..50).contains(&y) {
        true => adgen::image::Rgb([20, 30, 40]),
        false => adgen::image::Rgb([230; 3]),
    });
    RemoverCase::new(photo).with_secret(KEY).with_limit(HANGS)
}

#[test]
fn adgens_own() {
    let runtime = Runtime::load(&SearchRoots::from_env())
        .unwrap_or_else(|error| panic!("ONNX Runtime is missing: run `make setup` ({error})"));
    let store = ModelStore::from_env().expect("the tests have a home");
    let file =
        store.locate(DEFAULT_MODEL).unwrap_or_else(|error| panic!("the model is missing: run `make setup` ({error})"));
    let info = matte::find_model(DEFAULT_MODEL).expect("the default is known");
    let remover = OnnxRemover::load(&runtime, &file, info, 2).expect("the model loads");
    let photo = adgen::image::open(shipped_photo("bottle_studio")).expect("a photo").thumbnail(400, 400).into_rgb8();
    // As users hold one that they choose at run time.
    let remover: Arc<dyn BackgroundRemover> = Arc::new(remover);
    let report = testkit::remover(remover, &RemoverCase::new(photo).with_secret(KEY).with_limit(HANGS));
    report.expect_passed();
    expect_tried(&report, &RULES);
}

/// How a remover breaks a rule, and no other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slip {
    None,
    NoName,
    NoVersion,
    NoResolution,
    Fails,
    OtherSize,
    Empty,
    Everything,
    EachTimeAnother,
    OneAtATime,
    SmallPartsPanic,
    PlainIsAnError,
    GoesOn,
    OtherError,
    NewVersion,
    ShowsItsKey,
}

#[derive(Debug)]
struct Bad {
    slip: Slip,
    calls: AtomicU32,
    at_work: AtomicU32,
    /// Seen in `Debug`.
    #[expect(dead_code, reason = "it is there to be seen")]
    key: &'static str,
}

impl Bad {
    fn new(slip: Slip) -> Self {
        let key = if slip == Slip::ShowsItsKey { KEY } else { "" };
        Self { slip, calls: AtomicU32::new(0), at_work: AtomicU32::new(0), key }
    }

    fn answer(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        let calls = self.calls.fetch_add(1, Ordering::SeqCst);
        let (width, height) = photo.dimensions();
        let failed = |message: &str| Err(Error::new(ErrorKind::Model, message));
        let is_whole = (width, height) == (96, 64);
        let mut mask =
            GrayImage::from_fn(width, height, |x, y| Luma([if photo.get_pixel(x, y)[1] < 128 { 255 } else { 0 }]));
        match self.slip {
            Slip::GoesOn if cancel() => thread::sleep(Duration::from_millis(2200)),
            Slip::OtherError if cancel() => return failed("somebody disturbs"),
            _ if cancel() => return Err(Error::new(ErrorKind::Cancelled, "as you wish")),
            Slip::Fails => return failed("the machine is on fire"),
            Slip::OtherSize if is_whole => {
                mask = GrayImage::from_fn(width + 1, height, |x, _| Luma([if x > 9 { 255 } else { 0 }]))
            }
            Slip::Empty => mask.fill(0),
            Slip::Everything => mask.fill(255),
            // Only the second: the first is what the others are compared with.
            Slip::EachTimeAnother if calls == 1 => mask.put_pixel(0, 0, Luma([9])),
            Slip::SmallPartsPanic => assert!(width > 8, "too small"),
            Slip::PlainIsAnError if photo.pixels().all(|pixel| pixel.0 == [128; 3]) => return failed("no product"),
            _ => {}
        }
        Ok(mask)
    }
}

impl BackgroundRemover for Bad {
    fn name(&self) -> &str {
        if self.slip == Slip::NoName { " " } else { "bad" }
    }

    fn version(&self) -> &str {
        match self.slip {
            Slip::NoVersion => "",
            Slip::NewVersion if self.calls.load(Ordering::SeqCst) > 0 => "2",
            _ => "1",
        }
    }

    fn resolution(&self) -> u32 {
        if self.slip == Slip::NoResolution { 0 } else { 320 }
    }

    fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        let others = self.at_work.fetch_add(1, Ordering::SeqCst);
        if self.slip == Slip::OneAtATime {
            thread::sleep(Duration::from_millis(100));
        }
        let answer = match self.slip {
            Slip::OneAtATime if others > 0 => Err(Error::new(ErrorKind::Model, "busy")),
            _ => self.answer(photo, cancel),
        };
        self.at_work.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

fn failed(report: &Report) -> BTreeSet<&'static str> {
    report.failures().map(|check| check.name).collect()
}

#[test]
fn each_rule_can_be_broken_and_is_found_out_by_itself() {
    let mut broken = BTreeSet::new();
    for (slip, rules) in [
        (Slip::None, &[][..]),
        (Slip::NoName, &["name_and_version_are_given"]),
        (Slip::NoVersion, &["name_and_version_are_given"]),
        (Slip::NoResolution, &["resolution_is_sound"]),
        (Slip::Fails, &["mask_is_made", "parts_of_photos_are_masked", "photo_without_a_product_is_no_error"]),
        // The plain photo is as large as the case's.
        (Slip::OtherSize, &["mask_has_the_photos_size", "photo_without_a_product_is_no_error"]),
        (Slip::Empty, &["mask_shows_the_product"]),
        (Slip::Everything, &["mask_shows_the_product"]),
        (Slip::EachTimeAnother, &["equal_photos_get_equal_masks"]),
        (Slip::OneAtATime, &["several_photos_at_the_same_time"]),
        (Slip::SmallPartsPanic, &["parts_of_photos_are_masked"]),
        (Slip::PlainIsAnError, &["photo_without_a_product_is_no_error"]),
        (Slip::GoesOn, &["unwanted_work_ends"]),
        (Slip::OtherError, &["unwanted_work_ends"]),
        (Slip::NewVersion, &["facts_never_change"]),
        (Slip::ShowsItsKey, &["no_secret_is_shown"]),
    ] {
        let report = testkit::remover(Bad::new(slip), &case());
        assert_eq!(failed(&report), rules.iter().copied().collect(), "{slip:?}\n{report}");
        assert!(!report.to_string().contains(KEY), "the report repeats the secret");
        broken.extend(rules);
    }
    assert_eq!(broken, BTreeSet::from(RULES), "a rule that nobody breaks");
}

/// One that takes its time, longer than its case allows.
#[derive(Debug)]
struct Slow;

impl BackgroundRemover for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn version(&self) -> &str {
        "1"
    }

    fn coarse_mask(&self, _: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        thread::sleep(Duration::from_secs(60));
        Ok(GrayImage::new(1, 1))
    }
}

#[test]
fn one_that_hangs_is_given_up() {
    let photo = pictures::product(80, 70);
    let report = testkit::remover(Slow, &RemoverCase::new(photo).with_limit(Duration::from_millis(50)));
    assert!(failed(&report).contains("mask_is_made"), "{report}");
    assert!(report.to_string().contains("the limit of the case"), "{report}");
}
