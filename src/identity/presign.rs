//! The token that an EKS cluster takes: a signed request for GetCallerIdentity, which the cluster
//! sends to STS in our place. Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::domain::{Credentials, Error, Region, Result, Secret, Timestamp, hex};

/// Everything but the unreserved characters, as Signature Version 4 wants it.
const URI_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What is signed besides the host: it binds the token to one cluster.
const SIGNED_HEADERS: &str = "host;x-k8s-aws-id";
/// SHA-256 of an empty body.
const EMPTY_BODY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A token for the cluster of this name (of a local cluster: its id), signed at `now`. EKS takes it
/// for 15 minutes, and no longer than the credentials live.
///
/// # Errors
/// Only if the key can't be hashed, which no key does.
pub fn eks_token(
    credentials: &Credentials,
    region: &Region,
    cluster: &str,
    now: Timestamp,
) -> Result<Secret<String>> {
    let url = presign(credentials, region, cluster, now)?;
    Ok(Secret::new(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url.expose()))))
}

/// The request as an address with everything in its query.
fn presign(
    credentials: &Credentials,
    region: &Region,
    cluster: &str,
    now: Timestamp,
) -> Result<Secret<String>> {
    let moment = now.to_rfc3339().replace(['-', ':'], "");
    let day = moment.get(..8).unwrap_or_default();
    let scope = format!("{day}/{region}/sts/aws4_request");
    let host = format!("sts.{region}.{}", region.partition().dns_suffix());
    let mut query = vec![
        ("Action", "GetCallerIdentity".to_owned()),
        ("Version", "2011-06-15".to_owned()),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("X-Amz-Credential", format!("{}/{scope}", credentials.access_key_id)),
        ("X-Amz-Date", moment.clone()),
        ("X-Amz-Expires", "60".to_owned()),
        ("X-Amz-SignedHeaders", SIGNED_HEADERS.to_owned()),
    ];
    if !credentials.session_token.expose().is_empty() {
        query.push(("X-Amz-Security-Token", credentials.session_token.expose().clone()));
    }
    let sent = encode_query(&query);
    query.sort();
    let canonical = format!(
        "GET\n/\n{}\nhost:{host}\nx-k8s-aws-id:{}\n\n{SIGNED_HEADERS}\n{EMPTY_BODY_SHA256}",
        encode_query(&query),
        cluster.trim()
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let first = Secret::new(format!("AWS4{}", credentials.secret_access_key.expose()).into_bytes());
    let key = [day, region.as_str(), "sts", "aws4_request"]
        .into_iter()
        .try_fold(first, |key, part| hmac_sha256(&key, part))?;
    let signature = hmac_sha256(&key, &to_sign)?;
    Ok(Secret::new(format!("https://{host}/?{sent}&X-Amz-Signature={}", hex(signature.expose()))))
}

fn encode_query(query: &[(&str, String)]) -> String {
    let pair = |(name, value): &(&str, String)| {
        format!("{name}={}", utf8_percent_encode(value, URI_ENCODE_SET))
    };
    query.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn hmac_sha256(key: &Secret<Vec<u8>>, text: &str) -> Result<Secret<Vec<u8>>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose())
        .map_err(|_| Error::internal("a key could not be used for signing"))?;
    mac.update(text.as_bytes());
    Ok(Secret::new(mac.finalize().into_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(region: &str, token: &str, at: &str) -> String {
        let credentials = Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "secret".into(),
            session_token: token.into(),
            expires_at: Timestamp(0),
            issued_at: Timestamp(0),
            account: "012345678901".parse().unwrap(),
        };
        let token = eks_token(
            &credentials,
            &Region::new(region),
            "my-cluster",
            Timestamp::parse(at).unwrap(),
        )
        .unwrap();
        let bytes =
            URL_SAFE_NO_PAD.decode(token.expose().strip_prefix("k8s-aws-v1.").unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_token_is_what_the_aws_cli_makes() {
        assert_eq!(
            url("eu-west-1", "tok/en+==", "2026-11-21T21:52:36Z"),
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261121T215236Z\
             &X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=tok%2Fen%2B%3D%3D\
             &X-Amz-Signature=7d7a67a5776aa0fe538271576c375df91bac645f60be5a05adc7c3a77d2b03b6"
        );
    }

    #[test]
    fn every_partition_has_its_own_host() {
        for (region, host, signature) in [
            (
                "us-gov-west-1",
                "sts.us-gov-west-1.amazonaws.com",
                "d6fd33d318e68ee82d1f4a3cb508ab0a8ba6352b24e50d7e4c198f292f83077e",
            ),
            (
                "cn-north-1",
                "sts.cn-north-1.amazonaws.com.cn",
                "59f156997f383671cc4264a9ce98e9ca539d47f2b544568352b952172a73317a",
            ),
        ] {
            let url = url(region, "tok/en+==", "2026-11-21T21:52:37Z");
            assert!(url.starts_with(&format!("https://{host}/?")), "{url}");
            assert!(url.ends_with(&format!("&X-Amz-Signature={signature}")), "{url}");
        }
        assert!(
            url("eusc-de-east-1", "", "2026-11-21T21:52:37Z")
                .starts_with("https://sts.eusc-de-east-1.amazonaws.eu/?")
        );
    }
}
