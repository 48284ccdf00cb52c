//! The picker on a real terminal: the test program starts itself on a pseudo-terminal, presses keys
//! and checks the screen.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::*;
use crate::tui::{Exit, run};

/// The environment variable that tells the child process what to run.
const CHILD: &str = "ROLECALL_TEST_PICKER";
const PATIENCE: Duration = Duration::from_secs(30);

struct TestTerminal {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    written: Vec<u8>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

impl TestTerminal {
    fn start(what: &str) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 })
            .unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "tui::tests::terminal::the_child",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(CHILD, what);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            parser: vt100::Parser::new(cells(24), cells(80), 0),
            output,
            written: Vec::new(),
            keys,
            child,
            master: pair.master,
        }
    }

    fn wait_until(&mut self, what: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !what(self.parser.screen()) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.written.extend(bytes);
                }
                Err(error) => {
                    panic!("{error}, on the screen:\n{}", self.parser.screen().contents())
                }
            }
        }
        self
    }

    fn wait_for_text(&mut self, text: &str) -> &mut Self {
        self.wait_until(|screen| screen.contents().contains(text))
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for the end of the child, and checks that the terminal is restored.
    fn wait_and_check_restored(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        self.wait_until(|screen| {
            let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
            !(screen.alternate_screen()
                || screen.hide_cursor()
                || screen.bracketed_paste()
                || mouse)
        });
        if let Some(termios) = self.master.get_termios() {
            assert!(format!("{termios:?}").contains("ICANON"), "{termios:?}");
        }
        status
    }
}

/// Not a test itself: the code of the child on the pseudo-terminal.
#[test]
fn the_child() {
    let Some(what) = std::env::var_os(CHILD) else { return };
    if what == "panic" || what == "panic below" {
        let height = if what == "panic" { Height::Full } else { Height::Rows(8) };
        let _screen =
            crate::tui::terminal::Screen::enter(height, sample_options().appearance).unwrap();
        panic!("on purpose");
    }
    if what == "panic in vi" {
        let mut screen =
            crate::tui::terminal::Screen::enter(Height::Full, sample_options().appearance).unwrap();
        let keys = KeyBindings::new(crate::domain::enums::Keymap::Vi, &BTreeMap::new()).unwrap();
        screen
            .draw(&TestPicker::new(PickerOptions { key_bindings: keys, ..sample_options() }).state)
            .unwrap();
        panic!("on purpose");
    }
    let (requests, asked) = mpsc::channel();
    let (tell, news) = mpsc::channel();
    std::thread::spawn(move || {
        for request in asked {
            if let crate::ops::backend::messages::Request::Assume { role, number } = request {
                let _ = tell.send(Update::Assumed { number, role, outcome: Ok(NOW) });
            }
        }
    });
    match run(sample_options(), Box::new(move |request| drop(requests.send(request))), news)
        .unwrap()
        .exit
    {
        Exit::Picked(picked) => {
            std::fs::write("/dev/tty", format!("picked {}\r\n", picked.roles[0])).unwrap()
        }
        Exit::Cancelled | Exit::RunEach { .. } => {
            std::fs::write("/dev/tty", "cancelled\r\n").unwrap()
        }
    }
}

#[test]
fn escape_leaves_the_terminal_as_it_was() {
    let mut terminal = TestTerminal::start("picker");
    terminal.wait_for_text("quit").press("\x1b").wait_for_text("cancelled");
    assert!(terminal.wait_and_check_restored().success());
}

#[test]
fn letters_and_enter_in_one_write_pick_what_was_typed() {
    let mut terminal = TestTerminal::start("picker");
    terminal
        .wait_for_text("quit")
        .press("sandbox\r")
        .wait_for_text("picked 000000000042/PowerUserAccess");
    assert!(terminal.wait_and_check_restored().success());
}

#[test]
fn an_arrow_is_not_an_escape() {
    let mut terminal = TestTerminal::start("picker");
    terminal
        .wait_for_text("quit")
        .press("edge-staging")
        .wait_for_text("2 / 37")
        .press("\x1b[")
        .press("B")
        .press("\r")
        .wait_for_text("ReadOnlyAccess\n");
    assert!(terminal.wait_and_check_restored().success());
}

#[test]
fn a_termination_signal_restores_the_terminal_and_ends_the_process() {
    for (signal, name) in [(Signal::TERM, "Terminated"), (Signal::HUP, "Hangup")] {
        let mut terminal = TestTerminal::start("picker");
        terminal.wait_for_text("quit");
        let pid =
            Pid::from_raw(i32::try_from(terminal.child.process_id().unwrap()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(terminal.wait_and_check_restored().signal(), Some(name));
    }
}

#[test]
fn a_panic_is_read_on_a_whole_terminal() {
    for what in ["panic", "panic below"] {
        let mut terminal = TestTerminal::start(what);
        terminal.wait_for_text("on purpose");
        assert!(!terminal.wait_and_check_restored().success());
    }
}

#[test]
fn a_panic_gives_the_cursor_its_usual_look_back() {
    let mut terminal = TestTerminal::start("panic in vi");
    terminal.wait_for_text("on purpose");
    terminal.wait_and_check_restored();
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    let (bar, usual) = (written.find("\x1b[6 q"), written.find("\x1b[0 q"));
    assert!(bar.is_some() && bar < usual && usual < written.find("on purpose"), "{written:?}");
}
