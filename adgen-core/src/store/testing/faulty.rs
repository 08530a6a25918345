//! A store in memory that goes wrong to order: refuses, loses answers, repeats writes, hangs, lists late, and has a
//! clock of its own. Its time is Tokio's, so that tests can turn it.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart, memory::InMemory,
    path::Path as ObjectPath,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Method {
    Get,
    Head,
    Put,
    /// The beginning of an upload in parts.
    Upload,
    /// Its end.
    Complete,
    List,
    Delete,
    Copy,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Fault {
    /// The store says that it cannot now, and does nothing.
    Refused,
    /// The store does it, and its answer does not arrive.
    LostAnswer,
    /// The store does it, the answer is lost, and the client does it again: the second answer arrives.
    Repeated,
    /// No answer ever comes, and nothing is done.
    Hangs,
    /// The store does it, and no answer ever comes: as for a process that is killed right then.
    DoneThenHangs,
    /// It takes its time.
    Delayed(Duration),
}

/// What the store says about when an object was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Times {
    /// By its own clock, which is so much later than that of this machine.
    Ahead(TimeDelta),
    /// The same for every object.
    Useless,
}

#[derive(Debug)]
struct Rule {
    method: Method,
    part: String,
    /// So many calls go well before.
    skip: u32,
    times: u32,
    fault: Fault,
}

#[derive(Debug)]
pub(in crate::store) struct Faulty {
    inner: Arc<InMemory>,
    began: (Instant, DateTime<Utc>),
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    rules: Vec<Rule>,
    written: HashMap<ObjectPath, Instant>,
    /// New objects are not listed for so long.
    hidden: Duration,
    times: Times,
    calls: Vec<(Method, String)>,
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faulty")
    }
}

fn unavailable() -> Error {
    Error::Generic { store: "Faulty", source: "503 Service Unavailable".into() }
}

impl Faulty {
    pub(in crate::store) fn new() -> Self {
        let state = State {
            rules: Vec::new(),
            written: HashMap::new(),
            hidden: Duration::ZERO,
            times: Times::Ahead(TimeDelta::zero()),
            calls: Vec::new(),
        };
        Self {
            inner: Arc::new(InMemory::new()),
            began: (Instant::now(), Utc::now()),
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next `times` calls of `method` on an object whose name holds `part` go wrong.
    pub(in crate::store) fn next(&self, times: u32, method: Method, part: &str, fault: Fault) {
        self.after(0, times, method, part, fault);
    }

    /// The same after so many that go well.
    pub(in crate::store) fn after(&self, skip: u32, times: u32, method: Method, part: &str, fault: Fault) {
        self.state().rules.push(Rule { method, part: part.to_owned(), skip, times, fault });
    }

    /// Everything goes well from now on.
    pub(in crate::store) fn heal(&self) {
        self.state().rules.clear();
    }

    /// How many calls of `method` there were on objects whose name holds `part`.
    pub(in crate::store) fn calls(&self, method: Method, part: &str) -> usize {
        self.state().calls.iter().filter(|(called, name)| *called == method && name.contains(part)).count()
    }

    pub(in crate::store) fn list_late_by(&self, hidden: Duration) {
        self.state().hidden = hidden;
    }

    pub(in crate::store) fn tell_times(&self, times: Times) {
        self.state().times = times;
    }

    /// Whether there is such an object, whatever goes wrong.
    pub(in crate::store) async fn has(&self, name: &str) -> bool {
        object_store::ObjectStoreExt::head(&*self.inner, &ObjectPath::from(name)).await.is_ok()
    }

    /// Counts the call, and does what a rule says before it. Gives what is to happen after it.
    async fn before(&self, method: Method, at: &ObjectPath) -> Result<Option<Fault>> {
        let fault = {
            let mut state = self.state();
            state.calls.push((method, at.to_string()));
            let rule = state
                .rules
                .iter_mut()
                .find(|rule| rule.times > 0 && rule.method == method && at.as_ref().contains(&rule.part));
            rule.and_then(|rule| {
                if rule.skip > 0 {
                    rule.skip -= 1;
                    return None;
                }
                rule.times -= 1;
                Some(rule.fault)
            })
        };
        match fault {
            Some(Fault::Refused) => Err(unavailable()),
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Delayed(time)) => {
                tokio::time::sleep(time).await;
                Ok(None)
            }
            fault => Ok(fault),
        }
    }

    /// The same store for what outlives a borrow.
    fn share(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), began: self.began, state: Arc::clone(&self.state) }
    }

    fn wrote(&self, at: &ObjectPath) {
        self.state().written.insert(at.clone(), Instant::now());
    }

    fn seen(&self, mut meta: ObjectMeta) -> ObjectMeta {
        let state = self.state();
        let (instant, time) = self.began;
        meta.last_modified = match (state.times, state.written.get(&meta.location)) {
            (Times::Ahead(ahead), Some(written)) => {
                time + ahead + TimeDelta::from_std(written.duration_since(instant)).unwrap_or_default()
            }
            _ => DateTime::UNIX_EPOCH,
        };
        meta
    }

    fn is_shown(state: &Mutex<State>, meta: &ObjectMeta) -> bool {
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.written.get(&meta.location).is_none_or(|written| written.elapsed() >= state.hidden)
    }
}

/// An upload in parts whose end may go wrong.
#[derive(Debug)]
struct FaultyUpload {
    upload: Box<dyn MultipartUpload>,
    at: ObjectPath,
    store: Faulty,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, bytes: PutPayload) -> UploadPart {
        self.upload.put_part(bytes)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let after = self.store.before(Method::Complete, &self.at).await?;
        let done = self.upload.complete().await?;
        self.store.wrote(&self.at);
        if after.is_some() { Err(unavailable()) } else { Ok(done) }
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &ObjectPath, bytes: PutPayload, options: PutOptions) -> Result<PutResult> {
        let after = self.before(Method::Put, at).await?;
        let done = self.inner.put_opts(at, bytes.clone(), options.clone()).await?;
        self.wrote(at);
        match after {
            Some(Fault::Repeated) if options.mode == PutMode::Create => self.inner.put_opts(at, bytes, options).await,
            Some(Fault::LostAnswer) => Err(unavailable()),
            Some(Fault::DoneThenHangs) => std::future::pending().await,
            _ => Ok(done),
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &ObjectPath,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let after = self.before(Method::Upload, at).await?;
        let upload = self.inner.put_multipart_opts(at, options).await?;
        self.wrote(at);
        if after.is_some() {
            return Err(unavailable());
        }
        Ok(Box::new(FaultyUpload { upload, at: at.clone(), store: self.share() }))
    }

    async fn get_opts(&self, at: &ObjectPath, options: GetOptions) -> Result<GetResult> {
        let method = if options.head { Method::Head } else { Method::Get };
        let after = self.before(method, at).await?;
        let mut found = self.inner.get_opts(at, options).await?;
        found.meta = self.seen(found.meta);
        if after.is_some() { Err(unavailable()) } else { Ok(found) }
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<ObjectPath>>) -> BoxStream<'static, Result<ObjectPath>> {
        let this = Arc::new(self.share());
        at.then(move |at| {
            let this = Arc::clone(&this);
            async move {
                let at = at?;
                let after = this.before(Method::Delete, &at).await?;
                object_store::ObjectStoreExt::delete(&*this.inner, &at).await?;
                if after.is_some() { Err(unavailable()) } else { Ok(at) }
            }
        })
        .boxed()
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<'static, Result<ObjectMeta>> {
        let this = self.share();
        let prefix = prefix.cloned();
        futures_util::stream::once(async move {
            if let Err(error) = this.before(Method::List, prefix.as_ref().unwrap_or(&ObjectPath::ROOT)).await {
                return futures_util::stream::iter([Err(error)]).boxed();
            }
            let listed: Vec<Result<ObjectMeta>> = this.inner.list(prefix.as_ref()).collect().await;
            let shown =
                listed.into_iter().filter(|meta| meta.as_ref().is_ok_and(|meta| Self::is_shown(&this.state, meta)));
            let shown: Vec<Result<ObjectMeta>> = shown.map(|meta| meta.map(|meta| this.seen(meta))).collect();
            futures_util::stream::iter(shown).boxed()
        })
        .flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&ObjectPath>) -> Result<ListResult> {
        self.before(Method::List, prefix.unwrap_or(&ObjectPath::ROOT)).await?;
        let mut listed = self.inner.list_with_delimiter(prefix).await?;
        listed.objects.retain(|meta| Self::is_shown(&self.state, meta));
        listed.objects = listed.objects.into_iter().map(|meta| self.seen(meta)).collect();
        Ok(listed)
    }

    async fn copy_opts(&self, from: &ObjectPath, to: &ObjectPath, options: CopyOptions) -> Result<()> {
        let after = self.before(Method::Copy, from).await?;
        self.inner.copy_opts(from, to, options).await?;
        self.wrote(to);
        if after.is_some() { Err(unavailable()) } else { Ok(()) }
    }
}
