//! Adds an `[instances.NAME]` to the user's configuration file.

use std::path::Path;

use crate::config::{self, Paths, edit};
use crate::domain::{Error, ErrorKind, Instance, InstanceName, Region, Result, StartUrl};
use crate::os::atomic_file;

/// Parses a typed region.
///
/// # Errors
/// [`ErrorKind::Usage`] if it is not a region.
pub fn parse_region(text: &str) -> Result<Region> {
    let region = Region::new(text.trim());
    match region.correction() {
        Some(meant) => {
            Err(Error::new(ErrorKind::Usage, format!("`{}` is not a region", text.trim()))
                .hint(format!("did you mean {meant}?")))
        }
        None if region.is_well_formed() => Ok(region),
        None => Err(not_a_region(text.trim())),
    }
}

/// Parses a typed region that AWS programs get, and rolecall does not use: also `aws-global`.
///
/// # Errors
/// [`ErrorKind::Usage`] if AWS programs do not accept it.
pub fn parse_exported_region(text: &str) -> Result<Region> {
    let region = Region::new(text.trim());
    if region.is_pseudo() { Ok(region) } else { parse_region(text) }
}

fn not_a_region(text: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("`{text}` is not a region"))
        .hint("a region looks like eu-west-1; the console shows it in its address")
}

/// Parses a typed name: it must not need quotes in a shell, and no other instance may have it.
///
/// # Errors
/// [`ErrorKind::Usage`] for characters that need quotes, [`ErrorKind::Config`] for a name that is
/// taken.
pub fn parse_name(text: &str, known: &[Instance]) -> Result<InstanceName> {
    let text = text.trim();
    let plain = !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !plain {
        return Err(Error::new(ErrorKind::Usage, format!("`{text}` can't be a name"))
            .hint("use letters, digits, - and _, such as corp"));
    }
    match known.iter().find(|instance| instance.name.as_str() == text) {
        Some(taken) => {
            let error = Error::new(
                ErrorKind::Config,
                format!("`{text}` is taken: it is the name of {}", taken.start_url),
            );
            Err(error.hint("choose another name with --name"))
        }
        None => Ok(InstanceName::new(text)),
    }
}

/// Suggests a free name for a portal: the first label of its address, if that is meaningful, else
/// `sso`, with a number if necessary.
pub fn suggest_name(start_url: &StartUrl, known: &[Instance]) -> InstanceName {
    let telling = |label: &str| {
        !label.is_empty()
            && !["start", "identitycenter", "www"].contains(&label)
            && !label.starts_with("ssoins-")
    };
    let directory = start_url.normalized().split_once("/directory/").map(|(_, name)| name);
    let label = directory.unwrap_or(start_url.first_label());
    let base: String = if telling(label) { label } else { "sso" }
        .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut names = [base.clone()].into_iter().chain(numbered);
    let free = names.find(|name| !known.iter().any(|instance| instance.name.as_str() == name));
    InstanceName::new(free.unwrap_or(base))
}

/// The lines that [`add_instance`] writes.
pub fn render_table(
    name: &InstanceName,
    start_url: &StartUrl,
    region: &Region,
    default: Option<&Region>,
) -> String {
    let default =
        default.map(|region| format!("default_region = \"{region}\"\n")).unwrap_or_default();
    format!("[instances.{name}]\nstart_url = \"{start_url}\"\nsso_region = \"{region}\"\n{default}")
}

/// Adds the instance to the configuration file, whose other bytes are kept; a file that does not
/// exist is created. `default` is the region of its roles, if it is known.
///
/// # Errors
/// [`ErrorKind::Config`] if the file is invalid, has such an instance, or has unknown keys;
/// [`ErrorKind::Os`] if it can't be written.
pub fn add_instance(
    paths: &Paths,
    name: &InstanceName,
    start_url: &StartUrl,
    region: &Region,
    default: Option<&Region>,
) -> Result<()> {
    let path = &paths.config_file;
    let text = load_text(path)?;
    if let Some(unknown) = config::check(path, &text)?.first() {
        return Err(
            Error::new(ErrorKind::Config, unknown.to_string()).hint("run `rolecall settings edit`")
        );
    }
    let mut changed = edit::add_instance(&text, path, name, start_url, region)?;
    if let Some(default) = default {
        changed = edit::set(
            &changed,
            path,
            &format!("instances.{name}.default_region"),
            default.as_str(),
        )?;
    }
    let folder = atomic_file::parent_dir(path);
    if text.is_empty() {
        atomic_file::check_dir_writable(folder).map_err(|error| {
            error.hint(
                "set XDG_CONFIG_HOME or ROLECALL_HOME to a directory of \
                 yours, or name a file: --config FILE",
            )
        })?;
    }
    atomic_file::replace(path, Some(text.as_bytes()), changed.as_bytes(), &paths.recovery_dir())
}

/// Returns the content of the file; empty if it does not exist.
fn load_text(path: &Path) -> Result<String> {
    let bytes = atomic_file::load(path)?.unwrap_or_default();
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::Config, format!("{}: not UTF-8", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Env;

    #[test]
    fn a_portal_is_named_after_its_address() {
        let suggested =
            |url: &str| suggest_name(&StartUrl::new(url), &[Instance::example("lab")]).to_string();
        assert_eq!(suggested("https://corp.awsapps.com/start"), "corp");
        assert_eq!(suggested("https://lab.awsapps.com/start"), "lab-2");
        assert_eq!(suggested("https://ssoins-12.portal.eu-west-1.app.aws"), "sso");
        assert_eq!(suggested("https://start.us-gov-home.awsapps.com/directory/acme"), "acme");
        assert_eq!(suggested("https://identitycenter.amazonaws.com/ssoins-12"), "sso");
    }

    #[test]
    fn names_need_no_quotes_and_are_taken_once() {
        assert_eq!(parse_name(" my-corp_2 ", &[]).unwrap().as_str(), "my-corp_2");
        assert_eq!(parse_name("a.b", &[]).unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(parse_name("", &[]).unwrap_err().kind, ErrorKind::Usage);
        assert!(
            parse_name("lab", &[Instance::example("lab")])
                .unwrap_err()
                .message
                .contains("https://lab.awsapps.com/start")
        );
    }

    #[test]
    fn a_region_is_tidied_and_checked() {
        assert_eq!(parse_region(" EU-West-1\n").unwrap().as_str(), "eu-west-1");
        assert!(parse_region("Ireland").unwrap_err().hints[0].contains("eu-west-1"));
        assert_eq!(parse_exported_region("AWS-Global").unwrap().as_str(), "aws-global");
        for nonsense in ["Ireland", "aws-mars-global", "global", ""] {
            assert!(parse_exported_region(nonsense).is_err(), "{nonsense}");
        }
        // IAM Identity Center, consoles and clusters are in a region.
        assert!(parse_region("aws-global").is_err());
    }

    #[test]
    fn the_file_keeps_its_comments_and_order_and_is_made_where_it_is_missing() {
        let home = tempfile::tempdir().unwrap();
        let env = Env::from_pairs([("HOME", home.path()), ("ROLECALL_HOME", home.path())]);
        let paths = Paths::from_env(&env).unwrap();
        let corp = (
            InstanceName::new("corp"),
            StartUrl::new("https://corp.awsapps.com/start"),
            Region::new("eu-west-1"),
        );
        add_instance(&paths, &corp.0, &corp.1, &corp.2, None).unwrap();
        let read = || std::fs::read_to_string(&paths.config_file).unwrap();
        assert_eq!(read(), render_table(&corp.0, &corp.1, &corp.2, None));
        let before = format!("# ours\nthreads   = 3 # few\n\n{}# the end\n", read());
        std::fs::write(&paths.config_file, &before).unwrap();
        add_instance(
            &paths,
            &InstanceName::new("lab"),
            &corp.1,
            &corp.2,
            Some(&Region::new("eu-central-1")),
        )
        .unwrap();
        assert!(
            read().starts_with(before.strip_suffix("# the end\n").unwrap())
                && read().contains("# the end")
                && read().contains("\n[instances.lab]\n")
                && read().contains("default_region = \"eu-central-1\"\n"),
            "{}",
            read()
        );
        assert_eq!(
            add_instance(&paths, &corp.0, &corp.1, &corp.2, None).unwrap_err().kind,
            ErrorKind::Config
        );
        std::fs::write(&paths.config_file, "threds = 3\n").unwrap();
        assert!(
            add_instance(&paths, &corp.0, &corp.1, &corp.2, None)
                .unwrap_err()
                .message
                .contains("threads")
        );
        assert_eq!(read(), "threds = 3\n");
    }
}
