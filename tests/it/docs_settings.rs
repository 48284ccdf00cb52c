//! The reference of settings: keys, types and defaults come from the types that are deserialized.

use std::fmt::Write;

use rolecall::testing::config::{
    LoadedConfig, Settings, known_keys, list_settings, possible_values,
};

use crate::docs_written::{NOTE, assert_page, cell};

/// A table of the configuration file.
struct Section {
    title: &'static str,
    /// Its path; `*` is any name.
    path: &'static [&'static str],
    about: &'static str,
    /// An example and the meaning of each key.
    keys: &'static [(&'static str, &'static str, &'static str)],
}

const SECTIONS: &[Section] = &[
    Section {
        title: "Top level",
        path: &[],
        about: "These keys come before the first `[table]` of the file.",
        keys: &[
            (
                "default_sso",
                "\"corp\"",
                "the IAM Identity Center to use if none is named; default: all",
            ),
            ("default_region", "\"eu-central-1\"", "the region of roles without a region"),
            ("default_action", "\"console\"", "what Enter does"),
            (
                "prefer_roles",
                "[\"ReadOnly*\"]",
                "globs, best first: the role to use if only an account is named",
            ),
            ("credentials_as", "\"profile\"", "how programs get credentials"),
            ("set_title", "false", "set the terminal title and tmux's `@rolecall` in a role shell"),
            (
                "auto_login",
                "\"always\"",
                "who may open a sign-in page: `interactive`, `always` (programs too), `never`",
            ),
            ("auth_flow", "\"device-code\"", "how to sign in; also per instance"),
            ("share_token_cache", "\"always\"", "write the access token for the AWS CLI"),
            (
                "session_duration",
                "\"8h\"",
                "how long a sign-in lasts, as your administrator configured it, for the countdown; also per instance",
            ),
            (
                "url_action",
                "\"osc52\"",
                "what to do with console links; also per instance and rule",
            ),
            ("auth_url_action", "\"print\"", "what to do with sign-in pages; also per instance"),
            (
                "browser",
                "\"firefox\"",
                "the program for `open`; default: the system's browser; also per instance and rule",
            ),
            ("auth_browser", "\"firefox\"", "the program for sign-in pages; also per instance"),
            (
                "url_exec_command",
                "[\"firefox\", \"-P\", \"{name}\", \"%s\"]",
                "program and arguments for `exec`, with `%s` for the link; also per instance and rule",
            ),
            ("console_duration", "120", "minutes until the console signs out; also per rule"),
            (
                "console_style",
                "\"portal\"",
                "`federation`, or `portal` (the access portal's shortcut link); also per rule",
            ),
            (
                "access_request_url",
                "\"https://access.example.com/{account_id}/{role}\"",
                "a URL to show if access is denied, with `{account_id}`, `{role}` and `{email}`",
            ),
            (
                "cache_refresh",
                "8",
                "hours before the list of roles is read again; 0: only on request",
            ),
            ("threads", "10", "accounts read at a time"),
            (
                "requests_per_second",
                "20",
                "the highest request rate to the access portal; default: found automatically",
            ),
            ("max_retry", "5", "attempts for one request of a refresh"),
            ("max_backoff", "10", "the longest time between attempts, in seconds"),
            ("history_limit", "100", "roles to remember in the history"),
            ("history_minutes", "43200", "minutes to remember them; 0: no limit"),
            (
                "history_weight",
                "0.5",
                "how much recent use counts among equal matches; 0: not at all",
            ),
            ("secure_store", "\"file\"", "where the vault's key is"),
            ("key_cache", "\"never\"", "cache the vault's key in the kernel keyring"),
            (
                "profile_format",
                "\"{{ account_name | lower }}.{{ role }}\"",
                "a template for profile names; default: `{{ account_name or account_id }}-{{ role }}`",
            ),
            ("config_variables", "{ output = \"json\" }", "additional keys for generated profiles"),
            (
                "config_profiles_binary",
                "\"/usr/local/bin/rolecall\"",
                "the path written to `credential_process`; default: this program's path",
            ),
            (
                "auto_config_check",
                "true",
                "update the generated profiles after a refresh that changed something",
            ),
            ("export_all_env_vars", "true", "with a profile, set the keys as well"),
            ("env_var_tags", "[\"env\", \"team\"]", "tags to export as `AWS_SSO_TAG_…`"),
            (
                "list_fields",
                "[\"AccountName\", \"RoleName\", \"Profile\"]",
                "the columns of `list`",
            ),
            (
                "pick",
                "{ height = \"40%\" }",
                "the appearance of the picker: see [The picker](#the-picker)",
            ),
            (
                "keys",
                "{ console = [\"alt-c\"] }",
                "lists of keys for the [picker's commands](keys.md)",
            ),
            ("log_level", "\"info\"", "the least severe messages to log"),
            ("log_lines", "true", "begin log lines with their location in the source"),
            (
                "include",
                "[\"~/team/rolecall.toml\"]",
                "files to read before this one: see [Teams](teams.md)",
            ),
            (
                "instances",
                "{ corp = { sso_region = \"eu-west-1\" } }",
                "IAM Identity Centers by name, in addition to those of the AWS config file: see [Instances](#instances)",
            ),
            (
                "rules",
                "[{ match = \"account:*-prod\", color = \"red\" }]",
                "settings for the roles that match a query: see [Rules](#rules)",
            ),
        ],
    },
    Section {
        title: "The picker",
        path: &["pick"],
        about: "Keys of the table `[pick]`.",
        keys: &[
            (
                "columns",
                "[\"team\", \"env\"]",
                "the columns after account, id and role, left to right; default: by width",
            ),
            ("height", "\"40%\"", "rows (`\"15\"`) or part of the screen"),
            ("preview", "\"below\"", "where the preview is"),
            (
                "profiles",
                "false",
                "show AWS profiles outside of IAM Identity Center below the roles",
            ),
            ("mouse", "false", "use the mouse"),
            ("motion", "false", "animate the progress bar and the countdown"),
            ("theme", "\"high-contrast\"", "colours"),
            ("ascii", "true", "draw lines and marks in ASCII, whatever the locale"),
            ("keymap", "\"vi\"", "the default keys"),
        ],
    },
    Section {
        title: "Instances",
        path: &["instances", "*"],
        about: "Keys of each table `[instances.NAME]`.",
        keys: &[
            ("start_url", "\"https://corp.awsapps.com/start\"", "the address of the access portal"),
            ("sso_region", "\"eu-west-1\"", "the region of the IAM Identity Center"),
            ("default_region", "\"eu-central-1\"", "the region of roles without a region"),
            ("scopes", "[\"sso:account:access\"]", "OAuth scopes to sign in with"),
            ("auth_flow", "\"device-code\"", "how to sign in"),
            ("session_duration", "\"8h\"", "how long a sign-in lasts"),
            ("url_action", "\"print\"", "what to do with console links"),
            ("auth_url_action", "\"print\"", "what to do with sign-in pages"),
            ("browser", "\"firefox\"", "the program for console links"),
            ("auth_browser", "\"chromium\"", "the program for sign-in pages"),
            (
                "url_exec_command",
                "[\"firefox\", \"%s\"]",
                "program and arguments for `url_action = \"exec\"`",
            ),
            ("accounts", "{ 012345678901 = { name = \"Payments\" } }", "tables by account id"),
        ],
    },
    Section {
        title: "Accounts",
        path: &["instances", "*", "accounts", "*"],
        about: "Keys of each table `[instances.NAME.accounts.ID]`.",
        keys: &[
            ("name", "\"Payments\"", "replaces the name in the access portal"),
            ("default_region", "\"eu-central-1\"", "the region of the account's roles"),
            ("tags", "{ team = \"payments\" }", "tags of all roles of the account"),
            ("roles", "{ Admin = { profile = \"pay-admin\" } }", "tables by role name"),
        ],
    },
    Section {
        title: "Roles",
        path: &["instances", "*", "accounts", "*", "roles", "*"],
        about: "Keys of each table `[instances.NAME.accounts.ID.roles.ROLE]`. The keys from `via` on \
                define a [chained role](configuration.md#chained-roles).",
        keys: &[
            ("profile", "\"pay-admin\"", "the name of its profile"),
            ("default_region", "\"us-east-1\"", "its region"),
            ("tags", "{ tier = \"1\" }", "its tags, in addition to those of the account"),
            ("via", "\"arn:aws:iam::012345678901:role/Admin\"", "the role that it is assumed from"),
            ("source_identity", "\"jane\"", "the source identity of the session"),
            ("external_id", "\"from the role's owner\"", "the external id that the role requires"),
            (
                "session_name",
                "\"ci-{{ user }}\"",
                "the name in CloudTrail; default: the user's name",
            ),
            ("duration", "\"1h\"", "the length of the session; AWS allows at most an hour"),
        ],
    },
    Section {
        title: "Rules",
        path: &["rules"],
        about: "Keys of each table `[[rules]]`. All rules that match a role apply; of two values for \
                the same key, the later one wins.",
        keys: &[
            ("match", "\"account:*-prod !role:ReadOnly*\"", "the query that selects the roles"),
            ("tags", "{ env = \"prod\" }", "tags to add"),
            (
                "color",
                "\"red\"",
                "the colour in the picker, in prompts and of the browser container",
            ),
            ("icon", "\"fingerprint\"", "the icon of the browser container"),
            (
                "confirm",
                "\"type\"",
                "ask before the role is used: `true` for a `y`, `\"type\"` for the account's name",
            ),
            ("hide", "true", "leave the roles out of the list"),
            ("browser", "\"firefox -P prod\"", "the program for console links"),
            ("url_action", "\"open-url-in-container\"", "what to do with console links"),
            (
                "url_exec_command",
                "[\"firefox\", \"%s\"]",
                "program and arguments for `url_action = \"exec\"`",
            ),
            ("console_duration", "60", "minutes until the console signs out"),
            ("console_style", "\"portal\"", "the kind of console link"),
        ],
    },
];

/// Values of each type, of which a setting of that type accepts at least one.
const PROBES: &[(&str, &[&str])] = &[
    ("`true` or `false`", &["true"]),
    ("duration", &["\"1h30m\""]),
    ("number", &["1.5"]),
    ("whole number", &["20"]),
    (
        "text",
        &[
            "\"corp\"",
            "\"eu-west-1\"",
            "\"https://corp.awsapps.com/start\"",
            "\"40%\"",
            "\"type\"",
            "\"arn:aws:iam::012345678901:role/Admin\"",
        ],
    ),
    ("list of texts", &["[\"corp\"]"]),
    ("table", &["{}"]),
    ("list of tables", &["[{}]"]),
];

/// The configuration file in which only this key is set.
fn file(path: &[&str], key: &str, value: &str) -> String {
    let names: Vec<&str> = path
        .iter()
        .enumerate()
        .map(|(at, name)| match (*name, at) {
            ("*", 1) => "corp",
            ("*", 3) => "012345678901",
            ("*", _) => "Admin",
            (name, _) => name,
        })
        .collect();
    match path {
        [] => format!("{key} = {value}\n"),
        ["rules"] => format!("[[rules]]\n{key} = {value}\n"),
        _ => format!("[{}]\n{key} = {value}\n", names.join(".")),
    }
}

fn parse(path: &[&str], key: &str, value: &str) -> Result<Settings, String> {
    toml::from_str(&file(path, key, value)).map_err(|error| error.to_string())
}

/// The type of a setting, found by which values it accepts.
fn type_of(path: &[&str], key: &str) -> String {
    let dotted = match path {
        ["pick"] => format!("pick.{key}"),
        _ => key.to_owned(),
    };
    // Instances and rules repeat settings of the top level.
    let words = possible_values(&dotted);
    let accepts = |word: &&&str| parse(path, key, &format!("\"{word}\"")).is_ok();
    if !words.is_empty() && words.iter().filter(accepts).count() == words.len() {
        let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
        return words.join(", ");
    }
    let range = parse(path, key, "-1").err().and_then(|error| {
        let (_, rest) = error.split_once("a whole number from ")?;
        Some(format!("whole number, {}", rest.lines().next()?.replace(" to ", "–")))
    });
    if let Some(range) = range {
        return range;
    }
    let accepted = PROBES
        .iter()
        .filter(|(_, values)| values.iter().any(|value| parse(path, key, value).is_ok()))
        .map(|(name, _)| *name);
    let accepted: Vec<&str> = accepted.collect();
    match accepted[..] {
        ["duration", "whole number"] => "duration, or seconds".to_owned(),
        ["number", "whole number"] => "number".to_owned(),
        // Any text is also this text.
        ["duration", "text"] => "text".to_owned(),
        _ => accepted.join(" or "),
    }
}

/// The default of a setting as it is written in the file.
fn default_of(path: &[&str], key: &str) -> Option<String> {
    let key = match path {
        [] => key.to_owned(),
        ["pick"] => format!("pick.{key}"),
        _ => return None,
    };
    let all = list_settings(&LoadedConfig::default()).unwrap();
    let found = all.into_iter().find(|setting| setting.key == key)?;
    found.value.map(|value| value.to_string())
}

#[test]
fn the_page_of_settings_lists_every_key_with_type_default_and_example() {
    let mut page = format!(
        "# Settings\n\n{NOTE}\n\n\
         Every key of the configuration file. [Configuration](configuration.md) describes where \
         settings\ncome from and has an example. `rolecall settings` shows the current values.\n"
    );
    for section in SECTIONS {
        let _ = write!(page, "\n## {}\n\n{}\n\n", section.title, section.about);
        page.push_str("| key | meaning | type | default | example |\n|---|---|---|---|---|\n");
        let known = known_keys(section.path).unwrap();
        let documented: Vec<&str> = section.keys.iter().map(|(key, ..)| *key).collect();
        let undocumented: Vec<&&str> =
            known.iter().filter(|key| !documented.contains(key)).collect();
        assert!(undocumented.is_empty(), "add to SECTIONS, {}: {undocumented:?}", section.title);
        for (key, example, meaning) in section.keys {
            assert!(known.contains(key), "{}: there is no key {key}", section.title);
            let default = default_of(section.path, key);
            assert_ne!(default.as_deref(), Some(*example), "{key}: the example is the default");
            if let Err(error) = parse(section.path, key, example) {
                panic!("{key} = {example}: {error}");
            }
            let kind = type_of(section.path, key);
            assert!(!kind.is_empty(), "{key} accepts none of PROBES");
            let default = default.map(|value| format!("`{value}`")).unwrap_or_default();
            let _ = writeln!(
                page,
                "| `{key}` | {} | {} | {} | `{}` |",
                cell(meaning),
                cell(&kind),
                cell(&default),
                cell(example)
            );
        }
    }
    assert_page("settings.md", &page);
}
