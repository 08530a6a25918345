//! Video and audio providers as one kind of thing: jobs.

use super::{case::Case, report::Broken};
use crate::{
    error::Result,
    media::probe,
    provider::{
        AudioKind, AudioProvider, AudioRequest, CallContext, Cancelled, CostRange, Generated, Generation, ImageInput,
        JobId, Lookup, ProviderInfo, VideoProvider, VideoRequest, Voice,
    },
};
use futures_util::future::BoxFuture;
use std::{fmt::Debug, path::Path, time::SystemTime};

/// How much shorter a file may be than what was asked for, in seconds: a frame or two, and what codecs cut off.
const SHORTER: f64 = 0.1;

/// A provider of jobs.
pub(super) trait JobProvider: Debug + Send + Sync {
    type Request: Clone + Send + Sync;

    fn info(&self) -> &ProviderInfo;
    /// Everything that it says it can do.
    fn capability(&self) -> String;
    /// How that contradicts itself, if it does.
    fn contradiction(&self) -> Broken;
    fn is_local(&self) -> bool;
    fn can_cancel(&self) -> bool;
    /// Whether the same request is to give the same bytes.
    fn repeats(&self) -> bool;
    /// The longest output in seconds.
    fn longest_s(&self) -> f64;
    fn estimate(&self, request: &Self::Request) -> CostRange;
    fn start<'a>(&'a self, context: &'a CallContext, request: &'a Self::Request) -> BoxFuture<'a, Result<Generation>>;
    fn check<'a>(&'a self, context: &'a CallContext, job: &'a JobId) -> BoxFuture<'a, Result<Generation>>;
    fn cancel<'a>(&'a self, context: &'a CallContext, job: &'a JobId) -> BoxFuture<'a, Result<Cancelled>>;
    fn find<'a>(
        &'a self,
        context: &'a CallContext,
        request: &'a Self::Request,
        since: SystemTime,
        known: &'a [JobId],
    ) -> BoxFuture<'a, Result<Lookup>>;
    fn fetch<'a>(&'a self, context: &'a CallContext, url: &'a str, target: &'a Path) -> BoxFuture<'a, Result<()>>;

    /// The request with `words` added to its prompt.
    fn varied(&self, request: &Self::Request, words: &str) -> Self::Request;
    fn lasting(&self, request: &Self::Request, seconds: f64) -> Self::Request;
    /// What the provider has to refuse, and why.
    fn impossible(&self, case: &Case<Self::Request>) -> Vec<(&'static str, Self::Request)>;
    /// What is wrong with a made file, if anything is.
    fn accept(&self, path: &Path, made: &Generated, request: &Self::Request) -> Broken;
}

/// A video provider.
#[derive(Debug)]
pub(super) struct Clips<'a>(pub(super) &'a dyn VideoProvider);

/// An audio provider.
#[derive(Debug)]
pub(super) struct Tracks<'a>(pub(super) &'a dyn AudioProvider);

macro_rules! forward {
    ($request:ty) => {
        type Request = $request;

        fn info(&self) -> &ProviderInfo {
            self.0.info()
        }
        fn capability(&self) -> String {
            format!("{:?}", self.0.capability())
        }
        fn is_local(&self) -> bool {
            self.0.capability().local
        }
        fn longest_s(&self) -> f64 {
            self.0.capability().max_duration_s
        }
        fn estimate(&self, request: &$request) -> CostRange {
            self.0.estimate(request)
        }
        fn start<'a>(&'a self, context: &'a CallContext, request: &'a $request) -> BoxFuture<'a, Result<Generation>> {
            self.0.start(context, request)
        }
        fn check<'a>(&'a self, context: &'a CallContext, job: &'a JobId) -> BoxFuture<'a, Result<Generation>> {
            self.0.check(context, job)
        }
        fn cancel<'a>(&'a self, context: &'a CallContext, job: &'a JobId) -> BoxFuture<'a, Result<Cancelled>> {
            self.0.cancel(context, job)
        }
        fn find<'a>(
            &'a self,
            context: &'a CallContext,
            request: &'a $request,
            since: SystemTime,
            known: &'a [JobId],
        ) -> BoxFuture<'a, Result<Lookup>> {
            self.0.find(context, request, since, known)
        }
        fn fetch<'a>(&'a self, context: &'a CallContext, url: &'a str, target: &'a Path) -> BoxFuture<'a, Result<()>> {
            self.0.fetch(context, url, target)
        }
        fn varied(&self, request: &$request, words: &str) -> $request {
            let mut request = request.clone();
            request.prompt = format!("{} {words}", request.prompt);
            request
        }
        fn lasting(&self, request: &$request, seconds: f64) -> $request {
            let mut request = request.clone();
            request.duration_s = seconds;
            request
        }
    };
}

impl JobProvider for Clips<'_> {
    forward!(VideoRequest);

    fn contradiction(&self) -> Broken {
        length_is_sound(self.longest_s())
    }

    fn can_cancel(&self) -> bool {
        self.0.capability().cancel
    }

    fn repeats(&self) -> bool {
        let capability = self.0.capability();
        capability.seed && capability.local
    }

    fn impossible(&self, case: &Case<VideoRequest>) -> Vec<(&'static str, VideoRequest)> {
        let mut requests = Vec::new();
        if self.longest_s().is_finite() {
            requests.push(("a clip beyond its longest", self.lasting(&case.request, self.longest_s() * 2.0 + 1.0)));
        }
        if case.refuses_images {
            let mut request = case.request.clone();
            request.image = Some(ImageInput::Url("https://example.com/photo.jpg".to_owned()));
            requests.push(("a picture, which it does not take", request));
        }
        requests
    }

    fn accept(&self, path: &Path, made: &Generated, request: &VideoRequest) -> Broken {
        let media = probe(path).map_err(|error| error.to_string())?;
        let video = media.video.ok_or("it has no pictures")?;
        if video.frame_count == 0 {
            return Err("it has no frames".to_owned());
        }
        is_long_enough(video.duration_s, request.duration_s.min(self.longest_s()), made)
    }
}

impl JobProvider for Tracks<'_> {
    forward!(AudioRequest);

    fn contradiction(&self) -> Broken {
        let capability = self.0.capability();
        if !capability.music && !capability.speech {
            return Err("it makes neither music nor speech".to_owned());
        }
        length_is_sound(capability.max_duration_s)
    }

    fn can_cancel(&self) -> bool {
        true
    }

    fn repeats(&self) -> bool {
        self.is_local()
    }

    fn impossible(&self, case: &Case<AudioRequest>) -> Vec<(&'static str, AudioRequest)> {
        let (capability, mut requests) = (self.0.capability(), Vec::new());
        let of_kind = |kind| AudioRequest { kind, ..case.request.clone() };
        if !capability.music {
            let music = AudioRequest { duration_s: 5.0, ..of_kind(AudioKind::Music) };
            requests.push(("music, which it does not make", music));
        } else if capability.max_duration_s.is_finite() {
            let too_long = self.lasting(&of_kind(AudioKind::Music), capability.max_duration_s * 2.0 + 1.0);
            requests.push(("music beyond its longest", too_long));
        }
        if !capability.speech {
            requests.push(("speech, which it does not make", of_kind(AudioKind::Speech(Voice::default()))));
        }
        requests
    }

    fn accept(&self, path: &Path, made: &Generated, request: &AudioRequest) -> Broken {
        let seconds = sound_s(path)?;
        match request.kind {
            AudioKind::Music => is_long_enough(seconds, request.duration_s.min(self.longest_s()), made),
            // Nobody knows how long a text takes.
            AudioKind::Speech(_) => is_long_enough(seconds, 2.0 * SHORTER, made),
        }
    }
}

/// How long the sound of a file is, in seconds.
pub(super) fn sound_s(path: &Path) -> Broken<f64> {
    let media = probe(path).map_err(|error| error.to_string())?;
    let audio = media.audio.ok_or("it has no sound")?;
    Ok(if audio.duration_s > 0.0 { audio.duration_s } else { media.duration_s })
}

fn length_is_sound(longest_s: f64) -> Broken {
    if longest_s > 0.0 { Ok(()) } else { Err(format!("its longest output has {longest_s} s")) }
}

fn is_long_enough(seconds: f64, wanted: f64, made: &Generated) -> Broken {
    // What was met differently is said.
    if seconds + SHORTER >= wanted || !made.notes.is_empty() {
        return Ok(());
    }
    Err(format!("it lasts {seconds:.2} s, {wanted:.2} s were ordered, and no note says so"))
}
