//! Scripted replies: the source of the message, its changes, and its delivery.

use std::time::Duration;

use serde_json::Value;

use crate::os::http::HttpResponse;

/// A reply of the fault script: a message, changes to it, and the way it is sent.
///
/// `FaultReply::from_operation().with_edit(ReplyEdit::Set("/roleCredentials/expiration".into(),
/// 0.into()))` is the regular response with one wrong field; `FaultReply::html(407)` is a proxy's
/// page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultReply {
    /// The source of the message.
    pub source: ReplySource,
    /// Changes, made in order.
    pub edits: Vec<ReplyEdit>,
    /// The way to send the message.
    pub delivery: Delivery,
}

/// The source of a scripted reply's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplySource {
    /// The operation runs; this is its response.
    Operation,
    /// The operation runs as if the request had no page token: the list starts again.
    FirstPage,
    /// The operation does not run; the message is this one, without a `date` header.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The headers besides `content-length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
}

/// A change to a message.
///
/// A pointer is a JSON pointer (RFC 6901) into a JSON body. In an XML body, its last part names
/// elements, all of which change. A pointer without a match changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyEdit {
    /// Changes only the status.
    Status(u16),
    /// Sets a header, or removes it.
    Header(String, Option<String>),
    /// Replaces the body.
    Body(Vec<u8>),
    /// Sets a field, and adds it if it is missing.
    Set(String, Value),
    /// Removes a field, or an element with its content.
    Remove(String),
    /// Repeats the entries of an array, or an element.
    Duplicate(String),
    /// Removes the second half of an array.
    Halve(String),
    /// Replaces all occurrences of a text in the body.
    Replace(String, String),
}

/// The way to send a message. The connection is closed afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The whole message, with its length.
    Whole,
    /// Only the first bytes of the body.
    Truncated {
        /// The number of bytes to send.
        keep: usize,
        /// Whether `content-length` is this number; otherwise it is the length of the whole body.
        accurate_length: bool,
    },
    /// The body, followed by spaces until the client closes the connection.
    Endless,
    /// The body byte by byte, with a pause before each byte.
    Trickle {
        /// The pause.
        pause: Duration,
    },
    /// Only the bytes of the body, without status and headers.
    BodyOnly,
    /// Nothing, until the client closes the connection.
    NoResponse,
    /// Nothing; the connection is closed properly.
    Close,
    /// Nothing; the connection is reset (RST).
    Reset,
}

impl FaultReply {
    /// The regular response of the operation, to be edited or sent in another way.
    pub fn from_operation() -> Self {
        Self::from_source(ReplySource::Operation)
    }

    /// The first page of a list, whatever page was requested.
    pub fn from_first_page() -> Self {
        Self::from_source(ReplySource::FirstPage)
    }

    /// A message written by the test.
    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self::from_source(ReplySource::Raw { status, headers, body: body.into() })
    }

    /// A JSON message written by the test.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::raw(status, "application/json", body)
    }

    /// An HTML page like that of a proxy or a captive portal.
    pub fn html(status: u16) -> Self {
        Self::raw(
            status,
            "text/html; charset=utf-8",
            "<!doctype html><title>Sign in to continue</title><p>Guest network</p>",
        )
    }

    /// No response: [`Delivery::NoResponse`], [`Delivery::Close`] or [`Delivery::Reset`]. The
    /// operation does not run.
    pub fn no_response(delivery: Delivery) -> Self {
        Self::raw(200, "text/plain", "").with_delivery(delivery)
    }

    /// Adds a change.
    #[must_use]
    pub fn with_edit(mut self, edit: ReplyEdit) -> Self {
        self.edits.push(edit);
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn with_header(self, name: &str, value: &str) -> Self {
        self.with_edit(ReplyEdit::Header(name.to_owned(), Some(value.to_owned())))
    }

    /// Changes the delivery.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    fn from_source(source: ReplySource) -> Self {
        Self { source, edits: Vec::new(), delivery: Delivery::Whole }
    }
}

/// An HTTP message on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WireMessage {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl From<HttpResponse> for WireMessage {
    fn from(response: HttpResponse) -> Self {
        let headers =
            response.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { status: response.status, headers, body: response.body.to_vec() }
    }
}

impl WireMessage {
    /// Applies the changes in order.
    pub(super) fn with_edits(mut self, edits: &[ReplyEdit]) -> Self {
        edits.iter().for_each(|edit| self.apply(edit));
        self
    }

    fn apply(&mut self, edit: &ReplyEdit) {
        match edit {
            ReplyEdit::Status(status) => self.status = *status,
            ReplyEdit::Header(name, value) => {
                self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
                self.headers.extend(value.clone().map(|value| (name.clone(), value)));
            }
            ReplyEdit::Body(body) => self.body = body.clone(),
            ReplyEdit::Replace(from, to) => {
                self.body = String::from_utf8_lossy(&self.body).replace(from, to).into_bytes()
            }
            ReplyEdit::Set(pointer, value) => self.rewrite_body(
                |json| set(json, pointer, value.clone()),
                |xml| {
                    replace_elements(xml, pointer, |name, _| {
                        format!("<{name}>{}</{name}>", xml_text(value))
                    })
                },
            ),
            ReplyEdit::Remove(pointer) => self.rewrite_body(
                |json| remove(json, pointer),
                |xml| replace_elements(xml, pointer, |_, _| String::new()),
            ),
            ReplyEdit::Duplicate(pointer) => self.rewrite_body(
                |json| edit_array(json, pointer, |rows| rows.extend_from_within(..)),
                |xml| replace_elements(xml, pointer, |_, element| element.repeat(2)),
            ),
            ReplyEdit::Halve(pointer) => {
                self.rewrite_body(
                    |json| edit_array(json, pointer, |rows| rows.truncate(rows.len() / 2)),
                    |_| None,
                );
            }
        }
    }

    /// Rewrites a JSON or XML body; any other stays unchanged.
    fn rewrite_body(
        &mut self,
        json: impl FnOnce(&mut Value) -> Option<()>,
        xml: impl FnOnce(&str) -> Option<String>,
    ) {
        if let Ok(mut value) = serde_json::from_slice::<Value>(&self.body) {
            json(&mut value);
            self.body = value.to_string().into_bytes();
        } else if let Some(changed) = std::str::from_utf8(&self.body).ok().and_then(xml) {
            self.body = changed.into_bytes();
        }
    }
}

/// Returns the parent of the pointer's target, and the pointer's last part.
fn parent<'a, 'p>(json: &'a mut Value, pointer: &'p str) -> Option<(&'a mut Value, &'p str)> {
    let (above, last) = pointer.rsplit_once('/')?;
    Some((json.pointer_mut(above)?, last))
}

fn set(json: &mut Value, pointer: &str, value: Value) -> Option<()> {
    if let Some(place) = json.pointer_mut(pointer) {
        *place = value;
        return Some(());
    }
    let (parent, last) = parent(json, pointer)?;
    parent.as_object_mut()?.insert(last.to_owned(), value);
    Some(())
}

fn remove(json: &mut Value, pointer: &str) -> Option<()> {
    let (parent, last) = parent(json, pointer)?;
    match parent {
        Value::Object(fields) => fields.remove(last).map(drop),
        Value::Array(rows) => {
            last.parse().ok().filter(|at| *at < rows.len()).map(|at: usize| drop(rows.remove(at)))
        }
        _ => None,
    }
}

fn edit_array(json: &mut Value, pointer: &str, change: impl FnOnce(&mut Vec<Value>)) -> Option<()> {
    json.pointer_mut(pointer)?.as_array_mut().map(change)
}

/// Escapes a value as the text of an element.
fn xml_text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Rewrites every element that the pointer's last part names.
fn replace_elements(
    xml: &str,
    pointer: &str,
    change: impl Fn(&str, &str) -> String,
) -> Option<String> {
    let name = pointer.rsplit('/').next()?;
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let (mut out, mut rest) = (String::new(), xml);
    while let Some(start) = rest.find(&open) {
        let Some(end) = rest[start..].find(&close).map(|end| start + end + close.len()) else {
            break;
        };
        out += &rest[..start];
        out += &change(name, &rest[start..end]);
        rest = &rest[end..];
    }
    Some(out + rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edited_body(body: &str, edits: &[ReplyEdit]) -> String {
        let message = WireMessage { status: 200, headers: Vec::new(), body: body.into() };
        String::from_utf8(message.with_edits(edits).body).unwrap()
    }

    #[test]
    fn json_fields_are_set_removed_doubled_and_halved() {
        let body = r#"{"rows":[{"id":"1"},{"id":"2"}],"next":"x"}"#;
        let at = |pointer: &str| pointer.to_owned();
        assert_eq!(
            edited_body(
                body,
                &[ReplyEdit::Set(at("/rows/0/id"), json!(0)), ReplyEdit::Remove(at("/rows/1"))]
            ),
            r#"{"next":"x","rows":[{"id":0}]}"#
        );
        let body = edited_body(
            body,
            &[
                ReplyEdit::Duplicate(at("/rows")),
                ReplyEdit::Halve(at("/rows")),
                ReplyEdit::Halve(at("/rows")),
                ReplyEdit::Set(at("/new"), json!(null)),
            ],
        );
        assert_eq!(body, r#"{"new":null,"next":"x","rows":[{"id":"1"}]}"#);
        assert_eq!(
            edited_body(
                "[1]",
                &[ReplyEdit::Remove(at("/nothing/here")), ReplyEdit::Set(at("/a/b"), json!(1))]
            ),
            "[1]"
        );
    }

    #[test]
    fn xml_elements_are_found_by_the_last_part_of_the_pointer() {
        let body = "<A><Key>k</Key><Secret>s</Secret></A>";
        assert_eq!(
            edited_body(body, &[ReplyEdit::Set("/A/Key".into(), json!("<&"))]),
            "<A><Key>&lt;&amp;</Key><Secret>s</Secret></A>"
        );
        assert_eq!(
            edited_body(body, &[ReplyEdit::Remove("/Secret".into())]),
            "<A><Key>k</Key></A>"
        );
        assert_eq!(
            edited_body(body, &[ReplyEdit::Duplicate("/Key".into())]),
            "<A><Key>k</Key><Key>k</Key><Secret>s</Secret></A>"
        );
    }
}
