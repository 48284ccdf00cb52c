//! Our block in the AWS config file: found, read, replaced and taken out again, with every byte around it left as it is.

use std::borrow::Cow;

use crate::domain::{AccountId, Error, InstanceName, Kind, Result, RoleName};

use super::header::{self, Kind as Sort};
use super::managed::{Marker, marker, role_of};
use super::scan::{Line, Reader};
use super::values::{self, Keys};

/// What our block says of itself, below its first line.
const NOTE: &str = "# Written by `rolecall setup profiles`. It replaces all lines down to END_ROLECALL: yours stand above or below.";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file taken apart at the block of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'b> {
    name: &'b str,
    before: &'b [u8],
    block: Option<&'b [u8]>,
    after: &'b [u8],
    end: &'static str,
}

/// A section that stands in our block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<'b> {
    /// Its bytes, with the comments above its header.
    pub raw: &'b [u8],
    /// What it is.
    pub what: What,
}

/// What a section in our block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A profile for a role, as we write them.
    Profile {
        /// Its name.
        name: String,
        /// The instance that it names; `None` means the only or the default one.
        sso: Option<InstanceName>,
        /// The account.
        account: AccountId,
        /// The role.
        role: RoleName,
        /// Whether SDKs sign in by themselves for it (`sso_session`).
        native: bool,
    },
    /// An `[sso-session]`, by its name.
    Session(String),
    /// Something that we never write, with the name that it takes if it is a profile.
    Other(Option<String>),
}

impl<'b> Parts<'b> {
    /// Takes a file apart.
    ///
    /// # Errors
    /// [`Kind::Config`] with the line when begin and end markers don't go together, when there are two such blocks, or when keys
    /// beside the block's ends belong to no section.
    pub fn of(bytes: &'b [u8], name: &'b str) -> Result<Self> {
        let (mut open, mut found, mut offset) = (None::<(usize, usize, &str)>, None::<(usize, usize)>, 0);
        for (number, raw) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let (line, start) = (number + 1, offset);
            offset += raw.len();
            let bare = if number == 0 { raw.strip_prefix(BYTE_ORDER_MARK).unwrap_or(raw) } else { raw };
            match (marker(bare), open) {
                (None, _) => {}
                (Some(Marker::Begin(_)), Some((since, ..))) => {
                    return Err(wrong(format!("line {line}: a block begins inside of the one that begins in line {since}")));
                }
                (Some(Marker::Begin(which)), None) => open = Some((line, start + raw.len() - bare.len(), which)),
                (Some(Marker::End(_)), None) => return Err(wrong(format!("line {line}: a block ends that has no BEGIN_ROLECALL"))),
                (Some(Marker::End(which)), Some((since, _, begun))) if which != begun => {
                    return Err(wrong(format!("line {line}: the block that begins in line {since} as `{begun}` ends as `{which}`")));
                }
                (Some(Marker::End(_)), Some((since, start, begun))) => {
                    open = None;
                    if begun == name && found.replace((start, offset)).is_some() {
                        return Err(wrong(format!("line {since}: a second block is called `{name}`")));
                    }
                }
            }
        }
        if let Some((line, _, which)) = open {
            return Err(wrong(format!("line {line}: the block `{which}` has no END_ROLECALL, so nobody knows where it stops")));
        }
        let (start, stop) = found.unwrap_or((bytes.len(), bytes.len()));
        let block = found.map(|(start, stop)| &bytes[start..stop]);
        let parts = Self { name, before: &bytes[..start], block, after: &bytes[stop..], end: line_end(block.unwrap_or(bytes)) };
        parts.check_edges()?;
        Ok(parts)
    }

    /// Keys below the block belong to whichever profile is its last one, and keys on top of it to the section before it: both would
    /// come to belong to another one.
    fn check_edges(&self) -> Result<()> {
        let Some(block) = self.block else { return Ok(()) };
        for (bytes, place) in [(block, "on top of the block"), (self.after, "below the block")] {
            let (text, mut reader) = (String::from_utf8_lossy(bytes), Reader::default());
            let first = text.lines().map(|line| reader.read(line)).find(|line| !matches!(line, Line::Blank | Line::Comment));
            if !matches!(first, None | Some(Line::Header(_))) {
                return Err(wrong(format!("the lines {place} `{}` belong to no section of their own", self.name))
                    .hint("move them away from it, or give them a header"));
            }
        }
        Ok(())
    }

    /// Whether the block is there.
    pub fn has_block(&self) -> bool {
        self.block.is_some()
    }

    /// Everything but the block.
    pub fn outside(&self) -> Cow<'b, [u8]> {
        match self.block {
            None => Cow::Borrowed(self.before),
            Some(_) => Cow::Owned([self.before, self.after].concat()),
        }
    }

    /// The sections of the block, in order.
    pub fn held(&self) -> Vec<Held<'b>> {
        let Some(block) = self.block else { return Vec::new() };
        let (mut reader, mut held, mut start, mut reached, mut body) = (Reader::default(), Vec::new(), 0, 0, None::<(usize, String)>);
        let mut offset = 0;
        for raw in block.split_inclusive(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(raw);
            offset += raw.len();
            let ours = marker(raw).is_some() || line.trim_end() == NOTE;
            match reader.read(&line) {
                // Comments above a header go with it; what we say of ourselves goes with nothing.
                Line::Blank | Line::Comment if ours => {
                    held.extend(body.take().map(|body| section(block, start..reached, body)));
                    start = offset;
                }
                Line::Blank | Line::Comment => {}
                Line::Header(inside) => {
                    if let Some(body) = body.take() {
                        held.push(section(block, start..reached, body));
                        start = reached;
                    }
                    (body, reached) = (Some((offset, inside.trim().to_owned())), offset);
                }
                Line::Key(..) | Line::More(_) | Line::Odd => reached = offset,
            }
        }
        held
    }

    /// How lines of the block end: as they do now, or as those of the file.
    pub fn line_end(&self) -> &'static str {
        self.end
    }

    /// The file with a block of these sections in the place of the old one, or at the end; without any, the file without the block.
    /// A new block stands behind one empty line, and ends with a line's end only if the file did.
    pub fn with(&self, sections: &[Cow<'_, [u8]>]) -> Vec<u8> {
        if sections.is_empty() {
            return self.without();
        }
        let end = self.end.as_bytes();
        let open = self.block.map_or(!self.before.is_empty() && !self.before.ends_with(b"\n"), |block| !block.ends_with(b"\n"));
        let open = open && self.before != BYTE_ORDER_MARK;
        let mut out =
            Vec::with_capacity(self.before.len() + self.after.len() + sections.iter().map(|section| section.len() + 2).sum::<usize>());
        out.extend(self.before);
        if self.block.is_none() && !self.before.is_empty() && self.before != BYTE_ORDER_MARK {
            out.extend(if open { [end, end].concat() } else { end.to_vec() });
        }
        out.extend(format!("# BEGIN_ROLECALL {}{}{NOTE}{}", self.name, self.end, self.end).as_bytes());
        for section in sections {
            out.extend(end);
            out.extend(&**section);
            if !section.ends_with(b"\n") {
                out.extend(end);
            }
        }
        out.extend(format!("# END_ROLECALL {}{}", self.name, if open { "" } else { self.end }).as_bytes());
        out.extend(self.after);
        out
    }

    /// The file as it was before the block came into it.
    pub fn without(&self) -> Vec<u8> {
        let Some(block) = self.block else { return self.before.to_vec() };
        let (end, mut before) = (self.end.as_bytes(), self.before);
        if let Some(rest) = before.strip_suffix(end).filter(|rest| rest.ends_with(b"\n")) {
            before = rest;
            if !block.ends_with(b"\n") {
                before = before.strip_suffix(end).unwrap_or(before);
            }
        }
        [before, self.after].concat()
    }
}

fn wrong(what: String) -> Error {
    Error::new(Kind::Config, what).hint("repair these lines in an editor: nothing was written")
}

/// How the first line ends.
fn line_end(bytes: &[u8]) -> &'static str {
    match bytes.split_inclusive(|byte| *byte == b'\n').next() {
        Some([.., b'\r', b'\n']) => "\r\n",
        _ => "\n",
    }
}

/// A section of the block: its bytes, and what its header and its lines say.
fn section(block: &[u8], place: std::ops::Range<usize>, (body, inside): (usize, String)) -> Held<'_> {
    let raw = &block[place.clone()];
    // Blank lines between two sections are nobody's.
    let blank = raw.split_inclusive(|byte| *byte == b'\n').take_while(|line| line.trim_ascii().is_empty()).map(<[u8]>::len).sum::<usize>();
    let name = header::name(&inside);
    let what = match (header::kind(&inside), name) {
        (Sort::SsoSession, Some(name)) => What::Session(name),
        (Sort::Profile, Some(name)) => {
            let mut keys = Keys::new();
            values::read(&String::from_utf8_lossy(&block[body..place.end]), &mut keys);
            profile(&keys, &name).unwrap_or(What::Other(Some(name)))
        }
        _ => What::Other(None),
    };
    Held { raw: &raw[blank..], what }
}

/// The role that a profile of ours stands for.
fn profile(keys: &Keys, name: &str) -> Option<What> {
    let name = name.to_owned();
    if let Some(command) = keys.get("credential_process") {
        let (sso, account, role) = role_of(&header::words(command)?)?;
        return Some(What::Profile { name, sso, account, role, native: false });
    }
    let sso = Some(InstanceName::new(keys.get("sso_session")?));
    let (account, role) = (keys.get("sso_account_id")?.parse().ok()?, RoleName::new(keys.get("sso_role_name")?));
    Some(What::Profile { name, sso, account, role, native: true })
}
