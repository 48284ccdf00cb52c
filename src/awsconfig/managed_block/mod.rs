//! The block that rolecall manages in the AWS config file: finds, parses, replaces and removes it.
//! All bytes around it stay unchanged.

mod section;

use std::borrow::Cow;

use crate::domain::{BYTE_ORDER_MARK, Error, ErrorKind, Result};

use super::lexer::{IniLexer, IniLine};
use super::managed_profiles::{Marker, parse_marker};
use section::parse_section;

pub use section::{BlockSection, BlockSectionKind};

/// The comment below the block's first line. It must not change: it is also recognized when the
/// block is parsed.
const BLOCK_COMMENT: &str = "# Written by `rolecall setup profiles`. It replaces all lines down \
     to END_ROLECALL: keep your own above or below them.";

/// A file, split at the block of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitFile<'b> {
    name: &'b str,
    before: &'b [u8],
    block: Option<&'b [u8]>,
    after: &'b [u8],
    line_ending: &'static str,
}

impl<'b> SplitFile<'b> {
    /// Splits a file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with the line if begin and end markers do not match, if there are two
    /// blocks of this name, or if keys next to the block's ends belong to no section.
    pub fn parse(bytes: &'b [u8], name: &'b str) -> Result<Self> {
        let (mut open, mut found, mut offset) =
            (None::<(usize, usize, &str)>, None::<(usize, usize)>, 0);
        for (number, raw) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let (line, start) = (number + 1, offset);
            offset += raw.len();
            let text = if number == 0 {
                raw.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(raw)
            } else {
                raw
            };
            match (parse_marker(text), open) {
                (None, _) => {}
                (Some(Marker::Begin(_)), Some((since, ..))) => {
                    return Err(block_error(format!(
                        "line {line}: a block begins inside the one that begins in line {since}"
                    )));
                }
                (Some(Marker::Begin(begun)), None) => {
                    open = Some((line, start + raw.len() - text.len(), begun))
                }
                (Some(Marker::End(_)), None) => {
                    return Err(block_error(format!(
                        "line {line}: a block ends without BEGIN_ROLECALL"
                    )));
                }
                (Some(Marker::End(ended)), Some((since, _, begun))) if ended != begun => {
                    return Err(block_error(format!(
                        "line {line}: the block that begins in line {since} as `{begun}` ends as \
                         `{ended}`"
                    )));
                }
                (Some(Marker::End(_)), Some((since, start, begun))) => {
                    open = None;
                    if begun == name && found.replace((start, offset)).is_some() {
                        return Err(block_error(format!(
                            "line {since}: a second block has the name `{name}`"
                        )));
                    }
                }
            }
        }
        if let Some((line, _, begun)) = open {
            return Err(block_error(format!(
                "line {line}: the block `{begun}` has no END_ROLECALL, so its end is unknown"
            )));
        }
        let (start, stop) = found.unwrap_or((bytes.len(), bytes.len()));
        let block = found.map(|(start, stop)| &bytes[start..stop]);
        let split = Self {
            name,
            before: &bytes[..start],
            block,
            after: &bytes[stop..],
            line_ending: first_line_ending(block.unwrap_or(bytes)),
        };
        split.check_edges()?;
        Ok(split)
    }

    /// Rejects keys directly below the block, which belong to its last profile, and keys at its
    /// top, which belong to the section before it: both would become part of another section.
    fn check_edges(&self) -> Result<()> {
        let Some(block) = self.block else { return Ok(()) };
        for (bytes, place) in [(block, "at the top of the block"), (self.after, "below the block")]
        {
            let (text, mut lexer) = (String::from_utf8_lossy(bytes), IniLexer::default());
            // These lines follow a key, so even an indented header would be part of its value.
            lexer.lex_line("key = value");
            let first = text
                .lines()
                .map(|line| lexer.lex_line(line))
                .find(|line| !matches!(line, IniLine::Blank | IniLine::Comment));
            if !matches!(first, None | Some(IniLine::Header(_))) {
                return Err(block_error(format!(
                    "the lines {place} `{}` belong to no section of their own",
                    self.name
                ))
                .hint("move them elsewhere, or add a section header above them"));
            }
        }
        Ok(())
    }

    /// Whether the file contains the block.
    pub fn has_block(&self) -> bool {
        self.block.is_some()
    }

    /// The file without the block.
    pub fn outside(&self) -> Cow<'b, [u8]> {
        match self.block {
            None => Cow::Borrowed(self.before),
            Some(_) => Cow::Owned([self.before, self.after].concat()),
        }
    }

    /// Parses the sections of the block, in order.
    pub fn sections(&self) -> Vec<BlockSection<'b>> {
        let Some(block) = self.block else { return Vec::new() };
        // `start` is where the next section begins, `end` the end of its last key, and `body` holds
        // the position after its header and the header text.
        let (mut lexer, mut sections, mut start, mut end, mut body) =
            (IniLexer::default(), Vec::new(), 0, 0, None::<(usize, String)>);
        let mut offset = 0;
        for raw in block.split_inclusive(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(raw);
            offset += raw.len();
            let is_boilerplate = parse_marker(raw).is_some() || line.trim_end() == BLOCK_COMMENT;
            match lexer.lex_line(&line) {
                // Comments above a header belong to it, except for the block's own.
                IniLine::Blank | IniLine::Comment if is_boilerplate => {
                    sections.extend(body.take().map(|body| parse_section(block, start..end, body)));
                    start = offset;
                }
                IniLine::Blank | IniLine::Comment => {}
                IniLine::Header(inside) => {
                    if let Some(body) = body.take() {
                        sections.push(parse_section(block, start..end, body));
                        start = end;
                    }
                    (body, end) = (Some((offset, inside.trim().to_owned())), offset);
                }
                IniLine::Key(..) | IniLine::Continuation(_) | IniLine::Invalid => end = offset,
            }
        }
        sections
    }

    /// The line ending of the block, or of the file if there is no block yet.
    pub fn line_ending(&self) -> &'static str {
        self.line_ending
    }

    /// Returns the file with a block of these sections in place of the old one or at the end;
    /// without sections, the file without the block. A new block follows an empty line, and ends
    /// with a line ending only if the file did.
    pub fn with_sections(&self, sections: &[Cow<'_, [u8]>]) -> Vec<u8> {
        if sections.is_empty() {
            return self.without_block();
        }
        let end = self.line_ending.as_bytes();
        let open =
            self.block.map_or(!self.before.is_empty() && !self.before.ends_with(b"\n"), |block| {
                !block.ends_with(b"\n")
            });
        let open = open && self.before != BYTE_ORDER_MARK.as_bytes();
        let mut out = Vec::with_capacity(
            self.before.len()
                + self.after.len()
                + sections.iter().map(|section| section.len() + 2).sum::<usize>(),
        );
        out.extend(self.before);
        if self.block.is_none()
            && !self.before.is_empty()
            && self.before != BYTE_ORDER_MARK.as_bytes()
        {
            out.extend(if open { [end, end].concat() } else { end.to_vec() });
        }
        out.extend(
            format!(
                "# BEGIN_ROLECALL {}{}{BLOCK_COMMENT}{}",
                self.name, self.line_ending, self.line_ending
            )
            .as_bytes(),
        );
        for section in sections {
            out.extend(end);
            out.extend(&**section);
            if !section.ends_with(b"\n") {
                out.extend(end);
            }
        }
        out.extend(
            format!("# END_ROLECALL {}{}", self.name, if open { "" } else { self.line_ending })
                .as_bytes(),
        );
        out.extend(self.after);
        out
    }

    /// Returns the file as it was before the block was added.
    pub fn without_block(&self) -> Vec<u8> {
        let Some(block) = self.block else { return self.before.to_vec() };
        let (end, mut before) = (self.line_ending.as_bytes(), self.before);
        if let Some(rest) = before.strip_suffix(end).filter(|rest| rest.ends_with(b"\n")) {
            before = rest;
            if !block.ends_with(b"\n") {
                before = before.strip_suffix(end).unwrap_or(before);
            }
        }
        [before, self.after].concat()
    }
}

fn block_error(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
        .hint("fix these lines in an editor: rolecall has written nothing")
}

fn first_line_ending(bytes: &[u8]) -> &'static str {
    match bytes.split_inclusive(|byte| *byte == b'\n').next() {
        Some([.., b'\r', b'\n']) => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstanceName, RoleName};
    use proptest::prelude::*;

    const ONE: &str = "[profile a]\n\
                       credential_process = /r process --sso s --account 012345678901 --role \
                       Admin\n";

    fn with(text: &str, sections: &[&str]) -> String {
        let parts = SplitFile::parse(text.as_bytes(), "profiles").unwrap();
        let sections: Vec<Cow<'_, [u8]>> = sections
            .iter()
            .map(|section| section.replace('\n', parts.line_ending()).into_bytes().into())
            .collect();
        String::from_utf8(parts.with_sections(&sections)).unwrap()
    }

    fn without(text: &str) -> String {
        String::from_utf8(SplitFile::parse(text.as_bytes(), "profiles").unwrap().without_block())
            .unwrap()
    }

    fn error(text: &str) -> String {
        SplitFile::parse(text.as_bytes(), "profiles").unwrap_err().message
    }

    #[test]
    fn a_new_block_is_added_at_the_end_and_removed_without_a_trace() {
        let block =
            format!("# BEGIN_ROLECALL profiles\n{BLOCK_COMMENT}\n\n{ONE}# END_ROLECALL profiles\n");
        let (open, crlf) = (block.trim_end().to_owned(), block.replace('\n', "\r\n"));
        let cases = [
            (String::new(), block.clone()),
            ("\u{feff}".into(), format!("\u{feff}{block}")),
            ("[a]\n".into(), format!("[a]\n\n{block}")),
            ("[a]\n\n".into(), format!("[a]\n\n\n{block}")),
            ("[a]".into(), format!("[a]\n\n{open}")),
            ("[a]\r\nk = v\r\n".into(), format!("[a]\r\nk = v\r\n\r\n{crlf}")),
        ];
        for (text, want) in cases {
            assert_eq!(with(&text, &[ONE]), want, "{text:?}");
            assert_eq!(with(&want, &[ONE]), want, "{text:?} twice");
            assert_eq!(without(&want), text);
            assert_eq!(with(&want, &[]), text);
        }
    }

    #[test]
    fn everything_but_the_block_is_outside_of_it() {
        let block = format!("# BEGIN_ROLECALL profiles\n{ONE}# END_ROLECALL profiles\n");
        for (text, has_block) in
            [("[x]\n[y]\n".to_owned(), false), (format!("[x]\n{block}[y]\n"), true)]
        {
            let parts = SplitFile::parse(text.as_bytes(), "profiles").unwrap();
            assert_eq!(parts.has_block(), has_block);
            assert_eq!(parts.outside(), &b"[x]\n[y]\n"[..]);
        }
    }

    #[test]
    fn a_block_is_replaced_in_place() {
        let text = format!(
            "# mine\n\n# BEGIN_ROLECALL profiles\n{ONE}# END_ROLECALL profiles\n# c\n[x]\nk = v"
        );
        let want = format!(
            "# mine\n\n# BEGIN_ROLECALL profiles\n{BLOCK_COMMENT}\n\n\
             [profile b]\nk = v\n# END_ROLECALL profiles\n# c\n\
             [x]\nk = v"
        );
        assert_eq!(with(&text, &["[profile b]\nk = v\n"]), want);
        assert_eq!(without(&text), "# mine\n# c\n[x]\nk = v");
    }

    #[test]
    fn markers_that_do_not_match_are_errors_with_their_line() {
        let (begin, end) = ("# BEGIN_ROLECALL profiles\n", "# END_ROLECALL profiles\n");
        let cases = [
            (
                format!("[a]\n{begin}{ONE}"),
                "line 2: the block `profiles` has no END_ROLECALL, so its end is unknown",
            ),
            (format!("{end}{ONE}"), "line 1: a block ends without BEGIN_ROLECALL"),
            (
                format!("{begin}{begin}{end}"),
                "line 2: a block begins inside the one that begins in line 1",
            ),
            (format!("{begin}{end}{begin}{end}"), "line 3: a second block has the name `profiles`"),
            (
                format!("{begin}# END_ROLECALL other\n"),
                "line 2: the block that begins in line 1 as `profiles` ends as `other`",
            ),
            (
                format!("# BEGIN_ROLECALL other\n{ONE}"),
                "line 1: the block `other` has no END_ROLECALL, so its end is unknown",
            ),
            (
                format!("{begin}{ONE}{end}region = x\n"),
                "the lines below the block `profiles` belong to no section of their own",
            ),
            (
                format!("[x]\n{begin}region = x\n{end}"),
                "the lines at the top of the block `profiles` belong to no section of their own",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(error(&text), want, "{text}");
        }
    }

    #[test]
    fn sections_are_separated_with_the_comments_above_them() {
        let text = format!(
            "# BEGIN_ROLECALL profiles\n{BLOCK_COMMENT}\n\n\
             [sso-session s]\nsso_region = r\n\n{ONE}\n# mine\n\n\
             [services x]\ns3 =\n  endpoint_url = u\n# end\n\n\
             [profile n] # c\nsso_session = s\nsso_account_id = 012345678901\n\
             sso_role_name = Admin\n\
             [profile \"o o\"]\nregion = r\n# END_ROLECALL profiles\n"
        );
        let parts = SplitFile::parse(text.as_bytes(), "profiles").unwrap();
        let found: Vec<_> = parts
            .sections()
            .into_iter()
            .map(|section| (String::from_utf8_lossy(section.raw).into_owned(), section.kind))
            .collect();
        let profile = |name: &str, native| BlockSectionKind::Profile {
            name: name.to_owned(),
            sso: Some(InstanceName::new("s")),
            account: "012345678901".parse().unwrap(),
            role: RoleName::new("Admin"),
            uses_sso_session: native,
        };
        assert_eq!(found.len(), 5);
        assert_eq!(
            found[0],
            ("[sso-session s]\nsso_region = r\n".to_owned(), BlockSectionKind::Session("s".into()))
        );
        assert_eq!(found[1], (ONE.to_owned(), profile("a", false)));
        assert_eq!(
            found[2],
            (
                "# mine\n\n[services x]\ns3 =\n  endpoint_url = u\n".to_owned(),
                BlockSectionKind::Other(None)
            )
        );
        assert!(
            found[3].0.starts_with("# end\n\n[profile n] # c\nsso_session")
                && found[3].1 == profile("n", true),
            "{found:?}"
        );
        assert_eq!(
            found[4],
            (
                "[profile \"o o\"]\nregion = r\n".to_owned(),
                BlockSectionKind::Other(Some("o o".into()))
            )
        );
    }

    /// Generates files of valid lines and random bytes.
    fn file() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            "[ \t]{0,2}\\[(profile )?[ab\"' ]{1,4}\\][ \t]{0,2}".prop_map(String::into_bytes),
            "[ \t]{0,3}[a-z]{1,5} ?[=:] ?[a-z#;]{0,5}".prop_map(String::into_bytes),
            "[ \t]{0,2}[#;] ?[a-z]{0,5}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>().prop_filter("a line", |byte| *byte != b'\n'), 0..8),
        ];
        let end = prop_oneof![Just(&b"\n"[..]), Just(&b"\r\n"[..])];
        let lines = prop::collection::vec((line, end), 0..10);
        (lines, any::<bool>(), any::<bool>()).prop_map(|(lines, mark, open)| {
            let mut out = if mark { BYTE_ORDER_MARK.as_bytes().to_vec() } else { Vec::new() };
            lines.into_iter().for_each(|(line, end)| out.extend([&line[..], end].concat()));
            if open && out.ends_with(b"\n") {
                out.pop();
            }
            out
        })
    }

    proptest! {
        #[test]
        fn adding_and_removing_a_block_keeps_every_other_byte(before in file(), after in file(), sections in prop::collection::vec("\\[profile [a-z]{1,3}\\]\nk = v\n", 1..4)) {
            let bytes: Vec<Cow<'_, [u8]>> = sections.iter().map(|section| section.as_bytes().into()).collect();
            let once = SplitFile::parse(&before, "profiles").unwrap().with_sections(&bytes);
            let parts = SplitFile::parse(&once, "profiles").unwrap();
            prop_assert!(once.starts_with(&before));
            prop_assert_eq!(parts.with_sections(&bytes), &once[..]);
            prop_assert_eq!(parts.without_block(), &before[..]);
            prop_assert_eq!(parts.sections().len(), sections.len());
            // Lines that are added below the block later are kept.
            let more = [&once[..], b"\n[z]\n", &after].concat();
            let more = SplitFile::parse(&more, "profiles").unwrap();
            let changed = more.with_sections(&bytes[..1]);
            prop_assert!(changed.starts_with(&before) && changed.ends_with(&[b"[z]\n", &after[..]].concat()));
            prop_assert!(more.without_block().starts_with(before.trim_ascii_end()) && more.without_block().ends_with(&after));
        }

        #[test]
        fn any_bytes_are_split_or_rejected_without_panic(lines in prop::collection::vec("(# (BEGIN|END)_ROLECALL ?(profiles|x)?|\\[profile a\\]|k = v|\\PC{0,5})\r?\n", 0..10)) {
            let text = lines.concat();
            if let Ok(parts) = SplitFile::parse(text.as_bytes(), "profiles") {
                let sections = parts.sections();
                prop_assert!(sections.windows(2).all(|pair| pair[0].raw.as_ptr().addr() + pair[0].raw.len() <= pair[1].raw.as_ptr().addr()));
                prop_assert!(text.len() >= parts.without_block().len());
            }
        }
    }
}
