//! The graph: every product is made as soon as its inputs are there, so the run takes as long as its slowest path.

use super::{
    brand::{Brand, brand},
    clip::{self, Clip},
    composite::{self, SharedBackdrop},
    context::{Context, Product},
    estimate::estimate,
    extract::Cutout,
    lettering, plan, render, sound,
    timeline::{Slot, timeline},
};
use crate::{
    error::{Error, Result},
    matte::Matting,
    media::{Fps, SAMPLE_RATE},
    offline::TemplatePlanner,
    project::{AdProject, Aspect, Scene, Stage},
    provider::{AudioProvider, Planner, VideoProvider},
};
use futures_util::future::try_join_all;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::OnceCell;

/// Who plans, films and composes, and who does where they fail.
#[derive(Debug, Clone)]
pub(crate) struct Providers {
    pub(crate) planner: Arc<dyn Planner>,
    pub(crate) video: Arc<dyn VideoProvider>,
    pub(crate) audio: Arc<dyn AudioProvider>,
    pub(crate) template: TemplatePlanner,
    pub(crate) offline_video: Arc<dyn VideoProvider>,
    pub(crate) offline_audio: Arc<dyn AudioProvider>,
}

/// A planned project on its way to videos.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) context: Arc<Context>,
    pub(crate) project: AdProject,
    pub(crate) providers: Providers,
    pub(crate) slots: Vec<Slot>,
    pub(crate) brand: Brand,
    cutout: Arc<OnceCell<Option<Cutout>>>,
    matting: Matting,
    /// By scene and by the name of the clip, for shapes may share one.
    clips: Vec<BTreeMap<String, OnceCell<Clip>>>,
    /// What the clips look like, by scene and shape: by the name of what is composited.
    backdrops: BTreeMap<String, SharedBackdrop>,
}

/// Plans and makes everything; gives the planned project.
pub(crate) async fn build(
    context: &Arc<Context>,
    project: AdProject,
    providers: Providers,
    matting: Matting,
) -> Result<AdProject> {
    let tracker = &context.tracker;
    tracker.estimated(estimate(&project, &providers).total);
    // Before anything is spent, for a policy may deny an ad without the logo.
    let brand = brand(context, &project).await?;
    let cutout = Arc::new(OnceCell::new());
    tracker.expect(Stage::Plan, ["plan".to_owned()]);
    let image = project.product.clone();
    // Cutting out needs no plan, and planning no cut-out.
    let extraction = async {
        cutout.get_or_try_init(|| super::extract::extract(context, &image, &matting)).await?;
        tracker.finished(Stage::Extract);
        Ok::<_, Error>(())
    };
    let rest = async {
        let project = plan::plan(context, project.clone(), &providers.planner, &providers.template).await?;
        let mut build = Build {
            context: Arc::clone(context),
            slots: timeline(&project),
            brand,
            clips: Vec::new(),
            backdrops: BTreeMap::new(),
            project,
            providers: providers.clone(),
            cutout: Arc::clone(&cutout),
            matting: matting.clone(),
        };
        build.prepare();
        build.run().await?;
        Ok(build.project)
    };
    let (project, ()) = futures_util::try_join!(rest, extraction)?;
    Ok(project)
}

impl Build {
    fn prepare(&mut self) {
        let aspects = &self.project.output.aspects;
        self.clips = (0..self.slots.len())
            .map(|index| aspects.iter().map(|&a| (clip::clip_name(self, index, a), OnceCell::new())).collect())
            .collect();
        let each = (0..self.slots.len()).flat_map(|index| aspects.iter().map(move |&aspect| (index, aspect)));
        self.backdrops =
            each.map(|(index, aspect)| (self.composite_name(index, aspect), SharedBackdrop::default())).collect();
        let tracker = &self.context.tracker;
        tracker.expect(Stage::Scenes, self.clips.iter().flat_map(|clips| clips.keys().cloned()));
        let scenes = 0..self.slots.len();
        let composites = aspects.iter().flat_map(|&a| scenes.clone().map(move |index| (index, a)));
        tracker.expect(Stage::Composite, composites.map(|(index, a)| self.composite_name(index, a)));
        tracker.expect(Stage::Render, aspects.iter().map(|&a| self.name_for("final_video", a)));
    }

    async fn run(&self) -> Result<()> {
        lettering::check(self).await?;
        let tracker = &self.context.tracker;
        let aspects = &self.project.output.aspects;
        let clips = async {
            let all = aspects.iter().flat_map(|&a| (0..self.slots.len()).map(move |index| self.clip(index, a)));
            try_join_all(all).await?;
            tracker.finished(Stage::Scenes);
            Ok::<_, Error>(())
        };
        let sound = async {
            tracker.started(Stage::Audio);
            let sound = sound::sound(self).await?;
            tracker.finished(Stage::Audio);
            Ok(sound)
        };
        let composites = async {
            let all = aspects
                .iter()
                .map(|&a| try_join_all((0..self.slots.len()).map(move |i| composite::composite(self, i, a))));
            let composites: Vec<Vec<Product>> = try_join_all(all).await?;
            tracker.finished(Stage::Composite);
            Ok(composites)
        };
        let ((), sound, composites) = futures_util::try_join!(clips, sound, composites)?;
        render::render(self, &composites, sound.as_ref()).await?;
        self.context.clear_stale(self.slots.len(), aspects.get(1..).unwrap_or_default()).await?;
        tracker.finished(Stage::Render);
        Ok(())
    }

    /// The background of a scene; made once, however many ask.
    pub(crate) async fn clip(&self, index: usize, aspect: Aspect) -> Result<Clip> {
        let name = clip::clip_name(self, index, aspect);
        match self.clips[index].get(&name) {
            Some(cell) => cell.get_or_try_init(|| clip::clip(self, index, aspect)).await.cloned(),
            None => clip::clip(self, index, aspect).await,
        }
    }

    /// What the clip of a scene looks like; one for all who need it.
    pub(crate) fn backdrop(&self, index: usize, aspect: Aspect) -> SharedBackdrop {
        self.backdrops.get(&self.composite_name(index, aspect)).cloned().unwrap_or_default()
    }

    /// The cut-out; `None` where there is nothing that could be shown.
    pub(crate) async fn cutout(&self) -> Result<Option<Cutout>> {
        let extract = || super::extract::extract(&self.context, &self.project.product, &self.matting);
        self.cutout.get_or_try_init(extract).await.cloned()
    }

    pub(crate) fn scenes(&self) -> &[Scene] {
        self.project.scenes.as_deref().unwrap_or_default()
    }

    pub(crate) fn main_aspect(&self) -> Aspect {
        self.project.main_aspect()
    }

    /// `scene_1_composited`, and `scene_1_composited_1x1` for a further shape.
    pub(crate) fn composite_name(&self, index: usize, aspect: Aspect) -> String {
        self.name_for(&format!("scene_{}_composited", index + 1), aspect)
    }

    pub(crate) fn name_for(&self, name: &str, aspect: Aspect) -> String {
        name_for(name, aspect, self.main_aspect())
    }

    /// Frames of the whole video.
    pub(crate) fn frames(&self) -> u64 {
        self.slots.iter().map(|slot| slot.frames).sum()
    }

    /// Seconds of the whole video.
    pub(crate) fn duration_s(&self) -> f64 {
        self.fps().seconds(self.frames())
    }

    /// Samples a channel of the whole video.
    pub(crate) fn samples(&self) -> usize {
        self.fps().samples(self.frames(), SAMPLE_RATE)
    }

    pub(crate) fn fps(&self) -> Fps {
        Fps::from(self.project.output.fps)
    }
}

/// The plain name for the main shape; with the shape for a further one.
pub(crate) fn name_for(name: &str, aspect: Aspect, main: Aspect) -> String {
    if aspect == main { name.to_owned() } else { format!("{name}_{}", aspect.file_suffix()) }
}
