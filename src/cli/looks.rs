//! How the picker looks, from settings and what the environment tells of the terminal. The terminal
//! itself is never asked.

use crate::config::{Env, PickTable, Theme as Wanted, env};
use crate::tui::{Colours, Ground, Looks, Theme};

use super::args::Color;

/// Terminals with at least 256 colours whose names do not say so.
const COLOURFUL: [&str; 6] =
    ["alacritty", "foot", "wezterm", "xterm-ghostty", "xterm-kitty", "rio"];

/// The picker's looks; `when` is what the command line says about colours.
pub(super) fn looks(pick: &PickTable, env: &Env, when: Color) -> Looks {
    let no_color = match when {
        Color::Always => false,
        Color::Never => true,
        Color::Auto => env.get(env::NO_COLOR).is_some(),
    };
    let ascii = pick.ascii || !utf8(env) || matches!(env.get(env::TERM), Some("linux" | "dumb"));
    Looks {
        theme: theme(pick.theme, ground(env)),
        ascii,
        motion: pick.motion,
        mouse: pick.mouse,
        no_color,
        colours: colours(env),
    }
}

fn theme(wanted: Wanted, ground: Option<Ground>) -> Theme {
    match (wanted, ground) {
        (Wanted::Dark, _) | (Wanted::Auto, Some(Ground::Dark)) => Theme::Dark,
        (Wanted::Light, _) | (Wanted::Auto, Some(Ground::Light)) => Theme::Light,
        (Wanted::Auto, None) => Theme::Auto,
        (Wanted::HighContrast, ground) => Theme::HighContrast(ground),
        (Wanted::Sixteen, ground) => Theme::Sixteen(ground),
        (Wanted::None, _) => Theme::None,
    }
}

/// What COLORFGBG (`15;0`, `0;default;15`) says of the ground, where a terminal sets it.
fn ground(env: &Env) -> Option<Ground> {
    let ground: u8 = env.get(env::COLORFGBG)?.rsplit(';').next()?.parse().ok()?;
    match ground {
        0..=6 | 8 => Some(Ground::Dark),
        7 | 9..=15 => Some(Ground::Light),
        _ => None,
    }
}

fn colours(env: &Env) -> Colours {
    let all = env
        .get(env::COLORTERM)
        .is_some_and(|value| value.contains("truecolor") || value.contains("24bit"));
    let term = env.get(env::TERM).unwrap_or_default();
    if all || term.ends_with("-direct") {
        Colours::All
    } else if term.contains("256color") || COLOURFUL.iter().any(|name| term.starts_with(name)) {
        Colours::Indexed
    } else {
        Colours::Sixteen
    }
}

/// Whether the locale takes UTF-8; where none is set, a terminal of today does.
fn utf8(env: &Env) -> bool {
    let locale = [env::LC_ALL, env::LC_CTYPE, env::LANG].into_iter().find_map(|var| env.get(var));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Looks {
        looks(&PickTable::default(), &Env::from_pairs(pairs.iter().copied()), Color::Auto)
    }

    #[test]
    fn the_number_of_colours_is_what_the_terminal_says() {
        let colours = |pairs| of(pairs).colours;
        assert_eq!(
            colours(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            Colours::All
        );
        assert_eq!(colours(&[("TERM", "tmux-256color")]), Colours::Indexed);
        assert_eq!(colours(&[("TERM", "xterm-kitty")]), Colours::Indexed);
        assert_eq!(colours(&[("TERM", "xterm")]), Colours::Sixteen);
        assert_eq!(colours(&[]), Colours::Sixteen);
    }

    #[test]
    fn the_ground_is_known_where_the_terminal_tells_it() {
        let theme = |value: &str| of(&[("COLORFGBG", value)]).theme;
        assert_eq!(
            [theme("15;0"), theme("0;15"), theme("0;default;15")],
            [Theme::Dark, Theme::Light, Theme::Light]
        );
        assert_eq!([theme("15;default"), of(&[]).theme], [Theme::Auto, Theme::Auto]);
        let contrast = PickTable { theme: Wanted::HighContrast, ..PickTable::default() };
        let looks = looks(&contrast, &Env::from_pairs([("COLORFGBG", "0;15")]), Color::Auto);
        assert_eq!(looks.theme, Theme::HighContrast(Some(Ground::Light)));
    }

    #[test]
    fn marks_are_ascii_where_the_locale_or_the_terminal_has_no_more() {
        let ascii = |pairs| of(pairs).ascii;
        assert!(!ascii(&[]));
        assert!(!ascii(&[("LANG", "en_GB.UTF-8")]));
        assert!(!ascii(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(ascii(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(ascii(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(ascii(&[("TERM", "linux"), ("LANG", "en_GB.UTF-8")]));
    }

    #[test]
    fn the_flag_wins_over_no_color() {
        let env = Env::from_pairs([("NO_COLOR", "1")]);
        let plain = |when| looks(&PickTable::default(), &env, when).no_color;
        assert_eq!(
            [plain(Color::Auto), plain(Color::Never), plain(Color::Always)],
            [true, true, false]
        );
    }
}
