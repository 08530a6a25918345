//! One frame of a project's ad before it is rendered, from what the storage has: clips and cut-out where they are there, calm
//! grounds where they are not. Nothing is made, bought or stored for it.
//!
//! May depend on `stages` (which draws), `store`, `provider` (keys), `matte` (ways of cutting out), `project` and `error`.

use super::{extensions::Extensions, foreign::Caught, providers::Providers, turns::blocking};
use crate::{
    error::{Error, ErrorKind, Result},
    matte::Matting,
    project::{AdProject, Aspect, Background, Ground, Scene},
    provider::VideoProvider,
    stages::{
        Art, AssetUse, At, Brand, CUTOUT_FILE, Moment, Preview, PreviewClip, PreviewSize, Previewed, Seen, Slot, Way,
        clip_request, clip_wishes, joined_key, needed_s, part_seed, parts_of, seed_of, shape_of, timeline,
    },
    store::{ArtifactRecord, Found, Opened, ProjectFolder, Storage},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// For so many clips it is remembered what they look like, and for so many projects what product and logo look like: those
/// that somebody edits at the moment.
const REMEMBERED: usize = 16;

/// What was found out for earlier previews.
#[derive(Debug, Default)]
pub(crate) struct Previews {
    seen: Mutex<VecDeque<(String, Seen)>>,
    art: Mutex<VecDeque<(String, Arc<Art>)>>,
}

impl Previews {
    fn seen(&self, key: &str) -> Option<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().find(|(known, _)| known == key).map(|(_, seen)| seen.clone())
    }

    fn remember(&self, key: String, found: Option<Seen>) {
        let Some(found) = found else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|(known, _)| *known != key);
        seen.push_back((key, found));
        while seen.len() > REMEMBERED {
            seen.pop_front();
        }
    }

    /// Prepared product and logo, by what they are made of.
    fn art(&self, key: String, extensions: &Extensions) -> Arc<Art> {
        let mut all = self.art.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, art)) = all.iter().find(|(known, _)| *known == key) {
            return Arc::clone(art);
        }
        let art = Arc::new(Art::new(Arc::clone(&extensions.fonts)));
        all.push_back((key, Arc::clone(&art)));
        while all.len() > REMEMBERED {
            all.pop_front();
        }
        art
    }
}

/// Where a preview is looked for.
pub(crate) struct Source<'a> {
    pub(crate) storage: &'a Storage,
    pub(crate) folder: &'a ProjectFolder,
    pub(crate) providers: &'a Providers,
    pub(crate) matting: &'a Matting,
    pub(crate) extensions: &'a Extensions,
}

/// A clip that is there, as long as this is held.
struct Clip {
    key: String,
    opened: Opened,
    ground: Option<Ground>,
}

/// Draws the moment.
///
/// # Errors
/// `InvalidInput` for a project that is not planned yet, a moment that it does not have, a shape that it is not made in, and a
/// size out of range; `Media` for files that cannot be read; `Io`, `Timeout`.
pub(crate) async fn preview(
    source: &Source<'_>,
    previews: &Arc<Previews>,
    project: AdProject,
    (at, aspect, size): (At, Option<Aspect>, PreviewSize),
) -> Result<Previewed> {
    let aspect = aspect.unwrap_or_else(|| project.main_aspect());
    if !project.output.aspects.contains(&aspect) {
        let shapes: Vec<String> = project.output.aspects.iter().map(ToString::to_string).collect();
        return Err(Error::new(ErrorKind::InvalidInput, format!("the ad is not made in {aspect}"))
            .with_operation("preview")
            .with_hint(format!("its shapes are {}", shapes.join(", "))));
    }
    let providers = source.providers.held(&Caught::default());
    let source = &Source { providers: &providers, ..*source };
    let slots = timeline(&project);
    let moment = Moment::of(at, &slots, project.output.fps)?;
    let clip = source.clip(&project, &slots, moment.scene(), aspect).await?;
    let before = match moment.scene_before() {
        Some(index) => source.clip(&project, &slots, index, aspect).await?,
        None => None,
    };
    let cutout = source.cutout(&project).await?;
    let (brand, files) = source.brand(&project).await?;
    let logo = brand.logo.as_ref().map_or("", |(hash, _)| hash);
    let art = previews.art(format!("{} {logo}", cutout.as_ref().map_or("", |(key, _)| key)), source.extensions);
    let key =
        |clip: &Option<Clip>| clip.as_ref().map(|clip| format!("{} {aspect} {}", clip.key, project.output.short_side));
    let (clip_key, before_key) = (key(&clip), key(&before));
    let piece = |clip: &Option<Clip>, key: &Option<String>| {
        clip.as_ref().map(|clip| PreviewClip {
            path: clip.opened.path().to_owned(),
            ground: clip.ground,
            seen: key.as_deref().and_then(|key| previews.seen(key)),
        })
    };
    let drawing = Preview {
        slots,
        moment,
        aspect,
        size,
        clip: piece(&clip, &clip_key),
        clip_before: piece(&before, &before_key),
        cutout: cutout.as_ref().map(|(_, opened)| opened.path().to_owned()),
        brand,
        art,
        project: Arc::new(project),
    };
    // The files are held until it is drawn.
    let held = (clip, before, cutout, files);
    let drawn = blocking(move || {
        let drawn = drawing.draw();
        drop(held);
        drawn
    })
    .await?;
    for (key, seen) in [(clip_key, &drawn.seen), (before_key, &drawn.seen_before)] {
        if let Some(key) = key {
            previews.remember(key, seen.clone());
        }
    }
    Ok(drawn)
}

impl Source<'_> {
    /// The clip of a scene as the document asks for it now; `None` where there is none yet.
    async fn clip(&self, project: &AdProject, slots: &[Slot], index: usize, aspect: Aspect) -> Result<Option<Clip>> {
        let scenes = project.scenes.as_deref().unwrap_or_default();
        match scenes.get(index).and_then(|scene| scene.background.as_ref()) {
            Some(Background::File(asset)) => {
                let name = asset.as_str();
                let Some(digested) = self.folder.digest(name).await? else { return Ok(None) };
                let opened = self.folder.open(name).await?;
                Ok(Some(Clip { key: digested.sha256, opened, ground: None }))
            }
            Some(Background::Generate(_)) => {
                for provider in [&self.providers.video, &self.providers.fallback_video] {
                    if let Some(clip) = self.made(project, slots[index], &scenes[index], &**provider, aspect).await? {
                        return Ok(Some(clip));
                    }
                }
                Ok(None)
            }
            None => Ok(None),
        }
    }

    async fn made(
        &self,
        project: &AdProject,
        slot: Slot,
        scene: &Scene,
        provider: &dyn VideoProvider,
        aspect: Aspect,
    ) -> Result<Option<Clip>> {
        let Some(Background::Generate(wanted)) = &scene.background else { return Ok(None) };
        let (shape, seed) = (shape_of(provider, project.main_aspect(), aspect), seed_of(project, wanted));
        let pieces = parts_of(&provider.capability(), needed_s(project, slot));
        let wishes = |seed: u32| {
            let request = clip_request(project, &wanted.prompt, shape, pieces.duration_s, seed);
            clip_wishes(provider, &project.output.aspects, request)
        };
        if pieces.count > 1 {
            let keys: Vec<String> = (0..pieces.count)
                .filter_map(|part| Some(wishes(part_seed(seed, part)).into_iter().next()?.key))
                .collect();
            return self.found(&joined_key(&keys.iter().map(String::as_str).collect::<Vec<_>>())).await;
        }
        for wish in wishes(seed) {
            if let Some(clip) = self.found(&wish.key).await? {
                return Ok(Some(clip));
            }
        }
        Ok(None)
    }

    async fn found(&self, key: &str) -> Result<Option<Clip>> {
        let Some(record) = self.artifact(key).await? else { return Ok(None) };
        let Some(file) = record.files.first() else { return Ok(None) };
        match self.storage.artifacts().open(&record, file).await {
            Ok(opened) => Ok(Some(Clip { key: key.to_owned(), opened, ground: record.metadata.ground })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn artifact(&self, key: &str) -> Result<Option<Arc<ArtifactRecord>>> {
        match self.storage.artifacts().find(key).await? {
            Found::There(record) => Ok(Some(record)),
            Found::Gone(_) | Found::Unreadable(_) | Found::Nowhere => Ok(None),
        }
    }

    /// The product cut out, by the best way in which it was.
    async fn cutout(&self, project: &AdProject) -> Result<Option<(String, Opened)>> {
        let asset = project.product.cutout.as_ref().unwrap_or(&project.product.image);
        let Some(digested) = self.folder.digest(asset.as_str()).await? else { return Ok(None) };
        for (way, _) in Way::all(self.matting, self.extensions.remover.clone()) {
            let key = way.key(&digested.sha256);
            let Some(record) = self.artifact(&key).await? else { continue };
            let Some(file) = record.files.iter().find(|file| file.name == CUTOUT_FILE) else { continue };
            return Ok(Some((key, self.storage.artifacts().open(&record, file).await?)));
        }
        Ok(None)
    }

    /// Logo and font as they lie there, without what is missing or was left out; and what keeps their files there.
    async fn brand(&self, project: &AdProject) -> Result<(Brand, Vec<Opened>)> {
        let (mut brand, mut held) =
            (Brand { fonts: Arc::clone(&self.extensions.fonts), ..Brand::default() }, Vec::new());
        let logo = project.brand.logo.as_ref().map(|logo| (logo.as_str(), AssetUse::Logo));
        let font = project.brand.font.as_deref().map(|font| (font, AssetUse::Font));
        for (name, used) in [logo, font].into_iter().flatten() {
            let is_font = matches!(used, AssetUse::Font);
            if name == used.left_out_name() {
                continue;
            }
            if is_font && !name.starts_with("brand_font.") {
                brand.font = Some((name.to_owned(), name.to_owned()));
                continue;
            }
            let Some(digested) = self.folder.digest(name).await? else { continue };
            let opened = self.folder.open(name).await?;
            match is_font {
                true => brand.font = Some((digested.sha256, opened.path().display().to_string())),
                false => brand.logo = Some((digested.sha256, opened.path().to_owned())),
            }
            held.push(opened);
        }
        Ok((brand, held))
    }
}
