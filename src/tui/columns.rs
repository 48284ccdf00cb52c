//! The widths of the list's columns: bounded, and given up in a fixed order as space runs out.

use super::column_stats::{ColumnStats, ExtraColumn, Widths};

/// The widest column of names, as long as other columns need space.
const MAX_NAME_WIDTH: u16 = 44;
/// The gap between columns, in cells.
pub(super) const GAP: u16 = 2;
/// The longest remaining time: `9h 59m`.
const TIME_CELLS: u16 = 6;
/// The maximum further gap between the last column and the remaining time.
pub(super) const SLACK: u16 = 6;

/// The form of the account ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    /// All twelve digits.
    Whole,
    /// `…8901`.
    LastFour,
    /// Not at all.
    Absent,
}

impl IdForm {
    /// The width in cells.
    pub(super) fn width(self) -> u16 {
        match self {
            IdForm::Whole => 12,
            IdForm::LastFour => 5,
            IdForm::Absent => 0,
        }
    }
}

/// The column widths of a list in cells; 0 means that there is no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// The account name.
    pub(super) account: u16,
    /// The account ID.
    pub(super) id: IdForm,
    /// The role name.
    pub(super) role: u16,
    /// The mark of protected roles.
    pub(super) protected: u16,
    /// The instance and tags.
    pub(super) extras: Vec<ExtraColumn>,
    /// The remaining time of credentials, at the right edge.
    pub(super) time: u16,
}

impl Columns {
    /// The width of a row, including the gaps between columns.
    pub(super) fn cells(&self) -> u16 {
        let extras = self.extras.iter().map(|extra| with_gap(extra.width)).sum::<u16>();
        let fixed = [self.role, self.id.width(), self.protected].map(with_gap).iter().sum::<u16>();
        // The remaining time is followed by a space.
        self.account + fixed + extras + if self.time > 0 { with_gap(self.time) + 1 } else { 0 }
    }
}

/// Whether IDs and typical names are not cut at this width, and the column that distinguishes rows
/// best is there.
pub(super) fn keeps_what_matters(cells: u16, stats: &ColumnStats) -> bool {
    let columns = plan(cells, stats);
    let whole = |cells: u16, widths: Widths| cells >= widths.typical.min(MAX_NAME_WIDTH);
    columns.id == IdForm::Whole
        && columns.extras.len() >= stats.distinguishing.min(1)
        && whole(columns.account, stats.account)
        && whole(columns.role, stats.role)
}

/// Plans the columns for this many cells. As space runs out, these are given up in order: the full
/// length of very long names, instance and tags from the last, eight digits of the ID, the rest of
/// the ID; then names are cut.
pub(super) fn plan(cells: u16, stats: &ColumnStats) -> Columns {
    plan_with(cells, stats, &stats.extras)
}

/// The cells that the columns need that distinguish rows, of at most this many.
pub(super) fn needed(cells: u16, stats: &ColumnStats) -> u16 {
    let distinguishing = &stats.extras[..stats.distinguishing.min(stats.extras.len())];
    plan_with(cells, stats, distinguishing).cells()
}

fn plan_with(cells: u16, stats: &ColumnStats, extras: &[ExtraColumn]) -> Columns {
    let roomy = divide(cells, stats, extras, (stats.account.max, stats.role.max));
    if roomy.id == IdForm::Whole && roomy.extras.len() == extras.len() {
        return roomy;
    }
    divide(cells, stats, extras, (stats.account.typical, stats.role.typical))
}

fn with_gap(cells: u16) -> u16 {
    if cells == 0 { 0 } else { cells + GAP }
}

/// Divides the cells among the columns, with these widths of account and role.
fn divide(
    cells: u16,
    stats: &ColumnStats,
    extras: &[ExtraColumn],
    (account, role): (u16, u16),
) -> Columns {
    let (account, role) = (account.clamp(7, MAX_NAME_WIDTH), role.clamp(4, MAX_NAME_WIDTH));
    let protected = u16::from(stats.has_protected);
    let time = if cells >= 56 { TIME_CELLS } else { 0 };
    let names = account + GAP + role + with_gap(protected) + with_gap(time);
    let mut columns =
        Columns { account, id: IdForm::Absent, role, protected, extras: Vec::new(), time };
    let mut left = cells.saturating_sub(names);
    for id in [IdForm::Whole, IdForm::LastFour] {
        // Long names are cut for a short ID, but not for a whole one.
        let slack = if id == IdForm::LastFour && cells >= 50 { with_gap(id.width()) } else { 0 };
        if left + slack >= with_gap(id.width()) {
            (columns.id, left) = (id, left.saturating_sub(with_gap(id.width())));
            break;
        }
    }
    for extra in extras {
        if columns.id != IdForm::Whole || left < with_gap(extra.width) {
            break;
        }
        left -= with_gap(extra.width);
        columns.extras.push(extra.clone());
    }
    // The remaining space goes to long names.
    for (cells, all) in
        [(&mut columns.account, stats.account.max), (&mut columns.role, stats.role.max)]
    {
        let more = all.min(MAX_NAME_WIDTH).saturating_sub(*cells).min(left);
        (*cells, left) = (*cells + more, left - more);
    }
    let fixed = with_gap(columns.id.width())
        + with_gap(protected)
        + columns.extras.iter().map(|extra| with_gap(extra.width)).sum::<u16>()
        + with_gap(time)
        + GAP;
    shrink_names(&mut columns, cells.saturating_sub(fixed));
    columns
}

/// Cuts the two names to the available space, the longer one first.
fn shrink_names(columns: &mut Columns, room: u16) {
    if columns.account + columns.role <= room {
        return;
    }
    let half = room / 2;
    if columns.account <= half {
        columns.role = room - columns.account;
    } else if columns.role <= half {
        columns.account = room - columns.role;
    } else {
        (columns.account, columns.role) = (room - half, half);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::column_stats::ExtraKind;

    fn stats() -> ColumnStats {
        let most = |most, all| Widths { max: all, typical: most };
        let extra = |kind, width| ExtraColumn { kind, width };
        let tag = |key: &str, width| extra(ExtraKind::Tag(key.into()), width);
        ColumnStats {
            account: most(20, 40),
            role: most(22, 22),
            extras: vec![extra(ExtraKind::Instance, 4), tag("env", 4), tag("team", 8)],
            distinguishing: 3,
            uniform: vec![tag("owner", 5)],
            has_protected: true,
            profile_count: 0,
            account_count: 3,
        }
    }

    #[test]
    fn everything_is_there_when_there_is_room() {
        let columns = plan(130, &stats());
        assert_eq!((columns.id, columns.extras.len()), (IdForm::Whole, 3));
        assert_eq!((columns.account, columns.role), (40, 22));
    }

    #[test]
    fn one_long_name_yields_before_anything_else_goes() {
        let columns = plan(92, &stats());
        assert_eq!((columns.id, columns.extras.len()), (IdForm::Whole, 3));
        assert!((20..40).contains(&columns.account));
    }

    #[test]
    fn tags_go_before_the_id_and_the_id_before_the_names() {
        assert_eq!(plan(81, &stats()).extras.len(), 2);
        assert_eq!((plan(69, &stats()).extras.len(), plan(69, &stats()).id), (0, IdForm::Whole));
        assert_eq!(plan(60, &stats()).id, IdForm::LastFour);
        let narrow = plan(36, &stats());
        assert_eq!((narrow.id, narrow.account + narrow.role + 2 + 3), (IdForm::Absent, 36));
    }

    #[test]
    fn columns_that_are_nearly_the_same_everywhere_are_not_needed() {
        let stats = ColumnStats { distinguishing: 2, ..stats() };
        assert_eq!(needed(130, &stats) + 10, plan(130, &stats).cells());
        assert_eq!(needed(60, &stats), plan(60, &stats).cells());
    }

    #[test]
    fn names_ids_and_the_best_column_are_whole_or_not() {
        let keeps =
            |stats: ColumnStats| [75, 69, 62, 40].map(|cells| keeps_what_matters(cells, &stats));
        assert_eq!(keeps(stats()), [true, false, false, false]);
        // No column distinguishes rows.
        let none = ColumnStats { distinguishing: 0, ..stats() };
        assert_eq!(keeps(none), [true, true, false, false]);
    }

    #[test]
    fn no_width_makes_the_columns_wider_than_the_list() {
        for cells in 20..200 {
            let c = plan(cells, &stats());
            let gaps = |n: u16| if n == 0 { 0 } else { n + GAP };
            let extras: u16 = c.extras.iter().map(|extra| extra.width + GAP).sum();
            let used = c.account
                + GAP
                + c.role
                + gaps(c.id.width())
                + gaps(c.protected)
                + extras
                + gaps(c.time);
            assert!(used <= cells, "{cells}: {c:?}");
        }
    }
}
