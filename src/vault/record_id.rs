//! Identifiers of records: all properties that distinguish one secret from another.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{AccountId, EndpointOverrides, Instance, InstanceName, RoleName, hex};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// The access and refresh token of an instance.
    Token,
    /// A client registration at the sign-in service.
    Registration,
    /// Credentials of one role.
    Credentials,
    /// A sign-in in progress. It has a single flight, but no record.
    SignIn,
    /// A slot of the credentials endpoint: its role and its token.
    EndpointSlot,
    /// The certificate authority of the credentials endpoint.
    EndpointAuthority,
}

/// The id of a record and of its single flight. Two ids are equal if and only if one record may be
/// used for the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId {
    kind: RecordKind,
    instance: InstanceName,
    start_url: String,
    region: String,
    oidc: Option<String>,
    portal: Option<String>,
    sts: Option<String>,
    account: Option<AccountId>,
    role: Option<RoleName>,
    detail: Option<String>,
}

impl RecordId {
    /// Creates the id of the token of an instance.
    pub fn token(instance: &Instance) -> Self {
        Self::new(RecordKind::Token, instance)
    }

    /// Creates the id of a client registration for these grants, such as
    /// `authorization_code refresh_token`, and for the scopes of the instance.
    pub fn registration(instance: &Instance, grants: &str) -> Self {
        let mut scopes: Vec<&str> = instance.scopes.iter().map(String::as_str).collect();
        scopes.sort_unstable();
        Self {
            detail: Some(format!("{grants};{}", scopes.join(" "))),
            ..Self::new(RecordKind::Registration, instance)
        }
    }

    /// Creates the id of credentials of a role. `chain` is a digest of the settings of a chained
    /// role: other settings lead to other credentials. Only these come from STS, so only their ids
    /// contain its endpoint.
    pub fn credentials(
        instance: &Instance,
        account: AccountId,
        role: &RoleName,
        chain: Option<&[u8; 32]>,
    ) -> Self {
        Self {
            account: Some(account),
            role: Some(role.clone()),
            detail: chain.map(|digest| hex(digest)),
            sts: chain.and_then(|_| instance.endpoints.sts.clone()),
            ..Self::new(RecordKind::Credentials, instance)
        }
    }

    /// Creates the id of the sign-in to an instance, for its single flight. Its last outcome
    /// decides whether background sign-ins are permitted.
    pub fn sign_in(instance: &Instance) -> Self {
        Self::new(RecordKind::SignIn, instance)
    }

    /// Creates the id of a slot of the credentials endpoint. It belongs to no instance: a slot
    /// survives a sign-out, and its role may change.
    pub fn endpoint_slot(name: &str) -> Self {
        Self::without_instance(RecordKind::EndpointSlot, Some(name.to_owned()))
    }

    /// Creates the id of the certificate authority of the credentials endpoint.
    pub fn endpoint_authority() -> Self {
        Self::without_instance(RecordKind::EndpointAuthority, None)
    }

    fn without_instance(kind: RecordKind, detail: Option<String>) -> Self {
        Self {
            kind,
            instance: InstanceName::new(""),
            start_url: String::new(),
            region: String::new(),
            oidc: None,
            portal: None,
            sts: None,
            account: None,
            role: None,
            detail,
        }
    }

    /// Returns the name of a slot of the credentials endpoint.
    pub fn slot_name(&self) -> Option<&str> {
        self.detail.as_deref().filter(|_| self.kind == RecordKind::EndpointSlot)
    }

    fn new(kind: RecordKind, instance: &Instance) -> Self {
        let EndpointOverrides { oidc, portal, sts: _ } = instance.endpoints.clone();
        Self {
            kind,
            instance: instance.name.clone(),
            start_url: instance.start_url.normalized().to_owned(),
            region: instance.sso_region.as_str().to_owned(),
            oidc,
            portal,
            sts: None,
            account: None,
            role: None,
            detail: None,
        }
    }

    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    pub fn instance(&self) -> &InstanceName {
        &self.instance
    }

    /// Whether it belongs to this instance as it is configured now: name, start URL, region and the
    /// endpoints of sign-in and portal are the same.
    pub fn belongs_to(&self, instance: &Instance) -> bool {
        let without_role =
            Self { sts: None, account: None, role: None, detail: None, ..self.clone() };
        without_role == Self::new(self.kind, instance)
    }

    /// Returns the account of role credentials.
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    pub fn role(&self) -> Option<&RoleName> {
        self.role.as_ref()
    }

    /// Whether these are credentials of a chained role.
    pub fn is_chained(&self) -> bool {
        self.kind == RecordKind::Credentials && self.detail.is_some()
    }

    /// Returns bytes that are unique to this id. Each part has its length before it, so that parts
    /// are unambiguous.
    fn to_bytes(&self) -> Vec<u8> {
        let kind = match self.kind {
            RecordKind::Token => "token",
            RecordKind::Registration => "registration",
            RecordKind::Credentials => "credentials",
            RecordKind::SignIn => "sign-in",
            RecordKind::EndpointSlot => "endpoint-slot",
            RecordKind::EndpointAuthority => "endpoint-authority",
        };
        let parts = [
            Some(kind),
            Some(self.instance.as_str()),
            Some(&self.start_url),
            Some(&self.region),
            self.oidc.as_deref(),
            self.portal.as_deref(),
            self.sts.as_deref(),
            self.account.as_ref().map(AccountId::as_str),
            self.role.as_ref().map(RoleName::as_str),
            self.detail.as_deref(),
        ];
        let mut bytes = Vec::with_capacity(256);
        for part in parts {
            match part {
                None => bytes.push(0),
                Some(text) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        bytes
    }

    /// Returns the SHA-256 of the id, which a record is sealed with.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    /// Returns the name of its file: 64 hexadecimal digits.
    pub(super) fn file_name(&self) -> String {
        hex(&self.digest())
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.account, &self.role) {
            (RecordKind::Credentials, Some(account), Some(role)) => {
                write!(f, "credentials of {account}:{role} ({})", self.instance)
            }
            (RecordKind::Credentials, ..) => write!(f, "credentials of {}", self.instance),
            (RecordKind::Token, ..) => write!(f, "token of {}", self.instance),
            (RecordKind::Registration, ..) => write!(f, "client registration of {}", self.instance),
            (RecordKind::SignIn, ..) => write!(f, "sign-in to {}", self.instance),
            (RecordKind::EndpointSlot, ..) => {
                write!(f, "slot `{}`", self.detail.as_deref().unwrap_or_default())
            }
            (RecordKind::EndpointAuthority, ..) => {
                f.write_str("certificate authority of the credentials endpoint")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{Region, StartUrl};

    #[test]
    fn only_credentials_with_a_route_are_chained() {
        let (corp, role) = (Instance::example("corp"), RoleName::new("Admin"));
        let credentials = |digest: Option<&[u8; 32]>| {
            RecordId::credentials(&corp, "000000000001".parse().unwrap(), &role, digest)
        };
        assert!(credentials(Some(&[0; 32])).is_chained());
        assert!(!credentials(None).is_chained());
        assert!(!RecordId::registration(&corp, "code").is_chained());
        assert!(!RecordId::token(&corp).is_chained());
    }

    #[test]
    fn every_part_makes_another_id() {
        let plain = Instance::example("corp");
        let account = "000000000001".parse().unwrap();
        let role = RoleName::new("Admin");
        let mut names = vec![
            RecordId::token(&plain),
            RecordId::sign_in(&plain),
            RecordId::registration(&plain, "a"),
            RecordId::registration(&plain, "b"),
            RecordId::credentials(&plain, account, &role, None),
            RecordId::credentials(&plain, account, &role, Some(&[0; 32])),
            RecordId::credentials(&plain, account, &role, Some(&[1; 32])),
            RecordId::credentials(&plain, account, &RoleName::new("Read"), None),
            RecordId::credentials(&plain, "000000000002".parse().unwrap(), &role, None),
            RecordId::token(&Instance::example("other")),
            RecordId::endpoint_slot("a"),
            RecordId::endpoint_slot("b"),
            RecordId::endpoint_authority(),
        ];
        let changes: [fn(&mut Instance); 4] = [
            |i| i.start_url = StartUrl::new("https://x"),
            |i| i.sso_region = Region::new("eu-west-2"),
            |i| i.endpoints.oidc = Some("x".into()),
            |i| i.endpoints.portal = Some("x".into()),
        ];
        for change in changes {
            let mut other = plain.clone();
            change(&mut other);
            names.push(RecordId::token(&other));
        }
        for sts in ["x", ""] {
            let mut other = plain.clone();
            other.endpoints.sts = Some(sts.into());
            names.push(RecordId::credentials(&other, account, &role, Some(&[0; 32])));
        }
        let files: BTreeSet<String> = names.iter().map(RecordId::file_name).collect();
        assert_eq!(files.len(), names.len());
    }

    #[test]
    fn the_spelling_of_a_start_url_does_not_make_another_id() {
        let plain = Instance::example("corp");
        for url in ["https://corp.awsapps.com/start/#/", "Corp.awsapps.com:443/start/?tab=accounts"]
        {
            let other = Instance {
                start_url: StartUrl::new(url),
                sso_region: Region::new("EU-West-1"),
                ..plain.clone()
            };
            assert_eq!(
                RecordId::token(&other).file_name(),
                RecordId::token(&plain).file_name(),
                "{url}"
            );
        }
    }

    #[test]
    fn the_endpoint_of_sts_is_only_part_of_chained_credentials() {
        let plain = Instance::example("corp");
        let mut emulated = plain.clone();
        emulated.endpoints.sts = Some("http://localhost:4566".into());
        let (account, role) = ("000000000001".parse().unwrap(), RoleName::new("Admin"));
        let names = |instance: &Instance, chain: Option<&[u8; 32]>| {
            [
                RecordId::token(instance),
                RecordId::sign_in(instance),
                RecordId::registration(instance, "a"),
                RecordId::credentials(instance, account, &role, chain),
            ]
        };
        assert_eq!(names(&emulated, None), names(&plain, None));
        let (chained, elsewhere) =
            (names(&plain, Some(&[0; 32])), names(&emulated, Some(&[0; 32])));
        assert_eq!(chained[..3], elsewhere[..3]);
        assert_ne!(chained[3], elsewhere[3]);
        assert!(
            chained[3].belongs_to(&emulated) && elsewhere[3].belongs_to(&plain),
            "a sign-out removes both"
        );
    }

    /// File names of records that other versions have written.
    #[test]
    fn records_that_are_on_disk_are_found_again() {
        let mut corp = Instance::example("corp");
        let (account, role) = ("000000000001".parse().unwrap(), RoleName::new("Admin"));
        assert_eq!(
            RecordId::token(&corp).file_name(),
            "accd2663c5f002a3bfd7009c45d245a23727dc73330a448465cbfa52a5dee530"
        );
        let admin = RecordId::credentials(&corp, account, &role, None);
        assert_eq!(
            admin.file_name(),
            "70d123ded341cbae9a4d474b542b99ad4c4e296e30ca8bcda50cb0cae16ca3d7"
        );
        corp.endpoints = EndpointOverrides {
            oidc: Some("http://o".into()),
            portal: None,
            sts: Some("http://s".into()),
        };
        let chained = RecordId::credentials(&corp, account, &role, Some(&[0; 32]));
        assert_eq!(
            chained.file_name(),
            "c7e6fbcbadb0f088052aa24bc5cc300219c3aff3d4b2e094ff5252e5328d7ced"
        );
    }

    #[test]
    fn an_id_is_displayed_with_its_kind_and_knows_its_instance() {
        let corp = Instance::example("corp");
        let id = RecordId::credentials(
            &corp,
            "000000000001".parse().unwrap(),
            &RoleName::new("Admin"),
            None,
        );
        assert_eq!(id.to_string(), "credentials of 000000000001:Admin (corp)");
        assert!(id.belongs_to(&corp) && !id.belongs_to(&Instance::example("other")));
        let slot = RecordId::endpoint_slot("ci");
        assert_eq!((slot.to_string().as_str(), slot.slot_name()), ("slot `ci`", Some("ci")));
        assert!(!slot.belongs_to(&corp) && id.slot_name().is_none());
    }
}
