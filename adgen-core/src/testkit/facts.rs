//! What every provider says of itself: name, model, price, estimate.

use super::report::{Broken, Recorder, ensure};
use crate::provider::{CostRange, Price, ProviderInfo};

/// Rounding of sums of money, in US dollars.
const ROUNDING: f64 = 1e-6;

pub(super) fn check_info(info: &ProviderInfo, log: &mut Recorder) {
    let named = !info.name.trim().is_empty() && !info.model.trim().is_empty();
    log.check("name_and_model_are_given", ensure(named, || format!("{:?}, {:?}", info.name, info.model)));
    log.check("price_is_sound_and_dated", info.price.problem().map_or(Ok(()), Err));
}

pub(super) fn check_unchanged(before: &ProviderInfo, now: &ProviderInfo, log: &mut Recorder) {
    log.check("info_never_changes", ensure(before == now, || format!("first {before:?}, then {now:?}")));
}

/// What is wrong with an estimate, if anything is.
pub(super) fn estimate_is_sound(estimate: CostRange, info: &ProviderInfo) -> Broken {
    let CostRange { low_usd: low, high_usd: high } = estimate;
    ensure(low.is_finite() && low >= 0.0 && high >= low, || format!("{low} to {high} dollars"))?;
    ensure(!info.price.is_free() || high == 0.0, || format!("it is free, and estimated at {estimate}"))?;
    ensure(info.price != Price::Unknown || !estimate.is_known(), || {
        format!("nobody knows the price, and the estimate is {estimate}")
    })
}

/// Longer outputs never cost less.
pub(super) fn estimates_grow(estimates: &[(f64, CostRange)], info: &ProviderInfo) -> Broken {
    for (seconds, estimate) in estimates {
        estimate_is_sound(*estimate, info).map_err(|how| format!("{seconds} s: {how}"))?;
    }
    for pair in estimates.windows(2) {
        let [(less, cheap), (more, dear)] = pair else { continue };
        let grows = dear.low_usd + ROUNDING >= cheap.low_usd && dear.high_usd + ROUNDING >= cheap.high_usd;
        ensure(grows, || format!("{less} s: {cheap}, {more} s: {dear}"))?;
    }
    Ok(())
}

/// What is wrong with a cost, if anything is.
pub(super) fn cost_is_sound(cost_usd: f64, estimate: CostRange, info: &ProviderInfo) -> Broken {
    ensure(cost_usd.is_finite() && cost_usd >= 0.0, || format!("{cost_usd} dollars"))?;
    ensure(!info.price.is_free() || cost_usd == 0.0, || format!("it is free, and cost ${cost_usd}"))?;
    ensure(cost_usd <= estimate.high_usd + ROUNDING, || format!("${cost_usd}, estimated at {estimate}"))
}
