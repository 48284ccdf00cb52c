//! `console`: which page opens, in which role, and that no other user can read the link.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use rolecall::testing::demo::{Fault, FaultReply};

use crate::commands::assert_refused;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::terminal::{ENTER, Terminal};
use crate::wait::wait_for_file;

const ROLE_ARGS: [&str; 4] = ["--sso", "corp", "--arn", "012345678901:ReadOnlyAccess"];
const SHELL: [(&str, &str); 3] = [
    ("AWS_SSO", "corp"),
    ("AWS_SSO_ROLE_ARN", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
    ("ROLECALL_ROLE", "arn:aws:iam::012345678901:role/ReadOnlyAccess"),
];

fn console(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let args = [&["console"], args].concat();
    sandbox.run_with_env(&args, variables)
}

/// The link that is printed on stdout.
fn link(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> String {
    let ran = console(sandbox, &[args, &["-u", "printurl"]].concat(), variables);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    ran.stdout.trim_end().to_owned()
}

/// A query parameter of a link, decoded.
fn parameter(link: &str, name: &str) -> String {
    let query = link.split_once('?').unwrap().1.replace('#', "%23");
    let (_, value) = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .unwrap();
    percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
}

/// Fetches a page from a loopback server.
pub(crate) fn get(address: &str) -> String {
    let (host, path) =
        address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A browser that writes its arguments and its environment to files.
fn browser(sandbox: &Sandbox) -> String {
    let path = sandbox.write_executable(
        "browser",
        "#!/bin/sh\nenv > \"$HOME/environment\"\nprintf '%s\\n' \"$@\" > \"$HOME/opened.new\"\nmv \"$HOME/opened.new\" \"$HOME/opened\"\n",
    );
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

/// The arguments of the browser.
fn opened(sandbox: &Sandbox) -> Vec<String> {
    wait_for_file(&sandbox.path("opened"), |text| Some(text.lines().map(str::to_owned).collect()))
}

/// Fetches the address that the browser opened, and follows it to the console's page.
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
    let sandbox = Sandbox::signed_in();
    let program = browser(&sandbox);
    let running = start(
        &sandbox,
        &[
            &ROLE_ARGS[..],
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
    let ran = CommandOutput::from_child(running);
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
    let sandbox = Sandbox::signed_in();
    let path = sandbox.write_executable(
        "slow",
        "#!/bin/sh\nprintf '%s\\n' \"$1\" > \"$HOME/slow.url\"\nexec sleep 60\n",
    );
    let mut command = sandbox
        .rolecall(&[&["console"], &ROLE_ARGS[..], &["--browser", path.to_str().unwrap()]].concat());
    let ran = CommandOutput::from_output(command.output().unwrap());
    assert!(ran.code == 0 && ran.stderr.contains("the console is open as"), "{ran:?}");
    let address = std::fs::read_to_string(sandbox.path("slow.url")).unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    // Only the detached helper can answer now.
    assert!(visit(address.trim()).contains("ReadOnlyAccess"));
}

#[test]
fn a_container_gets_a_name_and_a_color_and_a_command_gets_them_in_its_placeholders() {
    let sandbox = Sandbox::signed_in();
    let program = browser(&sandbox);
    let rule = "[[rules]]\nmatch = \"id:012345678901\"\ncolor = \"red\"\nicon = \"fence\"\nurl_action = \"granted-containers\"\n";
    let config = sandbox.config();
    sandbox.write(
        "rolecall/config.toml",
        &format!("url_exec_command = [\"{program}\", \"--c={{color}}\", \"%s\"]\n{config}\n{rule}"),
    );
    let running = start(&sandbox, &[&ROLE_ARGS[..], &["--browser", &program]].concat());
    let address = opened(&sandbox).remove(0);
    assert!(
        address.starts_with("ext+granted-containers:name=payments%2Dprod%2DReadOnlyAccess&url=http%3A%2F%2F127%2E0%2E0%2E1%3A"),
        "{address}"
    );
    assert!(address.ends_with("&color=red&icon=fence"), "{address}");
    let inner = parameter(&address.replacen("name=", "?", 1), "url");
    assert!(visit(&inner).contains("ReadOnlyAccess"));
    assert_eq!(CommandOutput::from_child(running).code, 0);
    std::fs::remove_file(sandbox.path("opened")).unwrap();
    let running = start(&sandbox, &[&ROLE_ARGS[..], &["-u", "exec"]].concat());
    let words = opened(&sandbox);
    assert_eq!(words[0], "--c=red");
    assert!(visit(&words[1]).contains("ReadOnlyAccess"));
    assert_eq!(CommandOutput::from_child(running).code, 0);
}

#[test]
fn a_pasted_page_opens_as_the_role_it_names() {
    let sandbox = Sandbox::signed_in();
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
    let config = sandbox.config();
    sandbox.write("rolecall/config.toml", &format!("prefer_roles = [\"ReadOnly*\"]\n{config}"));
    assert_eq!(page(&[session], &[]), "https://eu-west-1.console.aws.amazon.com/s3/home");
}

#[test]
fn a_pasted_page_names_the_role_for_other_commands_too() {
    let sandbox = Sandbox::signed_in();
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
    let sandbox = Sandbox::signed_in();
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
    let sandbox = Sandbox::signed_in();
    let process = sandbox.run(&[&["process"], &ROLE_ARGS[..]].concat());
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
fn the_shortcut_link_has_no_secret_and_sends_no_request() {
    let sandbox = Sandbox::signed_in();
    let ran = console(
        &sandbox,
        &[&ROLE_ARGS[..], &["--link", "-s", "lambda", "-r", "eu-west-1"]].concat(),
        &[],
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.stdout.contains("/#/console?account_id=012345678901&role_name=ReadOnlyAccess&destination=https%3A%2F%2Feu-west-1"),
        "{ran:?}"
    );
    assert_eq!(sandbox.aws.call_count("GetRoleCredentials"), 0);
    let drawn = console(&sandbox, &[&ROLE_ARGS[..], &["--link", "-u", "qr"]].concat(), &[]);
    assert!(drawn.code == 0 && drawn.stderr.contains('▀') && drawn.stdout.is_empty(), "{drawn:?}");
}

#[test]
fn the_portals_style_opens_the_shortcut_link_and_no_secret() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("console_style = \"portal\"");
    let link = link(&sandbox, &ROLE_ARGS, &[]);
    assert!(
        link.ends_with("/#/console?account_id=012345678901&role_name=ReadOnlyAccess"),
        "{link}"
    );
    let program = browser(&sandbox);
    let running = start(&sandbox, &[&ROLE_ARGS[..], &["--browser", &program]].concat());
    assert_eq!(opened(&sandbox), [link]);
    assert_eq!(CommandOutput::from_child(running).code, 0);
    assert_eq!(sandbox.aws.call_count("GetSigninToken"), 0);
}

#[test]
fn a_rule_chooses_the_sort_of_link_over_the_general_setting() {
    let sandbox = Sandbox::signed_in();
    let ruled = |style: &str| {
        format!("[[rules]]\nmatch = \"role:ReadOnlyAccess\"\nconsole_style = \"{style}\"\n")
    };
    let general = sandbox.config();
    sandbox.write("rolecall/config.toml", &format!("{general}\n{}", ruled("portal")));
    assert!(link(&sandbox, &ROLE_ARGS, &[]).contains("/#/console?account_id=012345678901"));
    let other = ["--sso", "corp", "--arn", "012345678901:DatabaseAdministrator"];
    assert!(link(&sandbox, &other, &[]).contains("SigninToken="), "the rule is for one role");
    sandbox.write(
        "rolecall/config.toml",
        &format!("console_style = \"portal\"\n{general}\n{}", ruled("federation")),
    );
    assert!(link(&sandbox, &ROLE_ARGS, &[]).contains("SigninToken="));
}

#[test]
fn the_requested_duration_is_within_the_limits_of_aws() {
    let sandbox = Sandbox::signed_in();
    for wrong in ["14", "721", "x"] {
        assert_eq!(
            console(&sandbox, &[&ROLE_ARGS[..], &["-d", wrong]].concat(), &[]).code,
            2,
            "{wrong}"
        );
    }
    assert!(
        get(&link(&sandbox, &[&ROLE_ARGS[..], &["-d", "720"]].concat(), &[]))
            .contains("ReadOnlyAccess")
    );
}

#[test]
fn without_a_browser_the_link_is_printed_alone_on_stdout_and_the_reason_on_stderr() {
    let sandbox = Sandbox::signed_in();
    for (args, why) in [
        (&[][..], "this machine has no browser"),
        (&["--browser", "no-such-browser"], "no-such-browser"),
        (&["--browser", "false"], "false exited with 1"),
    ] {
        let ran = console(&sandbox, &[&ROLE_ARGS[..], args].concat(), &[]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
        let link = ran.stdout.trim_end();
        assert!(get(link).contains("ReadOnlyAccess"), "{ran:?}");
        assert!(ran.stderr.contains(why), "{ran:?}");
        assert!(ran.stderr.contains("anyone who has it is signed in"), "{ran:?}");
        // Of the two streams, stderr is more often kept in a log.
        assert!(!ran.stderr.contains("SigninToken") && !ran.stderr.contains(link), "{ran:?}");
    }
    sandbox.prepend_config("console_style = \"portal\"\n");
    let ran = console(&sandbox, &ROLE_ARGS, &[]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{ran:?}");
    assert!(ran.stdout.contains("account_id=012345678901"), "{ran:?}");
    assert!(!ran.stderr.contains("anyone who has it"), "{ran:?}");
    // The page is not said to be open if the program has failed.
    let ran = console(&sandbox, &[&ROLE_ARGS[..], &["--browser", "false"]].concat(), &[]);
    assert!(ran.stderr.contains("false exited with 1"), "{ran:?}");
    assert!(!ran.stderr.contains("the console is open"), "{ran:?}");
    assert!(ran.stdout.contains("account_id=012345678901"), "{ran:?}");
}

#[test]
fn unusable_arguments_are_errors() {
    let sandbox = Sandbox::signed_in();
    let assert_error = |args: &[&str], code: i32, words: &str| {
        let ran = console(&sandbox, &[&ROLE_ARGS[..], args].concat(), &[]);
        assert!(ran.code == code && ran.stderr.contains(words) && ran.stdout.is_empty(), "{ran:?}");
    };
    assert_error(&["-s", "lamda"], 2, "lambda");
    assert_error(&["--destination", "https://example.com/"], 2, "not a page of the AWS console");
    assert_error(&["-u", "opne"], 2, "open");
    assert_error(&["-u", "clip"], 2, "osc52");
    assert_error(&["-u", "exec"], 3, "url_exec_command");
    assert_error(&["a query"], 2, "named more than once");
    let config = sandbox.config();
    sandbox.write(
        "rolecall/config.toml",
        &format!("{config}\n[[rules]]\nmatch = \"id:012345678901\"\nconfirm = true\n"),
    );
    assert_error(&["-u", "printurl"], 2, "--yes");
    assert!(
        get(&link(&sandbox, &[&ROLE_ARGS[..], &["--yes"]].concat(), &[]))
            .contains("ReadOnlyAccess")
    );
    sandbox.aws.revoke_role("012345678901".parse().unwrap(), "ReadOnlyAccess");
    std::fs::remove_dir_all(sandbox.path("rolecall/state/vault/records")).unwrap();
    sandbox.login("corp");
    assert_error(&["--yes", "-u", "printurl"], 6, "ReadOnlyAccess");
}

#[test]
fn a_protected_role_and_a_missing_session_stop_it() {
    let sandbox = Sandbox::new();
    let ran = console(&sandbox, &[&ROLE_ARGS[..], &["-u", "printurl"]].concat(), &[]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("rolecall login"), "{ran:?}");
}

#[test]
fn ctrl_o_in_the_picker_opens_it_in_the_same_way() {
    let sandbox = Sandbox::signed_in();
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
fn at_a_terminal_the_user_chooses_the_role_for_a_page() {
    let sandbox = Sandbox::signed_in();
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

#[test]
fn a_refused_console_names_whom_to_ask() {
    let sandbox = Sandbox::signed_in();
    sandbox.prepend_config("access_request_url = \"https://access.example/{account_id}/{role}\"");
    let reply = FaultReply::json(403, r#"{"message":"no"}"#)
        .with_header("x-amzn-errortype", "AccessDeniedException");
    sandbox.aws.add_fault(Fault::Reply { operation: "GetSigninToken".into(), times: 9, reply });
    assert_refused(
        &console(&sandbox, &[&ROLE_ARGS[..], &["-u", "printurl"]].concat(), &[]),
        6,
        &[
            "AWS does not accept these credentials",
            "ask for access at https://access.example/012345678901/ReadOnlyAccess",
        ],
    );
}
