//! The same run in a real terminal multiplexer, which answers queries as terminals do and has job
//! control.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;
use crate::terminal::{ENTER, ESCAPE, Terminal, variables};

const TIMEOUT: Duration = Duration::from_secs(20);

/// A tmux server with one window.
struct Tmux<'a> {
    sandbox: &'a Sandbox,
}

impl<'a> Tmux<'a> {
    fn start(sandbox: &'a Sandbox) -> Self {
        let tmux = Self { sandbox };
        // Otherwise the server would give its windows the environment of the test run.
        tmux.run(&["new-session", "-d", "-x", "110", "-y", "32", "/bin/sh", "-i"]);
        tmux
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command
            .arg("-S")
            .arg(self.sandbox.path("tmux.socket"))
            .args(["-f", "/dev/null"])
            .args(words);
        let output = command
            .env_clear()
            .envs(variables(self.sandbox))
            .current_dir(self.sandbox.home())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "tmux {words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn send_keys(&self, words: &[&str]) {
        self.run(&[&["send-keys"], words].concat());
    }

    fn type_line(&self, text: &str) {
        self.send_keys(&["-l", text]);
        self.send_keys(&["Enter"]);
    }

    fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    /// Whether the alternate screen is shown, whether the cursor is, and whether mouse reporting is
    /// on.
    fn flags(&self) -> String {
        self.run(&["display", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"])
            .trim()
            .to_owned()
    }

    fn wait(&self, what: &str, is: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        while !is(self) {
            assert!(
                Instant::now() < deadline,
                "waited for {what}, but this is shown:\n{}",
                self.screen()
            );
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait(&format!("`{text}`"), |tmux| tmux.screen().contains(text));
    }

    fn wait_for_picker(&self) {
        self.wait("the picker", |tmux| {
            tmux.flags().starts_with('1') && tmux.screen().contains("payments-prod")
        });
    }

    fn wait_for_shell(&self) {
        self.wait("the shell", |tmux| tmux.flags() == "0 1 0");
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let _ = Command::new("tmux")
            .arg("-S")
            .arg(self.sandbox.path("tmux.socket"))
            .arg("kill-server")
            .output();
    }
}

#[test]
#[ignore = "needs tmux"]
fn in_tmux_the_screen_comes_back_as_it_was() {
    let sandbox = Sandbox::signed_in();
    let tmux = Tmux::start(&sandbox);
    tmux.wait_for("ready>");
    tmux.type_line("printf '%s\\n' one two three; rolecall");
    tmux.wait_for_picker();
    tmux.send_keys(&["C-z"]);
    tmux.wait_for_shell();
    tmux.wait_for("Stopped");
    let stopped = tmux.screen();
    assert!(stopped.contains("one\ntwo\nthree\n"), "{stopped}");
    tmux.type_line("fg");
    tmux.wait_for_picker();
    tmux.type_line("payments-prod read");
    tmux.wait_for("type exit to leave");
    tmux.wait_for_shell();
    tmux.type_line("echo \"<$AWS_SSO_ROLE_ARN>\"");
    tmux.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    tmux.type_line("exit");
    tmux.type_line("echo \"<${AWS_SSO_ROLE_ARN-none}>\"");
    tmux.wait_for("<none>");
    let after = tmux.screen();
    let head: String = stopped
        .lines()
        .take_while(|line| !line.contains("Stopped"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(after.starts_with(&head), "before:\n{head}\nafter:\n{after}");
    assert_eq!(tmux.flags(), "0 1 0");
}

#[test]
#[ignore = "needs tmux"]
fn in_tmux_the_pane_carries_the_role_while_its_shell_runs() {
    let sandbox = Sandbox::signed_in();
    let tmux = Tmux::start(&sandbox);
    let option = || tmux.run(&["show-options", "-pqv", "@rolecall"]).trim().to_owned();
    let title = || tmux.run(&["display", "-p", "#{pane_title}"]).trim().to_owned();
    tmux.wait_for("ready>");
    let before = title();
    tmux.type_line("rolecall exec -S corp --arn 012345678901:ReadOnlyAccess");
    tmux.wait_for("type exit to leave");
    tmux.wait("the role in the pane", |_| option() == "payments-prod/ReadOnlyAccess");
    assert_eq!(title(), "payments-prod/ReadOnlyAccess");
    tmux.type_line("rolecall exec -S corp --arn 012345678901:AdministratorAccess --yes");
    tmux.wait("the inner role in the pane", |_| option() == "payments-prod/AdministratorAccess");
    tmux.type_line("exit");
    tmux.wait("the outer role in the pane", |_| option() == "payments-prod/ReadOnlyAccess");
    tmux.type_line("exit");
    tmux.wait("no role in the pane", |_| option().is_empty());
    tmux.wait("the title that was there", |_| title() == before);
}

#[test]
#[ignore = "needs tmux"]
fn rows_below_the_prompt_leave_the_scrollback_of_tmux_clean_after_a_reflow() {
    let sandbox = Sandbox::signed_in();
    let tmux = Tmux::start(&sandbox);
    tmux.wait_for("ready>");
    tmux.type_line("clear; i=1; while [ $i -le 99 ]; do echo mine $i; i=$((i+1)); done; rolecall pick --height 40%");
    tmux.wait_for("type to filter");
    tmux.send_keys(&["-l", "prod"]);
    tmux.wait_for("❯ prod");
    // The cursor is back on the first row when a frame is complete. A resize in the middle of one
    // leaves the part that was drawn.
    let whole =
        |first: usize| tmux.run(&["display", "-p", "#{cursor_y}"]).trim() == first.to_string();
    tmux.wait("a whole frame", |tmux| {
        tmux.screen().lines().position(|line| line.contains("❯ prod")).is_some_and(whole)
    });
    // Other heights, wider, and narrower by less than a fifth.
    for (columns, rows) in
        [(110, 20), (110, 40), (110, 9), (150, 32), (110, 32), (92, 32), (110, 32)]
    {
        tmux.run(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
        let lines = (rows * 2 / 5).max(4);
        tmux.wait("rows of that size", |tmux| {
            let screen = tmux.screen();
            let shown: Vec<&str> = screen.lines().collect();
            let first = shown.iter().rposition(|line| line.contains("❯ prod"));
            first.is_some_and(|first| {
                shown.get(first + lines - 1).is_some_and(|line| line.contains("pick"))
                    && whole(first)
            })
        });
    }
    tmux.send_keys(&["Escape"]);
    tmux.wait("the prompt", |tmux| tmux.screen().trim_end().ends_with("ready>"));
    let all = tmux.run(&["capture-pane", "-p", "-S", "-"]);
    let left: Vec<&str> =
        all.lines().filter(|line| !line.trim().is_empty() && !line.contains("ready>")).collect();
    assert_eq!(left, (1..=99).map(|line| format!("mine {line}")).collect::<Vec<_>>());
}

/// The recipe in the documentation.
fn recipe() -> String {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/picker.md")).unwrap();
    let (_, block) = page.split_once("```tmux\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
#[ignore = "needs tmux"]
fn in_tmux_the_popup_of_the_documentation_pastes_the_role_and_nothing_after_escape() {
    const PREFIX_R: &str = "\x02R";
    let sandbox = Sandbox::signed_in();
    sandbox.write("tmux.conf", &recipe());
    let (socket, conf) = (sandbox.path("tmux.socket"), sandbox.path("tmux.conf"));
    let args = [
        "-u",
        "-S",
        socket.to_str().unwrap(),
        "-f",
        conf.to_str().unwrap(),
        "new-session",
        "/bin/sh -i",
    ];
    // A popup needs a client that shows it: this is one.
    let mut client = Terminal::run(&sandbox, "tmux", &args);
    let tmux = Tmux { sandbox: &sandbox };
    client.wait_for("ready>");
    tmux.run(&["set-buffer", "somebody else's"]);
    client.type_keys(PREFIX_R);
    client.wait_for("type to filter");
    client.type_keys(ESCAPE);
    client.wait_for_no("┌");
    assert!(!client.screen().contains("somebody"), "{}", client.screen());
    client.type_keys(PREFIX_R);
    client.wait_for("type to filter");
    client.type_keys("payments-prod read");
    client.wait_for("❯ payments-prod read");
    client.type_keys(ENTER);
    client.wait_for("ready> arn:aws:iam::012345678901:role/ReadOnlyAccess");
    assert_eq!(tmux.run(&["show-buffer"]), "somebody else's", "the clipboard is as it was");
}

#[test]
#[ignore = "needs tmux"]
fn in_tmux_a_link_reaches_the_clipboard() {
    let sandbox = Sandbox::signed_in();
    let tmux = Tmux::start(&sandbox);
    tmux.wait_for("ready>");
    tmux.type_line("rolecall console -S corp --arn 012345678901:ReadOnlyAccess -u osc52");
    tmux.wait_for("is on the clipboard");
    let link = tmux.run(&["show-buffer"]);
    assert!(link.starts_with(sandbox.aws.url()) && link.contains("SigninToken="), "{link}");
    assert!(!tmux.screen().contains("SigninToken"), "{}", tmux.screen());
}
