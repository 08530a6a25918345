//! One scene, frame by frame: prepared once, then drawn over backgrounds in place.

use super::{
    art::ProductArt,
    backdrop::Backdrop,
    button::Button,
    captions::Caption,
    easing::smooth,
    fault::{TextFault, TextPlace, faults_in},
    fonts::Fonts,
    geometry::{Rect, even},
    layout::{Layout, Solver, Texts},
    logo::LogoArt,
    motion::{Pose, ProductMotion, resolve},
    scrim::Scrim,
    shade::Shade,
    spec::SceneSpec,
    sprite::{BORDER, Sampled, Scratch, Sprite},
    text::TextBlock,
    veil::{Standing, Veil},
};
use crate::error::{Error, ErrorKind, Result};
use crate::media::Frame;
use crate::project::Role;

/// Draws one scene's product, shadow, texts and button over its background.
///
/// Frames may be drawn in any order: what a frame shows depends on its index and the background alone.
#[derive(Debug)]
pub struct SceneCompositor {
    spec: SceneSpec,
    layout: Layout,
    faults: Vec<TextFault>,
    veil: Option<Veil>,
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
enum Brand {
    Name(Caption),
    Logo { plate: Option<(Sprite, (f64, f64))>, sprite: Sprite, at: (f64, f64), start: f32 },
}

impl SceneCompositor {
    /// Prepares a scene. `backdrop` is its background over time, by which the colours of text and button are chosen.
    ///
    /// # Errors
    /// `InvalidInput` where a value of `spec` is out of range.
    pub fn new(
        spec: &SceneSpec,
        product: Option<&ProductArt>,
        logo: Option<&LogoArt>,
        fonts: &mut Fonts,
        backdrop: &Backdrop,
    ) -> Result<Self> {
        spec.validate()?;
        let (layout, texts, faults) = arranged(spec, product, logo, fonts);
        let mut compositor = Self {
            spec: spec.clone(),
            faults,
            veil: None,
            product: None,
            caption: None,
            button: None,
            brand: None,
            scratch: Scratch::default(),
            layout,
        };
        if let Some(art) = product {
            compositor.prepare_product(art)?;
        }
        compositor.prepare_text(fonts, texts.caption.as_ref(), texts.brand.as_ref(), backdrop);
        if let (Some(block), Some(rect)) = (&texts.button, compositor.layout.button) {
            compositor.button = Some(Button::new(fonts, block, rect, spec, backdrop, compositor.veil.as_ref()));
        }
        if let (Some(logo), Some(rect)) = (logo, compositor.layout.brand) {
            compositor.prepare_logo(logo, rect)?;
        }
        Ok(compositor)
    }

    /// What [`Self::faults`] will be: nothing is drawn for it, and no background is needed.
    ///
    /// # Errors
    /// `InvalidInput` where a value of `spec` is out of range.
    pub fn foreseen_faults(
        spec: &SceneSpec,
        product: Option<&ProductArt>,
        logo: Option<&LogoArt>,
        fonts: &mut Fonts,
    ) -> Result<Vec<TextFault>> {
        spec.validate()?;
        Ok(arranged(spec, product, logo, fonts).2)
    }

    /// Where everything stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What of the texts is missing or other than it was written.
    pub fn faults(&self) -> &[TextFault] {
        &self.faults
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
        backdrop: &Backdrop,
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
        let letter = caption.into_iter().chain(brand).map(|block| block.size).fold(f32::INFINITY, f32::min);
        let standing = Standing {
            zone: zone.grown(16.0 * unit),
            letter,
            width: self.spec.width,
            height: self.spec.height,
            fps: self.spec.fps.max(1) as f32,
        };
        let (ink, veil) = Veil::choose(backdrop, &standing, &self.spec.palette, |to_white| self.scrim(&zone, to_white));
        self.veil = Some(veil);
        let start = if self.spec.is_first { 0.1 } else { 0.2 };
        let still = self.spec.seconds();
        if let (Some(block), Some(rect)) = (caption, self.layout.caption) {
            let caption = Caption::new(fonts, block, rect, &ink, start + 0.1, still, unit);
            self.caption = Some(caption.not_before(self.spec.words_from()));
        }
        if let (Some(block), Some(rect)) = (brand, self.layout.brand) {
            let name = Caption::new(fonts, block, rect, &ink, start, still, unit);
            self.brand = Some(Brand::Name(name.not_before(self.spec.words_from())));
        }
    }

    /// The veil behind `zone`: as large as what is written there, with soft edges.
    fn scrim(&self, zone: &Rect, to_white: bool) -> Scrim {
        let unit = self.spec.unit();
        // A small name gets a small one; around a long caption it may take more room to end.
        let fade = (0.6 * zone.height).clamp(160.0 * unit, 300.0 * unit);
        let size = (self.spec.width, self.spec.height);
        Scrim::around(&zone.grown(24.0 * unit), (1.4 * fade, fade), size, to_white)
    }

    fn prepare_logo(&mut self, logo: &LogoArt, rect: Rect) -> Result<()> {
        let (width, height) = (rect.width.round().max(1.0) as usize, rect.height.round().max(1.0) as usize);
        let sprite = logo.sprite(width, height)?;
        let at = |x: f32, y: f32| (even(x) - BORDER as f64, even(y) - BORDER as f64);
        let plate = logo.plate(width, height, self.spec.unit());
        let plate = plate.map(|(sprite, pad)| (sprite, at(rect.x - pad, rect.y - pad)));
        let start: f32 = if self.spec.is_first { 0.1 } else { 0.2 };
        let start = start.max(self.spec.words_from());
        self.brand = Some(Brand::Logo { plate, sprite, at: at(rect.x, rect.y), start });
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
            sampled.uncover();
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
                .with_operation("composite")
                .with_context("frame", format!("{}x{}", frame.width(), frame.height())));
        }
        let (time, words) = (self.time(frame_index), self.spec.words_left(frame_index));
        if let Some(veil) = &self.veil {
            // A veil without words would look like a fault, and the first frame is the one that feeds show.
            let name = match &self.brand {
                Some(Brand::Name(name)) => name.presence(time),
                _ => 0.0,
            };
            let caption = self.caption.as_ref().map_or(0.0, |caption| caption.presence(time));
            veil.draw(frame_index, words * name.max(caption), frame);
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
            Some(Brand::Name(name)) => name.draw(time, words, &mut self.scratch, frame),
            Some(Brand::Logo { plate, sprite, at, start }) => {
                let opacity = words * smooth((time - *start) / 0.5);
                if let Some((plate, at)) = plate {
                    plate.draw(&mut self.scratch, &shifted(*at), opacity, frame);
                }
                sprite.draw(&mut self.scratch, &shifted(*at), opacity, frame);
            }
            None => {}
        }
        if let Some(caption) = &mut self.caption {
            caption.draw(time, words, &mut self.scratch, frame);
        }
        if let Some(button) = &mut self.button {
            button.draw(time, words, &mut self.scratch, frame);
        }
        Ok(())
    }
}

fn shifted((x, y): (f64, f64)) -> super::sampling::Affine {
    super::sampling::Affine::about((0.0, 0.0), (x, y), 1.0, 0.0)
}

/// Where everything stands, the texts as they are set, and what they lack.
fn arranged(
    spec: &SceneSpec,
    product: Option<&ProductArt>,
    logo: Option<&LogoArt>,
    fonts: &mut Fonts,
) -> (Layout, Texts, Vec<TextFault>) {
    let solver = Solver::new(spec, fonts, product.map(ProductArt::aspect), logo.map(LogoArt::aspect));
    let (layout, texts) = solver.solve();
    let faults = [
        (TextPlace::Caption, &texts.caption, spec.caption.as_deref()),
        (TextPlace::CallToAction, &texts.button, spec.call_to_action.as_deref()),
        (TextPlace::BrandName, &texts.brand, layout_brand(spec, logo).then_some(spec.brand_name.as_str())),
    ];
    let faults =
        faults.into_iter().flat_map(|(place, block, wanted)| faults_in(place, block.as_ref(), wanted)).collect();
    (layout, texts, faults)
}

/// Whether the layout has room for the brand's name, and no logo takes it.
fn layout_brand(spec: &SceneSpec, logo: Option<&LogoArt>) -> bool {
    logo.is_none() && matches!(spec.role, Role::Hook | Role::CallToAction)
}
