//! Runs the tests that reach a mutant.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::mutate::Mutant;

/// A test binary of the mutated tree.
pub(crate) struct Suite {
    binary: PathBuf,
    folder: PathBuf,
    work: PathBuf,
    tests: Vec<Test>,
    /// How long the tests of one mutant may take, measured without it.
    limit: Duration,
    /// How many mutants of a file a test has caught, by file and name.
    caught: Mutex<HashMap<(String, String), usize>>,
    /// Numbers the files of output.
    runs: AtomicUsize,
}

struct Test {
    name: String,
    /// Its time alone.
    time: Duration,
    /// The mutants that it reaches.
    mutants: HashSet<u32>,
}

/// How a run of tests ended.
#[derive(PartialEq)]
enum Ending {
    Passed,
    /// These tests failed.
    Failed(Vec<String>),
    /// The process crashed or took too long.
    Died,
}

impl Suite {
    /// Runs each test alone, without a mutant, to see which mutants it reaches. What is known from
    /// an interrupted run is read from `name` in `work`.
    pub(crate) fn new(
        binary: &Path,
        folder: &Path,
        work: &Path,
        name: &str,
        limit: Duration,
    ) -> Self {
        let mut suite = Self {
            binary: binary.into(),
            folder: folder.into(),
            work: work.into(),
            tests: Vec::new(),
            limit,
            caught: Mutex::default(),
            runs: AtomicUsize::new(0),
        };
        let path = work.join(name);
        let mut known: HashMap<String, Value> = HashMap::new();
        for line in read_lines(&path) {
            known.insert(line["test"].as_str().unwrap_or_default().to_owned(), line);
        }
        let ignored: BTreeSet<_> = suite.list(&["--ignored"]).into_iter().collect();
        let new: Vec<_> =
            suite.list(&[]).into_iter().filter(|test| !ignored.contains(test)).collect();
        let new: Vec<_> = new.into_iter().filter(|test| !known.contains_key(test)).collect();
        let lines = Lines::append(&path);
        in_parallel(&new, |worker, test| {
            let cover = suite.work.join(format!("coverage-{worker}"));
            let _ = fs::remove_file(&cover);
            let start = Instant::now();
            let variable = ("ROLECALL_MUTANT_COVER", cover.as_os_str());
            let passes = suite.run(&[test], variable, LONGEST) == Ending::Passed;
            let text = fs::read_to_string(&cover).unwrap_or_default();
            let ids: BTreeSet<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
            let ms = start.elapsed().as_millis() as u64;
            lines.write(&json!({ "test": test, "ms": ms, "passes": passes, "mutants": ids }));
        });
        for line in read_lines(&path) {
            let name = line["test"].as_str().unwrap_or_default().to_owned();
            if line["passes"] == false {
                println!("left out, because it fails without a mutant: {name}");
                continue;
            }
            let ids = line["mutants"].as_array().into_iter().flatten();
            let mutants = ids.filter_map(Value::as_u64).map(|id| id as u32).collect();
            let time = Duration::from_millis(line["ms"].as_u64().unwrap_or(0));
            suite.tests.push(Test { name, time, mutants });
        }
        suite
    }

    /// Whether a test reaches a mutant.
    pub(crate) fn reaches(&self, mutant: u32) -> bool {
        self.tests.iter().any(|test| test.mutants.contains(&mutant))
    }

    /// Remembers that a test has caught a mutant of a file.
    pub(crate) fn learn(&self, file: &str, test: &str) {
        let mut caught = self.caught.lock().expect("no thread panics");
        *caught.entry((file.to_owned(), test.to_owned())).or_default() += 1;
    }

    /// The tests that reach a mutant. Those that have caught others in its file come first, then
    /// those in or near the file, then those that are fast and reach little else.
    fn reaching(&self, mutant: &Mutant) -> Vec<&Test> {
        let file = mutant.file.trim_start_matches("src/").trim_end_matches(".rs");
        let is_near = |(part, folder): &(&str, &str)| part == folder;
        let nearness =
            |name: &str| name.split("::").zip(file.split('/')).take_while(is_near).count();
        let caught = self.caught.lock().expect("no thread panics");
        let caught = |test: &Test| {
            caught.get(&(mutant.file.clone(), test.name.clone())).copied().unwrap_or(0)
        };
        let cost = |test: &Test| test.time.as_millis().max(5) * test.mutants.len() as u128;
        let is_reaching = |test: &&Test| test.mutants.contains(&mutant.id);
        let mut reaching: Vec<_> = self.tests.iter().filter(is_reaching).collect();
        reaching.sort_by_cached_key(|test| {
            (Reverse(caught(test)), Reverse(nearness(&test.name)), cost(test))
        });
        reaching
    }

    /// The test that fails because of a mutant. Only the first tests run that take no longer than
    /// the limit together.
    pub(crate) fn catches(&self, mutant: &Mutant) -> Option<String> {
        let reaching = self.reaching(mutant);
        let (mut rest, mut left) = (&reaching[..], self.limit);
        while !rest.is_empty() && !left.is_zero() {
            let mut time = Duration::ZERO;
            let fits = |test: &&&Test| {
                let fits = time < BATCH;
                time += if fits { test.time } else { Duration::ZERO };
                fits
            };
            let (batch, others) = rest.split_at(rest.iter().take_while(fits).count());
            let names: Vec<_> = batch.iter().map(|test| test.name.as_str()).collect();
            if let Some(test) = self.catches_with(mutant, &names, time * 5 + START) {
                self.learn(&mutant.file, &test);
                return Some(test);
            }
            left = left.saturating_sub(time);
            rest = others;
        }
        None
    }

    /// The first of these tests that fails because of a mutant: it passes without the mutant, and
    /// fails with it again, so that a test that is short of time shows nothing.
    fn catches_with(&self, mutant: &Mutant, names: &[&str], limit: Duration) -> Option<String> {
        let id = mutant.id.to_string();
        let with =
            |names: &[&str], id: &str| self.run(names, ("ROLECALL_MUTANT", id.as_ref()), limit);
        let failed = match with(names, &id) {
            Ending::Passed => return None,
            Ending::Failed(failed) => failed,
            Ending::Died => names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let failed: Vec<_> = failed.iter().map(String::as_str).collect();
        let is_caught = with(&failed, "") == Ending::Passed && with(&failed, &id) != Ending::Passed;
        is_caught.then(|| failed[0].to_owned())
    }

    /// Runs tests within a time. Memory is limited because mutants may allocate without end.
    fn run(&self, tests: &[&str], variable: (&str, &OsStr), limit: Duration) -> Ending {
        let path =
            self.work.join(format!("tmp/output-{}", self.runs.fetch_add(1, Ordering::Relaxed)));
        let mut command = self.command(&["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]);
        let output = fs::File::create(&path).expect("the disk is not full");
        let mut child = command
            .arg(&self.binary)
            .args(["--exact", "--test-threads=1", "--quiet"])
            .args(tests)
            .env(variable.0, variable.1)
            .stdout(output)
            .process_group(0)
            .spawn()
            .expect("a test binary starts");
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break Some(status);
            }
            if start.elapsed() > limit {
                let group = format!("-{}", child.id());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                let _ = child.wait();
                break None;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        };
        let output = fs::read(&path).unwrap_or_default();
        let _ = fs::remove_file(&path);
        if status.is_some_and(|status| status.success()) {
            return Ending::Passed;
        }
        // The names of the tests that failed are at the end, indented.
        let output = String::from_utf8_lossy(&output);
        let names: HashSet<_> =
            output.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        let failed: Vec<_> = tests
            .iter()
            .filter(|test| names.contains(**test))
            .map(|&test| test.to_owned())
            .collect();
        if failed.is_empty() { Ending::Died } else { Ending::Failed(failed) }
    }

    fn list(&self, options: &[&str]) -> Vec<String> {
        let output = self
            .command(&["-c", "exec \"$0\" \"$@\""])
            .arg(&self.binary)
            .args(["--list", "--format=terse"])
            .args(options)
            .output()
            .expect("a test binary starts");
        let text = String::from_utf8(output.stdout).expect("names are UTF-8");
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let temporary = self.work.join("tmp");
        let _ = fs::create_dir_all(&temporary);
        let mut command = Command::new("sh");
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("TMPDIR", temporary)
            .env("INSTA_UPDATE", "no")
            .env("INSTA_WORKSPACE_ROOT", &self.folder)
            // The same values in each run, none of which is kept for the next.
            .env("PROPTEST_RNG_SEED", "1")
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

/// How long the tests take, alone, that share a process.
const BATCH: Duration = Duration::from_millis(300);
/// What a process of tests may take in addition to five times their time alone.
const START: Duration = Duration::from_secs(10);
/// The longest that a test without a mutant may take.
const LONGEST: Duration = Duration::from_secs(120);

/// A file to which several threads add lines of JSON.
pub(crate) struct Lines(Mutex<fs::File>);

impl Lines {
    pub(crate) fn append(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Self(Mutex::new(file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
    }

    pub(crate) fn write(&self, line: &Value) {
        let mut file = self.0.lock().expect("no thread panics");
        file.write_all(format!("{line}\n").as_bytes()).expect("the disk is not full");
    }
}

pub(crate) fn read_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Does something with each item on as many threads as there are processors.
pub(crate) fn in_parallel<T: Sync>(items: &[T], each: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (next, each) = (&next, &each);
            scope.spawn(move || {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(worker, item);
                }
            });
        }
    });
}
