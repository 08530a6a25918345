//! stub
use crate::{error::Result, pipeline::Context, project::AdProject};
pub(crate) async fn write(_c: &Context, _p: &AdProject, _v: &str) -> Result<()> { Ok(()) }
