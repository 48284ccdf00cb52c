//! `setup kube`: makes kubectl get its tokens from rolecall instead of the AWS CLI.

use std::path::PathBuf;

use crate::domain::{Error, ErrorKind, Result, escape_unprintable};
use crate::ops::ctx::Ctx;
use crate::ops::kube::{self, KubeconfigPlan, UserChange};

use super::confirm::confirm;
use super::{check_known_keys, diff, messages, open_checked};
use crate::cli::args::{Globals, KubeArgs};
use crate::cli::{app, ui};

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &KubeArgs) -> Result<u8> {
    if args.undo {
        return undo(globals, args);
    }
    let ctx = open_checked(globals)?;
    let files = kube::kubeconfig_files(&ctx, args.kubeconfig.as_deref())?;
    let drafts = files
        .iter()
        .map(|file| kube::plan(&ctx, file, &args.query))
        .collect::<Result<Vec<KubeconfigPlan>>>()?;
    if args.diff {
        let shown = drafts.iter().map(|draft| {
            diff::render_diff(&ctx.paths.abbreviate(&draft.file), &draft.old, &draft.new)
        });
        ui::print_data(&shown.collect::<String>())?;
        drafts.iter().for_each(|draft| print_skipped(&ctx, draft));
        return Ok(0);
    }
    drafts.iter().for_each(|draft| print_draft(&ctx, draft));
    let changing: Vec<&KubeconfigPlan> =
        drafts.iter().filter(|draft| draft.has_changes()).collect();
    if changing.is_empty() {
        return nothing_to_write(&drafts, args);
    }
    confirm(args.yes, "Write this?")?;
    for draft in &changing {
        kube::apply(&ctx, draft)?;
        ui::print_message(&format!(
            "{}: {}",
            ui::bold(&ctx.paths.abbreviate(&draft.file)),
            count_text(draft.converted_count())
        ));
    }
    let whose = changing
        .iter()
        .flat_map(|draft| &draft.users)
        .find(|user| matches!(user.change, UserChange::Converted(_)));
    if let Some(user) = whose.filter(|user| {
        user.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_./@:-".contains(letter))
    }) {
        ui::print_message(&format!(
            "{} kubectl --user {} get --raw /version",
            ui::dim("next:"),
            user.name
        ));
    }
    let named = messages::file_flag("--kubeconfig", args.kubeconfig.as_deref());
    ui::print_command("undo:", &format!("rolecall setup kube --undo{named}"));
    Ok(0)
}

fn undo(globals: &Globals, args: &KubeArgs) -> Result<u8> {
    let ctx = app::open_allowing_no_instances(globals)?;
    check_known_keys(&ctx.env, &ctx.paths)?;
    let files: Vec<PathBuf> = kube::kubeconfig_files(&ctx, args.kubeconfig.as_deref())?;
    let mut done = 0;
    for file in &files {
        match kube::undo(&ctx, file) {
            Ok(undone) => {
                done += 1;
                ui::print_message(&messages::undo_message(&ctx, file, undone));
            }
            // Only some of the files may have been written.
            Err(error) if error.kind == ErrorKind::NoMatch && files.len() > 1 => {}
            Err(error) => return Err(error),
        }
    }
    if done == 0 {
        Err(Error::new(ErrorKind::NoMatch, "there is nothing to undo in these files"))
    } else {
        Ok(0)
    }
}

/// Reports that there is nothing to write. An error only if a query matches no user.
fn nothing_to_write(drafts: &[KubeconfigPlan], args: &KubeArgs) -> Result<u8> {
    if drafts.iter().all(|draft| draft.users.is_empty()) {
        if !args.query.is_empty() {
            let error = Error::new(
                ErrorKind::NoMatch,
                format!("no user of EKS matches `{}`", escape_unprintable(&args.query.join(" "))),
            );
            return Err(error.hint("run `rolecall setup kube --diff` to see all of them"));
        }
        ui::print_message(
            "none of its users gets tokens from EKS; `aws eks update-kubeconfig --name CLUSTER` \
             adds one",
        );
    } else {
        ui::print_message(&ui::dim("nothing to write"));
    }
    Ok(0)
}

fn print_draft(ctx: &Ctx, draft: &KubeconfigPlan) {
    if draft.users.is_empty() {
        return;
    }
    ui::print_message(&ui::bold(&ctx.paths.abbreviate(&draft.file)));
    let width = draft
        .users
        .iter()
        .map(|user| escape_unprintable(&user.name).chars().count())
        .max()
        .unwrap_or(0)
        .min(60);
    for user in &draft.users {
        let name = escape_unprintable(&user.name);
        let pad = " ".repeat(width.saturating_sub(name.chars().count()));
        match &user.change {
            UserChange::Converted(role) => {
                ui::print_message(&format!("  ~ {name}{pad}  {}", escape_unprintable(role)))
            }
            UserChange::AlreadyConverted => {
                ui::print_message(&ui::dim(&format!("    {name}{pad}  already asks rolecall")))
            }
            UserChange::Skipped(reason) => ui::print_message(&ui::dim(&format!(
                "    {name}{pad}  not changed: {}",
                escape_unprintable(reason)
            ))),
        }
    }
}

fn print_skipped(ctx: &Ctx, draft: &KubeconfigPlan) {
    for user in &draft.users {
        if let UserChange::Skipped(reason) = &user.change {
            ui::print_message(&format!(
                "{}: {} is not changed: {}",
                ctx.paths.abbreviate(&draft.file),
                escape_unprintable(&user.name),
                escape_unprintable(reason)
            ));
        }
    }
}

fn count_text(count: usize) -> String {
    format!(
        "{count} {}",
        if count == 1 { "user now asks rolecall" } else { "users now ask rolecall" }
    )
}
