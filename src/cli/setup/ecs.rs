//! `setup ecs`: renews or deletes the tokens of the credentials endpoint, creates its certificate
//! authority, and prints a unit that runs it.

use std::collections::BTreeMap;

use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::ecs::authority::StoredAuthorityUse;
use crate::ops::ecs::lock_without_server;
use crate::ops::ecs::service_command::ServiceFile;
use crate::ops::ecs::{authority, client, launchd_agent, stored_slots, systemd_unit, token_file};
use crate::server::{ServedName, SlotName};

use crate::cli::args::{EcsSetupArgs, Globals};
use crate::cli::{app, ui};

/// Runs the command, with or without a running server.
pub(super) fn run(globals: &Globals, args: &EcsSetupArgs) -> Result<u8> {
    let ctx = app::open_allowing_no_instances(globals)?;
    if args.launchd {
        print_service(&launchd_agent::render(&ctx)?)?;
    } else if args.systemd {
        print_service(&systemd_unit::render(&ctx)?)?;
    } else if !args.tls.is_empty() {
        let stored_use = match args.rotate {
            true => StoredAuthorityUse::Replace,
            false => StoredAuthorityUse::Keep,
        };
        set_up_tls(&ctx, &args.tls, stored_use)?;
    } else if args.rotate {
        report(&rotate(&ctx)?, "has a new token");
    } else {
        report(&delete(&ctx)?, "is empty");
        if authority::delete(&ctx)? {
            ui::print_message("the certificate authority is deleted");
            warn_about_running_server(&ctx)?;
        }
    }
    Ok(0)
}

/// Prints a service, and names the variables that it lacks.
fn print_service(service: &ServiceFile) -> Result<()> {
    ui::print_data(&service.text)?;
    for name in &service.omitted {
        let message = format!("{name} is left out, because it contains a password");
        ui::print_warning(&Error::new(ErrorKind::Config, message).hint(format!(
            "set {name} in the service if the server needs it, and let only yourself read the file"
        )));
    }
    Ok(())
}

fn rotate(ctx: &Ctx) -> Result<Vec<SlotName>> {
    // A server that started now would serve the old tokens.
    if let Some(_lock) = lock_without_server(&ctx.paths)? {
        let stored = stored_slots::rotate_all(ctx)?;
        let (slots, tokens): (Vec<_>, BTreeMap<_, _>) = stored
            .into_iter()
            .map(|content| (content.slot.clone(), (content.slot, content.token)))
            .unzip();
        let token = |slot: &SlotName| {
            tokens.get(slot).cloned().ok_or_else(|| Error::internal("a slot without a token"))
        };
        token_file::update(&ctx.env, &ctx.paths, &slots, token)?;
        return Ok(slots);
    }
    let slots = client::rotate(&ctx.paths)?.ok_or_else(starting)?;
    let token = |slot: &SlotName| Ok(client::access(&ctx.paths, slot.clone())?.token);
    token_file::update(&ctx.env, &ctx.paths, &slots, token)?;
    Ok(slots)
}

fn delete(ctx: &Ctx) -> Result<Vec<SlotName>> {
    let slots = match lock_without_server(&ctx.paths)? {
        Some(_lock) => stored_slots::delete_all(ctx)?,
        None => {
            client::find_status(&ctx.paths)?.ok_or_else(starting)?;
            client::unload(&ctx.paths, None)?
        }
    };
    token_file::remove(&ctx.env, &ctx.paths, &slots)?;
    Ok(slots)
}

/// The error for a server that has not bound its socket yet.
fn starting() -> Error {
    Error::new(ErrorKind::Os, "the credentials endpoint is starting").hint("try again in a moment")
}

fn report(slots: &[SlotName], done: &str) {
    for slot in slots {
        ui::print_message(&format!("the slot `{slot}` {done}"));
    }
    if slots.is_empty() {
        ui::print_message("no slots are stored");
    }
}

/// Creates the authority unless it exists for these names and is kept, and prints how clients trust
/// it.
fn set_up_tls(ctx: &Ctx, names: &[ServedName], stored_use: StoredAuthorityUse) -> Result<()> {
    ctx.vault.ensure_ready()?;
    let before = authority::load(ctx)?;
    let authority = authority::load_or_create(ctx, names, stored_use)?;
    if before.is_none_or(|before| before.root() != authority.root()) {
        warn_about_running_server(ctx)?;
    }
    let names: Vec<String> = authority.names().iter().map(ToString::to_string).collect();
    if authority.intermediate().is_none() {
        warn_about_ignored_limits(&names);
    }
    let names = names.join(", ");
    let file = authority::certificate_file(&ctx.paths);
    let until = authority.expires_at().to_rfc3339();
    let until = until.split('T').next().unwrap_or(&until);
    ui::print_data(&format!(
        "\
# {file} lets clients trust {names} and names below, until {until}.
# Copy it to each client as rolecall.pem. It is not secret.

# AWS SDKs for Go and Rust, curl: trust it on Debian or Ubuntu
sudo cp rolecall.pem /usr/local/share/ca-certificates/rolecall.crt && sudo update-ca-certificates
# … or without root, together with the authorities of AWS
cat /etc/ssl/certs/ca-certificates.crt rolecall.pem > bundle.pem
export SSL_CERT_FILE=$PWD/bundle.pem AWS_CA_BUNDLE=$PWD/bundle.pem

# AWS SDK for JavaScript
export NODE_EXTRA_CA_CERTS=$PWD/rolecall.pem

# AWS SDK for Java: a trust store for one program
cp \"$JAVA_HOME/lib/security/cacerts\" truststore && chmod u+w truststore
keytool -importcert -noprompt -keystore truststore -storepass changeit -alias rolecall -file rolecall.pem
java -Djavax.net.ssl.trustStore=$PWD/truststore -Djavax.net.ssl.trustStorePassword=changeit …

# AWS CLI and boto3 ignore AWS_CA_BUNDLE for this endpoint and use the bundle of certifi
cat rolecall.pem >> \"$(python3 -m certifi)\"
",
        file = file.display()
    ))
}

/// An authority that was created without an intermediate works as before.
fn warn_about_ignored_limits(names: &[String]) {
    let message = "the authority is of an older kind: Java does not limit it to its names";
    ui::print_warning(&Error::new(ErrorKind::Config, message).hint(format!(
        "run `rolecall setup ecs --tls {} --rotate`, and give the new certificate to clients",
        names.join(" ")
    )));
}

/// A server keeps its certificate until it ends.
fn warn_about_running_server(ctx: &Ctx) -> Result<()> {
    let status = client::find_status(&ctx.paths)?;
    if status.is_some_and(|status| status.url.starts_with("https://")) {
        let message = "the running server uses its old certificate";
        ui::print_warning(
            &Error::new(ErrorKind::Config, message)
                .hint("run `rolecall ecs stop`, then `rolecall ecs run`"),
        );
    }
    Ok(())
}
