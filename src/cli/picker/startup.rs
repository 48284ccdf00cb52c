//! The input of the picker's first frame: the snapshot of the last roster, or the files that it is
//! built from.

use std::sync::Arc;

use crate::config::{Env, Paths, env};
use crate::domain::{Instance, InstanceName, PackedRoster, ProfileRow, Result, Roster, Timestamp};
use crate::ops::backend::CtxFactory;
use crate::ops::ctx::Ctx;
use crate::ops::roles::file_profiles::FileProfile;
use crate::ops::roles::load;
use crate::ops::roles::profile::ProfileRole;
use crate::ops::roles::snapshot::{self, PickSettings, RosterSnapshot};
use crate::ops::target::current::{CurrentRole, profile_variable, role_shell_arn};
use crate::ops::target::instances::selected_name;
use crate::os::clock::Clock;
use crate::tui::ShellRole;

use crate::cli::args::Globals;
use crate::cli::{app, ui};

/// The input of the first frame.
pub(in crate::cli) struct PickerInput {
    pub(in crate::cli) env: Env,
    pub(in crate::cli) paths: Paths,
    pub(in crate::cli) settings: PickSettings,
    pub(in crate::cli) instances: Vec<Instance>,
    /// The name that selected them: `--sso` or AWS_SSO.
    pub(in crate::cli) instance_name: Option<String>,
    /// Instances whose list has to be fetched again.
    pub(in crate::cli) stale: Vec<InstanceName>,
    /// The roles, before rules from the configuration are applied.
    pub(in crate::cli) roster: Arc<Roster>,
    /// The snapshot, if the first frame needs only some of its roles.
    pub(in crate::cli) preview: Option<Arc<PackedRoster>>,
    /// The snapshot, if there is one. Nothing is loaded after the first frame then.
    pub(in crate::cli) packed_roster: Option<Arc<PackedRoster>>,
    /// Opens the context of the background thread.
    pub(in crate::cli) open_ctx: CtxFactory,
}

impl PickerInput {
    /// Loads the snapshot, so that neither configuration nor inventories are read before the first
    /// frame. `None` if there is no snapshot, or files have changed since.
    ///
    /// # Errors
    /// If there is no home directory.
    pub(in crate::cli) fn from_snapshot(globals: &Globals, query: &str) -> Result<Option<Self>> {
        let env = Env::from_process();
        let paths = app::paths(&env, globals)?;
        let instance_name = selected_name(&env, globals.sso.as_deref());
        let Some(RosterSnapshot { settings, inventories: read, roster: packed }) =
            snapshot::load(&env, &paths, instance_name.as_deref())
        else {
            return Ok(None);
        };
        ui::init_logging(globals.level.unwrap_or(settings.log_level), settings.log_lines);
        let (instances, now) = (packed.sso_instances().to_vec(), Clock::System.now());
        let packed = Arc::new(packed);
        let old = |(instance, read): (&Instance, &Option<_>)| {
            settings.is_stale(*read, now).then(|| instance.name.clone())
        };
        let stale = instances.iter().zip(&read).filter_map(old).collect();
        // A query has to search all rows; an empty one shows only the first.
        let whole = !query.trim().is_empty();
        let roster = Arc::new(if whole { packed.unpack() } else { Roster::default() });
        let globals = globals.clone();
        Ok(Some(Self {
            preview: (!whole).then(|| packed.clone()),
            packed_roster: Some(packed),
            open_ctx: Box::new(move || app::open(&globals)),
            env,
            paths,
            settings,
            instances,
            instance_name,
            stale,
            roster,
        }))
    }

    /// Builds the list from the files.
    pub(in crate::cli) fn from_ctx(
        ctx: &Arc<Ctx>,
        globals: &Globals,
        instances: &[Instance],
    ) -> Self {
        // The background of the picker has a runtime of its own, and a connection of a runtime that
        // does not run would never answer.
        ctx.runtime.shut_down();
        let (roster, stale) = load::load_preview(ctx, instances);
        let shared = ctx.clone();
        Self {
            env: ctx.env.clone(),
            paths: ctx.paths.clone(),
            settings: PickSettings::from_settings(&ctx.settings),
            instances: instances.to_vec(),
            instance_name: selected_name(&ctx.env, globals.sso.as_deref()),
            stale,
            roster: Arc::new(roster),
            preview: None,
            packed_roster: None,
            open_ctx: Box::new(move || Ok(shared)),
        }
    }
}

impl PickerInput {
    /// Adds the row of the profile that this shell is in to a first frame that has no profiles yet,
    /// so that the picker begins on it.
    pub(in crate::cli) fn add_shell_profile(&mut self) {
        if self.packed_roster.is_some() || !self.settings.pick.profiles {
            return;
        }
        let Some(ShellRole::OtherProfile(name)) =
            shell_role(&self.env, &self.paths, &self.instances)
        else {
            return;
        };
        Arc::make_mut(&mut self.roster).add_profiles([ProfileRow { name, region: None }]);
    }
}

/// Returns the role or profile that this shell is in. The AWS files are read only for AWS_PROFILE.
pub(in crate::cli) fn shell_role(
    env: &Env,
    paths: &Paths,
    instances: &[Instance],
) -> Option<ShellRole> {
    if let Some(role) = CurrentRole::from_env(env) {
        return Some(ShellRole::Role {
            instance: role.instance,
            account: role.account,
            role: role.role,
        });
    }
    let name = profile_variable(env)?;
    match FileProfile::load(paths, instances, name) {
        Some(FileProfile { role: Some(ProfileRole { instance, account, role }), .. }) => {
            Some(ShellRole::Role { instance, account, role })
        }
        Some(FileProfile { role: None, .. }) => Some(ShellRole::OtherProfile(name.to_owned())),
        // Maybe the name that the list gives a role.
        None => Some(ShellRole::Profile(name.to_owned())),
    }
}

/// Returns when the credentials of that role expire, if rolecall exported them.
pub(in crate::cli) fn shell_role_expires_at(env: &Env) -> Option<Timestamp> {
    role_shell_arn(env)?;
    env.get(env::AWS_SSO_SESSION_EXPIRATION).and_then(Timestamp::parse)
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    #[test]
    fn idle_connections_of_the_command_are_closed_before_the_picker_opens() {
        let home = tempfile::tempdir().unwrap();
        let ctx = Ctx::in_home(home.path(), Vec::new());
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let connect = async {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            tokio::spawn(async move {
                let _idle = stream;
                std::future::pending::<()>().await;
            });
            Ok(())
        };
        app::block_on(&ctx, connect).unwrap();
        let (mut peer, _) = server.accept().unwrap();
        peer.set_nonblocking(true).unwrap();
        assert_eq!(peer.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);

        let _input = PickerInput::from_ctx(&ctx, &Globals::default(), &[]);
        peer.set_nonblocking(false).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert_eq!(peer.read(&mut [0]).unwrap(), 0, "the connection is still open");
    }

    #[test]
    fn a_role_shell_has_a_role_and_an_expiry_and_any_other_shell_neither() {
        const ARN: &str = "arn:aws:iam::012345678901:role/Admin";
        const EXPIRY: (&str, &str) = ("AWS_SSO_SESSION_EXPIRATION", "1970-01-01T01:00:00Z");
        let env = |pairs: &[(&'static str, &'static str)]| Env::from_pairs(pairs.iter().copied());
        let home = tempfile::tempdir().unwrap();
        let paths = Ctx::in_home(home.path(), Vec::new()).paths.clone();
        let shell_role = |env: &Env| shell_role(env, &paths, &[]);
        let shell = env(&[("AWS_SSO_ROLE_ARN", ARN), ("ROLECALL_ROLE", ARN), EXPIRY]);
        assert!(
            matches!(shell_role(&shell), Some(ShellRole::Role { role, .. }) if role.as_str() == "Admin")
        );
        assert_eq!(shell_role_expires_at(&shell), Some(Timestamp(3_600)));
        // Variables that the user set alone.
        for other in [env(&[("AWS_SSO_ROLE_ARN", ARN), EXPIRY]), env(&[EXPIRY])] {
            assert_eq!((shell_role(&other), shell_role_expires_at(&other)), (None, None));
        }
    }
}
