//! Problems in section headers that AWS programs do not recognize.

use super::outline::Outline;
use super::{LineReplacement, SsoProblem, SsoProblemKind};

/// The mistakes in headers, as problems. One is fixed only if no other section has that name.
pub(super) fn problems(outline: &Outline<'_>, out: &mut Vec<SsoProblem>) {
    for part in &outline.sections {
        let Some(header) = &part.header_problem else { continue };
        let same = outline.sections.iter().filter(|other| other.subject == part.subject).count();
        let free = !outline.has_section(&part.subject) && same == 1;
        let line = outline.line(part.line);
        let edit = header.correction.as_ref().filter(|_| free).and_then(|right| {
            let start = line.find('[')?;
            let end = line[start..].find(part.header_text)? + start + part.header_text.len() + 1;
            Some(LineReplacement {
                line: part.line,
                lines: vec![format!("{}{right}{}", &line[..start], line.get(end..)?)],
            })
        });
        let taken = if edit.is_none() && header.correction.is_some() {
            ", which is there already"
        } else {
            ""
        };
        out.push(SsoProblem {
            line: part.line,
            section: part.label(),
            message: header.message.to_owned(),
            advice: format!("{}{taken}", header.advice),
            kind: SsoProblemKind::BadHeader,
            edit,
            subject: part.subject.clone(),
        });
    }
}
