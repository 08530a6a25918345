//! Fields that hide in pictures which say that they are whole: recordings of interlaced film that were encoded, or joined, by
//! programs that did not know. Where things move, such pictures look like combs.
//!
//! Depends on `decoder` and `luma`. A picture is held against the one before. Where film is interlaced, the second field of
//! the one before lies nearer in time to the first field of this one than the other two to each other; of whole pictures, both
//! lie equally far. Stripes and fine print do not differ so, and what flickers changes its order from picture to picture.

use std::path::Path;

use ffmpeg_next::frame as native_frame;

use super::{decoder::Decoder, fps::Fps, luma::Luma, stream::Medium};

const OPERATION: &str = "media::read_video";

/// The heights in which film is interlaced. A film that was scaled cannot be brought back.
const HEIGHTS: [i32; 5] = [480, 486, 576, 1080, 1088];

/// And the most pictures a second.
const MOST_FPS: f64 = 30.5;

/// So many pictures are looked at, at most.
const MOST_PICTURES: u32 = 40;

/// A brightness that changes by no more from picture to picture is noise.
const MOVING: i32 = 12;

/// Of so many pixels, one must move.
const STILL: u64 = 500;

/// Every second column is looked at.
const COLUMNS: usize = 2;

/// So many combed pictures are needed.
const LEAST: u32 = 6;

/// After so many of one kind and none of the other, no more are looked at.
const ENOUGH: u32 = 12;

/// Which field of a picture was filmed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldOrder {
    TopFirst,
    BottomFirst,
}

/// Whether film of that size and rate may be interlaced.
pub(super) fn may_hide_fields(width: i32, height: i32, fps: Fps) -> bool {
    HEIGHTS.contains(&height) && width > height && fps.as_f64() <= MOST_FPS
}

/// The order of the fields that the first pictures of a film consist of; `None` where they are whole, or say themselves that
/// they are not, or do not move, or cannot be decoded.
pub(super) fn hidden_fields(path: &Path, threads: usize) -> Option<FieldOrder> {
    let mut decoder = Decoder::open(path, Medium::Video, threads, OPERATION).ok()?;
    // SAFETY: an empty frame owns no planes yet.
    let mut frame = unsafe { native_frame::Frame::empty() };
    let mut before: Option<Luma> = None;
    let mut count = Count::default();
    for _ in 0..=MOST_PICTURES {
        if !decoder.next(&mut frame).ok()? {
            break;
        }
        // SAFETY: reads a plain field of a decoded frame.
        if unsafe { (*frame.as_ptr()).interlaced_frame } != 0 {
            return None;
        }
        let now = Luma::of(&frame)?;
        if let Some(kind) = before.as_ref().and_then(|before| kind_of(before, &now)) {
            count.add(kind);
        }
        if count.is_clear() {
            break;
        }
        before = Some(now);
    }
    count.order()
}

/// What a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Combed(FieldOrder),
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    whole: u32,
    top: u32,
    bottom: u32,
}

impl Count {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Whole => self.whole += 1,
            Kind::Combed(FieldOrder::TopFirst) => self.top += 1,
            Kind::Combed(FieldOrder::BottomFirst) => self.bottom += 1,
        }
    }

    fn is_clear(self) -> bool {
        let (more, less) = (self.top.max(self.bottom), self.top.min(self.bottom));
        (self.whole >= ENOUGH && more == 0) || (more >= ENOUGH && less == 0 && self.whole * 3 <= more)
    }

    /// Film that was brought from 24 to 30 pictures a second has two combed pictures of five, which are not enough.
    fn order(self) -> Option<FieldOrder> {
        let (order, same, other) = match self.top >= self.bottom {
            true => (FieldOrder::TopFirst, self.top, self.bottom),
            false => (FieldOrder::BottomFirst, self.bottom, self.top),
        };
        (same >= LEAST && other * 10 <= same && self.whole <= same).then_some(order)
    }
}

/// What `now` is, by what moves in it; `None` where too little does.
fn kind_of(before: &Luma, now: &Luma) -> Option<Kind> {
    let (width, height) = now.size();
    if before.size() != (width, height) {
        return None;
    }
    // How far a row lies beside the mean of its neighbours, summed over what moves: rows of the picture before woven into
    // this one, even and odd ones apart; this one's own; and this one's own within a field.
    let (mut woven, mut own, mut field) = ([0_u64; 2], 0_u64, 0_u64);
    let mut moving = 0_u64;
    for y in 2..height.saturating_sub(2) {
        let [far_above, above, here, below, far_below] = [y - 2, y - 1, y, y + 1, y + 2].map(|y| now.row(y));
        let [above_before, here_before, below_before] = [y - 1, y, y + 1].map(|y| before.row(y));
        for x in (0..width).step_by(COLUMNS) {
            let at = |row: &[u8]| i32::from(row[x]);
            let changed = |row: &[u8], row_before: &[u8]| (at(row) - at(row_before)).abs() > MOVING;
            if !(changed(here, here_before) || changed(above, above_before) || changed(below, below_before)) {
                continue;
            }
            let beside = |above: &[u8], here: &[u8], below: &[u8]| {
                u64::from((at(above) - 2 * at(here) + at(below)).unsigned_abs())
            };
            moving += 1;
            woven[y % 2] += beside(above, here_before, below);
            own += beside(above, here, below);
            field += beside(far_above, here, far_below);
        }
    }
    if moving * STILL * (COLUMNS as u64) < width as u64 * height as u64 {
        return None;
    }
    let [even, odd] = woven;
    let (near, far) = (even.min(odd), even.max(odd));
    // One field is a third nearer than the other; the picture itself is combed about as much as the nearer one (`own` holds
    // twice as many rows), and more than what it shows is striped. Each of these alone, some whole pictures do.
    let is_combed = far * 10 > near * 13 && own * 3 > near * 4 && own * 4 > field * 5;
    Some(match (is_combed, even > odd) {
        (false, _) => Kind::Whole,
        // The even rows of the picture before lie far from this one's odd ones: they came first.
        (true, true) => Kind::Combed(FieldOrder::TopFirst),
        (true, false) => Kind::Combed(FieldOrder::BottomFirst),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::ffmpeg;

    #[test]
    fn a_few_pictures_do_not_decide() {
        let order = |whole, top, bottom| Count { whole, top, bottom }.order();
        assert_eq!(order(0, 6, 0), Some(FieldOrder::TopFirst));
        assert_eq!(order(3, 1, 20), Some(FieldOrder::BottomFirst));
        // Too few, no order, and two of five.
        assert_eq!(order(0, 5, 0), None);
        assert_eq!(order(0, 20, 19), None);
        assert_eq!(order(24, 16, 0), None);
        assert_eq!(order(0, 0, 0), None);
    }

    #[test]
    fn sizes_and_rates_of_film_alone_are_looked_at() {
        assert!(may_hide_fields(720, 576, Fps::from(25)) && may_hide_fields(1920, 1080, Fps::new(30_000, 1001)));
        assert!(!may_hide_fields(1280, 720, Fps::from(25)) && !may_hide_fields(1080, 1080, Fps::from(25)));
        assert!(!may_hide_fields(1920, 1080, Fps::from(50)) && !may_hide_fields(1080, 1920, Fps::from(25)));
    }

    /// The order that is found in pictures of 720 x 576 pixels that say that they are whole.
    fn found(source: &str, filter: &str) -> Option<FieldOrder> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let filter = format!("{filter},format=yuv420p,setfield=prog");
        let arguments = ["-f", "lavfi", "-i", source, "-vf", &filter, "-t", "1.2", "-c:v", "libx264"];
        let path = ffmpeg(&[&arguments[..], &["-preset", "veryfast"]].concat(), &folder.path().join("a.mp4"));
        hidden_fields(&path, 1)
    }

    #[test]
    fn what_is_woven_of_two_fields_is_found() {
        let source = "testsrc2=size=720x576:rate=50";
        assert_eq!(found(source, "tinterlace=interleave_top"), Some(FieldOrder::TopFirst));
        assert_eq!(found(source, "tinterlace=interleave_bottom"), Some(FieldOrder::BottomFirst));
    }

    #[test]
    fn what_only_looks_like_combs_is_left_alone() {
        let stripes = |bright: &str| format!("format=yuv420p,geq=lum='40+160*({bright})':cb=128:cr=128");
        let black = "color=black:size=720x576:rate=25";
        for (source, filter) in [
            ("testsrc2=size=720x576:rate=25", "null".to_owned()),
            ("mandelbrot=size=720x576:rate=25", "null".to_owned()),
            ("color=gray:size=720x576:rate=25", "noise=alls=60:allf=t".to_owned()),
            // Film at 24 pictures a second, as television of 30 shows it.
            ("testsrc2=size=720x576:rate=24", "telecine".to_owned()),
            // Rows were doubled.
            ("testsrc2=size=720x576:rate=25", "scale=720:288,scale=720:576:flags=neighbor".to_owned()),
            // Stripes of one and two rows that flicker, climb, and are uncovered.
            (black, stripes("mod(Y+N,2)")),
            (black, stripes("mod(floor((Y+N)/2),2)")),
            (black, stripes("mod(floor((Y+X+N*5)/2),2)")),
            (black, stripes("mod(Y,2)*between(mod(X+N*7,90),0,40)")),
            (black, stripes("gt(sin(Y*2.5+N),0)")),
            // Nothing moves.
            (black, stripes("mod(Y,2)")),
        ] {
            assert_eq!(found(source, &filter), None, "{source}, {filter}");
        }
    }
}
