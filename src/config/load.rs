//! Loads [`Settings`] from files and the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::DeTable;

use crate::domain::{Error, ErrorKind, InstanceName, Result};
use crate::os::platform::BROWSER_SEPARATOR;

use super::env::{self, Env};
use super::layers::{self, ConfigLayer};
use super::origins::{AccountOrigins, Origin, OriginCollector, Warning};
use super::paths::Paths;
use super::schema;
use super::settings::Settings;
use super::type_error;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadedConfig {
    pub settings: Settings,
    /// Keys without effect. `settings`, `setup` and `doctor` report them as errors, `process`
    /// ignores them, other commands print warnings.
    pub warnings: Vec<Warning>,
    /// The origin of each key, by its dotted path (`rules.0.match` in lists of tables). Defaults
    /// have no origin. Keys of account tables are only included by [`load_with_origins`].
    pub origins: BTreeMap<String, Origin>,
    /// All configuration files, including missing ones.
    pub files: Vec<PathBuf>,
}

/// Loads the configuration: the system file, included files, the user's file, then the
/// environment. All files are optional.
///
/// # Errors
/// Returns [`ErrorKind::Config`] if a file is not TOML or a value is invalid. The message names
/// file, line, key and the accepted values.
pub fn load(env: &Env, paths: &Paths) -> Result<LoadedConfig> {
    load_layers(env, paths, AccountOrigins::Skip)
}

/// As [`load`], with the origins of account tables. With thousands of accounts, collecting these
/// takes longer than everything else.
///
/// # Errors
/// As [`load`].
pub fn load_with_origins(env: &Env, paths: &Paths) -> Result<LoadedConfig> {
    load_layers(env, paths, AccountOrigins::Collect)
}

fn load_layers(env: &Env, paths: &Paths, accounts: AccountOrigins) -> Result<LoadedConfig> {
    let (layers, files) = layers::load(paths)?;
    let mut collector = OriginCollector::new(accounts);
    let (mut merged, mut order, mut shared_rules) = (DeTable::new(), Vec::new(), 0);
    for layer in &layers {
        let mut table = layer.parse()?;
        collector.examine(layer, &mut table);
        collect_instance_names(&table, &mut order);
        shared_rules += if layer.is_user_file { 0 } else { rule_count(&table) };
        layers::merge(&mut merged, table);
    }
    let settings = Settings::deserialize(Spanned::new(0..0, merged).into_deserializer())
        .map_err(|error| locate_error(&layers, &error))?;
    let mut loaded = LoadedConfig::new(settings, collector, files);
    loaded.settings.instance_order = order;
    // The user's file is the last layer, so its rules follow all others.
    let shared_rules = loaded.settings.rules.iter_mut().take(shared_rules);
    shared_rules.for_each(|rule| rule.from_shared_file = true);
    loaded.settings.profile_format_location = loaded.location("profile_format");
    loaded.settings.list_fields_location = loaded.location("list_fields");
    loaded.apply_env(env);
    Ok(loaded)
}

/// Checks the text of a user configuration file and returns its unknown keys.
///
/// # Errors
/// As [`load`], for this file alone.
pub fn check(path: &Path, text: &str) -> Result<Vec<Warning>> {
    Ok(parse(path, text)?.warnings)
}

/// Parses the text of a user configuration file alone, without other files and the environment.
///
/// # Errors
/// As [`load`], for this file alone.
pub fn parse(path: &Path, text: &str) -> Result<LoadedConfig> {
    let layer = ConfigLayer::new(path.to_owned(), text.to_owned(), true);
    let (mut collector, mut table) =
        (OriginCollector::new(AccountOrigins::Collect), layer.parse()?);
    collector.examine(&layer, &mut table);
    let settings = Settings::deserialize(Spanned::new(0..0, table).into_deserializer())
        .map_err(|error| locate_error(std::slice::from_ref(&layer), &error))?;
    Ok(LoadedConfig::new(settings, collector, Vec::new()))
}

impl LoadedConfig {
    fn new(settings: Settings, collector: OriginCollector, files: Vec<PathBuf>) -> Self {
        let (warnings, origins) = collector.finish();
        Self { settings, warnings, origins, files }
    }

    /// Returns the file and the line that set a key, if a file did.
    fn location(&self, key: &str) -> Option<(PathBuf, usize)> {
        match self.origins.get(key)? {
            Origin::File { path, line } => Some((path.clone(), *line)),
            Origin::Environment(_) | Origin::Flag => None,
        }
    }

    /// Applies environment variables.
    fn apply_env(&mut self, env: &Env) {
        if let Some(browser) = env.get(env::AWS_SSO_BROWSER) {
            self.settings.browser = Some(browser.to_owned());
            self.origins
                .insert("browser".to_owned(), Origin::Environment(env::AWS_SSO_BROWSER.name()));
        }
        // BROWSER is meant for all programs, so it does not override our own setting.
        if self.settings.browser.is_none()
            && let Some(browser) = env.get(env::BROWSER).and_then(first_browser)
        {
            self.settings.browser = Some(browser);
            self.origins.insert("browser".to_owned(), Origin::Environment(env::BROWSER.name()));
        }
    }
}

/// Returns the first program in the value of `BROWSER`. Arguments would need a shell, so only a
/// trailing `%s` is removed.
fn first_browser(list: &str) -> Option<String> {
    let first = BROWSER_SEPARATOR.map_or(Some(list), |separator| list.split(separator).next())?;
    let program = first.trim_end().strip_suffix("%s").unwrap_or(first).trim();
    (!program.is_empty()).then(|| program.to_owned())
}

fn rule_count(table: &DeTable<'_>) -> usize {
    table.get("rules").and_then(|value| value.get_ref().as_array()).map_or(0, |rules| rules.len())
}

/// Appends new names of `[instances.NAME]` tables, in the order of the file.
fn collect_instance_names(table: &DeTable<'_>, order: &mut Vec<InstanceName>) {
    let Some(instances) = table.get("instances").and_then(|value| value.get_ref().as_table())
    else {
        return;
    };
    let mut names: Vec<(usize, &str)> =
        instances.keys().map(|name| (name.span().start, &**name.get_ref())).collect();
    names.sort_unstable();
    for (_, name) in names {
        if !order.iter().any(|known| known.as_str() == name) {
            order.push(InstanceName::new(name));
        }
    }
}

/// Finds the file with the invalid value, since merged tables have lost their positions.
fn locate_error(layers: &[ConfigLayer], merged: &toml::de::Error) -> Error {
    let wrong = layers.iter().find_map(|layer| {
        let mut table = layer.parse().ok()?;
        if !layer.is_user_file {
            layers::remove_forbidden_keys(&mut table, &mut Vec::new());
        }
        let error = Settings::deserialize(Spanned::new(0..0, table).into_deserializer()).err()?;
        let offset = error.span()?.start;
        let key = schema::key_at(&layer.parse().ok()?, offset)?;
        Some((layer, layer.line_at(offset), key, error))
    });
    match wrong {
        Some((layer, line, key, error)) => Error::new(
            ErrorKind::Config,
            format!("{}:{line}: {key}: {}", layer.path.display(), type_error::describe(&error)),
        )
        .with_source(error),
        None => {
            let message = format!("the configuration: {}", type_error::describe(merged));
            Error::new(ErrorKind::Config, message).with_source(merged.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConfirmLevel;
    use crate::domain::enums::AuthFlow;

    /// Loads the configuration from a home directory with these files.
    fn load_in_home(files: &[(&str, &str)], pairs: &[(&str, &str)]) -> Result<LoadedConfig> {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(home.path().join(name), text).unwrap();
        }
        let env = Env::from_pairs(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).chain([
            (std::ffi::OsString::from("HOME"), home.path().as_os_str().to_owned()),
            ("ROLECALL_HOME".into(), home.path().as_os_str().to_owned()),
        ]));
        let paths = Paths::from_env(&env)?;
        load(&env, &paths)
    }

    fn error_message(text: &str) -> String {
        let message = load_in_home(&[("config.toml", text)], &[]).unwrap_err().message;
        message.split_once("config.toml").unwrap().1.to_owned()
    }

    #[test]
    fn no_file_means_defaults() {
        let loaded = load_in_home(&[], &[]).unwrap();
        assert_eq!(loaded.settings, Settings::default());
        assert_eq!(loaded.settings.console_duration_minutes, 60);
        assert_eq!(loaded.files.len(), 1);
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = r#"
            auth_flow = "device-code"
            session_duration = "8h"
            [instances.lab]
            start_url = "https://lab.awsapps.com/start"
            sso_region = "us-east-1"
            [instances.corp]
            start_url = "https://corp.awsapps.com/start"
            sso_region = "eu-west-1"
            [instances.corp.accounts.012345678901]
            name = "Payments"
            tags = { team = "payments" }
            [instances.corp.accounts.012345678901.roles.Admin]
            profile = "pay-admin"
            [[rules]]
            match = "account:*-prod*"
            tags = { env = "prod" }
            confirm = "type"
            [pick]
            height = "40%"
        "#;
        let loaded = load_in_home(&[("config.toml", text)], &[]).unwrap();
        let settings = &loaded.settings;
        assert_eq!(loaded.warnings, []);
        assert_eq!(
            (settings.auth_flow, settings.session_duration),
            (AuthFlow::DeviceCode, Some(std::time::Duration::from_secs(28_800)))
        );
        assert_eq!(settings.instance_order, [InstanceName::new("lab"), InstanceName::new("corp")]);
        let account = &settings.instances[&InstanceName::new("corp")].accounts
            [&"012345678901".parse().unwrap()];
        assert_eq!(account.name.as_deref(), Some("Payments"));
        assert_eq!(account.roles.values().next().unwrap().profile.as_deref(), Some("pay-admin"));
        assert_eq!(settings.rules[0].confirm, Some(ConfirmLevel::TypeName));
        assert_eq!(
            (settings.pick.height, settings.pick.mouse),
            (crate::domain::Height::Percent(40), true)
        );
        assert!(matches!(loaded.origins["auth_flow"], Origin::File { line: 2, .. }));
    }

    #[test]
    fn unknown_keys_are_reported_with_line_and_suggestion() {
        let loaded = load_in_home(
            &[(
                "config.toml",
                "threads = 3\ndefalt_sso = 'x'\n[instances.a]\nstart = 'u'\nzzzzqqqq = 1\n",
            )],
            &[],
        )
        .unwrap();
        let shown: Vec<_> =
            loaded.warnings.iter().map(|w| (w.line, w.key.as_str(), w.suggestion)).collect();
        let want = [
            (2, "defalt_sso", Some("default_sso")),
            (4, "instances.a.start", Some("start_url")),
            (5, "instances.a.zzzzqqqq", None),
        ];
        assert_eq!(shown, want);
        assert!(
            loaded.warnings[0]
                .to_string()
                .ends_with(":2: unknown key `defalt_sso`, did you mean `default_sso`?")
        );
    }

    #[test]
    fn an_invalid_value_is_reported_with_line_key_and_accepted_values() {
        let cases = [
            (
                "\nauth_flow = \"magic\"",
                ":2: auth_flow: \"magic\" is not one of auto, pkce, device-code",
            ),
            (
                "console_duration = 5",
                ":1: console_duration: 5 is not a whole number from 15 \
                 to 720",
            ),
            ("[pick]\nmouse = \"no\"", ":2: pick.mouse: \"no\" is not true or false"),
            ("[keys]\nquit = \"q\"", ":2: keys.quit: \"q\" is not a list such as [\"a\", \"b\"]"),
            ("keys = \"vi\"", ":1: keys: \"vi\" is not a table"),
            ("threads = [4]", ":1: threads: a list is not a whole number from 1 to 64"),
            ("default_region = true", ":1: default_region: true is not text in quotes"),
            ("[[rules]]\nconfirm = 3", ":2: rules.confirm: 3 is not true, false or \"type\""),
            (
                "[[rules]]\nmatch = 'x'\nconsole_duration = 9",
                ":3: rules.console_duration: 9 is not a whole number \
                 from 15 to 720",
            ),
            (
                "[pick]\nheight = \"tall\"",
                ":2: pick.height: \"tall\" is not rows, such as 15, or a share of the screen, such as 40%",
            ),
            ("history_weight = -1", ":1: history_weight: expected a number, 0 or more"),
        ];
        for (text, want) in cases {
            assert_eq!(error_message(text), want);
        }
        assert!(error_message("[instances.a.accounts.123]\nname = 'x'").contains("twelve digits"));
        assert!(error_message("a = = 1").starts_with(":1: "));
    }

    #[test]
    fn the_users_file_overrides_an_included_file_whose_rules_come_first() {
        let team = "default_region = 'eu-west-1'\nthreads = 9\n[[rules]]\nmatch = 'a'\n\
                    [instances.corp]\nsso_region = 'eu-west-1'\n";
        let own = "include = ['team.toml']\nthreads = 2\n[[rules]]\nmatch = 'b'\n\
                   [instances.corp]\nstart_url = 'https://x'\n";
        let settings =
            load_in_home(&[("config.toml", own), ("team.toml", team)], &[]).unwrap().settings;
        assert_eq!((settings.threads, settings.default_region.unwrap().as_str()), (2, "eu-west-1"));
        assert_eq!(
            settings.rules.iter().map(|rule| rule.matches.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        let corp = &settings.instances[&InstanceName::new("corp")];
        assert!(corp.start_url.is_some() && corp.sso_region.is_some());
    }

    #[test]
    fn an_included_file_may_not_name_programs_or_weaken_confirm() {
        let team = "browser = 'evil'\n\
                    [instances.a]\nbrowser = 'evil'\n[[rules]]\nmatch = 'x'\nconfirm = false\n\
                    url_exec_command = ['evil']\n";
        let loaded =
            load_in_home(&[("config.toml", "include = ['team.toml']"), ("team.toml", team)], &[])
                .unwrap();
        assert_eq!(loaded.settings.browser, None);
        assert_eq!(loaded.settings.instances[&InstanceName::new("a")].browser, None);
        assert_eq!(
            (loaded.settings.rules[0].confirm, &loaded.settings.rules[0].url_exec_command),
            (None, &None)
        );
        let refused: Vec<_> = loaded
            .warnings
            .iter()
            .filter(|w| w.is_forbidden)
            .map(|w| (w.line, w.key.as_str()))
            .collect();
        assert_eq!(
            refused,
            [
                (1, "browser"),
                (3, "instances.a.browser"),
                (7, "rules.url_exec_command"),
                (6, "rules.confirm = false")
            ]
        );
    }

    #[test]
    fn rules_of_other_files_are_marked_as_shared() {
        let own = "include = ['team.toml']\n[[rules]]\nmatch = 'mine'\n";
        let team = "[[rules]]\nmatch = 'a'\n[[rules]]\nmatch = 'b'\n";
        let rules =
            load_in_home(&[("config.toml", own), ("team.toml", team)], &[]).unwrap().settings.rules;
        let shared: Vec<_> =
            rules.iter().map(|rule| (rule.matches.as_str(), rule.from_shared_file)).collect();
        assert_eq!(shared, [("a", true), ("b", true), ("mine", false)]);
    }

    #[test]
    fn a_missing_include_is_an_error_that_names_it() {
        assert!(
            load_in_home(&[("config.toml", "include = ['gone.toml']")], &[])
                .unwrap_err()
                .message
                .contains("gone.toml does not exist")
        );
    }

    #[test]
    fn our_browser_variable_overrides_the_file_and_the_common_one_does_not() {
        let file = [("config.toml", "browser = 'chromium'")];
        let browser = |files: &[(&str, &str)], pairs: &[(&str, &str)]| {
            load_in_home(files, pairs).unwrap().settings.browser
        };
        assert_eq!(browser(&file, &[("AWS_SSO_BROWSER", "firefox")]).as_deref(), Some("firefox"));
        assert_eq!(browser(&file, &[("BROWSER", "firefox")]).as_deref(), Some("chromium"));
        #[cfg(unix)]
        assert_eq!(browser(&[], &[("BROWSER", "firefox %s:lynx")]).as_deref(), Some("firefox"));
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_read_or_refused_without_panic(
            lines in proptest::collection::vec(
                proptest::prop_oneof![
                    "(threads|include|rules|instances|pick|tags|confirm|browser) = \
                     (1|true|'x'|\\[\\]|\\[1\\]|\\{\\}|\\{a=\\[\\{b=1\\}\\]\\})",
                    "\\[{1,2}(rules|instances|instances\\.a|instances\\.a\\.accounts\\.012345678901|pick|x\\.y)\\]{1,2}",
                    "\\PC{0,12}",
                ],
                0..8,
            )
        ) {
            let text = lines.join("\n");
            for own in [true, false] {
                let layer = ConfigLayer::new(PathBuf::from("config.toml"), text.clone(), own);
                let Ok(mut table) = layer.parse() else { continue };
                OriginCollector::new(AccountOrigins::Collect).examine(&layer, &mut table);
                if let Err(error) = Settings::deserialize(Spanned::new(0..0, table).into_deserializer()) {
                    let located = locate_error(&[layer], &error);
                    proptest::prop_assert!(located.message.starts_with("config.toml:"), "{}", located.message);
                }
            }
        }
    }
}
