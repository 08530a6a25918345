//! The `adgen` command from outside: what it says, how it ends, how it is interrupted.

mod arguments;
mod bytes;
mod terminal;

use adgen_tests::{
    command::{adgen, hang_up, program, run, start, until},
    document, pictures,
    port::ClosedPort,
    root, shipped_photo,
    storage::Project,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::Read,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// `adgen generate DOCUMENT --offline --storage FOLDER/storage …`
fn generate(document: &Path, folder: &Path, more: &[&str]) -> Command {
    let mut command = adgen(["generate", "--offline"]);
    command.arg(document).arg("--storage").arg(folder.join("storage")).args(more);
    command
}

/// Every line of a `--json` run as an event: each says whose it is and which.
#[track_caller]
fn events(stdout: &str) -> Vec<Value> {
    let parse =
        |line: &str| -> Value { serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON: {line}: {error}")) };
    let records: Vec<Value> = stdout.lines().map(parse).collect();
    for (number, record) in records.iter().enumerate() {
        assert_eq!(record["seq"].as_u64(), Some(number as u64 + 1), "{record}");
        assert!(record["at"].is_string() && record["project_id"].is_string(), "{record}");
        assert_eq!(record["run_id"], records[0]["run_id"], "{record}");
    }
    records.into_iter().map(|mut record| record["event"].take()).collect()
}

#[test]
fn help_and_version_end_well_and_wrong_flags_are_bad_input() {
    run(adgen(["--version"])).expect_code(0).expect_said(["adgen 0."]);
    let commands = ["new", "validate", "schema", "generate", "status", "models", "doctor"];
    run(adgen(["--help"])).expect_code(0).expect_said(commands);
    for command in commands {
        run(adgen([command, "--help"])).expect_code(0);
    }
    let wrong: [&[&str]; 9] = [
        &[],
        &["generat"],
        &["generate"],
        &["generate", "x", "--seed", "-1"],
        &["generate", "x", "--jobs", "many"],
        &["new", "x.png"],
        &["new", "x.png", "--product", "X", "--color", "red"],
        &["new", "x.png", "--product", "X", "--aspect", "2:1"],
        &["models", "fetch", "no-such-model"],
    ];
    for arguments in wrong {
        let ran = run(adgen(arguments)).expect_code(2);
        assert!(!ran.stderr.is_empty(), "{arguments:?} is refused without a word");
    }
}

#[test]
fn jobs_out_of_range_are_bad_input() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let path = document::save(&document::least("p", &photo), folder.path());
    for jobs in ["0", "257"] {
        run(generate(&path, folder.path(), &["--jobs", jobs])).expect_code(2).expect_said([jobs]);
    }
}

#[test]
fn new_writes_a_document_that_validates() {
    let folder = folder();
    let path = folder.path().join("p.json");
    let photo = shipped_photo("bottle_studio");
    let mut command = adgen(["new"]);
    command.arg(&photo).args([
        "--product",
        "Amara \"100 %\" Oil",
        "--brief",
        "Melts.\nIn seconds.",
        "--audience",
        "all",
    ]);
    command.args(["--mood", "warm", "--brand", "Amara", "--color", "#B5651D", "--color", "#fff", "--cta", "Try it"]);
    command.args(["--duration", "12.5", "--aspect", "1:1", "--aspect", "9:16", "--title", "Oil"]).arg("-o").arg(&path);
    run(command).expect_code(0);
    let ran = run(adgen([Path::new("validate"), &path])).expect_code(0);
    assert_eq!(ran.stdout, "", "a sound document has no problems");
    let document: Value = serde_json::from_slice(&fs::read(&path).expect("was written")).expect("is JSON");
    assert_eq!(document["brief"]["product_name"], "Amara \"100 %\" Oil");
    assert_eq!(document["brief"]["description"], "Melts.\nIn seconds.");
    assert_eq!(document["brief"]["duration_s"], 12.5);
    assert_eq!(document["brief"]["call_to_action"], "Try it");
    assert_eq!(document["brand"]["colors"], json!(["#B5651D", "#FFFFFF"]));
    assert_eq!(document["output"]["aspects"], json!(["1:1", "9:16"]));
    assert_eq!(document["title"], "Oil");
    // Without -o it goes to standard output, and every call makes a project of its own.
    let mut command = adgen(["new", "--product", "Oil"]);
    command.arg(&photo);
    let second: Value = serde_json::from_str(&run(command).expect_code(0).stdout).expect("is JSON");
    assert_ne!(second["id"], document["id"]);
    assert_eq!(second["brief"]["duration_s"], 30.0);
}

#[test]
fn a_document_may_be_moved_with_the_photo_beside_it() {
    let (here, there) = (folder(), folder());
    pictures::ready_photo(here.path());
    let mut command = adgen(["new", "product.png", "--product", "Oil", "-o", "p.json"]);
    command.current_dir(here.path());
    run(command).expect_code(0);
    for name in ["product.png", "p.json"] {
        fs::rename(here.path().join(name), there.path().join(name)).expect("both are the test's own");
    }
    let document: Value =
        serde_json::from_slice(&fs::read(there.path().join("p.json")).expect("is there")).expect("JSON");
    assert_eq!(document["product"]["image"], "product.png");
}

#[test]
fn new_refuses_what_could_not_become_an_ad() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let try_with = |photo: &Path, more: &[&str]| {
        let mut command = adgen(["new"]);
        command.arg(photo).args(more);
        run(command).expect_code(2)
    };
    try_with(Path::new("missing.png"), &["--product", "X"]).expect_said(["missing.png"]);
    try_with(folder.path(), &["--product", "X"]);
    try_with(&photo, &["--product", ""]).expect_said(["brief.product_name"]);
    try_with(&photo, &["--product", "X", "--logo", "no-logo.png"]).expect_said(["no-logo.png"]);
    for duration in ["0", "-1", "NaN", "inf", "1e9", "2.9", "180.1"] {
        try_with(&photo, &["--product", "X", "--duration", duration]).expect_said(["duration"]);
    }
}

#[test]
fn validate_lists_every_problem_with_its_path() {
    let folder = folder();
    let path = folder.path().join("wrong.json");
    let document = json!({
        "id": "Not a name",
        "brief": { "product_name": "x", "duration_s": 1e9, "langauge": "en" },
        "brand": { "colors": ["red"] },
        "product": { "image": "" },
        "output": { "fps": 31, "short_side": 241, "aspects": ["9:17"] },
        "scenes": [{ "id": "a", "role": "hok" }],
    });
    fs::write(&path, document.to_string()).expect("the folder is the test's own");
    let ran = run(adgen([Path::new("validate"), &path])).expect_code(2);
    let paths = [
        "id: ",
        "brief.duration_s: ",
        "brief.langauge: ",
        "brand.colors[0]: ",
        "product.image: ",
        "output.fps: ",
        "output.short_side: ",
        "output.aspects[0]: ",
        "scenes[0].role: ",
    ];
    for path in paths {
        assert!(ran.stdout.lines().any(|line| line.starts_with(path)), "no line for {path:?} in\n{}", ran.stdout);
    }
    assert_eq!(ran.stdout.lines().count(), paths.len(), "one line for each problem:\n{}", ran.stdout);
    run(adgen(["validate", "no-such-file.json"])).expect_code(2).expect_said(["no-such-file.json"]);
    // `generate` says the same before anything is made.
    let ran = run(generate(&path, folder.path(), &[]))
        .expect_code(2)
        .expect_said(["brief.langauge", "did you mean language"]);
    assert!(ran.stderr.contains("wrong.json"), "the file is not named:\n{}", ran.stderr);
    assert!(!folder.path().join("storage/projects").exists(), "a document with problems left something in the storage");
}

#[test]
fn the_printed_schema_is_the_one_in_the_repository() {
    for (arguments, name) in [(&["schema"][..], "adproject"), (&["schema", "--all"], "adgen")] {
        let printed = run(adgen(arguments)).expect_code(0).stdout;
        let path = root().join(format!("schema/{name}.schema.json"));
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            printed == file,
            "{} is not what `adgen {}` prints: run `make schema`",
            path.display(),
            arguments.join(" ")
        );
    }
}

#[test]
fn generate_tells_events_as_json_lines() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let path = document::save(&document::planned("events", &photo), folder.path());
    let ran = run(generate(&path, folder.path(), &["--json"])).expect_code(0);
    let events = events(&ran.stdout);
    let kind = |event: &Value| event["type"].as_str().unwrap_or_else(|| panic!("no type: {event}")).to_owned();
    let kinds: Vec<String> = events.iter().map(kind).collect();
    assert_eq!(kinds.first().map(String::as_str), Some("run_started"));
    assert_eq!(kinds.last().map(String::as_str), Some("run_finished"));
    for one in ["run_started", "run_finished"] {
        assert_eq!(kinds.iter().filter(|kind| *kind == one).count(), 1, "{one} comes once");
    }
    let last = events.last().expect("there are events");
    assert_eq!(last["status"], "COMPLETED");
    let video = last["video"].as_str().expect("the video is named");
    assert!(Project::new(&folder.path().join("storage"), "events").path(video).is_file());
    let (mut progress, mut statuses, mut started, mut finished) = (0.0, Vec::new(), Vec::new(), Vec::new());
    for event in &events {
        if let Some(now) = event.get("progress") {
            let now = now.as_f64().expect("progress is a number");
            assert!((progress..=100.0).contains(&now), "progress falls from {progress} to {now}");
            progress = now;
        }
        let stage = event["stage"].as_str().unwrap_or_default().to_owned();
        match kind(event).as_str() {
            "status_changed" => statuses.push(event["status"].as_str().expect("a status").to_owned()),
            "stage_started" => started.push(stage),
            "stage_finished" => {
                assert!(started.contains(&stage), "{stage} is finished before it started");
                finished.push(stage);
            }
            "artifact_ready" => {
                assert!(started.contains(&stage) && !finished.contains(&stage), "{event} is outside its stage");
                assert!(event["files"].as_array().is_some_and(|files| !files.is_empty()), "{event}");
            }
            "progress" => assert!((0.0..=1.0).contains(&event["fraction"].as_f64().expect("a fraction")), "{event}"),
            _ => {}
        }
    }
    assert_eq!(progress, 100.0);
    finished.sort();
    assert_eq!(finished, ["audio", "composite", "extract", "plan", "render", "scenes"]);
    let order = [
        "PENDING",
        "PLANNING",
        "EXTRACTING_PRODUCT",
        "GENERATING_SCENES",
        "GENERATING_AUDIO",
        "COMPOSITING",
        "RENDERING",
        "COMPLETED",
    ];
    let places: Vec<_> = statuses.iter().map(|status| order.iter().position(|known| known == status)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "the status moves back: {statuses:?}");
}

#[test]
fn generate_says_plain_lines_and_where_everything_lies() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let path = document::save(&document::least("plain", &photo), folder.path());
    let project = Project::new(&folder.path().join("storage"), "plain");
    let ran = run(generate(&path, folder.path(), &[])).expect_code(0);
    assert!(!ran.stderr.contains('\u{1b}'), "there is no terminal, so no escape codes:\n{}", ran.stderr);
    let files: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(files.len(), 2, "video and report:\n{}", ran.stdout);
    assert!(files.iter().all(|file| Path::new(file).is_file()), "{files:?}");
    // By its id, from the storage, with nothing left to do.
    let mut again = adgen(["generate", "plain", "--offline"]);
    again.arg("--storage").arg(folder.path().join("storage"));
    let ran = run(again).expect_code(0);
    assert!(!ran.stderr.contains(" made in "), "something was made again:\n{}", ran.stderr);
    // Where it stands, for people and for programs, by id and by document.
    for target in ["plain", &path.display().to_string()] {
        let mut status = adgen(["status", target]);
        status.arg("--storage").arg(folder.path().join("storage"));
        run(status).expect_code(0).expect_said(["plain", "COMPLETED", "100 %", "final_video.mp4"]);
    }
    let mut status = adgen(["status", "plain", "--json"]);
    status.arg("--storage").arg(folder.path().join("storage"));
    let state: Value = serde_json::from_str(&run(status).expect_code(0).stdout).expect("is JSON");
    assert_eq!(state, project.state());
}

#[test]
fn what_is_not_there_is_bad_input() {
    let folder = folder();
    let storage = folder.path().join("storage").display().to_string();
    run(adgen(["generate", "nobody", "--offline", "--storage", &storage])).expect_code(2).expect_said(["nobody"]);
    run(adgen(["generate", "nobody.json", "--offline", "--storage", &storage]))
        .expect_code(2)
        .expect_said(["nobody.json"]);
    run(adgen(["generate", "Not a name", "--offline", "--storage", &storage]))
        .expect_code(2)
        .expect_said(["Not a name"]);
    run(adgen(["generate", "../x", "--offline", "--storage", &storage])).expect_code(2);
    run(adgen(["status", "nobody", "--storage", &storage])).expect_code(2).expect_said(["nobody"]);
    run(adgen(["status", "nobody.json", "--storage", &storage])).expect_code(2).expect_said(["nobody.json"]);
    run(adgen(["models", "fetch", "no-model"])).expect_code(2).expect_said(["no-model", "u2netp"]);
    assert!(!folder.path().join("storage/projects/nobody").exists(), "asking for a project made one");
    // A question leaves nothing behind, and needs no storage.
    let photo = pictures::ready_photo(folder.path());
    let document = document::save(&document::least("asked", &photo), folder.path());
    let mut estimate = adgen(["estimate", "--offline"]);
    estimate.arg(&document).current_dir(folder.path());
    run(estimate).expect_code(0).expect_said(["total"]);
    assert!(!folder.path().join("storage").exists(), "an estimate made the storage");
    let unseen = folder.path().join("unseen");
    run(adgen(["status", "nobody", "--storage", &unseen.display().to_string()])).expect_code(2);
    assert!(!unseen.exists(), "`adgen status` made the storage folder {}", unseen.display());
}

#[test]
fn a_document_whose_photo_is_missing_is_bad_input_that_names_it() {
    let folder = folder();
    let path = document::save(&document::least("lost", Path::new("not-there.jpg")), folder.path());
    run(generate(&path, folder.path(), &[])).expect_code(2).expect_said(["not-there.jpg"]);
}

#[test]
fn models_and_doctor_say_what_is_there_and_how_to_get_the_rest() {
    let empty = folder();
    let mut list = adgen(["models", "list"]);
    list.env("ADGEN_MODELS_DIR", empty.path());
    let hash = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8";
    run(list).expect_code(0).expect_said([
        "u2netp",
        "Apache-2.0",
        hash,
        "adgen models fetch u2netp",
        "NOT for paid work",
    ]);
    let mut install = adgen(["models", "fetch", "u2netp", "--from"]);
    install.arg(pictures::write(empty.path(), "wrong.onnx", b"not a model")).env("ADGEN_MODELS_DIR", empty.path());
    run(install).expect_code(1).expect_said(["wrong.onnx"]);
    assert!(!empty.path().join("u2netp.onnx").exists(), "a file that is no model was installed");
    let mut refused = adgen(["models", "fetch", "bria-rmbg"]);
    refused.env("ADGEN_MODELS_DIR", empty.path());
    run(refused).expect_code(2).expect_said(["paid work", "CC-BY-NC"]);

    let mut doctor = adgen(["doctor", "--json", "--offline"]);
    doctor.env("ADGEN_MODELS_DIR", empty.path()).env("OPENAI_API_KEY", "sk-secret-123");
    let ran = run(doctor).expect_code(0);
    assert!(!ran.stdout.contains("sk-secret"), "a key was shown:\n{}", ran.stdout);
    let findings: Vec<Value> = serde_json::from_str(&ran.stdout).expect("is JSON");
    let state = |what: &str| {
        let finding = findings.iter().find(|finding| finding["what"] == what);
        finding.unwrap_or_else(|| panic!("the doctor says nothing of {what}: {}", ran.stdout)).clone()
    };
    assert_eq!(state("FFmpeg")["state"], "good");
    assert_eq!(state("codecs")["state"], "good");
    assert_eq!(state("encoders")["state"], "good");
    let encoders = state("encoders")["detail"].as_str().expect("is text").to_owned();
    // Every encoder is named, those that cannot be used with the reason.
    for name in ["x264", "openh264", "nvenc", "vaapi", "qsv"] {
        assert!(encoders.contains(name), "{name} is not in {encoders}");
    }
    assert_eq!(state("fonts")["state"], "good");
    assert_eq!(state("OPENAI_API_KEY")["state"], "good");
    assert_eq!(
        state("REPLICATE_API_TOKEN")["state"],
        "off",
        "a service without a key is nothing that the machine lacks"
    );
    assert_eq!(state("model")["state"], "lacking");
    assert!(state("model")["next"].as_str().is_some_and(|next| next.contains("adgen models fetch u2netp")));
    run(adgen(["doctor"])).expect_code(0).expect_said(["FFmpeg", "ONNX Runtime", "model", "fonts"]);
}

/// `adgen models …` with a data folder of its own, and every way to the network closed.
fn models(data: &Path, closed: &ClosedPort, arguments: &[&str]) -> Command {
    let mut command = adgen(["models"]);
    command.args(arguments).env("XDG_DATA_HOME", data).env_remove("ADGEN_MODELS_DIR");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, closed.url());
    }
    for name in ["NO_PROXY", "no_proxy", "PIP_FIND_LINKS"] {
        command.env_remove(name);
    }
    // pip asks nobody either, and says so at once.
    command.env("PIP_NO_INDEX", "1").env("PIP_CONFIG_FILE", "/dev/null");
    command
}

#[tokio::test]
async fn models_fetch_gets_the_runtime_and_the_model_and_nothing_that_is_there() {
    let (folder, closed) = (folder(), ClosedPort::take());
    let data = folder.path().join("data");
    // Nothing is there, and nobody can be called: it is said what to do.
    run(models(&data, &closed, &["fetch"])).expect_said(["ONNX Runtime cannot be fetched", "--from"]);
    assert!(!data.join("adgen/runtime/libonnxruntime.so").exists());

    // From files of this machine, each told by what it is.
    let home = std::env::var_os("HOME").expect("a test has a home");
    let own = std::env::var_os("XDG_DATA_HOME").unwrap_or_else(|| Path::new(&home).join(".local/share").into());
    let own = Path::new(&own).join("adgen");
    for file in ["runtime/libonnxruntime.so", "models/u2netp.onnx"] {
        let source = own.join(file);
        assert!(source.is_file(), "{} is missing: run `make setup`", source.display());
        let wanted = data.join("adgen").join(file);
        let from = source.display().to_string();
        run(models(&data, &closed, &["fetch", "--from", &from]))
            .expect_code(0)
            .expect_said([wanted.display().to_string()]);
        assert!(fs::read(&wanted).expect("is there") == fs::read(&source).expect("is there"), "{file}");
    }
    // What is there is not asked for again, by one name, by the other, or by none.
    for arguments in [&["fetch"][..], &["fetch", "onnxruntime"], &["fetch", "u2netp"]] {
        run(models(&data, &closed, arguments)).expect_code(0).expect_said(["is there already"]);
    }
    // Neither is taken for the other, and what is neither is refused.
    let library = own.join("runtime/libonnxruntime.so").display().to_string();
    run(models(&data, &closed, &["fetch", "u2netp", "--from", &library])).expect_code(1);
    let (text, shell) = (folder.path().join("text"), folder.path().join("libonnxruntime.so"));
    fs::write(&text, "no model").expect("writes");
    fs::write(&shell, b"\x7fELF").expect("writes");
    for file in [&text, &shell] {
        let file = file.display().to_string();
        run(models(&data, &closed, &["fetch", "--from", &file])).expect_code(1).expect_said([file]);
    }
    // One that is damaged is not right.
    fs::write(data.join("adgen/runtime/libonnxruntime.so"), "damaged").expect("writes");
    run(models(&data, &closed, &["fetch"])).expect_said(["ONNX Runtime cannot be fetched"]);
}

#[test]
fn an_interrupted_run_keeps_what_is_done_and_goes_on_later() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let mut long = document::planned("stop", &photo);
    long["brief"]["duration_s"] = 6.into();
    let path = document::save(&long, folder.path());
    let project = Project::new(&folder.path().join("storage"), "stop");
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let before = project.finished().len();
        let mut command = generate(&path, folder.path(), &["--json", "--jobs", "1"]);
        hang_up(&mut command, false);
        let running = start(command);
        // One more artifact than before, then the signal in the middle of the next.
        until("an artifact is finished", || project.finished().len() > before);
        running.signal(signal);
        let ran = running.wait().expect_code(130);
        let last = events(&ran.stdout).pop().expect("there are events");
        assert_eq!((&last["type"], &last["status"]), (&json!("run_finished"), &json!("CANCELLED")), "{last}");
        assert_eq!(project.state()["status"], "CANCELLED");
        assert!(!project.path("work").exists(), "the working folder stayed behind");
        assert!(!project.path("final_video.mp4").exists());
    }
    run(generate(&path, folder.path(), &[])).expect_code(0);
    assert_eq!(project.state()["status"], "COMPLETED");
    project.expect_nothing_made_twice();
}

#[test]
fn a_run_without_a_terminal_goes_on_when_one_is_closed() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let path = document::save(&document::planned("nohup", &photo), folder.path());
    let project = Project::new(&folder.path().join("storage"), "nohup");
    let mut command = generate(&path, folder.path(), &["--jobs", "1"]);
    hang_up(&mut command, true);
    let running = start(command);
    until("an artifact is finished", || !project.finished().is_empty());
    running.signal(libc::SIGHUP);
    running.wait().expect_code(0);
    assert_eq!(project.state()["status"], "COMPLETED");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let path = document::save(&document::least("pipe", &photo), folder.path());
    let mut child = generate(&path, folder.path(), &["--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Reads a little, then hangs up.
    let mut first = [0; 16];
    child.stdout.take().expect("is piped").read_exact(&mut first).expect("says something");
    let ended = child.wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(ended.status.code(), Some(0), "{stderr}");
    assert_eq!(Project::new(&folder.path().join("storage"), "pipe").state()["status"], "COMPLETED");

    for arguments in ["schema", "--help", "doctor", "models list", "validate nothing.json"] {
        let mut closed = Command::new("sh");
        closed.arg("-c").arg(format!("exec '{}' {arguments} >&- 2>&1", program().display()));
        let ran = run(closed).expect_no_panic();
        assert!(ran.code().is_some_and(|code| code < 3), "{arguments} with a closed output: {:?}", ran.status);
    }
}

#[test]
fn offline_calls_nobody() {
    let folder = folder();
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    server.set_nonblocking(true).expect("can be asked without waiting");
    let port = server.local_addr().expect("has an address").port();
    let mut wanted = document::least("offline", Path::new("x"));
    wanted["product"]["image"] = format!("http://127.0.0.1:{port}/photo.png").into();
    let path = document::save(&wanted, folder.path());
    let running = start(generate(&path, folder.path(), &[]));
    until("the command ends", || {
        assert!(
            server.accept().is_err(),
            "`adgen generate --offline` calls http://127.0.0.1:{port}, though it promises to call nobody"
        );
        running.is_over()
    });
}
