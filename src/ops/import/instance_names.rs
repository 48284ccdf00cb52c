//! What an IAM Identity Center that another program knows is called here.

use crate::domain::{Instance, InstanceName, InstanceSource, Region, StartUrl};
use crate::ops::ctx::Ctx;
use crate::ops::instances::endpoints_from_env;
use crate::ops::setup::{discover, instance};

use super::ImportValues;

/// The instances that are known, and those that move in.
pub(super) struct InstanceNames {
    /// Those that have a place of their own already, and those that got one here.
    assigned: Vec<Instance>,
    /// Those that only profiles name: found again by the same name, but not before they are
    /// written down.
    legacy: Vec<Instance>,
    endpoints: crate::domain::EndpointOverrides,
}

impl InstanceNames {
    pub(super) fn new(ctx: &Ctx) -> Self {
        let (loose, settled) = ctx
            .instances
            .iter()
            .cloned()
            .partition(|instance| instance.source == InstanceSource::LegacyProfile);
        Self { assigned: settled, legacy: loose, endpoints: endpoints_from_env(&ctx.env) }
    }

    /// The name of the instance with this address; one that is new is asked for, under the name
    /// that it has there if that is free.
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
                    format!("it is `{0}` here, and what it says goes to `{0}`", known.name),
                );
            }
            return known.name.clone();
        }
        let loose = self
            .legacy
            .iter()
            .find(|known| known.start_url == *start_url && known.sso_region == *region);
        let free = |name: &str| {
            !name.is_empty() && !self.assigned.iter().any(|known| known.name.as_str() == name)
        };
        let name = match wanted.filter(|name| free(name)) {
            Some(name) => InstanceName::new(name),
            None => match loose.filter(|known| free(known.name.as_str())) {
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
        self.assigned.push(discover::new_instance(
            &name,
            start_url,
            region,
            self.endpoints.clone(),
        ));
        name
    }
}
