//! Credentials of a role for a credentials endpoint that outlives them, and what would keep
//! programs from using it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::awsconfig::{AwsConfig, DefaultCredentialKey};
use crate::config::AutoLogin;
use crate::domain::{ErrorKind, Instance, Result, RoleArn};
use crate::os::atomic_file;
use crate::os::thread::current_thread_runtime;
use crate::server::{CredentialsSource, FetchReason, FetchedCredentials};

use crate::ops::assume::{AssumeRequest, assume};
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::roles::chain::Chains;
use crate::ops::sign_in::background::await_sign_in;

/// How long a sign-in in the background may take before the caller gets an error.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(20);

/// Returns the function that gets a role's credentials for an endpoint's slot. If the user is not
/// signed in, `auto_login = "always"` is set and a caller waits, `start` starts a helper that signs
/// in; otherwise no browser opens.
pub fn credential_source(
    ctx: Arc<Ctx>,
    request: AssumeRequest,
    start: impl Fn() -> Result<()> + Send + Sync + 'static,
) -> CredentialsSource {
    let start = Arc::new(start);
    Box::new(move |occasion| {
        let (ctx, request, start) = (ctx.clone(), request.clone(), start.clone());
        Box::pin(async move {
            let may_sign_in =
                occasion == FetchReason::Requested && ctx.settings.auto_login == AutoLogin::Always;
            let assumed = match assume(&ctx, &request).await {
                Err(error) if error.kind == ErrorKind::LoginNeeded && may_sign_in => {
                    sign_in_on_own_thread(ctx.clone(), request.instance.clone(), start).await?;
                    assume(&ctx, &request).await
                }
                other => other,
            };
            assumed.map(|assumed| FetchedCredentials {
                credentials: assumed.credentials,
                role_arn: chained_role_arn(&ctx, &request),
                warning: assumed.warning,
            })
        })
    })
}

/// Waits for a sign-in in the background. It starts a process and reads files all the time, for
/// which the other slots must not wait.
async fn sign_in_on_own_thread(
    ctx: Arc<Ctx>,
    instance: Instance,
    start: Arc<impl Fn() -> Result<()> + Send + Sync + 'static>,
) -> Result<()> {
    run_blocking(move || {
        let waiting = await_sign_in(&ctx, &instance, SIGN_IN_TIMEOUT, || start(), |_| {});
        current_thread_runtime()?.block_on(waiting)
    })
    .await
}

/// Returns the ARN of a chained role. That of a role of the access portal has a suffix that neither
/// the portal nor the credentials reveal.
fn chained_role_arn(ctx: &Ctx, request: &AssumeRequest) -> Option<String> {
    let chains = Chains::from_settings(&ctx.settings).ok()?;
    chains.route(&request.role_id()).ok()??;
    Some(RoleArn::format(&request.instance.sso_region, request.account, &request.role))
}

/// Returns the place that gives the default profile credentials, which SDKs would use before they
/// ask an endpoint.
///
/// # Errors
/// [`ErrorKind::Os`] if one of the AWS files can't be read.
pub fn default_profile_conflict(ctx: &Ctx) -> Result<Option<(PathBuf, DefaultCredentialKey)>> {
    for path in [&ctx.paths.aws_credentials, &ctx.paths.aws_config] {
        let bytes = atomic_file::load(path)?;
        if let Some(found) = AwsConfig::parse(bytes.unwrap_or_default()).default_credential_key() {
            return Ok(Some((path.clone(), found)));
        }
    }
    Ok(None)
}
