//! The offline composer: music synthesised on this machine. Needs no key and no network and costs nothing.

use super::{
    music::{MusicSettings, score},
    renderings::Renderings,
};
use crate::{
    error::{Error, ErrorKind, Result},
    media::{Samples, encode_mp3},
    provider::{
        AudioCapability, AudioKind, AudioProvider, AudioRequest, CallContext, Cancelled, Generated, Generation, JobId,
        ProviderInfo,
    },
};
use async_trait::async_trait;

/// Bit rate of the stored music: as good as MP3 gets, for it is encoded once more in the video.
const KBPS: u32 = 320;

/// The offline audio provider.
#[derive(Debug)]
pub struct OfflineAudio {
    info: ProviderInfo,
    renderings: Renderings,
}

impl Default for OfflineAudio {
    fn default() -> Self {
        Self { info: ProviderInfo::free("offline", "composer-2"), renderings: Renderings::default() }
    }
}

impl OfflineAudio {
    /// The offline audio provider.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl AudioProvider for OfflineAudio {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        AudioCapability::local_music()
    }

    async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation> {
        if request.kind != AudioKind::Music {
            return Err(Error::new(ErrorKind::Unsupported, "the offline composer does not speak: it makes music"));
        }
        if !(0.5..=600.0).contains(&request.duration_s) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("music of {} s cannot be made: 0.5 to 600 s are possible", request.duration_s),
            ));
        }
        let (request, scratch) = (request.clone(), context.scratch().to_owned());
        self.renderings.start("composer", move |signal| {
            let settings = MusicSettings {
                duration_s: request.duration_s,
                seed: u64::from(request.seed),
                mood: super::planner::mood_of(&request.prompt),
            };
            let samples = Samples::from_interleaved(score(&settings, &|| signal.is_cancelled())?);
            signal.step(0.8)?;
            let path = scratch.join("music.mp3");
            encode_mp3(&path, &samples, KBPS)?;
            Ok(Generated::file(path))
        })
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        self.renderings.check(job)
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        self.renderings.cancel(job).await
    }
}
