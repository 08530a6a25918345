//! The same document gives the same bytes in every process.

use super::{folder, generate};
use adgen_tests::{command::run, document, pictures, storage::Project};
use serde_json::json;
use std::{collections::BTreeMap, fs};

/// What is told to people and programs beside the ad: it holds times.
const RECORDS: [&str; 3] = ["events.json", "state.json", "report.html"];

/// Memory that nobody wrote is full of zeros in a young process, and of anything in an old one: the C library fills it with
/// something else each time. A row of that picture is no multiple of 16 macroblocks.
#[test]
fn neither_threads_nor_memory_show_in_an_ad() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let mut ad = document::written("bytes", &photo, &[("a", 1.5, "cut"), ("b", 1.5, "crossfade")]);
    ad["output"] = json!({ "short_side": 480, "fps": 24 });
    let path = document::save(&ad, folder.path());
    let mut made = Vec::new();
    for (jobs, fill) in [("1", "0"), ("2", "165"), ("4", "90")] {
        let own = folder.path().join(jobs);
        let mut command = generate(&path, &own, &["--jobs", jobs]);
        command.env("MALLOC_PERTURB_", fill);
        run(command).expect_code(0);
        let project = Project::new(&own.join("storage"), "bytes");
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&project.0).expect("is there") {
            let path = entry.expect("is there").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_file() && !RECORDS.contains(&name.as_str()) {
                files.insert(name, fs::read(&path).expect("is there"));
            }
        }
        assert!(files.contains_key("final_video.mp4"), "{:?}", files.keys());
        made.push(files);
    }
    for other in &made[1..] {
        let differs: Vec<&String> = made[0].keys().filter(|name| other.get(*name) != made[0].get(*name)).collect();
        assert!(differs.is_empty() && other.len() == made[0].len(), "{differs:?} have other bytes");
    }
}
