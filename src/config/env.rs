//! The only reader of the environment, and the list of all variables that rolecall uses.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::os::platform::{HOME_IS_USER_PROFILE, variable_name};

/// An environment variable that rolecall reads or sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Var(&'static str);

impl Var {
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// The documentation of a variable, as in docs/environment.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariableDoc {
    pub name: &'static str,
    /// Whether rolecall sets it in the environment of a role.
    pub is_exported: bool,
    /// A sentence about its meaning.
    pub description: &'static str,
}

/// Defines variables. A line is `NAME "meaning"`, or `NAME set "meaning"` for exported variables.
macro_rules! variables {
    ($($name:ident $($set:ident)? $meaning:literal)*) => {
        $(
            #[doc = $meaning]
            #[allow(dead_code, reason = "the table also documents variables that only others read")]
            pub const $name: Var = Var(stringify!($name));)*

        /// All variables, in the order of the documentation.
        pub const VARIABLES: &[VariableDoc] = &[$(VariableDoc { name: stringify!($name), is_exported: 0 $(+ variables!(@$set))? > 0, description: $meaning }),*];
    };
    (@set) => { 1 };
}

variables! {
    ROLECALL_HOME "A directory for config.toml, cache and state."
    ROLECALL_CONFIG "The configuration file."
    ROLECALL_SIGNIN_URL "Console federation endpoint to use instead of AWS's."
    ROLECALL_DEMO "Set by `demo`: the URL of its simulator."
    ROLECALL_ROLE set "The ARN of this shell's role."
    ROLECALL_LABEL set "This shell's role as rolecall prints it, `account/role`, for prompts."
    ROLECALL_PROTECTED set "`1` in the shell of a protected role, for prompts."
    ROLECALL_COLOR set "The colour of this shell's role from the rules, for prompts."
    ROLECALL_SAVED_PROFILE set "The AWS_PROFILE that was replaced; `eval --clear` restores it."
    ROLECALL_SET set "The common variables that rolecall has set, so that `eval --clear` removes \
                      only these."
    AWS_CONFIG_FILE "The AWS config file instead of ~/.aws/config."
    AWS_SHARED_CREDENTIALS_FILE "The AWS credentials file instead of ~/.aws/credentials."
    AWS_SSO set "The IAM Identity Center to use; in a role shell, that of its role."
    AWS_SSO_ROLE_ARN set "The role to use, by ARN; in a role shell, its role."
    AWS_SSO_ACCOUNT_ID set "The account to use, with AWS_SSO_ROLE_NAME."
    AWS_SSO_ROLE_NAME set "The role to use, with AWS_SSO_ACCOUNT_ID."
    AWS_SSO_PROFILE set "The profile name of this shell's role."
    AWS_SSO_SESSION_EXPIRATION set "When this shell's credentials expire (RFC 3339)."
    AWS_SSO_DEFAULT_REGION set "The region that rolecall has set, so that the next switch may \
                                change it."
    AWS_SSO_BROWSER "The browser to open links with."
    BROWSER "The browser if nothing else names one."
    AWS_SSO_FILE_PASSWORD "Passphrase of the `file` vault."
    AWS_SSO_FILE_PASSWORD_FILE "A file, or a pipe, whose first line is the passphrase of the \
                                `file` vault."
    AWS_SSO_FIELD_SORT "The field `list` sorts by."
    AWS_SSO_FIELD_SORT_REVERSE "Any value but `false`, `0` and `no`: `list` sorts backwards."
    AWS_SSO_CONFIG "An aws-sso-cli configuration, which `setup import` reads."
    AWS_SSO_ECS_SERVER "The address that `ecs run` serves at, instead of 127.0.0.1:4144."
    AWS_SSO_HELPER_ARGS "Extra flags for the shell functions."
    AWS_ENDPOINT_URL "Endpoint of every AWS service."
    AWS_ENDPOINT_URL_SSO "Endpoint of the access portal."
    AWS_ENDPOINT_URL_SSO_OIDC "Endpoint of SSO OIDC, for signing in."
    AWS_ENDPOINT_URL_STS "Endpoint of STS, for chained roles."
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS "`true` disables all endpoint settings."
    AWS_USE_FIPS_ENDPOINT "`true` uses FIPS endpoints."
    AWS_USE_DUALSTACK_ENDPOINT "`true` uses endpoints with IPv6 support."
    AWS_CA_BUNDLE "Certificates to trust instead of the system's."
    HTTPS_PROXY "Proxy for https addresses."
    HTTP_PROXY "Proxy for http addresses."
    ALL_PROXY "Proxy for all addresses."
    NO_PROXY "Hosts to reach without a proxy; `*` is every host."
    AWS_PROFILE set "The profile that AWS programs use."
    AWS_DEFAULT_PROFILE "The same, in its older spelling."
    AWS_REGION set "The region that AWS programs use."
    AWS_DEFAULT_REGION set "The same, in its older spelling."
    AWS_SDK_LOAD_CONFIG set "Makes old SDKs read the AWS config file, beside AWS_PROFILE."
    AWS_ACCESS_KEY_ID set "Access key of the environment's credentials."
    AWS_SECRET_ACCESS_KEY set "Secret key of the environment's credentials."
    AWS_SESSION_TOKEN set "Session token of the environment's credentials."
    AWS_SECURITY_TOKEN "The same, in its older spelling."
    AWS_CREDENTIAL_EXPIRATION set "When the environment's credentials expire."
    AWS_ROLE_ARN "The role of a web identity."
    AWS_WEB_IDENTITY_TOKEN_FILE "The token of a web identity."
    AWS_CONTAINER_CREDENTIALS_FULL_URI set "Address of a container-credentials endpoint."
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI "Address of a container-credentials endpoint on ECS."
    AWS_CONTAINER_AUTHORIZATION_TOKEN set "Token for a container-credentials endpoint."
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE "A file that holds the token for a \
                                            container-credentials endpoint."
    KUBERNETES_EXEC_INFO "Input of `eks-token` from kubectl."
    KUBECONFIG "The kubeconfig files that `setup kube` edits."
    PATH "The directories of programs; `init` omits the path of this program if it is in one of \
          them."
    SHELL "The shell that role shells run."
    EDITOR "The editor that `settings edit` runs."
    VISUAL "The full-screen editor; takes precedence over EDITOR."
    TMUX "Set inside tmux."
    TMUX_PANE "The pane inside tmux."
    NO_COLOR "Any value disables colours."
    CLICOLOR_FORCE "Any value but 0 enables colours without a terminal."
    TERM "The kind of terminal."
    COLORFGBG "The colours of the terminal, for telling a dark background from a light one."
    LC_ALL "The locale; the picker uses only ASCII if it is not UTF-8."
    LC_CTYPE "The locale for characters."
    LANG "The locale if no other variable sets it."
    COLORTERM "`truecolor` if the terminal has 24-bit colours."
    TZ "The time zone of the picker's messages, instead of that of the machine."
    HOME "The home directory."
    USERPROFILE "The home directory on Windows; takes precedence over HOME there."
    XDG_CONFIG_HOME "The directory for configuration instead of ~/.config."
    XDG_CACHE_HOME "The directory for caches instead of ~/.cache."
    XDG_STATE_HOME "The directory for state instead of ~/.local/state."
    XDG_RUNTIME_DIR "The directory for the token files of `ecs env`, which is in memory."
    XDG_DATA_HOME "The directory where shells look for completion files, instead of ~/.local/share."
    SSH_CONNECTION "Set on a machine reached over SSH."
    SSH_TTY "Set on a machine reached over SSH with a terminal."
    WSL_DISTRO_NAME "Set inside WSL."
    DISPLAY "The X display."
    WAYLAND_DISPLAY "The Wayland display."
}

/// A snapshot of the environment. `Debug` prints names only, since values can be secrets.
#[derive(Clone, Default)]
pub struct Env {
    values: HashMap<OsString, OsString>,
}

impl Env {
    /// Reads the environment of this process.
    pub fn from_process() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    /// Creates an environment from pairs; later ones take precedence.
    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter();
        Self {
            values: pairs.map(|(name, value)| (variable_name(name.into()), value.into())).collect(),
        }
    }

    /// Returns the value; empty values and values that are not Unicode count as unset.
    pub fn get(&self, var: Var) -> Option<&str> {
        self.get_os(var.0).and_then(OsStr::to_str)
    }

    /// Returns the value as a path, which need not be Unicode; empty values count as unset. A `~`
    /// that no shell has expanded, as in `export ROLECALL_HOME="~/aws"`, is the home directory.
    pub fn path(&self, var: Var) -> Option<PathBuf> {
        let path = PathBuf::from(self.get_os(var.0)?);
        Some(if [HOME, USERPROFILE].contains(&var) { path } else { self.expand_home(path) })
    }

    /// Returns the home directory that the environment names: `HOME` or, before it, `USERPROFILE` on
    /// Windows, as in the AWS CLI and most SDKs.
    pub fn home(&self) -> Option<&OsStr> {
        let profile = self.get_os(USERPROFILE.0).filter(|_| HOME_IS_USER_PROFILE);
        profile.or_else(|| self.get_os(HOME.0))
    }

    /// Replaces a leading `~` by the home directory, if there is one.
    pub fn expand_home(&self, path: PathBuf) -> PathBuf {
        match (path.strip_prefix("~"), self.home()) {
            (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => PathBuf::from(home),
            (Ok(rest), Some(home)) => Path::new(home).join(rest),
            _ => path,
        }
    }

    /// Returns the value of a variable that may be in lower case, such as `https_proxy`. Lower case
    /// takes precedence, as in curl and the AWS CLI.
    pub fn get_any_case(&self, var: Var) -> Option<&str> {
        self.get_os(&var.0.to_ascii_lowercase()).and_then(OsStr::to_str).or_else(|| self.get(var))
    }

    /// Whether the value is `true` in any case, as the AWS SDKs parse booleans.
    pub fn is_true(&self, var: Var) -> bool {
        self.get(var).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// Expands a leading `~`, `$NAME` and `${NAME}` like the AWS CLI. Unknown names are kept, and
    /// so is `~` without a home directory.
    pub fn expand(&self, text: &str, home: Option<&Path>) -> String {
        let text = match (text.strip_prefix('~'), home.and_then(Path::to_str)) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
                format!("{}{rest}", home.trim_end_matches('/'))
            }
            _ => text.to_owned(),
        };
        let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let (name, whole) = parse_reference(rest);
            let key = variable_name(name.into());
            match self.values.get(&key).and_then(|value| value.to_str()) {
                Some(value) if !name.is_empty() => out.push_str(value),
                _ => out.push_str(&rest[..whole]),
            }
            rest = &rest[whole..];
        }
        out.push_str(rest);
        out
    }

    /// Returns all variables as text; bytes that are not Unicode are replaced.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let text = |part: &OsString| part.to_string_lossy().into_owned();
        self.values.iter().map(move |(name, value)| (text(name), text(value)))
    }

    fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.values.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

/// Parses the reference at the start of a text, and returns its name and its length in bytes.
fn parse_reference(text: &str) -> (&str, usize) {
    if let Some(inside) = text.strip_prefix("${") {
        return inside.find('}').map_or(("", 1), |end| (&inside[..end], end + 3));
    }
    let name = &text[1..];
    let end = name
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .unwrap_or(name.len());
    (&name[..end], end + 1)
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_counts_as_unset() {
        let env = Env::from_pairs([("AWS_SSO", ""), ("AWS_REGION", "eu-west-1")]);
        assert_eq!((env.get(AWS_SSO), env.get(AWS_REGION)), (None, Some("eu-west-1")));
    }

    #[test]
    fn paths_are_expanded_like_in_the_aws_cli() {
        let env = Env::from_pairs([("HOME", "/home/jane"), ("TEAM", "blue"), ("EMPTY", "")]);
        let cases = [
            ("~/x", "/home/jane/x"),
            ("~", "/home/jane"),
            ("~bob/x", "~bob/x"),
            ("$HOME/${TEAM}/c", "/home/jane/blue/c"),
            ("a$EMPTY-$NOBODY", "a-$NOBODY"),
            ("100$", "100$"),
            ("${open", "${open"),
        ];
        for (text, want) in cases {
            assert_eq!(env.expand(text, Some(Path::new("/home/jane"))), want, "{text}");
        }
        assert_eq!(env.expand("~/$TEAM", None), "~/blue");
    }

    #[test]
    fn values_are_not_printed() {
        let env = Env::from_pairs([("AWS_SSO_FILE_PASSWORD", "hunter2")]);
        assert!(!format!("{env:?}").contains("hunter2"));
    }

    #[test]
    fn a_lower_case_proxy_takes_precedence() {
        let env = Env::from_pairs([("HTTPS_PROXY", "http://a"), ("https_proxy", "http://b")]);
        assert_eq!(env.get_any_case(HTTPS_PROXY), Some("http://b"));
    }

    #[test]
    fn variables_are_unique() {
        let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
