//! Turns against servers with a clock of their own, in which minutes take no time.

use super::*;
use std::sync::Arc;
use tokio::time::{pause, sleep};

const DOCUMENTED: Limits = Limits { creates_per_minute: 600.0, others_per_minute: 3000.0, concurrent: 16 };

/// 6 a minute, burst 1, as Replicate's low-credit tier; whole seconds to wait.
#[derive(Default)]
struct LowTier {
    free_at: Option<Instant>,
    refusals: u32,
    taken: u32,
}

impl LowTier {
    fn create(&mut self) -> Option<Duration> {
        let now = Instant::now();
        match self.free_at {
            Some(free_at) if now < free_at => {
                self.refusals += 1;
                Some(Duration::from_secs_f64((free_at - now).as_secs_f64().ceil()))
            }
            _ => {
                self.taken += 1;
                self.free_at = Some(now + Duration::from_secs(10));
                None
            }
        }
    }
}

async fn low_tier(creates: u32, answer_takes: Duration) -> (u32, u32, Duration) {
    pause();
    let begin = Instant::now();
    let limiter = Arc::new(Limiter::new(DOCUMENTED));
    let server = Arc::new(Mutex::new(LowTier::default()));
    let calls: Vec<_> = (0..creates)
        .map(|_| {
            let (limiter, server) = (Arc::clone(&limiter), Arc::clone(&server));
            tokio::spawn(async move {
                loop {
                    let turn = limiter.turn(Repeat::Create).await;
                    let refused = server.lock().expect("not poisoned").create();
                    match refused {
                        Some(wait) => {
                            sleep(Duration::from_millis(100)).await;
                            turn.refused(wait);
                        }
                        None => {
                            sleep(answer_takes).await;
                            return turn.taken();
                        }
                    }
                }
            })
        })
        .collect();
    for call in calls {
        call.await.expect("ends");
    }
    let server = server.lock().expect("not poisoned");
    (server.taken, server.refusals, begin.elapsed())
}

#[tokio::test]
async fn six_a_minute_with_a_burst_of_one_just_takes_longer() {
    let (taken, refusals, time) = low_tier(20, Duration::from_millis(300)).await;
    assert_eq!(taken, 20);
    // One a call, and a few at the start, when nothing is known yet.
    assert!(refusals <= 26, "{refusals} refusals");
    assert!((190.0..235.0).contains(&time.as_secs_f64()), "{time:?}");
}

#[tokio::test]
async fn answers_that_take_half_a_minute_do_not_hold_up_the_next() {
    let (taken, refusals, time) = low_tier(20, Duration::from_secs(25)).await;
    assert_eq!(taken, 20);
    assert!(refusals <= 26, "{refusals} refusals");
    assert!(time.as_secs_f64() < 320.0, "{time:?}");
}

#[tokio::test]
async fn a_limit_by_the_minute_costs_its_wait_and_no_more() {
    // 20 calls in each window of 10 s.
    pause();
    let (limiter, begin) = (Limiter::new(Limits { others_per_minute: 6000.0, ..DOCUMENTED }), Instant::now());
    let (mut counts, mut refusals, mut taken) = (std::collections::HashMap::<u64, u32>::new(), 0, 0);
    while taken < 100 {
        let turn = limiter.turn(Repeat::Safe).await;
        let passed = begin.elapsed().as_secs_f64();
        let count = counts.entry((passed / 10.0) as u64).or_default();
        *count += 1;
        if *count > 20 {
            refusals += 1;
            turn.refused(Duration::from_secs_f64(10.0 - passed % 10.0));
        } else {
            taken += 1;
            turn.taken();
        }
    }
    assert!(refusals <= 6 && begin.elapsed().as_secs_f64() < 50.0, "{refusals} refusals, {:?}", begin.elapsed());
}

#[tokio::test]
async fn the_documented_pace_is_kept_after_a_small_burst() {
    pause();
    let (limiter, begin) = (Limiter::new(DOCUMENTED), Instant::now());
    for _ in 0..4 {
        limiter.turn(Repeat::Create).await.taken();
    }
    assert!(begin.elapsed() < Duration::from_millis(10), "{:?}", begin.elapsed());
    for _ in 0..100 {
        limiter.turn(Repeat::Create).await.taken();
    }
    assert!((9.9..10.6).contains(&begin.elapsed().as_secs_f64()), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_limit_of_nothing_or_without_end_is_survived() {
    pause();
    for per_minute in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, f64::MAX] {
        let limits = Limits { creates_per_minute: per_minute, others_per_minute: per_minute, concurrent: 0 };
        let (limiter, begin) = (Limiter::new(limits), Instant::now());
        for _ in 0..3 {
            limiter.turn(Repeat::Create).await.taken();
        }
        assert!(begin.elapsed() <= 3 * SLOWEST, "{per_minute}");
    }
}

#[tokio::test]
async fn nothing_of_the_class_goes_out_before_the_wait_is_over_and_no_burst_after_it() {
    pause();
    let limiter = Limiter::new(DOCUMENTED);
    let begin = Instant::now();
    limiter.turn(Repeat::Create).await.refused(Duration::from_secs(7));
    drop(limiter.turn(Repeat::Safe).await);
    assert!(begin.elapsed() < Duration::from_millis(10), "the other class goes on");
    drop(limiter.turn(Repeat::Create).await);
    let first = begin.elapsed().as_secs_f64();
    assert!((7.0..7.4).contains(&first), "{first}");
    drop(limiter.turn(Repeat::Create).await);
    assert!(begin.elapsed().as_secs_f64() - first > 0.09, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn turns_come_in_order_and_who_leaves_the_queue_costs_nothing() {
    pause();
    let limiter = Arc::new(Limiter::new(Limits { creates_per_minute: 60.0, concurrent: 1, ..DOCUMENTED }));
    let order = Arc::new(Mutex::new(Vec::new()));
    let first = limiter.turn(Repeat::Create).await;
    let calls: Vec<_> = (0..5)
        .map(|i| {
            let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
            tokio::spawn(async move {
                let turn = limiter.turn(Repeat::Create).await;
                order.lock().expect("not poisoned").push(i);
                sleep(Duration::from_millis(10)).await;
                turn.taken();
            })
        })
        .collect();
    sleep(Duration::from_millis(1)).await;
    calls[0].abort();
    calls[2].abort();
    let begin = Instant::now();
    first.taken();
    for call in calls {
        drop(call.await);
    }
    assert_eq!(*order.lock().expect("not poisoned"), [1, 3, 4]);
    // Three turns at one a second: those who left took none.
    assert!(begin.elapsed() < Duration::from_millis(3100), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn calls_at_a_time_are_halved_by_refusals_and_grow_back() {
    pause();
    let limiter = Limiter::new(Limits { concurrent: 8, ..DOCUMENTED });
    let limit = || limiter.others.lock().limit;
    let mut out = Vec::new();
    for _ in 0..8 {
        out.push(limiter.turn(Repeat::Safe).await);
    }
    // A swarm halves it once.
    for turn in out.drain(..) {
        turn.refused(Duration::from_secs(2));
    }
    assert_eq!(limit(), 4);
    for expected in [2, 1, 1] {
        limiter.turn(Repeat::Safe).await.refused(Duration::from_secs(2));
        assert_eq!(limit(), expected);
    }
    for _ in 0..10 {
        limiter.turn(Repeat::Safe).await.taken();
    }
    assert_eq!(limit(), 2);
    for _ in 0..200 {
        limiter.turn(Repeat::Safe).await.taken();
    }
    assert_eq!(limit(), 8);
}
