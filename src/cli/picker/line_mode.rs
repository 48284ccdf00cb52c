//! The picker line by line: numbered rows and a prompt, for screen readers, dumb terminals and slow
//! connections.
//!
//! It reads and writes the controlling terminal, as the full-screen picker does, so that stdout can
//! be captured. It writes plain text only.

use std::io::{BufReader, Write};
use std::sync::Arc;

use crate::domain::{
    ConfirmQuestion, Error, ErrorKind, Instance, Result, RoleId, Roster, RosterEntry, Timestamp,
    escape_unprintable, escape_unprintable_lines, format_duration_in_words, plural,
};
use crate::ops::access::with_sign_in;
use crate::ops::backend::messages::SessionList;
use crate::ops::confirmations;
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::sign_in::sessions::load_sessions;
use crate::ops::target::lookup::refresh_list;
use crate::ops::target::search::ranked_positions;
use crate::os::terminal::tty::{self, Tty, TtyInput};
use crate::tui::{EnterAction, Exit, PickAction, Picked};

use super::EnterOptions;
use crate::cli::app;
use crate::cli::interaction::Terminal;

/// The most characters of a query, as in the full-screen picker.
const MAX_QUERY_CHARS: usize = 1_000;

/// Rows that are printed before the next prompt.
const PAGE_SIZE: usize = 10;

const HELP: &str = "Type words to search accounts, roles, ids and tags. Type the number of a \
     line to choose its role. Press Enter alone for more lines. To search for a number, type \
     id: before it. Press Control D to quit.";

/// Prompts until the user has chosen roles.
///
/// # Errors
/// [`ErrorKind::LoginNeeded`] if no roles are known and the user can't sign in; if a list can't be
/// fetched or the terminal is gone.
pub(super) fn run(
    ctx: &Arc<Ctx>,
    instances: &[Instance],
    query: String,
    enter: &EnterOptions,
) -> Result<Exit> {
    let EnterOptions { action: EnterAction { action, .. }, multi, .. } = *enter;
    fetch_missing_lists(ctx, instances)?;
    let roster = Arc::new(match enter.profile_rows {
        ProfileRows::Shown => load::load_pick_roster(ctx, instances),
        ProfileRows::Omitted => load::load_roster(ctx, instances),
    });
    let (sessions, now) = (load_sessions(ctx).unwrap_or_default(), ctx.clock.now());
    let mut prompt = Prompt::open()?;
    let all: Vec<usize> = (0..roster.entries.len()).collect();
    prompt.print(&format!("rolecall, {}. {HELP}", count_rows(&roster, &all)))?;
    let mut query = query;
    let mut rows = ranked_positions(ctx, &roster, &query);
    let (mut page, mut shown) = (ResultPage::default(), false);
    loop {
        if !shown {
            page.print(&mut prompt, &rows, (&query, &count_rows(&roster, &rows)), |row| {
                describe_role(&roster, &roster.entries[row], &sessions, now)
            })?;
        }
        shown = false;
        let Some(line) = prompt.ask(page.question(&rows))? else { return Ok(Exit::Cancelled) };
        match parse_input(&line, rows.len(), page.end, multi) {
            LineInput::Help => {
                prompt.print(HELP)?;
                shown = true;
            }
            LineInput::Choice(numbers) => {
                let chosen: Vec<&RosterEntry> =
                    numbers.iter().map(|number| &roster.entries[rows[number - 1]]).collect();
                if confirm_protected(ctx, &mut prompt, &roster, &chosen, action)? {
                    let roles = chosen.into_iter().map(|entry| roster.id(entry)).collect();
                    return Ok(Exit::Picked(Picked { roles, action }));
                }
                page = ResultPage::default();
            }
            LineInput::NextPage => page.advance(rows.len()),
            LineInput::Query(mut words) => {
                if let Some((at, _)) = words.char_indices().nth(MAX_QUERY_CHARS) {
                    words.truncate(at);
                    prompt.print("That is too long: only the first 1,000 characters are used.")?;
                }
                query = words;
                rows = ranked_positions(ctx, &roster, &query);
                page = ResultPage::default();
            }
        }
    }
}

/// Fetches the lists if none is stored, after a sign-in if one is needed.
fn fetch_missing_lists(ctx: &Arc<Ctx>, instances: &[Instance]) -> Result<()> {
    if !load::load_roster(ctx, instances).entries.is_empty() {
        return Ok(());
    }
    for instance in instances.iter().filter(|instance| load::is_instance_stale(ctx, instance)) {
        let read = with_sign_in(ctx, &Terminal, instance, async || {
            refresh_list(ctx, &Terminal, instance, None).await
        });
        app::block_on(ctx, read)?;
    }
    Ok(())
}

/// Asks about protected roles as any other command does.
fn confirm_protected(
    ctx: &Ctx,
    prompt: &mut Prompt,
    roster: &Roster,
    chosen: &[&RosterEntry],
    action: PickAction,
) -> Result<bool> {
    // Printing a name uses no credentials.
    let Some(question) = ConfirmQuestion::new(chosen).filter(|question| {
        action != PickAction::Print
            && !confirmations::load(ctx).answers(question, roster, ctx.clock.now())
    }) else {
        return Ok(true);
    };
    let answer = prompt.ask(question.prompt())?;
    if question.check(&answer.unwrap_or_default()).is_err() {
        prompt.print("Not used.")?;
        return Ok(false);
    }
    confirmations::record_answer(ctx, roster, &question);
    Ok(true)
}

/// The rows that are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ResultPage {
    /// The first of them, from 0.
    start: usize,
    /// One past the last of them; the rows before it can be chosen.
    end: usize,
}

impl Default for ResultPage {
    fn default() -> Self {
        Self { start: 0, end: PAGE_SIZE }
    }
}

/// Counts rows: `12 roles`, `12 roles, 3 profiles`, `3 profiles`.
fn count_rows(roster: &Roster, rows: &[usize]) -> String {
    let is_profile = |row: &&usize| roster.profile(&roster.entries[**row]).is_some();
    let profiles = rows.iter().filter(is_profile).count();
    match (rows.len() - profiles, profiles) {
        (roles, 0) => count(roles, "role"),
        (0, profiles) => count(profiles, "profile"),
        (roles, profiles) => {
            format!("{}, {}", count(roles, "role"), count(profiles, "profile"))
        }
    }
}

impl ResultPage {
    fn print(
        &mut self,
        prompt: &mut Prompt,
        rows: &[usize],
        (query, counted): (&str, &str),
        sentence: impl Fn(usize) -> String,
    ) -> Result<()> {
        self.end = (self.start + PAGE_SIZE).min(rows.len());
        if self.start == 0 {
            let of = if query.trim().is_empty() {
                String::new()
            } else {
                format!(" for {}", shorten_query(query))
            };
            prompt.print(&format!("{counted}{of}."))?;
        }
        for (number, row) in rows.iter().enumerate().take(self.end).skip(self.start) {
            prompt.print(&format!("{}. {}", number + 1, sentence(*row)))?;
        }
        Ok(())
    }

    /// Moves to the next rows, and from the last to the first.
    fn advance(&mut self, rows: usize) {
        self.start = if self.end < rows { self.end } else { 0 };
    }

    fn question(self, rows: &[usize]) -> String {
        match rows.len() {
            0 => "Search: ".to_owned(),
            1 => "Press Enter to choose it, or search: ".to_owned(),
            all if self.end < all => {
                format!("{} more, press Enter for the next. Number or search: ", all - self.end)
            }
            _ => "Number or search: ".to_owned(),
        }
    }
}

/// A line that the user typed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LineInput {
    /// Print the help.
    Help,
    /// Choose rows by their numbers, from 1.
    Choice(Vec<usize>),
    /// Print the next rows.
    NextPage,
    /// Search.
    Query(String),
}

/// Parses a line. `rows` roles match, of which the first `known` were printed.
fn parse_input(line: &str, rows: usize, known: usize, multi: bool) -> LineInput {
    let line = line.trim();
    let numbers = || {
        line.split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse::<usize>().ok())
    };
    let chosen: Option<Vec<usize>> =
        numbers().map(|number| number.filter(|number| (1..=known).contains(number))).collect();
    match chosen {
        _ if line == "?" => LineInput::Help,
        _ if line.is_empty() && rows == 1 => LineInput::Choice(vec![1]),
        _ if line.is_empty() => LineInput::NextPage,
        Some(numbers) if numbers.len() == 1 || multi => LineInput::Choice(numbers),
        _ => LineInput::Query(line.to_owned()),
    }
}

/// Describes a role in words, for a screen reader.
fn describe_role(
    roster: &Roster,
    entry: &RosterEntry,
    sessions: &SessionList,
    now: Timestamp,
) -> String {
    if let Some(profile) = roster.profile(entry) {
        return escape_unprintable(&format!("profile {profile}")) + ".";
    }
    let account = format!("account {}", entry.account);
    let mut parts = match entry.account_name.is_empty() {
        true => vec![account, entry.role.to_string()],
        false => vec![entry.account_name.to_string(), entry.role.to_string(), account],
    };
    if roster.sso_instances().len() > 1 {
        parts.push(format!("in {}", roster.instance(entry).name));
    }
    if entry.is_protected() {
        parts.push("protected".to_owned());
    }
    let id: RoleId = roster.id(entry);
    let expiry = sessions
        .roles
        .iter()
        .find(|(role, _)| *role == id)
        .map(|(_, at)| at.seconds_since(now))
        .filter(|left| *left > 0);
    if let Some(left) = expiry {
        parts.push(format!("credentials valid for {}", format_duration_in_words(left)));
    }
    escape_unprintable(&parts.join(", ")) + "."
}

/// Shortens a long query for a screen reader.
fn shorten_query(query: &str) -> String {
    const MAX_CHARS: usize = 80;
    match query.trim().char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", escape_unprintable(&query.trim()[..end])),
        None => escape_unprintable(query.trim()),
    }
}

fn count(number: usize, word: &str) -> String {
    let word = plural(number, word);
    if number == 0 { format!("No {word}") } else { format!("{number} {word}") }
}

/// The controlling terminal, for input and output.
struct Prompt {
    input: BufReader<TtyInput>,
    output: Tty,
}

impl Prompt {
    fn open() -> Result<Self> {
        Ok(Self { input: BufReader::new(tty::open_input()?), output: tty::open()? })
    }

    fn print(&mut self, text: &str) -> Result<()> {
        writeln!(self.output, "{}", escape_unprintable_lines(text)).map_err(terminal_error)
    }

    /// Reads a line; `None` at the end of the input.
    fn ask(&mut self, question: String) -> Result<Option<String>> {
        write!(self.output, "{}", escape_unprintable(&question))
            .and_then(|()| self.output.flush())
            .map_err(terminal_error)?;
        let line = tty::read_line(&mut self.input).map_err(terminal_error)?;
        if line.is_none() {
            self.print("")?;
        }
        Ok(line)
    }
}

fn terminal_error(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Usage, format!("using the terminal: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_read_out_is_a_choice_and_any_other_a_query() {
        let single = |line| parse_input(line, 37, 10, false);
        assert_eq!(single("3\n"), LineInput::Choice(vec![3]));
        assert_eq!(
            [single("11"), single("012345678901"), single("0")],
            ["11", "012345678901", "0"].map(|text| LineInput::Query(text.to_owned()))
        );
        assert_eq!(single("prod adm\n"), LineInput::Query("prod adm".to_owned()));
        assert_eq!([single("\n"), single("?\n")], [LineInput::NextPage, LineInput::Help]);
        assert_eq!(parse_input("\n", 1, 1, false), LineInput::Choice(vec![1]));
    }

    #[test]
    fn several_numbers_are_several_roles_where_that_was_asked_for() {
        assert_eq!(parse_input("1, 3 4\n", 37, 10, true), LineInput::Choice(vec![1, 3, 4]));
        assert_eq!(parse_input("1 3", 37, 10, false), LineInput::Query("1 3".to_owned()));
        assert_eq!(parse_input("1 30", 37, 10, true), LineInput::Query("1 30".to_owned()));
    }

    #[test]
    fn a_query_is_repeated_without_control_characters_and_not_at_length() {
        assert_eq!(shorten_query(" prod\u{1b}[31m\n"), "prod\\u{1b}[31m");
        assert_eq!(shorten_query(&"é".repeat(81)), format!("{}...", "é".repeat(80)));
    }

    #[test]
    fn enter_reads_on_and_begins_again_after_the_end() {
        let mut page = ResultPage { start: 0, end: 10 };
        page.advance(15);
        assert_eq!(page.start, 10);
        page.end = 15;
        page.advance(15);
        assert_eq!(page.start, 0);
    }
}
