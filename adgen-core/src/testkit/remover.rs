//! The rules of background removers.

use super::report::{Broken, Recorder, Report, ensure};
use crate::{
    error::{Error, ErrorKind},
    matte::BackgroundRemover,
};
use image::{GrayImage, Rgb, RgbImage, imageops};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

/// Work that nobody wants any more may go on for so long at most, where the remover does not look whether it is wanted.
const UNWANTED: Duration = Duration::from_secs(2);
/// So many photos at the same time.
const AT_ONCE: usize = 3;

/// What a background remover is tried with.
#[derive(Clone)]
pub struct RemoverCase {
    photo: Arc<RgbImage>,
    limit: Duration,
    secrets: Vec<String>,
}

impl RemoverCase {
    /// A photo of at least 64x64 pixels with a product that the remover can find. A small one: its mask is made several times.
    pub fn new(photo: RgbImage) -> Self {
        Self { photo: Arc::new(photo), limit: Duration::from_secs(60), secrets: Vec::new() }
    }

    /// How long one mask may take; a minute where not set.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// A key or another text that must not be seen in any error or `Debug`.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }
}

impl fmt::Debug for RemoverCase {
    /// Without the secrets, and without every pixel.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.photo.dimensions();
        f.debug_struct("RemoverCase").field("photo", &size).field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// Tries a background remover: what it says of itself, masks of photos of several shapes, the same photo twice and several at
/// once, a photo without a product, and work that is not wanted any more. Waits for it: call it where blocking is allowed. One
/// that does not come back within the case's limit keeps its thread.
pub fn remover(remover: impl BackgroundRemover, case: &RemoverCase) -> Report {
    let tried = Tried { remover: Arc::new(remover), limit: case.limit };
    let facts = tried.facts();
    let subject =
        facts.as_ref().map_or_else(|_| "that panics".to_owned(), |(name, version, _)| format!("{name} {version}"));
    let mut log = Recorder::new(format!("remover {subject}"), &case.secrets);
    log.hear("Debug", &format!("{:?}", tried.remover));
    log.check("name_and_version_are_given", facts.as_ref().map_err(Clone::clone).and_then(names_are_given));
    log.check("resolution_is_sound", facts.as_ref().map_err(Clone::clone).and_then(resolution_is_sound));

    let whole = tried.mask(&case.photo, false, &mut log);
    let first = whole.as_ref().map_err(Fault::to_string);
    log.check("mask_is_made", first.clone().map(drop));
    match &first {
        Ok(made) => {
            log.check("mask_has_the_photos_size", has_size(&made.mask, &case.photo));
            log.check("mask_shows_the_product", shows_a_product(&made.mask));
            let again = tried.mask(&case.photo, false, &mut log).map_err(|fault| fault.to_string());
            log.check("equal_photos_get_equal_masks", again.and_then(|again| is_same(&again.mask, &made.mask)));
            let at_once = tried.at_once(&case.photo, &made.mask, &mut log);
            log.check("several_photos_at_the_same_time", at_once);
        }
        Err(_) => {
            for name in [
                "mask_has_the_photos_size",
                "mask_shows_the_product",
                "equal_photos_get_equal_masks",
                "several_photos_at_the_same_time",
            ] {
                log.skip(name, "there is no mask");
            }
        }
    }
    let masked = parts(&case.photo).try_for_each(|part| tried.expect_mask(part, &mut log));
    log.check("parts_of_photos_are_masked", masked);
    let (width, height) = case.photo.dimensions();
    let plain = RgbImage::from_pixel(width, height, Rgb([128; 3]));
    let masked = tried.expect_mask(plain, &mut log);
    log.check("photo_without_a_product_is_no_error", masked);
    let unwanted = tried.mask(&case.photo, true, &mut log);
    log.check("unwanted_work_ends", ends(unwanted, first.ok().map(|made| made.took)));
    log.check(
        "facts_never_change",
        facts.and_then(|before| tried.facts().and_then(|after| is_unchanged(&before, &after))),
    );
    log.finish()
}

/// Name, version and resolution.
type Facts = (String, String, u32);

struct Made {
    mask: GrayImage,
    took: Duration,
}

/// Why there is no mask.
enum Fault {
    Error(Error),
    Panic,
    Slow(Duration),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(f, "{error}"),
            Self::Panic => f.write_str("it panicked"),
            Self::Slow(limit) => write!(f, "it took longer than {} s, the limit of the case", limit.as_secs_f64()),
        }
    }
}

struct Tried {
    remover: Arc<dyn BackgroundRemover>,
    limit: Duration,
}

impl Tried {
    fn facts(&self) -> Broken<Facts> {
        let ask = || (self.remover.name().to_owned(), self.remover.version().to_owned(), self.remover.resolution());
        catch_unwind(AssertUnwindSafe(ask)).map_err(|_| "it panicked".to_owned())
    }

    /// Asks on a thread of its own, so that one that hangs is given up.
    fn start(&self, photo: &Arc<RgbImage>, unwanted: bool) -> mpsc::Receiver<Result<Made, Fault>> {
        let (remover, photo, (told, answer)) = (Arc::clone(&self.remover), Arc::clone(photo), mpsc::channel());
        thread::spawn(move || {
            let begun = Instant::now();
            let asked = catch_unwind(AssertUnwindSafe(|| remover.coarse_mask(&photo, &|| unwanted)));
            let took = begun.elapsed();
            // Nobody listens where it took too long.
            drop(told.send(match asked {
                Ok(Ok(mask)) => Ok(Made { mask, took }),
                Ok(Err(error)) => Err(Fault::Error(error)),
                Err(_) => Err(Fault::Panic),
            }));
        });
        answer
    }

    fn hear(&self, answer: &mpsc::Receiver<Result<Made, Fault>>, log: &mut Recorder) -> Result<Made, Fault> {
        let made = answer.recv_timeout(self.limit).unwrap_or(Err(Fault::Slow(self.limit)));
        if let Err(Fault::Error(error)) = &made {
            log.hear("an error", &format!("{error} {error:?}"));
        }
        made
    }

    fn mask(&self, photo: &Arc<RgbImage>, unwanted: bool, log: &mut Recorder) -> Result<Made, Fault> {
        self.hear(&self.start(photo, unwanted), log)
    }

    fn expect_mask(&self, photo: RgbImage, log: &mut Recorder) -> Broken {
        let photo = Arc::new(photo);
        let of = |how: String| format!("a photo of {}x{}: {how}", photo.width(), photo.height());
        let made = self.mask(&photo, false, log).map_err(|fault| of(fault.to_string()))?;
        has_size(&made.mask, &photo).map_err(of)
    }

    fn at_once(&self, photo: &Arc<RgbImage>, wanted: &GrayImage, log: &mut Recorder) -> Broken {
        let answers: Vec<_> = (0..AT_ONCE).map(|_| self.start(photo, false)).collect();
        // Each may wait for the others.
        let patient = Self { remover: Arc::clone(&self.remover), limit: self.limit.saturating_mul(AT_ONCE as u32) };
        // All of them, before any is judged: none may be at work when the next rule is tried.
        let heard: Vec<_> = answers.iter().map(|answer| patient.hear(answer, log)).collect();
        heard.into_iter().try_for_each(|made| is_same(&made.map_err(|fault| fault.to_string())?.mask, wanted))
    }
}

fn names_are_given((name, version, _): &Facts) -> Broken {
    ensure(!name.trim().is_empty(), || "it has no name".to_owned())?;
    ensure(!version.trim().is_empty(), || "it has no version".to_owned())
}

fn resolution_is_sound((_, _, resolution): &Facts) -> Broken {
    ensure((1..=16_384).contains(resolution), || format!("it is {resolution}, 1 to 16384 pixels are possible"))
}

fn has_size(mask: &GrayImage, photo: &RgbImage) -> Broken {
    let (got, wanted) = (mask.dimensions(), photo.dimensions());
    ensure(got == wanted, || format!("the mask has {}x{} pixels, the photo {}x{}", got.0, got.1, wanted.0, wanted.1))
}

fn shows_a_product(mask: &GrayImage) -> Broken {
    let product = mask.pixels().filter(|pixel| pixel[0] >= 128).count();
    ensure(product > 0, || "it is empty".to_owned())?;
    ensure(product < mask.pixels().len(), || "it holds the whole photo".to_owned())
}

fn is_same(mask: &GrayImage, wanted: &GrayImage) -> Broken {
    ensure(mask == wanted, || "the same photo got another mask".to_owned())
}

fn is_unchanged(before: &Facts, after: &Facts) -> Broken {
    ensure(before == after, || format!("name, version and resolution were {before:?} and are {after:?}"))
}

/// A half, and parts that are narrow or small, with odd sides.
fn parts(photo: &RgbImage) -> impl Iterator<Item = RgbImage> {
    let (width, height) = photo.dimensions();
    let sizes = [(width.div_ceil(2) | 1, height.div_ceil(2)), (17, height), (width, 9), (5, 7)];
    sizes.into_iter().map(move |(w, h)| {
        let (w, h) = (w.min(width), h.min(height));
        imageops::crop_imm(photo, (width - w) / 2, (height - h) / 2, w, h).to_image()
    })
}

/// `usual` is how long wanted work took.
fn ends(unwanted: Result<Made, Fault>, usual: Option<Duration>) -> Broken {
    match unwanted {
        Err(Fault::Error(error)) if error.kind() == ErrorKind::Cancelled => Ok(()),
        Err(fault) => Err(format!("it ended otherwise than with the kind cancelled: {fault}")),
        // One that is quick need not look.
        Ok(made) => ensure(made.took < UNWANTED || usual.is_some_and(|usual| made.took * 2 < usual), || {
            format!("it went on for {:.1} s and gave a mask", made.took.as_secs_f64())
        }),
    }
}
