//! An emulator of Replicate's HTTP API: stateful, scriptable, with real files, and a journal of all that was asked and billed.
//!
//! It depends on nothing of the providers, so that it cannot share their mistakes: only the default media use the library.
//! It runs on a thread of its own and ends when it is dropped. Who uses it is explained in `docs/emulator.md`.

mod api;
mod clock;
mod connection;
mod create;
mod delivery;
mod faults;
mod files;
mod holds;
mod journal;
mod media;
mod models;
mod notify;
mod odd;
mod prediction;
mod problem;
mod rate;
mod route;
mod script;
mod server;
mod state;
mod wav;
mod webhook;

pub use holds::Hold;
pub use journal::{Delivery, Entry, Journal, Request};
pub use media::{Media, MediaSpec, synthetic};
pub use models::Kind;
pub use script::{Action, Answer, Content, End, Fault, Match, On, Outcome, Rate, Script};
pub use webhook::sign;

use self::{
    clock::Clock,
    connection::Knife,
    holds::Holds,
    media::Shelf,
    prediction::{Phase, View},
    state::State,
};
use serde_json::Value;
use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};

/// A running emulator. Dropping it closes all its connections, as an outage does.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    origin: String,
    runtime: Option<Runtime>,
}

impl Emulator {
    /// Starts one on a free port. Panics where the script is wrong or the machine has no port.
    pub async fn start(script: Script) -> Self {
        Self::start_with(script, 0, synthetic).await.expect("an emulator")
    }

    /// Starts one on a port (0: any free one) with media of one's own.
    pub async fn start_with(script: Script, port: u16, media: impl Media) -> io::Result<Self> {
        script.check().map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
        // Its own threads: a test that blocks or is busy must not slow the service down.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(2)
            .thread_name("emulator")
            .enable_all()
            .build()?;
        let _inside = runtime.enter();
        let (api, files) = (bind(port)?, bind(0)?);
        let origin = format!("http://{}", api.local_addr()?);
        let delivery =
            if script.same_origin_delivery { origin.clone() } else { format!("http://{}", files.local_addr()?) };
        // In a build with the library reqwest has TLS without a provider, and would panic without this. An error means
        // that there is one already.
        drop(rustls::crypto::ring::default_provider().install_default());
        // Redirects are not followed, as the real service's documents say. A proxy is for the outside only.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(&script)),
            holds: Holds::new(),
            clock: Clock::new(script.date_skew_s),
            shelf: Shelf::new(Arc::new(media)),
            changed: watch::Sender::new(0),
            api: format!("{origin}/v1"),
            delivery,
            client: client.build().map_err(io::Error::other)?,
            script,
        });
        for listener in [api, files] {
            let service = axum::Router::new().fallback(server::handle).with_state(Arc::clone(&shared));
            let service = service.into_make_service_with_connect_info::<Knife>();
            // Ends with the runtime.
            runtime.spawn(async move { axum::serve(connection::Door(listener), service).await });
        }
        Ok(Self { shared, origin, runtime: Some(runtime) })
    }

    /// The API's base, with `/v1`.
    pub fn url(&self) -> &str {
        &self.shared.api
    }

    /// The API's base without `/v1`, as some SDKs want it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where finished files lie.
    pub fn delivery_origin(&self) -> &str {
        &self.shared.delivery
    }

    /// Everything that happened.
    pub fn journal(&self) -> Journal {
        self.shared.journal()
    }

    /// The requests that wait for `release`.
    pub fn holds(&self) -> Vec<Hold> {
        self.shared.holds.list()
    }

    /// Waits until a request waits; nothing where none came in time.
    pub async fn wait_for_hold(&self, limit: Duration) -> Option<Hold> {
        tokio::time::timeout(limit, self.shared.holds.wait_for_one()).await.ok()
    }

    /// Lets go all requests that wait now; gives how many.
    pub fn release(&self) -> usize {
        self.shared.holds.release()
    }

    /// Deletes the data and the files of all predictions that there are, as their time would: those at work when they end.
    pub fn forget(&self) {
        self.shared.state().forget();
    }

    /// Ends all predictions that are at work now, as if their time had come: for jobs that a test lets wait.
    pub fn end_jobs(&self) {
        self.shared.state().end_jobs(self.shared.clock.instant());
        self.shared.changed.send_modify(|count| *count += 1);
    }

    /// Lets time pass for all predictions at once, however long the machine takes for what a test does meanwhile.
    pub fn pass(&self, time: Duration) {
        self.shared.clock.pass(time);
        self.shared.changed.send_modify(|count| *count += 1);
    }

    /// Other faults from now on, their counters at zero.
    pub fn replace_faults(&self, faults: Vec<Fault>) {
        self.shared.replace_faults(self.shared.script.seed, faults);
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.holds.release();
        if let Some(runtime) = self.runtime.take() {
            // Not a plain drop, which panics inside of another runtime.
            runtime.shutdown_background();
        }
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// What all requests see.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    holds: Arc<Holds>,
    clock: Clock,
    shelf: Shelf,
    /// Counts the changes that no clock foretells: cancels, and time that passes at once.
    changed: watch::Sender<u64>,
    api: String,
    delivery: String,
    client: reqwest::Client,
    script: Script,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked has answered 500 to nobody; the others go on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The base of a prediction's `urls`.
    fn urls(&self) -> String {
        self.script.urls_origin.as_ref().map_or_else(|| self.api.clone(), |origin| format!("{origin}/v1"))
    }

    fn show(&self, id: &str, view: View) -> Option<Value> {
        let now = self.clock.instant();
        Some(self.state().find(id)?.json(now, &self.clock, &self.urls(), &self.delivery, view))
    }

    /// Waits until a prediction ended.
    async fn ended(&self, id: &str) {
        self.reached(id, |phase| phase.done.is_some()).await;
    }

    /// Waits until a prediction runs, or ended before it did.
    async fn begun(&self, id: &str) {
        self.reached(id, |phase| phase.started.is_some() || phase.done.is_some()).await;
    }

    async fn reached(&self, id: &str, is_there: impl Fn(&Phase) -> bool + Send) {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            let now = self.clock.instant();
            let next = match self.state().find(id) {
                Some(made) if !is_there(&made.phase(now)) => made.next_event(now),
                _ => return,
            };
            // Without an event to come it only ends from outside.
            let timer = async {
                match next {
                    Some(at) => tokio::time::sleep_until(self.clock.timer(at).into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = timer => {}
                _ = changes.changed() => {}
            }
        }
    }

    fn journal(&self) -> Journal {
        let state = self.state();
        let (requests, predictions) = (state.recorder.requests(), state.entries(&self.clock));
        drop(state);
        Journal { requests, predictions, holds: self.holds.list() }
    }

    fn replace_faults(&self, seed: u64, faults: Vec<Fault>) {
        self.state().faults = faults::Faults::new(seed, faults);
    }
}
