//! Runs the tests that reach a mutant.

use std::collections::{BTreeSet, HashMap, HashSet};
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
    /// Fastest first.
    tests: Vec<Test>,
}

/// A test, its time alone, and the mutants that it reaches.
type Test = (String, Duration, HashSet<u32>);

impl Suite {
    /// Runs each test alone, without a mutant, to see which mutants it reaches. What is known from
    /// an interrupted run is read from `name` in `work`.
    pub(crate) fn new(binary: &Path, folder: &Path, work: &Path, name: &str) -> Self {
        let tests = Vec::new();
        let mut suite =
            Self { binary: binary.into(), folder: folder.into(), work: work.into(), tests };
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
            let passes = suite.run(&[test], ("ROLECALL_MUTANT_COVER", cover.as_os_str()), LONGEST);
            let text = fs::read_to_string(&cover).unwrap_or_default();
            let ids: BTreeSet<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
            let ms = start.elapsed().as_millis() as u64;
            lines.write(&json!({ "test": test, "ms": ms, "passes": passes, "mutants": ids }));
        });
        for line in read_lines(&path) {
            let test = line["test"].as_str().unwrap_or_default().to_owned();
            if line["passes"] == false {
                println!("left out, because it fails without a mutant: {test}");
                continue;
            }
            let ids = line["mutants"].as_array().into_iter().flatten();
            let ids = ids.filter_map(Value::as_u64).map(|id| id as u32).collect();
            let time = Duration::from_millis(line["ms"].as_u64().unwrap_or(0));
            suite.tests.push((test, time, ids));
        }
        suite.tests.sort_by_key(|(_, time, _)| *time);
        suite
    }

    /// Whether a test reaches a mutant.
    pub(crate) fn reaches(&self, mutant: u32) -> bool {
        self.tests.iter().any(|(_, _, mutants)| mutants.contains(&mutant))
    }

    /// Whether a test fails because of a mutant. Tests in or near its file run first, fast ones
    /// before slow ones.
    pub(crate) fn catches(&self, mutant: &Mutant) -> bool {
        let mut reaching: Vec<_> =
            self.tests.iter().filter(|(_, _, mutants)| mutants.contains(&mutant.id)).collect();
        let file = mutant.file.trim_start_matches("src/").trim_end_matches(".rs");
        let is_near = |(part, folder): &(&str, &str)| part == folder;
        let nearness =
            |name: &str| name.split("::").zip(file.split('/')).take_while(is_near).count();
        reaching.sort_by_key(|(name, ..)| std::cmp::Reverse(nearness(name)));
        let mut rest = &reaching[..];
        while !rest.is_empty() {
            let mut left = BATCH;
            let fits = |(_, time, _): &&&Test| {
                let fits = !left.is_zero();
                left = left.saturating_sub(*time);
                fits
            };
            let (batch, others) = rest.split_at(rest.iter().take_while(fits).count());
            let names: Vec<_> = batch.iter().map(|(name, _, _)| name.as_str()).collect();
            let time: Duration = batch.iter().map(|(_, time, _)| *time).sum();
            let limit = time * 5 + Duration::from_secs(10);
            let passes_with = |id: &str| self.run(&names, ("ROLECALL_MUTANT", id.as_ref()), limit);
            // A test that fails without the mutant too, such as one short of time, shows nothing.
            if !passes_with(&mutant.id.to_string()) && passes_with("") {
                return true;
            }
            rest = others;
        }
        false
    }

    /// Whether these tests pass within a time. Memory is limited because mutants may allocate
    /// without end.
    fn run(&self, tests: &[&str], variable: (&str, &std::ffi::OsStr), limit: Duration) -> bool {
        let mut child = self
            .command(&["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""])
            .arg(&self.binary)
            .args(["--exact", "--test-threads=1", "--quiet"])
            .args(tests)
            .env(variable.0, variable.1)
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a test binary starts");
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                return status.success();
            }
            if start.elapsed() > limit {
                let group = format!("-{}", child.id());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                let _ = child.wait();
                return false;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
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
