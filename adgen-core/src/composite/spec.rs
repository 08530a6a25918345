//! What one scene shows, as plain data.

use super::easing::smooth;
use crate::{
    error::{Error, ErrorKind, Result},
    media::Frame,
    project::{Aspect, ProductLayer, Rgb, Role},
};
use serde::{Serialize, Serializer};

/// Characters of a text that is set; a document's own limits are far below.
const MAX_TEXT: usize = 2_000;

/// One scene as [`super::SceneCompositor`] needs it. What it is serialised to is part of the content key of the composited
/// scene: a field that is added or renamed makes scenes anew.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SceneSpec {
    /// Width of the frames in pixels; even, 2 to [`Frame::MAX_SIDE`].
    pub width: usize,
    /// Height of the frames in pixels; even, 2 to [`Frame::MAX_SIDE`].
    pub height: usize,
    /// Frames a second, 1 to 240.
    pub fps: u32,
    /// Length of the scene in frames, 1 to 10 million.
    pub frames: u64,
    /// Of these, how many at the beginning the scene before dissolves into: its words go first, then this one's come.
    pub crossfade_in: u64,
    /// And how many at the end the next scene's dissolve still shows.
    pub crossfade_out: u64,
    /// Shape of the video; decides on the safe zones and the arrangement.
    pub aspect: Aspect,
    /// What the scene is for.
    pub role: Role,
    /// How the product stands in it; `None` for a scene without.
    pub product: Option<ProductLayer>,
    /// What is written; at most 2000 characters, as all texts.
    pub caption: Option<String>,
    /// The label of the button; only scenes that call to action have one.
    pub call_to_action: Option<String>,
    /// The brand's name; may be empty.
    pub brand_name: String,
    /// The language of all of this, as a BCP 47 tag such as `de` or `zh-Hant`: it decides on direction, line breaks,
    /// hyphenation and the forms of Han characters. Empty: what the texts themselves tell.
    pub language: String,
    /// Names that are never hyphenated, such as the product's.
    pub names: Vec<String>,
    /// The colours of the ad, the most important first.
    pub palette: Vec<Rgb>,
    /// Where the background's ground is touched, as a fraction of the height from the top, 0 to 1; `None` where it has
    /// none.
    #[serde(serialize_with = "as_double")]
    pub ground_line: Option<f32>,
    /// Whether the ground is a stage in the middle only, so that the product cannot stand beside it.
    pub ground_centered: bool,
    /// Decides where several choices are equally good.
    pub seed: u32,
    /// Number of the scene, 0 to 9999.
    pub scene_index: usize,
    /// Whether it is the first scene: its very first frame already shows the product, for feeds show that frame.
    pub is_first: bool,
    /// Whether it is the last scene: it holds still at its end.
    pub is_last: bool,
}

/// As a double, whose digits do not depend on how `serde_json` was built.
fn as_double<S: Serializer>(value: &Option<f32>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    value.map(f64::from).serialize(serializer)
}

impl SceneSpec {
    /// A scene of `frames` frames with everything else as in a plain ad.
    pub fn new(width: usize, height: usize, aspect: Aspect, role: Role, frames: u64) -> Self {
        Self {
            width,
            height,
            fps: 30,
            frames,
            crossfade_in: 0,
            crossfade_out: 0,
            aspect,
            role,
            product: Some(ProductLayer::default()),
            caption: None,
            call_to_action: None,
            brand_name: String::new(),
            language: String::new(),
            names: Vec::new(),
            palette: Vec::new(),
            ground_line: None,
            ground_centered: false,
            seed: 0,
            scene_index: 0,
            is_first: false,
            is_last: false,
        }
    }

    /// An error that names the value, where one is out of range.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::new(ErrorKind::InvalidInput, message).with_operation("composite"));
        for (name, side) in [("width", self.width), ("height", self.height)] {
            if side % 2 != 0 || !(2..=Frame::MAX_SIDE).contains(&side) {
                return wrong(format!("{name} is {side}; allowed are even numbers from 2 to {}", Frame::MAX_SIDE));
            }
        }
        for (name, value, range) in [
            ("fps", u64::from(self.fps), 1..=240),
            ("frames", self.frames, 1..=10_000_000),
            ("scene_index", self.scene_index as u64, 0..=9_999),
        ] {
            if !range.contains(&value) {
                return wrong(format!("{name} is {value}; allowed is {} to {}", range.start(), range.end()));
            }
        }
        for (name, frames) in [("crossfade_in", self.crossfade_in), ("crossfade_out", self.crossfade_out)] {
            if frames > self.frames {
                return wrong(format!("{name} is {frames}; allowed are at most the scene's {} frames", self.frames));
            }
        }
        if let Some(line) = self.ground_line.filter(|line| !(0.0..=1.0).contains(line)) {
            return wrong(format!("ground_line is {line}; allowed is 0 to 1"));
        }
        if let Some(scale) = self.product.as_ref().map(|layer| layer.scale).filter(|scale| !(0.2..=1.5).contains(scale))
        {
            return wrong(format!("the product's scale is {scale}; allowed is 0.2 to 1.5"));
        }
        let texts = [
            ("caption", self.caption.as_deref()),
            ("call_to_action", self.call_to_action.as_deref()),
            ("brand_name", Some(self.brand_name.as_str())),
        ];
        for (name, text) in texts {
            let count = text.map_or(0, |text| text.chars().count());
            if count > MAX_TEXT {
                return wrong(format!("{name} has {count} characters; at most {MAX_TEXT} are allowed"));
            }
        }
        Ok(())
    }

    /// Length of the scene in seconds.
    pub fn seconds(&self) -> f32 {
        (self.frames.max(1) as f64 / f64::from(self.fps.max(1))) as f32
    }

    /// Seconds before which no words come: until then, those of the scene before go.
    pub(super) fn words_from(&self) -> f32 {
        (self.crossfade_in as f64 / 2.0 / f64::from(self.fps.max(1))) as f32
    }

    /// How much of the words is left in frame `index`: they are gone in the middle of the dissolve into the next scene.
    pub(super) fn words_left(&self, index: u64) -> f32 {
        match (index + self.crossfade_out).checked_sub(self.frames) {
            Some(gone) if self.crossfade_out > 0 => 1.0 - smooth((gone + 1) as f32 * 2.0 / self.crossfade_out as f32),
            _ => 1.0,
        }
    }

    /// Pixels per unit of a design that is 1080 wide on its shorter side.
    pub(super) fn unit(&self) -> f32 {
        self.width.min(self.height) as f32 / 1080.0
    }
}
