//! Where everything stands: solved for each shape of video, never cropped from another one.
//!
//! Upright and square videos are stacked (brand, headline, product, button). Wide ones put text beside the product;
//! so do square ones with a tall product. Text is set first, at the size that its box allows; the product gets what is
//! left, which is most of it.

use super::{
    fonts::{Fonts, Voice},
    geometry::Rect,
    language::Language,
    logo::shown_size as logo_size,
    safe_area::SafeArea,
    spec::SceneSpec,
    text::{TextBlock, TextStyle, Wording},
};
use crate::project::{Aspect, Placement, ProductLayer, Role};

/// The boxes of one scene at rest, in pixels of the frame.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Layout {
    /// The product at its largest.
    pub product: Option<Rect>,
    /// Whether the product stands on the background's ground; else it hovers.
    pub standing: bool,
    /// The caption.
    pub caption: Option<Rect>,
    /// The button of the call to action.
    pub button: Option<Rect>,
    /// The logo or the brand's name.
    pub brand: Option<Rect>,
    /// Size of the caption's letters in pixels; 0 without one.
    pub caption_size: f32,
    /// Whether text stands beside the product, not above it.
    pub side_by_side: bool,
}

/// The texts that belong to a layout.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) caption: Option<TextBlock>,
    pub(super) button: Option<TextBlock>,
    pub(super) brand: Option<TextBlock>,
}

/// What is arranged.
#[derive(Debug, Clone, Copy)]
struct Subject {
    /// Width over height.
    aspect: f32,
    placement: Placement,
    scale: f32,
}

/// Solves one scene.
pub(super) struct Solver<'a> {
    spec: &'a SceneSpec,
    fonts: &'a mut Fonts,
    language: Language,
    safe: SafeArea,
    unit: f32,
    logo_aspect: Option<f32>,
    subject: Option<Subject>,
}

/// Text, button and brand as one column before they have a place.
struct Column {
    texts: Texts,
    brand: Option<(f32, f32)>,
    caption: Option<(f32, f32)>,
    button: Option<(f32, f32)>,
}

impl<'a> Solver<'a> {
    pub(super) fn new(
        spec: &'a SceneSpec,
        fonts: &'a mut Fonts,
        product_aspect: Option<f32>,
        logo_aspect: Option<f32>,
    ) -> Self {
        let subject = spec.product.as_ref().zip(product_aspect).map(|(layer, aspect)| Subject {
            aspect: aspect.clamp(0.02, 50.0),
            placement: layer.placement,
            scale: scale_of(layer),
        });
        let safe = SafeArea::of(spec.aspect, spec.width, spec.height);
        let language = Language::parse(&spec.language);
        Self { spec, fonts, language, safe, unit: spec.unit(), logo_aspect, subject }
    }

    pub(super) fn solve(mut self) -> (Layout, Texts) {
        match self.subject {
            Some(subject) if self.beside(subject) => self.side_by_side(subject),
            _ => self.stacked(),
        }
    }

    fn beside(&self, subject: Subject) -> bool {
        let has_text = self.has_caption() || self.label().is_some();
        match self.spec.aspect {
            Aspect::Landscape16x9 => has_text && subject.aspect <= 2.4,
            Aspect::Square => {
                has_text
                    && subject.aspect < 0.62
                    && !self.spec.ground_centered
                    && subject.placement != Placement::Center
            }
            _ => false,
        }
    }

    fn has_caption(&self) -> bool {
        self.spec.caption.as_deref().is_some_and(|text| !text.trim().is_empty())
    }

    fn label(&self) -> Option<&str> {
        self.spec.call_to_action.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// Sets the texts for a column of this width; `height` bounds the caption.
    fn column(&mut self, width: f32, height: f32, centered: bool) -> Column {
        let (spec, unit) = (self.spec, self.unit);
        let loud = spec.role == Role::Hook;
        let largest = match (spec.aspect, loud, self.subject.is_some()) {
            (_, _, false) => 112.0,
            (Aspect::Portrait9x16 | Aspect::Landscape16x9, true, _) => 104.0,
            (Aspect::Portrait9x16, false, _) if spec.role == Role::CallToAction => 74.0,
            (Aspect::Portrait9x16 | Aspect::Landscape16x9, false, _) => 84.0,
            (_, true, _) => 94.0,
            (_, false, _) => 76.0,
        };
        let style = TextStyle {
            voice: Voice::Headline,
            largest: largest * unit,
            smallest: 44.0 * unit,
            max_lines: if spec.aspect == Aspect::Landscape16x9 { 5 } else { 4 },
            leading: 1.1,
            tracking: -0.015,
            centered,
        };
        let padding = 52.0 * unit;
        let button = spec.call_to_action.as_deref().and_then(|text| self.button(text, width - 2.0 * padding));
        let branded = matches!(spec.role, Role::Hook | Role::CallToAction);
        let closing = spec.role == Role::CallToAction;
        let mark = if closing { 48.0 } else { 40.0 } * unit;
        let name = TextStyle {
            voice: Voice::Label,
            largest: mark,
            smallest: 24.0 * unit,
            max_lines: 1,
            leading: 1.25,
            tracking: 0.01,
            centered,
        };
        let (brand_text, brand) = match (branded, self.logo_aspect) {
            (false, _) => (None, None),
            (true, Some(aspect)) => {
                let mark = if closing { 120.0 } else { 84.0 } * unit;
                (None, Some(logo_size(aspect, mark, unit, (width * 0.62, self.safe.product.height * 0.31))))
            }
            (true, None) => {
                let block = self.set(&spec.brand_name, &name, width, 80.0 * unit);
                let size = block.as_ref().map(|block| (block.width, block.height));
                (block, size)
            }
        };
        let button_size = button.as_ref().map(|block| {
            let wide = (block.width + 2.0 * padding).max(300.0 * unit).min(width);
            // One line in the usual height; more make it higher by as much as they need.
            (wide, (block.height + 52.0 * unit).max(112.0 * unit))
        });
        // A long caption leaves room for the others.
        let taken: f32 = [brand, button_size].into_iter().flatten().map(|(_, height)| height + 44.0 * unit).sum();
        let height = height.min((self.safe.text.height - taken).max(height / 3.0));
        let caption = spec.caption.as_deref().and_then(|text| self.set(text, &style, width, height));
        Column {
            brand,
            caption: caption.as_ref().map(|block| (block.width, block.height)),
            button: button_size,
            texts: Texts { caption, button, brand: brand_text },
        }
    }

    fn set(&mut self, text: &str, style: &TextStyle, width: f32, height: f32) -> Option<TextBlock> {
        let wording = Wording { text, language: &self.language, names: &self.spec.names };
        TextBlock::set(self.fonts, &wording, style, width, height)
    }

    /// The label of the button: one line while its letters stay large, else two, else three smaller ones.
    fn button(&mut self, text: &str, width: f32) -> Option<TextBlock> {
        let unit = self.unit;
        let mut last = None;
        for (lines, smallest) in [(1, 38.0), (2, 32.0), (3, 26.0)] {
            let style = TextStyle {
                voice: Voice::Label,
                largest: 46.0 * unit,
                smallest: smallest * unit,
                max_lines: lines,
                leading: 1.2,
                tracking: 0.0,
                centered: true,
            };
            let block = self.set(text, &style, width, lines as f32 * 60.0 * unit)?;
            let fits = !block.truncated && !block.broken && block.size >= smallest * unit - 0.01;
            last = Some(block);
            if fits {
                break;
            }
        }
        last
    }

    fn stacked(&mut self) -> (Layout, Texts) {
        let (safe, unit, height) = (self.safe, self.unit, self.spec.height as f32);
        let text = middle_part(safe.text, self.spec.width as f32);
        let share = match (self.subject.is_some(), self.spec.aspect) {
            (false, _) => 0.8,
            (true, Aspect::Landscape16x9) => 0.24,
            (true, _) => 0.3,
        };
        let column = self.column(text.width, text.height * share, true);
        let ground = self.spec.ground_line.map(|line| line * height);
        let button = column.button.map_or(0.0, |(_, height)| height);
        let Some(subject) = self.subject else {
            let mut layout = Layout::default();
            let total = column.height(unit, true);
            place(&mut layout, &column, text, text.center_y() - total / 2.0, unit, Side::Center, true);
            layout.caption_size = column.texts.caption.as_ref().map_or(0.0, |block| block.size);
            return (layout, column.texts);
        };
        let least = 0.2 * height;
        let gap = 36.0 * unit;
        let at_top = subject.placement == Placement::Top;
        // The button goes below the product where that leaves room for both.
        let floor_gap = 0.035 * height;
        let below_limit = text.bottom() - button - gap;
        let stands = |bottom: f32, top: f32| {
            ground
                .filter(|&ground| ground <= bottom.max(safe.product.bottom()) + 0.02 * height && ground - top >= least)
        };
        let heads = column.height(unit, false);
        let top_free = text.y + if heads > 0.0 { heads + gap } else { 0.0 };
        let mut below = button > 0.0;
        if let Some(ground) = stands(safe.product.bottom(), top_free) {
            below = below && ground + floor_gap <= below_limit + gap * 0.5;
        }
        let heads = column.height(unit, !below);
        let mut layout = Layout::default();
        let (top, bottom, standing);
        let mut start = text.y;
        if at_top && ground.is_none() {
            let total = column.height(unit, true);
            start = text.bottom() - total;
            (top, bottom, standing) = (safe.product.y, start - gap, false);
            below = false;
        } else {
            top = text.y + if heads > 0.0 { heads + gap } else { 0.0 };
            let lowest = if below { below_limit } else { safe.product.bottom() };
            match stands(lowest, top).filter(|&ground| !below || ground + floor_gap <= below_limit + gap * 0.5) {
                Some(ground) => (bottom, standing) = (ground, true),
                None => (bottom, standing) = (lowest, false),
            }
        }
        let mut area = Rect::from_edges(safe.product.x, top, safe.product.right(), bottom.max(top + 2.0));
        if standing && self.spec.ground_centered {
            area = narrowed(area, self.stage());
        }
        let product = self.fit(subject, area, standing, if standing { 1.0 } else { 0.93 });
        if !(at_top && ground.is_none()) {
            // A low product would leave a hole below the headline: the text comes down to it.
            let slack = (product.y - top).max(0.0);
            start += (slack * 0.42).min(0.16 * height).min((text.bottom() - heads - text.y).max(0.0));
        }
        place(&mut layout, &column, text, start, unit, Side::Center, !below);
        if let (true, Some((width, high))) = (below, column.button) {
            // Between the product and the safe edge, a little nearer to the product.
            let room = (text.bottom() - high - product.bottom()).max(0.0);
            let y = (product.bottom() + (room * 0.55).max(gap.min(room))).min(text.bottom() - high);
            layout.button = Some(Rect { x: text.center_x() - width / 2.0, y, width, height: high });
        }
        layout.product = Some(product);
        layout.standing = standing;
        layout.caption_size = column.texts.caption.as_ref().map_or(0.0, |block| block.size);
        (layout, column.texts)
    }

    fn side_by_side(&mut self, subject: Subject) -> (Layout, Texts) {
        let (safe, unit, height) = (self.safe, self.unit, self.spec.height as f32);
        let text = safe.text;
        let centered = self.spec.ground_centered || subject.placement == Placement::Center;
        let right = match subject.placement {
            Placement::Left => false,
            Placement::Right => true,
            _ => !(self.spec.scene_index + self.spec.seed as usize % 2).is_multiple_of(2),
        };
        // Twelve columns: text gets five, the product up to seven.
        let widest = if centered { 0.37 } else { 0.5 } * safe.product.width;
        let widest = if self.spec.ground_centered { widest.min(self.stage()) } else { widest };
        let ground = self.spec.ground_line.map(|line| line * height);
        let standing =
            ground.filter(|&g| g <= safe.product.bottom() + 0.03 * height && g - safe.product.y >= 0.3 * height);
        let bottom = standing.unwrap_or(safe.product.bottom());
        let probe = Rect::from_edges(0.0, safe.product.y, widest, bottom);
        let filled = if standing.is_some() { 0.94 } else { 0.88 };
        let size = self.fit(Subject { placement: Placement::Auto, ..subject }, probe, standing.is_some(), filled);
        let gap = 0.045 * safe.product.width;
        let (left_edge, right_edge) = if centered {
            let x = safe.product.center_x() - size.width / 2.0;
            (x, x + size.width)
        } else {
            // The middle of its half: neither in the corner nor in the text.
            let half = safe.product.width * 0.5;
            let inset = ((half - size.width) / 2.0).max(0.0);
            let x = if right { safe.product.right() - inset - size.width } else { safe.product.x + inset };
            (x, x + size.width)
        };
        let product = Rect { x: left_edge, ..size };
        let area = if centered || right {
            Rect::from_edges(text.x, text.y, (left_edge - gap).max(text.x + 1.0), text.bottom())
        } else {
            let middle = text.x + 0.5 * text.width;
            Rect::from_edges(
                (right_edge + gap).max(middle).min(text.right() - 1.0),
                text.y,
                text.right(),
                text.bottom(),
            )
        };
        // Lines longer than this are hard to read and pull the eye away from the product.
        let width = area.width.min(0.5 * text.width);
        let column = self.column(width, area.height * 0.6, false);
        let mut layout = Layout { product: Some(product), standing: standing.is_some(), ..Layout::default() };
        let total = column.height(unit, true);
        let middle = text.y + text.height * 0.48;
        let start = (middle - total / 2.0).clamp(text.y, (text.bottom() - total).max(text.y));
        let area = Rect { width, ..area };
        place(&mut layout, &column, area, start, unit, Side::Left, true);
        layout.side_by_side = true;
        layout.caption_size = column.texts.caption.as_ref().map_or(0.0, |block| block.size);
        (layout, column.texts)
    }

    /// Width of what can stand on a stage in the middle without reaching far beyond it.
    fn stage(&self) -> f32 {
        0.74 * (self.spec.width as f32).min(0.8 * self.spec.height as f32)
    }

    /// The product in `area`, filling `filled` of it at scale 1 and never more than all of it.
    fn fit(&self, subject: Subject, area: Rect, standing: bool, filled: f32) -> Rect {
        let height = area.height.min(area.width / subject.aspect);
        let largest = (height * subject.aspect, height);
        // Small enough that the largest allowed scale still has an effect, large enough to be the hero.
        let factor = (filled * subject.scale).min(1.0);
        let (width, height) = ((largest.0 * factor).max(2.0), (largest.1 * factor).max(2.0));
        let x = match subject.placement {
            Placement::Left if !self.spec.ground_centered => area.x,
            Placement::Right if !self.spec.ground_centered => area.right() - width,
            _ => area.center_x() - width / 2.0,
        };
        let y = match subject.placement {
            _ if standing => area.bottom() - height,
            Placement::Top => area.y,
            Placement::Bottom => area.bottom() - height,
            _ => area.center_y() - height / 2.0,
        };
        Rect { x, y, width, height }
    }
}

/// The largest part of `area` that lies evenly about the middle of the frame: text and product share one axis.
fn middle_part(area: Rect, frame_width: f32) -> Rect {
    let half = (frame_width / 2.0 - area.x).min(area.right() - frame_width / 2.0);
    Rect { x: frame_width / 2.0 - half, width: 2.0 * half, ..area }
}

fn narrowed(area: Rect, width: f32) -> Rect {
    let width = area.width.min(width);
    Rect { x: area.center_x() - width / 2.0, width, ..area }
}

fn scale_of(layer: &ProductLayer) -> f32 {
    if layer.scale.is_finite() { layer.scale.clamp(0.2, 1.5) as f32 } else { 1.0 }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Left,
    Center,
}

impl Column {
    fn parts(&self, with_button: bool) -> [(Option<(f32, f32)>, f32); 3] {
        // What stands above each part keeps this distance from it.
        [(self.brand, 0.0), (self.caption, 26.0), (self.button.filter(|_| with_button), 44.0)]
    }

    /// Height of the parts with their gaps.
    fn height(&self, unit: f32, with_button: bool) -> f32 {
        let mut total = 0.0;
        for (part, gap) in self.parts(with_button) {
            if let Some((_, height)) = part {
                total += height + if total > 0.0 { gap * unit } else { 0.0 };
            }
        }
        total
    }
}

/// Gives the parts of a column their boxes, from `top` down.
fn place(layout: &mut Layout, column: &Column, area: Rect, top: f32, unit: f32, side: Side, with_button: bool) {
    let mut y = top;
    for (index, (part, gap)) in column.parts(with_button).into_iter().enumerate() {
        let Some((width, height)) = part else { continue };
        if y > top {
            y += gap * unit;
        }
        let x = if side == Side::Center { area.center_x() - width / 2.0 } else { area.x };
        let rect = Rect { x, y, width, height };
        match index {
            0 => layout.brand = Some(rect),
            1 => layout.caption = Some(rect),
            _ => layout.button = Some(rect),
        }
        y += height;
    }
}
