//! One scene, frame by frame: prepared once, then drawn over backgrounds in place.

use super::{
    art::{LogoArt, ProductArt},
    badge,
    captions::Caption,
    easing::{cubic_out, smooth},
    fonts::Fonts,
    geometry::Rect,
    ink::{Brightness, Ink, button_color, contrast},
    layout::{Layout, Solver},
    motion::{HOLD, Pose, ProductMotion, resolve},
    scrim::{Scrim, Span},
    shade::Shade,
    spec::SceneSpec,
    sprite::{BORDER, Sampled, Scratch, Sprite},
    text::TextBlock,
};
use crate::error::{Error, ErrorKind, Result};
use crate::media::Frame;
use crate::project::{Rgb, Role};

/// Draws one scene's product, shadow, texts and button over its background.
///
/// Frames may be drawn in any order: what a frame shows depends on its index and the background alone.
#[derive(Debug)]
pub struct SceneComposer {
    spec: SceneSpec,
    layout: Layout,
    notes: Vec<String>,
    scrim: Option<Scrim>,
    product: Option<Product>,
    caption: Option<Caption>,
    button: Option<Button>,
    brand: Option<Brand>,
    scratch: Scratch,
}

#[derive(Debug)]
struct Product {
    sprite: Sprite,
    shade: Option<Shade>,
    motion: ProductMotion,
    /// The point of the sprite that it grows and turns about, and where that lies in the frame at rest.
    pivot: (f64, f64),
    anchor: (f64, f64),
}

#[derive(Debug)]
struct Button {
    sprite: Sprite,
    shade: Shade,
    center: (f64, f64),
    middle: (f64, f64),
    start: f32,
}

#[derive(Debug)]
enum Brand {
    Name(Caption),
    Logo { plate: Option<(Sprite, (f64, f64))>, sprite: Sprite, at: (f64, f64), start: f32 },
}

/// The even pixel next to a coordinate: what rests there is copied, not resampled.
fn even(value: f32) -> f64 {
    (f64::from(value) / 2.0).round() * 2.0
}

impl SceneComposer {
    /// Prepares a scene. `background` is its first background frame, by which the colours of text and button are chosen.
    ///
    /// # Errors
    /// `InvalidInput` where the sizes of `spec` and `background` differ.
    pub fn new(
        spec: &SceneSpec,
        product: Option<&ProductArt>,
        logo: Option<&LogoArt>,
        fonts: &mut Fonts,
        background: &Frame,
    ) -> Result<Self> {
        if (spec.width, spec.height) != (background.width(), background.height()) {
            let message = "the background is not as large as the video";
            return Err(Error::new(ErrorKind::InvalidInput, message)
                .with_operation("compose")
                .with_context("background", format!("{}x{}", background.width(), background.height()))
                .with_context("video", format!("{}x{}", spec.width, spec.height)));
        }
        let solver = Solver::new(spec, fonts, product.map(ProductArt::aspect), logo.map(LogoArt::aspect));
        let (layout, texts) = solver.solve();
        let mut composer = Self {
            spec: spec.clone(),
            notes: Vec::new(),
            scrim: None,
            product: None,
            caption: None,
            button: None,
            brand: None,
            scratch: Scratch::default(),
            layout,
        };
        for (what, block, wanted) in [
            ("caption", &texts.caption, spec.caption.as_deref()),
            ("call to action", &texts.button, spec.call_to_action.as_deref()),
            ("brand name", &texts.brand, (layout_brand(spec, logo)).then_some(spec.brand_name.as_str())),
        ] {
            composer.note_text(what, block.as_ref(), wanted);
        }
        if let Some(art) = product {
            composer.prepare_product(art)?;
        }
        composer.prepare_text(fonts, texts.caption.as_ref(), texts.brand.as_ref(), background);
        if let (Some(block), Some(rect)) = (&texts.button, composer.layout.button) {
            composer.prepare_button(fonts, block, rect, background);
        }
        if let (Some(logo), Some(rect)) = (logo, composer.layout.brand) {
            composer.prepare_logo(logo, rect, background)?;
        }
        Ok(composer)
    }

    /// Where everything stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What could not be done as asked: missing glyphs, texts that had to be cut.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    fn note_text(&mut self, what: &str, block: Option<&TextBlock>, wanted: Option<&str>) {
        match block {
            Some(block) => {
                if !block.missing.is_empty() {
                    self.notes.push(format!("missing glyphs in the {what}: no font has {}", block.missing));
                }
                if block.truncated {
                    self.notes.push(format!("the {what} is too long for its box and was cut"));
                }
            }
            None if wanted.is_some_and(|text| text.chars().any(|c| !c.is_whitespace() && !c.is_control())) => {
                self.notes.push(format!("missing glyphs: no font can show the {what}"));
            }
            None => {}
        }
    }

    fn prepare_product(&mut self, art: &ProductArt) -> Result<()> {
        let (Some(layer), Some(rect)) = (&self.spec.product, self.layout.product) else { return Ok(()) };
        let (width, height) = (rect.width.round().max(1.0) as usize, rect.height.round().max(1.0) as usize);
        let (sprite, coverage) = art.sprite(width, height)?;
        let standing = self.layout.standing;
        // Soft maps need no fine grid; the dark core along the foot does.
        let cell = ((3.0 * self.spec.unit()).round() as usize).max(1);
        let shade = layer.shadow.then(|| {
            if standing {
                Shade::contact(&coverage, width, height, cell)
            } else {
                let depth = 0.05 * (width.min(height) as f32).max(0.3 * width.max(height) as f32);
                Shade::drop(&coverage, width, height, cell, depth, 0.42)
            }
        });
        let border = BORDER as f64;
        let pivot_y = if standing { height as f64 } else { height as f64 / 2.0 };
        let pivot = (border + width as f64 / 2.0, border + pivot_y);
        // Snapped so that the sprite's own pixels fall on the frame's where it rests at full size.
        let (left, top) = (even(rect.x), even(rect.bottom() - height as f32));
        let anchor = (left - border + pivot.0, top - border + pivot.1);
        let kind = resolve(layer.motion, self.spec.role, standing, self.spec.seed, self.spec.scene_index);
        let frame_width = self.spec.width as f32;
        let from_left = rect.center_x() < frame_width * 0.499
            || (rect.center_x() < frame_width * 0.501 && !(self.spec.scene_index).is_multiple_of(2));
        let exit = if from_left { -rect.right() } else { frame_width - rect.x };
        let motion = ProductMotion {
            kind,
            standing,
            seconds: self.spec.seconds(),
            is_first: self.spec.is_first,
            is_last: self.spec.is_last,
            height: rect.height,
            exit: exit * 1.08,
        };
        self.product = Some(Product { sprite, shade, motion, pivot, anchor });
        Ok(())
    }

    fn prepare_text(
        &mut self,
        fonts: &mut Fonts,
        caption: Option<&TextBlock>,
        brand: Option<&TextBlock>,
        background: &Frame,
    ) {
        let boxes: Vec<Rect> =
            [caption.and(self.layout.caption), brand.and(self.layout.brand)].into_iter().flatten().collect();
        let Some(first) = boxes.first() else { return };
        let zone = boxes.iter().fold(*first, |zone, rect| {
            Rect::from_edges(
                zone.x.min(rect.x),
                zone.y.min(rect.y),
                zone.right().max(rect.right()),
                zone.bottom().max(rect.bottom()),
            )
        });
        let unit = self.spec.unit();
        let ink = Ink::choose(&Brightness::of(background, &zone.grown(16.0 * unit)), &self.spec.palette);
        if ink.scrim > 0.01 {
            self.scrim = Some(self.veil(&zone, &ink));
        }
        let start = if self.spec.is_first { 0.1 } else { 0.2 };
        let still = self.spec.seconds();
        if let (Some(block), Some(rect)) = (caption, self.layout.caption) {
            self.caption = Some(Caption::new(fonts, block, rect, &ink, start + 0.1, still, unit));
        }
        if let (Some(block), Some(rect)) = (brand, self.layout.brand) {
            self.brand = Some(Brand::Name(Caption::new(fonts, block, rect, &ink, start, still, unit)));
        }
    }

    /// The veil behind `zone`: from the edge of the frame that is next to it.
    fn veil(&self, zone: &Rect, ink: &Ink) -> Scrim {
        let (width, height) = (self.spec.width as f32, self.spec.height as f32);
        let margin = 24.0 * self.spec.unit();
        if self.layout.side_by_side {
            let left = zone.center_x() < width / 2.0;
            let (from, to) = if left { (0.0, zone.right() + margin) } else { (zone.x - margin, width) };
            Scrim::new(Span::Columns, self.spec.width, from, to, 0.16 * width, ink.scrim, !ink.light)
        } else {
            let (from, to) = match zone.center_y() / height {
                part if part < 0.5 => (0.0, zone.bottom() + margin),
                part if part > 0.62 => (zone.y - margin, height),
                _ => (zone.y - margin, zone.bottom() + margin),
            };
            Scrim::new(Span::Rows, self.spec.height, from, to, 0.16 * height, ink.scrim, !ink.light)
        }
    }

    fn prepare_button(&mut self, fonts: &mut Fonts, label: &TextBlock, rect: Rect, background: &Frame) {
        let behind = Brightness::of(background, &rect.grown(rect.height * 0.3));
        let color = button_color(&self.spec.palette, &behind);
        let (width, height) = (rect.width.round().max(2.0) as usize, rect.height.round().max(2.0) as usize);
        let (sprite, coverage) = badge::button(fonts, label, width, height, color);
        let unit = self.spec.unit();
        let shade = Shade::drop(&coverage, width, height, ((4.0 * unit).round() as usize).max(1), 14.0 * unit, 0.34);
        let middle = (BORDER as f64 + width as f64 / 2.0, BORDER as f64 + height as f64 / 2.0);
        let center = (even(rect.x) + width as f64 / 2.0, even(rect.y) + height as f64 / 2.0);
        let start = (0.75f32).min(self.spec.seconds() * 0.3);
        self.button = Some(Button { sprite, shade, center, middle, start });
    }

    fn prepare_logo(&mut self, logo: &LogoArt, rect: Rect, background: &Frame) -> Result<()> {
        let unit = self.spec.unit();
        let (width, height) = (rect.width.round().max(1.0) as usize, rect.height.round().max(1.0) as usize);
        let sprite = logo.sprite(width, height)?;
        let behind = Brightness::of(background, &rect.grown(8.0 * unit));
        let light = logo.luminance();
        let plate = (contrast(light, behind.mean) < 1.9).then(|| {
            let color = if light > 0.3 { Rgb([20, 20, 24]) } else { Rgb([255; 3]) };
            let pad = 20.0 * unit;
            let (wide, high) = (width + (2.0 * pad) as usize, height + (2.0 * pad) as usize);
            let sprite = badge::plate(wide, high, pad, color, 0.92);
            (sprite, (even(rect.x - pad) - BORDER as f64, even(rect.y - pad) - BORDER as f64))
        });
        let at = (even(rect.x) - BORDER as f64, even(rect.y) - BORDER as f64);
        self.brand = Some(Brand::Logo { plate, sprite, at, start: if self.spec.is_first { 0.1 } else { 0.2 } });
        Ok(())
    }

    fn time(&self, frame_index: u64) -> f32 {
        (frame_index as f64 / f64::from(self.spec.fps.max(1))) as f32
    }

    fn pose(&self, frame_index: u64) -> Option<(&Product, Pose, super::sampling::Affine)> {
        let product = self.product.as_ref()?;
        let pose = product.motion.pose(self.time(frame_index));
        let at = (product.anchor.0 + f64::from(pose.dx), product.anchor.1 + f64::from(pose.dy));
        let map = super::sampling::Affine::about(product.pivot, at, f64::from(pose.scale), f64::from(pose.angle));
        Some((product, pose, map))
    }

    /// The box of the product in one frame (its corners, turned and scaled), in pixels; may reach out of the frame.
    pub fn product_rect(&self, frame_index: u64) -> Option<Rect> {
        let (product, pose, map) = self.pose(frame_index)?;
        Some(product.sprite.bounds(&map).grown(-(BORDER as f32) * pose.scale))
    }

    /// What the product must look like in one frame: luma and coverage of its pixels, to measure a decoded video
    /// against. Coverage is 0 everywhere while the product fades in. `None` for a scene without product.
    pub fn reference_product(&self, frame_index: u64) -> Option<Sampled> {
        let (product, pose, map) = self.pose(frame_index)?;
        let mut sampled = product.sprite.sampled(&mut Scratch::default(), &map, (self.spec.width, self.spec.height));
        if pose.opacity < 1.0 {
            sampled.coverage.fill(0);
        }
        Some(sampled)
    }

    /// Draws the scene's frame `frame_index` over `frame`, which holds the background.
    ///
    /// # Errors
    /// `InvalidInput` where the frame is not as large as the scene.
    pub fn draw(&mut self, frame_index: u64, frame: &mut Frame) -> Result<()> {
        if (frame.width(), frame.height()) != (self.spec.width, self.spec.height) {
            return Err(Error::new(ErrorKind::InvalidInput, "the frame is not as large as the scene")
                .with_operation("compose")
                .with_context("frame", format!("{}x{}", frame.width(), frame.height())));
        }
        let time = self.time(frame_index);
        if let Some(scrim) = &self.scrim {
            // From the first frame on: a background that changes its brightness would look like a fault.
            scrim.draw(frame, 1.0);
        }
        if let Some((product, pose, map)) = self.pose(frame_index) {
            let (standing, anchor) = (product.motion.standing, product.anchor);
            // What hovers above the ground leaves its shadow there, paler and wider.
            let (dy, strength, spread) =
                if standing { (0.0, 1.0 - 0.4 * pose.lift, 1.0 + 0.03 * pose.lift) } else { (pose.dy, 1.0, 1.0) };
            let at = (anchor.0 as f32 + pose.dx, anchor.1 as f32 + dy);
            let (opacity, scale) = (pose.opacity, pose.scale * spread);
            if let Some(product) = &mut self.product {
                if let Some(shade) = &mut product.shade {
                    shade.draw(frame, at.0, at.1, scale, strength * opacity);
                }
                product.sprite.draw(&mut self.scratch, &map, opacity, frame);
            }
        }
        match &mut self.brand {
            Some(Brand::Name(name)) => name.draw(time, &mut self.scratch, frame),
            Some(Brand::Logo { plate, sprite, at, start }) => {
                let opacity = smooth((time - *start) / 0.5);
                if let Some((plate, at)) = plate {
                    plate.draw(&mut self.scratch, &shifted(*at), opacity, frame);
                }
                sprite.draw(&mut self.scratch, &shifted(*at), opacity, frame);
            }
            None => {}
        }
        if let Some(caption) = &mut self.caption {
            caption.draw(time, &mut self.scratch, frame);
        }
        if let Some(button) = &mut self.button {
            let end = self.spec.seconds() - if self.spec.is_last { HOLD } else { 0.0 };
            button.draw(time, end, &mut self.scratch, frame);
        }
        Ok(())
    }
}

fn shifted((x, y): (f64, f64)) -> super::sampling::Affine {
    super::sampling::Affine::about((0.0, 0.0), (x, y), 1.0, 0.0)
}

/// Whether the layout has room for the brand's name, and no logo takes it.
fn layout_brand(spec: &SceneSpec, logo: Option<&LogoArt>) -> bool {
    logo.is_none() && matches!(spec.role, Role::Hook | Role::CallToAction)
}

impl Button {
    /// Pops in, then breathes, then rests after `end` seconds.
    fn draw(&mut self, time: f32, end: f32, scratch: &mut Scratch, frame: &mut Frame) {
        const POP: f32 = 0.45;
        const BREATH: f32 = 1.7;
        let since = time - self.start;
        let opacity = smooth(since / (POP * 0.6));
        let breaths = ((end - self.start - POP - 0.2) / BREATH).floor().max(0.0);
        let phase = ((since - POP - 0.2) / BREATH).clamp(0.0, breaths);
        let breath = 0.5 - 0.5 * (phase * std::f32::consts::TAU).cos();
        // It shrinks while it breathes: at rest it is exactly itself and as sharp.
        let scale = (0.86 + 0.14 * cubic_out(since / POP)) * (1.0 - 0.028 * breath);
        let (x, y) = (self.center.0 as f32, self.center.1 as f32);
        self.shade.draw(frame, x, y, scale, opacity);
        let map = super::sampling::Affine::about(self.middle, self.center, f64::from(scale), 0.0);
        self.sprite.draw(scratch, &map, opacity, frame);
    }
}
