//! Role credentials and how long they are good for.

use super::{AccountId, Secret, Timestamp};

/// Temporary credentials of one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `ASIA…`; not a secret by itself.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret<String>,
    /// The session token.
    pub session_token: Secret<String>,
    /// When AWS stops accepting them, by this machine's clock.
    pub expires_at: Timestamp,
    /// When they were issued, by this machine's clock.
    pub issued_at: Timestamp,
    /// The account they act in.
    pub account: AccountId,
}

impl Credentials {
    /// The longest session of a role that AWS allows, in seconds.
    pub const MAX_LIFETIME_SECS: i64 = 12 * 3_600;
    /// How much longer a session may seem because clocks differ, in seconds.
    pub const CLOCK_TOLERANCE_SECS: i64 = 15 * 60;

    /// Seconds left; zero when expired, and zero when the clock stands before the issue time (it
    /// was set back). Also zero for credentials that AWS does not issue: without a key, secret
    /// or token, or valid for more than [`Credentials::LONGEST`].
    pub fn seconds_left(&self, now: Timestamp) -> i64 {
        if !self.is_plausible() {
            return 0;
        }
        // A minute of slack: a reply's Date header has whole seconds and clocks are adjusted by
        // small steps all day.
        if now.since(self.issued_at) < -60 { 0 } else { self.expires_at.since(now).max(0) }
    }

    fn is_plausible(&self) -> bool {
        let filled =
            [&self.access_key_id, self.secret_access_key.expose(), self.session_token.expose()]
                .iter()
                .all(|part| !part.is_empty());
        filled
            && self.expires_at.since(self.issued_at)
                <= Self::MAX_LIFETIME_SECS + Self::CLOCK_TOLERANCE_SECS
    }

    /// Whether they can be handed out as they are: more than the window left.
    pub fn is_fresh(&self, now: Timestamp, window: Window) -> bool {
        self.seconds_left(now) > window.for_lifetime(self.expires_at.since(self.issued_at))
    }
}

/// How much life credentials must have left to be handed out without asking AWS, in seconds.
///
/// botocore runs a `credential_process` again on every request once less than 15 minutes are left,
/// hence the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(pub i64);

impl Default for Window {
    fn default() -> Self {
        Self(15 * 60)
    }
}

impl Window {
    /// The window for credentials of this lifetime: never more than a third of it.
    pub fn for_lifetime(self, lifetime: i64) -> i64 {
        self.0.min(lifetime / 3).max(0)
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
        assert_eq!(credentials(0, 13 * 3_600).seconds_left(Timestamp(0)), 0);
        assert_eq!(
            Credentials { session_token: "".into(), ..credentials(0, 3_600) }
                .seconds_left(Timestamp(0)),
            0
        );
    }

    #[test]
    fn a_clock_set_back_makes_them_stale() {
        assert_eq!(credentials(10_000, 13_600).seconds_left(Timestamp(5_000)), 0);
    }
}
