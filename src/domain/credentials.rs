//! Role credentials and their validity.

use std::time::Duration;

use super::{AccountId, Secret, Timestamp};

/// Temporary credentials of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id, `ASIA…`; not a secret by itself.
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    pub session_token: Secret<String>,
    /// When they expire, by this machine's clock.
    pub expires_at: Timestamp,
    /// When they were issued, by this machine's clock.
    pub issued_at: Timestamp,
    /// The account of the role.
    pub account: AccountId,
}

impl Credentials {
    /// The longest role session that AWS allows, in seconds.
    pub const MAX_LIFETIME_SECS: i64 = 12 * 3_600;
    /// How much longer a session may appear to be if clocks differ, in seconds.
    pub const CLOCK_TOLERANCE_SECS: i64 = 15 * 60;

    /// Returns the remaining lifetime in seconds, or zero if they have expired or if the clock was
    /// set back to before the issue time. Also zero for credentials that AWS does not issue:
    /// without a key id, secret or token, or valid for longer than
    /// [`Credentials::MAX_LIFETIME_SECS`].
    pub fn seconds_left(&self, now: Timestamp) -> i64 {
        if !self.is_plausible() {
            return 0;
        }
        // Allow a minute: a Date header has whole seconds, and clocks are adjusted in small steps.
        if now.seconds_since(self.issued_at) < -60 {
            0
        } else {
            self.expires_at.seconds_since(now).max(0)
        }
    }

    fn is_plausible(&self) -> bool {
        let filled =
            [&self.access_key_id, self.secret_access_key.expose(), self.session_token.expose()]
                .iter()
                .all(|part| !part.is_empty());
        filled
            && self.expires_at.seconds_since(self.issued_at)
                <= Self::MAX_LIFETIME_SECS + Self::CLOCK_TOLERANCE_SECS
    }

    /// Returns the seconds until they should be replaced: zero or negative once no more than the
    /// window is left.
    pub fn seconds_until_stale(&self, now: Timestamp, window: Window) -> i64 {
        self.seconds_left(now) - window.seconds_for(self.expires_at.seconds_since(self.issued_at))
    }

    /// Whether they can be handed out without asking AWS: more than the window is left.
    pub fn is_fresh(&self, now: Timestamp, window: Window) -> bool {
        self.seconds_until_stale(now, window) > 0
    }
}

/// The least remaining lifetime of credentials that are handed out without asking AWS.
///
/// Botocore runs a `credential_process` again on every request once less than 15 minutes are left,
/// hence the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(pub Duration);

impl Default for Window {
    fn default() -> Self {
        Self(Duration::from_secs(15 * 60))
    }
}

impl Window {
    /// Returns the window for credentials of this lifetime, in seconds: at most a third of it.
    fn seconds_for(self, lifetime: i64) -> i64 {
        i64::try_from(self.0.as_secs()).unwrap_or(i64::MAX).min(lifetime / 3).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(issued: i64, expires: i64) -> Credentials {
        Credentials {
            access_key_id: "ASIA".into(),
            secret_access_key: "s".into(),
            session_token: "t".into(),
            issued_at: Timestamp(issued),
            expires_at: Timestamp(expires),
            account: "012345678901".parse().unwrap(),
        }
    }

    #[test]
    fn an_hour_is_fresh_until_a_quarter_is_left() {
        let hour = credentials(0, 3_600);
        assert!(hour.is_fresh(Timestamp(2_699), Window::default()));
        assert!(!hour.is_fresh(Timestamp(2_700), Window::default()));
    }

    #[test]
    fn short_lives_have_short_windows() {
        assert!(credentials(0, 900).is_fresh(Timestamp(599), Window::default()));
        assert!(!credentials(0, 900).is_fresh(Timestamp(600), Window::default()));
    }

    #[test]
    fn credentials_that_aws_does_not_issue_have_nothing_left() {
        assert_eq!(credentials(0, 12 * 3_600).seconds_left(Timestamp(0)), 12 * 3_600);
        let longest = Credentials::MAX_LIFETIME_SECS + Credentials::CLOCK_TOLERANCE_SECS;
        assert_eq!(credentials(0, longest).seconds_left(Timestamp(0)), longest);
        assert_eq!(credentials(0, longest + 1).seconds_left(Timestamp(0)), 0);
        assert_eq!(
            Credentials { session_token: "".into(), ..credentials(0, 3_600) }
                .seconds_left(Timestamp(0)),
            0
        );
    }

    #[test]
    fn a_clock_set_back_makes_them_stale() {
        assert_eq!(credentials(10_000, 13_600).seconds_left(Timestamp(5_000)), 0);
        assert_eq!(credentials(10_000, 13_600).seconds_left(Timestamp(9_939)), 0);
        assert_eq!(credentials(10_000, 13_600).seconds_left(Timestamp(9_940)), 3_660);
    }
}
