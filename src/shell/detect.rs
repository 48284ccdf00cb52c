//! Detection of the calling shell.

use super::dialect::Dialect;
use crate::os::platform::ASSUMED_SHELL;

/// Returns the dialect of the shell that will evaluate the output: the first shell among the parent
/// programs, nearest first, else the user's default shell (`$SHELL`), else the platform's shell.
pub fn calling_shell<'a>(
    parents: impl IntoIterator<Item = &'a str>,
    default_shell: Option<&'a str>,
) -> Dialect {
    // Some programs write their arguments into their name.
    let programs = parents.into_iter().filter_map(|name| name.split_whitespace().next());
    programs
        .chain(default_shell)
        .chain([ASSUMED_SHELL])
        .find_map(Dialect::from_program)
        .unwrap_or(Dialect::Sh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_shell_is_preferred_to_the_default_shell() {
        assert_eq!(calling_shell(["make", "fish", "bash"], Some("/bin/zsh")), Dialect::Fish);
        assert_eq!(calling_shell(["make", "sshd"], Some("/bin/zsh")), Dialect::Zsh);
        assert_eq!(calling_shell(["xonsh --no-rc -", "bash"], None), Dialect::Xonsh);
    }

    #[test]
    fn without_any_shell_it_is_that_of_the_platform() {
        let want = Dialect::from_program(ASSUMED_SHELL).unwrap();
        assert_eq!(calling_shell(["init"], None), want);
    }
}
