//! Alpha in the unknown band from the colours around it: closed-form matting.
//!
//! Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008. In every 3x3 window alpha is
//! taken as a linear function of the colour; the sum of the residuals is a quadratic form, minimised by conjugate
//! gradients. The matrix is never built: its product with a vector is one ridge regression a window (He, Sun, Tang 2010).
//! Only windows that touch the band exist, so that time and memory go with the band, not with the photo. By hand, for no crate has
//! it, and sparse solvers (`sprs`, `faer`) want the matrix: 25 entries a pixel.

/// What the solver is given; all planes have `width * height` entries.
pub(super) struct Problem<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) colours: &'a [[f32; 3]],
    /// Which pixels are sought; the others keep their `alpha`.
    pub(super) unknown: &'a [bool],
    /// What each pixel's alpha should be near to.
    pub(super) wish: &'a [f32],
    /// How strongly; at least a little everywhere, or flat regions are undetermined.
    pub(super) strength: &'a [f32],
    /// Ridge: how much noise a colour has, as variance of values 0-1.
    pub(super) epsilon: f32,
    pub(super) iterations: usize,
}

/// One 3x3 window: where it is, its mean colour and the inverse of its covariance.
struct Window {
    centre: u32,
    mean: [f32; 3],
    inverse: [f32; 6],
}

/// Improves `alpha` in the unknown pixels. Returns `false` where `cancel` asked to stop.
pub(super) fn solve(problem: &Problem<'_>, alpha: &mut [f32], cancel: &dyn Fn() -> bool) -> bool {
    if problem.width < 3 || problem.height < 3 {
        return true;
    }
    let unknown: Vec<u32> = (0..alpha.len() as u32).filter(|i| problem.unknown[*i as usize]).collect();
    let windows = windows(problem);
    if windows.is_empty() {
        return true;
    }
    let n = alpha.len();
    // The known pixels enter once, through the residual; directions are zero there.
    let mut product = vec![0.0_f32; n];
    let diagonal = diagonal(problem, &windows);
    apply(problem, &windows, alpha, &mut product);
    let at = |i: u32| i as usize;
    let mut residual: Vec<f32> = unknown
        .iter()
        .map(|i| problem.strength[at(*i)] * (problem.wish[at(*i)] - alpha[at(*i)]) - product[at(*i)])
        .collect();
    let scale: Vec<f32> =
        unknown.iter().map(|i| 1.0 / (diagonal[at(*i)] + problem.strength[at(*i)]).max(1e-6)).collect();
    let mut direction = vec![0.0_f32; n];
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let preconditioned = |r: &[f32]| -> Vec<f32> { r.iter().zip(&scale).map(|(r, s)| r * s).collect() };
    let mut z = preconditioned(&residual);
    let mut energy = dot(&residual, &z);
    let start = energy;
    for (i, z) in unknown.iter().zip(&z) {
        direction[at(*i)] = *z;
    }
    for _ in 0..problem.iterations {
        if energy <= start * 1e-9 || energy < 1e-12 {
            break;
        }
        if cancel() {
            return false;
        }
        apply(problem, &windows, &direction, &mut product);
        let curvature: f64 = unknown
            .iter()
            .map(|i| {
                let d = direction[at(*i)];
                f64::from(d) * f64::from(product[at(*i)] + problem.strength[at(*i)] * d)
            })
            .sum();
        if curvature <= 0.0 {
            break;
        }
        let step = (energy / curvature) as f32;
        for (k, i) in unknown.iter().enumerate() {
            let d = direction[at(*i)];
            alpha[at(*i)] += step * d;
            residual[k] -= step * (product[at(*i)] + problem.strength[at(*i)] * d);
        }
        z = preconditioned(&residual);
        let next = dot(&residual, &z);
        let keep = (next / energy) as f32;
        energy = next;
        for (i, z) in unknown.iter().zip(&z) {
            direction[at(*i)] = z + keep * direction[at(*i)];
        }
    }
    for i in unknown {
        alpha[at(i)] = alpha[at(i)].clamp(0.0, 1.0);
    }
    true
}

const OFFSETS: usize = 9;

fn neighbours(width: usize, centre: usize) -> [usize; OFFSETS] {
    let (up, down) = (centre - width, centre + width);
    [up - 1, up, up + 1, centre - 1, centre, centre + 1, down - 1, down, down + 1]
}

fn windows(problem: &Problem<'_>) -> Vec<Window> {
    let (w, h) = (problem.width, problem.height);
    let mut windows = Vec::new();
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let around = neighbours(w, y * w + x);
            if !around.iter().any(|i| problem.unknown[*i]) {
                continue;
            }
            let mut mean = [0.0_f32; 3];
            for i in around {
                for (m, c) in mean.iter_mut().zip(problem.colours[i]) {
                    *m += c / OFFSETS as f32;
                }
            }
            let ridge = problem.epsilon / OFFSETS as f32;
            let mut cov = [ridge, 0.0, 0.0, ridge, 0.0, ridge];
            for i in around {
                let [r, g, b] = [0, 1, 2].map(|k| problem.colours[i][k] - mean[k]);
                for (sum, term) in cov.iter_mut().zip([r * r, r * g, r * b, g * g, g * b, b * b]) {
                    *sum += term / OFFSETS as f32;
                }
            }
            windows.push(Window { centre: (y * w + x) as u32, mean, inverse: invert(cov) });
        }
    }
    windows
}

/// Inverse of the symmetric matrix [a b c; b d e; c e f], given and returned as [a b c d e f]; in double precision, as
/// flat windows are nearly singular.
fn invert(m: [f32; 6]) -> [f32; 6] {
    let [a, b, c, d, e, f] = m.map(f64::from);
    let (ca, cb, cc) = (d * f - e * e, c * e - b * f, b * e - c * d);
    let det = (a * ca + b * cb + c * cc).max(1e-30);
    [ca, cb, cc, a * f - c * c, b * c - a * e, a * d - b * b].map(|v| (v / det) as f32)
}

#[inline]
fn times(m: &[f32; 6], v: [f32; 3]) -> [f32; 3] {
    [
        m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
        m[1] * v[0] + m[3] * v[1] + m[4] * v[2],
        m[2] * v[0] + m[4] * v[1] + m[5] * v[2],
    ]
}

/// `out` = matting Laplacian x `p`: in each window, what a linear function of the colour leaves over.
fn apply(problem: &Problem<'_>, windows: &[Window], p: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    for window in windows {
        let around = neighbours(problem.width, window.centre as usize);
        let values = around.map(|i| p[i]);
        let mean = values.iter().sum::<f32>() / OFFSETS as f32;
        let mut offsets = [[0.0_f32; 3]; OFFSETS];
        let mut cov = [0.0_f32; 3];
        for k in 0..OFFSETS {
            let colour = problem.colours[around[k]];
            offsets[k] = [colour[0] - window.mean[0], colour[1] - window.mean[1], colour[2] - window.mean[2]];
            let v = values[k] - mean;
            cov = [cov[0] + offsets[k][0] * v, cov[1] + offsets[k][1] * v, cov[2] + offsets[k][2] * v];
        }
        let a = times(&window.inverse, cov.map(|c| c / OFFSETS as f32));
        for k in 0..OFFSETS {
            let o = offsets[k];
            out[around[k]] += values[k] - mean - (a[0] * o[0] + a[1] * o[1] + a[2] * o[2]);
        }
    }
}

fn diagonal(problem: &Problem<'_>, windows: &[Window]) -> Vec<f32> {
    let mut out = vec![0.0_f32; problem.unknown.len()];
    for window in windows {
        for i in neighbours(problem.width, window.centre as usize) {
            let o = [0, 1, 2].map(|k| problem.colours[i][k] - window.mean[k]);
            let a = times(&window.inverse, o);
            out[i] += 1.0 - (1.0 + a[0] * o[0] + a[1] * o[1] + a[2] * o[2]) / OFFSETS as f32;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_a_soft_edge_between_two_colours() {
        let (w, h) = (60, 20);
        let truth = |x: usize| ((x as f32 - 22.0) / 14.0).clamp(0.0, 1.0);
        let (fore, back) = ([0.9, 0.2, 0.1], [0.1, 0.4, 0.8]);
        let colours: Vec<[f32; 3]> =
            (0..w * h).map(|i| [0, 1, 2].map(|k| back[k] + (fore[k] - back[k]) * truth(i % w))).collect();
        let unknown: Vec<bool> = (0..w * h).map(|i| (12..48).contains(&(i % w))).collect();
        let mut alpha: Vec<f32> = (0..w * h).map(|i| if i % w < 30 { 0.0 } else { 1.0 }).collect();
        let strength = vec![1e-6; w * h];
        let wish = alpha.clone();
        let problem = Problem {
            width: w,
            height: h,
            colours: &colours,
            unknown: &unknown,
            wish: &wish,
            strength: &strength,
            epsilon: 1e-7,
            iterations: 1000,
        };
        assert!(solve(&problem, &mut alpha, &|| false));
        for (i, a) in alpha.iter().enumerate() {
            assert!((a - truth(i % w)).abs() < 0.05, "at {}: {a} for {}", i % w, truth(i % w));
        }
    }

    #[test]
    fn known_pixels_keep_their_values_and_cancel_stops() {
        let n = 16 * 16;
        let colours: Vec<[f32; 3]> = (0..n).map(|i| [(i % 7) as f32 / 7.0, (i % 5) as f32 / 5.0, 0.3]).collect();
        let unknown: Vec<bool> = (0..n).map(|i| i % 3 == 0).collect();
        let start: Vec<f32> = (0..n).map(|i| (i % 2) as f32).collect();
        let strength = vec![0.01; n];
        let problem = Problem {
            width: 16,
            height: 16,
            colours: &colours,
            unknown: &unknown,
            wish: &start,
            strength: &strength,
            epsilon: 1e-5,
            iterations: 50,
        };
        let mut alpha = start.clone();
        assert!(solve(&problem, &mut alpha, &|| false));
        assert!((0..n).filter(|i| !unknown[*i]).all(|i| alpha[i] == start[i]));
        assert!(!solve(&problem, &mut start.clone(), &|| true));
    }
}
