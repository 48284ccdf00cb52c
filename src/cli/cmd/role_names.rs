//! Account names and ARNs of roles that are known by their ids: those with a session, those of a
//! shell.

use crate::domain::{AccountId, InstanceName, RoleArn, RoleName, Roster, role_label};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;

/// The names of the accounts of every instance, from the stored lists and the configuration.
pub(super) struct RoleNames(Roster);

impl RoleNames {
    /// Loads the names, without network.
    pub(super) fn load(ctx: &Ctx) -> Self {
        Self(load::load_preview(ctx, &ctx.instances).0)
    }

    /// Returns an account's name; in any instance if none is given.
    pub(super) fn account(
        &self,
        instance: Option<&InstanceName>,
        account: AccountId,
    ) -> Option<&str> {
        let entry = self.0.entries.iter().find(|entry| {
            entry.account == account
                && instance.is_none_or(|name| self.0.instance(entry).name == *name)
        });
        entry.map(|entry| &*entry.account_name).filter(|name| !name.is_empty())
    }

    /// Returns a role as messages show it: `payments-prod/Admin`.
    pub(super) fn label(
        &self,
        instance: Option<&InstanceName>,
        account: AccountId,
        role: &RoleName,
    ) -> String {
        let account = self.account(instance, account).unwrap_or(account.as_str());
        role_label(account, role.as_str())
    }

    /// Returns a role's ARN in the partition of its instance, or of the only one.
    pub(super) fn arn(
        &self,
        instance: Option<&InstanceName>,
        account: AccountId,
        role: &RoleName,
    ) -> Option<String> {
        let named =
            |name: &InstanceName| self.0.instances.iter().find(|instance| instance.name == *name);
        let known = instance.map_or(self.0.instances.first(), named)?;
        Some(RoleArn::format(&known.sso_region, account, role))
    }
}
