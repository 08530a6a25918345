//! From one scene to the next. Done in code values, as editing programs do, so that a dissolve looks as people know it.

use crate::media::Frame;
use crate::project::Rgb;

/// Dissolves from `a` into `b`, in place: `t` 0 gives `a`, 1 leaves `b` as it is. Frames of different sizes are left alone.
pub fn crossfade(a: &Frame, b: &mut Frame, t: f32) {
    if (a.width(), a.height()) != (b.width(), b.height()) {
        return;
    }
    let weight = weight(t);
    if weight == 256 {
        return;
    }
    for (from, to) in a.planes().into_iter().zip(b.planes_mut()) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = ((u32::from(from) * (256 - weight) + u32::from(*to) * weight + 128) >> 8) as u8;
        }
    }
}

/// Fades the frame towards one colour: `t` 0 leaves it, 1 fills it.
pub fn dip(frame: &mut Frame, t: f32, color: Rgb) {
    let weight = weight(t);
    if weight == 0 {
        return;
    }
    let (y, u, v) = crate::media::color::rgb8_to_ycbcr8(color.0);
    for (plane, to) in frame.planes_mut().into_iter().zip([y, u, v]) {
        let added = u32::from(to) * weight + 128;
        for value in plane {
            *value = ((u32::from(*value) * (256 - weight) + added) >> 8) as u8;
        }
    }
}

fn weight(t: f32) -> u32 {
    (t.clamp(0.0, 1.0) * 256.0 + 0.5) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_exact_and_the_middle_is_between() {
        let (mut a, mut b) = (Frame::black(4, 4), Frame::black(4, 4));
        a.fill((40, 100, 150));
        b.fill((200, 130, 90));
        for (t, wanted) in [(0.0, (40, 100, 150)), (1.0, (200, 130, 90)), (0.5, (120, 115, 120))] {
            let mut out = b.clone();
            crossfade(&a, &mut out, t);
            assert_eq!((out.y()[5], out.u()[1], out.v()[2]), wanted);
        }
        let mut out = b.clone();
        dip(&mut out, 1.0, Rgb([0, 0, 0]));
        assert_eq!((out.y()[0], out.u()[0], out.v()[0]), (16, 128, 128));
        dip(&mut b, f32::NAN, Rgb([0, 0, 0]));
        assert_eq!(b.y()[0], 200);
        crossfade(&Frame::black(8, 8), &mut b, 0.0);
        assert_eq!(b.y()[0], 200);
    }
}
