//! The wizard's questions. A flag, a discovered value or the user answers each.

use std::sync::Arc;

use crate::domain::Region;
use crate::identity::{Connections, NetworkConfig};
use crate::ops::instances::endpoints_from_env;
use crate::ops::setup::discover::DiscoveredPortal;
use crate::ops::setup::start_url::EXAMPLE_START_URL;

use super::*;

/// The sources of answers.
pub(super) struct Questions<'a> {
    pub(super) ctx: &'a Arc<Ctx>,
    pub(super) args: &'a WizardArgs,
    /// Whether the user can be asked.
    pub(super) can_prompt: bool,
    /// Whether another command waits for the answers.
    pub(super) essential_only: bool,
}

impl Questions<'_> {
    /// Returns the portal. A mistyped answer is asked for again; a wrong flag is an error.
    pub(super) fn portal(&self) -> Result<DiscoveredPortal> {
        if let Some(given) = &self.args.start_url {
            return self.discover(given);
        }
        self.require_terminal("--start-url URL")?;
        ui::print_message(&ui::dim(&format!(
            "The start URL is the address that you open to reach your AWS accounts, such as {EXAMPLE_START_URL}"
        )));
        loop {
            match self.discover(&prompt_required("Start URL: ")?) {
                Err(error) if error.kind == ErrorKind::Usage => ui::print_error(&error),
                other => return other,
            }
        }
    }

    fn discover(&self, pasted: &str) -> Result<DiscoveredPortal> {
        let endpoints = endpoints_from_env(&self.ctx.env);
        let found =
            app::block_on(self.ctx, discover::discover(&self.network(), &endpoints, pasted))?;
        if found.start_url.as_written() != pasted.trim() {
            ui::print_message(&ui::dim(&format!("  start URL: {}", found.start_url)));
        }
        Ok(found)
    }

    /// Connections of its own for each question: minutes may pass between two of them.
    fn network(&self) -> NetworkConfig {
        NetworkConfig { connections: Connections::default(), ..self.ctx.network.clone() }
    }

    /// Returns the region of the portal's IAM Identity Center.
    pub(super) fn region(&self, portal: &DiscoveredPortal) -> Result<Region> {
        if let Some(given) = &self.args.region {
            let region = instance::parse_region(given)?;
            self.verify_region(portal, &region)?;
            return Ok(region);
        }
        if let Some(region) = &portal.region {
            ui::print_message(&ui::dim(&format!("  {}", portal.evidence)));
            self.verify_region(portal, region)?;
            return Ok(region.clone());
        }
        ui::print_message(&ui::dim(&format!("  its region is not known: {}", portal.evidence)));
        self.require_terminal("--region REGION")?;
        ui::print_message(&ui::dim(&format!(
            "The region of the IAM Identity Center itself, which its administrator knows{}",
            self.regions_in_use()
        )));
        loop {
            let region = prompt_required("Region: ").and_then(|text| instance::parse_region(&text));
            match region.and_then(|region| self.verify_region(portal, &region).map(|()| region)) {
                Err(error) if matches!(error.kind, ErrorKind::Usage | ErrorKind::Config) => {
                    ui::print_error(&error)
                }
                other => return other,
            }
        }
    }

    /// Lists the regions in use on this machine, as a suggestion.
    fn regions_in_use(&self) -> String {
        let env = &self.ctx.env;
        let variables = [env::AWS_REGION, env::AWS_DEFAULT_REGION]
            .into_iter()
            .filter_map(|var| env.get(var).map(str::to_owned));
        let settings = self.ctx.settings.default_region.iter().map(ToString::to_string);
        let instances = self.ctx.instances.iter().map(|instance| instance.sso_region.to_string());
        let mut all: Vec<String> = variables.chain(settings).chain(instances).collect();
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            String::new()
        } else {
            format!("; used on this machine: {}", all.join(", "))
        }
    }

    /// Checks the region with AWS before it is written. Without network the answer is accepted.
    fn verify_region(&self, portal: &DiscoveredPortal, region: &Region) -> Result<()> {
        let name = InstanceName::new("new");
        let asked = Instance {
            endpoints: endpoints_from_env(&self.ctx.env),
            ..Instance::new(name, portal.start_url.clone(), region.clone())
        };
        match app::block_on(
            self.ctx,
            discover::verify_region(&asked, &self.network(), Clock::System),
        ) {
            Err(error) if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Throttled) => {
                ui::print_warning(&error.context("start URL and region could not be checked"));
                Ok(())
            }
            other => other,
        }
    }

    /// Returns the instance's name: the flag, else the user's answer, with a suggestion.
    pub(super) fn name(
        &self,
        portal: &DiscoveredPortal,
        wanted: Option<&str>,
    ) -> Result<InstanceName> {
        let known = &self.ctx.instances;
        if let Some(given) = &self.args.name {
            return instance::parse_name(given, known);
        }
        let wanted = wanted.and_then(|name| instance::parse_name(name, known).ok());
        let suggested = wanted.unwrap_or_else(|| instance::suggest_name(&portal.start_url, known));
        if !self.can_prompt || self.args.yes {
            return Ok(suggested);
        }
        loop {
            let text = ui::prompt(&format!("Name [{suggested}]: "))?;
            match if text.trim().is_empty() {
                Ok(suggested.clone())
            } else {
                instance::parse_name(&text, known)
            } {
                Err(error) => ui::print_error(&error),
                Ok(name) => return Ok(name),
            }
        }
    }

    /// Returns the default region of commands: the flag, else the user's answer, which may be
    /// empty. Not asked if the shell or the configuration has one.
    pub(super) fn default_region(&self) -> Result<Option<Region>> {
        if let Some(given) = &self.args.default_region {
            return instance::parse_region(given).map(Some);
        }
        let env = &self.ctx.env;
        let known = [env::AWS_REGION, env::AWS_DEFAULT_REGION]
            .into_iter()
            .any(|var| env.get(var).is_some());
        if known
            || self.ctx.settings.default_region.is_some()
            || !self.can_prompt
            || self.args.yes
            || self.essential_only
        {
            return Ok(None);
        }
        loop {
            let text = ui::prompt("Region for your commands, such as eu-west-1 [none]: ")?;
            match Some(text.trim())
                .filter(|text| !text.is_empty())
                .map(instance::parse_region)
                .transpose()
            {
                Err(error) => ui::print_error(&error),
                other => return other,
            }
        }
    }

    /// Shows the lines to write and asks.
    pub(super) fn confirm_write(&self, lines: &str) -> Result<()> {
        let file = self.ctx.paths.abbreviate(&self.ctx.paths.config_file);
        ui::print_message(&format!(
            "\n{}\n",
            lines.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
        ));
        if self.args.yes {
            return Ok(());
        }
        if !self.can_prompt {
            return Err(Error::new(ErrorKind::Usage, format!("these lines would go into {file}"))
                .hint("add --yes"));
        }
        if ui::confirm_by_default(&format!("Write this into {file} and sign in?"))? {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Cancelled, "nothing was written"))
        }
    }

    /// Fails if the user can't be asked.
    fn require_terminal(&self, flag: &str) -> Result<()> {
        if self.can_prompt {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Usage, "there is no terminal to ask on")
            .hint(format!("run `rolecall setup wizard` with {flag}")))
    }
}

/// Asks for a required answer. Enter alone and the end of the input cancel.
fn prompt_required(question: &str) -> Result<String> {
    let text = ui::prompt(question)?;
    if text.trim().is_empty() {
        Err(Error::new(ErrorKind::Cancelled, "nothing was written"))
    } else {
        Ok(text)
    }
}
