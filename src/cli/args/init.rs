//! The command line of `init`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::shell::Dialect;
use crate::shell::hooks::{Chord, SHELLS_WITH_HOOKS, source_line};

/// Flags of `init`.
#[derive(Debug, Args)]
#[command(after_help = sourcing_help())]
pub struct InitArgs {
    /// Print the script of this shell, or of direnv
    #[arg(value_name = "SHELL", value_parser = parse_init_target())]
    pub target: InitTarget,
    /// Name the function, for example `assume` as in Granted
    #[arg(long, value_name = "NAME", default_value = "role")]
    pub cmd: String,
    /// Open the picker with KEY [default: Ctrl-X p, if possible]
    #[arg(long, value_name = "KEY", value_parser = str::parse::<Chord>, conflicts_with = "no_key")]
    pub key: Option<Chord>,
    /// Bind no key
    #[arg(long)]
    pub no_key: bool,
}

/// How each shell sources the output of `init`.
fn sourcing_help() -> String {
    let sourcing_line = |shell: Dialect| {
        let (line, once) = source_line(shell)?;
        Some(match once {
            Some(once) => format!(
                "  {:10}  {once}\n              once, then `{line}` in config.nu\n",
                shell.as_str()
            ),
            None => format!("  {:10}  {line}\n", shell.as_str()),
        })
    };
    let lines: String = SHELLS_WITH_HOOKS.into_iter().filter_map(sourcing_line).collect();
    format!(
        "To source it:\n{lines}  direnv      rolecall init direnv > ~/.config/direnv/lib/rolecall.sh\n              once, then `use rolecall PROFILE` in an .envrc"
    )
}

/// The program that sources the hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitTarget {
    /// A shell.
    Shell(Dialect),
    /// direnv's library folder.
    Direnv,
}

fn parse_init_target() -> impl TypedValueParser<Value = InitTarget> {
    let names = SHELLS_WITH_HOOKS.map(Dialect::as_str).into_iter().chain(["direnv"]);
    PossibleValuesParser::new(names).try_map(|name| match &*name {
        "direnv" => Ok(InitTarget::Direnv),
        shell => shell.parse().map(InitTarget::Shell),
    })
}

/// Parses the name of a shell that has a hook.
pub(in crate::cli) fn parse_hooked_shell() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(SHELLS_WITH_HOOKS.map(Dialect::as_str))
        .try_map(|name| name.parse::<Dialect>())
}
