//! Valid names for the function of a hook.

use crate::domain::{Error, ErrorKind, Result};

/// Reserved words of the shells that have hooks, their special builtins, and the builtins that the
/// hooks run.
const RESERVED_WORDS: &str = "\
    _ alias and argparse as assert async await begin bind bindkey break builtin case catch \
    class command commandline compadd compdef compgen complete compopt const contains continue \
    coproc count data declare def default del do done each elif else elseif emulate end enum \
    esac eval except exec exit export export-env extern external false fi filter finally float \
    fn for foreach from function functions global hide if import in integer is lambda let \
    lines load-env local loop match math module mut nocorrect noglob nonlocal not null or \
    overlay param pass pragma process put raise read readonly repeat return select set setopt \
    shift shopt slurp source split status string switch test then throw time times tmp trap \
    true try typeset unalias unset unsetopt until use using var where while with xor yield zle \
    zmodload";

/// Checks that every shell accepts this name for a function, and that the hook works with it.
///
/// # Errors
/// [`ErrorKind::Usage`] if the name is not a word of ASCII letters, digits, `-` and `_`, or if
/// shells use it themselves.
pub(super) fn check_function_name(name: &str) -> Result<()> {
    let invalid = |reason: &str, hint: &str| {
        Err(Error::new(ErrorKind::Usage, format!("`{name}` can't be the function's name{reason}"))
            .hint(hint))
    };
    let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"_-".contains(&letter));
    if !is_word {
        return invalid("", "use letters, digits, `-` and `_`, such as --cmd assume");
    }
    match name {
        "rolecall" => invalid(": it is the program's", "use another name, such as --cmd assume"),
        _ if RESERVED_WORDS.split_whitespace().any(|word| word == name) => {
            invalid(": shells use this word themselves", "use another name, such as --cmd assume")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_that_no_shell_uses_itself() {
        for good in ["role", "assume", "r", "aws-role", "_x", "cd"] {
            assert_eq!(check_function_name(good), Ok(()), "{good}");
        }
        for bad in [
            "", "a b", "x;rm", "$(id)", "1st", "é", "-x", "rolecall", "if", "eval", "command",
            "complete", "fn", "lambda", "_",
        ] {
            let error = check_function_name(bad).unwrap_err();
            assert!(
                error.kind == ErrorKind::Usage && error.hints[0].contains("--cmd assume"),
                "{bad}: {error:?}"
            );
        }
    }
}
