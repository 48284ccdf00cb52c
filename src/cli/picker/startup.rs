//! What the picker opens on: the list as it is remembered, or else as the files say.

use std::sync::Arc;

use crate::config::{Env, Paths};
use crate::domain::{Instance, InstanceName, PackedRoster, Result, Roster};
use crate::ops::backend::CtxFactory;
use crate::ops::ctx::Ctx;
use crate::ops::refresh::store;
use crate::ops::roles::snapshot::{self, PickSettings, RosterSnapshot};
use crate::ops::target::current::{CurrentRole, profile_variable};
use crate::ops::target::instances::selected_name;
use crate::os::clock::Clock;
use crate::tui::ShellRole;

use crate::cli::args::Globals;
use crate::cli::{app, ui};

/// Everything that the first frame is made of.
pub(in crate::cli) struct PickerInput {
    /// The environment.
    pub(in crate::cli) env: Env,
    /// Where things are.
    pub(in crate::cli) paths: Paths,
    /// The settings that the picker obeys.
    pub(in crate::cli) settings: PickSettings,
    /// The instances to show.
    pub(in crate::cli) instances: Vec<Instance>,
    /// The name that chose them, if one did.
    pub(in crate::cli) instance_name: Option<String>,
    /// Those whose list is to be read anew.
    pub(in crate::cli) stale: Vec<InstanceName>,
    /// The roles, as far as they are known without another look at rules.
    pub(in crate::cli) roster: Arc<Roster>,
    /// The roles as they are remembered, where the first frame needs no more than some of them.
    pub(in crate::cli) preview: Option<Arc<PackedRoster>>,
    /// The same, wherever they are remembered: then nothing has to be read after the first frame
    /// either.
    pub(in crate::cli) packed_roster: Option<Arc<PackedRoster>>,
    /// Makes the surroundings of all that happens behind the screen.
    pub(in crate::cli) open_ctx: CtxFactory,
}

impl PickerInput {
    /// The list as it is remembered: neither configuration nor inventories are read before the
    /// first frame. `None` when it is not, or when the files have changed since.
    ///
    /// # Errors
    /// When there is no home directory.
    pub(in crate::cli) fn from_snapshot(globals: &Globals, query: &str) -> Result<Option<Self>> {
        let env = Env::from_process();
        let paths = app::paths(&env, globals)?;
        let named = selected_name(&env, globals.sso.as_deref());
        let Some(RosterSnapshot { settings, inventories: read, roster: sheet }) =
            snapshot::load(&env, &paths, named.as_deref())
        else {
            return Ok(None);
        };
        ui::init_logging(globals.level.unwrap_or(settings.log_level), settings.log_lines);
        let (instances, now) = (sheet.instances().to_vec(), Clock::System.now());
        let sheet = Arc::new(sheet);
        let old = |(instance, read): (&Instance, &Option<_>)| {
            settings.is_stale(*read, now).then(|| instance.name.clone())
        };
        let stale = instances.iter().zip(&read).filter_map(old).collect();
        // Something to search for needs all the rows; an empty query does with the first ones.
        let whole = !query.trim().is_empty();
        let roster = Arc::new(if whole { sheet.unpack() } else { Roster::default() });
        let globals = globals.clone();
        Ok(Some(Self {
            preview: (!whole).then(|| sheet.clone()),
            packed_roster: Some(sheet),
            open_ctx: Box::new(move || app::open(&globals)),
            env,
            paths,
            settings,
            instances,
            instance_name: named,
            stale,
            roster,
        }))
    }

    /// The list as the files say.
    pub(in crate::cli) fn from_ctx(
        ctx: &Arc<Ctx>,
        globals: &Globals,
        instances: &[Instance],
    ) -> Self {
        let (roster, stale) = store::load_preview(ctx, instances);
        let ours = ctx.clone();
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
            open_ctx: Box::new(move || Ok(ours)),
        }
    }
}

/// Returns the role that this shell is in, from its environment alone.
pub(in crate::cli) fn shell_role(env: &Env) -> Option<ShellRole> {
    if let Some(role) = CurrentRole::from_env(env) {
        return Some(ShellRole::Role {
            instance: role.instance,
            account: role.account,
            role: role.role,
        });
    }
    Some(ShellRole::Profile(profile_variable(env)?.to_owned()))
}
