//! Messages between the picker and the backend: requests, and updates that answer them.
//!
//! All of them are plain values. Requests carry a number, by which the picker drops stale answers.

use std::sync::Arc;

use crate::domain::{
    ConfirmLevel, Error, InstanceName, Region, RoleId, Roster, Secret, StartUrl, Timestamp,
};

pub use crate::console::console_services;
pub use crate::ops::confirmations::TerminalConfirmations;
pub use crate::vault::UnlockPrompt;

/// A request to the backend.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// The first frame shows a preview: send the complete [`Update::Roster`] and
    /// [`Update::Sessions`].
    Start,
    /// Fetch accounts and roles of an instance. Needs a valid token; answered by
    /// [`Update::Refreshed`].
    Refresh {
        /// The instance.
        instance: InstanceName,
    },
    /// Sign in to an instance. Answered by a series of [`Update::SignIn`] with this number.
    SignIn {
        /// The instance.
        instance: InstanceName,
        /// The number in the answers.
        number: u64,
    },
    /// The address that the browser ended on, pasted because the browser's machine can't reach this
    /// one. Answered by [`SignInStep::RedirectRejected`] if it is not the right one.
    PasteRedirect {
        /// The number of the sign-in request.
        number: u64,
        /// The complete address; the code in it is valid once.
        address: Secret<String>,
    },
    /// Cancel a sign-in in progress.
    CancelSignIn {
        /// The number of the sign-in request.
        number: u64,
    },
    /// Get role credentials into the vault. Answered by [`Update::Assumed`].
    Assume {
        /// The role.
        role: RoleId,
        /// The number in the answer.
        number: u64,
    },
    /// Fetch new role credentials, whatever is stored. Answered by [`Update::Assumed`] and
    /// [`Update::Sessions`].
    Renew {
        /// The role.
        role: RoleId,
        /// The number in the answer.
        number: u64,
    },
    /// Remove a role's stored credentials. Answered by [`Update::CredentialsDropped`] or
    /// [`Update::RoleFailed`], then [`Update::Sessions`].
    ForgetCredentials {
        /// The role.
        role: RoleId,
    },
    /// Copy a secret of a role to the clipboard. Answered by [`Update::Message`] or
    /// [`Update::RoleFailed`].
    CopySecret {
        /// The role; its credentials are in the vault.
        role: RoleId,
        /// The secret.
        secret: SecretKind,
    },
    /// Prepare the console of a role. Answered by [`Update::Console`].
    OpenConsole {
        /// The role; its credentials are in the vault.
        role: RoleId,
        /// The short name of a service, if one was chosen.
        service: Option<&'static str>,
        /// The query: possibly the URL of a page that was pasted.
        query: String,
        /// The number in the answer.
        number: u64,
    },
    /// Copy a console link to the clipboard.
    CopyLink {
        /// The link.
        link: Secret<String>,
    },
    /// Write profiles of roles into the AWS config file. Answered by [`Update::Message`] or
    /// [`Update::RoleFailed`].
    WriteProfiles {
        /// The roles; the user has confirmed protected ones.
        roles: Vec<RoleId>,
    },
    /// Record that the user confirmed a protected role. Answered by [`Update::Confirmations`].
    RecordConfirmation {
        /// The role.
        role: RoleId,
        /// The level of the confirmation.
        confirm: ConfirmLevel,
    },
    /// Sign out of an instance. Answered by [`Update::SignedOut`], then [`Update::Sessions`].
    SignOut {
        /// The instance.
        instance: InstanceName,
    },
    /// Unlock the vault with a passphrase. Answered by [`Update::VaultUnlocked`].
    Unlock {
        /// The typed passphrase.
        passphrase: Secret<String>,
    },
    /// Discover the portal of an address. Answered by [`Update::Discovered`].
    Discover {
        /// A start URL in any form.
        address: String,
        /// The number in the answer.
        number: u64,
    },
    /// Write a new instance into the configuration file, if AWS accepts it. Answered by
    /// [`Update::Roster`] and [`Update::Sessions`] that include the instance, then
    /// [`Update::SetUp`]; later requests may name it.
    SetUp {
        /// The name.
        name: String,
        /// The start URL.
        start_url: String,
        /// The region.
        region: String,
        /// The number in the answer.
        number: u64,
    },
    /// Copy a text to the clipboard.
    Copy {
        /// The text; never a secret.
        text: String,
    },
    /// Change the favourites or hidden roles.
    SetFlag {
        /// The roles.
        roles: Vec<RoleId>,
        /// The flag.
        flag: RoleFlag,
        /// Whether the flag is set or removed.
        on: bool,
    },
}

/// A flag of a role, set by the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleFlag {
    /// Listed first.
    Favorite,
    /// Not listed.
    Hidden,
}

/// A secret that is copied without being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The keys, as commands for the calling shell.
    Keys,
    /// A link that signs its holder in to the console.
    ConsoleLink,
}

impl SecretKind {
    /// Returns the name in messages: `the keys`.
    pub fn label(self) -> &'static str {
        match self {
            SecretKind::Keys => "the keys",
            SecretKind::ConsoleLink => "a console link",
        }
    }
}

/// A message from the backend.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The current roster; sent several times during a first refresh.
    Roster(Arc<Roster>),
    /// The progress of a refresh.
    RefreshProgress {
        /// The instance.
        instance: InstanceName,
        /// Accounts whose roles were fetched.
        done: usize,
        /// Number of accounts; 0 while the account list is being fetched.
        total: usize,
        /// AWS has asked to slow down within the last seconds.
        throttled: bool,
        /// Why the last request had no answer; it is sent again.
        failure: Option<Error>,
    },
    /// A refresh has ended.
    Refreshed {
        /// The instance.
        instance: InstanceName,
        /// The changes, or why it failed. [`crate::domain::ErrorKind::LoginNeeded`] if the user is
        /// not signed in.
        outcome: Result<RefreshCounts, Error>,
    },
    /// The next step of a sign-in.
    SignIn {
        /// The number of the request.
        number: u64,
        /// The step.
        step: SignInStep,
    },
    /// A request for credentials has ended; if it succeeded, they are in the vault.
    Assumed {
        /// The number of the request.
        number: u64,
        /// The role.
        role: RoleId,
        /// When the credentials expire, or why there are none.
        outcome: Result<Timestamp, Error>,
    },
    /// The console of a role is ready to be opened, or why it is not.
    Console {
        /// The number of the request.
        number: u64,
        /// The role.
        role: RoleId,
        /// A link to show, if this machine has no browser.
        outcome: Result<Option<ConsoleLink>, Error>,
    },
    /// The sessions, and the roles with credentials in the vault.
    Sessions(SessionList),
    /// A sign-out has ended.
    SignedOut {
        /// The instance.
        instance: InstanceName,
        /// Warnings, such as that AWS did not end the session; an error if the session is still
        /// there.
        outcome: Result<Vec<Error>, Error>,
    },
    /// The stored credentials of a role were removed.
    CredentialsDropped {
        /// The role.
        role: RoleId,
    },
    /// The vault is locked, and how to unlock it. Sent before the answer that failed because of it.
    Locked(UnlockPrompt),
    /// The vault was unlocked, or why it was not.
    VaultUnlocked(Result<(), Error>),
    /// The portal of an address, or why there is none.
    Discovered {
        /// The number of the request.
        number: u64,
        /// The portal.
        outcome: Result<DiscoveredInstance, Error>,
    },
    /// An instance was written, or why it was not.
    SetUp {
        /// The number of the request.
        number: u64,
        /// The name of the instance.
        outcome: Result<InstanceName, Error>,
    },
    /// The confirmations that the user gave in this terminal.
    Confirmations(TerminalConfirmations),
    /// A request for a role failed.
    RoleFailed {
        /// The role.
        role: RoleId,
        /// The reason.
        error: Error,
    },
    /// Seconds that local time is ahead of UTC.
    UtcOffset(i64),
    /// Seconds that AWS's clock is ahead of this machine's, measured by its last response.
    ClockSkew(i64),
    /// One line for the message area.
    Message(String),
}

/// A portal that was discovered from an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredInstance {
    /// Its start URL, as AWS knows it.
    pub start_url: StartUrl,
    /// Its region; `None` if only the user knows it.
    pub region: Option<Region>,
    /// The evidence for the region, or why it is not known.
    pub evidence: String,
    /// A name that is free.
    pub name: InstanceName,
}

/// The changes by a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshCounts {
    /// Number of new roles.
    pub added: usize,
    /// Number of removed roles.
    pub removed: usize,
    /// Number of accounts whose roles could not be fetched; their old roles are kept.
    pub failed: usize,
    /// Number of accounts that AWS left out or listed without roles; their old roles are kept until
    /// a second refresh confirms it.
    pub unconfirmed: usize,
    /// The number of roles, including chained ones, if there was no list before.
    pub first_total: Option<usize>,
    /// When the inventory was fetched.
    pub at: Timestamp,
}

/// A link to the web console.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsoleLink {
    /// The address.
    pub url: Secret<String>,
    /// Who can use it.
    pub access: LinkAccess,
    /// A shorter address of the same page, in the access portal, which asks the user to sign in.
    pub portal_url: Option<String>,
}

/// Who can use a console link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAccess {
    /// Whoever has it is signed in as the role, for 15 minutes.
    Holder,
    /// The user has to sign in to the access portal.
    SignedIn,
}

/// The steps of a sign-in.
#[derive(Debug, Clone, PartialEq)]
pub enum SignInStep {
    /// AWS is being asked for an address.
    Starting,
    /// The user has to open this address.
    Open {
        /// The address to open.
        url: String,
        /// The code to compare (device code flow only).
        code: Option<String>,
        /// When the sign-in expires.
        expires_at: Timestamp,
        /// Whether a browser was opened on this machine.
        browser_opened: bool,
    },
    /// The browser could not show the page of the last [`SignInStep::Open`]: the address may not be
    /// opened, or the launcher failed. The sign-in continues; the user has to open the address.
    BrowserFailed(Error),
    /// AWS does not answer while the sign-in waits, or answers again. The sign-in continues.
    Connection(Result<(), Error>),
    /// Something failed that the sign-in does not need.
    Warning(Error),
    /// A pasted address was rejected. The sign-in continues.
    RedirectRejected(Error),
    /// Signed in.
    Done,
    /// Refused, expired, cancelled or unreachable.
    Failed(Error),
}

/// The sessions of all instances, and the roles with credentials.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionList {
    /// One per instance of the roster, in its order.
    pub instances: Vec<InstanceSession>,
    /// Roles with credentials in the vault, and when these expire.
    pub roles: Vec<(RoleId, Timestamp)>,
}

/// The session of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSession {
    /// The name of the instance.
    pub instance: InstanceName,
    /// Whether there is a token that is valid or can be refreshed.
    pub signed_in: bool,
    /// When the user last signed in; shown as `signed in 3 h ago`.
    pub signed_in_at: Option<Timestamp>,
    /// When the session is expected to end, if that is known.
    pub ends_at: Option<Timestamp>,
    /// Whether the token is the AWS CLI's: it is only used, and refreshed and ended there.
    pub is_cli_token: bool,
    /// When the inventory was fetched.
    pub fetched_at: Option<Timestamp>,
    /// Number of accounts that AWS left out or listed without roles then; a second refresh decides.
    pub unconfirmed: usize,
}
