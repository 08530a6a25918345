//! Every other command of the documents, held against what it names: `make` against the Makefile, `cargo` against the workspace's
//! packages, features, targets and tests, scripts against themselves. What takes minutes is not run; what is of a kind that is not
//! known here is a fault, so that nothing goes by unread.

use super::workspace::Workspace;
use adgen_tests::root;
use std::{fs, path::Path};

/// A command line of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    /// `NAME=value` before the command.
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

/// Programs whose commands may stand between backticks. In a block for a shell every line is a command, whatever it begins with.
const PROGRAMS: [&str; 24] = [
    "adgen", "apt", "apt-get", "bash", "brew", "cargo", "cmake", "convert", "curl", "docker", "export", "ffmpeg",
    "ffprobe", "git", "make", "maturin", "node", "npm", "npx", "pip", "python", "python3", "rustup", "sudo",
];
/// Languages of blocks that a shell reads.
const SHELLS: [&str; 4] = ["sh", "bash", "console", "shell"];

/// The command lines in blocks for a shell; those that begin with a program in blocks of plain text, and between backticks.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut block: Option<&str> = None;
    let mut source = text.lines().enumerate();
    while let Some((index, line)) = source.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            block = if block.is_some() { None } else { Some(language.split(',').next().unwrap_or_default().trim()) };
            continue;
        }
        let Some(language) = block else {
            let spans = line.split('`').skip(1).step_by(2);
            found.extend(spans.filter_map(|span| parse(index + 1, span)).filter(is_command));
            continue;
        };
        let mut whole = line.to_owned();
        while let Some(begun) = whole.strip_suffix('\\') {
            whole = format!("{begun} {}", source.next().map_or("", |(_, next)| next));
        }
        let is_typed = |line: &Line| SHELLS.contains(&language) || (language == "text" && is_command(line));
        found.extend(parse(index + 1, &whole).filter(is_typed));
    }
    found
}

/// Whether a span is meant to be typed: a program with what it is to do, or a script.
fn is_command(line: &Line) -> bool {
    let first = line.words[0].as_str();
    let is_script = (first.starts_with("./") || first.starts_with("scripts/")) && !first.ends_with(".txt");
    (PROGRAMS.contains(&first) && line.words.len() > 1) || is_script
}

fn parse(number: usize, line: &str) -> Option<Line> {
    let mut words = words(line);
    let is_assignment = |word: &String| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
    };
    let count = words.iter().take_while(|word| is_assignment(word)).count();
    let environment = words.drain(..count).filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let environment = environment.collect();
    (!words.is_empty()).then_some(Line { number, environment, words })
}

/// As a shell takes a line apart.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (None, '#') if word.is_none() => break,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), _) if c == open => quote = None,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What is wrong with a command that stands in a document of this folder.
fn fault(line: &Line, folder: &Path, workspace: &Workspace) -> Result<(), String> {
    for (name, _) in &line.environment {
        knows_variable(name)?;
    }
    let (program, rest) = (line.words[0].as_str(), &line.words[1..]);
    match program {
        // Run: `commands`.
        "adgen" => Ok(()),
        "make" => make(rest),
        "cargo" => workspace.cargo(rest),
        "npm" => npm(rest),
        "maturin" => maturin(rest),
        "pip" => pip(rest),
        // What a reader brings to a machine of another kind.
        "rustup" if rest == ["target", "add"] => Ok(()),
        "export" => export(rest),
        "convert" => result_is_there(rest, folder),
        script if script.contains('/') => runs_a_script(script, rest, folder),
        other => Err(format!("nothing here knows how to check `{other}`")),
    }
}

/// Whether anything of the project reads a variable of the environment.
fn knows_variable(name: &str) -> Result<(), String> {
    let read = super::texts().iter().any(|(path, text)| {
        let is_source = path.extension().is_none_or(|end| ["rs", "sh", "py", "mjs"].iter().any(|known| end == *known));
        is_source && text.contains(name)
    });
    if read { Ok(()) } else { Err(format!("nothing reads {name}")) }
}

fn make(words: &[String]) -> Result<(), String> {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("there is a Makefile");
    for word in words {
        let is_target = makefile.lines().any(|line| line.starts_with(&format!("{word}:")));
        if !is_target {
            return Err(format!("the Makefile has no target {word}"));
        }
    }
    Ok(())
}

fn npm(words: &[String]) -> Result<(), String> {
    let package = fs::read_to_string(root().join("adgen-node/package.json")).expect("there is a package");
    let package: serde_json::Value = serde_json::from_str(&package).expect("it is JSON");
    let script = match words {
        // The package itself.
        [install, name] if install == "install" && package["name"] == name.as_str() => return Ok(()),
        [run, name, ..] if run == "run" => name,
        [test] if test == "test" => test,
        _ => return Err(format!("npm {words:?} is neither a script nor the tests")),
    };
    if package["scripts"][script].is_string() { Ok(()) } else { Err(format!("package.json has no script {script}")) }
}

fn maturin(words: &[String]) -> Result<(), String> {
    let project = fs::read_to_string(root().join("adgen-py/pyproject.toml")).expect("there is a project");
    let known = ["build", "develop", "--release", "--quiet"];
    match words.iter().find(|word| !known.contains(&word.as_str())) {
        Some(word) => Err(format!("maturin is not known to take {word}")),
        None if project.contains("build-backend = \"maturin\"") => Ok(()),
        None => Err("adgen-py is not built by maturin".to_owned()),
    }
}

/// What a document says to install is what the project itself installs.
fn pip(words: &[String]) -> Result<(), String> {
    let own = fs::read_to_string(root().join("scripts/requirements.txt")).expect("there are requirements");
    let [verb, rest @ ..] = words else { return Err("pip does nothing".to_owned()) };
    if !["install", "download"].contains(&verb.as_str()) {
        return Err(format!("pip is not known to {verb}"));
    }
    let names = rest.iter().filter(|word| !word.starts_with('-'));
    // A version that is named is the project's own.
    let is_own =
        |name: &str| own.lines().any(|line| line == name || line.split(['=', '<', '>', '[']).next() == Some(name));
    // The package itself, from `adgen-py/pyproject.toml`, with extras or without.
    let is_ours = |name: &str| name.split('[').next() == Some("adgen");
    match names.clone().find(|name| !is_own(name) && !is_ours(name)) {
        Some(name) => Err(format!("scripts/requirements.txt has no {name}")),
        None if names.count() == 0 => Err("pip installs nothing".to_owned()),
        None => Ok(()),
    }
}

fn export(words: &[String]) -> Result<(), String> {
    match words {
        [word] => knows_variable(word.split('=').next().unwrap_or_default()),
        _ => Err("one variable a line".to_owned()),
    }
}

/// A command that tells how a file of the project was made: that file lies beside the document.
fn result_is_there(words: &[String], folder: &Path) -> Result<(), String> {
    match words.last().filter(|name| folder.join(name).is_file()) {
        Some(_) => Ok(()),
        None => Err("what it makes does not lie beside the document".to_owned()),
    }
}

/// A script that is there, with arguments that it knows or that name files of its own.
fn runs_a_script(script: &str, arguments: &[String], folder: &Path) -> Result<(), String> {
    let places = [folder.join(script), root().join(script)];
    let path = places.iter().find(|place| place.is_file()).ok_or_else(|| format!("there is no {script}"))?;
    let text = fs::read_to_string(path).map_err(|error| format!("{script}: {error}"))?;
    if !text.starts_with("#!") {
        return Err(format!("{script} says not what runs it"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(|error| format!("{script}: {error}"))?.permissions().mode();
        if mode & 0o111 == 0 {
            return Err(format!("{script} cannot be run"));
        }
    }
    let names_a_file = |argument: &str| {
        let near = [path.parent().unwrap_or(folder), &root().join("fuzz/targets")].map(Path::to_owned);
        let mut files = Vec::new();
        near.iter().for_each(|folder| super::walk(folder, &mut files));
        files.iter().any(|file| file.file_stem().is_some_and(|stem| stem == argument))
    };
    match arguments.iter().find(|argument| !text.contains(argument.as_str()) && !names_a_file(argument)) {
        Some(argument) => Err(format!("{script} does not know {argument}")),
        None => Ok(()),
    }
}

#[test]
fn every_other_command_of_the_documents_names_what_is_there() {
    let workspace = Workspace::of_this_project();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (path, text) in super::commanding() {
        let folder = path.parent().expect("a document lies in a folder");
        for line in lines(&text) {
            count += 1;
            if let Err(said) = fault(&line, folder, &workspace) {
                let name = path.strip_prefix(root()).unwrap_or(&path).display();
                wrong.push(format!("{name}:{}: {}: {said}", line.number, line.words.join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "these commands name what is not there, correct them:\n{}", wrong.join("\n"));
    assert!(count > 100, "only {count} command lines were found");
}

#[test]
fn command_lines_are_found_as_a_shell_reads_them() {
    let text = "See `adgen doctor`, `adgen`, `make test`, `scripts/a.sh x`, `scripts/a.txt` and `a b`.\n```sh\nadgen new a.jpg \
                --product \"Big Cup\" \\\n    --color '#7A1F1F' -o x  # comment\n\n# alone\nA_URL=http://x:PORT made up\n```\n```text\n\
                adgen a\nmade up\nmake b\n```\nand `A=1 cargo run`\n";
    let found: Vec<_> =
        lines(text).into_iter().map(|line| (line.number, line.environment, line.words.join("_"))).collect();
    let set = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let wanted = [
        (1, vec![], "adgen_doctor"),
        (1, vec![], "make_test"),
        (1, vec![], "scripts/a.sh_x"),
        (3, vec![], "adgen_new_a.jpg_--product_Big Cup_--color_#7A1F1F_-o_x"),
        (7, set("A_URL", "http://x:PORT"), "made_up"),
        (10, vec![], "adgen_a"),
        (12, vec![], "make_b"),
        (14, set("A", "1"), "cargo_run"),
    ];
    assert_eq!(found, wanted.map(|(number, environment, words)| (number, environment, words.to_owned())));
}

#[test]
fn commands_that_name_what_is_not_there_are_told() {
    let workspace = Workspace::of_this_project();
    let folder = root();
    let said = |text: &str| fault(&parse(1, text).expect("a command"), &folder, &workspace);
    let good = [
        "make test lint",
        "cargo test",
        "cargo fmt --all",
        "cargo run --release --example quickstart",
        "cargo run --example replicate-emulator -- --port 0 [--script faults.json]",
        "cargo bench -p adgen-benches --bench ad",
        "cargo nextest run -p adgen-tests --features adgen-core/cli,adgen-core/s3 --no-capture --test s3 whole",
        "cargo test -p adgen-core --lib fuzzing::",
        "npm run build -- --release",
        "maturin build --release",
        "scripts/fuzz.sh clip",
        "FUZZ_SECONDS=60 make fuzz",
    ];
    for text in good {
        assert_eq!(said(text), Ok(()), "{text}");
    }
    let bad = [
        ("make tset", "tset"),
        ("cargo run --example quickstrat", "quickstrat"),
        ("cargo run --example replicate-emulator -- --prot 0", "--prot"),
        ("cargo bench -p adgen-benches --bench add", "add"),
        ("cargo bench -p adgen-bench", "adgen-bench"),
        ("cargo build -p adgen-core --features heic", "heic"),
        ("cargo nextest run -p adgen-tests --features adgen-core/clii --test s3 whole", "clii"),
        ("cargo nextest run -p adgen-tests --test s3 no_such_test_at_all", "no_such_test_at_all"),
        ("cargo test -p adgen-core --lib fuzzzing::", "fuzzzing::"),
        ("cargo test --relaese", "--relaese"),
        ("cargo frobnicate", "frobnicate"),
        ("npm run biuld", "biuld"),
        ("pip install --user onnxruntim", "onnxruntim"),
        ("pip download onnxruntime==0.1.0", "0.1.0"),
        ("pip uninstall onnxruntime", "uninstall"),
        ("scripts/fuz.sh", "scripts/fuz.sh"),
        ("scripts/fuzz.sh klip", "klip"),
        // In two parts, so that this file does not name it itself.
        (concat!("export NOBODY_READS", "_THIS=1"), concat!("NOBODY_READS", "_THIS")),
        ("wget x", "wget"),
    ];
    for (text, named) in bad {
        let fault = said(text).expect_err(text);
        assert!(fault.contains(named), "{text}: {fault}");
    }
}
