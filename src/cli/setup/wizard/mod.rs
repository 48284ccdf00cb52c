//! `setup wizard`: sets up an instance from its start URL, with a question for each missing flag.

mod questions;
mod roles;

use std::sync::Arc;

use crate::config::env;
use crate::domain::{Error, ErrorKind, Instance, InstanceName, Result};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::{self, ProfileChange, ProfileRequest, ProfileSelection};
use crate::ops::roles::load;
use crate::ops::setup::{discover, hook, instance};
use crate::ops::sign_in::SignInOptions;
use crate::ops::target::lookup::refresh_list;
use crate::os::clock::Clock;
use crate::os::process::parents::parent_names;
use crate::shell::calling_shell;
use crate::shell::hooks::{HookSetup, hook_setup};

use crate::cli::args::{Globals, ProfilesArgs, WizardArgs};
use crate::cli::interaction::Terminal;
use crate::cli::{app, sign_in_ui, ui};

use super::profiles::{RegionQuestion, write};
use questions::Questions;

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &WizardArgs) -> Result<u8> {
    let ctx = app::open_creating_config(globals)?;
    super::check_known_keys(&ctx.env, &ctx.paths)?;
    if !ctx.instances.is_empty() && args.start_url.is_none() {
        let names: Vec<&str> =
            ctx.instances.iter().map(|instance| instance.name.as_str()).collect();
        ui::print_message(&ui::dim(&format!(
            "already set up: {}; this adds another one",
            names.join(", ")
        )));
    }
    let Some(name) = write_instance(&ctx, globals, args, false)? else { return Ok(0) };
    // Load the configuration again, as it was written.
    let ctx = app::open(globals)?;
    let instance = ctx.instance(name.as_str())?.clone();
    let mut written = false;
    if ui::can_prompt() {
        app::block_on(&ctx, sign_in(&ctx, &instance))?;
        roles::print_roles(&ctx, &instance);
        written = !args.yes && offer_profiles(&ctx, globals, &instance)?;
    }
    let hook = offer_hook(&ctx, ui::can_prompt() && !args.yes)?;
    print_next_steps(&ctx, &instance, written, hook.as_ref());
    Ok(0)
}

/// Offers `setup profiles --all` for this instance and returns whether the user accepted. Enter
/// alone is a no, because the file belongs to other programs too.
fn offer_profiles(ctx: &Ctx, globals: &Globals, instance: &Instance) -> Result<bool> {
    let request = ProfileRequest {
        selection: ProfileSelection::All,
        instances: vec![instance.name.clone()],
        ..ProfileRequest::default()
    };
    // If no profile can be planned there is nothing to offer; `setup profiles` reports why.
    let Ok(draft) = profiles::plan(ctx, &request) else { return Ok(false) };
    let file = ctx.paths.abbreviate(&draft.report.file);
    let question = match draft.report.count(ProfileChange::Added) {
        0 => return Ok(false),
        1 => format!("Write a profile for the role into {file}, so that every AWS tool knows it?"),
        many => format!(
            "Write profiles for {many} roles into {file}, so that every AWS tool knows them?"
        ),
    };
    if !ui::confirm(&format!("\n{question}"))? {
        return Ok(false);
    }
    let globals = Globals { sso: Some(instance.name.to_string()), ..globals.clone() };
    let args = ProfilesArgs { all: true, ..ProfilesArgs::default() };
    write(&globals, &args, RegionQuestion::Asked).map(|_| true)
}

/// Sets up the first instance for a command that needs one.
///
/// # Errors
/// As [`run`]; [`ErrorKind::Cancelled`] if the user gives up.
pub(super) fn first_run(globals: &Globals) -> Result<()> {
    ui::print_message(
        "No IAM Identity Center is set up on this machine yet. All it takes is one address.",
    );
    let ctx = app::open_allowing_no_instances(globals)?;
    if let Some(name) = write_instance(&ctx, globals, &WizardArgs::default(), true)? {
        let ctx = app::open(globals)?;
        let instance = ctx.instance(name.as_str())?.clone();
        app::block_on(&ctx, sign_in(&ctx, &instance))?;
    }
    Ok(())
}

/// Asks and writes the instance; `None` if there is nothing to write. `in_a_hurry` limits the
/// questions to the necessary ones.
fn write_instance(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    args: &WizardArgs,
    in_a_hurry: bool,
) -> Result<Option<InstanceName>> {
    let questions =
        Questions { ctx, args, can_prompt: ui::can_prompt(), essential_only: in_a_hurry };
    let portal = questions.portal()?;
    if let Some(known) = ctx.instances.iter().find(|known| known.start_url == portal.start_url)
        && args.name.as_deref().is_none_or(|name| name == known.name.as_str())
    {
        ui::print_message(&format!(
            "{} is already set up, as {}",
            portal.start_url,
            ui::bold(known.name.as_str())
        ));
        ui::print_message(&ui::dim(
            "to set it up twice, for two users, give it another name with --name",
        ));
        return Ok(None);
    }
    let region = questions.region(&portal)?;
    let name = questions.name(&portal, globals.sso.as_deref())?;
    let default = questions.default_region()?;
    questions.confirm_write(&instance::render_table(
        &name,
        &portal.start_url,
        &region,
        default.as_ref(),
    ))?;
    instance::add_instance(&ctx.paths, &name, &portal.start_url, &region, default.as_ref())?;
    ui::print_message(&ui::dim(&format!(
        "[instances.{name}] is in {}",
        ctx.paths.abbreviate(&ctx.paths.config_file)
    )));
    Ok(Some(name))
}

async fn sign_in(ctx: &Arc<Ctx>, instance: &Instance) -> Result<()> {
    sign_in_ui::sign_in_at_terminal(ctx, instance, SignInOptions::default()).await?;
    if load::is_instance_stale(ctx, instance) {
        refresh_list(ctx, &Terminal, instance, None).await?;
    }
    Ok(())
}

/// Offers to add the calling shell's hook to its start-up file. Returns the hook if it is still
/// missing. Enter alone is a no.
fn offer_hook(ctx: &Ctx, asks: bool) -> Result<Option<HookSetup>> {
    let shell = calling_shell(parent_names().iter().map(String::as_str), ctx.env.get(env::SHELL));
    let places = ctx.paths.home.as_deref().zip(ctx.paths.config_home(&ctx.env));
    let hook = places
        .and_then(|(home, config)| hook_setup(shell, home, &config))
        .filter(|hook| !hook.is_installed());
    // Some shells need another command first; that one is only printed.
    let Some(offered) = hook.as_ref().filter(|hook| asks && hook.setup_command.is_none()) else {
        return Ok(hook);
    };
    let file = ctx.paths.abbreviate(&offered.file);
    ui::print_message(&format!(
        "\n`role` sets a role in the {shell} that you are in. It needs one line at the end of \
         {file}:\n  {}",
        offered.line
    ));
    if !ui::confirm("Add it?")? {
        return Ok(hook);
    }
    match hook::append_hook(offered, &ctx.paths.recovery_dir()) {
        Ok(()) => {
            ui::print_message(&format!("{file}: added; every new {shell} has `role`"));
            Ok(None)
        }
        // The instance is set up, so this is only a warning.
        Err(error) => {
            ui::print_warning(&error);
            Ok(hook)
        }
    }
}

/// Prints commands to run next.
fn print_next_steps(ctx: &Ctx, instance: &Instance, written: bool, hook: Option<&HookSetup>) {
    let name = &instance.name;
    let mut steps = Vec::new();
    if !ui::can_prompt() {
        steps.push((format!("rolecall login --sso {name}"), "sign in"));
    }
    steps.push(("rolecall".to_owned(), "pick a role and use it"));
    if !written {
        let meaning = "see profiles for the AWS CLI and the SDKs; without --diff, write them";
        steps.push(("rolecall setup profiles --all --diff".to_owned(), meaning));
    }
    let file = hook.map(|hook| {
        format!(
            "`role` in every {}: add this line to {}",
            hook.shell,
            ctx.paths.abbreviate(&hook.file)
        )
    });
    if let (Some(hook), Some(file)) = (hook, &file) {
        steps.extend(hook.setup_command.map(|once| (once.to_owned(), "once, for the line below")));
        steps.push((hook.line.to_owned(), file));
    }
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    ui::print_message("\nnext:");
    for (command, meaning) in steps {
        ui::print_message(&format!(
            "  {}{}  {}",
            ui::bold(&command),
            " ".repeat(width - command.len()),
            ui::dim(meaning)
        ));
    }
}
