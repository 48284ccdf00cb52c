//! The names that rolecall gives to the IAM Identity Center instances of another program.

use crate::domain::{Instance, InstanceName, InstanceSource, Region, StartUrl};
use crate::ops::ctx::Ctx;
use crate::ops::instances::endpoints_from_env;
use crate::ops::setup::instance;

use super::ImportValues;

/// The known instances, and the imported ones.
pub(super) struct InstanceNames {
    /// Instances that are configured already, and those that were added here.
    assigned: Vec<Instance>,
    /// Instances of legacy profiles: an import keeps their names, and adds them to the
    /// configuration.
    legacy: Vec<Instance>,
    endpoints: crate::domain::EndpointOverrides,
}

impl InstanceNames {
    pub(super) fn new(ctx: &Ctx) -> Self {
        let (legacy, assigned) = ctx
            .instances
            .iter()
            .cloned()
            .partition(|instance| instance.source == InstanceSource::LegacyProfile);
        Self { assigned, legacy, endpoints: endpoints_from_env(&ctx.env) }
    }

    /// Returns the name of the instance with this address. A new instance keeps its name if that is
    /// free.
    pub(super) fn resolve(
        &mut self,
        from: &str,
        wanted: Option<&str>,
        start_url: &StartUrl,
        region: &Region,
        out: &mut ImportValues,
    ) -> InstanceName {
        if let Some(known) = self
            .assigned
            .iter()
            .find(|known| known.start_url == *start_url && known.sso_region == *region)
        {
            if wanted.is_some_and(|wanted| wanted != known.name.as_str()) {
                out.skip(
                    from,
                    format!("it is `{0}` here, and its settings go to `{0}`", known.name),
                );
            }
            return known.name.clone();
        }
        let legacy = self
            .legacy
            .iter()
            .find(|known| known.start_url == *start_url && known.sso_region == *region);
        let free = |name: &str| {
            !name.is_empty() && !self.assigned.iter().any(|known| known.name.as_str() == name)
        };
        let name = match wanted.filter(|name| free(name)) {
            Some(name) => InstanceName::new(name),
            None => match legacy.filter(|known| free(known.name.as_str())) {
                Some(known) => known.name.clone(),
                None => instance::suggest_name(start_url, &self.assigned),
            },
        };
        out.add(
            format!("{from} StartUrl"),
            &["instances", name.as_str(), "start_url"],
            start_url.normalized(),
        );
        out.add(
            format!("{from} SSORegion"),
            &["instances", name.as_str(), "sso_region"],
            region.as_str(),
        );
        self.assigned.push(Instance {
            endpoints: self.endpoints.clone(),
            ..Instance::new(name.clone(), start_url.clone(), region.clone())
        });
        name
    }
}
