//! `eks-token`: prints the ExecCredential that kubectl asks for, signed locally; as fast as
//! `process`.

use serde::{Deserialize, Serialize};

use crate::config::{Env, env};
use crate::domain::{Credentials, Error, ErrorKind, Instance, Region, Result, Timestamp, Window};
use crate::identity::eks_token;
use crate::ops::target::resolve::RoleQuery;
use crate::os::clock::Clock;

use crate::cli::args::{EksTokenArgs, Globals};
use crate::cli::machine_credentials::{self, CredentialRequest};
use crate::cli::{role_selector, ui};

/// Lifetime of a token in seconds: EKS accepts it for 15 minutes, and clocks differ.
const TOKEN_LIFETIME: i64 = 14 * 60;
/// The version that every kubectl since 1.11 understands.
const DEFAULT_API_VERSION: &str = "client.authentication.k8s.io/v1beta1";

/// Runs the command: never prompts, prints nothing but the document on stdout.
pub(in crate::cli) fn run(globals: &Globals, args: &EksTokenArgs) -> Result<u8> {
    if args.cluster.trim().is_empty() {
        return Err(Error::new(ErrorKind::Usage, "`--cluster` is empty")
            .hint("run `kubectl config view` to see the cluster's name"));
    }
    let env = Env::from_process();
    let version = requested_version(env.get(env::KUBERNETES_EXEC_INFO));
    if let Some(warning) = version.warning {
        ui::print_warning(&Error::new(ErrorKind::Usage, warning));
    }
    let named = args.selectors.to_role_query().with_words(&args.query);
    // `.` is this shell's role, as without a role.
    let named = if named.query.as_deref() == Some(".") { RoleQuery::default() } else { named };
    let (globals, wanted) = role_selector::query_or_env(&env, globals, named);
    let requested = args.region.clone().or_else(|| {
        [env::AWS_REGION, env::AWS_DEFAULT_REGION]
            .iter()
            .find_map(|var| env.get(*var))
            .map(str::to_owned)
    });
    let request = CredentialRequest {
        window: Window::default(),
        auto_login: false,
        wait: None,
        use_cached: true,
        store: true,
        from_shell: true,
        command: "eks-token",
    };
    machine_credentials::with_credentials(
        env,
        &globals,
        wanted,
        &request,
        |credentials, instance| {
            let region = requested.map_or_else(|| default_region(instance), Region::new);
            ui::print_data(&exec_credential(
                credentials,
                &region,
                args.cluster.trim(),
                version.api,
                Clock::System.now(),
            )?)?;
            Ok(0)
        },
    )
}

/// Returns the default region: any regional STS endpoint of the partition works.
fn default_region(instance: &Instance) -> Region {
    instance.default_region.as_ref().unwrap_or(&instance.sso_region).clone()
}

/// The version of the response.
#[derive(Debug, PartialEq, Eq)]
struct ExecApiVersion {
    api: &'static str,
    warning: Option<&'static str>,
}

/// Returns the version that KUBERNETES_EXEC_INFO asks for, or the default one.
fn requested_version(info: Option<&str>) -> ExecApiVersion {
    #[derive(Deserialize)]
    struct ExecInfo {
        #[serde(rename = "apiVersion")]
        api_version: String,
    }
    let Some(info) = info else {
        return ExecApiVersion { api: DEFAULT_API_VERSION, warning: None };
    };
    let requested = serde_json::from_str::<ExecInfo>(info).map(|info| info.api_version);
    match requested.as_deref() {
        Ok("client.authentication.k8s.io/v1") => {
            ExecApiVersion { api: "client.authentication.k8s.io/v1", warning: None }
        }
        Ok(DEFAULT_API_VERSION) => ExecApiVersion { api: DEFAULT_API_VERSION, warning: None },
        Ok("client.authentication.k8s.io/v1alpha1") => ExecApiVersion {
            api: "client.authentication.k8s.io/v1alpha1",
            warning: Some(
                "kubectl asks for client.authentication.k8s.io/v1alpha1, which Kubernetes 1.24 \
                 removed: write v1beta1 into the kubeconfig",
            ),
        },
        Ok(_) => ExecApiVersion {
            api: DEFAULT_API_VERSION,
            warning: Some(
                "KUBERNETES_EXEC_INFO asks for an unknown apiVersion; the answer is v1beta1",
            ),
        },
        Err(_) => ExecApiVersion {
            api: DEFAULT_API_VERSION,
            warning: Some("KUBERNETES_EXEC_INFO is not what kubectl writes; the answer is v1beta1"),
        },
    }
}

/// The document that kubectl reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredential<'a> {
    kind: &'static str,
    api_version: &'a str,
    spec: EmptySpec,
    status: ExecCredentialStatus<'a>,
}

#[derive(Serialize)]
struct EmptySpec {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredentialStatus<'a> {
    expiration_timestamp: String,
    token: &'a str,
}

fn exec_credential(
    credentials: &Credentials,
    region: &Region,
    cluster: &str,
    version: &str,
    now: Timestamp,
) -> Result<String> {
    let token = eks_token(credentials, region, cluster, now)?;
    // A token expires with the credentials that signed it.
    let expires = now.plus_seconds(TOKEN_LIFETIME).min(credentials.expires_at);
    let status =
        ExecCredentialStatus { expiration_timestamp: expires.to_rfc3339(), token: token.expose() };
    let document =
        ExecCredential { kind: "ExecCredential", api_version: version, spec: EmptySpec {}, status };
    let text =
        serde_json::to_string(&document).map_err(|error| Error::internal(error.to_string()))?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version_for(info: &str) -> (&'static str, bool) {
        let version = requested_version(Some(info));
        (version.api.rsplit('/').next().unwrap(), version.warning.is_some())
    }

    #[test]
    fn the_answer_has_the_version_that_kubectl_asks_for() {
        for (requested, want) in [
            ("v1", ("v1", false)),
            ("v1beta1", ("v1beta1", false)),
            ("v1alpha1", ("v1alpha1", true)),
            ("v2", ("v1beta1", true)),
        ] {
            let info = format!(
                r#"{{"apiVersion":"client.authentication.k8s.io/{requested}","kind":"ExecCredential","spec":{{"interactive":false}}}}"#
            );
            assert_eq!(version_for(&info), want, "{requested}");
        }
        assert_eq!(version_for("{"), ("v1beta1", true));
        assert_eq!(version_for(r#"{"kind":"ExecCredential"}"#), ("v1beta1", true));
        assert_eq!(
            requested_version(None),
            ExecApiVersion { api: DEFAULT_API_VERSION, warning: None }
        );
    }

    #[test]
    fn a_token_ends_with_its_credentials() {
        let credentials = Credentials {
            access_key_id: "ASIA".into(),
            secret_access_key: "s".into(),
            session_token: "t".into(),
            issued_at: Timestamp(0),
            expires_at: Timestamp(600),
            account: "012345678901".parse().unwrap(),
        };
        let document = |now| {
            exec_credential(
                &credentials,
                &Region::new("eu-west-1"),
                "c",
                DEFAULT_API_VERSION,
                Timestamp(now),
            )
            .unwrap()
        };
        assert!(document(0).starts_with(
            r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{},"status":{"expirationTimestamp":"1970-01-01T00:10:00Z","token":"k8s-aws-v1."#
        ));
        assert!(document(-840).contains("1970-01-01T00:00:00Z"));
    }
}
