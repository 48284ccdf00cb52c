//! The key map: default keys, the keys from the configuration that replace them, and the letters of
//! vi's normal mode.

use std::collections::BTreeMap;

use super::commands::{COMMANDS, CommandSpec, PickerCommand};
use super::event::Key;
use super::glyphs::Charset;
use super::key_notation::{self, KEY_NAMES, is_text, label, parse};
use crate::domain::enums::Keymap;
use crate::domain::nearest;

/// The mode of vi keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ViMode {
    /// Letters are text. The only mode of other key maps.
    #[default]
    Insert,
    /// Letters are commands.
    Normal,
}

/// The keys of vi's normal mode by command name. Two letters are typed one after the other.
const NORMAL_MODE_KEYS: [(&str, &[&str]); 20] = [
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

/// The default keys of a command: first those that work in every mode, then those of normal mode.
pub(super) fn default_keys(keymap: Keymap, entry: &CommandSpec) -> Vec<&'static str> {
    entry.keys.iter().chain(normal_mode_keys(keymap, entry)).copied().collect()
}

fn normal_mode_keys(keymap: Keymap, entry: &CommandSpec) -> &'static [&'static str] {
    NORMAL_MODE_KEYS
        .iter()
        .find(|(id, _)| keymap == Keymap::Vi && *id == entry.id)
        .map_or(&[], |(_, names)| *names)
}

/// The keys of all commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBindings {
    keymap: Keymap,
    /// In the order of `COMMANDS`; for each command the preferred key comes first.
    bindings: Vec<Binding>,
    /// Default keys that a configured key replaced, as notes to show once at the start.
    displaced: Vec<String>,
}

/// A key or key sequence for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    /// The index of the command in `COMMANDS`.
    command_index: usize,
    /// One key, or two letters of normal mode.
    keys: Vec<Key>,
    /// Whether the binding applies in normal mode only.
    normal_mode: bool,
}

impl Binding {
    fn spec(&self) -> &'static CommandSpec {
        &COMMANDS[self.command_index]
    }
}

/// An error in the configured keys of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingError {
    /// The command name as configured.
    pub command: String,
    /// The message.
    pub message: String,
    /// The hint.
    pub hint: String,
}

/// The meaning of a key in normal mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyMatch {
    /// A command.
    Command(PickerCommand),
    /// The first of two letters.
    Prefix,
    /// No binding in normal mode.
    Unbound,
}

impl KeyBindings {
    /// The default keys of this key map, overridden by the configured keys.
    ///
    /// # Errors
    /// The first unknown command, or key that can't be parsed, can't be bound, or is bound to two
    /// commands.
    pub fn new(keymap: Keymap, own: &BTreeMap<String, Vec<String>>) -> Result<Self, BindingError> {
        if let Some(name) =
            own.keys().find(|name| !COMMANDS.iter().any(|entry| entry.id == name.as_str()))
        {
            let near = nearest(name, COMMANDS.iter().map(|entry| entry.id), 1);
            let message = near.first().map_or_else(
                || "no such command".to_owned(),
                |near| format!("no such command, did you mean `{near}`?"),
            );
            return Err(binding_error(
                name,
                message,
                "the picker's help (F1) and `rolecall settings show` list the commands",
            ));
        }
        let mut keys = Self { keymap, bindings: Vec::new(), displaced: Vec::new() };
        // Configured keys come first, so that they win over default keys.
        for user_keys in [true, false] {
            for (at, entry) in COMMANDS.iter().enumerate() {
                match own.get(entry.id) {
                    Some(names) if user_keys => {
                        names.iter().try_for_each(|name| keys.bind_user_key(at, name))?
                    }
                    None if !user_keys => keys.bind_defaults(at),
                    _ => {}
                }
            }
        }
        keys.bindings.sort_by_key(|binding| (binding.command_index, binding.normal_mode));
        if keys.bindings_of(PickerCommand::Quit).next().is_none() {
            return Err(binding_error(
                "leave",
                "no key would quit the picker".to_owned(),
                "give `leave` or `give-up` a key",
            ));
        }
        Ok(keys)
    }

    fn bind_user_key(&mut self, at: usize, name: &str) -> Result<(), BindingError> {
        let entry = &COMMANDS[at];
        let wrong = |message: String, hint: &str| binding_error(entry.id, message, hint);
        let Some(keys) = self.parse_sequence(name) else {
            let near = nearest(
                &name.replace(['-', '_'], ""),
                KEY_NAMES.iter().map(|(known, _)| *known),
                1,
            );
            let message = near.first().map_or_else(
                || format!("`{name}` is not a key"),
                |near| format!("`{name}` is not a key, did you mean `{near}`?"),
            );
            return Err(wrong(
                message,
                "keys are written as ctrl-o, alt-enter, f2, pageup, shift-tab",
            ));
        };
        if let Some(other) = key_notation::same_as(keys[0]) {
            return Err(wrong(
                format!("terminals send the same for `{name}` and `{other}`"),
                "choose another key",
            ));
        }
        let text = is_text(keys[0]);
        // `?` is the only letter that is a command, if the query is empty.
        if text
            && self.keymap == Keymap::Emacs
            && !(entry.command == PickerCommand::Help && name == "?")
        {
            let hint = format!(
                "use alt-{name} or ctrl-{name}; with pick.keymap = \"vi\" letters are keys in normal mode"
            );
            return Err(wrong(format!("`{name}` is text in the query"), &hint));
        }
        let binding =
            Binding { command_index: at, keys, normal_mode: text && self.keymap == Keymap::Vi };
        if let Some(other) = self.conflicting_command(&binding) {
            return Err(wrong(
                format!("`{name}` is also a key of `{other}`"),
                "remove it from one of the two lists",
            ));
        }
        self.bindings.push(binding);
        Ok(())
    }

    fn bind_defaults(&mut self, at: usize) {
        let normal = normal_mode_keys(self.keymap, &COMMANDS[at]);
        let always = COMMANDS[at].keys.iter().map(|name| (*name, false));
        for (name, normal) in always.chain(normal.iter().map(|name| (*name, true))) {
            let binding = Binding {
                command_index: at,
                keys: self.parse_sequence(name).unwrap_or_default(),
                normal_mode: normal,
            };
            match self.conflicting_command(&binding) {
                Some(other) => {
                    self.displaced.push(format!("{name} is {other} now, not {}", COMMANDS[at].id))
                }
                None => self.bindings.push(binding),
            }
        }
    }

    /// Parses one key, or two letters with vi keys.
    fn parse_sequence(&self, name: &str) -> Option<Vec<Key>> {
        if let Some(key) = parse(name) {
            return Some(vec![key]);
        }
        let letters: Option<Vec<Key>> =
            name.chars().map(|letter| parse(letter.encode_utf8(&mut [0; 4]))).collect();
        letters.filter(|keys| self.keymap == Keymap::Vi && keys.len() == 2)
    }

    /// The command that is already bound to this key or to a sequence that starts with it.
    fn conflicting_command(&self, wanted: &Binding) -> Option<&'static str> {
        let meets = |binding: &&Binding| {
            let shorter = binding.keys.len().min(wanted.keys.len());
            binding.normal_mode == wanted.normal_mode
                && binding.keys[..shorter] == wanted.keys[..shorter]
        };
        self.bindings.iter().find(meets).map(|binding| binding.spec().id)
    }

    /// The command of a key, if it has one. Letters without Ctrl or Alt are text and have none.
    pub(super) fn command(&self, key: Key) -> Option<PickerCommand> {
        let found = self
            .bindings
            .iter()
            .find(|binding| !binding.normal_mode && !is_text(key) && binding.keys == [key]);
        found.map(|binding| binding.spec().command)
    }

    /// Whether this letter opens the help if the query is empty.
    pub(super) fn is_help_key(&self, key: Key) -> bool {
        self.bindings.iter().any(|binding| {
            binding.keys == [key] && is_text(key) && binding.spec().command == PickerCommand::Help
        })
    }

    /// The meaning of a key in normal mode, possibly after the first key of a sequence.
    pub(super) fn match_normal_mode(&self, begun: Option<Key>, key: Key) -> KeyMatch {
        let pressed: Vec<Key> = begun.into_iter().chain([key]).collect();
        let normal = || self.bindings.iter().filter(|binding| binding.normal_mode);
        match normal().find(|binding| binding.keys == pressed) {
            Some(binding) => KeyMatch::Command(binding.spec().command),
            None if normal().any(|binding| binding.keys.starts_with(&pressed)) => KeyMatch::Prefix,
            None => KeyMatch::Unbound,
        }
    }

    /// The key map that these bindings are based on.
    pub(super) fn keymap(&self) -> Keymap {
        self.keymap
    }

    /// The bindings of a command.
    fn bindings_of(&self, command: PickerCommand) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.spec().command == command)
    }

    /// A key that runs this command in every mode.
    pub(super) fn key_of(&self, command: PickerCommand) -> Option<Key> {
        self.bindings_of(command)
            .find(|binding| !binding.normal_mode && !is_text(binding.keys[0]))
            .map(|binding| binding.keys[0])
    }

    /// The label of the preferred key of a command in this mode; `None` if it has no key.
    pub(super) fn label_of(
        &self,
        command: PickerCommand,
        mode: ViMode,
        charset: Charset,
    ) -> Option<String> {
        let first = self
            .bindings_of(command)
            .find(|binding| binding.normal_mode && mode == ViMode::Normal)
            .or_else(|| self.bindings_of(command).find(|binding| !binding.normal_mode));
        first.map(|binding| binding.label(charset))
    }

    /// The label if the query is empty, when a letter may be bound to the help.
    pub(super) fn label_for_empty_query(
        &self,
        command: PickerCommand,
        mode: ViMode,
        charset: Charset,
    ) -> Option<String> {
        let letter = self
            .bindings_of(command)
            .find(|binding| is_text(binding.keys[0]))
            .map(|binding| binding.label(charset));
        letter.or_else(|| self.label_of(command, mode, charset))
    }

    /// The labels of all keys of a command, for the help.
    pub(super) fn labels_of(&self, id: &str, charset: Charset) -> Vec<String> {
        let mut labels: Vec<String> = self
            .bindings
            .iter()
            .filter(|binding| binding.spec().id == id)
            .map(|binding| binding.label(charset))
            .collect();
        labels.dedup();
        labels
    }

    /// A note about default keys that were bound to other commands and not replaced; empty if there
    /// are none.
    pub(super) fn displaced_note(&self) -> String {
        self.displaced.join(" · ")
    }

    /// Sentences about default keys that were bound to other commands and not replaced.
    pub fn displaced(&self) -> &[String] {
        &self.displaced
    }
}

impl Binding {
    fn label(&self, charset: Charset) -> String {
        self.keys.iter().map(|key| label(*key, charset)).collect()
    }
}

impl Default for KeyBindings {
    fn default() -> Self {
        Self::new(Keymap::default(), &BTreeMap::new()).unwrap_or(Self {
            keymap: Keymap::Emacs,
            bindings: Vec::new(),
            displaced: Vec::new(),
        })
    }
}

fn binding_error(command: &str, message: String, hint: &str) -> BindingError {
    BindingError { command: command.to_owned(), message, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command and its configured keys.
    type UserBinding<'a> = (&'a str, &'a [&'a str]);

    fn keys(keymap: Keymap, own: &[UserBinding<'_>]) -> Result<KeyBindings, String> {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let own = own.iter().map(|(command, names)| ((*command).to_owned(), list(names))).collect();
        KeyBindings::new(keymap, &own)
            .map_err(|wrong| format!("{}: {}", wrong.command, wrong.message))
    }

    fn command_of(keys: &KeyBindings, name: &str) -> Option<PickerCommand> {
        keys.command(parse(name).unwrap())
    }

    #[test]
    fn every_key_of_the_catalog_can_be_read_and_has_one_command() {
        for keymap in [Keymap::Emacs, Keymap::Vi] {
            let keys = keys(keymap, &[]).unwrap();
            assert_eq!(keys.displaced_note(), "");
            assert!(keys.bindings.iter().all(|binding| !binding.keys.is_empty()));
        }
        assert!(
            NORMAL_MODE_KEYS.iter().all(|(id, _)| COMMANDS.iter().any(|entry| entry.id == *id))
        );
    }

    #[test]
    fn letters_are_text_and_only_help_has_one() {
        let usual = KeyBindings::default();
        assert_eq!(command_of(&usual, "?"), None);
        assert!(usual.is_help_key(parse("?").unwrap()));
        assert_eq!(
            keys(Keymap::Emacs, &[("console", &["o"])]).unwrap_err(),
            "console: `o` is text in the query"
        );
        assert!(
            !keys(Keymap::Emacs, &[("help", &["f3"])]).unwrap().is_help_key(parse("?").unwrap())
        );
    }

    #[test]
    fn the_persons_list_stands_in_place_of_ours() {
        let keys = keys(Keymap::Emacs, &[("console", &["f5", "alt-c"])]).unwrap();
        assert_eq!(
            (command_of(&keys, "f5"), command_of(&keys, "alt-c")),
            (Some(PickerCommand::Console), Some(PickerCommand::Console))
        );
        assert_eq!(
            (
                command_of(&keys, "ctrl-o"),
                keys.label_of(PickerCommand::Console, ViMode::Insert, Charset::Unicode)
            ),
            (None, Some("F5".to_owned()))
        );
    }

    #[test]
    fn a_key_of_ours_yields_and_that_is_said_until_both_have_their_keys() {
        let taken = keys(Keymap::Emacs, &[("console", &["ctrl-r"])]).unwrap();
        assert_eq!(command_of(&taken, "ctrl-r"), Some(PickerCommand::Console));
        assert_eq!(taken.displaced_note(), "ctrl-r is console now, not refresh");
        assert_eq!(
            keys(Keymap::Emacs, &[("console", &["ctrl-r"]), ("refresh", &["f5"])])
                .unwrap()
                .displaced_note(),
            ""
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_meant() {
        let cases: [(&[UserBinding<'_>], &str); 6] = [
            (&[("consle", &["f5"])], "consle: no such command, did you mean `console`?"),
            (
                &[("console", &["page-up"])],
                "console: `page-up` is not a key, did you mean `pageup`?",
            ),
            (&[("console", &["zz"])], "console: `zz` is not a key"),
            (
                &[("console", &["ctrl-i"])],
                "console: terminals send the same for `ctrl-i` and `tab`",
            ),
            (
                &[("console", &["f5"]), ("refresh", &["f5"])],
                "refresh: `f5` is also a key of `console`",
            ),
            (&[("leave", &[]), ("give-up", &[])], "leave: no key would quit the picker"),
        ];
        for (own, want) in cases {
            assert_eq!(keys(Keymap::Emacs, own).unwrap_err(), want);
        }
    }

    #[test]
    fn in_vi_letters_are_commands_one_or_two_at_a_time() {
        let keys =
            keys(Keymap::Vi, &[("refresh", &["R", "ctrl-r"]), ("console", &["zc"])]).unwrap();
        let key = |name| parse(name).unwrap();
        assert_eq!(
            keys.match_normal_mode(None, key("R")),
            KeyMatch::Command(PickerCommand::Refresh)
        );
        assert_eq!(keys.match_normal_mode(None, key("g")), KeyMatch::Prefix);
        assert_eq!(
            keys.match_normal_mode(Some(key("z")), key("c")),
            KeyMatch::Command(PickerCommand::Console)
        );
        assert_eq!(keys.match_normal_mode(Some(key("g")), key("z")), KeyMatch::Unbound);
        assert_eq!(
            (command_of(&keys, "ctrl-r"), command_of(&keys, "R")),
            (Some(PickerCommand::Refresh), None)
        );
        assert_eq!(
            keys.label_of(PickerCommand::Quit, ViMode::Normal, Charset::Unicode).as_deref(),
            Some("q")
        );
        assert_eq!(
            keys.label_of(PickerCommand::Quit, ViMode::Insert, Charset::Unicode).as_deref(),
            Some("^C")
        );
    }
}
