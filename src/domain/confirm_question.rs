//! The question that is asked before protected roles are used, and the answers that confirm it.

use super::{ConfirmLevel, Error, ErrorKind, Result, RosterEntry, escape_unprintable};

/// The most protected roles that a question names.
const MAX_NAMES: usize = 5;

/// A question about protected roles: the one policy of commands, plain mode and picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmQuestion {
    /// Use this role?
    YesNo(RosterEntry),
    /// Type the name of this role's account.
    AccountName(RosterEntry),
    /// Type the number of roles. A yes to one of several roles would not be a yes to all.
    RoleCount {
        /// Those that are protected.
        protected: Vec<RosterEntry>,
        /// The number of all roles, protected or not.
        total: usize,
    },
}

impl ConfirmQuestion {
    /// Returns the question to ask before these roles are used together; `None` if none of them is
    /// protected.
    pub fn new(entries: &[&RosterEntry]) -> Option<Self> {
        let protected: Vec<RosterEntry> = entries
            .iter()
            .filter(|entry| entry.is_protected())
            .map(|entry| RosterEntry::clone(entry))
            .collect();
        match (&protected[..], entries) {
            ([], _) => None,
            ([entry], [_]) if entry.confirm == ConfirmLevel::TypeName => {
                Some(Self::AccountName(entry.clone()))
            }
            ([entry], [_]) => Some(Self::YesNo(entry.clone())),
            _ => Some(Self::RoleCount { protected, total: entries.len() }),
        }
    }

    /// Returns the reason for the question, as a sentence without its full stop.
    pub fn reason(&self) -> String {
        let name = |entry: &RosterEntry| escape_unprintable(&entry.label());
        match self {
            Self::YesNo(entry) | Self::AccountName(entry) => {
                format!("{} is protected", name(entry))
            }
            Self::RoleCount { protected, total } => {
                let names: Vec<_> = protected.iter().take(MAX_NAMES).map(name).collect();
                let more = if protected.len() > names.len() { ", …" } else { "" };
                let are = if protected.len() == 1 { "is" } else { "are" };
                format!(
                    "{} of these {total} roles {are} protected: {}{more}",
                    protected.len(),
                    names.join(", ")
                )
            }
        }
    }

    /// Returns the answer that confirms, in words: `the account's name`.
    pub fn expected_answer(&self) -> &'static str {
        match self {
            Self::YesNo(_) => "yes",
            Self::AccountName(entry) if entry.has_typable_label() => "the account's name",
            Self::AccountName(_) => "the account's name or ID",
            Self::RoleCount { .. } => "the number of roles",
        }
    }

    /// Returns the question as a prompt for one line.
    pub fn prompt(&self) -> String {
        let reason = self.reason();
        match self {
            Self::YesNo(_) => format!("{reason}. Use it? [y/N] "),
            Self::AccountName(_) | Self::RoleCount { .. } => {
                format!("{reason}. Type {} to continue: ", self.expected_answer())
            }
        }
    }

    /// Returns the role whose confirmation is remembered. One for several roles does not count for
    /// a single one.
    pub fn remembered_role(&self) -> Option<&RosterEntry> {
        match self {
            Self::YesNo(entry) | Self::AccountName(entry) => Some(entry),
            Self::RoleCount { .. } => None,
        }
    }

    /// Returns the error if no user can be asked.
    pub fn unasked(&self) -> Error {
        Error::new(ErrorKind::Usage, self.reason()).hint(match self {
            Self::RoleCount { .. } => "add --yes, or see them with --dry-run",
            Self::YesNo(_) | Self::AccountName(_) => "add --yes",
        })
    }

    /// Checks the line that the user has typed.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if it does not confirm.
    pub fn check(&self, answer: &str) -> Result<()> {
        let answer = answer.trim();
        let confirmed = match self {
            Self::YesNo(_) => is_yes(answer),
            Self::AccountName(entry) => entry.matches_typed_account(answer),
            Self::RoleCount { total, .. } => answer == total.to_string(),
        };
        match self {
            _ if confirmed => Ok(()),
            Self::AccountName(entry) if !answer.is_empty() => {
                let label = entry.account_label();
                Err(Error::new(
                    ErrorKind::Cancelled,
                    format!(
                        "`{answer}` is not the account's name, which is `{label}`: \
                         nothing was done"
                    ),
                ))
            }
            _ => Err(Error::new(ErrorKind::Cancelled, "not confirmed: nothing was done")),
        }
    }
}

/// Whether an answer is a yes: `y` or `yes` in any case.
pub fn is_yes(answer: &str) -> bool {
    let answer = answer.trim();
    answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(role: &str, confirm: ConfirmLevel) -> RosterEntry {
        RosterEntry {
            instance: 0,
            account: "012345678901".parse().unwrap(),
            account_name: "payments-prod".into(),
            account_alias: "".into(),
            email: "".into(),
            role: role.into(),
            tags: std::sync::Arc::default(),
            region: None,
            profile: None,
            via: None,
            confirm,
        }
    }

    #[test]
    fn a_question_about_many_roles_names_some_of_them() {
        let admin = entry("Admin", ConfirmLevel::Ask);
        let reason = |count: usize| ConfirmQuestion::new(&vec![&admin; count]).unwrap().reason();
        let names = ["payments-prod/Admin"; MAX_NAMES].join(", ");
        let want = format!("{MAX_NAMES} of these {MAX_NAMES} roles are protected: {names}");
        assert_eq!(reason(MAX_NAMES), want);
        assert!(reason(MAX_NAMES + 1).ends_with(&format!("{names}, …")));
    }

    #[test]
    fn a_prompt_is_the_reason_with_what_to_type() {
        let prompt = |entries: &[&RosterEntry]| ConfirmQuestion::new(entries).unwrap().prompt();
        let (ask, typed) =
            (entry("Admin", ConfirmLevel::Ask), entry("Root", ConfirmLevel::TypeName));
        assert_eq!(prompt(&[&ask]), "payments-prod/Admin is protected. Use it? [y/N] ");
        let name = "payments-prod/Root is protected. Type the account's name to continue: ";
        assert_eq!(prompt(&[&typed]), name);
        assert!(prompt(&[&ask, &typed]).ends_with(". Type the number of roles to continue: "));
    }

    #[test]
    fn roles_without_protection_are_not_asked_about() {
        assert!(ConfirmQuestion::new(&[&entry("ReadOnly", ConfirmLevel::None)]).is_none());
        assert!(ConfirmQuestion::new(&[]).is_none());
    }

    #[test]
    fn one_role_takes_a_yes_or_the_name_of_its_account() {
        let admin = entry("Admin", ConfirmLevel::Ask);
        let question = ConfirmQuestion::new(&[&admin]).unwrap();
        assert_eq!(question.reason(), "payments-prod/Admin is protected");
        assert!(["y\n", "Yes\n"].iter().all(|answer| question.check(answer).is_ok()));
        assert_eq!(question.check("\n").unwrap_err().message, "not confirmed: nothing was done");
        let root = entry("Root", ConfirmLevel::TypeName);
        let question = ConfirmQuestion::new(&[&root]).unwrap();
        assert!(question.check("payments-prod\n").is_ok());
        assert!(question.check("y\n").unwrap_err().message.contains("`y` is not the account's"));
        assert_eq!(question.check("").unwrap_err().message, "not confirmed: nothing was done");
        assert_eq!(question.expected_answer(), "the account's name");
    }

    #[test]
    fn a_name_that_not_every_keyboard_can_type_may_be_answered_with_the_id() {
        for name in ["zahlungen-größer", "pay\u{7}ments"] {
            let mut root = entry("Root", ConfirmLevel::TypeName);
            root.account_name = name.into();
            let question = ConfirmQuestion::new(&[&root]).unwrap();
            assert_eq!(question.expected_answer(), "the account's name or ID");
            assert!(question.check("012345678901").is_ok() && question.check(name).is_ok());
        }
        let root = entry("Root", ConfirmLevel::TypeName);
        assert!(ConfirmQuestion::new(&[&root]).unwrap().check("012345678901").is_err());
    }

    #[test]
    fn only_the_confirmation_of_a_single_role_is_remembered() {
        let (admin, root) =
            (entry("Admin", ConfirmLevel::Ask), entry("Root", ConfirmLevel::TypeName));
        let remembered = |entries: &[&RosterEntry]| {
            ConfirmQuestion::new(entries).unwrap().remembered_role().cloned()
        };
        assert_eq!(remembered(&[&admin]), Some(admin.clone()));
        assert_eq!(remembered(&[&root]), Some(root.clone()));
        assert_eq!(remembered(&[&admin, &root]), None);
    }

    #[test]
    fn several_roles_take_their_number() {
        let (admin, reader) =
            (entry("Admin", ConfirmLevel::Ask), entry("ReadOnly", ConfirmLevel::None));
        let question = ConfirmQuestion::new(&[&admin, &reader]).unwrap();
        assert_eq!(question.reason(), "1 of these 2 roles is protected: payments-prod/Admin");
        assert!(question.check("2\n").is_ok() && question.check("y\n").is_err());
        assert!(question.unasked().hints[0].contains("--dry-run"));
        let many = [&admin; 6];
        let reason = |count: usize| ConfirmQuestion::new(&many[..count]).unwrap().reason();
        let five = ["payments-prod/Admin"; 5].join(", ");
        assert_eq!(reason(5), format!("5 of these 5 roles are protected: {five}"));
        assert_eq!(reason(6), format!("6 of these 6 roles are protected: {five}, …"));
    }
}
