//! Sets up the first instance while the picker is on the screen.

use std::sync::Arc;

use crate::config;
use crate::domain::{Instance, InstanceName, Result};
use crate::os::clock::Clock;

use crate::ops::backend::messages::DiscoveredInstance;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::instances::{self, endpoints_from_env};
use crate::ops::setup::{discover, instance, start_url};

/// Discovers the instance of an address, and suggests a name for it.
///
/// # Errors
/// As [`discover::discover`].
pub async fn discover(ctx: &Ctx, pasted: &str) -> Result<DiscoveredInstance> {
    let portal = discover::discover(&ctx.network, &endpoints_from_env(&ctx.env), pasted).await?;
    let name = instance::suggest_name(&portal.start_url, &ctx.instances);
    Ok(DiscoveredInstance {
        start_url: portal.start_url,
        region: portal.region,
        evidence: portal.evidence,
        name,
    })
}

/// Writes the instance if AWS accepts start URL and region together. Returns its name and a context
/// that has it.
///
/// # Errors
/// As [`instance::parse_name`], [`instance::parse_region`], [`discover::verify_region`] and
/// [`instance::add_instance`]: nothing is written then.
pub async fn set_up(
    ctx: &Arc<Ctx>,
    name: &str,
    start_url: &str,
    region: &str,
) -> Result<(InstanceName, Arc<Ctx>)> {
    let (name, region) =
        (instance::parse_name(name, &ctx.instances)?, instance::parse_region(region)?);
    let start_url = start_url::parse(start_url)?.start_url;
    let candidate = Instance {
        endpoints: endpoints_from_env(&ctx.env),
        ..Instance::new(name.clone(), start_url.clone(), region.clone())
    };
    discover::verify_region(&candidate, &ctx.network, Clock::System).await?;
    let (here, wanted) = (ctx.clone(), name.clone());
    let known = run_blocking(move || {
        instance::add_instance(&here.paths, &wanted, &start_url, &region, None)?;
        let loaded = config::load(&here.env, &here.paths)?;
        instances::load_instances(&here.env, &here.paths, &loaded.settings)
    });
    Ok((name, ctx.with_instances(known.await?)))
}
