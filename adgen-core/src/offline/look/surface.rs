//! `Surface`: a table to stand on, before a wall with the shadow of a window or of leaves.
//!
//! Depends on `random`, `gobo`, `material` and the shared parts of `look`.

use super::{
    canvas::Canvas,
    gobo::Gobo,
    material::{Ground, Material},
    noise::Tile,
    palette::Scheme,
    shade::{Rgb, add, lerp, mix, pool, scale, smooth, tint, vignette, wave},
    stage::{Moment, Paint, Stage},
};
use crate::random::Random;

#[derive(Debug)]
pub(super) struct Surface {
    scheme: Scheme,
    gobo: Gobo,
    ground: Ground,
    plaster: Tile,
    /// Colour of the table's material.
    colour: Rgb,
    gloss: f32,
    /// Where the table ends and the wall begins.
    edge: f32,
    stand: f32,
    side: f32,
    sun: f32,
    half_x: f32,
    half_y: f32,
    diagonal: f32,
    frame: (usize, usize),
}

impl Surface {
    pub(super) fn new(stage: &Stage) -> Self {
        let mut rng = Random::new(stage.seed, 6);
        let s = &stage.scheme;
        let material = Material::pick(stage.mood, &mut rng);
        let edge = stage.ground - rng.range(0.10, 0.14);
        let horizon = edge - rng.range(0.16, 0.26);
        Self {
            scheme: s.clone(),
            gobo: Gobo::new(stage.mood, &mut rng),
            ground: Ground::new(stage, material, edge, horizon, &mut rng),
            plaster: Tile::fractal(rng.bits(), 128, 4, 4),
            colour: material.colour(s.back, s.dark),
            gloss: material.gloss(),
            edge,
            stand: stage.ground,
            side: rng.sign(),
            sun: if s.dark { 0.62 } else { 0.40 } * rng.range(0.85, 1.1),
            half_x: stage.half_x,
            half_y: stage.half_y,
            diagonal: stage.half_diagonal(),
            frame: (stage.width, stage.height),
        }
    }

    fn wall(&self, x: f32, y: f32, t: f32) -> Rgb {
        let s = &self.scheme;
        let sun = self.gobo.at(x, y, t);
        let (dx, dy) = ((x - self.side * 0.22) / 0.85, (y - self.edge + 0.50) / 0.85);
        let spot = pool(dx * dx + dy * dy);
        let rough = 0.022 * self.plaster.at(x * 0.5, y * 0.5) + 0.012 * self.plaster.at(x * 1.7, y * 1.7);
        // Near the table the wall lies in the table's own shade.
        let low = smooth(0.30, 0.0, self.edge - y);
        let level = if s.dark { 0.16 } else { 0.30 } + 0.30 * spot + self.sun * sun * (0.35 + 0.75 * spot) - 0.09 * low;
        let lit = tint(s.ramp((level + rough).max(0.0)), s.key);
        // Shade sees the sky and the room, not the sun: it is a little more of the brand's colour.
        mix(lit, mix(lit, s.wash, if s.dark { 0.05 } else { 0.16 }), (1.0 - sun) * 0.8)
    }
}

impl Paint for Surface {
    fn paint(&mut self, moment: &Moment, canvas: &mut Canvas) {
        let t = moment.t;
        let (far, near) = (moment.view.layer(0.55), moment.view.layer(1.0));
        let s = &self.scheme;
        let shimmer = 0.02 * wave(0.33 * t);
        let soft = 0.004 + 2.0 / canvas.density() * 0.5;
        canvas.fill(|sx, sy| {
            let (fx, fy) = near.at(sx, sy);
            let table = smooth(-soft, soft, fy - self.edge);
            let (x, y) = far.at(sx, sy);
            let mut colour = if table < 1.0 { self.wall(x, y, t) } else { [0.0; 3] };
            if table > 0.0 {
                let depth = ((fy - self.edge) / (self.half_y - self.edge).max(0.05)).clamp(0.0, 1.2);
                let (dx, dy) = ((fx - self.side * 0.10) / 0.72, (fy - self.stand) / 0.34);
                let spot = pool(dx * dx + dy * dy);
                // The same sun falls on the table, drawn out towards the viewer.
                let sun =
                    self.gobo.at(fx * 1.05 - self.side * 0.25 * (fy - self.edge), 0.30 - (fy - self.edge) * 1.25, t);
                let light = 0.50 + 0.34 * spot + 0.32 * self.sun * 2.0 * (sun - 0.4) * smooth(1.1, 0.1, depth);
                let light = light - 0.22 * depth * depth + shimmer * spot;
                let mut wood = tint(scale(self.colour, light.max(0.05) * 1.12), s.key);
                let mirrored = self.wall(x, self.edge - (fy - self.edge) * 1.3 - 0.02, t);
                let fresnel = self.gloss * lerp(0.75, 0.12, smooth(0.0, 0.8, depth));
                wood = mix(wood, mirrored, fresnel * 0.7);
                // Where table and wall meet, little light comes in.
                wood = scale(wood, 1.0 - 0.20 * smooth(0.035, 0.0, fy - self.edge));
                colour = mix(colour, wood, table);
            }
            let (ax, ay) = ((sx + self.side * (self.half_x + 0.2)) / 0.6, (sy + 0.2) / 0.8);
            colour = add(colour, s.accent2, 0.05 * pool(ax * ax + ay * ay));
            scale(colour, vignette(sx / self.diagonal, sy / self.diagonal, if s.dark { 0.42 } else { 0.20 }))
        });
    }

    fn texture(&mut self, moment: &Moment, y: usize, row: &mut [f32]) -> bool {
        let (width, height) = self.frame;
        let unit = width.min(height) as f32;
        let screen_y = (y as f32 + 0.5 - 0.5 * height as f32) / unit;
        self.ground.row(moment.view.layer(1.0), screen_y, width, row)
    }
}
