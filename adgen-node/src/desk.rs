//! The desk of one JavaScript environment: the one place where other threads speak to it.
//!
//! Messages go through one thread-safe function, which does not keep the program alive; `lib/desk.js` does that while somebody
//! waits. At the environment's end (a worker that is terminated, `process.exit()`) the desk closes: nobody speaks to JavaScript
//! any more, whoever waits for a provider's answer hears that there will be none, and the environment's runs are cancelled.

use crate::{
    error::{body, defect},
    given::{Asked, Given},
};
use adgen::{Error, ErrorKind, Result, bridge};
use napi::{
    Env, Status,
    bindgen_prelude::{FnArgs, Function, Uint8Array},
    sys,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    thread::{self, ThreadId},
};
use tokio::task::AbortHandle;

/// What JavaScript's end of the desk hears: a kind of message, a number, and what it is about.
type Told = FnArgs<(&'static str, u32, Given)>;
type Port = ThreadsafeFunction<Message, (), Told, Status, false, true>;
/// Takes a provider's answer.
type Taker = Box<dyn FnOnce(Result<Reply>) + Send>;

pub(crate) struct Message {
    pub(crate) kind: &'static str,
    pub(crate) id: u32,
    pub(crate) given: Given,
}

/// What a provider answered.
pub(crate) enum Reply {
    Json(String),
    Bytes(Vec<u8>),
}

/// The desk as JavaScript has it.
#[napi]
pub struct Desk(Arc<Shared>);

/// The desk as all threads have it.
pub(crate) struct Shared {
    thread: ThreadId,
    port: RwLock<Option<Port>>,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    is_closed: bool,
    last: u32,
    /// Who waits for a provider.
    takers: HashMap<u32, Taker>,
    /// What JavaScript waits for.
    tasks: HashMap<u32, AbortHandle>,
    runs: Vec<adgen::Run>,
}

#[napi]
impl Desk {
    /// `hear` hears of every message, and never throws.
    // napi wants it to be `pub`; JavaScript alone calls it.
    #[allow(private_interfaces)]
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, hear: Function<'_, Told, ()>) -> napi::Result<Self> {
        let port = hear
            .build_threadsafe_function::<Message>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(|told| Ok((told.value.kind, told.value.id, told.value.given).into()))?;
        let shared =
            Arc::new(Shared { thread: thread::current().id(), port: RwLock::new(Some(port)), books: Mutex::default() });
        // Hooks run in the reverse of their order: the port is closed here before Node itself closes it.
        env.add_env_cleanup_hook(Arc::clone(&shared), |shared| shared.close())?;
        Ok(Self(shared))
    }

    /// Keeps the program alive.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env) {
        if let Some(port) = &*self.0.port.read().unwrap_or_else(PoisonError::into_inner) {
            // SAFETY: on the environment's own thread, while the port is open.
            unsafe { sys::napi_ref_threadsafe_function(env.raw(), port.raw()) };
        }
    }

    /// Does not keep the program alive any more.
    #[napi(catch_unwind)]
    pub fn let_go(&self, env: Env) {
        if let Some(port) = &*self.0.port.read().unwrap_or_else(PoisonError::into_inner) {
            // SAFETY: as in `hold`.
            unsafe { sys::napi_unref_threadsafe_function(env.raw(), port.raw()) };
        }
    }

    /// A provider's answer to question `id`: an error's body, JSON, or bytes.
    #[napi(catch_unwind)]
    pub fn answer(&self, id: u32, error: Option<String>, json: Option<String>, bytes: Option<Uint8Array>) {
        let taker = self.0.books().takers.remove(&id);
        let Some(taker) = taker else { return };
        taker(match (error, json, bytes) {
            (Some(error), ..) => Err(bridge::error_from_json(&error).unwrap_or_else(|error| error)),
            (None, Some(json), _) => Ok(Reply::Json(json)),
            (None, None, Some(bytes)) => Ok(Reply::Bytes(bytes.to_vec())),
            (None, None, None) => Err(Error::new(ErrorKind::Unexpected, "a provider gave no answer")),
        });
    }

    /// Gives work `id` up, where it still is under way.
    #[napi(catch_unwind)]
    pub fn give_up(&self, id: u32) {
        if let Some(task) = self.0.books().tasks.get(&id) {
            task.abort();
        }
    }
}

impl Desk {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl Shared {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is JavaScript's own thread.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// Sends a message; gives whether anybody is there to hear it.
    pub(crate) fn post(&self, kind: &'static str, id: u32, given: Given) -> bool {
        let port = self.port.read().unwrap_or_else(PoisonError::into_inner);
        let message = Message { kind, id, given };
        port.as_ref().is_some_and(|port| port.call(message, ThreadsafeFunctionCallMode::NonBlocking) == Status::Ok)
    }

    /// Does work in the runtime, and tells JavaScript what came of it as `done` or `failed`.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        id: u32,
        work: impl Future<Output = Result<Given>> + Send + 'static,
    ) -> Result<()> {
        let runtime = bridge::process()?.handle();
        let mut books = self.books();
        if books.is_closed {
            return Err(gone());
        }
        let task = runtime.spawn(work);
        books.tasks.insert(id, task.abort_handle());
        let desk = Arc::clone(self);
        runtime.spawn(async move {
            let done = task.await.unwrap_or_else(|error| {
                Err(match error.try_into_panic() {
                    Ok(panic) => defect(&*panic),
                    Err(_) => Error::new(ErrorKind::Cancelled, "the call was cancelled"),
                })
            });
            desk.books().tasks.remove(&id);
            match done {
                Ok(given) => desk.post("done", id, given),
                Err(error) => desk.post("failed", id, Given::Text(body(&error))),
            }
        });
        Ok(())
    }

    /// Asks a provider; `take` takes the answer. Gives the question's number.
    pub(crate) fn ask(&self, asked: Asked, take: Taker) -> Result<u32> {
        let id = {
            let mut books = self.books();
            if books.is_closed {
                return Err(gone());
            }
            books.last = books.last.wrapping_add(1);
            let id = books.last;
            books.takers.insert(id, take);
            id
        };
        if !self.post("ask", id, Given::Asked(asked)) {
            self.books().takers.remove(&id);
            return Err(gone());
        }
        Ok(id)
    }

    /// Nobody waits for the answer to question `id` any more.
    pub(crate) fn abandon(&self, id: u32) {
        self.books().takers.remove(&id);
        self.post("abandon", id, Given::Nothing);
    }

    /// Remembers a run until it is over: it ends with its environment.
    pub(crate) fn keep(&self, run: &adgen::Run) {
        let mut books = self.books();
        if books.is_closed {
            run.cancel();
            return;
        }
        books.runs.retain(|run| !run.status().is_final());
        books.runs.push(run.clone());
    }

    fn close(&self) {
        // Somebody may be just about to send: that message is sent before, and not heard any more.
        drop(self.port.write().unwrap_or_else(PoisonError::into_inner).take());
        let Books { takers, tasks, runs, .. } = {
            let mut books = self.books();
            std::mem::replace(&mut *books, Books { is_closed: true, ..Books::default() })
        };
        tasks.values().for_each(AbortHandle::abort);
        runs.iter().for_each(adgen::Run::cancel);
        takers.into_values().for_each(|take| take(Err(gone())));
    }
}

/// There is no JavaScript any more that could be asked.
pub(crate) fn gone() -> Error {
    Error::new(ErrorKind::Cancelled, "the JavaScript environment has ended")
}
