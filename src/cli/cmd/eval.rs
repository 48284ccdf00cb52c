//! `eval`: prints commands that put a role into the calling shell or remove it.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Result, escape_unprintable, profile_label};
use crate::ops::assume::Freshness;
use crate::ops::ctx::Ctx;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::current::{CurrentTarget, role_shell_label};
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::profile_variable::check_variable;
use crate::ops::target::selector::RoleSelector;
use crate::os::process::parents::parent_names;
use crate::shell::{
    self, CredentialExport, Dialect, EnvChanges, EnvFormat, PreviousEnv, Recipient,
};
use crate::tui::PickAction;

use crate::cli::access::{self, Consent};
use crate::cli::args::{EvalArgs, FormArg, Globals};
use crate::cli::role_env::{self, EnvOptions};
use crate::cli::{profile_env, role_selector, setup, ui};

/// The reader of the output.
#[derive(Debug, Clone, Copy)]
enum EvalOutput {
    /// The calling shell, and whether its own keys may be overwritten.
    Shell(Dialect, bool),
    /// Another program, in another environment than this one.
    Format(EnvFormat),
}

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: EvalArgs) -> Result<u8> {
    let args = with_old_refresh(args)?;
    let env = Env::from_process();
    let dialect = args.shell.unwrap_or_else(|| calling_dialect(&env));
    if args.clear {
        return clear(&env, dialect);
    }
    let output =
        args.format.map_or(EvalOutput::Shell(dialect, args.overwrite_env), EvalOutput::Format);
    let options = EnvOptions {
        region: args.region,
        no_region: args.no_region,
        form: args.form,
        export_all: args.export_all_env_vars,
        profile: None,
    };
    output.check_terminal(&options)?;
    if matches!(output, EvalOutput::Shell(_, false)) {
        // The shell's own keys conflict with every form, so check before the user picks a role.
        refuse_overwrite(&PreviousEnv::new(env.pairs()), &CredentialExport::Keys)?;
    }
    let ctx = setup::open_or_set_up_unless(globals, |_| {
        role_selector::names_profile(&args.selectors, &args.query)
    })?;
    let consent = Consent::from_flag(args.yes);
    let selector = if args.refresh {
        current_role(&ctx)?
    } else {
        let query = role_selector::join_words(&args.query);
        RoleSelector::new(&ctx, args.selectors.to_role_query(), query)?
    };
    let found = role_selector::resolve_interactive(
        &selector,
        &ctx,
        globals,
        PickAction::Exports,
        consent,
        ProfileRows::Shown,
    )?;
    let options = EnvOptions { profile: selector.profile, ..options };
    let freshness = if args.refresh { Freshness::Fetch } else { Freshness::Cached };
    print_role_env(&ctx, &found, &options, output, freshness)
}

/// Takes `-r` without a region as `--refresh`, which it was before `-r` meant the region.
///
/// # Errors
/// [`ErrorKind::Usage`] if a role is named too, or for `--region` without a region.
fn with_old_refresh(args: EvalArgs) -> Result<EvalArgs> {
    if args.region.as_deref() != Some("") {
        return Ok(args);
    }
    let is_long =
        |arg: &std::ffi::OsString| arg.to_str().is_some_and(|arg| arg.starts_with("--reg"));
    if crate::cli::arguments().iter().any(is_long) {
        return Err(Error::new(ErrorKind::Usage, "`--region` needs a value")
            .hint("write `--region REGION`"));
    }
    if !args.selectors.to_role_query().is_empty() || !args.query.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "`-r` needs a region")
            .hint("write `-r REGION`; to renew this shell's role, `rolecall eval --refresh`"));
    }
    Ok(EvalArgs { refresh: true, region: None, ..args })
}

/// Returns the dialect of the calling shell.
fn calling_dialect(env: &Env) -> Dialect {
    let above = parent_names();
    shell::calling_shell(above.iter().map(String::as_str), env.get(env::SHELL))
}

/// Fails if the output of [`print_for_calling_shell`] would be shown on the screen.
pub(in crate::cli) fn check_terminal(env: &Env) -> Result<()> {
    EvalOutput::Shell(calling_dialect(env), false).check_terminal(&EnvOptions::default())
}

/// Prints commands that put a picked role into the calling shell.
pub(in crate::cli) fn print_for_calling_shell(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    options: &EnvOptions,
) -> Result<u8> {
    print_role_env(
        ctx,
        found,
        options,
        EvalOutput::Shell(calling_dialect(&ctx.env), false),
        Freshness::Cached,
    )
}

/// Prints commands or lines that put a role into the reader's environment.
fn print_role_env(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    options: &EnvOptions,
    output: EvalOutput,
    freshness: Freshness,
) -> Result<u8> {
    if let Some(name) = found.roster.profile(found.entry()) {
        return print_profile_env(ctx, found, &name, options, output);
    }
    output.check_terminal(options)?;
    let (form, previous, recipient) = match output {
        EvalOutput::Shell(_, overwrite) => (
            role_env::resolve_form(ctx, found, options)?,
            role_env::previous_env(ctx),
            Recipient::Shell { overwrite },
        ),
        // The other environment may not have this profile.
        EvalOutput::Format(_) if options.form == Some(FormArg::Profile) => {
            (role_env::resolve_form(ctx, found, options)?, PreviousEnv::default(), Recipient::Child)
        }
        EvalOutput::Format(_) => (CredentialExport::Keys, PreviousEnv::default(), Recipient::Child),
    };
    if recipient == (Recipient::Shell { overwrite: false }) {
        refuse_overwrite(&previous, &form)?;
    }
    let credentials = access::obtain(ctx, found, freshness)?;
    let summary = role_env::describe_change(ctx, found, &credentials, &form);
    let changes =
        role_env::env_changes(ctx, found, &credentials, form, recipient, options, &previous);
    let text = output.render(&changes)?;
    access::record_use(ctx, found, "eval");
    role_env::print_replaced(&previous, &changes);
    ui::print_message(&ui::dim(&summary));
    ui::print_data(&text)?;
    Ok(0)
}

/// Prints commands or lines that put a profile outside of IAM Identity Center into the reader's
/// environment: no secret.
fn print_profile_env(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    name: &str,
    options: &EnvOptions,
    output: EvalOutput,
) -> Result<u8> {
    let recipient = match output {
        EvalOutput::Shell(_, overwrite) => Recipient::Shell { overwrite },
        EvalOutput::Format(_) => Recipient::Child,
    };
    if recipient == (Recipient::Shell { overwrite: false }) {
        let form = CredentialExport::Profile { name: name.to_owned(), with_keys: false };
        refuse_overwrite(&role_env::previous_env(ctx), &form)?;
    }
    let text = output.render(&profile_env::changes(ctx, name, options, recipient)?)?;
    access::record_use(ctx, found, "eval");
    ui::print_message(&ui::dim(&profile_env::describe(ctx, name)));
    ui::print_data(&text)?;
    Ok(0)
}

impl EvalOutput {
    fn render(self, changes: &EnvChanges) -> Result<String> {
        match self {
            Self::Shell(dialect, _) => shell::render(changes, dialect),
            Self::Format(format) => format.render(changes),
        }
    }

    /// Fails if secret keys would be shown on the screen.
    fn check_terminal(self, options: &EnvOptions) -> Result<()> {
        if !std::io::stdout().is_terminal()
            || (options.form == Some(FormArg::Profile) && !options.export_all)
        {
            return Ok(());
        }
        let hint = match self {
            Self::Shell(dialect, _) => {
                format!("evaluate it: {}", dialect.eval_command("rolecall eval"))
            }
            Self::Format(format) => {
                format!("send it to a file or a program: `rolecall eval --format {format} > FILE`")
            }
        };
        Err(Error::new(ErrorKind::Usage, "this would show secret keys on the screen").hint(hint))
    }
}

/// Prints commands that remove rolecall's variables from the shell. Reads only the environment.
fn clear(env: &Env, dialect: Dialect) -> Result<u8> {
    let changes = shell::clear_changes(&PreviousEnv::new(env.pairs()));
    ui::print_message(&ui::dim(&match changes == EnvChanges::default() {
        true => "rolecall: this shell is not in a role".to_owned(),
        false => describe_clear(env, &changes),
    }));
    ui::print_data(&shell::render(&changes, dialect)?)?;
    Ok(0)
}

/// Describes what `--clear` does: the role that the shell leaves, and the profile it has again.
fn describe_clear(env: &Env, changes: &EnvChanges) -> String {
    let role = role_shell_label(env).unwrap_or_else(|| "the role".to_owned());
    let profile = changes.set.iter().find(|(name, _)| name == env::AWS_PROFILE.name());
    let again = profile.map(|(_, profile)| format!("; AWS_PROFILE is {profile} again"));
    escape_unprintable(&format!("left {role}{}", again.unwrap_or_default()))
}

/// Fails if variables would be overwritten that the shell could not restore.
fn refuse_overwrite(previous: &PreviousEnv, form: &CredentialExport) -> Result<()> {
    let names = shell::conflicting_variables(previous, form);
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Usage,
        format!("this shell has credentials of its own: {}", names.join(", ")),
    )
    .hint(
        "add --overwrite-env to replace them, or use `rolecall exec`, which does not \
             change this shell",
    ))
}

/// Returns the role to renew: that of this role shell, else the one that the selector variables
/// name, else the one behind AWS_PROFILE.
fn current_role(ctx: &Ctx) -> Result<RoleSelector> {
    let selector = RoleSelector::default().or_from_env(ctx).or_current(ctx)?;
    if selector.is_empty() {
        if let Some(CurrentTarget::Profile(name)) = CurrentTarget::load(ctx)? {
            let label = profile_label(&name);
            let message = format!("this shell is in {label}, which has nothing to renew");
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("AWS programs get its credentials themselves"));
        }
        check_variable(ctx)?;
        return Err(Error::new(
            ErrorKind::UnknownRole,
            "this shell is not in a role, so there are no credentials to renew",
        )
        .hint("run `rolecall eval` without --refresh to choose one"));
    }
    Ok(selector)
}
