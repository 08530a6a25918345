//! Judges that share no code with adgen: the official clients of Replicate run their own flows against the emulator, and
//! third-party servers of OpenAI's kind watch how adgen calls them.
//!
//! Where `ADGEN_SPECS_DIR` names a folder with `replicate-openapi.json` and `openai-openapi.json`, the services' own OpenAPI
//! documents, everything that was sent is held against them, too.

use adgen::{
    ErrorKind, SecretString,
    openai::{OpenAi, OpenAiPlanner, OpenAiSpeech, Wire},
    provider::{AudioProvider, AudioRequest, CallContext, Content, Generation, PlanRequest, Planner},
};
use adgen_tests::{
    command::{Ran, run},
    document,
    emulator::{Emulator, Script},
    not_tested, root,
    services::Services,
};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn judge(name: &str) -> PathBuf {
    root().join("tests/judges").join(name)
}

fn tool(path: &str) -> PathBuf {
    let path = root().join(path);
    assert!(path.exists(), "{} is missing: `make setup` installs it", path.display());
    path
}

fn python(script: &str) -> Command {
    let mut command = Command::new(tool(".venv/bin/python"));
    command.arg(judge(script));
    command
}

fn node(script: &str) -> Command {
    tool("tests/judges/node_modules/replicate");
    let mut command = Command::new("node");
    command.arg(judge(script)).current_dir(judge(""));
    command
}

fn ran(command: Command) -> Ran {
    tokio::task::block_in_place(|| run(command)).expect_code(0)
}

/// The service's own document; said aloud where it is not there.
fn document_of(service: &str) -> Option<PathBuf> {
    let found = std::env::var_os("ADGEN_SPECS_DIR").map(|dir| Path::new(&dir).join(format!("{service}-openapi.json")));
    let found = found.filter(|path| path.is_file());
    if found.is_none() {
        not_tested(&format!(
            "calls against {service}'s own OpenAPI document: ADGEN_SPECS_DIR names no folder that has it"
        ));
    }
    found
}

fn hold_against_document(emulator: &Emulator) {
    let Some(document) = document_of("replicate") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal.json");
    let json = serde_json::to_vec(&emulator.journal()).expect("a journal is JSON");
    std::fs::write(&journal, json).expect("the folder is the test's own");
    let mut check = python("check_wire.py");
    check.arg(document).arg(journal);
    println!("{}", ran(check).stdout.trim());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_client_of_replicate_finds_the_emulator_faithful() {
    for sync_quirk in [false, true] {
        let emulator = Emulator::start(Script { sync_quirk, ..Script::default() }).await;
        let mut command = python("replicate_sdk.py");
        command.arg(emulator.origin());
        println!("{}", ran(command).stdout.trim());
        hold_against_document(&emulator);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_node_client_of_replicate_finds_the_emulator_faithful() {
    let emulator = Emulator::start(Script::default()).await;
    let mut command = node("replicate_sdk.mjs");
    command.arg(emulator.origin());
    println!("{}", ran(command).stdout.trim());
    hold_against_document(&emulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_adgen_sends_is_what_the_documents_allow() {
    let services = Services::start(Script::quick()).await;
    let mut shown = document::planned("documents", &services.photo);
    shown["policy"] = json!({ "share_photo": true });
    services.make(&shown).await.expect("an ad");
    hold_against_document(&services.emulator);
    let chat = OpenAiPlanner::new(services.openai()).with_wire(Wire::ChatCompletions);
    chat.plan(&CallContext::new(), &request()).await.expect("a plan");
    OpenAiPlanner::new(services.openai())
        .with_wire(Wire::Responses)
        .plan(&CallContext::new(), &request())
        .await
        .expect("a plan");
    let speech = AudioRequest::speech("Hello there");
    OpenAiSpeech::new(services.openai()).start(&CallContext::new(), &speech).await.expect("speech");
    let posts = services.openai.posts();
    assert!(posts.len() >= 4);
    let Some(document) = document_of("openai") else { return };
    let posts: Vec<Value> = posts.iter().map(|post| json!({ "path": post.path, "body": post.body })).collect();
    let file = services.path().join("posts.json");
    std::fs::write(&file, Value::from(posts).to_string()).expect("the folder is the test's own");
    let mut check = python("check_openai.py");
    check.arg(document).arg(file);
    println!("{}", ran(check).stdout.trim());
}

fn request() -> PlanRequest {
    let mut project = document::parse(&document::planned("judged", Path::new("photo.png")));
    project.brief.duration_s = 30.0;
    PlanRequest::new(project.brief, project.brand)
}

/// A program that serves on a port of its own, and ends with the test.
struct Server {
    origin: String,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    async fn start(program: &Path, arguments: &[&str], ready: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut command = match program.extension().is_some_and(|end| end == "js") {
            true => Command::new("node"),
            false => Command::new(program),
        };
        if program.extension().is_some_and(|end| end == "js") {
            command.arg(program);
        }
        command.args(arguments).arg("--port").arg(port.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let server = Self { origin: format!("http://127.0.0.1:{port}"), child };
        let deadline = Instant::now() + Duration::from_secs(600);
        while server.get(ready).await.is_none() {
            assert!(Instant::now() < deadline, "{} does not begin to serve", program.display());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        server
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let answer = request.send().await.ok()?;
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    async fn get(&self, path: &str) -> Option<Value> {
        self.ask(client().get(format!("{}{path}", self.origin))).await
    }

    async fn post(&self, path: &str, body: &Value) {
        let request = client().post(format!("{}{path}", self.origin)).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.expect("the server answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    fn account(&self) -> OpenAi {
        let key = SecretString::from("sk-any");
        OpenAi::builder().with_key(key).with_base_url(format!("{}/v1", self.origin)).build().expect("an account")
    }
}

fn client() -> reqwest::Client {
    // An error means that there is a provider already.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// llmock tells which manners its clients lack: waits that they ignore, what they repeat in vain, storms, giving up.
#[tokio::test(flavor = "multi_thread")]
async fn llmock_finds_no_fault_with_the_planner() {
    let llmock =
        Server::start(&tool(".venv/bin/llmock"), &["serve", "--log-level", "warning"], "/_llmock/verdict").await;
    let failing = |status: u16, times: u32| json!({ "type": "fail", "status": status, "times": times });
    let cases = [
        ("nothing", json!([]), true),
        ("429 with a wait", json!([{ "type": "fail", "status": 429, "retry_after": 1, "times": 2 }]), true),
        ("429 without one", json!([failing(429, 1)]), true),
        ("500", json!([failing(500, 1)]), true),
        ("500 twice", json!([failing(500, 2)]), true),
        ("503", json!([failing(503, 1)]), true),
        ("a slow answer", json!([{ "type": "delay", "seconds": 2 }]), true),
        ("cut JSON", json!([{ "type": "reply", "text": "{\"global_style\": {\"camera\"" }]), true),
        ("400", json!([failing(400, 1)]), false),
        ("401", json!([failing(401, 1)]), false),
        ("404", json!([failing(404, 1)]), false),
    ];
    for wire in [Wire::Responses, Wire::ChatCompletions] {
        for (name, behaviors, comes) in &cases {
            // Whether waits grow is judged by the clock, and a busy machine stretches the first of them: bad manners are
            // found every time.
            let mut tries = 3;
            loop {
                llmock.post("/_llmock/reset", &json!({})).await;
                if *behaviors != json!([]) {
                    llmock.post("/_llmock/scenario", &json!({ "behaviors": behaviors })).await;
                }
                let planned =
                    OpenAiPlanner::new(llmock.account()).with_wire(wire).plan(&CallContext::new(), &request()).await;
                let verdict = llmock.get("/_llmock/verdict").await.expect("a verdict");
                assert_eq!(planned.is_ok(), *comes, "{name}: {planned:?}");
                let findings = verdict["findings"].as_array().expect("a list");
                tries -= 1;
                if tries == 0 || !findings.iter().any(|finding| finding["code"] == "no_backoff") {
                    assert_eq!(*findings, [json!(null); 0], "{name}: {verdict:#}");
                    break;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn aimock_speaks_with_us_and_its_faults_are_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let wav = adgen_tests::emulator::synthetic(&adgen_tests::emulator::MediaSpec {
        kind: adgen_tests::emulator::Kind::Audio,
        width: 0,
        height: 0,
        millis: 1000,
        hue: 0,
    });
    let audio = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &wav);
    let error = |kind: &str, code: &str| json!({ "message": "no", "type": kind, "code": code });
    let fixtures = json!({ "fixtures": [
        { "match": { "endpoint": "speech", "userMessage": "busy", "sequenceIndex": 0 },
          "response": { "error": error("requests", "rate_limit_exceeded"), "status": 429, "retryAfter": 1 } },
        { "match": { "endpoint": "speech", "userMessage": "quota" },
          "response": { "error": error("insufficient_quota", "insufficient_quota"), "status": 429 } },
        { "match": { "endpoint": "speech" }, "response": { "audio": audio, "format": "wav" } },
    ]});
    let file = folder.path().join("speech.json");
    std::fs::write(&file, fixtures.to_string()).expect("the folder is the test's own");
    let program = tool("tests/judges/node_modules/.bin/llmock").canonicalize().expect("it is there");
    let fixtures = file.display().to_string();
    let arguments = ["--fixtures", &fixtures, "--log-level", "silent"];
    let aimock = Server::start(&program, &arguments, "/__aimock/journal").await;
    let say = async |text: &str| {
        let request = AudioRequest::speech(text);
        OpenAiSpeech::new(aimock.account()).start(&CallContext::new(), &request).await
    };
    for text in ["hello", "busy"] {
        let Generation::Done(made) = say(text).await.expect(text) else { panic!("{text}: speech is done at once") };
        let Content::Bytes(bytes) = &made.content else { panic!("{text}: no bytes") };
        let path = folder.path().join("speech.wav");
        std::fs::write(&path, bytes).expect("the folder is the test's own");
        let info = adgen::media::probe(&path).expect("sound");
        assert!((info.duration_s - 1.0).abs() < 0.05, "{text}: {} s", info.duration_s);
        assert!(made.cost_usd > 0.0);
    }
    let error = say("quota").await.expect_err("no quota");
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    let journal = aimock.get("/__aimock/journal").await.expect("a journal");
    let asked = |text: &str| {
        journal.as_array().expect("a list").iter().filter(|e| e["body"].to_string().contains(text)).count()
    };
    assert_eq!((asked("hello"), asked("busy"), asked("quota")), (1, 2, 1), "{journal:#}");
    aimock.post("/__aimock/chaos", &json!({ "disconnectRate": 1 })).await;
    // What may have been spoken, and billed, is not asked for again.
    assert_eq!(say("gone").await.expect_err("no answer").kind(), ErrorKind::OutcomeUnknown);
}
