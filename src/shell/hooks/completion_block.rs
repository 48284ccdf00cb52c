//! Completions inside a file of the user, such as `~/.bashrc`: between two marker lines, so that they
//! can be replaced and removed without touching the rest.

use crate::domain::{Error, ErrorKind, Result};

const BEGIN: &str = "# BEGIN_ROLECALL completions";
const END: &str = "# END_ROLECALL completions";

/// Returns the file with this script between the marker lines, or without them if `None`. New lines
/// go to the end of the file; all other bytes stay.
///
/// # Errors
/// [`ErrorKind::Config`] if one of the marker lines is missing.
pub fn replace(old: &[u8], script: Option<&str>) -> Result<Vec<u8>> {
    let (before, after) = match (line_at(old, BEGIN), line_at(old, END)) {
        (Some((begin, _)), Some((_, end))) if begin < end => (&old[..begin], &old[end..]),
        (None, None) => (old, &[][..]),
        (begin, _) => {
            let missing = if begin.is_some() { END } else { BEGIN };
            return Err(Error::new(
                ErrorKind::Config,
                format!("the line `{missing}` is missing or misplaced"),
            )
            .hint("remove the rest of the block by hand, then run this again"));
        }
    };
    let mut new = before.to_vec();
    if let Some(script) = script {
        if new.last().is_some_and(|byte| *byte != b'\n') {
            new.push(b'\n');
        }
        new.extend(format!("{BEGIN}\n{}\n{END}\n", script.trim_end()).bytes());
    }
    new.extend(after);
    Ok(new)
}

/// Returns where a line begins and where the next one does.
fn line_at(text: &[u8], wanted: &str) -> Option<(usize, usize)> {
    let mut begin = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = begin + line.len();
        if line.trim_ascii_end() == wanted.as_bytes() {
            return Some((begin, end));
        }
        begin = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_added_replaced_and_removed_and_the_rest_stays() {
        let rc = b"alias ll='ls -l'\nexport A=\xff".to_vec();
        let added = replace(&rc, Some("one\n")).unwrap();
        assert_eq!(added[..rc.len()], rc[..]);
        let more = [added.as_slice(), b"alias gs='git status'\n"].concat();
        let replaced = replace(&more, Some("two")).unwrap();
        let text = String::from_utf8_lossy(&replaced);
        assert!(text.contains("\ntwo\n") && !text.contains("one"), "{text}");
        assert_eq!(replace(&replaced, Some("two")).unwrap(), replaced);
        let removed = replace(&replaced, None).unwrap();
        assert_eq!(removed, [rc.as_slice(), b"\nalias gs='git status'\n"].concat());
        assert_eq!(replace(&removed, None).unwrap(), removed);
    }

    #[test]
    fn half_a_block_is_left_alone() {
        for text in [format!("{BEGIN}\nx\n"), format!("{END}\n"), format!("{END}\n{BEGIN}\n")] {
            assert_eq!(replace(text.as_bytes(), None).unwrap_err().kind, ErrorKind::Config);
        }
    }
}
