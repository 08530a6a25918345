//! The façade's verbs: bringing in, running with options, looking things up.

use super::{Bench, finished};
use adgen::{
    Assets, At, ErrorKind, Event, EventRecord, PreviewOptions, PreviewSize, RunOptions, Status, Studio, WatchOptions,
};
use adgen_tests::{document, judge};
use futures_util::{Stream, StreamExt, stream};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_the_video_will() {
    let bench = Bench::new();
    let studio = bench.studio();
    let document = document::parse(&document::planned("look", &bench.photo));
    studio.import(document, "").await.expect("it is brought in");
    let preview = async |at: At, options: PreviewOptions| studio.preview("look", at, options).await;
    let error = preview(At::Scene(0), PreviewOptions::new()).await.expect_err("there are no scenes yet");
    assert!(error.kind() == ErrorKind::InvalidInput && error.to_string().contains("plan"), "{error}");
    finished(studio.run("look", RunOptions::new()).await.expect("starts").wait().await);
    let project = bench.project("look");
    let before = project.history().len();
    let film = judge::picture(&project.path("final_video.mp4"), 1.5);
    let (width, height) = film.dimensions();
    let options = PreviewOptions::new().with_size(PreviewSize::Width(width));
    let drawn = preview(At::Seconds(1.5), options).await.expect("a preview");
    assert_eq!((drawn.width, drawn.height), (width, height));
    let picture = image::load_from_memory(&drawn.png).expect("a picture").to_rgb8();
    let difference = judge::difference(&picture, &film);
    // What the encoder costs, and no more.
    assert!(difference < 4.0, "the preview is not what the video shows: {difference}");
    // An edit is seen at once, and nothing is made for it.
    let mut stored = studio.document("look").await.expect("a document");
    if let Some(scenes) = &mut stored.document.scenes {
        scenes[0].caption = Some("Quite other words".to_owned());
    }
    studio.save(&stored.document, Some(&stored.version)).await.expect("saved");
    let edited = preview(At::Scene(0), options).await.expect("a preview");
    let unedited = judge::picture(&project.path("final_video.mp4"), 0.1);
    assert!(judge::difference(&image::load_from_memory(&edited.png).expect("a picture").to_rgb8(), &unedited) > 0.5);
    assert_eq!(project.history().len(), before, "a preview was written down");
    for wrong in [At::Scene(99), At::Seconds(-1.0), At::Seconds(f64::NAN)] {
        assert_eq!(preview(wrong, options).await.expect_err("there is none").kind(), ErrorKind::InvalidInput);
    }
    let large = PreviewOptions::new().with_size(PreviewSize::Width(100_000));
    assert_eq!(preview(At::Scene(0), large).await.expect_err("is too large").kind(), ErrorKind::InvalidInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_project_made_serves_another_and_outlives_it() {
    let bench = Bench::new();
    let studio = bench.studio();
    let document = document::parse(&document::planned("first", &bench.photo));
    finished(studio.generate(document, "").await.expect("starts").wait().await);
    studio.copy("first", "second").await.expect("copied");
    // What the first one's runs told is not the copy's.
    assert!(!bench.project("second").path("events.json").exists());
    assert_eq!(studio.copy("first", "second").await.expect_err("is there").kind(), ErrorKind::Conflict);
    // It waits for its first run.
    let state = studio.state("second").await.expect("a state");
    assert_eq!((state.status, state.run_id, state.cost_usd), (Status::Pending, None, 0.0));
    let stored = studio.document("second").await.expect("a document");
    let mut edited = stored.document.clone();
    if let Some(scenes) = &mut edited.scenes {
        scenes[0].caption = Some("Quite other words".to_owned());
    }
    let version = studio.save(&edited, Some(&stored.version)).await.expect("saved");
    let error = studio.save(&stored.document, Some(&stored.version)).await.expect_err("somebody else saved");
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(studio.document("second").await.expect("a document").version, version);
    let outcome = finished(studio.run("second", RunOptions::new()).await.expect("starts").wait().await);
    let made: u32 = outcome.state.stages.values().map(|stage| stage.made).sum();
    assert!((2..=3).contains(&made), "a caption made {made} artifacts");
    // The second one goes on without the first.
    let link = studio.url("second", "final_video.mp4", std::time::Duration::from_secs(1)).await.expect("a link");
    assert_eq!(
        link.to_file_path().expect("a file"),
        bench.project("second").path("final_video.mp4").canonicalize().expect("there")
    );
    studio.delete("first").await.expect("deleted");
    assert_eq!(studio.delete("first").await.expect_err("is gone").kind(), ErrorKind::NotFound);
    assert!(!bench.project("first").0.exists());
    let plan = studio.find_waste(adgen::GcRules::new().with_grace(std::time::Duration::ZERO)).await.expect("a plan");
    assert!(plan.waste.len() >= 2, "the first one's scene and film are nobody's: {plan:?}");
    assert!(studio.remove_waste(&plan).await.expect("removed") > 0);
    let outcome = finished(studio.run("second", RunOptions::new()).await.expect("starts").wait().await);
    assert_eq!(outcome.state.stages.values().map(|stage| stage.made).sum::<u32>(), 0, "something in use was removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_made_again_at_any_time() {
    let bench = Bench::new();
    let studio = bench.studio();
    let document = document::parse(&document::least("page", &bench.photo));
    assert_eq!(studio.report("page").await.expect_err("is not there").kind(), ErrorKind::NotFound);
    studio.import(document.clone(), "").await.expect("it is brought in");
    assert_eq!(studio.report("page").await.expect_err("has no ad").kind(), ErrorKind::NotFound);
    let outcome = finished(studio.run("page", RunOptions::new()).await.expect("starts").wait().await);
    let project = bench.project("page");
    let page = std::fs::read_to_string(project.path("report.html")).expect("a page");
    let (state, entries) = (project.state(), project.history());
    let again = async || {
        std::fs::remove_file(project.path("report.html")).expect("was there");
        let made = studio.report("page").await.expect("a page");
        assert_eq!(made, outcome.report);
        // Whole pages would fill the screen.
        assert!(std::fs::read_to_string(project.path("report.html")).expect("a page") == page, "another page");
    };
    again().await;
    // Neither what a person edits, nor what comes in since, nor names that are gone change what the run made.
    let mut edited = studio.document("page").await.expect("a document").document;
    edited.scenes.as_mut().expect("planned")[0].caption = Some("Quite other words".to_owned());
    studio.save(&edited, None).await.expect("saved");
    std::fs::remove_file(project.path("final_video.mp4")).expect("was there");
    again().await;
    assert_eq!((project.state(), project.history()), (state, entries));
    assert!(!project.path("work").exists() || std::fs::read_dir(project.path("work")).expect("a folder").count() == 0);
    let mut other = document;
    other.seed = 7;
    studio.import(other, "").await.expect("it is brought in");
    again().await;
    // A run that made no ad has no page.
    let run = studio.run("page", RunOptions::new()).await.expect("starts");
    run.cancel();
    run.wait().await.expect_err("was cancelled");
    assert_eq!(studio.report("page").await.expect_err("made no ad").kind(), ErrorKind::InvalidInput);
}

/// All that a watched run tells.
async fn all(stream: impl Stream<Item = adgen::Result<EventRecord>>) -> Vec<EventRecord> {
    stream.map(|record| record.expect("the storage answers")).collect().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_watched_by_those_who_know_its_storage() {
    let bench = Bench::new();
    let (studio, elsewhere) = (bench.studio(), bench.studio());
    let document = document::parse(&document::least("seen", &bench.photo));
    studio.import(document, "").await.expect("it is brought in");
    let every = std::time::Duration::from_millis(50);
    let watch =
        async |options: WatchOptions| elsewhere.watch("seen", options.with_every(every)).await.expect("a project");
    let hear = |stream| tokio::spawn(all(stream));
    let early = hear(watch(WatchOptions::new()).await);
    let run = studio.run("seen", RunOptions::new()).await.expect("starts");
    let own: Vec<_> = run.events(0).collect().await;
    finished(run.wait().await);
    let heard = early.await.expect("ends");
    assert_eq!(heard.last(), own.last());
    assert!(heard.windows(2).all(|pair| pair[0].seq < pair[1].seq) && heard.iter().all(|record| own.contains(record)));
    let late = all(watch(WatchOptions::new().with_from_seq(own[own.len() - 1].seq)).await).await;
    assert_eq!(late.len(), 1);
    // The run after that one is waited for.
    let next = hear(watch(WatchOptions::new().with_after_run(run.id())).await);
    let second = studio.run("seen", RunOptions::new()).await.expect("starts");
    finished(second.wait().await);
    assert!(next.await.expect("ends").iter().all(|record| record.run_id == second.id()));
    assert_eq!(
        elsewhere.watch("nobody", WatchOptions::new()).await.map(drop).expect_err("is not there").kind(),
        ErrorKind::NotFound
    );
}
