//! What one scene shows, as plain data.

use crate::project::{Aspect, ProductLayer, Rgb, Role};

/// One scene as [`super::SceneComposer`] needs it.
#[derive(Debug, Clone)]
pub struct SceneSpec {
    /// Width of the frames in pixels; even.
    pub width: usize,
    /// Height of the frames in pixels; even.
    pub height: usize,
    /// Frames a second.
    pub fps: u32,
    /// Length of the scene in frames.
    pub frames: u64,
    /// Shape of the video; decides on the safe zones and the arrangement.
    pub aspect: Aspect,
    /// What the scene is for.
    pub role: Role,
    /// How the product stands in it; `None` for a scene without.
    pub product: Option<ProductLayer>,
    /// What is written.
    pub caption: Option<String>,
    /// The label of the button; only scenes that call to action have one.
    pub call_to_action: Option<String>,
    /// The brand's name; may be empty.
    pub brand_name: String,
    /// The colours of the ad, the most important first.
    pub palette: Vec<Rgb>,
    /// Where the background's ground is touched, as a fraction of the height from the top; `None` where it has none.
    pub ground_line: Option<f32>,
    /// Whether the ground is a stage in the middle only, so that the product cannot stand beside it.
    pub ground_centered: bool,
    /// Decides where several choices are equally good.
    pub seed: u32,
    /// Number of the scene, from 0.
    pub scene_index: usize,
    /// Whether it is the first scene: its very first frame already shows the product, for feeds show that frame.
    pub is_first: bool,
    /// Whether it is the last scene: it holds still at its end.
    pub is_last: bool,
}

impl SceneSpec {
    /// A scene of `frames` frames with everything else as in a plain ad.
    pub fn new(width: usize, height: usize, aspect: Aspect, role: Role, frames: u64) -> Self {
        Self {
            width,
            height,
            fps: 30,
            frames,
            aspect,
            role,
            product: Some(ProductLayer::default()),
            caption: None,
            call_to_action: None,
            brand_name: String::new(),
            palette: Vec::new(),
            ground_line: None,
            ground_centered: false,
            seed: 0,
            scene_index: 0,
            is_first: false,
            is_last: false,
        }
    }

    /// Length of the scene in seconds.
    pub fn seconds(&self) -> f32 {
        (self.frames.max(1) as f64 / f64::from(self.fps.max(1))) as f32
    }

    /// Pixels per unit of a design that is 1080 wide on its shorter side.
    pub(super) fn unit(&self) -> f32 {
        self.width.min(self.height) as f32 / 1080.0
    }
}
