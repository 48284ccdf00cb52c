//! Flags of `credentials` whose letter names a role, or a query, in other commands. They write keys
//! into a file, so a role after them is refused rather than obeyed.

use std::ffi::OsString;

use crate::awsconfig::render::command_line;
use crate::domain::{Error, ErrorKind, Result, RoleArn, split_role_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;

use crate::cli::args::CredentialsArgs;

/// Refuses `-a ROLE`: `-a` is `--arn` in other commands, and `--append` here.
///
/// # Errors
/// [`ErrorKind::Usage`] with the line for each meaning. `typed` are the words of the process.
pub(super) fn check_append(args: &CredentialsArgs, typed: &[OsString]) -> Result<()> {
    let Some(word) = args.word_after_letter() else { return Ok(()) };
    let selector = match (&args.role, names_role(word)) {
        (Some(_), _) => Some("--account"),
        (None, true) => Some("--arn"),
        (None, false) => None,
    };
    // A profile names the role already: a second name would be refused.
    let printing = match args.profile.is_empty() {
        true => replace_letter(typed, selector),
        false => {
            let words = ["rolecall", "credentials"].into_iter().chain(selector);
            command_line(words.chain([word]))
        }
    };
    let appending = match (args.profile.is_empty(), selector) {
        (true, Some(selector)) => replace_letter(typed, ["--append", selector]),
        (true, None) => replace_letter(typed, ["--append"]),
        (false, _) => {
            let names = args.profile.join(",");
            command_line(["rolecall", "credentials", "--append", "-p", &names])
        }
    };
    let written = if args.file.is_some() { "the file" } else { "~/.aws/credentials" };
    let (other, here) = (selector.unwrap_or("--arn"), "`--append`");
    Err(Error::new(
        ErrorKind::Usage,
        format!("`-a {word}`: `-a` is {here} in `credentials`, not `{other}`"),
    )
    .hint(format!("to use the role, without `-a`: `{printing}`"))
    .hint(format!("to write its keys into {written}: `{appending}`")))
}

/// Refuses `-f ROLE`: `-f` is `--filter` in `pick`, and the name of a new file here.
///
/// # Errors
/// [`ErrorKind::Usage`] if the file does not exist and a known role has its name.
pub(super) fn check_file(ctx: &Ctx, args: &CredentialsArgs) -> Result<()> {
    let Some(path) = args.file.as_deref() else { return Ok(()) };
    let Some(text) = path.to_str().filter(|text| names_role(text) && !path.exists()) else {
        return Ok(());
    };
    let is_arn = text.parse::<RoleArn>().is_ok();
    if !is_arn && load_roster(ctx, &ctx.instances).positions_of_label(text).is_empty() {
        return Ok(());
    }
    let printing = command_line(["rolecall", "credentials", "--arn", text]);
    let file = format!("./{text}");
    let message = format!("`{text}` is a role, and `--file` names the file to write");
    Err(Error::new(ErrorKind::Usage, message)
        .hint(format!("to print its keys: `{printing}`"))
        .hint(format!("for a file of this name: `{}`", command_line(["--file", &file]))))
}

/// Whether a word has the form of a role: an ARN or `account/role`.
fn names_role(word: &str) -> bool {
    word.parse::<RoleArn>().is_ok() || !split_role_label(word).is_empty()
}

/// The line that was typed, with other words for `-a`.
fn replace_letter<'w>(typed: &[OsString], words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let mut line = vec!["rolecall".to_owned()];
    for typed in typed.iter().skip(1).map(|word| word.to_string_lossy()) {
        // `-a ROLE`, `-aROLE` and `-a=ROLE`.
        match typed.strip_prefix("-a").filter(|_| !line.iter().any(|word| word == "--")) {
            Some(value) => {
                line.extend(words.iter().map(ToString::to_string));
                let value = value.strip_prefix('=').unwrap_or(value);
                line.extend((!value.is_empty()).then(|| value.to_owned()));
            }
            None => line.push(typed.into_owned()),
        }
    }
    command_line(line.iter().map(String::as_str))
}
