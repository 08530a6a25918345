//! A run that is dropped together with its runtime, as a host does that shuts down.

use super::chain::{Chain, after, before};
use adgen_tests::{
    command::until,
    document,
    emulator::{Fault, On, Script},
    services::Services,
};
use tokio::{
    runtime::{Handle, Runtime},
    task::block_in_place,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_dropped_with_its_runtime_leaves_everything_to_the_next_one() {
    let services = Services::start(Script::quick()).await;
    let document = document::parse(&services.two_scenes("dropped"));
    let steps: [(usize, Vec<Fault>); 5] = [
        (3, vec![before(On::Create)]),
        (3, vec![after(On::Create).nth(1), before(On::Create)]),
        (3, vec![after(On::Create), before(On::Get)]),
        (3, vec![after(On::Get)]),
        (3, vec![before(On::Delivery)]),
    ];
    for (count, faults) in steps {
        services.emulator.replace_faults(faults);
        block_in_place(|| {
            let runtime = Runtime::new().expect("a runtime");
            let run = runtime.block_on(async {
                let studio = services.studio().await;
                studio.generate(document.clone(), "").await.expect("the dropped run holds nothing")
            });
            until("requests wait", || services.emulator.holds().len() >= count);
            drop(run);
            drop(runtime);
            until("its requests are gone", || services.emulator.holds().is_empty());
        });
    }
    services.emulator.replace_faults(Vec::new());
    let run = services.studio().await.generate(document, "").await.expect("starts");
    run.wait().await.expect("an ad");
    let totals = block_in_place(|| Chain::new("dropped", &services).check(&Handle::current()));
    println!("5 dropped runs: {totals}");
    assert_eq!((totals.predictions, totals.twice, totals.lost), (3, 0, 0));
}
