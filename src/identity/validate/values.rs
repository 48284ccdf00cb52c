//! The values in responses: credentials, tokens, lifetimes, names.

use crate::domain::{AccountId, Credentials, RoleName, Timestamp};

use super::Rejection;

/// The largest plausible difference between this machine's clock and AWS's. A response with an
/// older `Date` is a cached copy.
const MAX_DATE_AGE_SECONDS: i64 = 86_400;
/// The longest lifetime of an access token: a portal session lasts 90 days at most.
const MAX_TOKEN_SECONDS: i64 = 90 * 86_400;
/// The longest key, secret or token, in bytes. On Linux, an environment variable holds 128 KiB.
const MAX_SECRET_LENGTH: usize = 64 << 10;
/// The longest name of an account, role or page, in bytes; AWS's own are far shorter.
const MAX_TEXT_LENGTH: usize = 1_024;
/// The longest page token, in bytes.
const MAX_PAGE_TOKEN_LENGTH: usize = 16 << 10;

/// Returns for how many seconds from `now` credentials are valid.
///
/// `expires_at` and `date` are by the server's clock, `now` is by this machine's. The shorter of
/// the two lifetimes counts, unless one is implausible: then that clock is wrong. So a wrong `Date`
/// never extends a lifetime.
///
/// # Errors
/// [`Rejection::Invalid`] if the credentials have expired or would be valid for more than 12 hours.
pub(in crate::identity) fn lifetime(
    expires_at: Timestamp,
    date: Option<Timestamp>,
    now: Timestamp,
) -> Result<i64, Rejection> {
    let plausible = |seconds: i64| {
        Some(seconds).filter(|seconds| {
            (1..=Credentials::MAX_LIFETIME_SECS + Credentials::CLOCK_TOLERANCE_SECS)
                .contains(seconds)
        })
    };
    let by_date = date
        .filter(|date| now.seconds_since(*date) <= MAX_DATE_AGE_SECONDS)
        .and_then(|date| plausible(expires_at.seconds_since(date)));
    let by_clock = plausible(expires_at.seconds_since(now));
    let shorter = [by_date, by_clock].into_iter().flatten().min();
    shorter.map(|seconds| seconds.min(Credentials::MAX_LIFETIME_SECS)).ok_or_else(|| {
        Rejection::invalid(if expires_at.seconds_since(now) <= 0 {
            "its credentials have already expired"
        } else {
            "its credentials would be valid for more than 12 hours"
        })
    })
}

/// Returns the expiry of an access token that is valid for so many seconds from `now`.
///
/// # Errors
/// [`Rejection::Invalid`] if that is not positive or more than 90 days.
pub(in crate::identity) fn token_expiry(
    seconds: i64,
    now: Timestamp,
) -> Result<Timestamp, Rejection> {
    match seconds {
        ..=0 => Err(Rejection::invalid("its token has already expired")),
        1..=MAX_TOKEN_SECONDS => Ok(now.plus_seconds(seconds)),
        _ => Err(Rejection::invalid("its token would be valid for more than 90 days")),
    }
}

/// Checks a key, secret, token or code: not empty, not longer than [`MAX_SECRET_LENGTH`], and
/// printable ASCII without spaces, so that it is valid in a header.
///
/// # Errors
/// [`Rejection::Invalid`] with the name of the field.
pub(in crate::identity) fn secret(value: Option<String>, field: &str) -> Result<String, Rejection> {
    let value = value.ok_or_else(|| Rejection::invalid(format!("it has no `{field}`")))?;
    if value.is_empty() {
        Err(Rejection::invalid(format!("its `{field}` is empty")))
    } else if value.len() > MAX_SECRET_LENGTH || !value.bytes().all(|byte| byte.is_ascii_graphic())
    {
        Err(Rejection::invalid(format!("its `{field}` is malformed")))
    } else {
        Ok(value)
    }
}

/// Checks a required text for the user, such as a code to compare. It may contain any character.
///
/// # Errors
/// [`Rejection::Invalid`] with the name of the field.
pub(in crate::identity) fn required_text(
    value: Option<String>,
    field: &str,
) -> Result<String, Rejection> {
    optional_text(value, field)?
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Rejection::invalid(format!("it has no `{field}`")))
}

/// Checks an account ID in a list: exactly twelve digits.
///
/// # Errors
/// [`Rejection::Invalid`].
pub(in crate::identity) fn account_id(value: Option<String>) -> Result<AccountId, Rejection> {
    let id = value.filter(|id| id.len() == 12).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Rejection::invalid("an `accountId` is not 12 digits"))
}

/// Checks a role's name in a list: only characters that IAM allows.
///
/// # Errors
/// [`Rejection::Invalid`].
pub(in crate::identity) fn role_name(value: Option<String>) -> Result<RoleName, Rejection> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let name = value.filter(|name| (1..=128).contains(&name.len()) && name.bytes().all(allowed));
    name.map(RoleName::new).ok_or_else(|| Rejection::invalid("a `roleName` is not a role's name"))
}

/// Checks an optional text in a list; an empty one counts as missing.
///
/// # Errors
/// [`Rejection::Invalid`] if it is longer than [`MAX_TEXT_LENGTH`].
pub(in crate::identity) fn optional_text(
    value: Option<String>,
    field: &str,
) -> Result<Option<String>, Rejection> {
    match value {
        Some(text) if text.len() > MAX_TEXT_LENGTH => {
            Err(Rejection::invalid(format!("its `{field}` is too long")))
        }
        other => Ok(other.filter(|text| !text.is_empty())),
    }
}

/// Checks the token of the next page; an empty one counts as missing.
///
/// # Errors
/// [`Rejection::Invalid`] if it is longer than [`MAX_PAGE_TOKEN_LENGTH`].
pub(in crate::identity) fn page_token(value: Option<String>) -> Result<Option<String>, Rejection> {
    match value {
        Some(token) if token.len() > MAX_PAGE_TOKEN_LENGTH => {
            Err(Rejection::invalid("its `nextToken` is too long"))
        }
        other => Ok(other.filter(|token| !token.is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const HOUR: i64 = 3_600;

    /// The lifetime of credentials whose expiry and `Date` are so many seconds after this machine's
    /// clock.
    fn lifetime_after(expires: i64, date: Option<i64>) -> Option<i64> {
        lifetime(NOW.plus_seconds(expires), date.map(|date| NOW.plus_seconds(date)), NOW).ok()
    }

    #[test]
    fn an_hour_is_an_hour_whichever_clock_is_wrong() {
        assert_eq!(lifetime_after(HOUR, Some(0)), Some(HOUR));
        assert_eq!(lifetime_after(HOUR, None), Some(HOUR));
        // This machine's clock is two hours behind, or ahead.
        assert_eq!(lifetime_after(3 * HOUR, Some(2 * HOUR)), Some(HOUR));
        assert_eq!(lifetime_after(-HOUR, Some(-2 * HOUR)), Some(HOUR));
        // It is a month behind.
        assert_eq!(lifetime_after(30 * 86_400 + HOUR, Some(30 * 86_400)), Some(HOUR));
    }

    #[test]
    fn a_wrong_date_never_extends_a_lifetime() {
        for date in [
            i64::MIN / 2,
            -NOW.0,
            -86_400,
            -12 * HOUR,
            -6 * HOUR,
            -60,
            60,
            6 * HOUR,
            365 * 86_400,
            i64::MAX / 2,
        ] {
            assert!(
                lifetime_after(HOUR, Some(date)).is_some_and(|life| life <= HOUR),
                "{date}: {:?}",
                lifetime_after(HOUR, Some(date))
            );
        }
        // A cached copy of an old response is consistent in itself.
        assert_eq!(lifetime_after(-30 * 86_400 + HOUR, Some(-30 * 86_400)), None);
    }

    #[test]
    fn the_past_and_the_far_future_are_rejected() {
        for expires in
            [0, -1, -HOUR, -NOW.0, i64::MIN, 12 * HOUR + 1_000, 86_400, 1_000 * NOW.0, i64::MAX]
        {
            assert_eq!(lifetime_after(expires, Some(0)), None, "{expires}");
            assert_eq!(lifetime_after(expires, None), None, "{expires}");
        }
        assert_eq!(
            lifetime_after(12 * HOUR + 60, Some(0)),
            Some(12 * HOUR),
            "slightly more than 12 hours is cut"
        );
    }

    #[test]
    fn tokens_are_valid_for_between_a_second_and_90_days() {
        assert_eq!(token_expiry(28_800, NOW), Ok(NOW.plus_seconds(28_800)));
        for seconds in [i64::MIN, -1, 0, 91 * 86_400, i64::MAX] {
            assert!(token_expiry(seconds, NOW).is_err(), "{seconds}");
        }
    }

    #[test]
    fn limits_include_their_last_value() {
        let text = |length: usize| Some("x".repeat(length));
        assert!(secret(text(MAX_SECRET_LENGTH), "x").is_ok());
        assert!(optional_text(text(MAX_TEXT_LENGTH), "x").is_ok());
        assert!(optional_text(text(MAX_TEXT_LENGTH + 1), "x").is_err());
        assert_eq!(page_token(text(MAX_PAGE_TOKEN_LENGTH)), Ok(text(MAX_PAGE_TOKEN_LENGTH)));
        assert!(page_token(text(MAX_PAGE_TOKEN_LENGTH + 1)).is_err());
        assert_eq!(page_token(text(0)), Ok(None));
        assert_eq!(token_expiry(1, NOW), Ok(NOW.plus_seconds(1)));
        assert_eq!(token_expiry(MAX_TOKEN_SECONDS, NOW), Ok(NOW.plus_seconds(MAX_TOKEN_SECONDS)));
        // A date a day old is that of a clock, an older one that of a cached copy.
        for (age, want) in [(MAX_DATE_AGE_SECONDS, Some(60)), (MAX_DATE_AGE_SECONDS + 1, None)] {
            assert_eq!(lifetime_after(60 - age, Some(-age)), want, "{age}");
        }
    }

    #[test]
    fn a_rejection_gives_the_reason() {
        let reason = |expires| match lifetime(NOW.plus_seconds(expires), None, NOW) {
            Err(Rejection::Invalid(reason)) => reason,
            other => panic!("{other:?}"),
        };
        for expires in [0, -1] {
            assert_eq!(reason(expires), "its credentials have already expired");
        }
        assert_eq!(reason(86_400), "its credentials would be valid for more than 12 hours");
        let expired = Rejection::invalid("its token has already expired");
        assert_eq!(token_expiry(0, NOW), Err(expired));
    }

    #[test]
    fn a_required_text_is_not_blank() {
        assert_eq!(required_text(Some(" a b ".into()), "x"), Ok(" a b ".into()));
        for bad in [None, Some(""), Some(" \t")] {
            let missing = Rejection::invalid("it has no `x`");
            assert_eq!(required_text(bad.map(str::to_owned), "x"), Err(missing), "{bad:?}");
        }
    }

    #[test]
    fn a_secret_is_valid_in_a_header() {
        assert_eq!(secret(Some("a/b+c=".into()), "x"), Ok("a/b+c=".into()));
        for bad in ["", " ", "a b", "a\n", "a\u{7f}", "ä", "a\u{202e}"] {
            assert!(secret(Some(bad.into()), "x").is_err(), "{bad:?}");
        }
        assert_eq!(secret(None, "x"), Err(Rejection::invalid("it has no `x`")));
        assert!(secret(Some("x".repeat(MAX_SECRET_LENGTH + 1)), "x").is_err());
    }

    #[test]
    fn ids_and_names_have_the_format_of_aws() {
        assert!(account_id(Some("012345678901".into())).is_ok());
        for bad in [
            None,
            Some(""),
            Some("12345"),
            Some("0123-4567-8901"),
            Some("01234567890x"),
            Some("٠12345678901"),
        ] {
            assert!(account_id(bad.map(str::to_owned)).is_err(), "{bad:?}");
        }
        assert!(role_name(Some("Power_User+=,.@-".into())).is_ok());
        for bad in [None, Some(""), Some("a/b"), Some("a b"), Some("a\u{1b}"), Some("ä")] {
            assert!(role_name(bad.map(str::to_owned)).is_err(), "{bad:?}");
        }
        assert_eq!(optional_text(Some(String::new()), "x"), Ok(None));
        assert!(optional_text(Some("x".repeat(2_000)), "x").is_err());
    }
}
