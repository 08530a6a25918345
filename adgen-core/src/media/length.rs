//! How long the pictures or the sound of a file last, found by reading its packets.
//!
//! Depends on `error`, `input` and `stream`. What a header says is not asked: it may be missing, belong to another
//! stream, or be wrong.

use ffmpeg_next::{Packet, ffi, packet::Ref as _};

use super::{
    input::{Input, Timestamps},
    stream::{frame_rate, stream},
};
use crate::error::Result;

/// How many pictures later a picture may come than its time says, where that time is when it is shown: decoders that learn of
/// the order too late give two or three of them so.
pub(super) const SHOWN_LATE: i64 = 4;

/// The same for packets that only tell when they are shown: no codec has pictures wait for more.
const PACKETS_LATE: i64 = 16;

/// What a picture is taken to last at least, in seconds, where that is guessed.
const SHORTEST_S: f64 = 0.01;

/// Timestamps that leap by more, in seconds, have begun anew: `ffmpeg` takes the same.
const MOST_AHEAD_S: f64 = 10.0;

/// The same for clocks that are set anew as a matter of course: a programme shows a new picture each moment, so that a second
/// without any is a gap in the clock or in the signal, and no picture that was to stay.
const MOST_AHEAD_OF_RESTARTING_S: f64 = 1.0;

/// So many pictures may be lacking whatever their length.
const PICTURES_AHEAD: i64 = 5;

/// Makes timestamps that begin anew half way (recordings joined without care, clocks that wrap around) go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Continuity {
    shift: i64,
    /// Length of a picture, in ticks.
    usual: i64,
    most_ahead: i64,
}

impl Continuity {
    /// For timestamps in ticks of `tick_s` seconds, and pictures that usually last `usual` ticks. `restarts`: whether such a
    /// clock may be set anew ([`Input::clock_restarts`]).
    pub(super) fn new(usual: i64, tick_s: f64, restarts: bool) -> Self {
        let in_ticks = |seconds: f64| (seconds / tick_s) as i64;
        let usual = usual.max(in_ticks(SHORTEST_S)).max(1);
        let most_ahead_s = if restarts { MOST_AHEAD_OF_RESTARTING_S } else { MOST_AHEAD_S };
        Self { shift: 0, usual, most_ahead: in_ticks(most_ahead_s).max(usual.saturating_mul(PICTURES_AHEAD)) }
    }

    /// The timestamp that goes on from `expected`, which is where the one before ended. What goes back by more than `late`
    /// pictures has begun anew.
    pub(super) fn follow(&mut self, raw: i64, expected: i64, late: i64) -> i64 {
        let time = raw.saturating_add(self.shift);
        let step = time.saturating_sub(expected);
        // The one before began a picture's length before `expected`.
        let most_back = self.usual.saturating_mul(late.saturating_add(1));
        if (-most_back..=self.most_ahead).contains(&step) {
            return time;
        }
        self.shift = self.shift.saturating_add(expected.saturating_sub(time));
        expected
    }
}

/// When a stream begins and ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// Time of its first picture or sample in ticks; `None` before the first packet.
    pub(super) first: Option<i64>,
    /// Where the last one ends, in ticks.
    pub(super) end: i64,
    tick_s: f64,
}

impl Span {
    /// Its length.
    pub(super) fn seconds(&self) -> f64 {
        self.first.map_or(0.0, |first| self.end.saturating_sub(first).max(0) as f64 * self.tick_s)
    }
}

/// Reads packets and notes when these streams begin and end; stops before the end of the file where each of them lasts
/// `enough_s` seconds. Other streams are left out from then on.
pub(super) fn spans(input: &mut Input, indices: &[usize], enough_s: f64) -> Result<Vec<Span>> {
    let timestamps = input.timestamps();
    input.keep_only(indices);
    let mut all: Vec<Counted> = indices.iter().map(|&index| Counted::new(input, index)).collect();
    let mut packet = Packet::empty();
    while input.read(&mut packet)? {
        let index = Input::stream_of(&packet);
        if let Some(counted) = all.iter_mut().find(|counted| counted.index == index) {
            counted.add(&packet, timestamps);
            if all.iter().all(|counted| counted.span.seconds() >= enough_s) {
                break;
            }
        }
    }
    Ok(all.into_iter().map(|counted| counted.span).collect())
}

struct Counted {
    index: usize,
    span: Span,
    continuity: Continuity,
    /// Where the last packet ended in decoding order, in ticks.
    expected: Option<i64>,
    /// Length of a packet that does not say, in ticks.
    usual: i64,
}

impl Counted {
    fn new(input: &mut Input, index: usize) -> Self {
        let stream = stream(input, index);
        // SAFETY: the stream lives as long as the input.
        let (base, rate) = unsafe { ((*stream).time_base, frame_rate(stream)) };
        let tick_s = f64::from(base.num.max(1)) / f64::from(base.den.max(1));
        let usual = ((1.0 / rate.as_f64() / tick_s).round() as i64).max(1);
        Self {
            index,
            span: Span { first: None, end: 0, tick_s },
            continuity: Continuity::new(usual, tick_s, input.clock_restarts()),
            expected: None,
            usual,
        }
    }

    fn add(&mut self, packet: &Packet, timestamps: Timestamps) {
        // SAFETY: plain fields of a valid packet.
        let (pts, dts, duration, flags) = unsafe {
            let raw = packet.as_ptr();
            ((*raw).pts, (*raw).dts, (*raw).duration, (*raw).flags)
        };
        if flags & ffi::AV_PKT_FLAG_DISCARD != 0 {
            return;
        }
        let known = |time: i64| (time != ffi::AV_NOPTS_VALUE).then_some(time);
        let duration = if duration > 0 { duration } else { self.usual };
        let (decoded, shown) = match (timestamps, known(dts).or(known(pts))) {
            (Timestamps::Missing, _) | (_, None) => {
                let next = self.expected.unwrap_or(0);
                (next, next)
            }
            (Timestamps::Exact, Some(decoded)) => (decoded, known(pts).unwrap_or(decoded)),
            (Timestamps::Loose, Some(decoded)) => {
                let shown = known(pts).unwrap_or(decoded);
                let late = if known(dts).is_some() { SHOWN_LATE } else { PACKETS_LATE };
                let continued = match self.expected {
                    Some(expected) => self.continuity.follow(decoded, expected, late),
                    None => decoded,
                };
                (continued, shown.saturating_add(continued.saturating_sub(decoded)))
            }
        };
        self.expected = Some(decoded.saturating_add(duration));
        let end = shown.saturating_add(duration);
        self.span.end = if self.span.first.is_some() { self.span.end.max(end) } else { end };
        self.span.first = Some(self.span.first.map_or(shown, |first| first.min(shown)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_begin_anew_go_on() {
        let mut continuity = Continuity::new(40, 0.001, false);
        assert_eq!(continuity.follow(40, 40, SHOWN_LATE), 40);
        // A gap of five seconds is one; a leap of an hour, and back to the start, are none.
        assert_eq!(continuity.follow(5000, 80, SHOWN_LATE), 5000);
        assert_eq!(continuity.follow(3_600_000, 5040, SHOWN_LATE), 5040);
        assert_eq!(continuity.follow(3_600_040, 5080, SHOWN_LATE), 5080);
        assert_eq!(continuity.follow(0, 5120, SHOWN_LATE), 5120);
        assert_eq!(continuity.follow(40, 5160, SHOWN_LATE), 5160);
        // What is shown earlier than the one decoded before it has not begun anew.
        assert_eq!(continuity.follow(20, 5200, SHOWN_LATE), 5140);
        assert_eq!(continuity.follow(i64::MIN, 5160, SHOWN_LATE), 5160);
    }

    #[test]
    fn a_moment_before_the_clock_is_set_anew_is_enough() {
        // Half a second of pictures, then from the start.
        let mut continuity = Continuity::new(40, 0.001, false);
        assert_eq!(continuity.follow(480, 480, SHOWN_LATE), 480);
        assert_eq!(continuity.follow(0, 520, SHOWN_LATE), 520);
        assert_eq!(continuity.follow(40, 560, SHOWN_LATE), 560);
        // Packets that only say when they are shown may go back by as much.
        let mut continuity = Continuity::new(40, 0.001, false);
        assert_eq!(continuity.follow(0, 520, PACKETS_LATE), 0);
    }

    #[test]
    fn gaps_are_closed_where_the_clock_may_be_set_anew() {
        let mut continuity = Continuity::new(40, 0.001, true);
        // Pictures that were lost are a gap; six seconds are none.
        assert_eq!(continuity.follow(900, 80, SHOWN_LATE), 900);
        assert_eq!(continuity.follow(7000, 940, SHOWN_LATE), 940);
        assert_eq!(continuity.follow(7040, 980, SHOWN_LATE), 980);
        // A picture every two seconds is a slow stream.
        let mut slow = Continuity::new(2000, 0.001, true);
        assert_eq!(slow.follow(8000, 4000, SHOWN_LATE), 8000);
    }
}
