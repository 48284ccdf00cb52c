//! Terminal output and prompts: data on stdout, messages on stderr. A closed pipe is not an error.

pub(in crate::cli) mod qr;
pub(in crate::cli) mod status_block;
pub(in crate::cli) mod table;
pub(in crate::cli) mod waiting;
pub(in crate::cli) mod wrap;

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::config::{Env, LogLevel, env};
use crate::domain::{
    Error, ErrorKind, Result, ResultExt, escape_unprintable, escape_unprintable_lines, is_yes,
};
use crate::os::atomic_file;
use crate::os::process::signals::TerminationGuard;
use crate::os::terminal::tty;

use crate::cli::args::{ColorChoice, Globals};
use crate::cli::program_name;

/// The terminal as the command line wants it used. Set once, before anything is printed.
static UI: OnceLock<Ui> = OnceLock::new();

struct Ui {
    /// The value of `--color`.
    color: ColorChoice,
    /// Whether `--plain` was given.
    plain: bool,
    /// Whether messages on stderr are coloured. Decided with the first message, because most runs
    /// of `process` print none.
    stderr_color: OnceLock<bool>,
    /// Whether data on stdout is coloured.
    stdout_color: OnceLock<bool>,
}

impl Ui {
    fn is_plain(&self) -> bool {
        self.plain || Env::from_process().get(env::TERM) == Some("dumb")
    }

    /// Whether an output is coloured. Prepares the terminal for that.
    fn wants_color(&self, is_terminal: bool) -> bool {
        let env = Env::from_process();
        let forced = env.get(env::CLICOLOR_FORCE).is_some_and(|value| value != "0");
        let wanted = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                !self.is_plain() && env.get(env::NO_COLOR).is_none() && (forced || is_terminal)
            }
        };
        if wanted && is_terminal {
            tty::enable_sequences();
        }
        wanted
    }
}

/// Stores the flags that affect output.
pub(in crate::cli) fn init(globals: &Globals, plain: bool) {
    let (stderr_color, stdout_color) = (OnceLock::new(), OnceLock::new());
    let _ = UI.set(Ui { color: globals.color, plain, stderr_color, stdout_color });
}

/// Returns the value of `--color`.
pub(in crate::cli) fn color_choice() -> ColorChoice {
    UI.get().map(|ui| ui.color).unwrap_or_default()
}

/// Whether only text may be written to the terminal: `--plain` or TERM=dumb.
pub(in crate::cli) fn is_plain() -> bool {
    UI.get().map_or_else(|| Env::from_process().get(env::TERM) == Some("dumb"), Ui::is_plain)
}

/// Whether messages on stderr are coloured; not before [`init`].
fn stderr_has_color() -> bool {
    let decide = |ui: &Ui| ui.wants_color(io::stderr().is_terminal());
    UI.get().is_some_and(|ui| *ui.stderr_color.get_or_init(|| decide(ui)))
}

/// Whether data on stdout is coloured; not before [`init`].
fn stdout_has_color() -> bool {
    let decide = |ui: &Ui| ui.wants_color(io::stdout().is_terminal());
    UI.get().is_some_and(|ui| *ui.stdout_color.get_or_init(|| decide(ui)))
}

/// Starts writing rolecall's log lines to stderr. The SDK's targets stay off at every level,
/// because they log bearer tokens.
pub(in crate::cli) fn init_logging(level: LogLevel, lines: bool) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_file(lines)
        .with_line_number(lines);
    let _ = tracing_subscriber::registry()
        .with(layer)
        .with(Targets::new().with_target("rolecall", filter))
        .try_init();
}

/// Styles text for stderr.
fn style_message(code: &str, text: &str) -> String {
    if stderr_has_color() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Styles text for stdout; an empty code adds no style.
pub(in crate::cli) fn style_data(code: &str, text: &str) -> String {
    let styled = !code.is_empty() && stdout_has_color();
    if styled { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Escapes control characters if stdout is a terminal.
pub(in crate::cli) fn escape_data(text: String) -> String {
    if io::stdout().is_terminal() { escape_unprintable(text.trim_end_matches('\r')) } else { text }
}

pub(in crate::cli) fn dim(text: &str) -> String {
    style_message("2", text)
}

pub(in crate::cli) fn bold(text: &str) -> String {
    style_message("1", text)
}

/// Styles something that is wrong. Use it with a mark or a word: colour alone is not accessible.
pub(in crate::cli) fn bold_red(text: &str) -> String {
    style_message("1;31", text)
}

/// Prints data. On a terminal, control characters other than colours are escaped; elsewhere the
/// data is printed unchanged. A closed pipe is not an error.
///
/// # Errors
/// [`ErrorKind::Os`] if stdout can't be written to for another reason.
pub(in crate::cli) fn print_data(text: &str) -> Result<()> {
    if io::stdout().is_terminal() {
        print_data_raw(&escape_unprintable_lines(text))
    } else {
        print_data_raw(text)
    }
}

/// Prints the output of another program, unchanged.
///
/// # Errors
/// As [`print_data`].
#[allow(clippy::print_stdout, reason = "this is the one place that prints data")]
pub(in crate::cli) fn print_data_raw(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("writing to stdout: {}", atomic_file::reason(&error));
            Err(Error::new(ErrorKind::Os, message).hint("the output is incomplete"))
        }
        _ => Ok(()),
    }
}

/// Prints a message. Control characters other than colours are escaped, and commands are written as
/// the user calls this program.
pub(in crate::cli) fn print_message(text: &str) {
    print_message_raw(&escape_unprintable_lines(&program_name::rewrite(text)));
}

/// Prints a label and a command of this program to run next, as the user calls this program.
pub(in crate::cli) fn print_command(label: &str, command: &str) {
    let command = program_name::rewrite_command(command);
    print_message_raw(&escape_unprintable_lines(&format!("{} {command}", dim(label))));
}

/// Prints another program's stderr line, unchanged.
pub(in crate::cli) fn print_message_raw(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether lines on stderr can be redrawn: it is a terminal to which more than text may be written.
/// Prepares the terminal for that.
fn can_redraw() -> bool {
    let can = io::stderr().is_terminal() && !is_plain();
    if can {
        tty::enable_sequences();
    }
    can
}

/// Replaces the last line on stderr with a progress line, if stderr is a terminal.
pub(in crate::cli) fn show_progress(text: &str) {
    if can_redraw() {
        let _ = write!(io::stderr().lock(), "\r\x1b[K{}", escape_unprintable_lines(text));
    }
}

/// Prints an error and its hints. Control characters in names are escaped.
pub(in crate::cli) fn print_error(error: &Error) {
    if error.kind == ErrorKind::Cancelled && error.message.is_empty() {
        return;
    }
    print_message(&format!(
        "{} {}",
        style_message("1;31", "rolecall:"),
        escape_unprintable(&error.message)
    ));
    print_hints(error);
}

/// Prints an error that did not stop the command.
pub(in crate::cli) fn print_warning(error: &Error) {
    print_message(&format!(
        "{} {}",
        style_message("1;33", "rolecall: warning:"),
        escape_unprintable(&error.message)
    ));
    print_hints(error);
}

fn print_hints(error: &Error) {
    for hint in &error.hints {
        print_message(&format!(
            "{} {}",
            style_message("2", "hint:"),
            hint.lines().map(escape_unprintable).collect::<Vec<_>>().join("\n      ")
        ));
    }
}

/// Whether a user can be asked: stdin and stderr are terminals.
pub(in crate::cli) fn can_prompt() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Prints a question on stderr and reads one line from stdin.
///
/// # Errors
/// If stdin can't be read.
pub(in crate::cli) fn prompt(question: &str) -> Result<String> {
    // Before the question: what answers it must find the guard.
    let _guard = TerminationGuard::new(|| _ = io::stderr().write_all(tty::CANCELLED.as_bytes()))?;
    // Not locked: a signal that ends the process at the question writes too.
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{}", escape_unprintable_lines(question));
    let _ = stderr.flush();
    let line = tty::read_line(io::stdin().lock()).context(ErrorKind::Os, "reading the answer")?;
    let line = line.unwrap_or_default();
    // After the end of the input (Ctrl-D) the cursor is still behind the question.
    if !line.ends_with('\n') {
        let _ = writeln!(stderr);
    }
    Ok(line)
}

/// Asks a question; `y` and `yes` are a yes, anything else is a no.
///
/// # Errors
/// As [`prompt`].
pub(in crate::cli) fn confirm(question: &str) -> Result<bool> {
    Ok(is_yes(&prompt(&format!("{question} [y/N] "))?))
}

/// Like [`confirm`], but Enter alone is a yes. The end of the input is still a no.
///
/// # Errors
/// As [`prompt`].
pub(in crate::cli) fn confirm_by_default(question: &str) -> Result<bool> {
    let answer = prompt(&format!("{question} [Y/n] "))?;
    Ok(answer.ends_with('\n') && (answer.trim().is_empty() || is_yes(&answer)))
}
