//! `settings`: shows values with their origins, and changes them.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use crate::config::{self, Env, ListedSetting, LoadedConfig, Origin, Paths, Settings, edit, env};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::roles::profile_format::ProfileFormat;
use crate::ops::setup::instance;
use crate::os::atomic_file;
use crate::os::platform::DEFAULT_EDITOR;
use crate::os::process::{ChildCommand, split_words};

use crate::cli::args::{Globals, SettingsArgs, SettingsCommand};
use crate::cli::ui::{self, table};
use crate::cli::{app, key_bindings};

/// The contents of a new configuration file.
const CONFIG_TEMPLATE: &str = "# The configuration of rolecall; `rolecall settings show` lists the keys.\n\
                   # [instances.corp]\n# start_url = \"https://NAME.awsapps.com/start\"\n# sso_region = \"eu-west-1\"\n";

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: SettingsArgs) -> Result<u8> {
    let env = Env::from_process();
    let paths = app::paths(&env, globals)?;
    match args.command.unwrap_or(SettingsCommand::Show { json: false }) {
        SettingsCommand::Show { json } => {
            show(&load_effective(&env, &paths, globals)?, &paths, json)
        }
        SettingsCommand::Get { key } => get(&load_effective(&env, &paths, globals)?, &key),
        SettingsCommand::Set { key, value } => {
            set(&env, &paths.allow_missing_config(), &key, &value)
        }
        SettingsCommand::Unset { key } => unset(&env, &paths, &key),
        SettingsCommand::Edit => edit(&env, &paths.allow_missing_config()),
        SettingsCommand::Path => {
            ui::print_data(&format!("{}\n", paths.config_file.display()))?;
            Ok(0)
        }
    }
}

/// Loads the effective settings. Unknown keys are errors here.
fn load_effective(env: &Env, paths: &Paths, globals: &Globals) -> Result<LoadedConfig> {
    let mut loaded = config::load_with_origins(env, paths)?;
    app::check_known_keys(&loaded.warnings)?;
    key_bindings::check(&loaded)?;
    let mut forced = |key: &str| drop(loaded.origins.insert(key.to_owned(), Origin::Flag));
    if let Some(browser) = &globals.browser {
        loaded.settings.force_browser(browser);
        ["browser", "auth_browser"].into_iter().for_each(&mut forced);
    }
    if let Some(action) = globals.url_action {
        loaded.settings.force_url_action(action);
        ["url_action", "auth_url_action"].into_iter().for_each(&mut forced);
    }
    if let Some(level) = globals.level {
        loaded.settings.log_level = level;
        forced("log_level");
    }
    if globals.lines {
        loaded.settings.log_lines = true;
        forced("log_lines");
    }
    Ok(loaded)
}

/// Lists every setting; commands of the picker that are not configured have their default keys.
fn all_settings(loaded: &LoadedConfig) -> Result<Vec<ListedSetting>> {
    let mut shown = config::list_settings(loaded)?;
    let end = shown
        .iter()
        .rposition(|shown| ["pick.", "keys."].iter().any(|table| shown.key.starts_with(table)));
    let end = end.map_or(shown.len(), |last| last + 1);
    shown.splice(end..end, key_bindings::default_keys(&loaded.settings));
    Ok(shown)
}

fn show(loaded: &LoadedConfig, paths: &Paths, as_json: bool) -> Result<u8> {
    let shown = all_settings(loaded)?;
    if as_json {
        let objects: Vec<_> = shown.iter().map(setting_json).collect();
        ui::print_data(&format!("{}\n", serde_json::Value::Array(objects)))?;
        return Ok(0);
    }
    let header = ["KEY", "VALUE", "FROM"].map(String::from);
    let row = |shown: &ListedSetting| {
        let value = shown.value.as_ref().map_or_else(String::new, ToString::to_string);
        vec![shown.key.clone(), value, origin_text(shown.origin.as_ref(), paths)]
    };
    ui::print_data(&table::render_for_terminal(
        &header,
        &shown.iter().map(row).collect::<Vec<_>>(),
    ))?;
    Ok(0)
}

fn origin_text(origin: Option<&Origin>, paths: &Paths) -> String {
    match origin {
        None => "built in".to_owned(),
        Some(Origin::File { path, line }) => format!("{}:{line}", paths.abbreviate(path)),
        Some(Origin::Environment(name)) => (*name).to_owned(),
        Some(Origin::Flag) => "command line".to_owned(),
    }
}

fn setting_json(shown: &ListedSetting) -> serde_json::Value {
    let (origin, file, line, variable) = match &shown.origin {
        None => ("built-in", None, None, None),
        Some(Origin::File { path, line }) => {
            ("file", Some(path.display().to_string()), Some(*line), None)
        }
        Some(Origin::Environment(name)) => ("environment", None, None, Some(*name)),
        Some(Origin::Flag) => ("flag", None, None, None),
    };
    json!({ "key": shown.key, "value": shown.value, "origin": origin, "file": file, "line": line, "variable": variable })
}

/// Prints a string unquoted, other values as TOML, and a table as `KEY = VALUE` lines.
fn get(loaded: &LoadedConfig, key: &str) -> Result<u8> {
    edit::parse_key(key)?;
    let shown = all_settings(loaded)?;
    let inside = format!("{key}.");
    let value = |shown: &ListedSetting| match &shown.value {
        Some(toml::Value::String(text)) => Some(text.clone()),
        value => value.as_ref().map(ToString::to_string),
    };
    let text = match shown.iter().find(|shown| shown.key == key) {
        Some(exact) => value(exact).map(|text| text + "\n").unwrap_or_default(),
        None => {
            let below = shown.iter().filter_map(|shown| {
                Some((shown.key.strip_prefix(&inside)?, shown.value.as_ref()?))
            });
            below.map(|(name, value)| format!("{name} = {value}\n")).collect()
        }
    };
    if text.is_empty() {
        return Err(Error::new(ErrorKind::NoMatch, format!("`{key}` has no value"))
            .hint(format!("run `rolecall settings set {key} VALUE`")));
    }
    ui::print_data(&text)?;
    Ok(0)
}

fn set(env: &Env, paths: &Paths, key: &str, value: &str) -> Result<u8> {
    let path = &paths.config_file;
    let text = read_config(path)?;
    app::check_known_keys(&config::check(path, &text).unwrap_or_default())?;
    let changed = edit::set(&text, path, key, value)?;
    if key.ends_with("region") {
        let parse = match key.ends_with("sso_region") {
            true => instance::parse_region,
            false => instance::parse_exported_region,
        };
        parse(value).map_err(|error| error.context(format!("`{key}`")))?;
    }
    key_bindings::check(&config::parse(path, &changed)?)?;
    if let Ok(settings) = toml::from_str::<Settings>(&changed)
        && key == "profile_format"
    {
        ProfileFormat::from_settings(&settings)?;
    }
    atomic_file::replace(path, Some(text.as_bytes()), changed.as_bytes(), &paths.recovery_dir())?;
    ui::print_message(&ui::dim(&format!("{key} is set in {}", paths.abbreviate(path))));
    let origin = config::load_with_origins(env, paths)?.origins.get(key).cloned();
    if let Some(Origin::Environment(name)) = origin {
        ui::print_warning(&Error::new(
            ErrorKind::Config,
            format!("{name} in the environment overrides it here"),
        ));
    }
    Ok(0)
}

fn unset(env: &Env, paths: &Paths, key: &str) -> Result<u8> {
    let path = &paths.config_file;
    let text = read_config(path)?;
    let changed = edit::unset(&text, path, key)?;
    if let Some(changed) = &changed {
        atomic_file::replace(
            path,
            Some(text.as_bytes()),
            changed.as_bytes(),
            &paths.recovery_dir(),
        )?;
        ui::print_message(&ui::dim(&format!("removed {key} from {}", paths.abbreviate(path))));
    }
    match (config::load_with_origins(env, paths)?.origins.get(key), changed) {
        (Some(origin), Some(_)) => ui::print_message(&ui::dim(&format!(
            "{key} still comes from {}",
            origin_text(Some(origin), paths)
        ))),
        (None, Some(_)) => {}
        (Some(origin), None) => {
            let not_here = Error::new(
                ErrorKind::NoMatch,
                format!("`{key}` is not set in {}", paths.abbreviate(path)),
            );
            return Err(
                not_here.hint(format!("it comes from {}", origin_text(Some(origin), paths)))
            );
        }
        (None, None) => {
            return Err(Error::new(
                ErrorKind::NoMatch,
                format!("`{key}` is not set in {}", paths.abbreviate(path)),
            ));
        }
    }
    Ok(0)
}

/// Reads the file; empty if it does not exist.
fn read_config(path: &Path) -> Result<String> {
    let bytes = atomic_file::load(path)?.unwrap_or_default();
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::Config, format!("{}: not UTF-8", path.display())))
}

fn edit(env: &Env, paths: &Paths) -> Result<u8> {
    let path = &paths.config_file;
    if atomic_file::load(path)?.is_none() {
        atomic_file::save(path, CONFIG_TEMPLATE.as_bytes())?;
    }
    let before = atomic_file::load(path)?;
    let editor = [env::VISUAL, env::EDITOR]
        .into_iter()
        .find_map(|var| env.get(var))
        .unwrap_or(DEFAULT_EDITOR);
    let mut words = split_words(editor).into_iter().map(OsString::from);
    let program = words.next().ok_or_else(|| {
        Error::new(ErrorKind::Usage, "EDITOR is empty").hint("set EDITOR to a program")
    })?;
    let args = words.chain([path.clone().into_os_string()]).collect();
    let code = ChildCommand { program, args, set: Vec::new(), unset: Vec::new() }
        .run()
        // The codes for a missing program belong to the commands of `exec` and `each`.
        .map_err(|mut error| {
            error.kind = ErrorKind::Usage;
            error.hint("set EDITOR to an editor")
        })?;
    if code != 0 {
        return Err(Error::new(ErrorKind::Usage, format!("`{editor}` exited with code {code}")));
    }
    let loaded = config::load(env, paths)?;
    app::check_known_keys(&loaded.warnings)?;
    key_bindings::check(&loaded)?;
    let is_changed = atomic_file::load(path)? != before;
    let what = if is_changed { "was changed and is valid" } else { "is as it was" };
    ui::print_message(&ui::dim(&format!("{} {what}", paths.abbreviate(path))));
    Ok(0)
}
