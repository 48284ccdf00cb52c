//! `rolecall demo` on a real terminal: the whole story, and that nothing remains afterwards.

use std::fs;

use rustix::process::Signal;

use crate::sandbox::{Sandbox, binary};
use crate::terminal::{CTRL_C, ENTER, ESCAPE, Terminal};

/// A home with the `tmp` folder in which the demo creates its temporary home.
fn sandbox_with_tmp() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("tmp")).unwrap();
    sandbox
}

fn demo(sandbox: &Sandbox) -> Terminal {
    let tmp = sandbox.path("tmp").to_string_lossy().into_owned();
    let terminal =
        Terminal::run_with(sandbox, binary(), &["demo", "--accounts", "14"], &[("TMPDIR", &tmp)]);
    terminal.wait_for_picker();
    assert_eq!(count_demo_homes(sandbox), 1);
    terminal
}

/// The number of temporary homes.
fn count_demo_homes(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path("tmp")).unwrap().count()
}

#[test]
fn the_demo_goes_from_the_picker_into_a_role_and_leaves_nothing() {
    let sandbox = sandbox_with_tmp();
    let mut terminal = demo(&sandbox);
    terminal.type_keys("payments-prod read");
    terminal.wait_for("payments-prod read");
    terminal.type_keys(ENTER);
    terminal.wait_for("type exit to leave");
    terminal.type_line("echo \"<$AWS_SSO_ROLE_ARN>\"; exit 4");
    terminal.wait_for("<arn:aws:iam::012345678901:role/ReadOnlyAccess>");
    assert_eq!(terminal.wait_for_exit(), 4);
    assert_eq!(terminal.damage(), [""; 0]);
    assert_eq!(count_demo_homes(&sandbox), 0);
}

#[test]
fn the_demo_is_tidied_up_however_it_ends() {
    let sandbox = sandbox_with_tmp();
    let mut terminal = demo(&sandbox);
    terminal.type_keys(ESCAPE);
    assert_eq!((terminal.wait_for_exit(), count_demo_homes(&sandbox)), (130, 0));
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let terminal = demo(&sandbox);
        terminal.signal(signal);
        assert_eq!((terminal.wait_for_exit(), count_demo_homes(&sandbox)), (code, 0));
        assert_eq!(terminal.damage(), [""; 0]);
    }
}

#[test]
fn a_served_demo_is_tidied_up_after_ctrl_c() {
    let sandbox = sandbox_with_tmp();
    let tmp = sandbox.path("tmp").to_string_lossy().into_owned();
    let mut terminal = Terminal::run_with(
        &sandbox,
        binary(),
        &["demo", "--accounts", "4", "serve"],
        &[("TMPDIR", &tmp)],
    );
    terminal.wait_for("export AWS_ENDPOINT_URL='http://127.0.0.1:");
    terminal.wait_for("Ctrl-C ends it");
    assert_eq!(count_demo_homes(&sandbox), 1);
    terminal.type_keys(CTRL_C);
    assert_eq!((terminal.wait_for_exit(), count_demo_homes(&sandbox)), (130, 0));
}
