//! Verification of AWS Signature Version 4: parses a request's signature and computes the expected
//! one.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;
use crate::os::http::HttpRequest;

/// The characters that are percent-encoded: all but the unreserved ones.
const URI_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The signature of a request, from the header or the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// The access key ID.
    pub(super) access_key_id: String,
    /// Day, region and service: `20261121`, `eu-west-1`, `sts`.
    scope: [String; 3],
    /// `20261121T215236Z`.
    pub(super) date: String,
    /// Names in lower case, in order.
    signed_headers: Vec<String>,
    /// The signature in hexadecimal.
    value: String,
    /// The session token that goes with the key.
    pub(super) session_token: Option<String>,
    location: SignatureLocation,
}

/// The part of the request that holds the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignatureLocation {
    Header,
    /// The query of a presigned URL.
    Query,
}

/// Why a request's signature can't be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureError {
    /// The request has no signature.
    Missing,
    /// The signature lacks this part.
    Incomplete(&'static str),
}

impl Signature {
    /// Parses the `Authorization` header, or the `X-Amz-` parameters of a presigned URL.
    pub(super) fn parse(request: &HttpRequest) -> Result<Self, SignatureError> {
        match request.header("authorization") {
            Some(header) => Self::from_header(request, header),
            None if request.param("X-Amz-Signature").is_some() => Self::from_query(request),
            None => Err(SignatureError::Missing),
        }
    }

    fn from_header(request: &HttpRequest, header: &str) -> Result<Self, SignatureError> {
        let rest = header
            .strip_prefix("AWS4-HMAC-SHA256")
            .ok_or(SignatureError::Incomplete("AWS4-HMAC-SHA256"))?;
        let part = |name: &'static str| {
            let found = rest
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_owned()).ok_or(SignatureError::Incomplete(name))
        };
        let date = request
            .header("x-amz-date")
            .ok_or(SignatureError::Incomplete("X-Amz-Date"))?
            .to_owned();
        let token = request.header("x-amz-security-token").map(str::to_owned);
        Self::from_parts(
            &part("Credential")?,
            date,
            &part("SignedHeaders")?,
            part("Signature")?,
            token,
            SignatureLocation::Header,
        )
    }

    fn from_query(request: &HttpRequest) -> Result<Self, SignatureError> {
        let part = |name: &'static str| request.param(name).ok_or(SignatureError::Incomplete(name));
        if part("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
            return Err(SignatureError::Incomplete("X-Amz-Algorithm"));
        }
        let (credential, date, signed) =
            (part("X-Amz-Credential")?, part("X-Amz-Date")?, part("X-Amz-SignedHeaders")?);
        Self::from_parts(
            &credential,
            date,
            &signed,
            part("X-Amz-Signature")?,
            request.param("X-Amz-Security-Token"),
            SignatureLocation::Query,
        )
    }

    fn from_parts(
        credential: &str,
        date: String,
        signed: &str,
        value: String,
        token: Option<String>,
        location: SignatureLocation,
    ) -> Result<Self, SignatureError> {
        let [key, day, region, service, "aws4_request"] =
            credential.split('/').collect::<Vec<_>>()[..]
        else {
            return Err(SignatureError::Incomplete("Credential"));
        };
        let scope = [day, region, service].map(str::to_owned);
        let signed = signed.split(';').map(str::to_owned).collect();
        Ok(Self {
            access_key_id: key.to_owned(),
            scope,
            date,
            signed_headers: signed,
            value,
            session_token: token,
            location,
        })
    }

    /// The region in the scope.
    pub(super) fn region(&self) -> &str {
        &self.scope[1]
    }

    /// The service in the scope.
    pub(super) fn service(&self) -> &str {
        &self.scope[2]
    }

    /// The time of the signature.
    pub(super) fn signed_at(&self) -> Option<Timestamp> {
        let date = &self.date;
        let parts =
            [date.get(..4)?, date.get(4..6)?, date.get(6..11)?, date.get(11..13)?, date.get(13..)?];
        Timestamp::parse(&format!(
            "{}-{}-{}:{}:{}",
            parts[0], parts[1], parts[2], parts[3], parts[4]
        ))
    }

    /// Whether the signature was made with this secret for this request and service, and covers all
    /// required headers.
    pub(super) fn is_valid_for(&self, request: &HttpRequest, secret: &str, service: &str) -> bool {
        let required: &[&str] = match (self.location, &self.session_token) {
            (SignatureLocation::Query, _) => &["host"],
            (SignatureLocation::Header, Some(_)) => &["host", "x-amz-date", "x-amz-security-token"],
            (SignatureLocation::Header, None) => &["host", "x-amz-date"],
        };
        let covered =
            required.iter().all(|name| self.signed_headers.iter().any(|signed| signed == name));
        let scope_matches = self.scope[2] == service && self.date.starts_with(&self.scope[0]);
        covered
            && scope_matches
            && self.payload_matches(request)
            && self.expected(request, secret) == self.value
    }

    /// Whether the body is the one that the header `x-amz-content-sha256` names. S3 requires the
    /// header, which may also say that the body is not signed.
    fn payload_matches(&self, request: &HttpRequest) -> bool {
        match request.header("x-amz-content-sha256") {
            None => self.service() != "s3" || self.location == SignatureLocation::Query,
            Some("UNSIGNED-PAYLOAD") => true,
            Some(digest) => {
                digest.starts_with("STREAMING-") || digest == hex(&Sha256::digest(&request.body))
            }
        }
    }

    /// The last line of the canonical request.
    fn payload_digest(&self, request: &HttpRequest) -> String {
        match (request.header("x-amz-content-sha256"), self.location) {
            (Some(digest), _) => digest.to_owned(),
            (None, SignatureLocation::Query) if self.service() == "s3" => {
                "UNSIGNED-PAYLOAD".to_owned()
            }
            (None, _) => hex(&Sha256::digest(&request.body)),
        }
    }

    /// Computes the signature with this secret.
    fn expected(&self, request: &HttpRequest, secret: &str) -> String {
        let canonical = self.canonical_request(request);
        let scope = format!("{}/aws4_request", self.scope.join("/"));
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            self.date,
            hex(&Sha256::digest(canonical.as_bytes()))
        );
        let root_key = format!("AWS4{secret}").into_bytes();
        let key = self
            .scope
            .iter()
            .map(String::as_str)
            .chain(["aws4_request"])
            .fold(root_key, |key, part| hmac_sha256(&key, part));
        hex(&hmac_sha256(&key, &to_sign))
    }

    fn canonical_request(&self, request: &HttpRequest) -> String {
        let headers: String = self
            .signed_headers
            .iter()
            .map(|name| format!("{name}:{}\n", header_value(request, name)))
            .collect();
        let body = self.payload_digest(request);
        let query = canonical_query(&request.query);
        format!(
            "{}\n{}\n{query}\n{headers}\n{}\n{body}",
            request.method,
            request.path,
            self.signed_headers.join(";")
        )
    }
}

/// Returns all values of a header, trimmed and with runs of spaces collapsed.
fn header_value(request: &HttpRequest, name: &str) -> String {
    let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(",")
}

/// Returns the query parameters, re-encoded and sorted, without the signature itself.
fn canonical_query(query: &str) -> String {
    let encode = |part: &str| {
        utf8_percent_encode(&percent_decode_str(part).decode_utf8_lossy(), URI_ENCODE_SET)
            .to_string()
    };
    let pairs = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(key, value)| (encode(key), encode(value))).collect();
    pairs.retain(|(key, _)| key != "X-Amz-Signature");
    pairs.sort();
    pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC accepts keys of any length, so this error can't occur; an empty result matches no
    // signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str, headers: &[(&'static str, &str)]) -> HttpRequest {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        HttpRequest {
            method: http::Method::GET,
            path: "/".into(),
            query: query.into(),
            headers,
            body: Default::default(),
        }
    }

    #[test]
    fn the_example_in_the_aws_documentation_verifies() {
        let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
        );
        let request = request(
            "Action=ListUsers&Version=2010-05-08",
            &[
                ("authorization", &authorization),
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("host", "iam.amazonaws.com"),
                ("x-amz-date", "20150830T123600Z"),
            ],
        );
        let parsed = Signature::parse(&request).unwrap();
        assert_eq!(parsed.signed_at(), Timestamp::parse("2015-08-30T12:36:00Z"));
        assert!(parsed.is_valid_for(&request, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "iam"));
        assert!(!parsed.is_valid_for(&request, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEX", "iam"));
        assert!(!parsed.is_valid_for(&request, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "sts"));
    }

    /// Verifies a signature that `aws eks get-token` made for this key and cluster.
    fn eks(host: &str, scope: &str, date: &str, signature: &str) -> bool {
        let query = format!(
            "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261121%2F{scope}%2Fsts%2Faws4_request&X-Amz-Date={date}&X-Amz-Expires=60\
             &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=tok%2Fen%2B%3D%3D&X-Amz-Signature={signature}"
        );
        let request = request(&query, &[("host", host), ("x-k8s-aws-id", "my-cluster")]);
        let parsed = Signature::parse(&request).unwrap();
        assert_eq!(parsed.session_token.as_deref(), Some("tok/en+=="));
        parsed.is_valid_for(&request, "secret", "sts")
    }

    #[test]
    fn presigned_urls_of_the_aws_cli_verify() {
        let ireland = "7d7a67a5776aa0fe538271576c375df91bac645f60be5a05adc7c3a77d2b03b6";
        assert!(eks("sts.eu-west-1.amazonaws.com", "eu-west-1", "20261121T215236Z", ireland));
        let gov = "d6fd33d318e68ee82d1f4a3cb508ab0a8ba6352b24e50d7e4c198f292f83077e";
        assert!(eks("sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "20261121T215237Z", gov));
        assert!(!eks("sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "20261121T215238Z", gov));
    }

    #[test]
    fn a_missing_or_incomplete_signature_is_an_error() {
        assert_eq!(Signature::parse(&request("", &[])), Err(SignatureError::Missing));
        let headers = [
            ("authorization", "AWS4-HMAC-SHA256 Credential=A/B/C/D/aws4_request"),
            ("x-amz-date", "20150830T123600Z"),
        ];
        assert_eq!(
            Signature::parse(&request("", &headers)),
            Err(SignatureError::Incomplete("SignedHeaders"))
        );
    }
}
