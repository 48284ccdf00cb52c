//! S3: ListBuckets and ListObjects, for callers that sign with credentials of the simulator.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::domain::Timestamp;
use crate::os::http::{HttpRequest, HttpResponse};

use super::authentication::authenticate;
use super::resources::{Bucket, BucketObject, buckets, find_account};
use super::service_error::{HandlerResult, ServiceError, SimulatedService};
use super::state::SimulatorState;
use super::wire::{escape, new_request_id};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// ListBuckets.
pub(super) fn list_buckets(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::S3)?;
    let Some((directory, account)) = find_account(&state.organization, caller.account) else {
        return Err(no_such_bucket());
    };
    let region = &directory.region;
    let prefix = request.param("prefix").unwrap_or_default();
    let in_region = request.param("bucket-region").is_none_or(|wanted| wanted == *region);
    let found = buckets(account)
        .into_iter()
        .filter(|bucket| in_region && bucket.name.starts_with(&prefix))
        .collect();
    let (page, next) = page_after(
        found,
        |bucket: &Bucket| &bucket.name,
        request.param("continuation-token"),
        request.param("max-buckets"),
    );
    let list: String = page
        .iter()
        .map(|Bucket { name, created_at, .. }| {
            format!(
                "<Bucket><Name>{name}</Name><CreationDate>{}</CreationDate>\
                 <BucketRegion>{region}</BucketRegion></Bucket>",
                s3_time(*created_at)
            )
        })
        .collect();
    let next = next.map(|token| format!("<ContinuationToken>{token}</ContinuationToken>"));
    Ok(xml_response(&format!(
        "<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Owner><ID>{}</ID></Owner>\
         <Buckets>{list}</Buckets>{}</ListAllMyBucketsResult>",
        account.id,
        next.unwrap_or_default()
    )))
}

/// ListObjectsV2 and ListObjects, with a prefix and a delimiter.
pub(super) fn list_objects(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let caller = authenticate(state, request, SimulatedService::S3)?;
    let name = bucket_name(request);
    let account = find_account(&state.organization, caller.account).map(|(_, account)| account);
    let bucket = account
        .and_then(|account| buckets(account).into_iter().find(|bucket| bucket.name == name))
        .ok_or_else(no_such_bucket)?;
    let param = |key: &str| request.param(key).filter(|value| !value.is_empty());
    let (prefix, delimiter) = (param("prefix").unwrap_or_default(), param("delimiter"));
    let listing = list_entries(bucket.objects, &prefix, delimiter.as_deref());
    let after =
        param("continuation-token").or_else(|| param("start-after")).or_else(|| param("marker"));
    let (page, next) = page_after(listing, Entry::key, after, param("max-keys"));
    let encode = |text: &str| match param("encoding-type").as_deref() {
        Some("url") => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        _ => escape(text),
    };
    let list: String = page
        .iter()
        .map(|entry| match entry {
            Entry::Object(object) => format!(
                "<Contents><Key>{}</Key><LastModified>{}</LastModified><Size>{}</Size>\
                 <StorageClass>STANDARD</StorageClass></Contents>",
                encode(&object.key),
                s3_time(object.modified_at),
                object.size_bytes
            ),
            Entry::Prefix(prefix) => {
                format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", encode(prefix))
            }
        })
        .collect();
    let next = next.map(|token| {
        // Clients send the token back as it is; `encoding-type` does not apply to it.
        format!(
            "<NextContinuationToken>{}</NextContinuationToken><NextMarker>{}</NextMarker>",
            escape(&token),
            encode(&token)
        )
    });
    let encoding = param("encoding-type")
        .map(|encoding| format!("<EncodingType>{}</EncodingType>", escape(&encoding)));
    Ok(xml_response(&format!(
        "<ListBucketResult xmlns=\"{NAMESPACE}\"><Name>{name}</Name><Prefix>{}</Prefix>{}{}\
         <KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>{list}{}</ListBucketResult>",
        encode(&prefix),
        delimiter
            .map(|text| format!("<Delimiter>{}</Delimiter>", encode(&text)))
            .unwrap_or_default(),
        encoding.unwrap_or_default(),
        page.len(),
        next.is_some(),
        next.unwrap_or_default()
    )))
}

/// Any other request.
pub(super) fn unknown_request(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    authenticate(state, request, SimulatedService::S3)?;
    Err(ServiceError::new(501, "NotImplemented", "the demo's S3 lists buckets and objects only"))
}

/// Whether a request lists the objects of a bucket.
pub(super) fn is_list_objects(request: &HttpRequest) -> bool {
    let bucket = request.path.trim_start_matches('/').trim_end_matches('/');
    let others = ["location", "acl", "policy", "versioning", "tagging", "versions", "uploads"];
    request.method == Method::GET
        && !bucket.contains('/')
        && !request.params().iter().any(|(key, _)| others.contains(&key.as_str()))
}

fn bucket_name(request: &HttpRequest) -> String {
    percent_decode_str(request.path.trim_matches('/')).decode_utf8_lossy().into_owned()
}

fn no_such_bucket() -> ServiceError {
    ServiceError::new(404, "NoSuchBucket", "The specified bucket does not exist")
}

/// An entry of a listing.
enum Entry {
    Object(BucketObject),
    /// The common start of several keys, up to the delimiter.
    Prefix(String),
}

impl Entry {
    fn key(&self) -> &str {
        match self {
            Self::Object(object) => &object.key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

/// Lists the objects with a prefix; those with a delimiter after it are grouped.
fn list_entries(objects: Vec<BucketObject>, prefix: &str, delimiter: Option<&str>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = objects
        .into_iter()
        .filter(|object| object.key.starts_with(prefix))
        .map(|object| {
            let rest = &object.key[prefix.len()..];
            let end = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
            match end {
                Some(end) => Entry::Prefix(object.key[..prefix.len() + end].to_owned()),
                None => Entry::Object(object),
            }
        })
        .collect();
    entries.sort_by(|one, other| one.key().cmp(other.key()));
    entries.dedup_by(|one, other| one.key() == other.key());
    entries
}

/// Returns the items after a key, at most so many, and the key to continue after.
fn page_after<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> &str,
    after: Option<String>,
    limit: Option<String>,
) -> (Vec<T>, Option<String>) {
    let limit = limit.and_then(|limit| limit.parse().ok()).unwrap_or(1_000_usize);
    let mut rest: Vec<T> = items
        .into_iter()
        .filter(|item| after.as_deref().is_none_or(|after| key(item) > after))
        .collect();
    let truncated = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| truncated).map(|last| key(last).to_owned());
    (rest, next)
}

/// Formats a time as S3 does: with milliseconds.
fn s3_time(time: Timestamp) -> String {
    time.to_rfc3339().replace('Z', ".000Z")
}

fn xml_response(body: &str) -> HttpResponse {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    HttpResponse::new(200, "application/xml", body)
        .with_header("x-amz-request-id", new_request_id())
}
