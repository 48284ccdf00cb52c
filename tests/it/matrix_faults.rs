//! The faults of the matrix: wrong answers of AWS or of a middlebox.

use std::time::Duration;

use rolecall::testing::demo::{Delivery, Fault, FaultReply, ReplyEdit, ReplySource};
use serde_json::{Value, json};

/// A number of times that is never reached.
const ALWAYS: usize = usize::MAX;

/// The class of a fault, which decides the allowed outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The answer is right, or has oddities that do not matter.
    Harmless,
    /// The first answers are bad, the next one is good.
    Passing,
    /// AWS itself rejects the token or the client.
    Unauthorized,
    /// AWS itself denies access.
    Refused,
    /// AWS answers every request with 429 or 5xx.
    Busy,
    /// The answer is not from AWS, is incomplete, or cannot be true.
    Broken,
    /// A page of a list is valid by itself, but the list is not.
    List,
}

/// One row of the matrix.
pub(crate) struct FaultRow {
    /// A description for the page of the documentation.
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    /// Whether the run takes long because an answer is late.
    pub(crate) slow: bool,
    /// The faults for an operation; empty if the row does not concern it.
    script: fn(&Operation) -> Vec<ScriptedReply>,
}

/// The properties of an operation that faults depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its name, as [`rolecall::testing::demo::Fault`] takes it.
    pub(crate) name: &'static str,
    /// The pointer to the field without which the answer is worthless; empty if the answer has no
    /// body.
    main: &'static str,
    /// The pointer to a time or a duration, and its unit.
    time: Option<(&'static str, Unit)>,
    /// The pointer to the list, if the answer has one.
    list: Option<&'static str>,
    /// The format of its errors.
    errors: Errors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Milliseconds since 1970.
    Epoch,
    /// RFC 3339.
    Text,
    /// Seconds from now.
    Seconds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errors {
    Oidc,
    Json,
    Xml,
    Pages,
}

/// One scripted answer, and how often it is given.
struct ScriptedReply(usize, FaultReply);

const fn operation(name: &'static str, main: &'static str, errors: Errors) -> Operation {
    Operation { name, main, time: None, list: None, errors }
}

const fn timed(
    name: &'static str,
    main: &'static str,
    time: &'static str,
    unit: Unit,
    errors: Errors,
) -> Operation {
    Operation { name, main, time: Some((time, unit)), list: None, errors }
}

const fn list(name: &'static str, main: &'static str, list: &'static str) -> Operation {
    Operation { name, main, time: None, list: Some(list), errors: Errors::Json }
}

/// Every operation whose answers rolecall reads.
pub(crate) const OPERATIONS: [Operation; 13] = [
    timed("RegisterClient", "/clientId", "/clientSecretExpiresAt", Unit::Seconds, Errors::Oidc),
    timed("StartDeviceAuthorization", "/deviceCode", "/expiresIn", Unit::Seconds, Errors::Oidc),
    timed("CreateToken:device_code", "/accessToken", "/expiresIn", Unit::Seconds, Errors::Oidc),
    timed(
        "CreateToken:authorization_code",
        "/accessToken",
        "/expiresIn",
        Unit::Seconds,
        Errors::Oidc,
    ),
    timed("CreateToken:refresh_token", "/accessToken", "/expiresIn", Unit::Seconds, Errors::Oidc),
    list("ListAccounts", "/accountList/0/accountId", "/accountList"),
    list("ListAccountRoles", "/roleList/0/roleName", "/roleList"),
    timed(
        "GetRoleCredentials",
        "/roleCredentials/secretAccessKey",
        "/roleCredentials/expiration",
        Unit::Epoch,
        Errors::Json,
    ),
    operation("Logout", "", Errors::Json),
    timed("AssumeRole", "/SecretAccessKey", "/Expiration", Unit::Text, Errors::Xml),
    timed("GetFederationToken", "/SecretAccessKey", "/Expiration", Unit::Text, Errors::Xml),
    operation("GetCallerIdentity", "/Arn", Errors::Xml),
    operation("GetSigninToken", "/SigninToken", Errors::Pages),
];

impl Operation {
    /// The operation of this name.
    pub(crate) fn from_name(name: &str) -> Self {
        OPERATIONS
            .into_iter()
            .find(|operation| operation.name == name)
            .unwrap_or_else(|| panic!("no operation is called {name}"))
    }

    /// AWS's own error, in the format of the operation's service.
    fn error(&self, status: u16, name: &str, message: &str) -> FaultReply {
        match self.errors {
            Errors::Oidc => {
                let body = json!({ "error": oauth(name), "error_description": message });
                FaultReply::json(status, body.to_string()).with_header("x-amzn-errortype", name)
            }
            Errors::Json | Errors::Pages => {
                let body = json!({ "__type": name, "message": message });
                FaultReply::json(status, body.to_string()).with_header("x-amzn-errortype", name)
            }
            Errors::Xml => {
                // STS has its own names.
                let name = name.replace("Exception", "");
                let message = message.replace('&', "&amp;").replace('<', "&lt;");
                let body = format!(
                    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{name}</Code>\
                     <Message>{message}</Message></Error><RequestId>4</RequestId></ErrorResponse>"
                );
                FaultReply::raw(status, "text/xml", body)
            }
        }
    }

    /// The true answer with another value of the main field.
    fn with_main(&self, value: Value) -> Vec<ScriptedReply> {
        if self.main.is_empty() {
            Vec::new()
        } else {
            always(FaultReply::from_operation().with_edit(ReplyEdit::Set(self.main.into(), value)))
        }
    }

    /// The true answer with a time this many seconds from now, or with this number if it has no
    /// such time.
    fn with_time(&self, seconds: i64) -> Vec<ScriptedReply> {
        let Some((pointer, unit)) = self.time else { return Vec::new() };
        let moment = now().saturating_add(seconds);
        let value = match unit {
            Unit::Epoch => json!(moment.saturating_mul(1_000)),
            Unit::Text => json!(rolecall::testing::domain::Timestamp(moment).to_rfc3339()),
            // Durations, and registrations, whose end is a point in time.
            Unit::Seconds if pointer.ends_with("At") => json!(moment),
            Unit::Seconds => json!(seconds),
        };
        always(FaultReply::from_operation().with_edit(ReplyEdit::Set(pointer.into(), value)))
    }

    fn with_time_value(&self, json: Value, text: &str) -> Vec<ScriptedReply> {
        let Some((pointer, unit)) = self.time else { return Vec::new() };
        let value = if unit == Unit::Text { json!(text) } else { json };
        always(FaultReply::from_operation().with_edit(ReplyEdit::Set(pointer.into(), value)))
    }

    fn with_list(&self, make: impl Fn(&'static str) -> Vec<ScriptedReply>) -> Vec<ScriptedReply> {
        self.list.map(make).unwrap_or_default()
    }

    fn with_body(&self, reply: FaultReply) -> Vec<ScriptedReply> {
        // The body of Logout's answer is not read.
        if self.main.is_empty() { Vec::new() } else { always(reply) }
    }
}

impl FaultRow {
    /// Whether AWS performs the request although the answer is not its own: that uses up a refresh
    /// token.
    pub(crate) fn reaches_aws(&self, operation: &Operation) -> bool {
        (self.script)(operation)
            .iter()
            .any(|ScriptedReply(_, reply)| !matches!(reply.source, ReplySource::Raw { .. }))
    }

    /// The faults of the simulator for an operation; empty if the row does not concern it.
    pub(crate) fn faults(&self, operation: &Operation) -> Vec<Fault> {
        let answers = (self.script)(operation).into_iter();
        answers
            .map(|ScriptedReply(times, reply)| Fault::Reply {
                operation: operation.name.into(),
                times,
                reply,
            })
            .collect()
    }
}

fn always(reply: FaultReply) -> Vec<ScriptedReply> {
    vec![ScriptedReply(ALWAYS, reply)]
}

fn once(reply: FaultReply) -> Vec<ScriptedReply> {
    vec![ScriptedReply(1, reply)]
}

fn cut(keep: usize, honest: bool) -> FaultReply {
    FaultReply::from_operation()
        .with_delivery(Delivery::Truncated { keep, accurate_length: honest })
}

fn now() -> i64 {
    rolecall::testing::os::clock::Clock::System.now().0
}

/// `InvalidClientException` becomes `invalid_client`.
fn oauth(name: &str) -> String {
    let words = name.trim_end_matches("Exception").char_indices();
    words.fold(String::new(), |mut out, (at, letter)| {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        out
    })
}

/// Text that would clear the screen, recolor it and reorder what follows.
pub(crate) const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}b\u{2028}c\u{9b}31m\rd";

const DAY: i64 = 86_400;

macro_rules! rows {
    ($($class:ident: $name:literal => $script:expr;)*) => {
        &[$(FaultRow { name: $name, class: Class::$class, slow: false, script: $script }),*]
    };
}

macro_rules! slow_rows {
    ($($class:ident: $name:literal => $script:expr;)*) => {
        &[$(FaultRow { name: $name, class: Class::$class, slow: true, script: $script }),*]
    };
}

/// Every row, in the order of the page.
pub(crate) fn rows() -> impl Iterator<Item = &'static FaultRow> {
    [HARMLESS, REFUSALS, BUSY, BOXES, INCOMPLETE, CONNECTIONS, IMPLAUSIBLE, LISTS, SLOW]
        .into_iter()
        .flatten()
}

const HARMLESS: &[FaultRow] = rows! {
    Harmless: "unknown fields" => |it| it.with_body(FaultReply::from_operation().with_edit(ReplyEdit::Set("/unheardOf".into(), json!({ "a": [1] }))));
    Harmless: "no `Date`" => |_| always(FaultReply::from_operation().with_edit(ReplyEdit::Header("date".into(), None)));
    Harmless: "`Date` in 1970" => |_| always(FaultReply::from_operation().with_header("date", "Thu, 01 Jan 1970 00:00:00 GMT"));
    Harmless: "`Date` in 2100" => |_| always(FaultReply::from_operation().with_header("date", "Fri, 01 Jan 2100 00:00:00 GMT"));
    Harmless: "`Date` is not a date" => |_| always(FaultReply::from_operation().with_header("date", "yesterday"));
    Passing: "closed without an answer, once" => |_| once(FaultReply::no_response(Delivery::Close));
    Passing: "503 without a body, once" => |_| once(FaultReply::raw(503, "text/plain", ""));
    Passing: "a login page, once" => |_| once(FaultReply::html(200));
};

const REFUSALS: &[FaultRow] = rows! {
    Unauthorized: "401 from AWS" => |it| always(it.error(401, "UnauthorizedException", "Session token not found or invalid"));
    Unauthorized: "401 from AWS: invalid client" => |it| always(it.error(401, "InvalidClientException", "Invalid client"));
    Refused: "403 from AWS" => |it| always(it.error(403, "ForbiddenException", "No access"));
    Refused: "404 from AWS" => |it| always(it.error(404, "ResourceNotFoundException", "Not found"));
    Refused: "400 from AWS" => |it| always(it.error(400, "InvalidRequestException", "Invalid request"));
    Refused: "400 from AWS: invalid grant" => |it| always(it.error(400, "InvalidGrantException", "Invalid grant"));
    Refused: "an error message with control characters" => |it| always(it.error(403, "ForbiddenException", HOSTILE));
    Refused: "an error message of 1 MB" => |it| always(it.error(403, "ForbiddenException", &"x".repeat(1 << 20)));
};

const BUSY: &[FaultRow] = rows! {
    Passing: "429 from AWS, twice" => |it| vec![ScriptedReply(2, it.error(429, "TooManyRequestsException", "Rate exceeded"))];
    Busy: "429 from AWS, for ever" => |it| always(it.error(429, "TooManyRequestsException", "Rate exceeded"));
    Busy: "429 without a body" => |_| always(FaultReply::raw(429, "text/plain", ""));
    Busy: "500 from AWS" => |it| always(it.error(500, "InternalServerException", "Internal error"));
    Busy: "503 without a body" => |_| always(FaultReply::raw(503, "text/plain", ""));
    Busy: "502 with a page" => |_| always(FaultReply::html(502));
    Busy: "504 with a page" => |_| always(FaultReply::html(504));
};

const BOXES: &[FaultRow] = rows! {
    Broken: "302 to a login page" => |_| always(FaultReply::raw(302, "text/html", "").with_header("location", "http://login.example.com/"));
    Broken: "304" => |_| always(FaultReply::raw(304, "text/plain", ""));
    Broken: "407 with a page" => |_| always(FaultReply::html(407).with_header("proxy-authenticate", "Basic realm=\"proxy\""));
    Broken: "413 with a page" => |_| always(FaultReply::html(413));
    Broken: "451 with a page" => |_| always(FaultReply::html(451));
    Broken: "511 with a page" => |_| always(FaultReply::html(511));
    Broken: "400 with a page" => |_| always(FaultReply::html(400));
    Broken: "401 with a page" => |_| always(FaultReply::html(401).with_header("www-authenticate", "Basic realm=\"proxy\""));
    Broken: "403 with a page" => |_| always(FaultReply::html(403));
    Broken: "404 with a page" => |_| always(FaultReply::html(404));
    Broken: "200 with a page" => |_| always(FaultReply::html(200));
    Broken: "200 with a page that claims to be JSON" => |_| always(FaultReply::html(200).with_header("content-type", "application/json"));
};

const INCOMPLETE: &[FaultRow] = rows! {
    Broken: "200 without a body" => |it| it.with_body(FaultReply::json(200, ""));
    Broken: "201 without a body" => |it| it.with_body(FaultReply::json(201, ""));
    Broken: "204" => |it| it.with_body(FaultReply::json(204, ""));
    Broken: "`{}`" => |it| it.with_body(FaultReply::json(200, "{}"));
    Broken: "`null`" => |it| it.with_body(FaultReply::json(200, "null"));
    Broken: "`[]`" => |it| it.with_body(FaultReply::json(200, "[]"));
    Broken: "a number" => |it| it.with_body(FaultReply::json(200, "12"));
    Broken: "the beginning of an answer" => |it| it.with_body(FaultReply::json(200, "{\"accessToken\": [1, 2"));
    Broken: "bytes that are not text" => |it| it.with_body(FaultReply::json(200, [0xff, 0x00, 0xfe, 0x7b]));
    Broken: "100,000 open brackets" => |it| it.with_body(FaultReply::json(200, "[".repeat(100_000)));
    Broken: "half an answer" => |it| it.with_body(cut_in_two(it, true));
    Broken: "half an answer, with the length of the whole" => |it| it.with_body(cut_in_two(it, false));
    Broken: "one byte of an answer" => |it| it.with_body(cut(1, true));
};

const CONNECTIONS: &[FaultRow] = rows! {
    Broken: "closed without an answer" => |_| always(FaultReply::no_response(Delivery::Close));
    Broken: "reset without an answer" => |_| always(FaultReply::no_response(Delivery::Reset));
    Broken: "another protocol" => |_| always(FaultReply::raw(200, "", "SSH-2.0-OpenSSH_9.6\r\n").with_delivery(Delivery::BodyOnly));
    Broken: "a header of 1 MB" => |_| always(FaultReply::from_operation().with_header("x-padding", &"x".repeat(1 << 20)));
    Broken: "a body that does not end" => |it| it.with_body(FaultReply::from_operation().with_delivery(Delivery::Endless));
};

const IMPLAUSIBLE: &[FaultRow] = rows! {
    Broken: "the main field is missing" => |it| it.with_body(FaultReply::from_operation().with_edit(ReplyEdit::Remove(it.main.into())));
    Broken: "the main field is empty" => |it| it.with_main(json!(""));
    Broken: "the main field is `null`" => |it| if it.errors == Errors::Xml { Vec::new() } else { it.with_main(Value::Null) };
    Broken: "the main field is an object" => |it| if it.errors == Errors::Xml { Vec::new() } else { it.with_main(json!({})) };
    Broken: "the main field has control characters" => |it| it.with_main(json!(HOSTILE));
    Broken: "the main field has 5 MB" => |it| it.with_main(json!("@@")).into_iter().map(|ScriptedReply(times, reply)| ScriptedReply(times, reply.with_edit(ReplyEdit::Replace("@@".into(), "x".repeat(5 << 20))))).collect();
    Broken: "its time is 0" => |it| it.with_time_value(json!(0), "1970-01-01T00:00:00Z");
    Broken: "its time is negative" => |it| it.with_time_value(json!(-1), "-0001-01-01T00:00:00Z");
    Broken: "its time is an hour ago" => |it| it.with_time(-3_600);
    Broken: "its time is in 13 days" => |it| it.with_time(13 * DAY);
    Broken: "its time is the largest number" => |it| it.with_time_value(json!(i64::MAX), "9999-12-31T23:59:59Z");
    Broken: "its time is text" => |it| it.with_time_value(json!("soon"), "soon");
};

const LISTS: &[FaultRow] = rows! {
    List: "every entry twice" => |it| it.with_list(|list| always(FaultReply::from_operation().with_edit(ReplyEdit::Duplicate(list.into()))));
    List: "the first page again and again" => |it| it.with_list(|_| always(token(FaultReply::from_first_page(), "again")));
    List: "two page tokens in turn" => |it| it.with_list(|_| {
        (0..400).map(|at| ScriptedReply(1, token(FaultReply::from_first_page(), ["a", "b"][at % 2]))).chain(always(token(FaultReply::from_first_page(), "a"))).collect()
    });
    List: "an empty list" => |it| it.with_list(|list| always(FaultReply::from_operation().with_edit(ReplyEdit::Set(list.into(), json!([]))).with_edit(ReplyEdit::Set("/nextToken".into(), Value::Null))));
    List: "an empty second page without a list" => |it| it.with_list(|_| vec![ScriptedReply(1, token(FaultReply::from_first_page(), "more")), ScriptedReply(ALWAYS, FaultReply::json(200, "{}"))]);
    Broken: "entries without ids" => |it| it.with_list(|list| always(FaultReply::from_operation().with_edit(ReplyEdit::Set(list.into(), json!([{}, {}])))));
};

const SLOW: &[FaultRow] = slow_rows! {
    Broken: "silence" => |_| always(FaultReply::no_response(Delivery::NoResponse));
    Broken: "one byte every two seconds" => |it| it.with_body(FaultReply::from_operation().with_delivery(Delivery::Trickle { pause: Duration::from_secs(2) }));
};

fn token(page: FaultReply, token: &str) -> FaultReply {
    page.with_edit(ReplyEdit::Set("/nextToken".into(), json!(token)))
}

/// Half of the operation's answer: the lengths differ.
fn cut_in_two(operation: &Operation, honest: bool) -> FaultReply {
    let half = match operation.name {
        "GetRoleCredentials" | "AssumeRole" | "GetFederationToken" => 500,
        _ => 60,
    };
    cut(half, honest)
}

#[test]
fn the_matrix_has_more_than_forty_faults_for_every_operation_that_answers_with_a_body() {
    for operation in OPERATIONS.iter().filter(|operation| !operation.main.is_empty()) {
        let concerned = rows().filter(|row| !row.faults(operation).is_empty()).count();
        assert!(concerned > 40, "{}: {concerned}", operation.name);
    }
}
