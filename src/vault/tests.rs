//! The vault as its callers see it.

use crate::domain::{Endpoints, Instance, InstanceName, Region, Source, StartUrl};

/// An instance of this name.
pub(super) fn instance(name: &str) -> Instance {
    Instance {
        name: InstanceName::new(name),
        start_url: StartUrl::new(format!("https://{name}.awsapps.com/start")),
        sso_region: Region::new("eu-west-1"),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.to_owned()],
        source: Source::Ours,
        endpoints: Endpoints::default(),
    }
}
