//! Arguments: numbers that are none, documents that are not overwritten, and that the page about the command names every flag.

use super::folder;
use adgen_tests::{
    command::{Ran, adgen, run},
    pictures, root,
};
use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path};

#[test]
fn wrong_numbers_are_told_what_is_allowed() {
    let refused = |flag: &str, value: &str, allowed: &str| {
        let ran = run(adgen(["generate", "x", flag, value])).expect_code(2).expect_said([flag, value, allowed]);
        assert!(!ran.stderr.contains("-- "), "{flag} {value} gets advice that does not help:\n{}", ran.stderr);
    };
    for amount in ["-1", "NaN", "inf", "-inf", "1e400", "-1e400", "1,50", "$1", "-$1", "1e10", "--json"] {
        refused("--max-cost", amount, "0 to 1000000000");
    }
    for jobs in ["-1", "0", "257", "1.5", "many"] {
        refused("--jobs", jobs, "1 to 256");
    }
    for seed in ["-1", "4294967296", "x"] {
        refused("--seed", seed, "0 to 4294967295");
    }
}

/// `adgen new` in `folder` with a document of this name.
fn new(folder: &Path, output: &str, more: &[&str]) -> Ran {
    let mut command = adgen(["new", "product.png", "--product", "Oil", "-o", output]);
    command.current_dir(folder).args(more);
    run(command)
}

#[test]
fn new_overwrites_nothing_without_force() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let photo = fs::read(pictures::ready_photo(folder.path())).expect("the test's own");
    fs::write(at("p.json"), "mine").expect("the folder is the test's own");
    fs::create_dir(at("d.json")).expect("the folder is the test's own");
    symlink("nowhere.json", at("dangling.json")).expect("a link");
    symlink("p.json", at("link.json")).expect("a link");
    for name in ["p.json", "dangling.json", "link.json"] {
        new(folder.path(), name, &[]).expect_code(2).expect_said([name, "--force"]);
    }
    assert_eq!(fs::read(at("p.json")).expect("is there"), b"mine");
    assert!(!at("nowhere.json").exists(), "what a link points to was made");
    fs::hard_link(at("product.png"), at("hard.json")).expect("a second name");
    let forced: [&[&str]; 2] = [&[], &["--force"]];
    for more in forced {
        new(folder.path(), "d.json", more).expect_code(2).expect_said(["d.json", "folder"]);
        for name in ["product.png", "hard.json"] {
            new(folder.path(), name, more).expect_code(2).expect_said([name, "photo"]);
        }
    }
    assert_eq!(fs::read(at("product.png")).expect("is there"), photo);
    new(folder.path(), "p.json", &["--force"]).expect_code(0);
    assert!(fs::read_to_string(at("p.json")).expect("is there").contains("\"Oil\""));
    // A dash is standard output, and a device loses nothing.
    let ran = new(folder.path(), "-", &[]).expect_code(0);
    assert!(ran.stdout.contains("\"Oil\"") && !at("-").exists(), "{}", ran.stdout);
    new(folder.path(), "/dev/null", &[]).expect_code(0);
}

#[test]
fn what_was_meant_by_a_name_with_a_slip_in_it_is_told() {
    let folder = folder();
    pictures::ready_photo(folder.path());
    new(folder.path(), "summer.json", &[]).expect_code(0);
    let inside = |arguments: &[&str]| {
        let mut command = adgen(arguments);
        command.current_dir(folder.path());
        run(command)
    };
    for command in ["generate", "validate", "estimate", "status"] {
        for name in ["summer.jsn", "sumer.json", "./Summer.json"] {
            inside(&[command, name]).expect_code(2).expect_said([name, "there is \"summer.json\""]);
        }
    }
    inside(&["new", "prodcut.png", "--product", "Oil"]).expect_code(2).expect_said(["the photo", "\"product.png\""]);
    let logo = ["new", "product.png", "--product", "Oil", "--logo", "product.pgn"];
    inside(&logo).expect_code(2).expect_said(["the logo", "\"product.png\""]);
    fs::create_dir_all(folder.path().join("storage/projects/summer-oil")).expect("the folder is the test's own");
    for command in ["generate", "status"] {
        inside(&[command, "sumer-oil"]).expect_code(2).expect_said(["sumer-oil", "there is \"summer-oil\""]);
    }
    // What has nothing in common is no hint.
    let ran = inside(&["generate", "x.json"]).expect_code(2);
    assert!(!ran.stderr.contains("summer"), "{}", ran.stderr);
}

#[test]
fn a_storage_that_is_a_file_is_bad_input() {
    let folder = folder();
    pictures::ready_photo(folder.path());
    new(folder.path(), "p.json", &[]).expect_code(0);
    let mut command = adgen(["generate", "p.json", "--offline", "--storage", "p.json"]);
    command.current_dir(folder.path());
    let ran = run(command).expect_code(2).expect_said(["the storage is a file", "p.json"]);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn the_storage_is_named_by_the_option_else_by_the_environment() {
    let folder = folder();
    let looked_in = |environment: &str, more: &[&str]| {
        let mut command = adgen(["status", "nobody"]);
        command.current_dir(folder.path()).env("ADGEN_STORAGE", environment).args(more);
        let ran = run(command);
        let line = ran.stderr.lines().find_map(|line| line.trim().strip_prefix("path: ").map(str::to_owned));
        line.unwrap_or_else(|| panic!("no path: {}", ran.stderr))
    };
    assert_eq!(looked_in("there", &[]), "there");
    assert_eq!(looked_in("there", &["--storage", "here"]), "here");
    // Set to nothing is not set.
    assert_eq!(looked_in("", &[]), "storage");
}

#[test]
fn files_are_looked_at_beside_other_problems() {
    let folder = folder();
    let text =
        r##"{"schema_version":1,"id":"x","brief":{"product_name":"X","duration_s":-3},"product":{"image":"no.png"}}"##;
    fs::write(folder.path().join("p.json"), text).expect("the folder is the test's own");
    let mut command = adgen(["validate", "p.json", "--assets"]);
    command.current_dir(folder.path());
    run(command).expect_code(2).expect_said(["brief.duration_s", "product.image"]);
}

/// Every `--flag` in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let all = text.match_indices("--").filter(|&(at, _)| !text[..at].ends_with('-')).map(|(at, _)| {
        let rest = &text[at..];
        let end = rest[2..].find(|c: char| !c.is_ascii_lowercase() && c != '-').map_or(rest.len(), |end| end + 2);
        rest[..end].to_owned()
    });
    all.filter(|flag| flag.as_bytes().get(2).is_some_and(u8::is_ascii_lowercase)).collect()
}

#[test]
fn the_page_about_the_command_names_every_flag_of_it() {
    let page = fs::read_to_string(root().join("docs/cli.md")).expect("the page is there");
    let commands: [&[&str]; 9] = [
        &["new"],
        &["validate"],
        &["schema"],
        &["generate"],
        &["estimate"],
        &["status"],
        &["models", "list"],
        &["models", "fetch"],
        &["doctor"],
    ];
    for command in commands {
        let title = format!("adgen {}", command.join(" "));
        let section = page
            .split("\n## ")
            .find(|section| section.lines().next().is_some_and(|heading| heading.contains(&format!("`{title}"))));
        let section = section.unwrap_or_else(|| panic!("docs/cli.md has no section about {title}"));
        let help = run(adgen([command, &["--help"]].concat())).expect_code(0).stdout;
        // A flag stands at the beginning of its line; whatever else is said there is no flag of this command.
        let own = |line: &str| {
            let line = line.trim_start();
            if line.starts_with('-') { flags(line.split("  ").next().unwrap_or_default()) } else { BTreeSet::new() }
        };
        let mut known: BTreeSet<String> = help.lines().flat_map(own).collect();
        assert!(known.remove("--help"), "{title} has no help:\n{help}");
        let told = flags(section);
        let untold: Vec<_> = known.difference(&told).collect();
        assert!(untold.is_empty(), "docs/cli.md does not tell {untold:?} of {title}");
        // Two commands share a section.
        if command[0] != "models" {
            let made_up: Vec<_> = told.difference(&known).collect();
            assert!(made_up.is_empty(), "docs/cli.md tells {made_up:?} of {title}, which has no such flag");
        }
    }
}

#[test]
fn the_page_about_the_command_names_every_exit_code() {
    let page = fs::read_to_string(root().join("docs/cli.md")).expect("the page is there");
    let table: Vec<&str> = page.lines().skip_while(|line| !line.starts_with("| exit code")).skip(2).collect();
    let codes: Vec<&str> = table
        .iter()
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .collect();
    assert_eq!(codes, ["0", "1", "2", "130"]);
}
