//! A first guess of alpha for each unknown pixel from known product and background colours near it.
//!
//! After Gastal and Oliveira, "Shared sampling for real-time alpha matting", 2010: each unknown pixel looks along a few
//! rays, whose directions change from pixel to pixel, for the first known product and background colour; the pair that
//! explains its own colour best, and neighbours' pairs too, gives alpha, and how well it explains it the confidence.

/// What is known around the unknown band; all slices have `width * height` entries.
pub(super) struct Scene<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) colours: &'a [[f32; 3]],
    /// Surely product.
    pub(super) product: &'a [bool],
    /// Surely background.
    pub(super) background: &'a [bool],
}

/// What one unknown pixel was explained by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    pub(super) alpha: f32,
    /// 0 says nothing, 1 is sure.
    pub(super) confidence: f32,
}

const RAYS: usize = 6;
/// The directions repeat in blocks of this side, so that neighbours look elsewhere.
const BLOCK: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Sample {
    colour: [f32; 3],
    distance: f32,
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    product: Sample,
    background: Sample,
}

/// Guesses for the pixels of `unknown`, in its order; `None` where `cancel` asked to stop.
pub(super) fn guess(scene: &Scene<'_>, unknown: &[u32], reach: f32, cancel: &dyn Fn() -> bool) -> Option<Vec<Guess>> {
    let mut place = vec![u32::MAX; scene.width * scene.height];
    let mut pairs: Vec<Option<Pair>> = Vec::with_capacity(unknown.len());
    for (k, i) in unknown.iter().enumerate() {
        if k % 8192 == 0 && cancel() {
            return None;
        }
        place[*i as usize] = k as u32;
        pairs.push(best_pair(scene, *i as usize, reach));
    }
    let guesses = unknown.iter().map(|i| {
        let (x, y) = (*i as usize % scene.width, *i as usize / scene.width);
        let colour = scene.colours[*i as usize];
        let mut best: Option<(f32, Guess)> = None;
        for v in y.saturating_sub(2)..=(y + 2).min(scene.height - 1) {
            for u in x.saturating_sub(2)..=(x + 2).min(scene.width - 1) {
                let at = place[v * scene.width + u];
                let Some(pair) = pairs.get(at as usize).copied().flatten() else { continue };
                let (alpha, error) = explain(colour, pair.product.colour, pair.background.colour);
                if best.is_none_or(|(least, _)| error < least) {
                    best = Some((error, Guess { alpha, confidence: confidence(error, &pair) }));
                }
            }
        }
        best.map_or(Guess { alpha: 0.5, confidence: 0.0 }, |(_, guess)| guess)
    });
    Some(guesses.collect())
}

/// How far a colour may be from its explanation: about 4/255 a channel, a photo's noise.
const NOISE: f32 = 0.028;
/// Product and background that differ by less say little about alpha.
const CONTRAST: f32 = 0.16;

fn confidence(error: f32, pair: &Pair) -> f32 {
    let contrast = distance(pair.product.colour, pair.background.colour);
    let fits = (-(error * error) / (2.0 * NOISE * NOISE)).exp();
    let differs = 1.0 - (-(contrast * contrast) / (CONTRAST * CONTRAST)).exp();
    fits * differs
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt()
}

/// Alpha by which `product` over `background` comes nearest to `colour`, and how near.
fn explain(colour: [f32; 3], product: [f32; 3], background: [f32; 3]) -> (f32, f32) {
    let axis = [0, 1, 2].map(|k| product[k] - background[k]);
    let length = axis.iter().map(|v| v * v).sum::<f32>();
    let along = (0..3).map(|k| (colour[k] - background[k]) * axis[k]).sum::<f32>();
    let alpha = (along / length.max(1e-6)).clamp(0.0, 1.0);
    (alpha, distance(colour, [0, 1, 2].map(|k| background[k] + alpha * axis[k])))
}

fn best_pair(scene: &Scene<'_>, at: usize, reach: f32) -> Option<Pair> {
    let (x, y) = (at % scene.width, at / scene.width);
    let turn = ((x % BLOCK) + BLOCK * (y % BLOCK)) as f32 / (BLOCK * BLOCK) as f32;
    let mut products: [Option<Sample>; RAYS] = [None; RAYS];
    let mut backgrounds: [Option<Sample>; RAYS] = [None; RAYS];
    for ray in 0..RAYS {
        let angle = (ray as f32 + turn) * std::f32::consts::TAU / RAYS as f32;
        let (dy, dx) = angle.sin_cos();
        let (mut u, mut v, mut far) = (x as f32 + 0.5, y as f32 + 0.5, 0.0_f32);
        while far < reach && (products[ray].is_none() || backgrounds[ray].is_none()) {
            let step = if far < 12.0 { 1.0 } else { 2.0 };
            (u, v, far) = (u + dx * step, v + dy * step, far + step);
            if u < 0.0 || v < 0.0 || u >= scene.width as f32 || v >= scene.height as f32 {
                break;
            }
            let i = v as usize * scene.width + u as usize;
            let sample = Some(Sample { colour: scene.colours[i], distance: far });
            if scene.product[i] {
                products[ray] = products[ray].or(sample);
            } else if scene.background[i] {
                backgrounds[ray] = backgrounds[ray].or(sample);
            }
        }
    }
    let colour = scene.colours[at];
    let mut best: Option<(f32, Pair)> = None;
    for product in products.into_iter().flatten() {
        for background in backgrounds.into_iter().flatten() {
            let (_, error) = explain(colour, product.colour, background.colour);
            // Near samples first: a far one that fits by chance explains nothing.
            let cost = error / NOISE + 0.3 * (product.distance + background.distance) / reach;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, Pair { product, background }));
            }
        }
    }
    best.map(|(_, pair)| pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_colour_is_explained_by_its_parts() {
        let (w, h) = (40, 12);
        let truth = |x: usize| ((x as f32 - 14.0) / 12.0).clamp(0.0, 1.0);
        let colours: Vec<[f32; 3]> = (0..w * h).map(|i| [truth(i % w), 0.3, 1.0 - truth(i % w)]).collect();
        let product: Vec<bool> = (0..w * h).map(|i| i % w >= 30).collect();
        let background: Vec<bool> = (0..w * h).map(|i| i % w < 10).collect();
        let unknown: Vec<u32> = (0..(w * h) as u32).filter(|i| (10..30).contains(&(*i as usize % w))).collect();
        let scene = Scene { width: w, height: h, colours: &colours, product: &product, background: &background };
        let guesses = guess(&scene, &unknown, 40.0, &|| false).expect("not cancelled");
        for (i, guess) in unknown.iter().zip(&guesses) {
            assert!((guess.alpha - truth(*i as usize % w)).abs() < 0.02);
            assert!(guess.confidence > 0.9);
        }
    }

    #[test]
    fn like_colours_explain_nothing() {
        let colours = vec![[0.5; 3]; 25];
        let product: Vec<bool> = (0..25).map(|i| i % 5 == 4).collect();
        let background: Vec<bool> = (0..25).map(|i| i % 5 == 0).collect();
        let scene = Scene { width: 5, height: 5, colours: &colours, product: &product, background: &background };
        let guesses = guess(&scene, &[12], 10.0, &|| false).expect("not cancelled");
        assert!(guesses[0].confidence < 0.01);
    }
}
