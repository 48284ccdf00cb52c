//! Checks for required keys.

use crate::awsconfig::sso_lint::outline::KeyEntry;
use crate::awsconfig::sso_lint::settings::misspelled_or_indented_keys;
use crate::awsconfig::sso_lint::{LineReplacement, SsoProblem, SsoProblemKind};
use crate::domain::Region;

use super::merged_section::MergedSection;

impl MergedSection<'_, '_> {
    /// Checks for a required key. If its value is known, the problem is fixable.
    pub(super) fn check_required(
        &self,
        key: &str,
        value: Option<&Region>,
        out: &mut Vec<SsoProblem>,
    ) {
        if self.entry(key).is_some()
            || self.sections.iter().any(|section| {
                misspelled_or_indented_keys(section).any(|misplaced| misplaced == key)
            })
        {
            return;
        }
        let (section, placeholder) = (
            self.sections[0],
            key.trim_start_matches("granted_").trim_start_matches("sso_").to_uppercase(),
        );
        let (line, shown) = (section.line, value.map_or(placeholder, ToString::to_string));
        // A second key of the same name would be another problem: some AWS programs reject the
        // whole file for it.
        if let Some(empty) = self
            .sections
            .iter()
            .rev()
            .flat_map(|section| &section.entries)
            .find(|entry| entry.key == key)
        {
            let mut problem = self.new_problem(
                empty.line,
                format!("has an empty `{key}`"),
                format!("write `{key} = {shown}`"),
                SsoProblemKind::MissingKey,
            );
            if let Some(value) = value.filter(|_| empty.continuation.is_empty()) {
                let indent: String = self
                    .outline
                    .line(empty.line)
                    .chars()
                    .take_while(|letter| letter.is_whitespace())
                    .collect();
                problem.edit = Some(LineReplacement {
                    line: empty.line,
                    lines: vec![format!("{indent}{key} = {value}")],
                });
            }
            out.push(problem);
            return;
        }
        let mut problem = self.new_problem(
            line,
            format!("has no `{key}`"),
            format!("add `{key} = {shown}` below it"),
            SsoProblemKind::MissingKey,
        );
        if let Some(value) = value {
            // Add it after the first key with the same indentation: a line with another indentation
            // would belong to another key.
            let (line, indented) = section
                .entries
                .first()
                .map_or((section.line, section.line), |entry| (last_line(entry), entry.line));
            let indent: String = self
                .outline
                .line(indented)
                .chars()
                .take_while(|letter| letter.is_whitespace())
                .collect();
            problem.edit = Some(LineReplacement {
                line,
                lines: vec![self.outline.line(line).to_owned(), format!("{indent}{key} = {value}")],
            });
        }
        out.push(problem);
    }
}

/// The last line of an entry's value.
fn last_line(entry: &KeyEntry<'_>) -> usize {
    entry.continuation.last().map_or(entry.line, |(line, _)| *line)
}
