//! Text as grapheme clusters that take cells on a terminal, and cutting its middle to fit.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::escape_unprintable;

/// One grapheme cluster, ready to be written to a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grapheme<'a> {
    /// The cluster, with unprintable characters escaped.
    pub text: Cow<'a, str>,
    /// The cells that `text` takes.
    pub cells: usize,
    /// Positions of its characters in the original text; empty for the mark of a cut.
    pub chars: Range<usize>,
}

/// Splits a text into grapheme clusters and escapes unprintable characters.
pub fn graphemes(text: &str) -> Vec<Grapheme<'_>> {
    let mut at = 0;
    let mut out = Vec::new();
    for cluster in text.graphemes(true) {
        let start = at;
        at += cluster.chars().count();
        let escaped = escape_unprintable(cluster);
        let text = if escaped == cluster { Cow::Borrowed(cluster) } else { Cow::Owned(escaped) };
        out.push(Grapheme { cells: text.width(), text, chars: start..at });
    }
    out
}

/// Fits clusters into `cells` by replacing the middle with `mark`: names differ at both ends.
pub fn cut_middle<'a>(
    clusters: Vec<Grapheme<'a>>,
    cells: usize,
    mark: &'static str,
) -> Vec<Grapheme<'a>> {
    let all: usize = clusters.iter().map(|cluster| cluster.cells).sum();
    if all <= cells {
        return clusters;
    }
    let room = cells.saturating_sub(mark.width());
    let fits = |room: usize| {
        let mut used = 0;
        move |cluster: &&Grapheme<'a>| {
            used += cluster.cells;
            used <= room
        }
    };
    let tail: Vec<_> = clusters.iter().rev().take_while(fits(room / 2)).cloned().collect();
    let tail_cells: usize = tail.iter().map(|cluster| cluster.cells).sum();
    let mut kept: Vec<_> = clusters.iter().take_while(fits(room - tail_cells)).cloned().collect();
    if mark.width() <= cells {
        kept.push(Grapheme { text: Cow::Borrowed(mark), cells: mark.width(), chars: 0..0 });
    }
    kept.extend(tail.into_iter().rev());
    kept
}

/// Fits a text into `cells` by replacing its middle with `mark`, with unprintable characters
/// escaped.
pub fn truncate_middle(text: &str, cells: usize, mark: &'static str) -> String {
    cut_middle(graphemes(text), cells, mark).into_iter().map(|cluster| cluster.text).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_names_are_cut_in_the_middle() {
        assert_eq!(truncate_middle("payments-production-eu", 12, "…"), "paymen…on-eu");
        assert_eq!(truncate_middle("payments-production-eu", 11, "…"), "payme…on-eu");
        assert_eq!(truncate_middle("short", 12, "…"), "short");
        assert_eq!(truncate_middle("long", 1, "…"), "…");
        assert_eq!(truncate_middle("long", 0, "…"), "");
        assert_eq!(truncate_middle("日本語のアカウント", 9, "…"), "日本…ント");
    }

    #[test]
    fn clusters_know_their_characters_and_are_escaped() {
        let found = graphemes("e\u{301}\u{1b}b");
        let chars: Vec<_> = found.iter().map(|cluster| cluster.chars.clone()).collect();
        assert_eq!(chars, [0..2, 2..3, 3..4]);
        assert_eq!(found[1].text, escape_unprintable("\u{1b}"));
        assert_eq!(found[1].cells, found[1].text.len());
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "\\PC{0,40}", cells in 0_usize..20) {
            prop_assert!(truncate_middle(&text, cells, "…").width() <= cells);
        }
    }
}
