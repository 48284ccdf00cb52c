//! The difference of two files, as `diff -u` shows it.

use std::collections::HashMap;
use std::ops::Range;

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Where no line is alone, regions of up to this many pairs of lines are still compared one by one.
const MAX_PAIRS: usize = 10_000;

/// A line of the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiffLine<'b> {
    /// Where the next lines stand: line and count, before and after.
    Hunk([usize; 4]),
    /// In both.
    Context(&'b [u8]),
    /// Only before.
    Removed(&'b [u8]),
    /// Only after.
    Added(&'b [u8]),
}

/// What has to change to come from one text to the other; nothing for equal ones.
pub(super) fn unified<'b>(old: &'b [u8], new: &'b [u8]) -> Vec<DiffLine<'b>> {
    let (old, new) = (lines(old), lines(new));
    let mut pairs = Vec::new();
    match_lines(&old, &new, 0..old.len(), 0..new.len(), &mut pairs);
    pairs.push((old.len(), new.len()));
    // All lines in their order, each with the numbers of lines before it.
    let (mut all, mut at) = (Vec::new(), (0, 0));
    for (i, j) in pairs {
        while at.0 < i {
            all.push((DiffLine::Removed(old[at.0]), at));
            at.0 += 1;
        }
        while at.1 < j {
            all.push((DiffLine::Added(new[at.1]), at));
            at.1 += 1;
        }
        if let Some(line) = old.get(i) {
            all.push((DiffLine::Context(line), at));
            at = (at.0 + 1, at.1 + 1);
        }
    }
    hunks(&all)
}

/// Only what is near a change, with its place in front.
fn hunks<'b>(all: &[(DiffLine<'b>, (usize, usize))]) -> Vec<DiffLine<'b>> {
    let changed = all
        .iter()
        .enumerate()
        .filter(|(_, (line, _))| !matches!(line, DiffLine::Context(_)))
        .map(|(at, _)| at);
    let mut regions: Vec<Range<usize>> = Vec::new();
    for at in changed {
        let (start, stop) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(all.len()));
        match regions.last_mut() {
            Some(last) if last.end >= start => last.end = stop,
            _ => regions.push(start..stop),
        }
    }
    let mut out = Vec::new();
    for region in regions {
        let (lines, (before, after)) = (&all[region.clone()], all[region.start].1);
        let olds = lines.iter().filter(|(line, _)| !matches!(line, DiffLine::Added(_))).count();
        let news = lines.iter().filter(|(line, _)| !matches!(line, DiffLine::Removed(_))).count();
        // A side without lines is named by the line before it.
        out.push(DiffLine::Hunk([
            before + usize::from(olds > 0),
            olds,
            after + usize::from(news > 0),
            news,
        ]));
        out.extend(lines.iter().map(|(line, _)| *line));
    }
    out
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Adds the pairs of equal lines, in order: what both begin with, then lines that occur once on
/// each side, and what lies between those.
fn match_lines(
    old: &[&[u8]],
    new: &[&[u8]],
    mut left: Range<usize>,
    mut right: Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
) {
    while !left.is_empty() && !right.is_empty() && old[left.start] == new[right.start] {
        pairs.push((left.start, right.start));
        (left.start, right.start) = (left.start + 1, right.start + 1);
    }
    let anchors = longest_increasing(&unique_in_both(old, new, left.clone(), right.clone()));
    if anchors.is_empty() {
        return match_small(old, new, left, right, pairs);
    }
    for (i, j) in anchors {
        match_lines(old, new, left.start..i, right.start..j, pairs);
        pairs.push((i, j));
        (left.start, right.start) = (i + 1, j + 1);
    }
    match_lines(old, new, left, right, pairs);
}

/// The same where no line is alone: what both end with, and line by line what lies before it,
/// unless that would take too long.
fn match_small(
    old: &[&[u8]],
    new: &[&[u8]],
    mut left: Range<usize>,
    mut right: Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
) {
    let mut tail = Vec::new();
    while !left.is_empty() && !right.is_empty() && old[left.end - 1] == new[right.end - 1] {
        (left.end, right.end) = (left.end - 1, right.end - 1);
        tail.push((left.end, right.end));
    }
    if left.len().saturating_mul(right.len()) <= MAX_PAIRS {
        pairs.extend(longest_common(old, new, left, right));
    }
    pairs.extend(tail.into_iter().rev());
}

/// Lines that occur once on each side, in the order of the left one.
fn unique_in_both(
    old: &[&[u8]],
    new: &[&[u8]],
    left: Range<usize>,
    right: Range<usize>,
) -> Vec<(usize, usize)> {
    let once = |lines: &[&'_ [u8]], range: Range<usize>| {
        let mut seen: HashMap<Vec<u8>, Option<usize>> = HashMap::with_capacity(range.len());
        for at in range {
            seen.entry(lines[at].to_vec()).and_modify(|place| *place = None).or_insert(Some(at));
        }
        seen
    };
    let (before, after) = (once(old, left), once(new, right));
    let mut both: Vec<_> =
        before.iter().filter_map(|(line, at)| Some(((*at)?, (*after.get(line)?)?))).collect();
    both.sort_unstable();
    both
}

/// The longest run of pairs in which both sides rise.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best run of each length, and the pair before each pair in its run.
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    for (at, (_, right)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *right);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(last) = at {
        run.push(pairs[last]);
        at = before[last];
    }
    run.reverse();
    run
}

/// The longest common run of lines of two small regions.
fn longest_common(
    old: &[&[u8]],
    new: &[&[u8]],
    left: Range<usize>,
    right: Range<usize>,
) -> Vec<(usize, usize)> {
    let width = right.len() + 1;
    let mut best = vec![0_u32; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            best[i * width + j] = match old[left.start + i] == new[right.start + j] {
                true => best[(i + 1) * width + j + 1] + 1,
                false => best[(i + 1) * width + j].max(best[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut run) = (0, 0, Vec::new());
    while i < left.len() && j < right.len() {
        if old[left.start + i] == new[right.start + j] {
            run.push((left.start + i, right.start + j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rendered(old: &str, new: &str) -> String {
        let text = |sign: char, line: &[u8]| format!("{sign}{}", String::from_utf8_lossy(line));
        let line = |line: &DiffLine<'_>| match line {
            DiffLine::Hunk([a, b, c, d]) => format!("@@ -{a},{b} +{c},{d} @@\n"),
            DiffLine::Context(line) => text(' ', line),
            DiffLine::Removed(line) => text('-', line),
            DiffLine::Added(line) => text('+', line),
        };
        unified(old.as_bytes(), new.as_bytes()).iter().map(line).collect()
    }

    #[test]
    fn changes_stand_with_three_lines_around_them() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(rendered(old, old), "");
        assert_eq!(
            rendered(old, &old.replace("5\n", "five\n")),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
        assert_eq!(rendered("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(rendered("a\n", ""), "@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(rendered("a\nb\n", "b\na\n").matches(['-', '+']).count(), 4);
    }

    proptest! {
        #[test]
        fn a_difference_leads_from_the_old_text_to_the_new_one(old in "[ab\n]{0,40}", new in "[ab\n]{0,40}") {
            let (before, after) = (lines(old.as_bytes()), lines(new.as_bytes()));
            let (mut out, mut at) = (Vec::new(), 0);
            for line in unified(old.as_bytes(), new.as_bytes()) {
                match line {
                    DiffLine::Hunk([start, count, ..]) => {
                        let start = if count == 0 { start } else { start - 1 };
                        out.extend_from_slice(&before[at..start]);
                        at = start;
                    }
                    DiffLine::Context(line) => {
                        prop_assert_eq!(before[at], line);
                        out.push(line);
                        at += 1;
                    }
                    DiffLine::Removed(line) => {
                        prop_assert_eq!(before[at], line);
                        at += 1;
                    }
                    DiffLine::Added(line) => out.push(line),
                }
            }
            out.extend_from_slice(&before[at..]);
            prop_assert_eq!(out, after);
        }
    }
}
