//! The one reader of the environment; every variable that means something to us is named here.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// A variable that is read or set somewhere in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Var(&'static str);

impl Var {
    /// Its name in the environment.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// A row of the table of variables: what the README shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariableDoc {
    /// The variable's name.
    pub name: &'static str,
    /// Whether it is one of those that a role's environment gets from us.
    pub is_exported: bool,
    /// One sentence on what it does.
    pub description: &'static str,
}

/// A line is `NAME "meaning"`, or `NAME set "meaning"` for those that we set.
macro_rules! variables {
    ($($name:ident $($set:ident)? $meaning:literal)*) => {
        $(#[doc = $meaning] pub const $name: Var = Var(stringify!($name));)*

        /// Every variable, in the order in which they are documented.
        pub const VARIABLES: &[VariableDoc] = &[$(VariableDoc { name: stringify!($name), is_exported: 0 $(+ variables!(@$set))? > 0, description: $meaning }),*];
    };
    (@set) => { 1 };
}

variables! {
    ROLECALL_HOME "One directory for everything of ours: config.toml, cache and state."
    ROLECALL_CONFIG "The configuration file."
    ROLECALL_SIGNIN_URL "Console federation endpoint in place of AWS's own."
    ROLECALL_ROLE set "The ARN of this shell's role."
    ROLECALL_PROTECTED set "`1` in the shell of a protected role, for prompts."
    ROLECALL_COLOR set "The colour that rules give this shell's role, for prompts."
    ROLECALL_SAVED_PROFILE set "The AWS_PROFILE that was replaced; `eval --clear` gives it back."
    ROLECALL_SET set "Which variables that others set too are ours, so that `eval --clear` removes these and no others."
    AWS_CONFIG_FILE "The AWS config file instead of ~/.aws/config."
    AWS_SHARED_CREDENTIALS_FILE "The AWS credentials file instead of ~/.aws/credentials."
    AWS_SSO set "The IAM Identity Center to use; in a role shell, that of its role."
    AWS_SSO_ROLE_ARN set "The role to use, by ARN; in a role shell, its role."
    AWS_SSO_ACCOUNT_ID set "The account to use, with AWS_SSO_ROLE_NAME."
    AWS_SSO_ROLE_NAME set "The role to use, with AWS_SSO_ACCOUNT_ID."
    AWS_SSO_PROFILE set "The profile name of this shell's role."
    AWS_SSO_SESSION_EXPIRATION set "When this shell's credentials expire (RFC 3339)."
    AWS_SSO_DEFAULT_REGION set "The region that we set, so that the next switch may change it."
    AWS_SSO_BROWSER "The browser to open links with."
    BROWSER "The browser where nothing else names one."
    AWS_SSO_FILE_PASSWORD "Passphrase of the `file` vault."
    AWS_SSO_FILE_PASSWORD_FILE "A file, or a pipe, whose first line is the passphrase of the `file` vault."
    AWS_SSO_FIELD_SORT "The field `list` sorts by."
    AWS_SSO_FIELD_SORT_REVERSE "Any value but `false`, `0` and `no`: `list` sorts backwards."
    AWS_SSO_CONFIG "An aws-sso-cli configuration, which `setup import` reads."
    AWS_SSO_HELPER_ARGS "Extra flags for the shell functions."
    AWS_ENDPOINT_URL "Endpoint of every AWS service."
    AWS_ENDPOINT_URL_SSO "Endpoint of the access portal."
    AWS_ENDPOINT_URL_SSO_OIDC "Endpoint of sign-in."
    AWS_ENDPOINT_URL_STS "Endpoint of STS, for chained roles."
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS "`true` switches all endpoint settings off."
    AWS_USE_FIPS_ENDPOINT "`true` uses FIPS endpoints."
    AWS_USE_DUALSTACK_ENDPOINT "`true` uses endpoints that speak IPv6 too."
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
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE "A file that holds the token for a container-credentials endpoint."
    KUBERNETES_EXEC_INFO "What kubectl tells `eks-token`."
    KUBECONFIG "The kubeconfig files that `setup kube` edits."
    PATH "Where programs are looked for: `init` names this one by its name alone where it is found there."
    SHELL "The shell that role shells run."
    EDITOR "The editor that `settings edit` runs."
    VISUAL "The editor on a full screen; wins over EDITOR."
    TMUX "Set inside tmux."
    TMUX_PANE "The pane inside tmux."
    NO_COLOR "Any value switches colours off."
    CLICOLOR_FORCE "Any value but 0 keeps colours on without a terminal."
    TERM "The kind of terminal."
    COLORFGBG "The terminal's colours, where it tells them: whether its ground is dark or light."
    LC_ALL "The locale: without UTF-8 in it, only ASCII is drawn."
    LC_CTYPE "The same, for letters."
    LANG "The same, where nothing else says it."
    COLORTERM "`truecolor` where the terminal has all colours."
    HOME "The home directory."
    XDG_CONFIG_HOME "Where configuration lives instead of ~/.config."
    XDG_CACHE_HOME "Where caches live instead of ~/.cache."
    XDG_STATE_HOME "Where state lives instead of ~/.local/state."
    XDG_DATA_HOME "Where shells look for completion files, instead of ~/.local/share."
    SSH_CONNECTION "Set on a machine reached over SSH."
    SSH_TTY "Set on a machine reached over SSH with a terminal."
    WSL_DISTRO_NAME "Set inside WSL."
    DISPLAY "The X display."
    WAYLAND_DISPLAY "The Wayland display."
}

/// The environment as it was when the program started. `Debug` shows names only: values can be
/// secrets.
#[derive(Clone, Default)]
pub struct Env {
    values: HashMap<OsString, OsString>,
}

impl Env {
    /// This process's environment.
    pub fn from_process() -> Self {
        Self { values: std::env::vars_os().collect() }
    }

    /// An environment made of these pairs; later ones win.
    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self {
            values: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
        }
    }

    /// The variable's text; empty values, and values that are not Unicode, count as unset.
    pub fn get(&self, var: Var) -> Option<&str> {
        self.get_os(var.0).and_then(OsStr::to_str)
    }

    /// The variable as a path, whatever its bytes; empty values count as unset.
    pub fn path(&self, var: Var) -> Option<PathBuf> {
        self.get_os(var.0).map(PathBuf::from)
    }

    /// The text of a variable that is known in both cases, such as `https_proxy`; the lower case
    /// wins, as with curl and the AWS CLI.
    pub fn get_any_case(&self, var: Var) -> Option<&str> {
        self.get_os(&var.0.to_ascii_lowercase()).and_then(OsStr::to_str).or_else(|| self.get(var))
    }

    /// Whether the variable says yes: `true` in any case, as the AWS SDKs read their switches.
    pub fn is_true(&self, var: Var) -> bool {
        self.get(var).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// The text with a leading `~`, `$NAME` and `${NAME}` replaced as the AWS CLI does; unknown
    /// names stay as they are, and so does `~` without a home directory.
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
            match self.values.get(OsStr::new(name)).and_then(|value| value.to_str()) {
                Some(value) if !name.is_empty() => out.push_str(value),
                _ => out.push_str(&rest[..whole]),
            }
            rest = &rest[whole..];
        }
        out.push_str(rest);
        out
    }

    /// Every variable as text; bytes that are not Unicode are replaced.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let text = |part: &OsString| part.to_string_lossy().into_owned();
        self.values.iter().map(move |(name, value)| (text(name), text(value)))
    }

    fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.values.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

/// The name in a text that starts with `$`, and how many bytes the whole reference takes.
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
    fn an_empty_value_is_no_value() {
        let env = Env::from_pairs([("AWS_SSO", ""), ("AWS_REGION", "eu-west-1")]);
        assert_eq!((env.get(AWS_SSO), env.get(AWS_REGION)), (None, Some("eu-west-1")));
    }

    #[test]
    fn paths_are_expanded_as_the_aws_cli_does() {
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
    fn a_lower_case_proxy_wins() {
        let env = Env::from_pairs([("HTTPS_PROXY", "http://a"), ("https_proxy", "http://b")]);
        assert_eq!(env.get_any_case(HTTPS_PROXY), Some("http://b"));
    }

    #[test]
    fn no_variable_is_named_twice() {
        let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
