//! Which shell is calling.

use super::dialect::Dialect;

/// The shell that will evaluate what we print: the nearest of the programs we were started by,
/// nearest first, else the person's own shell (`$SHELL`), else the platform's.
pub fn calling_shell<'a>(
    ancestors: impl IntoIterator<Item = &'a str>,
    own: Option<&'a str>,
) -> Dialect {
    let platform = if cfg!(windows) { Dialect::PowerShell } else { Dialect::Sh };
    // Some programs write their arguments into their name.
    let first_words = ancestors.into_iter().filter_map(|name| name.split_whitespace().next());
    first_words.chain(own).find_map(Dialect::from_program).unwrap_or(platform)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_shell_wins_over_the_persons_own() {
        assert_eq!(calling_shell(["make", "fish", "bash"], Some("/bin/zsh")), Dialect::Fish);
        assert_eq!(calling_shell(["make", "sshd"], Some("/bin/zsh")), Dialect::Zsh);
        assert_eq!(calling_shell(["xonsh --no-rc -", "bash"], None), Dialect::Xonsh);
    }

    #[cfg(unix)]
    #[test]
    fn without_any_it_is_a_posix_shell() {
        assert_eq!(calling_shell(["init"], None), Dialect::Sh);
    }
}
