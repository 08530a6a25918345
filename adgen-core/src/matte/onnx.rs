//! A background remover that runs an ONNX model: exactly rembg's pre- and post-processing. The only user of `ort`.
//!
//! May depend on `error` and its neighbours `ending`, `registry`, `remover`, `resample`, `runtime`.

use super::{
    ending,
    registry::ModelInfo,
    remover::BackgroundRemover,
    resample,
    runtime::{HOW_TO_GET, LACKS_A_LIBRARY, NAMED_WRONGLY, SearchRoots},
};
use crate::error::{Error, ErrorKind, Result};
use image::{GrayImage, RgbImage};
use ort::{
    environment::Environment,
    ep,
    session::{RunOptions, Session, builder::GraphOptimizationLevel},
    value::TensorRef,
};
use std::{
    fmt,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

/// Why a library cannot be loaded, in the system's own words where it has some: which other library it lacks, for one.
fn reason_of(error: &ort::LoadDynamicError) -> String {
    match error {
        ort::LoadDynamicError::Dlopen { error, .. } => {
            std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
        }
        other => other.to_string(),
    }
}

/// ONNX Runtime, loaded. Cheap to clone; the library stays loaded as long as the process lives.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
    library: PathBuf,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("library", &self.library).finish_non_exhaustive()
    }
}

impl Runtime {
    /// Loads the first library found that works. The first successful load counts for the whole process.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where none is found or none works, with what was tried and how to get one.
    pub fn load(roots: &SearchRoots) -> Result<Self> {
        if let Some(runtime) = &*loaded() {
            return Ok(runtime.clone());
        }
        let mut tried = Vec::new();
        for library in roots.require()? {
            match Self::load_file(&library) {
                Ok(runtime) => return Ok(runtime),
                // What was named outright is the person's own mistake, and theirs to mend.
                Err(error) if roots.library.is_some() => return Err(error.with_hint(NAMED_WRONGLY)),
                Err(error) => tried.push(error.to_string()),
            }
        }
        // It is there, and would be no better if it were there once more.
        let (message, hint) = match tried.iter().any(|reason| reason.contains("cannot open shared object file")) {
            true => ("no ONNX Runtime that was found can be used".to_owned(), LACKS_A_LIBRARY),
            false => (
                format!("no ONNX Runtime that was found can be used: {HOW_TO_GET}"),
                "install ONNX Runtime, then run again; `adgen doctor` says whether it is found",
            ),
        };
        Err(Error::new(ErrorKind::Model, message).with_context("tried", tried.join("; ")).with_hint(hint))
    }

    /// Loads this library file, unless one was loaded before: that one is given then.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is no library, or one that is too old.
    pub fn load_file(library: &Path) -> Result<Self> {
        let mut slot = loaded();
        if let Some(runtime) = &*slot {
            return Ok(runtime.clone());
        }
        let failed = |reason: String| {
            Error::new(ErrorKind::Model, "the ONNX Runtime library cannot be used")
                .with_context("path", library.display())
                .with_context("reason", reason)
        };
        let Some(_inside) = ending::enter() else { return Err(Error::cancelled()) };
        // ort asserts on libraries that export the entry point and break its contract.
        let loaded = ending::heard_of(|| {
            catch_unwind(AssertUnwindSafe(|| {
                let builder = ort::init_from(library).map_err(|error| reason_of(&error))?;
                builder.with_name("adgen").build().map_err(|error| error.to_string())
            }))
        });
        let environment = match loaded {
            Ok(Ok(environment)) => environment,
            Ok(Err(reason)) => return Err(failed(reason)),
            Err(_) => return Err(failed("it does not keep to the ONNX Runtime interface".into())),
        };
        let runtime = Self { environment, library: library.to_path_buf() };
        *slot = Some(runtime.clone());
        Ok(runtime)
    }

    /// The library file that is loaded.
    pub fn library(&self) -> &Path {
        &self.library
    }
}

/// The one runtime of this process: the library allows no second environment.
fn loaded() -> MutexGuard<'static, Option<Runtime>> {
    static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often it is asked whether a model that is at work should stop.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A model in ONNX Runtime. It looks at one photo at a time: it already uses all the threads that it was given.
#[derive(Debug)]
pub struct OnnxRemover {
    info: ModelInfo,
    session: Mutex<ManuallyDrop<Session>>,
}

impl Drop for OnnxRemover {
    fn drop(&mut self) {
        // Where the process ends, it takes the session with it.
        let Some(_inside) = ending::enter() else { return };
        let session = self.session.get_mut().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: nobody uses it from here on.
        unsafe { ManuallyDrop::drop(session) };
    }
}

impl OnnxRemover {
    /// Loads the model file `path`, which is of the kind `info`, to run on `threads` threads (at least 1).
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where the file is no model, or one with other inputs.
    pub fn load(runtime: &Runtime, path: &Path, info: &ModelInfo, threads: usize) -> Result<Self> {
        let Some(_inside) = ending::enter() else { return Err(Error::cancelled()) };
        let session = ending::heard_of(|| open(runtime, path, threads)).map_err(|reason| {
            Error::new(ErrorKind::Model, "the model cannot be loaded")
                .with_model(info.name)
                .with_context("path", path.display())
                .with_context("reason", reason)
        })?;
        if session.inputs().is_empty() || session.outputs().is_empty() {
            return Err(Error::new(ErrorKind::Model, "the model has no input or no output")
                .with_context("path", path.display()));
        }
        Ok(Self { info: *info, session: Mutex::new(ManuallyDrop::new(session)) })
    }

    /// The model's facts.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn infer(&self, input: &[f32], cancel: &(dyn Fn() -> bool + Sync)) -> Result<Vec<f32>> {
        // Declared first, so that all else is gone when it goes.
        let Some(_inside) = ending::enter() else { return Err(Error::cancelled()) };
        let cancel = &|| ending::is_near() || cancel();
        let side = self.info.input as usize;
        let failed = |reason: String| {
            Error::new(ErrorKind::Model, "the model failed").with_model(self.info.name).with_context("reason", reason)
        };
        let shape = [1_usize, 3, side, side];
        let tensor = TensorRef::from_array_view((shape, input)).map_err(|e| failed(e.to_string()))?;
        let options = RunOptions::new().map_err(|e| failed(e.to_string()))?;
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if cancel() {
            return Err(Error::cancelled());
        }
        let map = thread::scope(|scope| {
            let (running, ended) = channel::<()>();
            let options = &options;
            let watch = move || {
                while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                    // It stops between two of its layers.
                    if cancel() && options.terminate().is_ok() {
                        return;
                    }
                }
            };
            // Without a thread for it, the model is waited for.
            let _watcher = thread::Builder::new().name("adgen-matte".to_owned()).spawn_scoped(scope, watch);
            let outputs = ending::heard_of(|| session.run_with_options(ort::inputs![tensor], options));
            drop(running);
            let outputs = outputs.map_err(|e| failed(e.to_string()))?;
            let (shape, map) = outputs[0].try_extract_tensor::<f32>().map_err(|e| failed(e.to_string()))?;
            // [1, channels, side, side]: the first channel of the first output is the fused map.
            match map.get(..side * side) {
                Some(map) if shape.len() == 4 => Ok(map.to_vec()),
                _ => Err(failed(format!("its output has the shape {shape:?}"))),
            }
        });
        if cancel() { Err(Error::cancelled()) } else { map }
    }
}

fn open(runtime: &Runtime, path: &Path, threads: usize) -> Result<Session, String> {
    let builder = Session::builder(&runtime.environment).map_err(|e| e.to_string())?;
    let builder = builder.with_optimization_level(GraphOptimizationLevel::All).map_err(|e| e.to_string())?;
    let builder = builder.with_intra_threads(threads.max(1)).map_err(|e| e.to_string())?;
    // An arena would keep the peak of the largest layer for the life of the process, for one or two runs.
    let mut builder = builder
        .with_execution_providers([ep::CPU::default().with_arena_allocator(false).build()])
        .map_err(|e| e.to_string())?;
    builder.commit_from_file(path).map_err(|e| e.to_string())
}

impl BackgroundRemover for OnnxRemover {
    fn name(&self) -> &str {
        self.info.name
    }

    /// The hash of the weights that belong to the name.
    fn version(&self) -> &str {
        self.info.sha256
    }

    fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        let side = self.info.input;
        let input = preprocess(&resample::resize_rgb(photo, side, side)?, &self.info);
        let mut map = self.infer(&input, cancel)?;
        let mask = postprocess(&mut map, &self.info)?;
        resample::resize_gray(&mask, photo.width(), photo.height())
    }

    fn resolution(&self) -> u32 {
        self.info.input
    }
}

/// The photo at the model's size as planes of normalised values. Divides by the picture's own maximum, as rembg does.
fn preprocess(photo: &RgbImage, info: &ModelInfo) -> Vec<f32> {
    let largest = f64::from(photo.as_raw().iter().copied().max().unwrap_or(0)).max(1e-6);
    let mut planes = Vec::with_capacity(photo.as_raw().len());
    for channel in 0..3 {
        // In double precision and rounded once, like the reference.
        let (mean, std) = (info.mean[channel], info.std[channel]);
        planes.extend(photo.pixels().map(|pixel| ((f64::from(pixel[channel]) / largest - mean) / std) as f32));
    }
    planes
}

/// The model's map stretched to 0-255 over its whole range.
fn postprocess(map: &mut [f32], info: &ModelInfo) -> Result<GrayImage> {
    if info.sigmoid {
        map.iter_mut().for_each(|p| *p = 1.0 / (1.0 + (-*p).exp()));
    }
    if info.clip {
        map.iter_mut().for_each(|p| *p = p.clamp(0.0, 1.0));
    }
    let low = map.iter().copied().fold(f32::INFINITY, f32::min);
    let high = map.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = high - low;
    // A constant or broken map has nothing to stretch: it is no product, not a division by zero.
    let scale = |p: f32| if range > 0.0 && range.is_finite() { ((p - low) / range * 255.0) as u8 } else { 0 };
    let bytes = map.iter().map(|p| scale(*p)).collect();
    GrayImage::from_raw(info.input, info.input, bytes)
        .ok_or_else(|| Error::new(ErrorKind::Model, "the model's map has another size than its input"))
}
