//! The offline studio's looks: seeded, deterministic moving backgrounds on which a product stands or floats.
//!
//! A look paints soft light in linear RGB onto a small `canvas`, which is then developed into an 8-bit frame with a
//! filmic tone curve and grain. All colours come from one `palette` scheme, all movement from one `camera`. Depends on
//! `random`, `media` (frame and colour) and `error`; does no I/O and knows no clock.

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
mod settings;
mod shade;
mod sprite;
mod stage;
mod studio_sweep;
mod surface;
mod water;

pub use self::{
    camera::CameraMove,
    mood::Mood,
    settings::{Look, LookSettings, MAX_SIDE},
};
use self::{
    camera::View,
    canvas::{Canvas, Developer},
    stage::{Moment, Paint, Stage},
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::Frame,
};
use std::fmt;

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
