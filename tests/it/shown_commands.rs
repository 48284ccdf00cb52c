//! Every command in the README, the documentation and the `--help` of every command works as typed
//! in `rolecall demo`. The commands are taken from the texts.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::CommandFactory;
use rolecall::testing::cli::Cli;

use crate::foreign::program_from_env;
use crate::sandbox::{CommandOutput, Sandbox, binary};
use crate::terminal::{CTRL_C, ESCAPE, Terminal};

/// How a command is run that needs more than a shell.
enum Need {
    /// This has to be run before it in the same shell.
    Before(&'static str),
    /// It needs a terminal: texts to wait for with the keys to press then, and its exit code.
    Terminal(&'static [(&'static str, &'static str)], u32),
    /// Its exit code says something.
    Code(i32),
}

/// Puts the shell into a role.
const IN_A_ROLE: &str = "eval \"$(rolecall eval 'payments-prod readonly')\"; ";
/// The same with keys, even if there is a profile for the role.
const WITH_KEYS: &str = "eval \"$(rolecall eval 'payments-prod readonly' --as keys)\"; ";
/// Defines the function `role`, in a shell that is in a role.
const HOOK: &str =
    "eval \"$(rolecall init bash)\"; eval \"$(rolecall eval 'payments-prod readonly')\"; ";
/// A server with a role in the slots `default` and `ci`, which is stopped in the end.
const SERVER: &str = "rolecall ecs run --default 'payments-prod readonly' >/dev/null 2>&1 & \
     trap 'rolecall ecs stop 2>/dev/null' EXIT; \
     until rolecall ecs profile >/dev/null 2>&1; do sleep 0.1; done; \
     rolecall ecs load 'payments-prod readonly' -s ci 2>/dev/null; ";
/// The picker is left with Esc.
const PICKER: Need = Need::Terminal(&[("payments-prod", ESCAPE)], 130);
/// The picker of a shell that has printed account names before.
const EMPTY_PICKER: Need = Need::Terminal(&[("type to filter", ESCAPE)], 130);
/// A question is answered with no.
const DECLINED: Need = Need::Terminal(&[("[y/N]", "n\r")], 130);

/// The commands that are not just run, by their beginning, and the reason.
const NEEDS: &[(&str, Need, &str)] = &[
    ("rolecall prod adm", PICKER, "the picker"),
    ("rolecall pick -m", PICKER, "the picker"),
    ("rolecall pick -q prod -1 -0", PICKER, "the picker, since several roles match"),
    ("rolecall --action console -r us-east-1", PICKER, "the picker"),
    ("rolecall demo --accounts 3000 --roles 6", PICKER, "the picker"),
    ("rolecall demo --state locked", Need::Terminal(&[("locked", ESCAPE)], 130), "the picker"),
    (
        "rolecall console 'https://eu-west-1.console.aws.amazon.com/ec2",
        Need::Before(IN_A_ROLE),
        "a page in the shell's role",
    ),
    ("rolecall console --link .", Need::Before(IN_A_ROLE), "the shell's role"),
    ("rolecall console -e", Need::Before(WITH_KEYS), "the shell's keys"),
    ("rolecall exec -e ", Need::Before(IN_A_ROLE), "the shell's role"),
    ("eval \"$(rolecall eval --refresh)\"", Need::Before(IN_A_ROLE), "the shell's role"),
    (
        "rolecall settings set include",
        Need::Before("mkdir -p ~/team; touch ~/team/rolecall.toml; "),
        "the team's file",
    ),
    (
        "rolecall setup profiles --undo",
        Need::Before("rolecall setup profiles --all; "),
        "a run to undo",
    ),
    (
        "rolecall exec -A payments-prod -R ReadOnlyAccess",
        Need::Terminal(&[("type exit", "exit\r")], 0),
        "a shell, which is left",
    ),
    (
        "rolecall exec 'payments-prod readonly'",
        Need::Terminal(&[("type exit", "exit\r")], 0),
        "a shell, which is left",
    ),
    ("role -c", Need::Before(HOOK), "the function of the hook"),
    ("role -", Need::Before(HOOK), "the function of the hook"),
    ("role payments", Need::Before(HOOK), "the function of the hook"),
    (
        "rolecall ecs run --detach",
        Need::Before("trap 'rolecall ecs stop' EXIT; "),
        "it runs until it is stopped",
    ),
    (
        "rolecall ecs run",
        Need::Terminal(&[("serving", CTRL_C)], 130),
        "it runs until it is stopped",
    ),
    ("rolecall ecs", Need::Before(SERVER), "a running server"),
    ("eval \"$(rolecall ecs", Need::Before(SERVER), "a running server"),
    ("rolecall setup kube --undo", Need::Before("rolecall setup kube --yes; "), "a run to undo"),
    ("rolecall setup kube --yes", Need::Code(0), ""),
    ("rolecall setup kube --diff", Need::Code(0), ""),
    ("rolecall setup kube --kubeconfig", Need::Code(0), ""),
    ("rolecall setup kube", DECLINED, "a question"),
    ("rolecall setup import --undo", Need::Code(1), "nothing was imported in the demo"),
    ("rolecall setup wizard --yes", Need::Code(0), ""),
    ("rolecall setup wizard --start-url", Need::Terminal(&[], 0), "a terminal"),
    ("rolecall setup wizard", Need::Terminal(&[("start", CTRL_C)], 130), "questions"),
    ("rolecall vault reset --yes", Need::Code(0), ""),
    ("rolecall vault reset", DECLINED, "a question"),
    (
        "rolecall credentials -p payments-prod-ReadOnlyAccess,payments-dev-ReadOnlyAccess --append --watch",
        Need::Terminal(&[("left", CTRL_C)], 130),
        "it runs until it is stopped",
    ),
    (
        "rolecall vault passphrase",
        Need::Terminal(
            &[
                ("current passphrase", "sesame\r"),
                ("new passphrase", "opensesame\r"),
                ("again", "opensesame\r"),
            ],
            0,
        ),
        "passphrases are typed",
    ),
];

/// Exact commands that only open the picker.
const PICKERS: [&str; 5] =
    ["rolecall", "rolecall pick", "rolecall demo", "rolecall console", "role"];

/// The commands of one text. Each text has a demo of its own, because commands change it.
struct Text {
    name: String,
    commands: Vec<String>,
}

/// The examples of every command, from its `--help`; those that change the demo apart.
fn help_texts() -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    for path in command_paths(&Cli::command(), "") {
        let args: Vec<&str> = path.split(' ').filter(|word| !word.is_empty()).collect();
        let mut help = Command::new(binary());
        let page = CommandOutput::from_output(help.args(&args).arg("--help").output().unwrap());
        let (_, examples) = page
            .stdout
            .split_once("Examples:\n")
            .unwrap_or_else(|| panic!("{path} has no examples:\n{}", page.stdout));
        let examples = examples.split("\n\n").next().unwrap_or_default();
        let commands: Vec<String> = examples
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split("  ").next().unwrap_or_default().to_owned())
            .collect();
        assert!(commands.len() >= 3, "{path}: {commands:?}");
        let group = args.first().copied().unwrap_or_default();
        let changes = ["ecs", "login", "logout", "settings", "setup", "vault"].contains(&group);
        let name = if changes { path.as_str() } else { "help" };
        match texts.iter_mut().find(|text| text.name == name) {
            Some(text) => text.commands.extend(commands),
            // After each of these the passphrase is another one.
            None if name == "vault passphrase" => texts.extend(
                commands
                    .into_iter()
                    .map(|command| Text { name: name.to_owned(), commands: vec![command] }),
            ),
            None => texts.push(Text { name: name.to_owned(), commands }),
        }
    }
    texts
}

/// The words that call each visible command, and the empty path of the first page.
fn command_paths(command: &clap::Command, path: &str) -> Vec<String> {
    let shown =
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
    let below =
        shown.flat_map(|sub| command_paths(sub, format!("{path} {}", sub.get_name()).trim_start()));
    [path.to_owned()].into_iter().chain(below).collect()
}

/// The `sh` blocks of the README and the documentation, without comments, and the commands in the
/// tables of docs/migrate.md. The pages in `docs/commands` have the examples of the help.
fn documents() -> Vec<Text> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    files.push(root.join("README.md"));
    files.sort();
    let text = |file: PathBuf| {
        let content = fs::read_to_string(&file).unwrap().replace("\\\n", " ");
        let blocks = content.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        let mut commands: Vec<String> = blocks
            .flat_map(str::lines)
            .map(|line| line.split("  #").next().unwrap_or_default().trim().to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains("cargo "))
            .collect();
        if file.ends_with("migrate.md") {
            commands.extend(commands_in_tables(&content));
        }
        Text { name: file.file_name().unwrap().to_string_lossy().into_owned(), commands }
    };
    files.into_iter().map(text).filter(|text| !text.commands.is_empty()).collect()
}

/// The commands in the last cells of a page's tables.
fn commands_in_tables(page: &str) -> Vec<String> {
    let rows = page.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
    let codes = rows.flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2));
    let commands: Vec<String> = codes.map(str::to_owned).collect();
    assert!(commands.len() > 40, "{commands:?}");
    commands
}

/// A demo that keeps running, and the variables that point programs to it.
struct ServedDemo {
    child: Child,
    variables: Vec<(String, String)>,
    sandbox: Sandbox,
}

impl ServedDemo {
    fn start(aws: Option<&str>) -> Self {
        let sandbox = Sandbox::new();
        fs::create_dir_all(sandbox.path("tmp")).unwrap();
        let mut child = Command::new(binary())
            .args(["demo", "serve"])
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", sandbox.home())
            .env("TMPDIR", sandbox.path("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Its last message follows the variables.
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        while !messages.next().unwrap().unwrap().contains("Ctrl-C ends it") {}
        std::thread::spawn(move || messages.for_each(drop));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut variables = Vec::new();
        for line in lines {
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            variables.push((name.to_owned(), value.trim_matches('\'').to_owned()));
            if name == "AWS_SSO_FILE_PASSWORD" {
                break;
            }
        }
        write_programs(&sandbox, aws);
        let folder = Path::new(binary()).parent().unwrap().to_string_lossy();
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = sandbox.path("bin").to_string_lossy().into_owned();
        variables.push(("PATH".into(), format!("{programs}:{folder}:{path}")));
        variables.push(("SHELL".into(), "/bin/bash".into()));
        variables.push(("AWS_PAGER".into(), String::new()));
        // Several demos run side by side.
        variables.push(("AWS_SSO_ECS_SERVER".into(), "127.0.0.1:0".into()));
        variables.push(("TMPDIR".into(), sandbox.path("tmp").to_string_lossy().into_owned()));
        let demo = Self { child, variables, sandbox };
        let script = Path::new(demo.home()).join("migrate-all-night");
        fs::write(&script, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        demo
    }

    fn home(&self) -> &str {
        &self.variables.iter().find(|(name, _)| name == "HOME").unwrap().1
    }

    /// Runs a command; returns what is wrong.
    fn run(&self, line: &str) -> Option<String> {
        let need = match PICKERS.contains(&line) {
            true if line == "role" => Some(&EMPTY_PICKER),
            true => Some(&PICKER),
            false => NEEDS
                .iter()
                // `exec … -- command` is not a shell.
                .find(|(start, need, _)| {
                    line.starts_with(start)
                        && !(line.contains(" -- ") && matches!(need, Need::Terminal(..)))
                })
                .map(|(_, need, _)| need),
        };
        let line = if line == "role" { format!("{HOOK}{line}") } else { line.to_owned() };
        match need {
            None => self.run_without_terminal(&line, 0),
            Some(Need::Code(code)) => self.run_without_terminal(&line, *code),
            Some(Need::Before(before)) => self.run_without_terminal(&format!("{before}{line}"), 0),
            Some(Need::Terminal(keys, code)) => self.run_on_terminal(&line, keys, *code),
        }
    }

    fn run_without_terminal(&self, line: &str, code: i32) -> Option<String> {
        let mut shell = Command::new("bash");
        shell.args(["-c", line]).env_clear().envs(self.variables.iter().cloned());
        if line.contains("rolecall console") {
            shell.env("BROWSER", "browser");
        }
        let ran = CommandOutput::from_output(
            shell.current_dir(self.home()).stdin(Stdio::null()).output().unwrap(),
        );
        (ran.code != code).then(|| format!("{}\n{}{}", ran.code, ran.stdout, ran.stderr))
    }

    fn run_on_terminal(&self, line: &str, keys: &[(&str, &str)], code: u32) -> Option<String> {
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let line = format!("cd; {line}");
        let mut terminal = Terminal::run_with(&self.sandbox, "bash", &["-c", &line], &variables);
        for (text, keys) in keys {
            terminal.wait_for(text);
            if text.ends_with("passphrase") || *text == "again" {
                // What is typed before the terminal stops echoing is dropped.
                terminal.wait_until_modes_changed();
            }
            terminal.type_keys(keys);
        }
        let ended = terminal.wait_for_exit();
        (ended != code).then(|| format!("{ended}\n{}", terminal.all_lines().join("\n")))
    }
}

impl Drop for ServedDemo {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Writes the programs that the commands call: the AWS CLI, or one that only looks for credentials;
/// a browser, editors, and what a reader would have.
fn write_programs(sandbox: &Sandbox, aws: Option<&str>) {
    let aws = aws.map_or_else(
        || {
            "#!/bin/sh\n\
             case \"$AWS_ACCESS_KEY_ID$AWS_CONTAINER_CREDENTIALS_FULL_URI$AWS_PROFILE $*\" in\n\
             ASIA*|http*|payments-*|*--profile*) ;;\n*) echo no credentials >&2; exit 1;;\nesac\n"
                .to_owned()
        },
        |aws| format!("#!/bin/sh\nexec {aws} \"$@\"\n"),
    );
    sandbox.write_executable("bin/aws", &aws);
    for program in ["browser", "vi", "nano", "emacs"] {
        sandbox.write_executable(&format!("bin/{program}"), "#!/bin/sh\n");
    }
    sandbox.write_executable("bin/jq", "#!/bin/sh\nexec cat\n");
    sandbox.write_executable("bin/pass", "#!/bin/sh\necho sesame\n");
}

/// Runs all commands, and fails with those that do not work.
fn assert_commands_work(texts: &[Text], aws: Option<&str>) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut demo = ServedDemo::start(aws);
                    for command in &text.commands {
                        if let Some(wrong) = demo.run(command) {
                            let failure = format!("{}: {command}\n  {wrong}", text.name);
                            failures.lock().unwrap().push(failure);
                        }
                        // The next command is typed by a reader who is signed in again.
                        if command.starts_with("rolecall logout") {
                            demo = ServedDemo::start(aws);
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_example_of_the_help_works_in_the_demo() {
    assert_commands_work(&help_texts(), None);
}

#[test]
fn every_command_in_the_documents_works_in_the_demo() {
    assert_commands_work(&documents(), None);
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn every_command_that_calls_the_aws_cli_works_in_the_demo() {
    let mut texts = help_texts();
    texts.extend(documents());
    for text in &mut texts {
        // `setup profiles` writes the profiles that a later command uses.
        text.commands.retain(|line| {
            ["aws ", "setup profiles"].iter().any(|word| line.contains(word))
                && !line.starts_with("rolecall setup profiles --undo")
        });
    }
    texts.retain(|text| text.commands.iter().any(|line| line.contains("aws ")));
    assert!(texts.len() > 3);
    assert_commands_work(&texts, Some(&program_from_env("ROLECALL_TEST_AWS", "/usr/bin/aws")));
}

#[test]
fn every_exception_is_about_a_command_in_the_texts() {
    let all: Vec<String> =
        help_texts().into_iter().chain(documents()).flat_map(|text| text.commands).collect();
    for start in NEEDS.iter().map(|(start, ..)| *start).chain(PICKERS) {
        assert!(all.iter().any(|line| line.starts_with(start)), "{start}");
    }
}
