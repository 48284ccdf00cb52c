//! Settings whose value is one of a few words. The configuration, the command line and the rooms
//! that implement them share these enums.

use std::fmt;
use std::str::FromStr;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor,
};
use serde::{Serialize, Serializer};

use super::{Error, ErrorKind, Result};

/// Deserializes one of these values from its word.
struct WordVisitor<T: 'static> {
    all: &'static [T],
    as_str: fn(T) -> &'static str,
}

impl<'de, T: Copy> Visitor<'de> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.all.iter().map(|value| (self.as_str)(*value)).collect();
        write!(f, "one of {}", words.join(", "))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> std::result::Result<T, A::Error> {
        let (value, variant) = data.variant_seed(self)?;
        variant.unit_variant()?;
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<T, E> {
        self.all
            .iter()
            .copied()
            .find(|value| (self.as_str)(*value) == text)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// Formats for people write a word as the variant of an enum, and others as text.
impl<'de, T: Copy> DeserializeSeed<'de> for WordVisitor<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident = $first_word:literal $(, $(#[$other_doc:meta])* $other:ident = $word:literal)* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$other_doc])* $other,)*
        }

        impl $name {
            /// Every value, the default first.
            pub const ALL: &[Self] = &[Self::$first $(, Self::$other)*];

            /// Returns its word in the configuration and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$other => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                const WORDS: &[&str] = &[$first_word $(, $word)*];
                let visitor = WordVisitor { all: Self::ALL, as_str: Self::as_str };
                // Binary formats would write the number of a variant, which may change.
                if deserializer.is_human_readable() {
                    deserializer.deserialize_enum(stringify!($name), WORDS, visitor)
                } else {
                    deserializer.deserialize_str(visitor)
                }
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    Error::new(ErrorKind::Config, format!("`{text}` is not one of {}", words.join(", ")))
                })
            }
        }
    };
}

string_enum! {
    /// What to do with the picked role.
    Action {
        /// Start a shell with the role.
        Shell = "shell",
        /// Print commands for the shell to evaluate.
        Exports = "exports",
        /// Write a profile into the AWS config file.
        Profile = "profile",
        /// Open the web console.
        Console = "console",
        /// Print the ARN on stdout.
        Print = "print",
    }
}

string_enum! {
    /// How credentials are passed to a child process.
    CredentialsAs {
        /// A profile if rolecall has written one for the role, else keys.
        Auto = "auto",
        /// Keys in environment variables.
        Keys = "keys",
        /// A profile, in `AWS_PROFILE`.
        Profile = "profile",
        /// A private credentials endpoint.
        Endpoint = "endpoint",
    }
}

string_enum! {
    /// Which callers may open a sign-in page.
    AutoLogin {
        /// Commands in a terminal, and the picker.
        Interactive = "interactive",
        /// Background programs too.
        Always = "always",
        /// Only `login`.
        Never = "never",
    }
}

string_enum! {
    /// The OAuth flow for signing in.
    AuthFlow {
        /// PKCE if a browser can reach this machine, else a device code.
        Auto = "auto",
        /// An authorization code with PKCE, redirected to a loopback listener.
        Pkce = "pkce",
        /// A device code to compare in any browser.
        DeviceCode = "device-code",
    }
}

string_enum! {
    /// Whether access tokens are written to the AWS CLI's token cache.
    ShareTokenCache {
        /// If the file of the session exists there.
        Auto = "auto",
        /// After every sign-in.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

string_enum! {
    /// What to do with a URL.
    UrlAction {
        /// Open it in a browser.
        Open = "open",
        /// Print it on stderr with an explanation.
        Print = "print",
        /// Print it on stdout.
        PrintUrl = "printurl",
        /// Copy it to the clipboard.
        Clipboard = "clip",
        /// Copy it to the terminal's clipboard with OSC 52.
        Osc52 = "osc52",
        /// Run `url_exec_command`.
        Exec = "exec",
        /// Show it as a QR code.
        Qr = "qr",
        /// Open it with the Firefox extension "Open URL in Container".
        OpenUrlInContainer = "open-url-in-container",
        /// Open it with the Firefox extension "Granted Containers".
        GrantedContainers = "granted-containers",
    }
}

string_enum! {
    /// The kind of console URL.
    ConsoleStyle {
        /// A federation URL made from role credentials.
        Federation = "federation",
        /// A shortcut URL of the access portal.
        Portal = "portal",
    }
}

string_enum! {
    /// Where the vault key is stored.
    SecureStore {
        /// The keyring if it is available at the first write, else a file; never plain text.
        Auto = "auto",
        /// The keyring of the operating system.
        Keyring = "keyring",
        /// A file encrypted with a passphrase.
        File = "file",
        /// No key: the vault is plain text.
        Json = "json",
    }
}

string_enum! {
    /// Whether the vault key is cached in the kernel keyring.
    KeyCache {
        /// If the kernel supports it.
        Auto = "auto",
        /// Never.
        Never = "never",
    }
}

string_enum! {
    /// The colours of the picker.
    Theme {
        /// Matches the background of the terminal if it is known, else suits any background.
        Auto = "auto",
        /// For a dark background.
        Dark = "dark",
        /// For a light background.
        Light = "light",
        /// Without dim or pale colours.
        HighContrast = "high-contrast",
        /// The sixteen ANSI colours.
        Sixteen = "16",
        /// No colours.
        None = "none",
    }
}

string_enum! {
    /// The position of the details of the selected role.
    Preview {
        /// Beside the list if there is ample room, else hidden.
        Auto = "auto",
        /// Beside the list if they fit.
        Right = "right",
        /// Below the list.
        Below = "below",
        /// Hidden; a key shows them as a panel.
        Off = "off",
    }
}

string_enum! {
    /// The default keys of the picker.
    Keymap {
        /// As in fzf and readline.
        Emacs = "emacs",
        /// As in vi.
        Vi = "vi",
    }
}

string_enum! {
    /// The least severe log messages to print.
    LogLevel {
        /// Warnings and errors.
        Warn = "warn",
        /// Errors only.
        Error = "error",
        /// Progress too.
        Info = "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_parsed_and_others_are_rejected_with_the_list() {
        for value in UrlAction::ALL {
            assert_eq!(value.as_str().parse(), Ok(*value));
        }
        let error = "bottom".parse::<Preview>().unwrap_err();
        assert_eq!(error.message, "`bottom` is not one of auto, right, below, off");
    }
}
