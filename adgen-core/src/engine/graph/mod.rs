//! The graph: every artifact is made as soon as its inputs are there, so the run takes as long as its slowest path.
//!
//! Each step lies in a file of its own: it has its stage's work done, and what stands in its place where that fails. The
//! steps know nothing of each other; here their inputs are awaited and handed in. May depend on `composite`, `matte`,
//! `media`, `picture`, `text`, the engine's parts, `stages`, `provider` and `project`.

mod board;
mod brand;
mod clips;
mod composites;
mod encoding;
mod extract;
mod lettering;
mod plan;
mod render;
mod sound;

use self::{board::Board, clips::Clip, composites::Scene, extract::Cutout};
use super::{artifacts::Artifact, estimate::estimate, parts::Parts, stale};
use crate::{
    error::{Error, Result},
    project::{AdProject, Aspect, Product, Stage},
    stages::{SharedBackdrop, clip_name},
};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// Plans and makes everything; gives the planned project.
pub(crate) async fn build(parts: &Parts, project: AdProject) -> Result<AdProject> {
    parts.progress.estimated(estimate(&project, &parts.providers).total);
    // Before anything is spent, for a policy may deny an ad without the logo.
    let brand = brand::brand(parts, &project).await?;
    let encoding = encoding::encoding(parts, &project).await?;
    let cutting = Cutting { parts, product: project.product.clone(), cutout: OnceCell::new() };
    parts.progress.expect(Stage::Plan, ["plan".to_owned()]);
    // Cutting out needs no plan, and planning no cut-out.
    let extraction = async {
        cutting.cutout().await?;
        parts.progress.finished(Stage::Extract);
        Ok::<_, Error>(())
    };
    let rest = async {
        let project = plan::plan(parts, project).await?;
        let graph = Graph::new(parts, Board::new(project, brand, encoding), &cutting);
        graph.run().await?;
        Ok(graph.board.project)
    };
    let (project, ()) = futures_util::try_join!(rest, extraction)?;
    Ok(project)
}

/// The product cut out, once: by whoever comes first; the others wait for it.
struct Cutting<'a> {
    parts: &'a Parts,
    product: Product,
    /// Why it could not be, too: who comes later does not try again.
    cutout: OnceCell<Result<Option<Cutout>>>,
}

impl Cutting<'_> {
    async fn cutout(&self) -> Result<Option<Cutout>> {
        self.cutout.get_or_init(|| extract::extract(self.parts, &self.product)).await.clone()
    }
}

/// What is shared while scenes are made.
struct Graph<'a> {
    parts: &'a Parts,
    board: Board,
    cutting: &'a Cutting<'a>,
    /// By scene and by the name of the clip, for shapes may share one.
    clips: Vec<BTreeMap<String, OnceCell<Result<Clip>>>>,
    /// What the clips look like, by the name of what is composited.
    backdrops: BTreeMap<String, SharedBackdrop>,
}

impl<'a> Graph<'a> {
    fn new(parts: &'a Parts, board: Board, cutting: &'a Cutting<'a>) -> Self {
        let aspects = &board.project.output.aspects;
        let named = |index| aspects.iter().map(move |&aspect| (index, aspect));
        let video = &*parts.providers.video;
        let clips: Vec<BTreeMap<_, _>> = (0..board.slots.len())
            .map(|index| {
                named(index).map(|(index, a)| (clip_name(&board.project, video, index, a), OnceCell::new())).collect()
            })
            .collect();
        let composites: Vec<String> = board.each().map(|(index, aspect)| board.composite_name(index, aspect)).collect();
        let progress = &parts.progress;
        progress.expect(Stage::Scenes, clips.iter().flat_map(|clips| clips.keys().cloned()));
        progress.expect(Stage::Composite, composites.iter().cloned());
        progress.expect(Stage::Render, aspects.iter().map(|&a| board.name_for("final_video", a)));
        let backdrops = composites.into_iter().map(|name| (name, SharedBackdrop::default())).collect();
        Self { parts, board, cutting, clips, backdrops }
    }

    /// Makes scenes, sound and video.
    async fn run(&self) -> Result<()> {
        let Self { parts, board, .. } = self;
        if parts.fallbacks.are_denied() {
            lettering::check(parts, board, self.cutting.cutout().await?).await?;
        }
        let progress = &parts.progress;
        let aspects = &board.project.output.aspects;
        let clips = async {
            try_join_all(board.each().map(|(index, aspect)| self.clip(index, aspect))).await?;
            progress.finished(Stage::Scenes);
            Ok::<_, Error>(())
        };
        let sound = async {
            progress.started(Stage::Audio);
            let sound = sound::sound(parts, board).await?;
            progress.finished(Stage::Audio);
            Ok(sound)
        };
        let composites = async {
            let of = |aspect| try_join_all((0..board.slots.len()).map(move |index| self.composite(index, aspect)));
            loop {
                let encoder = board.encoding.encoder();
                let composites = try_join_all(aspects.iter().map(|&aspect| of(aspect))).await?;
                // Where a device failed half way, those that it had finished are like no others.
                if board.encoding.encoder() == encoder {
                    progress.finished(Stage::Composite);
                    return Ok(composites);
                }
            }
        };
        let ((), sound, composites) = futures_util::try_join!(clips, sound, composites)?;
        render::render(parts, board, &composites, sound.as_ref()).await?;
        stale::clear(&parts.artifacts, progress, board.slots.len(), aspects.get(1..).unwrap_or_default()).await?;
        progress.finished(Stage::Render);
        Ok(())
    }

    /// The segment of a scene, once its inputs are there.
    async fn composite(&self, index: usize, aspect: Aspect) -> Result<Artifact> {
        let Self { parts, board, .. } = self;
        let scene = Scene {
            index,
            aspect,
            clip: self.clip(index, aspect).await?,
            before: match board.slots[index].crossfade {
                0 => None,
                _ => Some(self.clip(index - 1, aspect).await?),
            },
            backdrop: self.backdrop(index, aspect),
            backdrop_before: index.checked_sub(1).map(|before| self.backdrop(before, aspect)),
        };
        composites::composite(parts, board, scene, self.cutting.cutout().await?).await
    }

    /// The background of a scene; made once, however many ask.
    async fn clip(&self, index: usize, aspect: Aspect) -> Result<Clip> {
        let name = clip_name(&self.board.project, &*self.parts.providers.video, index, aspect);
        match self.clips[index].get(&name) {
            // What failed is not ordered again by whoever else waits for it.
            Some(cell) => cell.get_or_init(|| clips::clip(self.parts, &self.board, index, aspect)).await.clone(),
            None => clips::clip(self.parts, &self.board, index, aspect).await,
        }
    }

    /// What the clip of a scene looks like; one for all who need it.
    fn backdrop(&self, index: usize, aspect: Aspect) -> SharedBackdrop {
        self.backdrops.get(&self.board.composite_name(index, aspect)).cloned().unwrap_or_default()
    }
}
