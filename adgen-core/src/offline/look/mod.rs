//! The offline studio's looks: seeded, deterministic moving backgrounds on which a product stands or floats.
//!
//! A look paints soft light in linear RGB onto a small `canvas`, which is then developed into an 8-bit frame with a filmic
//! tone curve and grain. All colours come from one `palette` scheme, all movement from one `camera`.
//! Depends on `media` (frame and colour) and `error`; does no I/O and knows no clock.

mod bokeh;
mod camera;
mod canvas;
mod gobo;
mod gradient_waves;
mod grain;
mod material;
mod mood;
mod noise;
mod palette;
mod particles;
mod podium;
mod rays;
mod shade;
mod sprite;
mod studio_sweep;
mod surface;
mod water;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{camera::CameraMove, mood::Mood};
use self::{
    camera::View,
    canvas::{Canvas, Developer},
    palette::Scheme,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::Frame,
};

/// The longest side that a renderer accepts, in pixels.
pub const MAX_SIDE: usize = 8192;

/// What a background shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Look {
    /// An infinity cove with a slowly moving pool of light and a sheen on the floor.
    StudioSweep,
    /// Defocused lights at several depths.
    Bokeh,
    /// Folds of draped silk.
    GradientWaves,
    /// Shafts of light through drifting haze.
    Rays,
    /// Dust and glints floating in a lit volume.
    Particles,
    /// A table of stone, wood, concrete or linen before a wall with a window's or leaves' shadow.
    Surface,
    /// A round pedestal before a niche.
    Podium,
    /// Sunlit water over a pale ground.
    Water,
}

impl Look {
    /// Every look.
    pub const ALL: &'static [Self] = &[
        Self::StudioSweep,
        Self::Bokeh,
        Self::GradientWaves,
        Self::Rays,
        Self::Particles,
        Self::Surface,
        Self::Podium,
        Self::Water,
    ];

    /// The name as it stands in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StudioSweep => "studio_sweep",
            Self::Bokeh => "bokeh",
            Self::GradientWaves => "gradient_waves",
            Self::Rays => "rays",
            Self::Particles => "particles",
            Self::Surface => "surface",
            Self::Podium => "podium",
            Self::Water => "water",
        }
    }

    /// Where a product stands in a frame of that size: the height of its contact with the ground as a fraction of the frame's
    /// height (0 = top). `None`: there is no ground, the product floats. The camera keeps this line in place.
    pub fn ground_line(self, width: usize, height: usize) -> Option<f32> {
        let tall = ((height.max(1) as f32 / width.max(1) as f32).log2() / 0.83).clamp(-1.0, 1.0);
        match self {
            Self::StudioSweep => Some(0.755 - 0.045 * tall),
            Self::Surface => Some(0.785 - 0.045 * tall),
            // Higher, so that the pedestal below has room.
            Self::Podium => Some(0.705 - 0.035 * tall),
            Self::Bokeh | Self::GradientWaves | Self::Rays | Self::Particles | Self::Water => None,
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a renderer is to show.
#[derive(Debug, Clone, PartialEq)]
pub struct LookSettings {
    /// Frame width in pixels, 1 to [`MAX_SIDE`]; odd widths are rounded up as [`Frame::black`] does.
    pub width: usize,
    /// Frame height in pixels, likewise.
    pub height: usize,
    /// Same settings and seed, same bytes; another seed, another picture.
    pub seed: u64,
    /// The brand's colours as sRGB, most important first; may be empty.
    pub palette: Vec<[u8; 3]>,
    /// The feeling.
    pub mood: Mood,
    /// Length of the clip in seconds: the time over which the camera makes its move.
    pub duration_s: f32,
    /// The camera's move.
    pub camera: CameraMove,
    /// Factor on the mood's film grain, 0 to 4. At 0, only the dither against banding remains.
    pub grain: f32,
}

impl LookSettings {
    /// A frame size and a seed; no palette, default mood and camera, 6 seconds.
    pub fn new(width: usize, height: usize, seed: u64) -> Self {
        Self {
            width,
            height,
            seed,
            palette: Vec::new(),
            mood: Mood::default(),
            duration_s: 6.0,
            camera: CameraMove::default(),
            grain: 1.0,
        }
    }
}

/// Renders the frames of one clip, in any order.
pub trait LookRenderer: Send + fmt::Debug {
    /// Draws the frame at `t_s` seconds (a time that is no number counts as 0; times beyond the clip go on without a jump) into
    /// `out`, which is replaced where its size differs. `frame_index` only chooses the grain.
    fn render(&mut self, t_s: f32, frame_index: u64, out: &mut Frame);
}

/// A renderer for `look`. Builds its textures once: up to a few tenths of a second of work.
///
/// # Errors
/// [`ErrorKind::InvalidConfig`] where a side is 0 or above [`MAX_SIDE`], or the duration is not a positive number.
pub fn renderer(look: Look, settings: &LookSettings) -> Result<Box<dyn LookRenderer>> {
    let sides = 1..=MAX_SIDE;
    if !sides.contains(&settings.width) || !sides.contains(&settings.height) {
        let message = format!(
            "a background of {} x {} pixels cannot be drawn: each side must be 1 to {MAX_SIDE}",
            settings.width, settings.height
        );
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_operation("offline::look"));
    }
    if !(settings.duration_s.is_finite() && settings.duration_s > 0.0) {
        let message = format!("a background cannot last {} s: the duration must be above 0", settings.duration_s);
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_operation("offline::look"));
    }
    let stage = Stage::new(look, settings);
    let (painter, divisor): (Box<dyn Paint>, usize) = match look {
        Look::StudioSweep => (Box::new(studio_sweep::StudioSweep::new(&stage)), 4),
        Look::Bokeh => (Box::new(bokeh::Bokeh::new(&stage)), 2),
        Look::GradientWaves => (Box::new(gradient_waves::GradientWaves::new(&stage)), 4),
        Look::Rays => (Box::new(rays::Rays::new(&stage)), 4),
        Look::Particles => (Box::new(particles::Particles::new(&stage)), 2),
        Look::Surface => (Box::new(surface::Surface::new(&stage)), 4),
        Look::Podium => (Box::new(podium::Podium::new(&stage)), 2),
        Look::Water => (Box::new(water::Water::new(&stage)), 2),
    };
    let canvas = Canvas::new(stage.width, stage.height, divisor);
    let strength = if settings.grain.is_finite() { settings.grain.clamp(0.0, 4.0) } else { 1.0 };
    let developer = Developer::new(&canvas, settings.seed, settings.mood.direction().grain * strength);
    Ok(Box::new(Clip {
        painter,
        canvas,
        developer,
        camera: settings.camera,
        duration_s: settings.duration_s,
        anchor_y: stage.ground,
        pace: stage.pace,
        width: stage.width,
        height: stage.height,
    }))
}

/// What every look is built from.
#[derive(Debug)]
struct Stage {
    /// Frame size in pixels, even.
    width: usize,
    height: usize,
    seed: u64,
    mood: Mood,
    scheme: Scheme,
    /// Half the frame's width and height in units of its shorter side.
    half_x: f32,
    half_y: f32,
    /// Height of the ground (or of the frame's middle, where there is none) in those units from the middle, down.
    ground: f32,
    /// Factor on all movement.
    pace: f32,
}

impl Stage {
    fn new(look: Look, settings: &LookSettings) -> Self {
        let width = settings.width.max(2).next_multiple_of(2);
        let height = settings.height.max(2).next_multiple_of(2);
        let unit = width.min(height) as f32;
        // One seed for everything would give the looks of one project the same choices. (The number is the place in the
        // declaration: new looks go to its end.)
        let seed = noise::hash(settings.seed ^ noise::hash(look as u64));
        let half_y = 0.5 * height as f32 / unit;
        Self {
            width,
            height,
            seed,
            mood: settings.mood,
            scheme: Scheme::new(&settings.palette, settings.mood, settings.seed),
            half_x: 0.5 * width as f32 / unit,
            half_y,
            ground: look.ground_line(width, height).map_or(0.0, |line| (line - 0.5) * 2.0 * half_y),
            pace: settings.mood.direction().pace,
        }
    }

    /// Half the frame's diagonal.
    fn half_diagonal(&self) -> f32 {
        self.half_x.hypot(self.half_y)
    }
}

/// One moment of a clip.
#[derive(Debug)]
struct Moment {
    /// Seconds, at the mood's pace.
    t: f32,
    view: View,
}

/// Paints the moments of one look.
trait Paint: Send + fmt::Debug {
    /// Covers the whole canvas.
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas);

    /// Full-size texture: factors on the code values of the frame's luma row `y`. False means none.
    fn texture(&mut self, _moment: &Moment, _y: usize, _row: &mut [f32]) -> bool {
        false
    }
}

#[derive(Debug)]
struct Clip {
    painter: Box<dyn Paint>,
    canvas: Canvas,
    developer: Developer,
    camera: CameraMove,
    duration_s: f32,
    anchor_y: f32,
    pace: f32,
    width: usize,
    height: usize,
}

impl LookRenderer for Clip {
    fn render(&mut self, t_s: f32, frame_index: u64, out: &mut Frame) {
        // An hour bounds what the sines have to resolve.
        let t_s = if t_s.is_finite() { t_s.clamp(0.0, 3600.0) } else { 0.0 };
        if out.width() != self.width || out.height() != self.height {
            *out = Frame::black(self.width, self.height);
        }
        let view = View::new(self.camera, t_s, self.duration_s, self.anchor_y);
        let moment = Moment { t: t_s * self.pace, view };
        self.painter.paint(&moment, &mut self.canvas);
        let painter = &mut self.painter;
        self.developer.develop(&self.canvas, frame_index, out, &mut |y, row| painter.texture(&moment, y, row));
    }
}

#[cfg(test)]
mod tests;
