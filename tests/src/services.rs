//! A studio whose planner, video and music come over HTTP: from the emulator of Replicate and the server of OpenAI's kind.

use crate::{
    command, document,
    emulator::{Emulator, Script},
    openai_server::{self, OpenAiServer},
    pictures,
    storage::Project,
};
use adgen::{
    AdProject, AssetPolicy, Matting, Outcome, Result, Studio, StudioBuilder, openai::OpenAi, replicate::Replicate,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// The token of every test: it must be seen nowhere but in the `Authorization` header.
pub const TOKEN: &str = "r8_test0token0that0nobody0may0see";

/// Services, a storage, and a photo.
#[derive(Debug)]
pub struct Services {
    pub emulator: Emulator,
    pub openai: OpenAiServer,
    pub folder: TempDir,
    pub photo: PathBuf,
}

impl Services {
    pub async fn start(script: Script) -> Self {
        Self::start_with(script, openai_server::Script::default()).await
    }

    pub async fn start_with(script: Script, openai: openai_server::Script) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photo = pictures::ready_photo(folder.path());
        let (emulator, openai) = (Emulator::start(script).await, OpenAiServer::start(openai).await);
        Self { emulator, openai, folder, photo }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The account at the emulator.
    pub fn replicate(&self) -> Replicate {
        let token = SecretString::from(TOKEN);
        Replicate::builder().with_token(token).with_base_url(self.emulator.url()).build().expect("an account")
    }

    /// The account at the server of OpenAI's kind.
    pub fn openai(&self) -> OpenAi {
        let key = SecretString::from(openai_server::KEY);
        OpenAi::builder().with_key(key).with_base_url(self.openai.base_url()).build().expect("an account")
    }

    /// A studio with both services that downloads no model.
    pub async fn builder(&self) -> StudioBuilder {
        let matting = Matting::new().with_download(false);
        Studio::builder()
            .with_storage_dir(self.path().join("storage"))
            .with_matting(matting)
            .with_asset_policy(AssetPolicy::own_documents())
            .with_services(Some(self.openai()), Some(self.replicate()))
            .await
            .expect("both services have default models")
    }

    pub async fn studio(&self) -> Studio {
        self.builder().await.build().expect("a studio")
    }

    /// Makes the ad of a document.
    pub async fn make(&self, document: &Value) -> Result<Outcome> {
        self.studio().await.generate(document::parse(document), "").await?.wait().await
    }

    pub fn project(&self, id: &str) -> Project {
        Project::new(&self.path().join("storage"), id)
    }

    /// `adgen` with both services in its environment, not yet started.
    pub fn adgen<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = command::adgen(arguments);
        command
            .env("REPLICATE_API_TOKEN", TOKEN)
            .env("REPLICATE_BASE_URL", self.emulator.origin())
            .env("OPENAI_API_KEY", openai_server::KEY)
            .env("OPENAI_BASE_URL", self.openai.base_url());
        command
    }

    /// Two scenes of a second and a half, written, with music to be made: two clips and a track are ordered.
    pub fn two_scenes(&self, id: &str) -> Value {
        let mut document = document::written(id, &self.photo, &[("a", 1.5, "cut"), ("b", 1.5, "cut")]);
        document["audio"] = json!({ "music": { "generate": { "prompt": format!("warm strings for {id}") } } });
        // Prompts of another project are other prompts.
        for scene in document["scenes"].as_array_mut().expect("scenes") {
            let prompt = scene["background"]["generate"]["prompt"].as_str().expect("a prompt").to_owned();
            scene["background"]["generate"]["prompt"] = format!("{prompt}, {id}").into();
        }
        document
    }

    /// One scene without music: a single clip is ordered.
    pub fn one_scene(&self, id: &str) -> Value {
        let mut document = document::least(id, &self.photo);
        document["scenes"][0]["background"]["generate"]["prompt"] = format!("a plain wall for {id}").into();
        document
    }

    /// A document of which everything is planned.
    pub fn planned(&self, id: &str) -> AdProject {
        document::parse(&document::planned(id, &self.photo))
    }

    /// Panics where a prediction was billed that the project's journal does not know as finished, or the other way round.
    #[track_caller]
    pub fn expect_nothing_bought_twice(&self) {
        let mut orders = std::collections::BTreeMap::<String, u32>::new();
        for made in self.emulator.journal().predictions.iter().filter(|made| made.billed) {
            *orders.entry(format!("{} {}", made.model, made.input)).or_default() += 1;
        }
        assert!(orders.values().all(|&count| count == 1), "bought more than once: {orders:?}");
    }

    /// Panics where a key is to be seen in any file of the storage or went to a download's host.
    #[track_caller]
    pub fn expect_no_secret_anywhere(&self) {
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the test's own folder").filter_map(std::result::Result::ok)
            {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    let bytes = std::fs::read(entry.path()).expect("a file of the test's own");
                    for secret in [TOKEN, openai_server::KEY] {
                        let seen = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                        assert!(!seen, "{} holds a key", entry.path().display());
                    }
                }
            }
        }
        assert_eq!(self.emulator.journal().leaks().count(), 0, "the token went to the host of the files");
    }
}
