//! An ad made in a bucket, made again, copied, linked to, deleted.

use super::{Site, adgen, builder, names, storage};
use adgen::{AssetPolicy, Event, RunOptions, Studio, WatchOptions};
use adgen_tests::{
    buckets::{Kind, S3Server, SECRET, client},
    command::run,
    document, judge,
    lossy::Lossy,
};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;

async fn on(kind: Kind) {
    let (site, server) = (Site::new(), S3Server::start(kind).await);
    let proxy = Lossy::before(server.url()).await;
    let studio = builder(proxy.url(), "team-a").build().expect("a studio");
    let document = document::parse(&document::planned("cup", &site.photo));
    // Watched from what is another process to it: it knows nothing but the bucket.
    let elsewhere = builder(&server.url(), "team-a").build().expect("a studio");
    studio.import(document.clone(), site.path()).await.expect("imported");
    let run_of = studio.run("cup", RunOptions::new()).await.expect("starts");
    let watched = tokio::spawn({
        let elsewhere = elsewhere.clone();
        async move {
            let options = WatchOptions::new().with_every(Duration::from_millis(100));
            let stream = elsewhere.watch("cup", options).await.expect("a project");
            stream.map(|record| record.expect("the storage answers")).collect::<Vec<_>>().await
        }
    });
    let outcome = run_of.wait().await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    println!("{kind:?}: an ad from nothing: {:.1} s, {:?}", outcome.state.elapsed_s, studio.storage_use());
    let folder = Studio::builder().with_storage_dir(site.path().join("folder"));
    let mut matting = adgen::Matting::default();
    matting.download = false;
    let folder =
        folder.with_matting(matting).with_asset_policy(AssetPolicy::own_documents()).build().expect("a studio");
    let local = folder.generate(document.clone(), site.path()).await.expect("starts").wait().await.expect("an ad");
    println!("{kind:?}: the same in a folder: {:.1} s", local.state.elapsed_s);
    let heard = watched.await.expect("ends");
    assert!(heard.iter().all(|record| record.run_id == run_of.id()), "{heard:?}");
    assert!(heard.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert!(matches!(heard.last().map(|record| &record.event), Some(Event::RunFinished { .. })), "{heard:?}");
    assert!(outcome.video().is_none(), "it lies on no disk");
    let there = names(&server, "team-a").await;
    for name in adgen_tests::storage::FILES {
        assert!(there.has(&format!("projects/cup/{name}")), "{kind:?}: {name} is missing: {there:?}");
    }
    // Everybody who has the link may look at the ad; its bytes are those of the storage.
    // Not through the proxy: the host is signed, too.
    let link = elsewhere.url("cup", "final_video.mp4", Duration::from_secs(60)).await.expect("a link");
    let client = client();
    let answer = client.get(link.as_str()).send().await.expect("an answer");
    let status = answer.status();
    let bytes = answer.bytes().await.expect("a film");
    assert!(status.is_success(), "{link}: {status}, {}", String::from_utf8_lossy(&bytes));
    let film = site.path().join("film.mp4");
    std::fs::write(&film, &bytes).expect("ours");
    judge::expect_sound_file(&film);
    assert_eq!(outcome.videos[0].bytes, bytes.len() as u64);
    assert_eq!(outcome.videos[0].url, None, "nobody said what this store is called");
    assert!(link.query().is_some_and(|query| query.contains("Signature") && !query.contains(SECRET)), "{link}");
    let error = studio.url("cup", "nothing.mp4", Duration::from_secs(60)).await.expect_err("there is none");
    assert_eq!(error.kind(), adgen::ErrorKind::NotFound);

    // Everything is there: asked for in few requests, each object fetched once at most.
    let before = proxy.asked().len();
    let again = builder(proxy.url(), "team-a").build().expect("a studio");
    let outcome = again.generate(document.clone(), site.path()).await.expect("starts").wait().await.expect("an ad");
    assert_eq!(outcome.state.stages.values().map(|stage| stage.made).sum::<u32>(), 0);
    let kinds = proxy.kinds(before);
    let total: usize = kinds.values().sum();
    println!("{kind:?}: a run with everything there: {total} requests, {kinds:?}, {:?}", again.storage_use());
    assert!(total <= 60, "{total} requests: {kinds:?}");
    assert_eq!(again.storage_use().total() as usize, total, "what the studio counts and what is asked");
    let mut fetched = std::collections::BTreeMap::<String, usize>::new();
    for asked in proxy
        .asked()
        .into_iter()
        .skip(before)
        .filter(|asked| asked.kind() == "GET" && asked.target.contains("artifacts/"))
    {
        *fetched.entry(asked.target).or_default() += 1;
    }
    assert!(fetched.values().all(|&times| times == 1), "{fetched:?}");

    // A copy with other words: one scene, its neighbour that dissolves into nothing, and the film.
    again.copy("cup", "cup-2").await.expect("copied");
    let stored = again.document("cup-2").await.expect("a document");
    let mut json = serde_json::to_value(&stored.document).expect("JSON");
    json["scenes"][0]["caption"] = "Other words".into();
    again.save(&document::parse(&json), Some(&stored.version)).await.expect("saved");
    let error = again.save(&stored.document, Some(&stored.version)).await.expect_err("an older version");
    assert_eq!(error.kind(), adgen::ErrorKind::Conflict);
    let outcome = again.run("cup-2", RunOptions::new()).await.expect("starts").wait().await.expect("an ad");
    let made: u32 = outcome.state.stages.values().map(|stage| stage.made).sum();
    assert!((2..=3).contains(&made), "{made} artifacts for one caption");
    assert_eq!(outcome.state.cost_usd, 0.0);

    // What one project loses, the other keeps.
    again.delete("cup").await.expect("deleted");
    let there = names(&server, "team-a").await;
    assert!(!there.0.iter().any(|name| name.starts_with("projects/cup/")), "{there:?}");
    let outcome = again.run("cup-2", RunOptions::new()).await.expect("starts").wait().await.expect("an ad");
    assert_eq!(outcome.state.stages.values().map(|stage| stage.made).sum::<u32>(), 0);
    let plan = again.find_waste(adgen::GcRules::new().with_grace(Duration::ZERO)).await.expect("a plan");
    assert!(!plan.waste.is_empty(), "the first caption's scene is nobody's any more");
    again.remove_waste(&plan).await.expect("removed");
    let fresh = builder(&server.url(), "team-a").build().expect("a studio");
    let outcome = fresh.run("cup-2", RunOptions::new()).await.expect("starts").wait().await.expect("an ad");
    assert_eq!(outcome.state.stages.values().map(|stage| stage.made).sum::<u32>(), 0, "something in use was removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_pipeline_in_a_bucket_of_ministack() {
    on(Kind::Ministack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_pipeline_in_a_bucket_of_moto() {
    on(Kind::Moto).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_keeps_projects_in_a_bucket() {
    let (site, server) = (Site::new(), S3Server::start(Kind::Ministack).await);
    let url = server.url();
    let path = document::save(&document::least("mug", &site.photo), site.path());
    let path = path.to_str().expect("text");
    let storage = storage("by hand/2026");
    tokio::task::block_in_place(|| {
        let made = run(adgen(&url, &["generate", path, "--offline", "--storage", &storage])).expect_code(0);
        made.expect_said(["final_video.mp4"]);
        run(adgen(&url, &["status", "mug", "--storage", &storage])).expect_code(0).expect_said(["COMPLETED"]);
        run(adgen(&url, &["gc", "--storage", &storage])).expect_code(0).expect_said(["in use"]);
        run(adgen(&url, &["status", "cup", "--storage", &storage])).expect_code(2).expect_said(["no project"]);
        // A bucket that is not there, and nobody at the address.
        let nowhere = "s3://no-such-bucket-here/x";
        run(adgen(&url, &["status", "mug", "--storage", nowhere]))
            .expect_no_panic()
            .expect_said(["no-such-bucket-here"]);
        let closed = adgen_tests::port::ClosedPort::take().url();
        let said = run(adgen(&closed, &["status", "mug", "--storage", &storage])).expect_no_panic();
        assert_eq!(said.code(), Some(1), "{}", said.stderr);
        assert!(!said.stderr.contains(SECRET));
    });
    let state: Value =
        serde_json::from_slice(&server.object("by%20hand/2026/projects/mug/state.json").await.expect("a state"))
            .expect("JSON");
    assert_eq!(state["status"], "COMPLETED");
}
