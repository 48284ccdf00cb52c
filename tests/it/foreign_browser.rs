//! The sign-in pages in a real Chromium, driven as by a user: open, read, press.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::foreign::TIMEOUT;
use crate::sandbox::{CommandOutput, Sandbox};
use crate::wait::wait_for;

/// The key that holds an element's id in WebDriver's answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Headless, and without any traffic of its own.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Chromium with its driver, which speaks WebDriver: JSON over plain HTTP.
struct Browser {
    driver: Child,
    host: String,
    session: String,
}

impl Browser {
    fn start(sandbox: &Sandbox) -> Self {
        let mut driver = sandbox
            .command("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(driver.stdout.take().unwrap());
        let port = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.to_owned()));
        let host = format!(
            "127.0.0.1:{}",
            port.expect("chromedriver says its port").trim_end_matches('.')
        );
        let mut browser = Self { driver, host, session: String::new() };
        let profile = format!("--user-data-dir={}", sandbox.path("chromium").display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        // The driver itself waits for elements.
        let patience = json!({"implicit": TIMEOUT.as_millis() / 2});
        let capabilities = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": flags}, "timeouts": patience}}});
        let opened = browser.call("POST", "/session", &capabilities);
        browser.session = format!("/session/{}", opened["sessionId"].as_str().unwrap());
        browser
    }

    /// Sends one WebDriver command and returns its value.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let (host, body) = (&self.host, body.to_string());
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}",
            body.len()
        );
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut reply = BufReader::new(stream);
        let mut head = String::new();
        // The driver keeps its connections open: only the length shows where an answer ends.
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reply.read_line(&mut head).unwrap(), 0, "{method} {path}: {head}");
        }
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        });
        let mut body = vec![0; length.unwrap()];
        reply.read_exact(&mut body).unwrap();
        assert!(
            head.starts_with("HTTP/1.1 200"),
            "{method} {path}: {head}{}",
            String::from_utf8_lossy(&body)
        );
        serde_json::from_slice::<Value>(&body).unwrap()["value"].take()
    }

    fn open(&self, address: &str) {
        self.call("POST", &format!("{}/url", self.session), &json!({"url": address}));
    }

    fn element(&self, using: &str, value: &str) -> String {
        let found = self.call(
            "POST",
            &format!("{}/element", self.session),
            &json!({"using": using, "value": value}),
        );
        format!("{}/element/{}", self.session, found[ELEMENT].as_str().unwrap())
    }

    /// Presses Allow or Deny.
    fn press(&self, decision: &str) {
        let button = self.element("css selector", &format!("button[value={decision}]"));
        self.call("POST", &format!("{button}/click"), &json!({}));
    }

    /// The visible text of the page, in one step, since the page may change between two.
    fn text(&self) -> String {
        let script =
            json!({"script": "return document.body ? document.body.innerText : ''", "args": []});
        self.call("POST", &format!("{}/execute/sync", self.session), &script)
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Waits until the next page shows this text.
    fn wait_for(&self, words: &str) {
        self.element("xpath", &format!("//body[contains(., \"{words}\")]"));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.call("DELETE", &self.session, &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts `login` with a browser that only records what it opens; returns the running program and
/// the address.
fn login(sandbox: &Sandbox, flow: &str) -> (Child, String) {
    spawn_noting_url(sandbox, &["login", "--sso", "corp", "--flow", flow])
}

/// The same for any command.
fn spawn_noting_url(sandbox: &Sandbox, args: &[&str]) -> (Child, String) {
    let (script, note) = (sandbox.path("browser"), sandbox.path("note"));
    sandbox.write(
        "browser",
        "#!/bin/sh\nprintf '%s\\n%s\\n' \"$1\" \"${AWS_SSO_FILE_PASSWORD-no passphrase}\" >note\n",
    );
    assert!(Command::new("chmod").arg("+x").arg(&script).status().unwrap().success());
    assert!(Command::new("mkfifo").arg(&note).status().unwrap().success());
    let child = sandbox.spawn(&[args, &["--browser", script.to_str().unwrap()]].concat());
    // Opening a pipe to read blocks until there is a writer, so a thread does it and can be
    // abandoned.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(std::fs::read_to_string(note).unwrap()));
    let noted = receiver.recv_timeout(TIMEOUT).expect("the program opens its page");
    let (address, passphrase) = noted.split_once('\n').unwrap();
    assert_eq!(passphrase.trim(), "no passphrase");
    (child, address.to_owned())
}

/// The simulator waits for a user.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.aws.set_approval(rolecall::testing::demo::DeviceApproval::Manual);
    sandbox
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_device_code_is_compared_and_allowed_in_chromium() {
    let sandbox = sandbox();
    let browser = Browser::start(&sandbox);
    let (child, address) = login(&sandbox, "device-code");
    browser.open(&address);
    let page = browser.text();
    let code = address.split_once("user_code=").unwrap().1;
    assert!(page.contains(code) && page.contains("https://corp.awsapps.com/start"), "{page}");
    browser.press("allow");
    browser.wait_for("Access allowed");
    let ran = CommandOutput::from_child(child);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains(code) && ran.stderr.contains("signed in to corp"), "{ran:?}");
    assert_eq!(sandbox.run(&["login", "--check", "--sso", "corp"]).code, 0);
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn an_authorization_code_comes_back_from_chromium() {
    let sandbox = sandbox();
    let browser = Browser::start(&sandbox);
    let (child, address) = login(&sandbox, "pkce");
    browser.open(&address);
    assert!(browser.text().contains("http://127.0.0.1:"), "{}", browser.text());
    browser.press("allow");
    browser.wait_for("Signed in to corp");
    let ran = CommandOutput::from_child(child);
    assert_eq!(ran.code, 0, "{ran:?}");
    let shown = sandbox.run(&[
        "exec",
        "--arn",
        "012345678901:ReadOnlyAccess",
        "--",
        "printenv",
        "AWS_SSO_ROLE_NAME",
    ]);
    assert_eq!((shown.code, shown.stdout.as_str()), (0, "ReadOnlyAccess\n"), "{shown:?}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_sign_in_denied_in_chromium_is_reported_on_both_sides() {
    let sandbox = sandbox();
    let browser = Browser::start(&sandbox);
    let (child, address) = login(&sandbox, "pkce");
    browser.open(&address);
    browser.press("deny");
    browser.wait_for("The sign-in did not work.");
    let ran = CommandOutput::from_child(child);
    assert_ne!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("denied"), "{ran:?}");
    assert_eq!(sandbox.run(&["login", "--check", "--sso", "corp"]).code, 4);
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_console_opens_in_chromium_at_the_page_and_only_once() {
    let sandbox = Sandbox::signed_in();
    let browser = Browser::start(&sandbox);
    let args = [
        "console",
        "--sso",
        "corp",
        "--arn",
        "012345678901:ReadOnlyAccess",
        "-s",
        "lambda",
        "-r",
        "eu-west-1",
    ];
    let (child, address) = spawn_noting_url(&sandbox, &args);
    browser.open(&address);
    let page = browser.text();
    assert!(
        page.contains("ReadOnlyAccess")
            && page.contains("eu-west-1.console.aws.amazon.com/lambda/home"),
        "{page}"
    );
    let ran = CommandOutput::from_child(child);
    assert_eq!(ran.code, 0, "{ran:?}");
    let host = address.trim_start_matches("http://").split('/').next().unwrap();
    // The detached helper ends once the answer is sent.
    wait_for("the end of the helper", || TcpStream::connect(host).err());
}
