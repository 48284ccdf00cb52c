//! Scripted replies: where the message comes from, how it is changed, and how it is sent.

use std::time::Duration;

use serde_json::Value;

use crate::os::http::HttpResponse;

/// A reply of the fault script: a message, changes to it, and the way it is sent.
///
/// `Reply::true_answer().edit(Edit::Set("/roleCredentials/expiration".into(), 0.into()))` is AWS's
/// answer with one wrong field; `Reply::html(407)` is a proxy's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Where the message comes from.
    pub source: Source,
    /// Changes, made in order.
    pub edits: Vec<Edit>,
    /// How the message is sent.
    pub delivery: Delivery,
}

/// Where the message of a scripted reply comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The operation is carried out; this is its answer.
    Operation,
    /// The operation is carried out as if the request named no page: a list begins again.
    FirstPage,
    /// The operation is not carried out; the message is this one. No `date` is added.
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
/// A pointer is a JSON pointer (RFC 6901) into a JSON body. In an XML body its last part names
/// elements, all of which change; names without a match change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Changes the status and nothing else.
    Status(u16),
    /// Sets a header, or removes it.
    Header(String, Option<String>),
    /// Replaces the body.
    Body(Vec<u8>),
    /// Sets a field, also one that is not there yet.
    Set(String, Value),
    /// Removes a field, or an element with its content.
    Remove(String),
    /// Lists every entry of an array twice.
    Double(String),
    /// Removes the later half of an array.
    Halve(String),
    /// Replaces text wherever it occurs in the body.
    Replace(String, String),
}

/// How a message is sent. The connection ends afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// All of it, with its length.
    Whole,
    /// Only the first bytes of the body. `honest` announces just these; otherwise `content-length`
    /// promises the whole.
    Cut {
        /// How many bytes are sent.
        keep: usize,
        /// Whether `content-length` tells how many.
        honest: bool,
    },
    /// The body followed by blanks that do not end before the client hangs up.
    Endless,
    /// The body byte by byte, with a pause before each.
    Trickle {
        /// The pause.
        pause: Duration,
    },
    /// The body's bytes alone, without status and headers: not HTTP, unless they are.
    Bare,
    /// Nothing, until the client hangs up.
    Silent,
    /// The connection is closed in good order, without an answer.
    Close,
    /// The connection is reset (RST) without an answer.
    Reset,
}

impl Reply {
    /// The operation's own answer, to be edited or sent in another way.
    pub fn true_answer() -> Self {
        Self::from_source(Source::Operation)
    }

    /// The first page of a list, whatever page was asked for.
    pub fn first_page() -> Self {
        Self::from_source(Source::FirstPage)
    }

    /// A message written by the test.
    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self::from_source(Source::Raw { status, headers, body: body.into() })
    }

    /// A JSON message written by the test.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::raw(status, "application/json", body)
    }

    /// A page as a proxy or a login portal sends it.
    pub fn html(status: u16) -> Self {
        Self::raw(
            status,
            "text/html; charset=utf-8",
            "<!doctype html><title>Sign in to continue</title><p>Guest network</p>",
        )
    }

    /// No answer of any kind: [`Delivery::Silent`], [`Delivery::Close`] or [`Delivery::Reset`]. The
    /// operation is not carried out.
    pub fn nothing(delivery: Delivery) -> Self {
        Self::raw(200, "text/plain", "").delivered(delivery)
    }

    /// The same reply with one more change.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    /// The same reply with a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.edit(Edit::Header(name.to_owned(), Some(value.to_owned())))
    }

    /// The same reply, sent in another way.
    #[must_use]
    pub fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    fn from_source(source: Source) -> Self {
        Self { source, edits: Vec::new(), delivery: Delivery::Whole }
    }
}

/// A message as it goes on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl From<HttpResponse> for Message {
    fn from(response: HttpResponse) -> Self {
        let headers =
            response.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { status: response.status, headers, body: response.body.to_vec() }
    }
}

impl Message {
    /// Makes the changes in order.
    pub(super) fn edited(mut self, edits: &[Edit]) -> Self {
        edits.iter().for_each(|edit| self.apply(edit));
        self
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Status(status) => self.status = *status,
            Edit::Header(name, value) => {
                self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
                self.headers.extend(value.clone().map(|value| (name.clone(), value)));
            }
            Edit::Body(body) => self.body = body.clone(),
            Edit::Replace(from, to) => {
                self.body = String::from_utf8_lossy(&self.body).replace(from, to).into_bytes()
            }
            Edit::Set(pointer, value) => self.change(
                |json| set(json, pointer, value.clone()),
                |xml| {
                    each_element(xml, pointer, |name, _| {
                        format!("<{name}>{}</{name}>", plain(value))
                    })
                },
            ),
            Edit::Remove(pointer) => self.change(
                |json| remove(json, pointer),
                |xml| each_element(xml, pointer, |_, _| String::new()),
            ),
            Edit::Double(pointer) => self.change(
                |json| array(json, pointer, |rows| rows.extend_from_within(..)),
                |xml| each_element(xml, pointer, |_, element| element.repeat(2)),
            ),
            Edit::Halve(pointer) => {
                self.change(
                    |json| array(json, pointer, |rows| rows.truncate(rows.len() / 2)),
                    |_| None,
                );
            }
        }
    }

    /// Rewrites a JSON body, or an XML one; any other stays.
    fn change(
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

/// The parent of what the pointer names, and its last part.
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

fn array(json: &mut Value, pointer: &str, change: impl FnOnce(&mut Vec<Value>)) -> Option<()> {
    json.pointer_mut(pointer)?.as_array_mut().map(change)
}

/// A value as the text of an element.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Rewrites every element that the pointer's last part names.
fn each_element(xml: &str, pointer: &str, change: impl Fn(&str, &str) -> String) -> Option<String> {
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

    fn edited(body: &str, edits: &[Edit]) -> String {
        let message = Message { status: 200, headers: Vec::new(), body: body.into() };
        String::from_utf8(message.edited(edits).body).unwrap()
    }

    #[test]
    fn json_fields_are_set_removed_doubled_and_halved() {
        let body = r#"{"rows":[{"id":"1"},{"id":"2"}],"next":"x"}"#;
        let at = |pointer: &str| pointer.to_owned();
        assert_eq!(
            edited(body, &[Edit::Set(at("/rows/0/id"), json!(0)), Edit::Remove(at("/rows/1"))]),
            r#"{"next":"x","rows":[{"id":0}]}"#
        );
        let body = edited(
            body,
            &[
                Edit::Double(at("/rows")),
                Edit::Halve(at("/rows")),
                Edit::Halve(at("/rows")),
                Edit::Set(at("/new"), json!(null)),
            ],
        );
        assert_eq!(body, r#"{"new":null,"next":"x","rows":[{"id":"1"}]}"#);
        assert_eq!(
            edited("[1]", &[Edit::Remove(at("/nothing/here")), Edit::Set(at("/a/b"), json!(1))]),
            "[1]"
        );
    }

    #[test]
    fn xml_elements_are_found_by_the_last_part_of_the_pointer() {
        let body = "<A><Key>k</Key><Secret>s</Secret></A>";
        assert_eq!(
            edited(body, &[Edit::Set("/A/Key".into(), json!("<&"))]),
            "<A><Key>&lt;&amp;</Key><Secret>s</Secret></A>"
        );
        assert_eq!(edited(body, &[Edit::Remove("/Secret".into())]), "<A><Key>k</Key></A>");
        assert_eq!(
            edited(body, &[Edit::Double("/Key".into())]),
            "<A><Key>k</Key><Key>k</Key><Secret>s</Secret></A>"
        );
    }
}
