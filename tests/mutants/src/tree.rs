//! A copy of the source tree with all mutants in it, and its test binaries.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::mutate::{self, Mutant, Written};
use crate::{EXCLUDED, FOLDERS, OF_OTHER_PLATFORMS};

/// The test binaries of a mutated copy of the tree.
pub(crate) struct Tree {
    pub(crate) folder: PathBuf,
    pub(crate) unit: PathBuf,
    /// Not built if only unit tests run.
    pub(crate) integration: Option<PathBuf>,
    pub(crate) mutants: Mutants,
    /// The same for the same source.
    pub(crate) fingerprint: String,
    /// The same for the same mutants with the same numbers.
    pub(crate) names: String,
}

/// The mutants of a tree.
pub(crate) struct Mutants {
    /// Those that compile.
    pub(crate) compiling: Vec<Mutant>,
    /// The files of the others.
    pub(crate) not_compiling: Vec<String>,
}

/// The mutants of a repository, as far as it is known from the last build in `work` which compile.
pub(crate) fn list(repository: &Path, work: &Path) -> Mutants {
    let mut all = Vec::new();
    for file in files(repository).iter().filter(|file| is_mutated(file)) {
        let Ok(source) = fs::read_to_string(repository.join(file)) else { continue };
        all.extend(mutate::find(file, &source, all.len() as u32));
    }
    Mutants::new(all, &not_compiling(work))
}

impl Mutants {
    fn new(all: Vec<Mutant>, dropped: &HashSet<String>) -> Self {
        let is_dropped = |mutant: &Mutant| dropped.contains(&mutant.name);
        let (dropped, compiling): (Vec<_>, Vec<_>) = all.into_iter().partition(is_dropped);
        Self { compiling, not_compiling: dropped.into_iter().map(|mutant| mutant.file).collect() }
    }
}

/// The names of the mutants that did not compile.
fn not_compiling(work: &Path) -> HashSet<String> {
    let list = fs::read_to_string(work.join(NOT_COMPILING)).unwrap_or_default();
    list.lines().map(str::to_owned).collect()
}

const NOT_COMPILING: &str = "does-not-compile.txt";

/// Copies the repository into `work`, mutates the copy and builds these tests of it: options of
/// cargo, those of the unit tests first. Mutants that do not compile
/// are left out, and their names kept for the next build.
pub(crate) fn build(repository: &Path, work: &Path, tests: &[&str]) -> Tree {
    let folder = work.join("tree");
    let files = files(repository);
    for old in self::files(&folder).difference(&files) {
        let _ = fs::remove_file(folder.join(old));
    }
    let (mut sources, mut mutants) = (HashMap::new(), Vec::new());
    let (mut hasher, mut names) = (DefaultHasher::new(), DefaultHasher::new());
    for file in &files {
        let Ok(mut bytes) = fs::read(repository.join(file)) else { continue };
        (file, &bytes).hash(&mut hasher);
        match file.as_str() {
            "src/lib.rs" => bytes.extend(b"\n#[doc(hidden)]\npub mod mutant;\n"),
            // Without optimization, most time would go to the property tests.
            "Cargo.toml" => bytes.extend(b"\n[profile.dev.package.rolecall]\nopt-level = 1\n"),
            "tests/it/sandbox.rs" => bytes = pass_variables(bytes),
            file if is_mutated(file) => {
                let source = String::from_utf8(bytes).expect("source is UTF-8");
                mutants.extend(mutate::find(file, &source, mutants.len() as u32));
                sources.insert(file.to_owned(), source);
                continue;
            }
            _ => {}
        }
        write(&folder.join(file), &bytes);
    }
    write(&folder.join("src/mutant.rs"), include_bytes!("runtime.rs"));

    for mutant in &mutants {
        mutant.name.hash(&mut hasher);
        mutant.name.hash(&mut names);
    }
    let mut dropped = not_compiling(work);
    let mut mutants = Mutants::new(mutants, &dropped);
    loop {
        let mut written = HashMap::new();
        for (file, source) in &sources {
            let of_file = mutants.compiling.iter().filter(|mutant| mutant.file == *file);
            let of_file: Vec<_> = of_file.collect();
            let (text, places) = mutate::write(source, &of_file);
            write(&folder.join(file), text.as_bytes());
            written.insert(file.clone(), places);
        }
        let (errors, binaries) = cargo(&folder, work, tests);
        if errors.is_empty() {
            let mut binaries = binaries.into_iter();
            let unit = binaries.next().expect("a test binary");
            let integration = binaries.next();
            return Tree {
                folder,
                unit,
                integration,
                mutants,
                fingerprint: format!("{:x}", hasher.finish()),
                names: format!("{:x}", names.finish()),
            };
        }
        let wrong: HashSet<u32> = errors.iter().map(|error| culprit(error, &written)).collect();
        println!("{} mutants do not compile", wrong.len());
        let (wrong, compiling): (Vec<_>, Vec<_>) =
            mutants.compiling.into_iter().partition(|mutant| wrong.contains(&mutant.id));
        mutants.compiling = compiling;
        for mutant in wrong {
            dropped.insert(mutant.name);
            mutants.not_compiling.push(mutant.file);
        }
        let lines: BTreeSet<_> = dropped.iter().cloned().collect();
        let lines = lines.into_iter().collect::<Vec<_>>().join("\n");
        write(&work.join(NOT_COMPILING), lines.as_bytes());
    }
}

/// The files that git knows or would add, without this program; all files if git does not know the
/// folder.
fn files(repository: &Path) -> BTreeSet<String> {
    let mut files = if repository.join(".git").exists() {
        let output = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(repository)
            .output()
            .expect("git runs");
        let names = String::from_utf8(output.stdout).expect("names are UTF-8");
        names.lines().map(str::to_owned).collect()
    } else {
        walk(repository, repository)
    };
    files.retain(|file| !file.starts_with("tests/mutants/"));
    files
}

fn walk(folder: &Path, root: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let inside = |path: PathBuf| {
        if path.is_dir() {
            return walk(&path, root);
        }
        let name = path.strip_prefix(root).expect("a file of the tree").to_string_lossy();
        BTreeSet::from([name.into_owned()])
    };
    entries.flat_map(inside).collect()
}

fn is_mutated(file: &str) -> bool {
    let is_excluded = is_unit_test(file)
        || EXCLUDED.iter().any(|excluded| file.starts_with(excluded))
        || OF_OTHER_PLATFORMS.iter().any(|end| file.ends_with(end));
    folder(file).is_some() && file.ends_with(".rs") && !is_excluded
}

fn is_unit_test(file: &str) -> bool {
    file.starts_with("src/") && (file.ends_with("/tests.rs") || file.contains("/tests/"))
}

/// The mutated folder that a file is in.
pub(crate) fn folder(file: &str) -> Option<&'static str> {
    let is_inside = |folder: &str| {
        let rest = file.strip_prefix("src/").and_then(|file| file.strip_prefix(folder));
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    };
    FOLDERS.into_iter().find(|folder| is_inside(folder))
}

/// Lets the variables that select a mutant through to the programs that integration tests start.
fn pass_variables(sandbox: Vec<u8>) -> Vec<u8> {
    const LAST: &str = "(\"TERM\", \"xterm-256color\".into()),";
    let sandbox = String::from_utf8(sandbox).expect("source is UTF-8");
    assert!(sandbox.contains(LAST), "tests/it/sandbox.rs has another list of variables");
    let variable = |name| format!("(\"{name}\", std::env::var(\"{name}\").unwrap_or_default()),");
    let all = [LAST, &variable("ROLECALL_MUTANT"), &variable("ROLECALL_MUTANT_COVER")].concat();
    sandbox.replace(LAST, &all).into_bytes()
}

/// Writes a file unless it has this content, so that cargo sees what has changed.
fn write(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders are made");
    fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The compiler's errors, or the unit and the integration test binary.
fn cargo(folder: &Path, work: &Path, tests: &[&str]) -> (Vec<Value>, Vec<PathBuf>) {
    let build = |arguments: &[&str]| {
        let mut child = Command::new("cargo")
            .args(arguments)
            .arg("--message-format=json")
            .env("CARGO_TARGET_DIR", work.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "1")
            .env("RUSTFLAGS", "--cap-lints=allow")
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo runs");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let messages: Vec<Value> = lines
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_str(&line).ok())
            .collect();
        let of = |kind: &'static str| messages.iter().filter(move |m| m["reason"] == kind).cloned();
        let errors: Vec<_> = of("compiler-message")
            .map(|message| message["message"].clone())
            .filter(|message| message["level"] == "error")
            .filter(|message| message["spans"].as_array().is_some_and(|spans| !spans.is_empty()))
            .collect();
        let is_built = child.wait().is_ok_and(|status| status.success());
        assert!(
            is_built || !errors.is_empty(),
            "cargo {arguments:?} fails in {}",
            folder.display()
        );
        (errors, of("compiler-artifact").collect::<Vec<_>>())
    };
    let (errors, _) = build(&["check", "--lib"]);
    if !errors.is_empty() {
        return (errors, Vec::new());
    }
    let (errors, artifacts) = build(&[&["test", "--no-run"], tests].concat());
    let binary = |kind: &str| {
        let artifact = artifacts.iter().find(|artifact| {
            artifact["target"]["kind"][0] == kind && artifact["executable"].is_string()
        });
        artifact.and_then(|artifact| artifact["executable"].as_str()).map(PathBuf::from)
    };
    (errors, [binary("lib"), binary("test")].into_iter().flatten().collect())
}

/// The mutant that an error is about: one whose change the error names, otherwise the smallest
/// around it.
fn culprit(error: &Value, written: &HashMap<String, Vec<Written>>) -> u32 {
    let spans = [&error["spans"]]
        .into_iter()
        .chain(error["children"].as_array().into_iter().flatten().map(|child| &child["spans"]));
    let mut around = Vec::new();
    for span in spans.flat_map(|spans| spans.as_array().into_iter().flatten()) {
        let places = span["file_name"].as_str().and_then(|file| written.get(file));
        let at = |key: &str| span[key].as_u64().unwrap_or(0) as usize;
        let (start, end) = (at("byte_start"), at("byte_end"));
        for place in places.into_iter().flatten() {
            if place.change.start <= start && end <= place.change.end {
                return place.id;
            }
            if place.whole.start <= start && end <= place.whole.end {
                around.push((place.whole.len(), place.id));
            }
        }
    }
    let smallest = around.into_iter().min();
    smallest.unwrap_or_else(|| panic!("not because of a mutant: {}", error["rendered"])).1
}
