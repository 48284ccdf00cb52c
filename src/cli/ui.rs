//! What is printed: data on stdout, words on stderr. A closed pipe is success.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::config::{Env, LogLevel, env};
use crate::domain::{
    Error, ErrorKind, Result, ResultExt, escape_unprintable, escape_unprintable_lines, is_yes,
};
use crate::os::atomic_file;
use crate::os::terminal::tty;

use crate::cli::args::{ColorChoice, Globals};

/// What was asked of colours.
static COLOR_CHOICE: OnceLock<ColorChoice> = OnceLock::new();
/// Whether words on stderr are coloured; decided once, when the first is said: most calls of
/// `process` say none.
static STDERR_COLOR: OnceLock<bool> = OnceLock::new();
/// The same for data on stdout.
static STDOUT_COLOR: OnceLock<bool> = OnceLock::new();

/// Whether `--plain` asks for nothing but letters.
static PLAIN: OnceLock<bool> = OnceLock::new();

/// What the command line says about colours.
pub(super) fn color_choice() -> ColorChoice {
    COLOR_CHOICE.get().copied().unwrap_or_default()
}

/// Whether nothing but letters may go to the terminal: `--plain`, or TERM=dumb.
pub(super) fn is_plain() -> bool {
    PLAIN.get().copied().unwrap_or_default() || Env::from_process().get(env::TERM) == Some("dumb")
}

/// Reads what was asked of colours; `plain` asks for nothing but letters.
pub(super) fn init(globals: &Globals, plain: bool) {
    let _ = COLOR_CHOICE.set(globals.color);
    let _ = PLAIN.set(plain);
}

/// Whether words on stderr are coloured; plain before anything was asked.
fn stderr_has_color() -> bool {
    resolve_color(&STDERR_COLOR, || io::stderr().is_terminal())
}

/// The same for data on stdout.
fn stdout_has_color() -> bool {
    resolve_color(&STDOUT_COLOR, || io::stdout().is_terminal())
}

fn resolve_color(once: &OnceLock<bool>, terminal: impl FnOnce() -> bool) -> bool {
    let Some(asked) = COLOR_CHOICE.get() else { return false };
    *once.get_or_init(|| {
        let env = Env::from_process();
        let forced = env.get(env::CLICOLOR_FORCE).is_some_and(|value| value != "0");
        match asked {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                !is_plain() && env.get(env::NO_COLOR).is_none() && (forced || terminal())
            }
        }
    })
}

/// From now on writes our own log lines to stderr. The SDK's targets stay off at every level: they
/// print bearer tokens.
pub(super) fn init_logging(level: LogLevel, lines: bool) {
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

/// Text in a style on stderr, or plain.
fn style_message(code: &str, text: &str) -> String {
    if stderr_has_color() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text of data in a style, or plain; no style is plain too.
pub(super) fn style_data(code: &str, text: &str) -> String {
    let styled = !code.is_empty() && stdout_has_color();
    if styled { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text of data as a terminal may show it; elsewhere as it is.
pub(super) fn escape_data(text: String) -> String {
    if io::stdout().is_terminal() { escape_unprintable(text.trim_end_matches('\r')) } else { text }
}

/// Something quiet: dim on a terminal.
pub(super) fn dim(text: &str) -> String {
    style_message("2", text)
}

/// Something to look at.
pub(super) fn bold(text: &str) -> String {
    style_message("1", text)
}

/// Something that is wrong; always beside a mark or a word.
pub(super) fn bold_red(text: &str) -> String {
    style_message("1;31", text)
}

/// Prints data. A reader that has gone away is no failure. On a terminal, characters that would
/// control it are escaped, colors excepted; elsewhere data is printed as it is.
///
/// # Errors
/// [`ErrorKind::Os`] when stdout can't be written to for another reason.
pub(super) fn print_data(text: &str) -> Result<()> {
    if io::stdout().is_terminal() {
        print_data_raw(&escape_unprintable_lines(text))
    } else {
        print_data_raw(text)
    }
}

/// Prints what another program has written, as it is.
///
/// # Errors
/// As [`data`].
#[allow(clippy::print_stdout, reason = "this is the one place that prints data")]
pub(super) fn print_data_raw(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let said = format!("writing to stdout: {}", atomic_file::reason(&error));
            Err(Error::new(ErrorKind::Os, said).hint("what was printed there is not whole"))
        }
        _ => Ok(()),
    }
}

/// Prints a message. Characters that would control a terminal are escaped, colors excepted.
pub(super) fn print_message(text: &str) {
    print_message_raw(&escape_unprintable_lines(text));
}

/// Prints on stderr what another program has written, as it is.
pub(super) fn print_message_raw(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Replaces the last line on a terminal's stderr with this one (a progress line); says nothing
/// elsewhere.
pub(super) fn show_progress(text: &str) {
    if io::stderr().is_terminal() && !is_plain() {
        let _ = write!(io::stderr().lock(), "\r\x1b[K{}", escape_unprintable_lines(text));
    }
}

/// A failure in words, with what helps. Names from elsewhere are made visible first.
pub(super) fn print_error(error: &Error) {
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

/// A failure that did not stop anything.
pub(super) fn print_warning(error: &Error) {
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
pub(super) fn can_prompt() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks something on stderr and reads one line of the answer.
///
/// # Errors
/// When nothing can be read.
pub(super) fn prompt(question: &str) -> Result<String> {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{}", escape_unprintable_lines(question));
    let _ = stderr.flush();
    let line = tty::read_line(io::stdin().lock()).context(ErrorKind::Os, "reading the answer")?;
    Ok(line.unwrap_or_default())
}

/// Asks a question; `y` and `yes` are a yes, anything else is a no.
///
/// # Errors
/// As [`prompt`].
pub(super) fn confirm(question: &str) -> Result<bool> {
    Ok(is_yes(&prompt(&format!("{question} [y/N] "))?))
}

/// Like [`confirm`], but Enter alone is a yes. The end of the input is still a no.
///
/// # Errors
/// As [`prompt`].
pub(super) fn confirm_by_default(question: &str) -> Result<bool> {
    let answer = prompt(&format!("{question} [Y/n] "))?;
    Ok(answer.ends_with('\n') && (answer.trim().is_empty() || is_yes(&answer)))
}
