//! A studio.

use crate::{
    desk::{Desk, Shared},
    error::caught,
    events::Events,
    given::Given,
    host::{Description, JsHost},
    run::Run,
};
use adgen::{
    EventSink, Result,
    bridge::{self, Answer, Files, Hosts, Role, Setup, Verb},
};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use std::{collections::HashMap, sync::Arc};

/// A studio: whatever it is asked goes through `ask`.
#[napi]
pub struct Studio {
    desk: Arc<Shared>,
    studio: Arc<bridge::Studio>,
}

#[napi]
impl Studio {
    /// `setup` is JSON; `objects` are providers; `listener` is the number of who hears of each event, as JSON.
    #[napi(constructor, catch_unwind)]
    pub fn new(desk: &Desk, setup: String, objects: Vec<Description>, listener: Option<u32>) -> napi::Result<Self> {
        let desk = Arc::clone(desk.shared());
        caught(|| {
            let sink = listener.map(|id| sink(Listener { desk: Arc::clone(&desk), id }));
            let studio = bridge::Studio::new(Setup::new(&setup, hosts(&desk, objects)?, sink)?)?;
            Ok(Self { desk: Arc::clone(&desk), studio: Arc::new(studio) })
        })
    }

    /// Asks: `verb` is JSON, `files` are handed in by their names, `objects` are one run's own providers. The answer comes to the
    /// desk.
    #[napi(catch_unwind)]
    pub fn ask(
        &self,
        id: u32,
        verb: String,
        files: HashMap<String, Uint8Array>,
        objects: Vec<Description>,
    ) -> napi::Result<()> {
        caught(|| {
            let hosts = hosts(&self.desk, objects)?;
            let verb = Verb::from_json(&verb)?;
            let files: Files = files.into_iter().map(|(name, bytes)| (name, bytes.to_vec().into())).collect();
            let (desk, studio) = (Arc::clone(&self.desk), Arc::clone(&self.studio));
            self.desk.spawn(id, async move { studio.ask(verb, files, hosts).await.map(|answer| given(&desk, answer)) })
        })
    }
}

fn given(desk: &Arc<Shared>, answer: Answer) -> Given {
    match answer {
        Answer::Json(json) => Given::Text(json),
        Answer::Picture(picture) => Given::Picture(picture),
        Answer::Run(run) => {
            desk.keep(&run);
            Given::Run(Run::new(desk, run))
        }
        Answer::Events(events) => Given::Events(Events::new(desk, events)),
        _ => Given::Nothing,
    }
}

fn hosts(desk: &Arc<Shared>, objects: Vec<Description>) -> Result<Hosts> {
    let mut hosts = Hosts::default();
    for object in objects {
        let (role, host) = JsHost::shared(Arc::clone(desk), object)?;
        let place = match role {
            Role::Planner => &mut hosts.planner,
            Role::Video => &mut hosts.video,
            Role::Audio => &mut hosts.audio,
            Role::Remover => &mut hosts.remover,
        };
        *place = Some(host);
    }
    Ok(hosts)
}

/// Who hears of each event; JavaScript forgets it once nobody tells it any more.
struct Listener {
    desk: Arc<Shared>,
    id: u32,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.desk.post("release", self.id, Given::Nothing);
    }
}

fn sink(listener: Listener) -> EventSink {
    Arc::new(move |record| {
        if let Ok(json) = serde_json::to_string(record) {
            listener.desk.post("event", listener.id, Given::Text(json));
        }
    })
}
