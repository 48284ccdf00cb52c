//! A real pseudo-terminal to run the program on: what it shows, and whether its modes are restored
//! afterwards.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{Callbacks, MouseProtocolMode, Parser, Screen};

use crate::sandbox::{Sandbox, binary};

/// How long anything on the screen may take on a busy machine; hardly anything takes a tenth of a
/// second.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Initial columns and rows.
const SIZE: (u16, u16) = (100, 30);

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESCAPE: &str = "\x1b";
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_Z: &str = "\x1a";

/// A program on its own terminal.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: KeyWriter,
    screen_state: Arc<ScreenState>,
    process: Pid,
    ended: Receiver<ExitStatus>,
    /// The terminal's modes before anything ran on it.
    modes: String,
}

/// The input: keys, and the terminal's own answers.
type KeyWriter = Arc<Mutex<Box<dyn Write + Send>>>;

/// The screen, and a notification when it changes.
struct ScreenState {
    parser: Mutex<Parser<CursorQueries>>,
    changed: Condvar,
    closed: AtomicBool,
    /// Everything that was ever written to it, including what a screen does not keep.
    written: Mutex<Vec<u8>>,
}

impl Terminal {
    /// Runs the program with these arguments; a shell that it starts is `/bin/sh`.
    pub(crate) fn rolecall(sandbox: &Sandbox, args: &[&str]) -> Self {
        Self::run(sandbox, binary(), args)
    }

    /// Runs any program in the sandbox's environment, with `rolecall` in its PATH.
    pub(crate) fn run(sandbox: &Sandbox, program: &str, args: &[&str]) -> Self {
        Self::run_with(sandbox, program, args, &[])
    }

    /// Runs any program with these additional variables.
    pub(crate) fn run_with(
        sandbox: &Sandbox,
        program: &str,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Self {
        Self::start(Self::command(sandbox, program, args, more), false)
    }

    /// The same on a terminal that reports its cursor's position, without which nushell does not
    /// start.
    pub(crate) fn run_answering_queries(
        sandbox: &Sandbox,
        program: &str,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Self {
        Self::start(Self::command(sandbox, program, args, more), true)
    }

    fn command(
        sandbox: &Sandbox,
        program: &str,
        args: &[&str],
        more: &[(&str, &str)],
    ) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in variables(sandbox) {
            command.env(name, value);
        }
        for (name, value) in more {
            command.env(name, value);
        }
        command.cwd(sandbox.home());
        command
    }

    fn start(command: CommandBuilder, answers: bool) -> Self {
        let pair = native_pty_system().openpty(size(SIZE)).unwrap();
        let modes = modes(&*pair.master);
        let mut child = pair.slave.spawn_command(command).unwrap();
        let process = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        drop(pair.slave);
        let (columns, rows) = cells(SIZE);
        let shown = Arc::new(ScreenState {
            parser: Mutex::new(Parser::new_with_callbacks(
                rows,
                columns,
                1_000,
                CursorQueries::default(),
            )),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
            written: Mutex::default(),
        });
        let keys: KeyWriter = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let (mut output, screen) = (pair.master.try_clone_reader().unwrap(), shown.clone());
        let answers = answers.then(|| keys.clone());
        let drained =
            std::thread::spawn(move || screen.read_output(&mut *output, answers.as_ref()));
        let (sender, ended) = mpsc::channel();
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            // Everything that it wrote is on the screen before its end is reported.
            let _ = drained.join();
            let _ = sender.send(status);
        });
        Self { master: pair.master, keys, screen_state: shown, process, ended, modes }
    }

    /// Types these keys; each call is one write, like a key press or a paste.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        write(&self.keys, keys).unwrap();
    }

    /// The same for bytes that need not be text.
    pub(crate) fn type_bytes(&mut self, bytes: &[u8]) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes).unwrap();
    }

    /// Types without waiting for the program to read it, which would block if the program hangs.
    /// Calls are processed in order.
    pub(crate) fn type_in_background(&self, keys: String) {
        let (writer, (begin, begun)) = (self.keys.clone(), mpsc::channel());
        std::thread::spawn(move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = begin.send(());
            // The program may end before it has read everything.
            let _ = writer.write_all(keys.as_bytes());
        });
        let _ = begun.recv_timeout(TIMEOUT);
    }

    /// Types a line into a shell.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.type_keys(&format!("{line}\r"));
    }

    /// Waits until the text is anywhere on the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}` on the screen"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until the text is nowhere on the screen.
    pub(crate) fn wait_for_no(&self, text: &str) {
        self.wait_until(&format!("no `{text}` on the screen"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits until the full-screen program has drawn itself.
    pub(crate) fn wait_for_picker(&self) {
        self.wait_until("the picker", |screen| {
            screen.alternate_screen() && screen.contents().contains("payments-prod")
        });
    }

    /// Waits until the screen fulfills a condition.
    pub(crate) fn wait_until(&self, what: &str, is: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        let mut parser = self.screen_state.lock();
        while !is(parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited for {what}, but this is shown:\n{}",
                parser.screen().contents()
            );
            parser = self
                .screen_state
                .changed
                .wait_timeout(parser, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until the program has changed the terminal's modes.
    pub(crate) fn wait_until_modes_changed(&self) {
        crate::wait::wait_for("other modes of the terminal", || {
            (modes(&*self.master) != self.modes).then_some(())
        });
    }

    /// The text on the screen.
    pub(crate) fn screen(&self) -> String {
        self.screen_state.lock().screen().contents()
    }

    /// Everything from the first line that scrolled away to the last one on the screen, without
    /// blank lines.
    pub(crate) fn all_lines(&self) -> Vec<String> {
        let mut parser = self.screen_state.lock();
        let screen = parser.screen_mut();
        screen.set_scrollback(usize::MAX);
        let mut lines: Vec<String> = Vec::new();
        for back in (0..=screen.scrollback()).rev() {
            screen.set_scrollback(back);
            let rows: Vec<String> = screen.rows(0, u16::MAX).collect();
            lines.extend(rows.into_iter().take(if back == 0 { usize::MAX } else { 1 }));
        }
        lines
            .into_iter()
            .map(|line| line.trim_end().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// Whether the program is still running after this time.
    pub(crate) fn is_running_after(&self, time: Duration) -> bool {
        matches!(self.ended.recv_timeout(time), Err(mpsc::RecvTimeoutError::Timeout))
    }

    /// How often the program's threads have been put to sleep so far, which they are after every
    /// wake-up.
    #[cfg(target_os = "linux")]
    pub(crate) fn voluntary_switches(&self) -> u64 {
        let tasks =
            std::fs::read_dir(format!("/proc/{}/task", self.process.as_raw_nonzero())).unwrap();
        let status =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("status")).ok());
        let count = |text: String| {
            text.lines().find_map(|line| {
                line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse::<u64>().ok()
            })
        };
        status.filter_map(count).sum()
    }

    /// Everything that was ever written to the terminal.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(
            &self.screen_state.written.lock().unwrap_or_else(PoisonError::into_inner),
        )
        .into_owned()
    }

    /// The last cursor style that was set, as the digit of DECSCUSR.
    pub(crate) fn cursor_style(&self) -> Option<char> {
        let written = self.written();
        let (before, _) = written.rsplit_once(" q")?;
        before.chars().next_back().filter(|_| before[..before.len() - 1].ends_with("\x1b["))
    }

    /// Changes the window's size, as when the user drags its corner.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let (wide, high) = cells((columns, rows));
        self.screen_state.lock().screen_mut().set_size(high, wide);
        self.master.resize(size((columns, rows))).unwrap();
    }

    /// Reports a window size to the program that differs from the real one.
    #[cfg(target_os = "linux")]
    pub(crate) fn report_size(&self, columns: u16, rows: u16) {
        self.master.resize(size((columns, rows))).unwrap();
    }

    /// The peak memory of the program, in megabytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.as_raw_nonzero()))
                .unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok())
            .unwrap_or_default()
            / 1024
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.process, signal).unwrap();
    }

    /// Waits for the program's end; returns its exit code as a shell would report it.
    pub(crate) fn wait_for_exit(&self) -> u32 {
        let Ok(status) = self.ended.recv_timeout(TIMEOUT) else {
            panic!("the program did not end; this is shown:\n{}", self.screen());
        };
        code(&status)
    }

    /// Closes the terminal's window; returns how the program ended.
    pub(crate) fn close_the_window(mut self) -> u32 {
        self.screen_state.closed.store(true, Ordering::SeqCst);
        // The reader thread keeps the terminal open; a redrawn screen wakes it.
        self.resize(SIZE.0 + 1, SIZE.1);
        let ended = std::mem::replace(&mut self.ended, mpsc::channel().1);
        drop(self);
        code(&ended.recv_timeout(TIMEOUT).expect("the program goes on without its window"))
    }

    /// The modes of the terminal that a full-screen program has not restored; empty if there are
    /// none.
    pub(crate) fn damage(&self) -> Vec<&'static str> {
        let parser = self.screen_state.lock();
        let screen = parser.screen();
        let checks = [
            (screen.alternate_screen(), "the second screen is still there"),
            (screen.hide_cursor(), "the cursor is hidden"),
            (screen.bracketed_paste(), "pasted text is still bracketed"),
            (screen.mouse_protocol_mode() != MouseProtocolMode::None, "the mouse is still caught"),
            (
                screen.inverse() || screen.bold() || screen.dim() || screen.underline(),
                "text has still a style",
            ),
            (modes(&*self.master) != self.modes, "the modes are not as before"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
    }

    /// Waits until the terminal is restored, if a shell continues after the program.
    pub(crate) fn wait_for_shell(&self) {
        self.wait_until("the first screen", |screen| {
            !screen.alternate_screen() && !screen.hide_cursor()
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A failed test leaves no program behind; one that has already ended can't be killed.
        if matches!(self.ended.try_recv(), Err(mpsc::TryRecvError::Empty)) {
            let _ = kill_process(self.process, Signal::KILL);
        }
    }
}

impl ScreenState {
    fn lock(&self) -> std::sync::MutexGuard<'_, Parser<CursorQueries>> {
        self.parser.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_output(&self, output: &mut dyn Read, answers: Option<&KeyWriter>) {
        let mut bytes = [0; 8192];
        // Reading a terminal without programs is an error, not an end of file.
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            let asked = {
                let mut parser = self.lock();
                parser.process(&bytes[..count]);
                std::mem::take(&mut parser.callbacks_mut().0)
            };
            self.written.lock().unwrap_or_else(PoisonError::into_inner).extend(&bytes[..count]);
            self.changed.notify_all();
            for ((row, column), keys) in asked.into_iter().zip(answers.into_iter().cycle()) {
                // A program that has ended asks for nothing any more.
                let _ = write(keys, &format!("\x1b[{};{}R", row + 1, column + 1));
            }
            if self.closed.load(Ordering::SeqCst) {
                break;
            }
        }
    }
}

/// The cursor's position at each request for it.
#[derive(Default)]
struct CursorQueries(Vec<(u16, u16)>);

impl Callbacks for CursorQueries {
    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        letter: char,
    ) {
        if (first, params, letter) == (None, &[&[6]], 'n') {
            self.0.push(screen.cursor_position());
        }
    }
}

fn write(keys: &KeyWriter, text: &str) -> std::io::Result<()> {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    keys.write_all(text.as_bytes())?;
    keys.flush()
}

/// The sandbox's environment, with a plain shell, and with the program in PATH.
pub(crate) fn variables(sandbox: &Sandbox) -> Vec<(String, String)> {
    let folder = std::path::Path::new(binary()).parent().unwrap().to_string_lossy();
    let mut all = sandbox.variables();
    for (_, path) in all.iter_mut().filter(|(name, _)| name == "PATH") {
        *path = format!("{folder}:{path}");
    }
    let shell = [("SHELL", "/bin/sh"), ("PS1", "ready> ")];
    all.extend(shell.map(|(name, value)| (name.to_owned(), value.to_owned())));
    all
}

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The exit code as a shell reports it.
fn code(status: &ExitStatus) -> u32 {
    match status.signal() {
        None => status.exit_code(),
        Some("Hangup") => 129,
        Some("Interrupt") => 130,
        Some("Terminated") => 143,
        Some("Quit") => 131,
        Some("Aborted") => 134,
        Some("User defined signal 1") => {
            if cfg!(target_os = "linux") {
                138
            } else {
                158
            }
        }
        Some(other) => panic!("the program died: {other}"),
    }
}

fn cells((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(columns).unwrap(), NonZeroU16::new(rows).unwrap())
}

/// Cooked or raw, echo, control characters: all settings of the terminal in the kernel.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
