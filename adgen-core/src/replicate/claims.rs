//! Which jobs this process has got already, and who is ordering the same thing at this moment: so that a search for a
//! lost job never takes somebody else's.
//!
//! One memory for all clients of the process: two of them may share an account.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};
use tokio::sync::RwLock;

/// Jobs that are remembered; a job is of no interest any more an hour after its end.
const MOST: usize = 20_000;

static CLAIMS: LazyLock<Mutex<Claims>> = LazyLock::new(Mutex::default);
static DOORS: LazyLock<Mutex<HashMap<String, Weak<RwLock<()>>>>> = LazyLock::new(Mutex::default);

/// A job that has an owner in this process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Claim {
    /// What it was expected to cost.
    pub(super) cost_usd: f64,
    /// Whether the owner has asked for it since, and so knows it.
    pub(super) is_asked_for: bool,
}

#[derive(Default)]
struct Claims {
    claims: HashMap<String, Claim>,
    /// The oldest first.
    order: VecDeque<String>,
}

/// Remembers that the job `id` of the API at `base` has an owner in this process.
pub(super) fn claim(base: &str, id: &str, cost_usd: f64) {
    let mut claims = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = key(base, id);
    if claims.claims.insert(key.clone(), Claim { cost_usd, is_asked_for: false }).is_none() {
        claims.order.push_back(key);
    }
    while claims.order.len() > MOST {
        let oldest = claims.order.pop_front().unwrap_or_default();
        claims.claims.remove(&oldest);
    }
}

/// The claim to a job, if there is one.
pub(super) fn claimed(base: &str, id: &str) -> Option<Claim> {
    CLAIMS.lock().unwrap_or_else(PoisonError::into_inner).claims.get(&key(base, id)).copied()
}

/// Remembers that the owner of a job has asked for it.
pub(super) fn ask(base: &str, id: &str) {
    let mut claims = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(claim) = claims.claims.get_mut(&key(base, id)) {
        claim.is_asked_for = true;
    }
}

/// The door of one input: orders go through it side by side, a search for a lost order alone.
pub(super) fn door(base: &str, essence: &str) -> Arc<RwLock<()>> {
    let mut doors = DOORS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = key(base, essence);
    if let Some(door) = doors.get(&key).and_then(Weak::upgrade) {
        return door;
    }
    doors.retain(|_, door| door.strong_count() > 0);
    let door = Arc::default();
    doors.insert(key, Arc::downgrade(&door));
    door
}

fn key(base: &str, name: &str) -> String {
    format!("{base} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_of_one_api() {
        claim("http://claims.example", "a", 0.5);
        assert_eq!(claimed("http://claims.example", "a"), Some(Claim { cost_usd: 0.5, is_asked_for: false }));
        ask("http://claims.example", "a");
        ask("http://claims.example", "b");
        assert_eq!(claimed("http://claims.example", "a"), Some(Claim { cost_usd: 0.5, is_asked_for: true }));
        assert_eq!(claimed("http://claims.example", "b"), None);
        assert_eq!(claimed("http://other.example", "a"), None);
    }

    #[test]
    fn equal_inputs_share_a_door_while_it_is_in_use() {
        let (one, two) = (door("http://doors.example", "x"), door("http://doors.example", "x"));
        assert!(Arc::ptr_eq(&one, &two));
        assert!(!Arc::ptr_eq(&one, &door("http://doors.example", "y")));
    }
}
