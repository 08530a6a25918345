//! What reaches a terminal: nothing that commands it.

use super::folder;
use adgen_tests::{
    command::{adgen, run},
    document, pictures,
};
use serde_json::{Value, json};

#[test]
fn no_text_of_others_commands_the_terminal() {
    let folder = folder();
    let evil = "x\u{9b}31m\u{7f}\u{202e}\u{2066}\u{2028}\u{1b}[2J\r";
    let photo = pictures::ready_photo(folder.path());
    let mut wrong = document::least("evil", &photo);
    wrong["brief"]["product_name"] = evil.into();
    wrong[evil] = true.into();
    wrong["output"]["aspects"] = json!([evil]);
    let wrong = document::save(&wrong, folder.path()).display().to_string();
    let storage = folder.path().join("storage").display().to_string();
    let flag = format!("--{evil}");
    let lines: [&[&str]; 9] = [
        &["validate", &wrong],
        &["generate", &wrong, "--offline", "--storage", &storage],
        &["status", evil, "--storage", &storage],
        &["generate", evil, "--offline", "--storage", &storage],
        &["estimate", evil, "--offline", "--storage", &storage],
        &["models", "fetch", evil],
        &["new", evil, "--product", "X"],
        &["generate", "x", &flag],
        &["generate", "x", "--max-cost", evil],
    ];
    let spoken = |text: &str| {
        text.chars()
            .find(|&c| (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    for arguments in lines {
        let ran = run(adgen(arguments)).expect_code(2);
        let said = ran.stdout + &ran.stderr;
        assert_eq!(spoken(&said), None, "adgen {arguments:?} said {said:?}");
        assert!(said.contains("\\u{9b}"), "adgen {arguments:?} hides what is wrong: {said:?}");
    }
    // JSON says the same values in other words.
    let name = "X \u{202e}Y\u{2066}";
    let mut new = adgen(["new", "--product", name]);
    new.arg(&photo);
    let printed = run(new).expect_code(0).stdout;
    assert_eq!(spoken(&printed), None, "{printed:?}");
    let document: Value = serde_json::from_str(&printed).expect("is JSON");
    assert_eq!(document["brief"]["product_name"], name);
}
