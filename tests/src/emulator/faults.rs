//! Chooses the fault that meets a request.

use super::script::{Action, Fault, On};

/// The script's faults with their counters.
#[derive(Debug)]
pub(super) struct Faults {
    list: Vec<Counted>,
    random: u64,
}

#[derive(Debug)]
struct Counted {
    fault: Fault,
    seen: u64,
    fired: u64,
}

impl Faults {
    pub(super) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        Self { list: faults.into_iter().map(|fault| Counted { fault, seen: 0, fired: 0 }).collect(), random: seed }
    }

    /// The action of the first fault that fires. Every fault that matches counts the request.
    pub(super) fn pick(&mut self, on: On, model: Option<&str>, prompt: Option<&str>) -> Option<Action> {
        let mut picked = None;
        for counted in &mut self.list {
            let Fault { on: wanted, only, .. } = &counted.fault;
            let kind = *wanted == on || *wanted == On::Any;
            let about = only.model.as_deref().is_none_or(|wanted| Some(wanted) == model)
                && only.prompt_contains.as_deref().is_none_or(|part| prompt.is_some_and(|text| text.contains(part)));
            if !kind || !about {
                continue;
            }
            counted.seen += 1;
            let fault = &counted.fault;
            let lucky = fault.probability.is_none_or(|share| uniform(&mut self.random) < share);
            let fires = lucky
                && fault.nth.is_none_or(|nth| counted.seen == nth)
                && fault.every.is_none_or(|every| counted.seen.is_multiple_of(every))
                && fault.times.is_none_or(|times| counted.fired < times);
            if fires && picked.is_none() {
                counted.fired += 1;
                picked = Some(fault.action.clone());
            }
        }
        picked
    }
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), as a number in 0..1.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
