//! Which operation a request asks for.

use super::script::On;
use axum::http::Method;

/// One operation of the API, or of the emulator itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Account,
    Create,
    CreateFor { model: String },
    List,
    Get { id: String },
    Cancel { id: String },
    Model { name: String },
    Versions { name: String },
    Version { name: String, version: String },
    Upload,
    Files,
    File { id: String },
    DeleteFile { id: String },
    DownloadFile { id: String },
    Secret,
    Hardware,
    Delivery { id: String, file: String },
    Unknown,
}

impl Route {
    /// The API's paths begin with `/v1`; without it they mean the same.
    pub(super) fn parse(method: &Method, path: &str) -> Self {
        let path = path.trim_matches('/');
        let segments: Vec<&str> = path.strip_prefix("v1/").unwrap_or(path).split('/').collect();
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let own = |text: &&str| (*text).to_owned();
        match (method, segments.as_slice()) {
            ("GET", ["account"]) => Self::Account,
            ("POST", ["predictions"]) => Self::Create,
            ("POST", ["models", owner, name, "predictions"]) => Self::CreateFor { model: format!("{owner}/{name}") },
            ("GET", ["predictions"]) => Self::List,
            ("GET", ["predictions", id]) => Self::Get { id: own(id) },
            ("POST", ["predictions", id, "cancel"]) => Self::Cancel { id: own(id) },
            ("GET", ["models", owner, name]) => Self::Model { name: format!("{owner}/{name}") },
            ("GET", ["models", owner, name, "versions"]) => Self::Versions { name: format!("{owner}/{name}") },
            ("GET", ["models", owner, name, "versions", version]) => {
                Self::Version { name: format!("{owner}/{name}"), version: own(version) }
            }
            ("POST", ["files"]) => Self::Upload,
            ("GET", ["files"]) => Self::Files,
            ("GET", ["files", id]) => Self::File { id: own(id) },
            ("DELETE", ["files", id]) => Self::DeleteFile { id: own(id) },
            ("GET", ["files", id, "download"]) => Self::DownloadFile { id: own(id) },
            ("GET", ["webhooks", "default", "secret"]) => Self::Secret,
            ("GET", ["hardware"]) => Self::Hardware,
            ("GET", ["delivery", id, file]) => Self::Delivery { id: own(id), file: own(file) },
            _ => Self::Unknown,
        }
    }

    /// What scripts call it.
    pub(super) fn on(&self) -> On {
        match self {
            Self::Create | Self::CreateFor { .. } => On::Create,
            Self::List => On::List,
            Self::Get { .. } => On::Get,
            Self::Cancel { .. } => On::Cancel,
            Self::Model { .. } | Self::Versions { .. } | Self::Version { .. } => On::Model,
            Self::Upload => On::Upload,
            Self::Account => On::Account,
            Self::Delivery { .. } => On::Delivery,
            _ => On::Any,
        }
    }

    /// The prediction that it is about.
    pub(super) fn prediction(&self) -> Option<&str> {
        match self {
            Self::Get { id } | Self::Cancel { id } | Self::Delivery { id, .. } => Some(id),
            _ => None,
        }
    }
}
