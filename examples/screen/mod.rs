//! What the pictures share: the program on a pseudo-terminal, and its screen as SVG.

mod svg;

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

pub(crate) use svg::{Drawing, SvgPage, Theme};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// `rolecall demo`, running on a terminal.
pub(crate) struct Terminal {
    parser: Arc<Mutex<vt100::Parser>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Terminal {
    /// Starts `rolecall demo` with more arguments on a terminal of this size and theme. Takes the
    /// release build, or a debug build if there is none.
    pub(crate) fn start(
        (columns, rows): (u16, u16),
        theme: Theme,
        args: &[&str],
    ) -> Result<Self, BoxError> {
        let pair = native_pty_system().openpty(PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        })?;
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
        let program = ["release", "debug"]
            .iter()
            .find_map(|build| std::fs::canonicalize(format!("{target}/{build}/rolecall")).ok());
        let mut command = CommandBuilder::new(
            program.ok_or("target/release/rolecall is missing: run `cargo build --release`")?,
        );
        command.arg("demo");
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        // This terminal does not answer when it is asked for its background.
        command.env("COLORFGBG", theme.colorfgbg());
        command.env("SHELL", "/bin/sh");
        command.env("PS1", "$ ");
        for name in ["NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "TMUX"] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let size = |n| NonZeroU16::new(n).ok_or("a screen has at least one cell");
        let parser = Arc::new(Mutex::new(vt100::Parser::new(size(rows)?, size(columns)?, 0)));
        let mut output = pair.master.try_clone_reader()?;
        let seen = parser.clone();
        let input = pair.master.take_writer()?;
        std::thread::spawn(move || {
            // Keeps the terminal open for as long as anything is written to it.
            let _master = pair.master;
            let mut bytes = [0_u8; 8192];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if let Ok(mut parser) = seen.lock() {
                    parser.process(&bytes[..count]);
                }
            }
        });
        Ok(Self { parser, input, child })
    }

    /// Types keys as a terminal sends them, and waits for this text.
    pub(crate) fn press(&mut self, keys: &str, then: &str) -> Result<(), BoxError> {
        self.input.write_all(keys.as_bytes())?;
        self.input.flush()?;
        let end = Instant::now() + Duration::from_secs(20);
        while !self.screen()?.contents().contains(then) {
            if Instant::now() > end {
                return Err(format!(
                    "`{then}` never came to the screen:\n{}",
                    self.screen()?.contents()
                )
                .into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The screen once it has not changed for a while.
    pub(crate) fn settled_screen(&self) -> Result<vt100::Screen, BoxError> {
        let mut last = self.screen()?;
        for _ in 0..50 {
            std::thread::sleep(Duration::from_millis(200));
            let now = self.screen()?;
            if now.contents_formatted() == last.contents_formatted() {
                return Ok(now);
            }
            last = now;
        }
        Ok(last)
    }

    /// Types the last keys, which must end the program.
    pub(crate) fn quit(mut self, keys: &str) -> Result<(), BoxError> {
        self.input.write_all(keys.as_bytes())?;
        self.input.flush()?;
        self.child.wait()?;
        Ok(())
    }

    fn screen(&self) -> Result<vt100::Screen, BoxError> {
        self.parser
            .lock()
            .map(|parser| parser.screen().clone())
            .map_err(|error| error.to_string().into())
    }
}
