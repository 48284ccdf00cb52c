//! YAML files of other programs as trees, with the position of every value.
//!
//! A value of several lines, and one that may be shared or typed (an anchor, an alias, a tag), is
//! [`YamlValue::Unsupported`] with a description, since an edit of its line could change others.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{
    Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle,
};

use crate::domain::{Error, ErrorKind, Result};

/// Maximum nesting depth of a file.
const MAX_DEPTH: usize = 64;

/// A value and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlNode {
    pub value: YamlValue,
    /// Its bytes, including quotes and brackets.
    pub span: Range<usize>,
    /// Its first line, from 1.
    pub line: usize,
    /// Whether it is written in brackets or braces.
    pub is_flow: bool,
}

/// The content of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YamlValue {
    /// Empty, or `null`.
    Null,
    /// A string, number or boolean: all are strings here.
    Text(String),
    List(Vec<YamlNode>),
    /// Names and values in order.
    Map(Vec<(String, YamlNode)>),
    /// A value that is not interpreted, and its description.
    Unsupported(&'static str),
}

impl YamlNode {
    /// Returns the value of a name.
    pub fn get(&self, name: &str) -> Option<&YamlNode> {
        self.pairs().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// Returns its names and values; none if it is not a map.
    pub fn pairs(&self) -> &[(String, YamlNode)] {
        match &self.value {
            YamlValue::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// Returns its items; none if it is not a list.
    pub fn items(&self) -> &[YamlNode] {
        match &self.value {
            YamlValue::List(items) => items,
            _ => &[],
        }
    }

    /// Returns its text, if it is a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the line and description of the first part, itself included, that is not
    /// interpreted.
    pub fn unsupported(&self) -> Option<(usize, &'static str)> {
        match &self.value {
            YamlValue::Unsupported(problem) => Some((self.line, problem)),
            YamlValue::List(items) => items.iter().find_map(YamlNode::unsupported),
            YamlValue::Map(pairs) => pairs.iter().find_map(|(_, node)| node.unsupported()),
            YamlValue::Null | YamlValue::Text(_) => None,
        }
    }
}

/// Parses a text. An empty one is [`YamlValue::Null`].
///
/// # Errors
/// [`ErrorKind::Config`] with the line, if it is not one YAML document.
pub fn parse(text: &str) -> Result<YamlNode> {
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    let events = Parser::new_from_str_with_options(text, options);
    let mut builder = TreeBuilder { events, depth: 0 };
    let mut root = YamlNode { value: YamlValue::Null, span: 0..0, line: 1, is_flow: false };
    let mut documents = 0;
    loop {
        match builder.next_event()? {
            (Event::StreamEnd, _) => return Ok(root),
            (Event::StreamStart | Event::DocumentEnd, _) => {}
            (Event::DocumentStart(..), span) => {
                documents += 1;
                if documents > 1 {
                    return Err(error_at(span.start.line(), "begins a second document"));
                }
            }
            (event, span) => root = builder.build(event, span)?,
        }
    }
}

fn error_at(line: usize, problem: &str) -> Error {
    Error::new(ErrorKind::Config, format!("line {line} {problem}"))
}

struct TreeBuilder<'t> {
    events: Parser<'t, StrInput<'t>>,
    depth: usize,
}

impl<'t> TreeBuilder<'t> {
    fn next_event(&mut self) -> Result<(Event<'t>, Span)> {
        let invalid = |error: ScanError| {
            let problem = format!("is not valid YAML: {}", error.info());
            error_at(error.marker().line(), &problem)
        };
        self.events.next().unwrap_or(Ok((Event::StreamEnd, Span::default()))).map_err(invalid)
    }

    /// Builds the node that begins with an event.
    fn build(&mut self, event: Event<'t>, start: Span) -> Result<YamlNode> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error_at(start.start.line(), "is nested too deeply"));
        }
        let is_flow = matches!(
            event,
            Event::SequenceStart(StructureStyle::Flow, ..)
                | Event::MappingStart(StructureStyle::Flow, ..)
        );
        let (mut value, properties, last) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(text, style), (anchor, tag), start),
            Event::SequenceStart(_, anchor, tag) => {
                let (items, last) = self.build_items()?;
                (YamlValue::List(items), (anchor, tag), last)
            }
            Event::MappingStart(_, anchor, tag) => {
                let (pairs, last) = self.build_map()?;
                (YamlValue::Map(pairs), (anchor, tag), last)
            }
            _ => (YamlValue::Unsupported("an alias"), (0, None), start),
        };
        self.depth -= 1;
        let (line, last_line) = (start.start.line(), last.end.line());
        match (&value, properties) {
            (_, (_, Some(_))) => value = YamlValue::Unsupported("a tag"),
            (_, (1.., _)) => value = YamlValue::Unsupported("an anchor"),
            (YamlValue::Text(_), _) if last_line > line => {
                value = YamlValue::Unsupported("a value of several lines");
            }
            _ if is_flow && last_line > line => {
                value = YamlValue::Unsupported("a list in brackets over several lines");
            }
            _ => {}
        }
        let span = Span::new(start.start, last.end).byte_range().unwrap_or_default();
        Ok(YamlNode { value, span, line, is_flow })
    }

    fn build_items(&mut self) -> Result<(Vec<YamlNode>, Span)> {
        let mut items = Vec::new();
        loop {
            match self.next_event()? {
                (Event::SequenceEnd | Event::StreamEnd, end) => return Ok((items, end)),
                (event, span) => items.push(self.build(event, span)?),
            }
        }
    }

    fn build_map(&mut self) -> Result<(Vec<(String, YamlNode)>, Span)> {
        let mut pairs: Vec<(String, YamlNode)> = Vec::new();
        loop {
            let (event, span) = self.next_event()?;
            let line = span.start.line();
            let key = match event {
                Event::MappingEnd | Event::StreamEnd => return Ok((pairs, span)),
                Event::Scalar(key, ..) => key.into_owned(),
                _ => return Err(error_at(line, "has a name of several parts")),
            };
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(error_at(line, &format!("says `{key}` a second time")));
            }
            let (event, span) = self.next_event()?;
            pairs.push((key, self.build(event, span)?));
        }
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> YamlValue {
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => YamlValue::Unsupported("a block of text"),
        ScalarStyle::Plain if matches!(&*text, "" | "~" | "null" | "Null" | "NULL") => {
            YamlValue::Null
        }
        _ => YamlValue::Text(text.into_owned()),
    }
}

#[cfg(test)]
mod tests;
