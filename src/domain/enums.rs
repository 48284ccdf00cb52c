//! Settings that take one of a few words. Each is defined here once and used by the configuration,
//! the command line and the rooms that obey it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Error, ErrorKind, Result};

macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident = $first_word:literal $(, $(#[$other_doc:meta])* $other:ident = $word:literal)* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            #[serde(rename = $first_word)]
            $first,
            $($(#[$other_doc])* #[serde(rename = $word)] $other,)*
        }

        impl $name {
            /// Every value, the default first.
            pub const ALL: &[Self] = &[Self::$first $(, Self::$other)*];

            /// The word for it in the configuration and on the command line.
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
    /// What is done with a role that was picked.
    Action {
        /// A shell with the role.
        Shell = "shell",
        /// Lines for the shell to evaluate.
        Exports = "exports",
        /// A profile in the AWS config file.
        Profile = "profile",
        /// The web console.
        Console = "console",
        /// Its ARN on stdout.
        Print = "print",
    }
}

string_enum! {
    /// How credentials reach a child process.
    CredentialsAs {
        /// A profile if the role has one that we wrote, else keys.
        Auto = "auto",
        /// Keys in variables.
        Keys = "keys",
        /// `AWS_PROFILE`.
        Profile = "profile",
        /// A private credentials endpoint.
        Endpoint = "endpoint",
    }
}

string_enum! {
    /// Who may open a sign-in page.
    AutoLogin {
        /// Commands typed at a terminal, and the picker.
        Interactive = "interactive",
        /// Background callers too.
        Always = "always",
        /// Only `login`.
        Never = "never",
    }
}

string_enum! {
    /// How a person signs in.
    AuthFlow {
        /// PKCE where a browser can reach us, else a device code.
        Auto = "auto",
        /// Authorization code on a loopback listener.
        Pkce = "pkce",
        /// A code to compare in any browser.
        DeviceCode = "device-code",
    }
}

string_enum! {
    /// Whether the AWS CLI's token cache gets our access token.
    ShareTokenCache {
        /// Where the CLI's file for the session exists.
        Auto = "auto",
        /// After every sign-in.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

string_enum! {
    /// What is done with a link.
    UrlAction {
        /// Open it in the browser.
        Open = "open",
        /// Print it on stderr with a word around it.
        Print = "print",
        /// Print it alone on stdout.
        PrintUrl = "printurl",
        /// Put it on the clipboard.
        Clipboard = "clip",
        /// Put it on the terminal's clipboard.
        Osc52 = "osc52",
        /// Run `url_exec_command`.
        Exec = "exec",
        /// Show it as a QR code.
        Qr = "qr",
        /// Firefox's "Open URL in Container".
        OpenUrlInContainer = "open-url-in-container",
        /// Firefox's "Granted Containers".
        GrantedContainers = "granted-containers",
    }
}

string_enum! {
    /// Which sort of console link.
    ConsoleStyle {
        /// A federation link made of role credentials.
        Federation = "federation",
        /// The portal's shortcut link.
        Portal = "portal",
    }
}

string_enum! {
    /// Where the vault's key lives.
    SecureStore {
        /// The keyring if it answers at the first write, else a file. Never plain text.
        Auto = "auto",
        /// The operating system's store.
        Keyring = "keyring",
        /// Sealed by a passphrase.
        File = "file",
        /// Plain text.
        Json = "json",
    }
}

string_enum! {
    /// Whether the vault's key is held in the kernel between processes.
    KeyCache {
        /// Where the kernel can.
        Auto = "auto",
        /// Never.
        Never = "never",
    }
}

string_enum! {
    /// The picker's colours.
    Theme {
        /// What fits the terminal's ground, where it can be told; else colours that read on any.
        Auto = "auto",
        /// For a dark ground.
        Dark = "dark",
        /// For a light ground.
        Light = "light",
        /// Nothing dim, nothing pale.
        HighContrast = "high-contrast",
        /// The terminal's own sixteen.
        Sixteen = "16",
        /// None.
        None = "none",
    }
}

string_enum! {
    /// Where the picker shows details of the selected role.
    Preview {
        /// Beside a list that leaves room for it, else nowhere.
        Auto = "auto",
        /// Beside the list if it fits at all.
        Right = "right",
        /// Below the list.
        Below = "below",
        /// Nowhere; a key shows it as a panel.
        Off = "off",
    }
}

string_enum! {
    /// The picker's keys.
    Keymap {
        /// As in fzf and readline.
        Emacs = "emacs",
        /// As in vi.
        Vi = "vi",
    }
}

string_enum! {
    /// The least important message that is shown.
    LogLevel {
        /// Things that may be wrong.
        Warn = "warn",
        /// Failures only.
        Error = "error",
        /// What is being done.
        Info = "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_others_are_refused_with_the_list() {
        for value in UrlAction::ALL {
            assert_eq!(value.as_str().parse(), Ok(*value));
        }
        let error = "bottom".parse::<Preview>().unwrap_err();
        assert_eq!(error.message, "`bottom` is not one of auto, right, below, off");
    }
}
