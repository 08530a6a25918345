//! What drawing takes, counted on the unfolded drawing: pixels to be painted, and layers that are in memory at once.

use resvg::usvg::{Group, Image, Node, Paint, Path, Pattern, Rect, Tree};

/// Pixels that are painted, in whole pictures of the drawing's size: seconds of work.
const MAX_PAINTED: f64 = 800.0;
/// Pixels of layers that are there at the same time: 128 MB.
const MAX_LAYERS: f64 = 32e6;
/// Pixels of one tile of a pattern.
const MAX_TILE: f64 = 4e6;
/// Dashes of all lines.
const MAX_DASHES: f64 = 1e6;

/// What is counted.
struct Budget {
    scale: f64,
    canvas: (f64, f64),
    painted: f64,
    dashes: f64,
}

/// Checks `tree`, which is to be drawn on `canvas` pixels at `scale`.
pub(super) fn check(tree: &Tree, scale: f32, canvas: (u32, u32)) -> Result<(), String> {
    let canvas = (f64::from(canvas.0), f64::from(canvas.1));
    let mut budget = Budget { scale: f64::from(scale), canvas, painted: 0.0, dashes: 0.0 };
    budget.group(tree.root(), 0.0, 1.0)?;
    Ok(())
}

impl Budget {
    /// `layers`: pixels of the layers around; `times`: how often the group is drawn.
    fn group(&mut self, group: &Group, mut layers: f64, times: f64) -> Result<(), String> {
        if group.should_isolate() {
            let area = self.layer(group.abs_layer_bounding_box().to_rect());
            let primitives: usize = group.filters().iter().map(|filter| filter.primitives().len()).sum();
            // A filter keeps the result of every step; blurs go over it several times.
            let copies = 1.0 + primitives as f64 + if group.mask().is_some() { 1.0 } else { 0.0 };
            layers += area * copies;
            self.paint(area * (1.0 + 8.0 * primitives as f64), times)?;
            if layers > MAX_LAYERS {
                return Err("layers within layers that take more than 128 MB".to_owned());
            }
            let mut mask = group.mask();
            while let Some(inner) = mask {
                self.group(inner.root(), layers, times)?;
                mask = inner.mask();
            }
            let mut clip = group.clip_path();
            while let Some(inner) = clip {
                self.group(inner.root(), layers, times)?;
                clip = inner.clip_path();
            }
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner, layers, times)?,
                Node::Path(path) => self.path(path, layers, times)?,
                Node::Image(image) => self.image(image, times)?,
                Node::Text(text) => self.group(text.flattened(), layers, times)?,
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path, layers: f64, times: f64) -> Result<(), String> {
        let area = self.visible(path.abs_stroke_bounding_box());
        // Even what covers nothing is walked along.
        self.paint(area + 20.0 * path.data().len() as f64, times)?;
        let transform = path.abs_transform();
        let (sx, sy) = transform.get_scale();
        for paint in [path.fill().map(|fill| fill.paint()), path.stroke().map(|stroke| stroke.paint())] {
            if let Some(Paint::Pattern(pattern)) = paint {
                self.pattern(pattern, f64::from(sx.max(sy)), layers, times)?;
            }
        }
        if let Some(dashes) = path.stroke().and_then(|stroke| stroke.dasharray()) {
            let bounds = path.data().bounds();
            // No curve between two points is longer than the way along its handles, and that is within the bounds.
            let length = path.data().len() as f64 * f64::from(bounds.width() + bounds.height());
            let period: f64 = dashes.iter().map(|dash| f64::from(*dash)).sum::<f64>().max(1e-9);
            self.dashes += times * length / period * dashes.len() as f64 / 2.0;
            if exceeds(self.dashes, MAX_DASHES) {
                return Err("lines of very many dashes".to_owned());
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &Pattern, scale: f64, layers: f64, times: f64) -> Result<(), String> {
        let (sx, sy) = pattern.transform().get_scale();
        let scale = scale * self.scale * f64::from(sx.max(sy));
        let tile = f64::from(pattern.rect().width()) * f64::from(pattern.rect().height()) * scale * scale;
        if exceeds(tile, MAX_TILE) {
            return Err("a pattern of very large tiles".to_owned());
        }
        self.paint(tile, times)?;
        self.group(pattern.root(), layers + tile, times)
    }

    fn image(&mut self, image: &Image, times: f64) -> Result<(), String> {
        let pixels = f64::from(image.size().width()) * f64::from(image.size().height());
        let area = self.visible(image.abs_bounding_box());
        self.paint(4.0 * area + 4.0 * pixels.min(2e7), times)
    }

    fn paint(&mut self, pixels: f64, times: f64) -> Result<(), String> {
        self.painted += pixels * times;
        if exceeds(self.painted, MAX_PAINTED * self.canvas.0 * self.canvas.1) {
            return Err(format!("more than {MAX_PAINTED} times its own area to be painted"));
        }
        Ok(())
    }

    /// The part of a box in the drawing's units that lies on the canvas, in pixels.
    fn visible(&self, bounds: Rect) -> f64 {
        self.cut(bounds, 0.0)
    }

    /// The same for a layer, which may reach two canvases beyond each edge.
    fn layer(&self, bounds: Rect) -> f64 {
        self.cut(bounds, 2.0)
    }

    fn cut(&self, bounds: Rect, beyond: f64) -> f64 {
        let side = |from: f32, to: f32, canvas: f64| {
            let (low, high) = (-beyond * canvas, (1.0 + beyond) * canvas);
            (f64::from(to) * self.scale).clamp(low, high) - (f64::from(from) * self.scale).clamp(low, high)
        };
        side(bounds.left(), bounds.right(), self.canvas.0) * side(bounds.top(), bounds.bottom(), self.canvas.1)
    }
}

/// What is no number is beyond every bound.
fn exceeds(value: f64, most: f64) -> bool {
    value.is_nan() || value > most
}
