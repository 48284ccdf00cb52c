//! Which key does what: the catalog's keys, the person's in their place, and the letters of vi's
//! normal mode.

use std::collections::BTreeMap;

use super::catalog::{CATALOG, Command, Entry};
use super::event::Key;
use super::keymap::{self, NAMED, is_text, label, parse};
use crate::domain::nearest;

/// Whose habits the keys follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Letters are always text, as in a shell or in fzf.
    #[default]
    Emacs,
    /// Esc makes letters commands, `i` makes them text again.
    Vi,
}

/// What the letters do in vi's normal mode, by the names of the commands; two letters are typed one
/// after the other.
const NORMAL: [(&str, &[&str]); 20] = [
    ("up", &["k"]),
    ("down", &["j"]),
    ("half-page-up", &["ctrl-u"]),
    ("half-page-down", &["ctrl-d"]),
    ("first", &["gg"]),
    ("last", &["G"]),
    ("insert", &["i", "/"]),
    ("append", &["a"]),
    ("line-start", &["0"]),
    ("line-end", &["$"]),
    ("left", &["h"]),
    ("right", &["l"]),
    ("word-left", &["b"]),
    ("word-right", &["w"]),
    ("delete", &["x"]),
    ("cut-to-end", &["D"]),
    ("mark", &["space"]),
    ("menu", &["o"]),
    ("help", &["?"]),
    ("leave", &["q"]),
];

/// The keys of a command as we have them: first those that always count, then those of normal mode.
pub(super) fn usual(style: Style, entry: &Entry) -> Vec<&'static str> {
    entry.keys.iter().chain(normal(style, entry)).copied().collect()
}

fn normal(style: Style, entry: &Entry) -> &'static [&'static str] {
    NORMAL
        .iter()
        .find(|(id, _)| style == Style::Vi && *id == entry.id)
        .map_or(&[], |(_, names)| *names)
}

/// The keys of all commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    style: Style,
    /// In the order of the catalog, for each command the key to show first.
    bound: Vec<Bound>,
    /// What has to be said once, at the start: commands of ours that lost a key to one that the
    /// person named.
    lost: Vec<String>,
}

/// Something to press for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bound {
    /// The command's position in the catalog.
    at: usize,
    /// One key, or two letters of normal mode.
    keys: Vec<Key>,
    /// Only in normal mode.
    normal: bool,
}

impl Bound {
    fn entry(&self) -> &'static Entry {
        &CATALOG[self.at]
    }
}

/// What is wrong with the keys of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misbound {
    /// The command as it was named.
    pub command: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// What a key means in normal mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// This command.
    Command(Command),
    /// The first of two letters.
    Begun,
    /// Nothing of normal mode's own.
    Nothing,
}

impl Keys {
    /// The keys of this style, with those that the person gave to commands by name.
    ///
    /// # Errors
    /// The first name that no command has, key that can't be read or can't be had, or key that two
    /// commands want.
    pub fn new(style: Style, own: &BTreeMap<String, Vec<String>>) -> Result<Self, Misbound> {
        if let Some(name) =
            own.keys().find(|name| !CATALOG.iter().any(|entry| entry.id == name.as_str()))
        {
            let near = nearest(name, CATALOG.iter().map(|entry| entry.id), 1);
            let message = near.first().map_or_else(
                || "no such command".to_owned(),
                |near| format!("no such command, did you mean `{near}`?"),
            );
            return Err(misbound(
                name,
                message,
                "the picker's help (F1) and `rolecall settings show` list the commands",
            ));
        }
        let mut keys = Self { style, bound: Vec::new(), lost: Vec::new() };
        // The person's first, so that ours are the ones to yield.
        for mine in [true, false] {
            for (at, entry) in CATALOG.iter().enumerate() {
                match own.get(entry.id) {
                    Some(names) if mine => {
                        names.iter().try_for_each(|name| keys.take_own(at, name))?
                    }
                    None if !mine => keys.take_ours(at),
                    _ => {}
                }
            }
        }
        keys.bound.sort_by_key(|bound| (bound.at, bound.normal));
        if keys.of(Command::Leave).next().is_none() {
            return Err(misbound(
                "leave",
                "no key would leave the picker".to_owned(),
                "give `leave` or `give-up` a key",
            ));
        }
        Ok(keys)
    }

    fn take_own(&mut self, at: usize, name: &str) -> Result<(), Misbound> {
        let entry = &CATALOG[at];
        let wrong = |message: String, hint: &str| misbound(entry.id, message, hint);
        let Some(keys) = self.read(name) else {
            let near =
                nearest(&name.replace(['-', '_'], ""), NAMED.iter().map(|(known, _)| *known), 1);
            let message = near.first().map_or_else(
                || format!("`{name}` is no key"),
                |near| format!("`{name}` is no key, did you mean `{near}`?"),
            );
            return Err(wrong(
                message,
                "keys are written as ctrl-o, alt-enter, f2, pageup, shift-tab",
            ));
        };
        if let Some(twin) = keymap::twin(keys[0]) {
            return Err(wrong(
                format!("terminals send the same for `{name}` and `{twin}`"),
                "choose another key",
            ));
        }
        let text = is_text(keys[0]);
        // `?` is the one letter that is a command where nothing is typed yet.
        if text && self.style == Style::Emacs && !(entry.command == Command::Help && name == "?") {
            let hint = format!(
                "use alt-{name} or ctrl-{name}; with pick.keymap = \"vi\" letters are keys in normal mode"
            );
            return Err(wrong(format!("`{name}` is text in the query"), &hint));
        }
        let bound = Bound { at, keys, normal: text && self.style == Style::Vi };
        if let Some(other) = self.rival(&bound) {
            return Err(wrong(
                format!("`{name}` stands for `{other}` too"),
                "take it out of one of the two lists",
            ));
        }
        self.bound.push(bound);
        Ok(())
    }

    fn take_ours(&mut self, at: usize) {
        let normal = normal(self.style, &CATALOG[at]);
        let always = CATALOG[at].keys.iter().map(|name| (*name, false));
        for (name, normal) in always.chain(normal.iter().map(|name| (*name, true))) {
            let bound = Bound { at, keys: self.read(name).unwrap_or_default(), normal };
            match self.rival(&bound) {
                Some(other) => {
                    self.lost.push(format!("{name} is {other} now, not {}", CATALOG[at].id))
                }
                None => self.bound.push(bound),
            }
        }
    }

    /// One key, or in vi two letters.
    fn read(&self, name: &str) -> Option<Vec<Key>> {
        if let Some(key) = parse(name) {
            return Some(vec![key]);
        }
        let letters: Option<Vec<Key>> =
            name.chars().map(|letter| parse(letter.encode_utf8(&mut [0; 4]))).collect();
        letters.filter(|keys| self.style == Style::Vi && keys.len() == 2)
    }

    /// The command that has this key already, or one that begins with it.
    fn rival(&self, wanted: &Bound) -> Option<&'static str> {
        let meets = |bound: &&Bound| {
            let shorter = bound.keys.len().min(wanted.keys.len());
            bound.normal == wanted.normal && bound.keys[..shorter] == wanted.keys[..shorter]
        };
        self.bound.iter().find(meets).map(|bound| bound.entry().id)
    }

    /// The command of a key, if it has one. Letters without Ctrl or Alt are text and have none.
    pub(super) fn command(&self, key: Key) -> Option<Command> {
        let found =
            self.bound.iter().find(|bound| !bound.normal && !is_text(key) && bound.keys == [key]);
        found.map(|bound| bound.entry().command)
    }

    /// Whether this letter asks for help where nothing is typed yet.
    pub(super) fn asks_for_help(&self, key: Key) -> bool {
        self.bound.iter().any(|bound| {
            bound.keys == [key] && is_text(key) && bound.entry().command == Command::Help
        })
    }

    /// What a key means in normal mode, after another one that began something.
    pub(super) fn normal(&self, begun: Option<Key>, key: Key) -> Meant {
        let pressed: Vec<Key> = begun.into_iter().chain([key]).collect();
        let normal = || self.bound.iter().filter(|bound| bound.normal);
        match normal().find(|bound| bound.keys == pressed) {
            Some(bound) => Meant::Command(bound.entry().command),
            None if normal().any(|bound| bound.keys.starts_with(&pressed)) => Meant::Begun,
            None => Meant::Nothing,
        }
    }

    /// Whose habits these are.
    pub(super) fn style(&self) -> Style {
        self.style
    }

    /// What to press for a command.
    fn of(&self, command: Command) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |bound| bound.entry().command == command)
    }

    /// A key that always means this command.
    pub(super) fn key(&self, command: Command) -> Option<Key> {
        self.of(command)
            .find(|bound| !bound.normal && !is_text(bound.keys[0]))
            .map(|bound| bound.keys[0])
    }

    /// What the footer shows to press for a command, in normal mode or not; none when there is
    /// nothing.
    pub(super) fn shown(&self, command: Command, normal: bool, ascii: bool) -> Option<String> {
        let first = self
            .of(command)
            .find(|bound| bound.normal && normal)
            .or_else(|| self.of(command).find(|bound| !bound.normal));
        first.map(|bound| bound.label(ascii))
    }

    /// The same where nothing is typed, and a letter may ask for help.
    pub(super) fn shown_when_empty(
        &self,
        command: Command,
        normal: bool,
        ascii: bool,
    ) -> Option<String> {
        let letter =
            self.of(command).find(|bound| is_text(bound.keys[0])).map(|bound| bound.label(ascii));
        letter.or_else(|| self.shown(command, normal, ascii))
    }

    /// Everything to press for a command of the catalog, as the help shows it.
    pub(super) fn all(&self, id: &str, ascii: bool) -> Vec<String> {
        let mut labels: Vec<String> = self
            .bound
            .iter()
            .filter(|bound| bound.entry().id == id)
            .map(|bound| bound.label(ascii))
            .collect();
        labels.dedup();
        labels
    }

    /// One line about keys that the person took from commands of ours without giving these another;
    /// empty when there are none.
    pub(super) fn lost(&self) -> String {
        self.lost.join(" · ")
    }
}

impl Bound {
    fn label(&self, ascii: bool) -> String {
        self.keys.iter().map(|key| label(*key, ascii)).collect()
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self::new(Style::default(), &BTreeMap::new()).unwrap_or(Self {
            style: Style::Emacs,
            bound: Vec::new(),
            lost: Vec::new(),
        })
    }
}

fn misbound(command: &str, message: String, hint: &str) -> Misbound {
    Misbound { command: command.to_owned(), message, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command and the keys that a person gave it.
    type Own<'a> = (&'a str, &'a [&'a str]);

    fn keys(style: Style, own: &[Own<'_>]) -> Result<Keys, String> {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let own = own.iter().map(|(command, names)| ((*command).to_owned(), list(names))).collect();
        Keys::new(style, &own).map_err(|wrong| format!("{}: {}", wrong.command, wrong.message))
    }

    fn does(keys: &Keys, name: &str) -> Option<Command> {
        keys.command(parse(name).unwrap())
    }

    #[test]
    fn every_key_of_the_catalog_can_be_read_and_has_one_command() {
        for style in [Style::Emacs, Style::Vi] {
            let keys = keys(style, &[]).unwrap();
            assert_eq!(keys.lost(), "");
            assert!(keys.bound.iter().all(|bound| !bound.keys.is_empty()));
        }
        assert!(NORMAL.iter().all(|(id, _)| CATALOG.iter().any(|entry| entry.id == *id)));
    }

    #[test]
    fn letters_are_text_and_only_help_has_one() {
        let usual = Keys::default();
        assert_eq!(does(&usual, "?"), None);
        assert!(usual.asks_for_help(parse("?").unwrap()));
        assert_eq!(
            keys(Style::Emacs, &[("console", &["o"])]).unwrap_err(),
            "console: `o` is text in the query"
        );
        assert!(
            !keys(Style::Emacs, &[("help", &["f3"])]).unwrap().asks_for_help(parse("?").unwrap())
        );
    }

    #[test]
    fn the_persons_list_stands_in_place_of_ours() {
        let keys = keys(Style::Emacs, &[("console", &["f5", "alt-c"])]).unwrap();
        assert_eq!(
            (does(&keys, "f5"), does(&keys, "alt-c")),
            (Some(Command::Console), Some(Command::Console))
        );
        assert_eq!(
            (does(&keys, "ctrl-o"), keys.shown(Command::Console, false, false)),
            (None, Some("F5".to_owned()))
        );
    }

    #[test]
    fn a_key_of_ours_yields_and_that_is_said_until_both_have_their_keys() {
        let taken = keys(Style::Emacs, &[("console", &["ctrl-r"])]).unwrap();
        assert_eq!(does(&taken, "ctrl-r"), Some(Command::Console));
        assert_eq!(taken.lost(), "ctrl-r is console now, not refresh");
        assert_eq!(
            keys(Style::Emacs, &[("console", &["ctrl-r"]), ("refresh", &["f5"])]).unwrap().lost(),
            ""
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_meant() {
        let cases: [(&[Own<'_>], &str); 6] = [
            (&[("consle", &["f5"])], "consle: no such command, did you mean `console`?"),
            (&[("console", &["page-up"])], "console: `page-up` is no key, did you mean `pageup`?"),
            (&[("console", &["zz"])], "console: `zz` is no key"),
            (
                &[("console", &["ctrl-i"])],
                "console: terminals send the same for `ctrl-i` and `tab`",
            ),
            (
                &[("console", &["f5"]), ("refresh", &["f5"])],
                "refresh: `f5` stands for `console` too",
            ),
            (&[("leave", &[]), ("give-up", &[])], "leave: no key would leave the picker"),
        ];
        for (own, want) in cases {
            assert_eq!(keys(Style::Emacs, own).unwrap_err(), want);
        }
    }

    #[test]
    fn in_vi_letters_are_commands_one_or_two_at_a_time() {
        let keys = keys(Style::Vi, &[("refresh", &["R", "ctrl-r"]), ("console", &["zc"])]).unwrap();
        let key = |name| parse(name).unwrap();
        assert_eq!(keys.normal(None, key("R")), Meant::Command(Command::Refresh));
        assert_eq!(keys.normal(None, key("g")), Meant::Begun);
        assert_eq!(keys.normal(Some(key("z")), key("c")), Meant::Command(Command::Console));
        assert_eq!(keys.normal(Some(key("g")), key("z")), Meant::Nothing);
        assert_eq!((does(&keys, "ctrl-r"), does(&keys, "R")), (Some(Command::Refresh), None));
        assert_eq!(keys.shown(Command::Leave, true, false).as_deref(), Some("q"));
        assert_eq!(keys.shown(Command::Leave, false, false).as_deref(), Some("^C"));
    }
}
