//! The rule of a time zone as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`.

const DAY: i64 = 86_400;
/// The default time of a change, in seconds after midnight.
const CHANGE_TIME: i64 = 2 * 3_600;
/// The largest offset or time of a change, in hours.
const MAX_HOURS: i64 = 167;

/// A standard offset, and daylight saving time if there is one. Offsets are seconds ahead of UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PosixRule {
    standard: i64,
    daylight: Option<Daylight>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Daylight {
    offset: i64,
    start: Change,
    end: Change,
}

/// A day of each year, and the local time in seconds after midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    day: ChangeDay,
    time: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeDay {
    /// `M3.5.0`: month, week (5 is the last) and weekday (0 is Sunday).
    Weekday(i64, i64, i64),
    /// `J60`: 1 to 365; 29 February is not counted.
    WithoutLeapDay(i64),
    /// `59`: 0 to 365.
    DayOfYear(i64),
}

impl PosixRule {
    /// Parses a rule; `None` if the text is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text };
        parser.name()?;
        let standard = -parser.duration()?;
        if parser.rest.is_empty() {
            return Some(Self { standard, daylight: None });
        }
        parser.name()?;
        let offset = match parser.rest.starts_with(',') {
            true => standard + 3_600,
            false => -parser.duration()?,
        };
        let (start, end) = (parser.change()?, parser.change()?);
        let daylight = Some(Daylight { offset, start, end });
        parser.rest.is_empty().then_some(Self { standard, daylight })
    }

    /// The offset at a moment in Unix time.
    pub(super) fn offset_at(&self, moment: i64) -> i64 {
        let Some(daylight) = &self.daylight else { return self.standard };
        let year = year_of((moment + self.standard).div_euclid(DAY));
        let start = daylight.start.seconds_in(year) - self.standard;
        let end = daylight.end.seconds_in(year) - daylight.offset;
        // On the southern hemisphere, the year begins with daylight saving time.
        let is_daylight = if start < end {
            (start..end).contains(&moment)
        } else {
            !(end..start).contains(&moment)
        };
        if is_daylight { daylight.offset } else { self.standard }
    }
}

impl Change {
    /// The local time of the change in a year, as if it were Unix time.
    fn seconds_in(&self, year: i64) -> i64 {
        let first = days_from_civil(year, 1);
        let day = match self.day {
            ChangeDay::DayOfYear(day) => first + day,
            ChangeDay::WithoutLeapDay(day) => {
                let leap_day = day >= 60 && days_from_civil(year, 3) - first == 60;
                first + day - 1 + i64::from(leap_day)
            }
            ChangeDay::Weekday(month, week, weekday) => {
                let start = days_from_civil(year, month);
                let next = if month == 12 {
                    days_from_civil(year + 1, 1)
                } else {
                    days_from_civil(year, month + 1)
                };
                // 1970-01-01 was a Thursday.
                let day = start + (weekday - (start + 4)).rem_euclid(7) + (week - 1) * 7;
                if day >= next { day - 7 } else { day }
            }
        };
        day * DAY + self.time
    }
}

/// The days from 1970-01-01 to the first day of a month.
fn days_from_civil(year: i64, month: i64) -> i64 {
    // Years begin in March here, so that the leap day is their last day.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 - 719_468
}

/// The year of a day since 1970-01-01.
fn year_of(day: i64) -> i64 {
    let guess = 1970 + day.div_euclid(366);
    let years = guess..;
    years.take_while(|year| days_from_civil(*year, 1) <= day).last().unwrap_or(guess)
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    /// Skips `CET` or `<+03>`.
    fn name(&mut self) -> Option<()> {
        if let Some(quoted) = self.rest.strip_prefix('<') {
            self.rest = quoted.split_once('>')?.1;
            return Some(());
        }
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphabetic());
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (name.len() >= 3).then_some(())
    }

    fn number(&mut self) -> Option<i64> {
        let end = self.rest.find(|letter: char| !letter.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        digits.parse().ok().filter(|_| digits.len() <= 3)
    }

    fn skip(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    fn duration(&mut self) -> Option<i64> {
        let sign = if self.skip('-') { -1 } else { 1 };
        self.skip('+');
        let mut seconds = self.number().filter(|hours| *hours <= MAX_HOURS)? * 3_600;
        for unit in [60, 1] {
            if !self.skip(':') {
                break;
            }
            seconds += self.number().filter(|number| *number < 60)? * unit;
        }
        Some(sign * seconds)
    }

    /// `,M3.5.0/3`.
    fn change(&mut self) -> Option<Change> {
        if !self.skip(',') {
            return None;
        }
        let day = if self.skip('M') {
            let month = self.number().filter(|month| (1..=12).contains(month))?;
            let week = self.skip('.').then(|| self.number())?;
            let weekday = self.skip('.').then(|| self.number())?;
            let week = week.filter(|week| (1..=5).contains(week))?;
            ChangeDay::Weekday(month, week, weekday.filter(|day| (0..=6).contains(day))?)
        } else if self.skip('J') {
            ChangeDay::WithoutLeapDay(self.number().filter(|day| (1..=365).contains(day))?)
        } else {
            ChangeDay::DayOfYear(self.number().filter(|day| *day <= 365)?)
        };
        let time = if self.skip('/') { self.duration()? } else { CHANGE_TIME };
        Some(Change { day, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn hours(rule: &str, moment: &str) -> f64 {
        let seconds =
            PosixRule::parse(rule).unwrap().offset_at(Timestamp::parse(moment).unwrap().0);
        f64::from(i32::try_from(seconds).unwrap()) / 3_600.0
    }

    #[test]
    fn daylight_saving_time_begins_and_ends_at_the_second() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        for (moment, offset) in [
            ("2026-03-29T00:59:59Z", 1.0),
            ("2026-03-29T01:00:00Z", 2.0),
            ("2026-10-25T00:59:59Z", 2.0),
            ("2026-10-25T01:00:00Z", 1.0),
            ("2028-02-29T12:00:00Z", 1.0),
        ] {
            assert_eq!(hours(berlin, moment), offset, "{moment}");
        }
        let new_york = "EST5EDT,M3.2.0,M11.1.0";
        assert_eq!(hours(new_york, "2026-03-08T06:59:59Z"), -5.0);
        assert_eq!(hours(new_york, "2026-03-08T07:00:00Z"), -4.0);
        assert_eq!(hours(new_york, "2026-12-31T23:59:59Z"), -5.0);
    }

    #[test]
    fn zones_without_it_of_the_south_and_with_quoted_names() {
        assert_eq!(hours("<+0530>-5:30", "2026-07-01T00:00:00Z"), 5.5);
        let sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";
        assert_eq!(hours(sydney, "2026-01-15T00:00:00Z"), 11.0);
        assert_eq!(hours(sydney, "2026-07-15T00:00:00Z"), 10.0);
        assert_eq!(hours("XXX3YYY,J60,J300", "2028-02-29T12:00:00Z"), -3.0);
        assert_eq!(hours("XXX3YYY,J60,J300", "2028-03-01T12:00:00Z"), -2.0);
        assert_eq!(hours("XXX3YYY2,59/0,300/0", "2027-03-01T12:00:00Z"), -2.0);
    }

    #[test]
    fn other_text_is_not_a_rule() {
        for text in ["", "UTC", "Europe/Berlin", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "A-1"] {
            assert_eq!(PosixRule::parse(text), None, "{text}");
        }
    }
}
