//! Problems in section headers that AWS programs do not recognize.

use super::outline::Outline;
use super::{LineReplacement, SsoProblem, SsoProblemKind};

/// Reports problems in headers. One is fixable only if no other section has the name.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<SsoProblem>) {
    for section in &outline.sections {
        let Some(header) = &section.header_problem else { continue };
        let same = outline.sections.iter().filter(|other| other.subject == section.subject).count();
        let is_name_free = same == 1;
        let line = outline.line(section.line);
        let edit = header.correction.as_ref().filter(|_| is_name_free).and_then(|correction| {
            let start = line.find('[')?;
            let end =
                line[start..].find(section.header_text)? + start + section.header_text.len() + 1;
            Some(LineReplacement {
                line: section.line,
                lines: vec![format!("{}{correction}{}", &line[..start], line.get(end..)?)],
            })
        });
        let suffix = if edit.is_none() && header.correction.is_some() {
            ", which already exists"
        } else {
            ""
        };
        out.push(SsoProblem {
            line: section.line,
            section: section.label(),
            message: header.message.to_owned(),
            advice: format!("{}{suffix}", header.advice),
            kind: SsoProblemKind::BadHeader,
            edit,
            subject: section.subject.clone(),
        });
    }
}
