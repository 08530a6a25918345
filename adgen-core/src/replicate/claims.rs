//! Which jobs an account has got already, and who is ordering the same thing at this moment: so that a search for a lost
//! job never takes somebody else's.
//!
//! One memory for all clones of an account, and so for all runs that share it. Depends on nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::RwLock;

/// Jobs that are remembered; a job is of no interest any more an hour after its end.
const MOST: usize = 20_000;

/// A job that has an owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Claim {
    /// What it was expected to cost.
    pub(super) cost_usd: f64,
    /// Whether the owner has asked for it since, and so knows it.
    pub(super) is_asked_for: bool,
}

/// The jobs of one account that have an owner.
#[derive(Debug, Default)]
pub(super) struct Claims {
    claimed: Mutex<Claimed>,
    doors: Mutex<HashMap<String, Weak<RwLock<()>>>>,
}

#[derive(Debug, Default)]
struct Claimed {
    claims: HashMap<String, Claim>,
    /// The oldest first.
    order: VecDeque<String>,
}

impl Claims {
    /// Remembers that the job `id` has an owner.
    pub(super) fn claim(&self, id: &str, cost_usd: f64) {
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        if claimed.claims.insert(id.to_owned(), Claim { cost_usd, is_asked_for: false }).is_none() {
            claimed.order.push_back(id.to_owned());
        }
        while claimed.order.len() > MOST {
            let oldest = claimed.order.pop_front().unwrap_or_default();
            claimed.claims.remove(&oldest);
        }
    }

    /// The claim to a job, if there is one.
    pub(super) fn claimed(&self, id: &str) -> Option<Claim> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).claims.get(id).copied()
    }

    /// Remembers that the owner of a job has asked for it.
    pub(super) fn ask(&self, id: &str) {
        if let Some(claim) = self.claimed.lock().unwrap_or_else(PoisonError::into_inner).claims.get_mut(id) {
            claim.is_asked_for = true;
        }
    }

    /// The door of one input: orders go through it side by side, a search for a lost order alone.
    pub(super) fn door(&self, essence: &str) -> Arc<RwLock<()>> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(essence).and_then(Weak::upgrade) {
            return door;
        }
        doors.retain(|_, door| door.strong_count() > 0);
        let door = Arc::default();
        doors.insert(essence.to_owned(), Arc::downgrade(&door));
        door
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_remembered_until_many_came_after_it() {
        let claims = Claims::default();
        claims.claim("a", 0.5);
        assert_eq!(claims.claimed("a"), Some(Claim { cost_usd: 0.5, is_asked_for: false }));
        claims.ask("a");
        claims.ask("b");
        assert_eq!(claims.claimed("a"), Some(Claim { cost_usd: 0.5, is_asked_for: true }));
        assert_eq!(claims.claimed("b"), None);
        for id in 0..MOST {
            claims.claim(&id.to_string(), 0.0);
        }
        assert!(claims.claimed("a").is_none() && claims.claimed("0").is_some());
    }

    #[test]
    fn equal_inputs_share_a_door_while_it_is_in_use() {
        let claims = Claims::default();
        let (one, two) = (claims.door("x"), claims.door("x"));
        assert!(Arc::ptr_eq(&one, &two));
        assert!(!Arc::ptr_eq(&one, &claims.door("y")));
        drop((one, two));
        claims.door("z");
        assert_eq!(claims.doors.lock().expect("not poisoned").len(), 1, "doors that nobody uses are kept");
    }
}
