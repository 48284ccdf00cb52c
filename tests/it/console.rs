//! `console`: the page that opens, in which role, and that nobody else can read the link.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::{CommandOutput, Sandbox};
use crate::terminal::{ENTER, Terminal};

const ROLE: [&str; 4] = ["--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"];
const SHELL: [(&str, &str); 3] = [
    ("AWS_SSO", "corp"),
    ("AWS_SSO_ROLE_ARN", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
    ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
];

fn signed_in() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.login("corp");
    sandbox
}

fn console(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let args = [&["console"], args].concat();
    CommandOutput::from_output(
        sandbox.rolecall(&args).envs(variables.iter().copied()).output().unwrap(),
    )
}

/// The link itself, from stdout.
fn link(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> String {
    let ran = console(sandbox, &[args, &["-u", "printurl"]].concat(), variables);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    ran.stdout.trim_end().to_owned()
}

/// A parameter of a link, decoded.
fn parameter(link: &str, name: &str) -> String {
    let query = link.split_once('?').unwrap().1.replace('#', "%23");
    let (_, value) = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .unwrap();
    percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
}

/// Gets a page from loopback.
fn get(address: &str) -> String {
    let (host, path) =
        address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn config(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path("rolecall/config.toml")).unwrap()
}

/// A browser that writes down how it was called, and its environment.
fn browser(sandbox: &Sandbox) -> String {
    sandbox.write(
        "browser",
        "#!/bin/sh\nenv > \"$HOME/environment\"\nprintf '%s\\n' \"$@\" > \"$HOME/opened.new\"\nmv \"$HOME/opened.new\" \"$HOME/opened\"\n",
    );
    let path = sandbox.path("browser");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn start(sandbox: &Sandbox, args: &[&str]) -> Child {
    sandbox
        .rolecall(&[&["console"], args].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The arguments that the browser was called with.
fn opened(sandbox: &Sandbox) -> Vec<String> {
    let (path, deadline): (PathBuf, _) =
        (sandbox.path("opened"), Instant::now() + Duration::from_secs(20));
    loop {
        if let Ok(text) = std::fs::read_to_string(&path) {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(Instant::now() < deadline, "no browser was opened");
        std::thread::yield_now();
    }
}

/// Fetches what the browser was given, and follows it to the console's page.
fn visit(address: &str) -> String {
    let answer = get(address);
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap_or_else(|| panic!("{answer}"));
    get(location.trim())
}

#[test]
fn a_browser_gets_an_address_without_the_secret_and_lands_in_the_role() {
    let sandbox = signed_in();
    let program = browser(&sandbox);
    let running = start(
        &sandbox,
        &[
            &ROLE[..],
            &["--browser", &format!("{program} --new"), "--service", "s3", "-r", "eu-west-1"],
        ]
        .concat(),
    );
    let [flag, address] = &opened(&sandbox)[..] else { panic!("two arguments") };
    assert_eq!(flag, "--new");
    assert!(
        address.starts_with("http://127.0.0.1:") && !address.contains("SigninToken"),
        "{address}"
    );
    let environment = std::fs::read_to_string(sandbox.path("environment")).unwrap();
    assert!(!environment.contains("AWS_SSO_FILE_PASSWORD"), "{environment}");
    let page = visit(address);
    for want in [
        "012345678901",
        "ReadOnlyAccess",
        "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1",
    ] {
        assert!(page.contains(want), "{want} is not in {page}");
    }
    let ran = CommandOutput::from_output(running.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stderr.contains("payments-prod/ReadOnlyAccess") && !ran.stderr.contains("SigninToken"),
        "{ran:?}"
    );
    let history = sandbox.run(&["history", "--json"]);
    assert!(history.stdout.contains("\"console\""), "{history:?}");
}

#[test]
fn the_prompt_is_back_while_the_browser_is_still_on_its_way() {
    let sandbox = signed_in();
    let path = sandbox.path("slow");
    sandbox.write("slow", "#!/bin/sh\nprintf '%s\\n' \"$1\" > \"$HOME/slow.url\"\nexec sleep 60\n");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = sandbox
        .rolecall(&[&["console"], &ROLE[..], &["--browser", path.to_str().unwrap()]].concat());
    let ran = CommandOutput::from_output(command.output().unwrap());
    assert!(ran.code == 0 && ran.stderr.contains("the console is open as"), "{ran:?}");
    let address = std::fs::read_to_string(sandbox.path("slow.url")).unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    // Nobody but the helper that was left behind can answer now.
    assert!(visit(address.trim()).contains("ReadOnlyAccess"));
}

#[test]
fn a_container_gets_name_and_colour_and_a_command_gets_them_where_it_wants() {
    let sandbox = signed_in();
    let program = browser(&sandbox);
    let rule = "[[rules]]\nmatch = \"id:012345678901\"\ncolor = \"red\"\nicon = \"fence\"\nurl_action = \"granted-containers\"\n";
    let config = config(&sandbox);
    sandbox.write(
        "rolecall/config.toml",
        &format!("url_exec_command = [\"{program}\", \"--c={{color}}\", \"%s\"]\n{config}\n{rule}"),
    );
    let running = start(&sandbox, &[&ROLE[..], &["--browser", &program]].concat());
    let address = opened(&sandbox).remove(0);
    assert!(
        address.starts_with("ext+granted-containers:name=payments%2Dprod%2DReadOnlyAccess&url=http%3A%2F%2F127%2E0%2E0%2E1%3A"),
        "{address}"
    );
    assert!(address.ends_with("&color=red&icon=fence"), "{address}");
    let inner = parameter(&address.replacen("name=", "?", 1), "url");
    assert!(visit(&inner).contains("ReadOnlyAccess"));
    assert_eq!(CommandOutput::from_output(running.wait_with_output().unwrap()).code, 0);
    std::fs::remove_file(sandbox.path("opened")).unwrap();
    let running = start(&sandbox, &[&ROLE[..], &["-u", "exec"]].concat());
    let words = opened(&sandbox);
    assert_eq!(words[0], "--c=red");
    assert!(visit(&words[1]).contains("ReadOnlyAccess"));
    assert_eq!(CommandOutput::from_output(running.wait_with_output().unwrap()).code, 0);
}

#[test]
fn a_pasted_page_opens_as_the_role_it_names() {
    let sandbox = signed_in();
    let page = |args: &[&str], variables: &[(&str, &str)]| {
        parameter(&link(&sandbox, args, variables), "Destination")
    };
    let portal = "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=ReadOnlyAccess&destination=https%3A%2F%2Feu-west-3.console.aws.amazon.com%2Fec2%2Fhome";
    assert_eq!(
        page(&[portal, "--sso", "corp"], &[]),
        "https://eu-west-3.console.aws.amazon.com/ec2/home"
    );
    let classic = "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:";
    assert_eq!(page(&[classic], &SHELL), classic);
    let session = "https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/home";
    let several = console(&sandbox, &[session, "-u", "printurl"], &[]);
    assert_eq!(several.code, 5, "{several:?}");
    let config = config(&sandbox);
    sandbox.write("rolecall/config.toml", &format!("prefer_roles = [\"ReadOnly*\"]\n{config}"));
    assert_eq!(page(&[session], &[]), "https://eu-west-1.console.aws.amazon.com/s3/home");
}

#[test]
fn a_pasted_page_names_the_role_for_other_commands_too() {
    let sandbox = signed_in();
    let portal =
        "https://corp.awsapps.com/start/#/console?account_id=012345678901&role_name=ReadOnlyAccess";
    let ran =
        sandbox.run(&["exec", "-S", "corp", portal, "--", "sh", "-c", "echo $AWS_SSO_ROLE_NAME"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "ReadOnlyAccess\n"), "{ran:?}");
    let both = sandbox.run(&["eval", "--format", "env", ".", "-A", "012345678901"]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn the_role_of_this_shell_needs_no_name() {
    let sandbox = signed_in();
    let who = |args: &[&str], variables: &[(&str, &str)]| get(&link(&sandbox, args, variables));
    assert!(who(&[], &SHELL).contains("ReadOnlyAccess"));
    assert!(who(&["."], &SHELL).contains("ReadOnlyAccess"));
    sandbox.write(
        ".aws/config",
        "[profile pay]\nsso_account_id = 012345678901\nsso_role_name = ReadOnlyAccess\n",
    );
    assert!(who(&["--sso", "corp"], &[("AWS_PROFILE", "pay")]).contains("ReadOnlyAccess"));
    let nobody = console(&sandbox, &["."], &[]);
    assert_eq!(nobody.code, 5, "{nobody:?}");
    assert_eq!(console(&sandbox, &[], &[]).code, 2);
}

#[test]
fn the_keys_of_the_environment_open_it_too() {
    let sandbox = signed_in();
    let process = sandbox.run(&[&["process"], &ROLE[..]].concat());
    let document: serde_json::Value = serde_json::from_str(&process.stdout).unwrap();
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
    ];
    let keys = keys.map(|(variable, key)| (variable, document[key].as_str().unwrap()));
    let link = link(&sandbox, &["--env"], &[&keys[..], &[("AWS_REGION", "us-east-2")]].concat());
    assert!(
        parameter(&link, "Destination").starts_with("https://us-east-2.console.aws.amazon.com/"),
        "{link}"
    );
    assert!(get(&link).contains("ReadOnlyAccess"));
    let without = console(&sandbox, &["-e"], &keys[..2]);
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.stderr.contains("AWS_SESSION_TOKEN"), "{without:?}");
}

#[test]
fn the_shortcut_link_has_no_secret_and_asks_nobody() {
    let sandbox = signed_in();
    let ran = console(
        &sandbox,
        &[&ROLE[..], &["--link", "-s", "lambda", "-r", "eu-west-1"]].concat(),
        &[],
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stdout.contains("/#/console?account_id=012345678901&role_name=ReadOnlyAccess&destination=https%3A%2F%2Feu-west-1"),
        "{ran:?}"
    );
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    let drawn = console(&sandbox, &[&ROLE[..], &["--link", "-u", "qr"]].concat(), &[]);
    assert!(drawn.code == 0 && drawn.stderr.contains('▀') && drawn.stdout.is_empty(), "{drawn:?}");
}

#[test]
fn the_portals_style_opens_the_shortcut_link_and_no_secret() {
    let sandbox = signed_in();
    sandbox.write(
        "rolecall/config.toml",
        &format!("console_style = \"portal\"\n{}", config(&sandbox)),
    );
    let link = link(&sandbox, &ROLE, &[]);
    assert!(
        link.ends_with("/#/console?account_id=012345678901&role_name=ReadOnlyAccess"),
        "{link}"
    );
    let program = browser(&sandbox);
    let running = start(&sandbox, &[&ROLE[..], &["--browser", &program]].concat());
    assert_eq!(opened(&sandbox), [link]);
    assert_eq!(CommandOutput::from_output(running.wait_with_output().unwrap()).code, 0);
    assert_eq!(sandbox.aws.call_count("GetSigninToken"), 0);
}

#[test]
fn a_rule_chooses_the_sort_of_link_over_the_general_setting() {
    let sandbox = signed_in();
    let ruled = |style: &str| {
        format!("[[rules]]\nmatch = \"role:ReadOnlyAccess\"\nconsole_style = \"{style}\"\n")
    };
    let general = config(&sandbox);
    sandbox.write("rolecall/config.toml", &format!("{general}\n{}", ruled("portal")));
    assert!(link(&sandbox, &ROLE, &[]).contains("/#/console?account_id=012345678901"));
    let other = ["--sso", "corp", "--arn", "012345678901:DatabaseAdministrator"];
    assert!(link(&sandbox, &other, &[]).contains("SigninToken="), "the rule is for one role");
    sandbox.write(
        "rolecall/config.toml",
        &format!("console_style = \"portal\"\n{general}\n{}", ruled("federation")),
    );
    assert!(link(&sandbox, &ROLE, &[]).contains("SigninToken="));
}

#[test]
fn the_length_that_is_asked_for_is_within_what_aws_allows() {
    let sandbox = signed_in();
    for wrong in ["14", "721", "x"] {
        assert_eq!(
            console(&sandbox, &[&ROLE[..], &["-d", wrong]].concat(), &[]).code,
            2,
            "{wrong}"
        );
    }
    assert!(
        get(&link(&sandbox, &[&ROLE[..], &["-d", "720"]].concat(), &[])).contains("ReadOnlyAccess")
    );
}

#[test]
fn what_can_not_be_opened_is_said() {
    let sandbox = signed_in();
    let said = |args: &[&str], code: i32, words: &str| {
        let ran = console(&sandbox, &[&ROLE[..], args].concat(), &[]);
        assert!(ran.code == code && ran.stderr.contains(words) && ran.stdout.is_empty(), "{ran:?}");
    };
    said(&[], 2, "no browser on this machine");
    said(&["--browser", "no-such-browser"], 2, "no-such-browser");
    said(&["--browser", "false"], 2, "false exited with 1");
    said(&["-s", "lamda"], 2, "lambda");
    said(&["--destination", "https://example.com/"], 2, "not a page of the AWS console");
    said(&["-u", "opne"], 2, "open");
    said(&["-u", "clip"], 2, "osc52");
    said(&["-u", "exec"], 3, "url_exec_command");
    said(&["a query"], 2, "not by two of them");
    let config = config(&sandbox);
    sandbox.write(
        "rolecall/config.toml",
        &format!("{config}\n[[rules]]\nmatch = \"id:012345678901\"\nconfirm = true\n"),
    );
    said(&["-u", "printurl"], 2, "--yes");
    assert!(
        get(&link(&sandbox, &[&ROLE[..], &["--yes"]].concat(), &[])).contains("ReadOnlyAccess")
    );
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    std::fs::remove_dir_all(sandbox.path("rolecall/state/vault/records")).unwrap();
    sandbox.login("corp");
    said(&["--yes", "-u", "printurl"], 6, "ReadOnlyAccess");
}

#[test]
fn a_protected_role_and_a_missing_session_stop_it() {
    let sandbox = Sandbox::new();
    let ran = console(&sandbox, &[&ROLE[..], &["-u", "printurl"]].concat(), &[]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("rolecall login"), "{ran:?}");
}

#[test]
fn ctrl_o_in_the_picker_opens_it_in_the_same_way() {
    let sandbox = signed_in();
    let program = browser(&sandbox);
    let mut terminal = Terminal::rolecall(&sandbox, &["--browser", &program]);
    terminal.wait_for_picker();
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys("\x0f");
    let page = visit(&opened(&sandbox)[0]);
    assert!(page.contains("012345678901") && page.contains("ReadOnlyAccess"), "{page}");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn at_a_terminal_a_person_settles_which_role_of_the_account_a_page_is_for() {
    let sandbox = signed_in();
    let program = browser(&sandbox);
    let page = "https://012345678901-abcd1234.eu-west-1.console.aws.amazon.com/s3/home";
    let mut terminal = Terminal::rolecall(&sandbox, &["console", page, "--browser", &program]);
    terminal.wait_for_picker();
    terminal.type_keys(" read");
    terminal.wait_for("012345678901 read");
    terminal.type_keys(ENTER);
    let page = visit(&opened(&sandbox)[0]);
    assert!(
        page.contains("ReadOnlyAccess")
            && page.contains("https://eu-west-1.console.aws.amazon.com/s3/home"),
        "{page}"
    );
    assert_eq!(terminal.wait_for_exit(), 0);
}
