//! YAML as other programs' configuration files use it: block style, one value a line, with the
//! place of every value.
//!
//! A whole YAML library would be the largest dependency after the SDK, and none tells where a value
//! stands so exactly that one line can be changed and the others kept. What is beyond this subset
//! is no guess: it is a [`Value::Odd`] with a word for it, or an error with a line.

mod scalar;

use std::ops::Range;

use crate::domain::{Error, ErrorKind, Result};

use scalar::Read;

/// How deep a file may be nested.
const DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it says.
    pub value: Value,
    /// Its bytes: of one on a single line the value as it is written, quotes included; of others
    /// from its first to its last line.
    pub span: Range<usize>,
    /// Its first line, from 1.
    pub line: usize,
    /// Whether it is written in brackets or braces.
    pub flow: bool,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// A word, a number, a truth: all are texts here.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Names and values in their order.
    Map(Vec<(String, Node)>),
    /// Something that this reader passes over, and what to call it.
    Odd(&'static str),
}

impl Node {
    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.pairs().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// Its names and values; none if it is no map.
    pub fn pairs(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// Its items; none if it is no list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Its text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The first part of it, itself included, that this reader passed over: its line, and what to
    /// call it.
    pub fn odd(&self) -> Option<(usize, &'static str)> {
        match &self.value {
            Value::Odd(what) => Some((self.line, what)),
            Value::List(items) => items.iter().find_map(Node::odd),
            Value::Map(pairs) => pairs.iter().find_map(|(_, node)| node.odd()),
            Value::Null | Value::Text(_) => None,
        }
    }
}

/// Reads a text. An empty one is [`Value::Null`].
///
/// # Errors
/// [`Kind::Config`] with the line, for what is no YAML or is laid out in a way that this reader
/// does not know.
pub fn parse(text: &str) -> Result<Node> {
    let mut parser = Parser { text, lines: lines(text)?, at: 0, depth: 0 };
    if parser.lines.is_empty() {
        return Ok(Node { value: Value::Null, span: 0..0, line: 1, flow: false });
    }
    let node = parser.block()?;
    match parser.lines.get(parser.at) {
        Some(line) => Err(wrong(line.number, "stands further left than what it would belong to")),
        None => Ok(node),
    }
}

/// A line with something on it. `start` and `indent` move on when a `- ` is taken off.
#[derive(Debug, Clone, Copy)]
struct Line {
    number: usize,
    indent: usize,
    start: usize,
    end: usize,
}

fn lines(text: &str) -> Result<Vec<Line>> {
    let (mut out, mut offset) = (Vec::new(), 0);
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        let bare = if offset == 0 { whole.trim_start_matches('\u{feff}') } else { whole };
        let start = offset + (whole.len() - bare.len());
        offset += whole.len();
        let content = bare.trim_start_matches(' ');
        let (indent, trimmed) = (bare.len() - content.len(), content.trim_end());
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if indent == 0
            && (trimmed == "---"
                || trimmed.starts_with("--- ")
                || trimmed == "..."
                || trimmed.starts_with('%'))
        {
            if trimmed == "---" && out.is_empty() {
                continue;
            }
            return Err(wrong(number, "begins a second document, or says how to read it"));
        }
        out.push(Line {
            number,
            indent,
            start: start + indent,
            end: start + indent + trimmed.len(),
        });
    }
    Ok(out)
}

fn wrong(line: usize, what: &str) -> Error {
    Error::new(ErrorKind::Config, format!("line {line} {what}"))
}

struct Parser<'t> {
    text: &'t str,
    lines: Vec<Line>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn line(&self) -> Option<Line> {
        self.lines.get(self.at).copied()
    }

    fn content(&self, line: Line) -> &'t str {
        &self.text[line.start..line.end]
    }

    /// Whatever begins on this line.
    fn block(&mut self) -> Result<Node> {
        let line = self.lines[self.at];
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(wrong(line.number, "is nested too deeply"));
        }
        let content = self.content(line);
        let node = if content.starts_with('\t') {
            Err(wrong(line.number, "is indented by a tab"))
        } else if is_item(content) {
            self.list(line.indent)
        } else if scalar::key(content).is_some() {
            self.map(line.indent)
        } else {
            // A value alone: of the whole file, or on the line below its name.
            self.value(line, 0, line.indent.checked_sub(1))
        };
        self.depth -= 1;
        node
    }

    fn list(&mut self, indent: usize) -> Result<Node> {
        let first = self.lines[self.at];
        let mut items = Vec::new();
        while let Some(line) =
            self.line().filter(|line| line.indent == indent && is_item(self.content(*line)))
        {
            let rest = self.content(line)[1..].trim_start_matches(' ');
            if rest.is_empty() || rest.starts_with('#') {
                self.at += 1;
                items.push(self.below(line, |next| next.indent > indent)?);
                continue;
            }
            let moved = line.end - rest.len();
            let inner = Line { indent: line.indent + (moved - line.start), start: moved, ..line };
            if is_item(rest) || scalar::key(rest).is_some() {
                self.lines[self.at] = inner;
                items.push(self.block()?);
            } else {
                items.push(self.value(inner, 0, Some(indent))?);
            }
        }
        self.ended(indent)?;
        Ok(self.whole(first, Value::List(items)))
    }

    fn map(&mut self, indent: usize) -> Result<Node> {
        let first = self.lines[self.at];
        let mut pairs: Vec<(String, Node)> = Vec::new();
        while let Some(line) =
            self.line().filter(|line| line.indent == indent && !is_item(self.content(*line)))
        {
            if self.content(line).starts_with('\t') {
                return Err(wrong(line.number, "is indented by a tab"));
            }
            let Some((key, used)) = scalar::key(self.content(line)) else {
                return Err(wrong(line.number, "has no name with a colon"));
            };
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(wrong(line.number, &format!("says `{key}` a second time")));
            }
            let rest = &self.content(line)[used..];
            let node = if rest.trim().is_empty() || rest.trim_start().starts_with('#') {
                self.at += 1;
                let text = self.text;
                // A list may stand as far left as the name that it belongs to.
                self.below(line, |next| {
                    next.indent > indent
                        || (next.indent == indent && is_item(&text[next.start..next.end]))
                })?
            } else {
                self.value(line, used, Some(indent))?
            };
            pairs.push((key, node));
        }
        self.ended(indent)?;
        Ok(self.whole(first, Value::Map(pairs)))
    }

    /// What stands below a line that ends in a colon or a dash.
    fn below(&mut self, above: Line, belongs: impl Fn(Line) -> bool) -> Result<Node> {
        match self.line() {
            Some(next) if belongs(next) => self.block(),
            _ => Ok(Node {
                value: Value::Null,
                span: above.end..above.end,
                line: above.number,
                flow: false,
            }),
        }
    }

    /// A value that begins `used` bytes into the line. Lines further right than `parent` go on with
    /// it.
    fn value(&mut self, line: Line, used: usize, parent: Option<usize>) -> Result<Node> {
        let rest = self.content(line)[used..].trim_start();
        let start = line.end - rest.len();
        self.at += 1;
        let read = scalar::read(rest);
        let mut last = line;
        // An anchor may stand before a list as far left as its name.
        let with_items = matches!(read, Read::Anchor(_));
        while let Some(next) = self.line() {
            let deeper = parent.is_none_or(|parent| next.indent > parent);
            let item = with_items && parent == Some(next.indent) && is_item(self.content(next));
            if !deeper && !item {
                break;
            }
            // A name below a value: one of them is in the wrong column, and no guess says which.
            if matches!(read, Read::Text(..)) && scalar::key(self.content(next)).is_some() {
                return Err(wrong(next.number, "stands further right than the lines before it"));
            }
            last = next;
            self.at += 1;
        }
        let (value, end, flow) = match read {
            Read::Text(value, length) if last.number == line.number => {
                (value, start + length, false)
            }
            Read::Flow(value, length) if last.number == line.number => {
                (value, start + length, true)
            }
            Read::Text(..) | Read::Open => {
                (Value::Odd("a value of several lines"), last.end, false)
            }
            Read::Flow(..) | Read::OpenFlow => {
                (Value::Odd("a list in brackets over several lines"), last.end, true)
            }
            Read::Anchor(what) | Read::Odd(what) => (Value::Odd(what), last.end, false),
        };
        Ok(Node { value, span: start..end, line: line.number, flow })
    }

    /// Nothing when the next line stands no further right than the list or map that just ended.
    fn ended(&self, indent: usize) -> Result<()> {
        match self.line() {
            Some(line) if line.indent > indent => {
                Err(wrong(line.number, "stands further right than the lines before it"))
            }
            _ => Ok(()),
        }
    }

    fn whole(&self, first: Line, value: Value) -> Node {
        let end = self.lines[..self.at].last().map_or(first.end, |line| line.end);
        Node { value, span: first.start..end, line: first.number, flow: false }
    }
}

/// Whether a line is an item of a list.
fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

#[cfg(test)]
mod tests;
