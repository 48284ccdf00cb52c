//! The header: program name, instances and who is signed in, the number of roles and their age.

use crate::domain::{
    Timestamp, clock_warning, format_age, format_clock_offset, format_duration,
    format_duration_spaced,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::ops::backend::messages::{InstanceSession, UnlockPrompt};
use crate::tui::format;
use crate::tui::state::State;
use crate::tui::state::sign_in_state::SignInState;
use crate::tui::text::{truncate_middle, width};

/// Draws the header. If space runs out, the right side is shortened first, then the session labels.
pub(super) fn draw(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    let here = shell_role_label(state, ctx);
    let here_cells = |(role, left): &(String, String)| 3 + width(role) + width(left) + 2;
    let left = |detail| {
        "rolecall".len() + 1 + here.as_ref().map_or(0, here_cells) + left_cells(state, ctx, detail)
    };
    let room = usize::from(writer.remaining());
    let right = summary(state, ctx);
    let detail = [LabelDetail::Whole, LabelDetail::Short, LabelDetail::Mark]
        .into_iter()
        .find(|detail| left(*detail) + 2 + width(&right[2]) <= room);
    let detail = detail.unwrap_or(LabelDetail::Mark);
    if let Some(text) = right.iter().find(|text| left(detail) + 2 + width(text) <= room) {
        writer.write_right(text, ctx.palette.dim);
    }
    writer.write("rolecall", ctx.palette.dim);
    writer.skip(1);
    if let Some((role, left)) = &here {
        let others = left_cells(state, ctx, detail) + width(left) + 5;
        let room = usize::from(writer.remaining()).saturating_sub(others).max(MIN_ROLE_WIDTH);
        writer.skip(2);
        writer.write("in ", ctx.palette.dim);
        writer.write(&truncate_middle(role, room, ctx.glyphs.ellipsis), ctx.palette.text);
        writer.write(left, ctx.palette.dim);
    }
    for part in session_labels(state, ctx, detail) {
        writer.skip(2);
        writer.write(&part.name, ctx.palette.text);
        writer.skip(1);
        writer.write(part.mark, if part.signed_in { ctx.palette.mark } else { ctx.palette.dim });
        if !part.status.is_empty() {
            writer.skip(1);
            writer.write(&part.status, ctx.palette.dim);
        }
    }
}

/// The least width of the current role, in cells.
const MIN_ROLE_WIDTH: usize = 12;

/// The width of the session labels.
fn left_cells(state: &State, ctx: &DrawContext, detail: LabelDetail) -> usize {
    session_labels(state, ctx, detail).iter().map(|part| 2 + width(&part.text())).sum()
}

/// The current role of the shell and the remaining time of its credentials: `network/Admin` and
/// ` · 59m`.
fn shell_role_label(state: &State, ctx: &DrawContext) -> Option<(String, String)> {
    let role = state.shell_role_label.clone()?;
    let left = state.list_options.shell_role_expires_at.map(|at| {
        let left = match at.seconds_since(state.now) {
            ..=0 => "expired".to_owned(),
            left => format_duration(left),
        };
        format!(" {} {left}", ctx.glyphs.separator)
    });
    Some((role, left.unwrap_or_default()))
}

#[derive(Clone, Copy, PartialEq)]
enum LabelDetail {
    Whole,
    Short,
    Mark,
}

struct SessionLabel {
    name: String,
    mark: &'static str,
    signed_in: bool,
    status: String,
}

impl SessionLabel {
    fn text(&self) -> String {
        format!(
            "{} {}{}{}",
            self.name,
            self.mark,
            if self.status.is_empty() { "" } else { " " },
            self.status
        )
    }
}

fn session_labels(state: &State, ctx: &DrawContext, detail: LabelDetail) -> Vec<SessionLabel> {
    let part = |session: &InstanceSession| {
        let signed_in = session.signed_in
            && session.ends_at.is_none_or(|ends| ends.seconds_since(state.now) > 0);
        let known = state.sign_in_state(&session.instance) != SignInState::Unknown;
        let mark = match (known, signed_in) {
            (false, _) => ctx.glyphs.separator,
            (true, true) => ctx.glyphs.signed_in,
            (true, false) => ctx.glyphs.signed_out,
        };
        // A locked vault hides who is signed in.
        let status = if state.unlock_prompt.is_some_and(UnlockPrompt::is_locked)
            && detail != LabelDetail::Mark
        {
            "locked".to_owned()
        } else if !known {
            String::new()
        } else {
            session_status(session, signed_in, state.now, detail)
        };
        SessionLabel { name: session.instance.to_string(), mark, signed_in, status }
    };
    state.sessions.instances.iter().map(part).collect()
}

fn session_status(
    session: &InstanceSession,
    signed_in: bool,
    now: Timestamp,
    detail: LabelDetail,
) -> String {
    match (detail, signed_in, session.ends_at, session.signed_in_at) {
        (LabelDetail::Mark, ..) => String::new(),
        (LabelDetail::Short, false, ..) => "out".to_owned(),
        (LabelDetail::Whole, false, ..) => "signed out".to_owned(),
        (_, true, Some(ends), _) => format!("~{}", format_duration(ends.seconds_since(now))),
        (LabelDetail::Whole, true, None, Some(since)) => {
            format!("signed in {}", format_age(since, now))
        }
        (_, true, None, _) => String::new(),
    }
}

/// The right side in decreasing length.
fn summary(state: &State, ctx: &DrawContext) -> [String; 4] {
    if state.roster.entries.is_empty() {
        let progress = refresh_label(state, ctx);
        return [progress.clone(), progress.clone(), progress, String::new()];
    }
    let profiles = state.list.column_stats.profile_count;
    let roles = format::pluralize(state.row_count().saturating_sub(profiles), "role");
    let profiles = match profiles {
        0 => String::new(),
        some => format!(", {}", format::pluralize(some, "profile")),
    };
    let accounts = format::pluralize(state.list.column_stats.account_count, "account");
    let age = state.fetched_at().map(|at| match state.now.seconds_since(at) {
        ..60 => format!(" {} fresh", ctx.glyphs.separator),
        seconds => format!(" {} {} old", ctx.glyphs.separator, format_duration_spaced(seconds)),
    });
    let offline = if state.is_offline() {
        format!(" {} offline", ctx.glyphs.separator)
    } else {
        String::new()
    };
    let progress = refresh_label(state, ctx);
    let progress = if progress.is_empty() { progress } else { format!("  {progress}") };
    let clock = match (clock_warning(state.clock.skew_seconds), state.clock.skew_seconds) {
        (None, _) => String::new(),
        (Some(_), ahead) => format!(
            " {} clock {} {}",
            ctx.glyphs.separator,
            format_clock_offset(ahead),
            if ahead > 0 { "slow" } else { "fast" }
        ),
    };
    let tail = format!("{offline}{clock}{}{progress}", age.unwrap_or_default());
    let all = if state.list.loaded {
        format!("{roles} in {accounts}{profiles}{tail}")
    } else {
        format!("{roles}{profiles}{tail}")
    };
    [
        all,
        format!("{roles}{profiles}{tail}"),
        format!("{roles}{profiles}{progress}"),
        format!("{roles}{profiles}"),
    ]
}

/// `⟳ 118/312`, and whether AWS is throttling.
fn refresh_label(state: &State, ctx: &DrawContext) -> String {
    let Some((done, total, throttled)) = state.refresh_totals() else { return String::new() };
    let slow = if throttled {
        format!(" {} AWS is throttling", ctx.glyphs.separator)
    } else {
        String::new()
    };
    if total == 0 || !state.appearance.motion {
        format!("{}{slow}", ctx.glyphs.refreshing)
    } else {
        format!(
            "{} {}/{}{slow}",
            ctx.glyphs.refreshing,
            format::group_digits(done),
            format::group_digits(total)
        )
    }
}
