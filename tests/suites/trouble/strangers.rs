//! Hosts that the token must not reach, and hosts that a document must not reach.

use super::ground::{CLIP_USD, clip, expect_bill, expect_clip_trouble, expect_says, make, orders, resume, strict};
use adgen::ErrorKind;
use adgen_tests::{
    command::run,
    document,
    emulator::{Action, Answer, Emulator, Fault, On, Script},
    services::Services,
};
use axum::{Router, routing::get};
use serde_json::{Value, json};

fn redirect(to: &str) -> Action {
    Action::Status(Answer { code: 307, location: Some(to.to_owned()), ..Answer::default() })
}

/// Nobody showed a key to the other host; gives how often it was asked for anything.
#[track_caller]
fn expect_no_key(stranger: &Emulator) -> usize {
    let requests = stranger.journal().requests;
    let keyed = requests.iter().find(|request| request.headers.contains_key("authorization"));
    assert!(keyed.is_none(), "the token went to another host: {keyed:?}");
    requests.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_redirected_is_not_followed() {
    let (services, stranger) = (Services::start(Script::quick()).await, Emulator::start(Script::quick()).await);
    let to = format!("{}/models/bytedance/seedance-1-pro-fast/predictions", stranger.url());
    services.emulator.replace_faults(vec![Fault::new(On::Create, redirect(&to))]);
    let outcome = make(&services.studio().await, &clip(&services, "moved")).await;
    expect_clip_trouble(&outcome, &["invalid_config", "307", "not redirected", "base address", stranger.origin()]);
    assert_eq!((orders(&services.emulator), expect_no_key(&stranger)), (1, 0));
    expect_bill(&services, &outcome, 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_redirected_is_not_followed_and_the_clip_is_not_lost() {
    let (services, stranger) = (Services::start(Script::quick()).await, Emulator::start(Script::quick()).await);
    let to = format!("{}/predictions/abc", stranger.url());
    services.emulator.replace_faults(vec![Fault::new(On::Get, redirect(&to))]);
    let outcome = make(&services.studio().await, &clip(&services, "asked")).await;
    expect_clip_trouble(&outcome, &["invalid_config", "not redirected", "job: ", "taken up again"]);
    assert_eq!((orders(&services.emulator), expect_no_key(&stranger)), (1, 0));
    services.emulator.replace_faults(Vec::new());
    let outcome = resume(&services, "asked").await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(orders(&services.emulator), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_followed_without_the_token() {
    let stranger = Emulator::start(Script::quick()).await;
    let script = Script { same_origin_delivery: true, ..Script::quick() };
    let services = Services::start(script).await;
    let to = format!("{}/delivery/elsewhere/output.mp4", stranger.origin());
    services.emulator.replace_faults(vec![Fault::new(On::Delivery, redirect(&to)).nth(1)]);
    let outcome = make(&services.studio().await, &strict(clip(&services, "followed"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(expect_no_key(&stranger), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_a_prediction_that_lead_elsewhere_are_not_called() {
    let stranger = Emulator::start(Script::quick()).await;
    let script = Script { urls_origin: Some(stranger.origin().to_owned()), ..Script::quick() };
    let services = Services::start(script).await;
    let outcome = make(&services.studio().await, &strict(clip(&services, "urls"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(expect_no_key(&stranger), 0);
    assert!(services.emulator.journal().count("GET", "/v1/predictions/") > 0);
}

/// A server with the photo on it; its address.
async fn photo_server(services: &Services) -> String {
    let photo = std::fs::read(&services.photo).expect("the photo");
    let router = Router::new().route("/photo.png", get(|| async move { photo }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("has an address");
    // Ends with the test's runtime.
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/photo.png")
}

fn with_photo(services: &Services, id: &str, url: &str) -> Value {
    let mut document = clip(services, id);
    document["product"] = json!({ "image": url });
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_in_a_document_are_refused_with_what_to_do() {
    let services = Services::start(Script::quick()).await;
    let photo = photo_server(&services).await;
    let addresses = [
        &*photo,
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/photo.png",
        "http://[::1]/photo.png",
        "http://10.0.0.1/photo.png",
    ];
    for (index, url) in addresses.into_iter().enumerate() {
        let document = document::parse(&with_photo(&services, &format!("private-{index}"), url));
        let run = services.studio().await.generate(document, "").await.expect("starts");
        let error = run.wait().await.expect_err("a private address was fetched");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        expect_says(&error.to_string(), &["public internet", "next: ", "local file", "--allow-private-urls", url]);
    }
    assert_eq!(services.emulator.journal().requests.len(), 0, "something was bought before the document was read");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_fetched_where_somebody_allows_it() {
    let services = Services::start(Script::quick()).await;
    let photo = photo_server(&services).await;
    let studio = services.builder().await.allow_private_urls().build().expect("a studio");
    let outcome = make(&studio, &strict(with_photo(&services, "allowed", &photo))).await;
    assert_eq!(outcome.state.degradations, []);
    let path = document::save(&with_photo(&services, "command", &photo), services.path()).display().to_string();
    let storage = services.path().join("storage").display().to_string();
    let refused = services.adgen(["generate", &path, "--storage", &storage]);
    let ran = tokio::task::block_in_place(|| run(refused));
    assert_ne!(ran.code(), Some(0));
    ran.expect_no_panic().expect_said(["public internet", "--allow-private-urls"]);
    let allowed = services.adgen(["generate", &path, "--storage", &storage, "--allow-private-urls"]);
    tokio::task::block_in_place(|| run(allowed)).expect_code(0);
}
