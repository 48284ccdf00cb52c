//! The picker's appearance, from settings and environment variables. The picker itself may ask the
//! terminal for its background later.

use crate::config::{Env, PickTable, Theme as Wanted, env};
use crate::tui::{Appearance, Background, ColorDepth, ColorScheme};

use crate::cli::args::ColorChoice;

/// Values of TERM that imply at least 256 colours without `256color` in the name.
const EXTENDED_COLOR_TERMINALS: [&str; 6] =
    ["alacritty", "foot", "wezterm", "xterm-ghostty", "xterm-kitty", "rio"];

/// Returns the picker's appearance; `when` is the value of `--color`.
pub(super) fn from_settings(pick: &PickTable, env: &Env, when: ColorChoice) -> Appearance {
    let no_color = match when {
        ColorChoice::Always => false,
        ColorChoice::Never => true,
        ColorChoice::Auto => env.get(env::NO_COLOR).is_some(),
    };
    // These print a sequence that they do not know.
    let is_limited = matches!(env.get(env::TERM), Some("linux" | "dumb"));
    let ascii = pick.ascii || !is_utf8(env) || is_limited;
    Appearance {
        theme: theme(pick.theme, background(env)),
        ascii,
        motion: pick.motion,
        mouse: pick.mouse,
        no_color,
        color_depth: color_depth(env),
        asks_background: !is_limited,
    }
}

fn theme(wanted: Wanted, ground: Option<Background>) -> ColorScheme {
    match (wanted, ground) {
        (Wanted::Dark, _) => ColorScheme::Dark,
        (Wanted::Light, _) => ColorScheme::Light,
        (Wanted::Auto, ground) => ColorScheme::Auto(ground),
        (Wanted::HighContrast, ground) => ColorScheme::HighContrast(ground),
        (Wanted::Sixteen, ground) => ColorScheme::Sixteen(ground),
        (Wanted::None, _) => ColorScheme::None,
    }
}

/// Returns the background that COLORFGBG (`15;0`, `0;default;15`) implies, if the terminal sets it.
/// The Linux console is black.
fn background(env: &Env) -> Option<Background> {
    if env.get(env::TERM) == Some("linux") {
        return Some(Background::Dark);
    }
    let ground: u8 = env.get(env::COLORFGBG)?.rsplit(';').next()?.parse().ok()?;
    match ground {
        0..=6 | 8 => Some(Background::Dark),
        7 | 9..=15 => Some(Background::Light),
        _ => None,
    }
}

fn color_depth(env: &Env) -> ColorDepth {
    let all = env
        .get(env::COLORTERM)
        .is_some_and(|value| value.contains("truecolor") || value.contains("24bit"));
    let term = env.get(env::TERM).unwrap_or_default();
    if all || term.ends_with("-direct") {
        ColorDepth::TrueColor
    } else if term.contains("256color")
        || EXTENDED_COLOR_TERMINALS.iter().any(|name| term.starts_with(name))
    {
        ColorDepth::Indexed
    } else {
        ColorDepth::Sixteen
    }
}

/// Whether the locale is UTF-8. Without a locale it is assumed.
fn is_utf8(env: &Env) -> bool {
    let locale = [env::LC_ALL, env::LC_CTYPE, env::LANG].into_iter().find_map(|var| env.get(var));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appearance_from(pairs: &[(&str, &str)]) -> Appearance {
        from_settings(
            &PickTable::default(),
            &Env::from_pairs(pairs.iter().copied()),
            ColorChoice::Auto,
        )
    }

    #[test]
    fn the_number_of_colours_is_what_the_terminal_says() {
        let colours = |pairs| appearance_from(pairs).color_depth;
        assert_eq!(
            colours(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            ColorDepth::TrueColor
        );
        assert_eq!(colours(&[("TERM", "tmux-256color")]), ColorDepth::Indexed);
        assert_eq!(colours(&[("TERM", "xterm-kitty")]), ColorDepth::Indexed);
        assert_eq!(colours(&[("TERM", "xterm")]), ColorDepth::Sixteen);
        assert_eq!(colours(&[]), ColorDepth::Sixteen);
    }

    #[test]
    fn the_ground_is_known_where_the_terminal_tells_it() {
        let theme = |value: &str| appearance_from(&[("COLORFGBG", value)]).theme;
        assert_eq!(
            [theme("15;0"), theme("0;15"), theme("0;default;15")],
            [Background::Dark, Background::Light, Background::Light]
                .map(|ground| ColorScheme::Auto(Some(ground)))
        );
        assert_eq!(
            [theme("15;default"), appearance_from(&[]).theme],
            [ColorScheme::Auto(None), ColorScheme::Auto(None)]
        );
        let console = appearance_from(&[("TERM", "linux")]);
        assert_eq!(console.theme, ColorScheme::Auto(Some(Background::Dark)));
        assert!(!console.asks_background);
        let contrast = PickTable { theme: Wanted::HighContrast, ..PickTable::default() };
        let looks =
            from_settings(&contrast, &Env::from_pairs([("COLORFGBG", "0;15")]), ColorChoice::Auto);
        assert_eq!(looks.theme, ColorScheme::HighContrast(Some(Background::Light)));
    }

    #[test]
    fn marks_are_ascii_where_the_locale_or_the_terminal_has_no_more() {
        let ascii = |pairs| appearance_from(pairs).ascii;
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
        let plain = |when| from_settings(&PickTable::default(), &env, when).no_color;
        assert_eq!(
            [plain(ColorChoice::Auto), plain(ColorChoice::Never), plain(ColorChoice::Always)],
            [true, true, false]
        );
    }
}
