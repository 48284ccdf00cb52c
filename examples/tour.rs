//! Records a short tour of the real program for the README, dark and light: types a script of keys
//! into `rolecall demo` and writes the screens between them as one SVG that is animated by CSS alone.
//! `cargo build --release && cargo run --example tour -- docs/assets`

mod screen;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use screen::{BoxError, Drawing, SvgPage, Terminal, Theme};

const SIZE: (u16, u16) = (116, 25);

/// Keys, the text that shows that they had an effect, and how long their screen is shown, in tenths
/// of a second.
type Step = (&'static str, &'static str, u32);

const SCRIPT: [Step; 13] = [
    ("", "recent", 20),
    ("c", "❯  c ", 3),
    ("h", "❯  ch ", 3),
    ("e", "❯  che ", 3),
    (" p", "❯  che p ", 4),
    ("ow", "❯  che pow ", 26),
    ("\x1b[C", "find by name", 28),
    ("v", "service", 12),
    ("logs", "log-groups", 20),
    ("\x1b", "actions", 6),
    ("\r", "type exit to leave\n$", 8),
    ("env | grep ^AWS_SSO_[AR] | sort", "| sort", 8),
    ("\r", "\nAWS_SSO_ROLE_NAME", 30),
];

/// The screen for readers who prefer reduced motion.
const STILL_FRAME: usize = 5;

fn main() -> Result<(), BoxError> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/assets".into());
    for theme in Theme::ALL {
        std::fs::write(format!("{folder}/tour-{}.svg", theme.name()), record(theme)?)?;
    }
    Ok(())
}

/// Runs the script and returns the picture.
fn record(theme: Theme) -> Result<String, BoxError> {
    let mut terminal = Terminal::start(SIZE, theme, &[])?;
    let mut screens = Vec::new();
    for (keys, then, _) in SCRIPT {
        terminal.press(keys, then)?;
        screens.push(terminal.settled_screen()?);
    }
    terminal.quit("exit\r")?;
    let page = SvgPage::new(SIZE, theme);
    let drawing = animate(&screens.iter().map(|screen| page.rows(screen)).collect::<Vec<_>>());
    let title = "A tour of the picker of rolecall: a query, the action menu, a service of the console, and a shell in the role";
    Ok(page.document(title, &drawing))
}

/// The frames, in an endless loop. A row that is the same in several of them is written once.
fn animate(frames: &[Vec<String>]) -> Drawing {
    let all: u32 = SCRIPT.iter().map(|(.., tenths)| tenths).sum();
    let percent = |tenths: u32| f64::from(tenths) * 100.0 / f64::from(all);
    let mut style = format!(
        "<style>\n.f {{ visibility: hidden; animation: {}s step-end infinite }}\n",
        f64::from(all) / 10.0
    );
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut rows, mut shown, mut start) = (String::new(), String::new(), 0);
    for (at, (frame, (.., tenths))) in frames.iter().zip(SCRIPT).enumerate() {
        let (from, to) = (percent(start), percent(start + tenths));
        start += tenths;
        let before = if at == 0 { "" } else { "0% { visibility: hidden } " };
        let after =
            if to < 100.0 { format!("{to:.3}% {{ visibility: hidden }} ") } else { String::new() };
        let _ = writeln!(
            style,
            "@keyframes k{at} {{ {before}{from:.3}% {{ visibility: visible }} {after}}} .f{at} {{ animation-name: k{at} }}"
        );
        let _ = write!(shown, "<g class=\"f f{at}\">");
        for row in frame {
            let next = known.len();
            let number = *known.entry(row).or_insert_with(|| {
                let _ = writeln!(rows, "<g id=\"r{next}\">{row}</g>");
                next
            });
            let _ = write!(shown, "<use href=\"#r{number}\"/>");
        }
        shown.push_str("</g>\n");
    }
    let _ = writeln!(
        style,
        "@media (prefers-reduced-motion: reduce) {{ .f {{ animation: none }} .f{STILL_FRAME} {{ visibility: visible }} }}\n</style>"
    );
    Drawing { style, body: format!("<defs>\n{rows}</defs>\n{shown}") }
}
