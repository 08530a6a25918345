//! The façade's verbs: bringing in, running with options, looking things up.

use super::{Bench, finished};
use adgen::{Assets, ErrorKind, Event, RunOptions, Status, Studio};
use adgen_tests::document;
use futures_util::{StreamExt, stream};
use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::io::{AsyncRead, ReadBuf};

/// A document whose photo is called `upload.png`, and that photo.
fn upload(bench: &Bench, id: &str) -> (adgen::AdProject, Vec<u8>) {
    let photo = std::fs::read(&bench.photo).expect("a photo");
    (document::parse(&document::least(id, Path::new("upload.png"))), photo)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_in_needs_no_file_and_importing_makes_nothing() {
    let bench = Bench::new();
    let studio = Studio::builder().with_storage_dir(bench.path().join("storage")).offline().build().expect("a studio");
    let (document, photo) = upload(&bench, "handed");
    let import = async || studio.import(document.clone(), Assets::none().with_bytes("upload.png", photo.clone())).await;
    let first = import().await.expect("it is brought in");
    assert_eq!((first.project_id.as_str(), first.unchanged), ("handed", false));
    let project = bench.project("handed");
    assert_eq!(project.state()["status"], "PENDING");
    assert_eq!(studio.state("handed").await.expect("is known").status, Status::Pending);
    assert!(!project.path("plan.json").exists() && !project.path("work").exists(), "something was made");
    assert!(import().await.expect("it is known").unchanged);
    assert_eq!(studio.list().await.expect("a list"), ["handed"]);
    let outcome = finished(studio.run("handed", RunOptions::new()).await.expect("starts").wait().await);
    assert_eq!((outcome.state.status, outcome.project_id.as_str()), (Status::Completed, "handed"));
    // Bringing in what is there changes nothing.
    let before = project.state();
    assert!(import().await.expect("it is known").unchanged);
    assert_eq!(project.state(), before);
    // As a run says, too.
    let assets = Assets::none().with_bytes("upload.png", photo.clone());
    let run = studio.generate(document, assets).await.expect("starts");
    let events: Vec<Event> = run.events(0).map(|record| record.event).collect().await;
    let is_said = |event: &Event| matches!(event, Event::Note { message, .. } if message.contains("came in before"));
    assert!(events.iter().any(is_said), "{events:?}");
    finished(run.wait().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_read_to_their_end_and_what_is_no_good_leaves_nothing() {
    let bench = Bench::new();
    let studio = Studio::builder().with_storage_dir(bench.path().join("storage")).offline().build().expect("a studio");
    let (document, photo) = upload(&bench, "streamed");
    let assets = Assets::none().with_reader("upload.png", io::Cursor::new(photo.clone()));
    studio.import(document, assets).await.expect("it is brought in");
    let stored = std::fs::read(bench.project("streamed").path("product_original.png")).expect("it is there");
    assert_eq!(stored, photo);

    let (document, photo) = upload(&bench, "cut");
    let refused = async |assets: Assets| studio.import(document.clone(), assets).await.expect_err("it is no good");
    let cases = [
        (Assets::none(), "was not handed in"),
        (Assets::none().with_bytes("upload.png", ""), "empty"),
        (Assets::none().with_bytes("upload.png", &b"no photo"[..]), "upload.png"),
        (Assets::none().with_reader("upload.png", Torn(photo[..100].to_vec())), "to its end"),
        (Assets::none().with_bytes("upload.png", photo.clone()).with_bytes("more.png", photo), "more.png"),
    ];
    for (assets, said) in cases {
        let error = refused(assets).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(said), "{said:?} is not said: {error}");
    }
    assert!(!bench.project("cut").path("project.json").exists());
    // It is free for the next one at once.
    let (document, photo) = upload(&bench, "cut");
    studio.import(document, Assets::none().with_bytes("upload.png", photo)).await.expect("it is brought in");
}

/// A connection that breaks off.
struct Torn(Vec<u8>);

impl AsyncRead for Torn {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        let rest = std::mem::take(&mut self.0);
        if rest.is_empty() {
            return std::task::Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        buffer.put_slice(&rest);
        std::task::Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_options_of_its_own() {
    let bench = Bench::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let note = |who: &'static str| {
        let heard = Arc::clone(&heard);
        move |record: &adgen::EventRecord| heard.lock().expect("whole").push((who, record.run_id.clone(), record.seq))
    };
    let studio = bench.builder("storage").on_event(note("studio")).build().expect("a studio");
    let ids = ["one", "two"];
    for id in ids {
        let document = document::parse(&document::least(id, &bench.photo));
        studio.import(document, "").await.expect("it is brought in");
    }
    heard.lock().expect("whole").clear();
    let runs = stream::iter(ids).then(async |id| {
        let options = RunOptions::new().with_jobs(1).with_max_usd(0.0).on_event(note(id));
        studio.run(id, options).await.expect("starts")
    });
    for run in runs.collect::<Vec<_>>().await {
        finished(run.wait().await);
        let heard = heard.lock().expect("whole");
        let by = |who: &str| -> Vec<u64> {
            heard.iter().filter(|(by, id, _)| *by == who && id == run.id()).map(|heard| heard.2).collect()
        };
        // Each run's own listener hears that run alone, and all of it; the studio's hears both.
        assert_eq!(by(run.project_id()), by("studio"));
        assert_eq!(by(run.project_id()).len(), heard.iter().filter(|(by, ..)| *by == run.project_id()).count());
        assert!(by("studio").is_sorted() && by("studio").first() == Some(&1));
    }
    for wrong in [RunOptions::new().with_jobs(0), RunOptions::new().with_max_usd(f64::INFINITY)] {
        let error = studio.run("one", wrong).await.expect_err("is out of range");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
    }
}
