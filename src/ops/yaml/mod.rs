//! Parses YAML as configuration files of other programs use it: block style, one value a line, with
//! the position of every value.
//!
//! A complete YAML library would be the largest dependency after the SDK, and none reports
//! positions so exactly that one line can be changed and the others kept. Nothing beyond this
//! subset is guessed: it is a [`YamlValue::Unsupported`] with a description, or an error with a line.

mod scalar;

use std::ops::Range;

use crate::domain::{Error, ErrorKind, Result};

use scalar::ParsedScalar;

/// Maximum nesting depth of a file.
const MAX_DEPTH: usize = 64;

/// A value and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlNode {
    /// What it says.
    pub value: YamlValue,
    /// Its bytes: of a value on a single line as it is written, including quotes; of others from
    /// the first to the last line.
    pub span: Range<usize>,
    /// Its first line, from 1.
    pub line: usize,
    /// Whether it is written in brackets or braces.
    pub is_flow: bool,
}

/// What a value says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YamlValue {
    /// Empty, or `null`.
    Null,
    /// A string, number or boolean: all are strings here.
    Text(String),
    /// A list.
    List(Vec<YamlNode>),
    /// Names and values in order.
    Map(Vec<(String, YamlNode)>),
    /// Something that this parser does not interpret, and its description.
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

    /// Returns the line and description of the first part, itself included, that this parser did
    /// not interpret.
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
/// [`ErrorKind::Config`] with the line, if it is not YAML or has a layout that this parser does not
/// support.
pub fn parse(text: &str) -> Result<YamlNode> {
    let mut parser = YamlParser { text, lines: split_lines(text)?, position: 0, depth: 0 };
    if parser.lines.is_empty() {
        return Ok(YamlNode { value: YamlValue::Null, span: 0..0, line: 1, is_flow: false });
    }
    let node = parser.parse_block()?;
    match parser.lines.get(parser.position) {
        Some(line) => Err(error_at(line.number, "is indented less than what it would belong to")),
        None => Ok(node),
    }
}

/// A line with content. `start` and `indent` advance when a `- ` is removed.
#[derive(Debug, Clone, Copy)]
struct YamlLine {
    number: usize,
    indent: usize,
    start: usize,
    end: usize,
}

fn split_lines(text: &str) -> Result<Vec<YamlLine>> {
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
            return Err(error_at(number, "begins a second document, or says how to read it"));
        }
        out.push(YamlLine {
            number,
            indent,
            start: start + indent,
            end: start + indent + trimmed.len(),
        });
    }
    Ok(out)
}

fn error_at(line: usize, problem: &str) -> Error {
    Error::new(ErrorKind::Config, format!("line {line} {problem}"))
}

struct YamlParser<'t> {
    text: &'t str,
    lines: Vec<YamlLine>,
    position: usize,
    depth: usize,
}

impl<'t> YamlParser<'t> {
    fn line(&self) -> Option<YamlLine> {
        self.lines.get(self.position).copied()
    }

    fn content(&self, line: YamlLine) -> &'t str {
        &self.text[line.start..line.end]
    }

    /// Parses the node that begins on this line.
    fn parse_block(&mut self) -> Result<YamlNode> {
        let line = self.lines[self.position];
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error_at(line.number, "is nested too deeply"));
        }
        let content = self.content(line);
        let node = if content.starts_with('\t') {
            Err(error_at(line.number, "is indented by a tab"))
        } else if is_item(content) {
            self.parse_list(line.indent)
        } else if scalar::parse_key(content).is_some() {
            self.parse_map(line.indent)
        } else {
            // A single value: of the whole file, or on the line below its name.
            self.parse_value(line, 0, line.indent.checked_sub(1))
        };
        self.depth -= 1;
        node
    }

    fn parse_list(&mut self, indent: usize) -> Result<YamlNode> {
        let first = self.lines[self.position];
        let mut items = Vec::new();
        while let Some(line) =
            self.line().filter(|line| line.indent == indent && is_item(self.content(*line)))
        {
            let rest = self.content(line)[1..].trim_start_matches(' ');
            if rest.is_empty() || rest.starts_with('#') {
                self.position += 1;
                items.push(self.parse_below(line, |next| next.indent > indent)?);
                continue;
            }
            let moved = line.end - rest.len();
            let inner =
                YamlLine { indent: line.indent + (moved - line.start), start: moved, ..line };
            if is_item(rest) || scalar::parse_key(rest).is_some() {
                self.lines[self.position] = inner;
                items.push(self.parse_block()?);
            } else {
                items.push(self.parse_value(inner, 0, Some(indent))?);
            }
        }
        self.check_end(indent)?;
        Ok(self.node_from(first, YamlValue::List(items)))
    }

    fn parse_map(&mut self, indent: usize) -> Result<YamlNode> {
        let first = self.lines[self.position];
        let mut pairs: Vec<(String, YamlNode)> = Vec::new();
        while let Some(line) =
            self.line().filter(|line| line.indent == indent && !is_item(self.content(*line)))
        {
            if self.content(line).starts_with('\t') {
                return Err(error_at(line.number, "is indented by a tab"));
            }
            let Some((key, used)) = scalar::parse_key(self.content(line)) else {
                return Err(error_at(line.number, "has no name with a colon"));
            };
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(error_at(line.number, &format!("says `{key}` a second time")));
            }
            let rest = &self.content(line)[used..];
            let node = if rest.trim().is_empty() || rest.trim_start().starts_with('#') {
                self.position += 1;
                let text = self.text;
                // A list may have the same indentation as its name.
                self.parse_below(line, |next| {
                    next.indent > indent
                        || (next.indent == indent && is_item(&text[next.start..next.end]))
                })?
            } else {
                self.parse_value(line, used, Some(indent))?
            };
            pairs.push((key, node));
        }
        self.check_end(indent)?;
        Ok(self.node_from(first, YamlValue::Map(pairs)))
    }

    /// Parses the node below a line that ends in a colon or a dash.
    fn parse_below(
        &mut self,
        above: YamlLine,
        belongs: impl Fn(YamlLine) -> bool,
    ) -> Result<YamlNode> {
        match self.line() {
            Some(next) if belongs(next) => self.parse_block(),
            _ => Ok(YamlNode {
                value: YamlValue::Null,
                span: above.end..above.end,
                line: above.number,
                is_flow: false,
            }),
        }
    }

    /// Parses a value that begins `used` bytes into the line. Lines that are indented more than
    /// `parent` continue it.
    fn parse_value(
        &mut self,
        line: YamlLine,
        used: usize,
        parent: Option<usize>,
    ) -> Result<YamlNode> {
        let rest = self.content(line)[used..].trim_start();
        let start = line.end - rest.len();
        self.position += 1;
        let read = scalar::parse_value(rest);
        let mut last = line;
        // An anchor may precede a list with the same indentation as its name.
        let with_items = matches!(read, ParsedScalar::Anchor(_));
        while let Some(next) = self.line() {
            let deeper = parent.is_none_or(|parent| next.indent > parent);
            let item = with_items && parent == Some(next.indent) && is_item(self.content(next));
            if !deeper && !item {
                break;
            }
            // A name below a value: one of them has the wrong indentation, and which one is
            // unclear.
            if matches!(read, ParsedScalar::Text(..))
                && scalar::parse_key(self.content(next)).is_some()
            {
                return Err(error_at(next.number, "is indented more than the lines before it"));
            }
            last = next;
            self.position += 1;
        }
        let (value, end, flow) = match read {
            ParsedScalar::Text(value, length) if last.number == line.number => {
                (value, start + length, false)
            }
            ParsedScalar::Flow(value, length) if last.number == line.number => {
                (value, start + length, true)
            }
            ParsedScalar::Text(..) | ParsedScalar::UnclosedQuote => {
                (YamlValue::Unsupported("a value of several lines"), last.end, false)
            }
            ParsedScalar::Flow(..) | ParsedScalar::UnclosedFlow => {
                (YamlValue::Unsupported("a list in brackets over several lines"), last.end, true)
            }
            ParsedScalar::Anchor(problem) | ParsedScalar::Unsupported(problem) => {
                (YamlValue::Unsupported(problem), last.end, false)
            }
        };
        Ok(YamlNode { value, span: start..end, line: line.number, is_flow: flow })
    }

    /// Checks that the next line is not indented more than the list or map that just ended.
    fn check_end(&self, indent: usize) -> Result<()> {
        match self.line() {
            Some(line) if line.indent > indent => {
                Err(error_at(line.number, "is indented more than the lines before it"))
            }
            _ => Ok(()),
        }
    }

    fn node_from(&self, first: YamlLine, value: YamlValue) -> YamlNode {
        let end = self.lines[..self.position].last().map_or(first.end, |line| line.end);
        YamlNode { value, span: first.start..end, line: first.number, is_flow: false }
    }
}

/// Whether a line is an item of a list.
fn is_item(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

#[cfg(test)]
mod tests;
