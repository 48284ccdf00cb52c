//! Default locations of the configuration files of other programs.

use std::path::{Path, PathBuf};

/// Locations of aws-sso-cli's file, below the home directory. The older one is used as long as it
/// exists.
const AWS_SSO_PATHS: [&str; 2] = [".aws-sso/config.yaml", ".config/aws-sso/config.yaml"];
/// Location of Granted's file, below the home directory.
const GRANTED_PATH: &str = ".granted/config";

/// Returns the aws-sso-cli configuration file below this home directory, if there is one.
pub(in crate::ops) fn find_aws_sso_config(home: &Path) -> Option<PathBuf> {
    AWS_SSO_PATHS.iter().map(|path| home.join(path)).find(|file| file.exists())
}

/// The path of Granted's configuration file; the file may not exist.
pub(super) fn granted_config(home: &Path) -> PathBuf {
    home.join(GRANTED_PATH)
}
