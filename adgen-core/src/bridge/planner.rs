//! A planner that is written in the other language.
//!
//! Depends on `provider`, `project` (costs), `error` and its neighbour `host`.

use super::host::{Host, Role, arguments, asked, known, read, value};
use crate::{
    error::Result,
    project::CostRange,
    provider::{CallContext, Plan, PlanRequest, Planner, ProviderInfo},
};
use async_trait::async_trait;
use std::sync::Arc;

/// Asks a host to plan.
#[derive(Debug)]
pub(super) struct HostPlanner {
    host: Arc<dyn Host>,
    info: ProviderInfo,
}

impl HostPlanner {
    /// # Errors
    /// `InvalidConfig` where it does not say who it is.
    pub(super) fn new(host: Arc<dyn Host>) -> Result<Self> {
        let info = known(&*host, Role::Planner)?;
        Ok(Self { host, info })
    }
}

#[async_trait]
impl Planner for HostPlanner {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn estimate(&self, request: &PlanRequest) -> CostRange {
        asked(&*self.host, Role::Planner, "estimate", request).unwrap_or_else(|| self.info.price.of(0.0))
    }

    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan> {
        let arguments = arguments([("request", value(request)?)]);
        let answer = context.unless_cancelled(self.host.call("plan", &arguments, context)).await?;
        read(Role::Planner, "plan", answer)
    }
}
