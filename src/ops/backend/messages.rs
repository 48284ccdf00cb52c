//! What the picker asks of the world while it stays on the screen, and what it hears back.
//!
//! Everything here is a plain value. Requests carry a number; a stale answer is dropped by whoever
//! asked.

use std::sync::Arc;

use crate::console::SERVICES;
use crate::domain::{
    ConfirmLevel, Error, InstanceName, Region, RoleId, Roster, Secret, StartUrl, Timestamp,
    format_clock_offset,
};

pub use crate::ops::confirmations::TerminalConfirmations;
pub use crate::vault::UnlockPrompt;

/// Something to do in the background.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// The first frame stands on a sketch: answer with the whole [`News::Roster`] and
    /// [`News::Sessions`].
    Start,
    /// Read accounts and roles of an instance anew. Needs a valid token; answers
    /// [`News::Refreshed`].
    Refresh {
        /// Which instance.
        instance: InstanceName,
    },
    /// Sign in to an instance. Answers a run of [`News::SignIn`] with this number.
    SignIn {
        /// Which instance.
        instance: InstanceName,
        /// Comes back in the answers.
        number: u64,
    },
    /// The address that the browser ended on, pasted back from a machine that can't be reached from
    /// there. Answers [`SignInStep::Misread`] when it is not the right one.
    PasteRedirect {
        /// The number the sign-in was asked with.
        number: u64,
        /// The whole address; the code in it is good once.
        address: Secret<String>,
    },
    /// Give up a sign-in under way.
    CancelSignIn {
        /// The number it was asked with.
        number: u64,
    },
    /// Get role credentials into the vault. Answers [`News::Assumed`].
    Assume {
        /// Which role.
        role: RoleId,
        /// Comes back in the answer.
        number: u64,
    },
    /// Get new role credentials, whatever is stored. Answers [`News::Assumed`] and
    /// [`News::Sessions`].
    Renew {
        /// Which role.
        role: RoleId,
        /// Comes back in the answer.
        number: u64,
    },
    /// Forget a role's stored credentials. Answers [`News::Sessions`].
    ForgetCredentials {
        /// Which role.
        role: RoleId,
    },
    /// Put something secret of a role on the clipboard. Answers [`News::Note`], or
    /// [`News::Failed`].
    CopySecret {
        /// Which role; its credentials are in the vault.
        role: RoleId,
        /// What of it.
        secret: SecretKind,
    },
    /// Write profiles of roles into the AWS config file. Answers [`News::Note`], or
    /// [`News::Failed`].
    WriteProfiles {
        /// Which roles; where they are protected the person has agreed.
        roles: Vec<RoleId>,
    },
    /// A person has consented to a protected role. Answers [`News::Consents`].
    RecordConfirmation {
        /// Which role.
        role: RoleId,
        /// In which way.
        confirm: ConfirmLevel,
    },
    /// Sign out of an instance. Answers [`News::Sessions`].
    SignOut {
        /// Which instance.
        instance: InstanceName,
    },
    /// Open the vault with a passphrase. Answers [`News::Vault`].
    Unlock {
        /// What was typed.
        passphrase: Secret<String>,
    },
    /// Look where an address leads. Answers [`News::Discovered`].
    Discover {
        /// A start URL in whatever form it was typed.
        address: String,
        /// Comes back in the answer.
        number: u64,
    },
    /// Write a new instance into the configuration file, if AWS takes it. Answers [`News::Roster`]
    /// and [`News::Sessions`] with the instance in them, then [`News::SetUp`]; from then on
    /// other requests may name it.
    SetUp {
        /// What to call it.
        name: String,
        /// Its start URL.
        start_url: String,
        /// Its region.
        region: String,
        /// Comes back in the answer.
        number: u64,
    },
    /// Put a text on the clipboard.
    Copy {
        /// The text; never a secret.
        text: String,
    },
    /// Keep favourites and hidden roles.
    SetFlag {
        /// Which roles.
        roles: Vec<RoleId>,
        /// Which mark.
        flag: RoleFlag,
        /// Put on or taken off.
        on: bool,
    },
}

/// A mark that a person can put on a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleFlag {
    /// Pinned on top.
    Favorite,
    /// Not shown.
    Hidden,
}

/// What is copied without ever being seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The keys, as lines for the calling shell.
    Keys,
    /// A link that signs whoever opens it into the console.
    ConsoleLink,
}

impl SecretKind {
    /// In words: `the keys`.
    pub fn label(self) -> &'static str {
        match self {
            SecretKind::Keys => "the keys",
            SecretKind::ConsoleLink => "a console link",
        }
    }
}

/// The services whose console pages are known: the name to choose one by, and its other names.
pub fn console_services() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    SERVICES.iter().map(|service| (service.name, service.aliases))
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The list of roles as it is now known; comes many times during a first refresh.
    Roster(Arc<Roster>),
    /// A refresh goes on.
    RefreshProgress {
        /// Which instance.
        instance: InstanceName,
        /// Accounts whose roles were read.
        done: usize,
        /// Accounts in all; 0 while the account list is being read.
        total: usize,
        /// AWS has asked to slow down within the last seconds.
        throttled: bool,
    },
    /// A refresh ended.
    Refreshed {
        /// Which instance.
        instance: InstanceName,
        /// Roles that came and went, or why it failed. [`crate::domain::Kind::LoginNeeded`] when
        /// nobody is signed in.
        outcome: Result<RefreshCounts, Error>,
    },
    /// A sign-in moves on.
    SignIn {
        /// The request's number.
        number: u64,
        /// Where it stands.
        step: SignInStep,
    },
    /// An assume ended; good credentials are in the vault until then.
    Assumed {
        /// The request's number.
        number: u64,
        /// The role.
        role: RoleId,
        /// When the credentials expire, or why there are none.
        outcome: Result<Timestamp, Error>,
    },
    /// Who is signed in, and which roles have credentials in the vault.
    Sessions(SessionList),
    /// The vault is closed, and this would open it. Comes before the answer that failed for it.
    Locked(UnlockPrompt),
    /// The vault was opened, or was not.
    VaultUnlocked(Result<(), Error>),
    /// Where an address leads, or why it is none.
    Discovered {
        /// The request's number.
        number: u64,
        /// What was found.
        outcome: Result<DiscoveredInstance, Error>,
    },
    /// An instance was written, or why it was not.
    SetUp {
        /// The request's number.
        number: u64,
        /// Its name.
        outcome: Result<InstanceName, Error>,
    },
    /// What a person has consented to in this terminal.
    Confirmations(TerminalConfirmations),
    /// Something asked for a role could not be done.
    RoleFailed {
        /// The role.
        role: RoleId,
        /// Why.
        error: Error,
    },
    /// Seconds that AWS's clock is ahead of this machine's, as its last answer tells.
    ClockSkew(i64),
    /// One line for the message area.
    Message(String),
}

/// From so many seconds on a clock is called wrong: AWS takes no signature that is older.
const MAX_SKEW_SECONDS: i64 = 300;

/// What to say of a clock that is this many seconds from AWS's; `None` when it is right.
pub fn clock_warning(ahead: i64) -> Option<String> {
    let far = format_clock_offset(ahead);
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    (ahead.abs() >= MAX_SKEW_SECONDS).then(|| format!("this machine's clock is {far} {side} AWS's"))
}

/// What to type so that this machine's clock is set.
pub const SET_CLOCK_COMMAND: &str = if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else if cfg!(windows) {
    "w32tm /resync"
} else {
    "sudo timedatectl set-ntp true"
};

/// A portal that somebody's address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredInstance {
    /// Its start URL, as AWS knows it.
    pub start_url: StartUrl,
    /// Its region; `None` when only a person can tell.
    pub region: Option<Region>,
    /// What told the region, or why it is not known.
    pub evidence: String,
    /// A name that is free.
    pub name: InstanceName,
}

/// What a refresh changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshCounts {
    /// New roles.
    pub added: usize,
    /// Roles that are gone.
    pub removed: usize,
    /// Accounts whose roles could not be read this time; their old roles are kept.
    pub failed: usize,
    /// Accounts that AWS left out or listed without roles; their old roles are kept until a second
    /// refresh agrees.
    pub unconfirmed: usize,
    /// When it was read.
    pub at: Timestamp,
}

/// The steps of a sign-in.
#[derive(Debug, Clone, PartialEq)]
pub enum SignInStep {
    /// AWS was asked for an address.
    Starting,
    /// A person has to look at this address.
    Open {
        /// The address to open.
        url: String,
        /// The code to compare (device code flow only).
        code: Option<String>,
        /// When the attempt ends by itself.
        expires_at: Timestamp,
        /// Whether a browser was opened on this machine.
        browser_opened: bool,
    },
    /// The browser could not show the page of the last [`SignInStep::Open`]: the address may not be
    /// opened, or the launcher failed. The sign-in goes on; the user has to open the address.
    BrowserFailed(Error),
    /// A pasted address could not be used. The sign-in goes on.
    RedirectRejected(Error),
    /// Signed in.
    Done,
    /// Refused, expired, cancelled or unreachable.
    Failed(Error),
}

/// Who is signed in where, and which roles are ready.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionList {
    /// One per instance of the roster, in its order.
    pub instances: Vec<InstanceSession>,
    /// Roles with credentials in the vault, and when these expire.
    pub roles: Vec<(RoleId, Timestamp)>,
}

/// The state of one instance's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSession {
    /// Which instance.
    pub instance: InstanceName,
    /// Whether there is a token that is valid or can be refreshed.
    pub signed_in: bool,
    /// When the person last signed in; shown as `signed in 3 h ago`.
    pub signed_in_at: Option<Timestamp>,
    /// When the session is expected to end, if anything tells.
    pub ends_at: Option<Timestamp>,
    /// The token is the AWS CLI's: it can be used, and is renewed and ended there.
    pub is_cli_token: bool,
    /// When the inventory was last read.
    pub fetched_at: Option<Timestamp>,
    /// Accounts that AWS left out or listed without roles then; a second refresh decides.
    pub unconfirmed: usize,
}
