//! Draws every screen of the picker at three sizes, dark and light, for whoever changes how it
//! looks: pictures and a page that shows them side by side. `cargo build --release && cargo run
//! --example screens -- target/screens`, or only those whose name contains a word: `… target/screens
//! sign-in`

mod screen;

use std::fmt::Write as _;
use std::path::Path;

use screen::{BoxError, Drawing, SvgPage, Terminal, Theme};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

const CTRL_O: &str = "\x0f";
const CTRL_R: &str = "\x12";
const CTRL_V: &str = "\x16";
const ALT_ENTER: &str = "\x1b\r";
const ROLE: &str = "payments-prod read";

/// A name, arguments of `demo`, and keys with a text that shows that they had an effect.
type Screen = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const SCREENS: [Screen; 33] = [
    ("list", &[], &[("", "recent")]),
    ("query", &[], &[("prod adm", "prod adm ")]),
    ("marked", &[], &[("", "recent"), ("\t\t", "2 marked")]),
    ("no-match", &[], &[("paymentz", "Nothing matches")]),
    ("help", &[], &[("", "recent"), ("\x1bOP", "find")]),
    ("details", &[], &[("", "recent"), ("\x1bOQ", "")]),
    ("credentials", &[], &[("", "recent"), ("\x1bOR", "credentials")]),
    ("instances", &[], &[("", "recent"), ("\x1bOS", "instances")]),
    ("services", &[], &[("", "recent"), ("\x1b[17~", "service")]),
    ("other-roles", &[], &[("", "recent"), ("\x1b[18~", "")]),
    ("messages", &[], &[(CTRL_R, "up to date"), ("\x1b[19~", "messages")]),
    ("hidden-roles", &[], &[("", "recent"), ("\x1b[20~", "hidden roles")]),
    ("menu", &[], &[("", "recent"), (ALT_ENTER, "find by name")]),
    ("menu-find", &[], &[("", "recent"), (ALT_ENTER, "find by name"), ("/", "type part")]),
    ("menu-marked", &[], &[("", "recent"), ("\t\t", "2 marked"), (ALT_ENTER, "2 marked roles")]),
    (
        "run-command",
        &[],
        &[("", "recent"), ("\t\t", "2 marked"), (ALT_ENTER, "2 marked roles"), ("x", "command")],
    ),
    ("protected", &[], &[("prod adm", "prod adm "), ("\r", "any other key")]),
    ("hide", &[], &[("", "recent"), (ALT_ENTER, "find by name"), ("H", "any other key")]),
    ("sign-out", &[], &[("", "corp ●"), ("\x1bOS", "sign out"), ("O", "any other key")]),
    ("link", &[], &[(ROLE, "1 /"), (CTRL_O, "no browser")]),
    ("link-qr", &[], &[(ROLE, "1 /"), (CTRL_O, "no browser"), (CTRL_R, "hide QR code")]),
    ("sign-in", &["--state", "first-day"], &[("", "not signed in"), ("\r", "waiting")]),
    (
        "sign-in-qr",
        &["--state", "first-day"],
        &[("", "not signed in"), ("\r", "waiting"), (CTRL_R, "hide QR code")],
    ),
    (
        "sign-in-declined",
        &["--state", "declined"],
        &[("", "not signed in"), ("\r", "waiting"), ("", "declined in")],
    ),
    (
        "sign-in-reply",
        &["--state", "first-day"],
        &[("", "not signed in"), ("\r", "waiting"), (CTRL_V, "")],
    ),
    ("clock", &["--state", "clock"], &[("", "the clock is wrong")]),
    ("refused", &["--state", "refused"], &[(ROLE, "1 /"), ("\r", "refreshes")]),
    ("locked", &["--state", "locked"], &[("", "locked"), ("\r", "passphrase")]),
    ("no-vault", &["--state", "no-vault"], &[("", "not signed in"), ("\r", "passphrase")]),
    ("first-run", &["--state", "bare"], &[("", "start URL")]),
    ("no-roles", &["--state", "no-roles"], &[("", "No roles are assigned")]),
    ("offline", &["--state", "offline"], &[("", "can't be reached")]),
    ("throttled", &["--state", "throttled"], &[("", "throttling")]),
];

fn main() -> Result<(), BoxError> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/screens".into());
    let wanted = std::env::args().nth(2).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let mut index = String::from("<!doctype html><title>rolecall</title>\n");
    for (name, args, keys) in SCREENS.iter().filter(|(name, ..)| name.contains(&wanted)) {
        let _ = write!(index, "<h2>{name}</h2>");
        for size in SIZES {
            for theme in Theme::ALL {
                let file = format!("{name}-{}x{}-{}.svg", size.0, size.1, theme.name());
                std::fs::write(Path::new(&folder).join(&file), draw(size, theme, args, keys)?)?;
                let _ = writeln!(index, "<p><img src=\"{file}\" alt=\"{file}\">");
            }
        }
    }
    std::fs::write(Path::new(&folder).join("index.html"), index)?;
    Ok(())
}

/// Types the keys and returns the picture of the screen.
fn draw(
    size: (u16, u16),
    theme: Theme,
    args: &[&str],
    keys: &[(&str, &str)],
) -> Result<String, BoxError> {
    let mut terminal = Terminal::start(size, theme, args)?;
    for (keys, then) in keys {
        terminal.press(keys, then)?;
    }
    let page = SvgPage::new(size, theme);
    let body = page.rows(&terminal.settled_screen()?).concat();
    terminal.quit("\x03")?;
    Ok(page.document("A screen of rolecall", &Drawing { body, ..Drawing::default() }))
}
