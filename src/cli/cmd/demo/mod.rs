//! `demo`: runs the program against a simulated organisation, in a temporary home.

mod serve;
mod shell;
mod states;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::config::{Env, env};
use crate::demo::{self, DeviceApproval, Simulator, SimulatorOptions};
use crate::domain::{Error, ErrorKind, Instance, Result, RoleName, RosterEntry};
use crate::identity::Flow;
use crate::ops::assume::{AssumeRequest, assume};
use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::Ctx;
use crate::ops::refresh::store;
use crate::ops::roles::{history, load, snapshot};
use crate::ops::sign_in::{SignInOptions, sessions, sign_in};
use crate::os::platform::HOME_IS_USER_PROFILE;
use crate::os::process::ChildCommand;
use crate::os::process::signals::TerminationGuard;
use crate::os::{atomic_file, browser, random};

use crate::cli::app::{self, Caller};
use crate::cli::args::{ColorChoice, DemoArgs, DemoState, Globals};
use crate::cli::{pass_on, ui};
use crate::os::process::own_program;

/// How long a sign-in is shown before it approves itself, if there is no browser.
const AUTO_APPROVE_DELAY: Duration = Duration::from_secs(4);

/// The passphrase of the vault, which holds nothing but made-up secrets.
const PASSPHRASE: &str = "sesame";

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: DemoArgs) -> Result<u8> {
    let is_serve = args.command.first().is_some_and(|word| word == "serve");
    if is_serve && let Some(outcome) = serve::check_args(&args.command[1..]) {
        return outcome;
    }
    let is_shell = args.command.first().is_some_and(|word| word == "shell");
    if is_shell && let Some(outcome) = shell::check_args(&args.command[1..]) {
        return outcome;
    }
    if globals.config.is_some() {
        let message = "the demo has its own configuration and does not take `--config`";
        return Err(Error::new(ErrorKind::Usage, message)
            .hint("to change its settings, start `rolecall demo shell`"));
    }
    let simulator = demo::start(SimulatorOptions {
        accounts: args.accounts,
        roles: args.roles,
        ..SimulatorOptions::default()
    })?;
    let mut demo_home = DemoHome::new(&simulator)?;
    let home = demo_home.home.clone();
    // Remove the temporary home on a termination signal too.
    let guard = TerminationGuard::new(move || drop(fs::remove_dir_all(&home)))?;
    if args.state.is_none_or(states::has_history) {
        populate(
            &demo_home,
            &simulator,
            args.state.map_or(StoredCredentials::OfRecentRoles, states::stored_credentials),
        )?;
    }
    simulator.set_latency(Duration::from_millis(args.latency));
    simulator.set_throttle(args.throttle);
    if let Some(state) = args.state {
        states::prepare(state, &mut demo_home, &simulator)?;
    }
    let simulator = Some(simulator).filter(|_| args.state != Some(DemoState::Offline));
    if !has_browser() {
        if let Some(simulator) = &simulator {
            simulator.set_approval(DeviceApproval::After(AUTO_APPROVE_DELAY));
        }
        if args.command.is_empty() || is_serve || is_shell {
            let seconds = AUTO_APPROVE_DELAY.as_secs();
            ui::print_message(&ui::dim(&format!(
                "demo: no browser, so sign-ins approve themselves after {seconds} s"
            )));
        }
    }
    if is_serve {
        return serve::run(&demo_home, simulator);
    }
    if is_shell {
        drop(guard);
        let code = shell::run(&demo_home)?;
        drop((simulator, demo_home));
        return Ok(pass_on(code));
    }
    let name = inner_name(&args);
    let mut words = forwarded_flags(globals);
    words.extend(args.command);
    // From here on signals go to the inner program, and this process ends with it.
    drop(guard);
    let code = ChildCommand {
        program: own_program()?.into(),
        args: words,
        set: demo_home.variables(),
        unset: user_variables(),
    }
    .run_forwarding_signals(&name)?;
    drop((simulator, demo_home));
    Ok(pass_on(code))
}

/// Returns how the user calls the inner program: `rolecall demo` and the flags that differ from the
/// defaults.
fn inner_name(args: &DemoArgs) -> String {
    let usual = DemoArgs::default();
    let number = |flag: &str, value: String, is_usual: bool| {
        if is_usual { Vec::new() } else { vec![flag.to_owned(), value] }
    };
    let state = args.state.and_then(|state| state.to_possible_value());
    let words = [
        vec!["rolecall".to_owned(), "demo".to_owned()],
        number("--accounts", args.accounts.to_string(), args.accounts == usual.accounts),
        number("--roles", args.roles.to_string(), args.roles == usual.roles),
        number("--latency", args.latency.to_string(), args.latency == usual.latency),
        args.throttle.map_or_else(Vec::new, |limit| number("--throttle", limit.to_string(), false)),
        state.map_or_else(Vec::new, |state| number("--state", state.get_name().to_owned(), false)),
    ];
    words.concat().join(" ")
}

/// Returns the global flags for the inner program, as far as the user typed them.
fn forwarded_flags(globals: &Globals) -> Vec<OsString> {
    let mut words = Vec::new();
    if let Some(sso) = &globals.sso {
        words.extend(["--sso".into(), sso.into()]);
    }
    if let Some(browser) = &globals.browser {
        words.extend(["--browser".into(), browser.into()]);
    }
    if let Some(action) = globals.url_action {
        words.extend(["--url-action".into(), action.as_str().into()]);
    }
    if globals.lines {
        words.push("--lines".into());
    }
    let word = |value: Option<PossibleValue>| value.map(|value| OsString::from(value.get_name()));
    let level = globals.level.map(|level| level.as_str().into());
    let color = Some(globals.color).filter(|color| *color != ColorChoice::default());
    let color = word(color.and_then(|color| color.to_possible_value()));
    for (flag, value) in [("--level", level), ("--color", color)] {
        words.extend(value.into_iter().flat_map(|value| [flag.into(), value]));
    }
    words
}

/// Variables that must not reach the inner program: it would use the user's own files or keys.
fn user_variables() -> Vec<String> {
    let ours = |name: &str| {
        ["AWS_", "ROLECALL_", "XDG_", "ZDOTDIR"].iter().any(|prefix| name.starts_with(prefix))
    };
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| ours(name))
        .collect()
}

/// Whether a browser can be opened on this machine.
fn has_browser() -> bool {
    let here = Env::from_process();
    let far = here.get(env::SSH_CONNECTION).is_some();
    let named = here.get(env::BROWSER).is_some();
    let display = here.get(env::DISPLAY).is_some() || here.get(env::WAYLAND_DISPLAY).is_some();
    named || (!far && (display || browser::needs_no_display()))
}

/// The temporary home; removed when dropped.
struct DemoHome {
    home: PathBuf,
    url: String,
    /// The passphrase of its vault, if the environment passes one.
    passphrase: Option<String>,
}

impl DemoHome {
    fn new(simulator: &Simulator) -> Result<DemoHome> {
        let home = std::env::temp_dir().join(format!("rolecall-demo-{}", random::token::<9>()?));
        let demo_home = DemoHome {
            home,
            url: simulator.url().to_owned(),
            passphrase: Some(PASSPHRASE.to_owned()),
        };
        let organisation = simulator.organization();
        demo_home.write_config(&demo::config(&organisation))?;
        atomic_file::save(
            &demo_home.home.join(".aws/config"),
            demo::aws_config(&organisation).as_bytes(),
        )?;
        for (file, rules) in demo::endpoint_rules(simulator.url()) {
            atomic_file::save(&demo_home.home.join(file), rules.as_bytes())?;
        }
        atomic_file::save(
            &demo_home.home.join(".kube/config"),
            demo::kubeconfig(&organisation).as_bytes(),
        )?;
        atomic_file::save(
            &demo_home.home.join(".bashrc"),
            b"PS1='\\[\\e[36m\\]${ROLECALL_LABEL:-demo}\\[\\e[0m\\] \\$ '\neval \"$(rolecall init bash)\"\n",
        )?;
        atomic_file::save(
            &demo_home.home.join(".zshrc"),
            b"PROMPT='%F{cyan}${ROLECALL_LABEL:-demo}%f %# '\nsetopt promptsubst\n\
              eval \"$(rolecall init zsh)\"\n",
        )?;
        atomic_file::save(
            &demo_home.home.join(".config/fish/config.fish"),
            b"rolecall init fish | source\n",
        )?;
        Ok(demo_home)
    }

    /// Writes the configuration: the common part, then these lines.
    fn write_config(&self, text: &str) -> Result<()> {
        let settings = "secure_store = \"file\"\nkey_cache = \"never\"\n\
            share_token_cache = \"never\"\n\
            prefer_roles = [\"ReadOnlyAccess\", \"PowerUserAccess\", \"*\"]\n\n";
        atomic_file::save(
            &self.home.join("rolecall/config.toml"),
            format!("{settings}{text}").as_bytes(),
        )
    }

    /// Returns the variables that point the inner program to the simulator and away from the user's
    /// files.
    fn variables(&self) -> Vec<(String, String)> {
        let inside = |path: &str| self.home.join(path).to_string_lossy().into_owned();
        let own = own_program()
            .ok()
            .and_then(|exe| exe.parent().map(Path::to_path_buf))
            .unwrap_or_default();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path)))
            .unwrap_or(path);
        let profile =
            HOME_IS_USER_PROFILE.then(|| ("USERPROFILE", self.home.to_string_lossy().into_owned()));
        let passphrase =
            self.passphrase.iter().map(|passphrase| ("AWS_SSO_FILE_PASSWORD", passphrase.clone()));
        [
            ("HOME", self.home.to_string_lossy().into_owned()),
            ("ROLECALL_HOME", inside("rolecall")),
            ("AWS_CONFIG_FILE", inside(".aws/config")),
            ("AWS_SHARED_CREDENTIALS_FILE", inside(".aws/credentials")),
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("ROLECALL_SIGNIN_URL", self.url.clone()),
            ("ROLECALL_DEMO", self.url.clone()),
            ("KUBECONFIG", inside(".kube/config")),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("NO_PROXY", "127.0.0.1,localhost".into()),
            ("PATH", path.to_string_lossy().into_owned()),
        ]
        .into_iter()
        .chain(profile)
        .chain(passphrase)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// Returns the inner program's environment, without a browser.
    fn environment(&self) -> Env {
        let gone = user_variables();
        let hidden = |name: &str| {
            ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].contains(&name)
                || gone.iter().any(|other| other == name)
        };
        let mut all: BTreeMap<OsString, OsString> =
            std::env::vars_os().filter(|(name, _)| !name.to_str().is_some_and(hidden)).collect();
        all.extend(self.variables().into_iter().map(|(name, value)| (name.into(), value.into())));
        Env::from_pairs(all)
    }
}

impl Drop for DemoHome {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Fills the home through the program's own functions: both directories are fetched, one session is
/// open, a few roles were used.
fn populate(
    demo_home: &DemoHome,
    simulator: &Simulator,
    credentials: StoredCredentials,
) -> Result<()> {
    let ctx = app::open_in_env(demo_home.environment(), &Globals::default(), Caller::Program)?;
    simulator.set_latency(Duration::ZERO);
    simulator.set_throttle(None);
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            sign_in_and_approve(&ctx, instance).await?;
            let limits = store::refresh_limits(&ctx, Some(16));
            store::refresh_and_store(&ctx, instance, limits, &mut |_| {}).await?;
        }
        record_sample_uses(&ctx, credentials).await?;
        // The second directory stays signed out, so that both states are visible.
        for instance in ctx.instances.iter().skip(1) {
            sessions::sign_out(&ctx, instance).await?;
        }
        Ok(())
    })?;
    snapshot::rebuild_if_stale(&ctx.env, &ctx.paths, None);
    Ok(())
}

/// Signs in and approves it as the user would.
async fn sign_in_and_approve(ctx: &Arc<Ctx>, instance: &Instance) -> Result<()> {
    let approve = |step: SignInStep| {
        if let SignInStep::Open { url, .. } = step {
            // Without a thread the sign-in is not approved and times out.
            drop(crate::os::thread::spawn("approve", move || demo::approve(&url)));
        }
    };
    sign_in(
        ctx,
        instance,
        SignInOptions { flow: Some(Flow::Pkce), ..SignInOptions::default() },
        &approve,
    )
    .await
}

/// Which roles have stored credentials at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StoredCredentials {
    /// Those that were used within the hour.
    OfRecentRoles,
    /// None.
    None,
}

/// Roles of the made-up history: minutes ago, and whether credentials are still stored.
const SAMPLE_USES: [(&str, &str, i64, bool); 7] = [
    ("payments-prod", "ReadOnlyAccess", 12, true),
    ("checkout-staging", "PowerUserAccess", 47, true),
    ("payments-prod", "AdministratorAccess", 130, false),
    ("Zürich Analytics", "ReadOnlyAccess", 1_500, false),
    ("payments-prod", "ReadOnlyAccess", 1_560, false),
    ("network", "NetworkAdministrator", 2_900, false),
    ("checkout-staging", "PowerUserAccess", 4_400, false),
];

async fn record_sample_uses(ctx: &Arc<Ctx>, credentials: StoredCredentials) -> Result<()> {
    let roster = load::load_roster(ctx, &ctx.instances);
    for (account, role, minutes, keep) in SAMPLE_USES {
        let is_it = |entry: &&RosterEntry| &*entry.account_alias == account && &*entry.role == role;
        let Some(entry) = roster
            .entries
            .iter()
            .find(is_it)
            .or_else(|| roster.entries.iter().find(|entry| &*entry.account_alias == account))
        else {
            continue;
        };
        let at = ctx.clock.now().plus_seconds(-minutes * 60);
        history::record(ctx, roster.id(entry), "exec", at)?;
        if keep && credentials == StoredCredentials::OfRecentRoles {
            assume(
                ctx,
                &AssumeRequest::new(
                    roster.instance(entry),
                    entry.account,
                    RoleName::new(&*entry.role),
                ),
            )
            .await?;
        }
    }
    Ok(())
}
