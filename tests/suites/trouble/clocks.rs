//! Clocks that disagree by a day.

use super::ground::{CLIP_USD, clip, expect_bill, expect_clip_trouble, make, only_prediction, orders, resume, strict};
use adgen_tests::{
    emulator::{Action, Fault, On, Script},
    services::Services,
};

const DAY_S: f64 = 86_400.0;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_was_lost_is_found_whatever_the_clocks_say() {
    for date_skew_s in [DAY_S, -DAY_S] {
        let script = Script { date_skew_s, ..Script::quick() };
        let services = Services::start(script.with_fault(Fault::new(On::Create, Action::DropAfter))).await;
        let outcome = make(&services.studio().await, &strict(clip(&services, "lost"))).await;
        assert_eq!(outcome.state.degradations, []);
        expect_bill(&services, &outcome, CLIP_USD);
        assert!(outcome.state.notes.iter().any(|note| note.contains("found again")), "{:?}", outcome.state.notes);
        only_prediction(&services.emulator);
        resume(&services, "lost").await;
        assert_eq!(orders(&services.emulator), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clocks_leave_unclear_is_not_ordered_again_unasked() {
    // Side by side: the list is asked again after seconds.
    let unclear = [DAY_S, -DAY_S].map(|date_skew_s| async move {
        let script = Script { date_skew_s, ..Script::quick() };
        // A connection that breaks before the order is carried out looks the same from here.
        let services = Services::start(script.with_fault(Fault::new(On::Create, Action::DropBefore).nth(1))).await;
        let outcome = make(&services.studio().await, &clip(&services, "unclear")).await;
        expect_clip_trouble(&outcome, &["outcome_unknown", "possibly_spent_usd: $0.0", "list of jobs", "seed"]);
        let outcome = resume(&services, "unclear").await;
        expect_clip_trouble(&outcome, &["outcome_unknown"]);
        expect_bill(&services, &outcome, 0.0);
        assert_eq!(orders(&services.emulator), 1);
    });
    futures_util::future::join_all(unclear).await;
}
