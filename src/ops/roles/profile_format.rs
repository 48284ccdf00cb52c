//! `profile_format`: the user's template of profile names.

use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::{Enumerator, Object, Value};

use crate::config::Settings;
use crate::domain::{
    AccountId, ConfirmLevel, Error, ErrorKind, Instance, InstanceName, Region, Result, RoleArn,
    RoleName, Roster, RosterEntry, StartUrl, Tags, nearest, slug,
};

use crate::ops::roles::fields;

/// Fields that names can't contain: they change by themselves, or are the name.
const EXCLUDED_FIELDS: [&str; 3] = ["profile", "expires", "expires_epoch"];
/// The name of the template in its environment.
const TEMPLATE_NAME: &str = "profile_format";

/// A parsed template.
#[derive(Debug)]
pub struct ProfileFormat<'s> {
    templates: Environment<'s>,
    settings: &'s Settings,
}

impl<'s> ProfileFormat<'s> {
    /// Parses the template of the settings; `None` if they have none.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with file and line if it is not a template, or uses an unknown field
    /// or filter.
    pub fn from_settings(settings: &'s Settings) -> Result<Option<Self>> {
        let Some(text) = &settings.profile_format else { return Ok(None) };
        let mut format = Self { templates: Environment::new(), settings };
        format
            .templates
            .add_template(TEMPLATE_NAME, text)
            .map_err(|error| format.template_error(&error))?;
        format.check()?;
        Ok(Some(format))
    }

    /// Returns a role's name: the rendered template, slugged; empty if nothing is left of it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with file and line if the template fails for this role.
    pub fn render_name(&self, roster: &Roster, entry: &RosterEntry) -> Result<String> {
        let row = TemplateRole { entry: entry.clone(), instance: roster.instance(entry).clone() };
        Ok(slug(&self.render(Value::from_object(row))?))
    }

    fn render(&self, fields: Value) -> Result<String> {
        let template = self.templates.get_template(TEMPLATE_NAME);
        template
            .and_then(|template| template.render(fields))
            .map_err(|error| self.template_error(&error))
    }

    /// Unknown fields would be empty in every name, and an unknown filter is noticed when it runs:
    /// both are checked at once, with a sample role.
    fn check(&self) -> Result<()> {
        let Ok(template) = self.templates.get_template(TEMPLATE_NAME) else { return Ok(()) };
        let mut named: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        named.sort();
        let known = |name: &str| {
            fields::find_field(name).is_some_and(|field| !EXCLUDED_FIELDS.contains(&field.snake))
        };
        let function = |name: &str| self.templates.globals().any(|(global, _)| global == name);
        if let Some(name) = named.iter().find(|name| !known(name) && !function(name)) {
            let all = fields::FIELDS
                .iter()
                .map(|field| field.snake)
                .filter(|snake| !EXCLUDED_FIELDS.contains(snake));
            let near = nearest(name, all, 3);
            let error = self.config_error(&format!("no field `{name}` to make a name of"));
            return Err(match near.is_empty() {
                true => error.hint("run `rolecall list --list-fields`"),
                false => error.hint(format!("did you mean {}?", near.join(", "))),
            });
        }
        self.render(Value::from_object(TemplateRole::example())).map(|_| ())
    }

    fn template_error(&self, error: &minijinja::Error) -> Error {
        self.config_error(error.detail().unwrap_or(&error.kind().to_string()))
    }

    fn config_error(&self, message: &str) -> Error {
        let place = self
            .settings
            .profile_format_location
            .as_ref()
            .map(|(path, line)| format!("{}:{line}: ", path.display()))
            .unwrap_or_default();
        Error::new(ErrorKind::Config, format!("{place}profile_format: {message}"))
    }
}

/// A role as a template sees it; only the fields that it uses are computed.
#[derive(Debug)]
struct TemplateRole {
    entry: RosterEntry,
    instance: Instance,
}

impl TemplateRole {
    /// A sample role to check a template with.
    fn example() -> Self {
        let text = |text: &str| -> Arc<str> { Arc::from(text) };
        let region = Region::new("eu-west-1");
        let start_url = StartUrl::new("https://corp.awsapps.com/start");
        let instance = Instance::new(InstanceName::new("corp"), start_url, region.clone());
        let entry = RosterEntry {
            instance: 0,
            account: AccountId::EXAMPLE,
            account_name: text("Payments"),
            account_alias: text("payments"),
            email: text("aws@example.com"),
            role: text("Admin"),
            tags: Arc::default(),
            region: Some(region),
            profile: None,
            via: None,
            confirm: ConfirmLevel::None,
        };
        Self { entry, instance }
    }
}

impl Object for TemplateRole {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let TemplateRole { entry, instance } = &**self;
        let optional = |text: Option<&str>| Value::from(text.unwrap_or_default());
        Some(match key {
            "account_id" | "account_id_pad" => Value::from(entry.account.as_str()),
            "account_name" => Value::from(entry.account_name.clone()),
            "account_alias" => Value::from(entry.account_alias.clone()),
            "email" => Value::from(entry.email.clone()),
            "role" => Value::from(entry.role.clone()),
            "arn" => Value::from(RoleArn::format(
                &instance.sso_region,
                entry.account,
                &RoleName::new(&*entry.role),
            )),
            "sso" => Value::from(instance.name.as_str()),
            "sso_region" => Value::from(instance.sso_region.as_str()),
            "start_url" => Value::from(instance.start_url.normalized()),
            "default_region" => optional(entry.region.as_ref().map(Region::as_str)),
            "via" => optional(entry.via.as_deref()),
            "tags" => Value::from_object(TagMap(entry.tags.clone())),
            // The other spelling, if it is one.
            other => {
                let snake = fields::find_field(other)?.snake;
                return if snake == other { None } else { self.get_value_by_str(snake) };
            }
        })
    }
}

/// The tags of a role.
#[derive(Debug)]
struct TagMap(Arc<Tags>);

impl Object for TagMap {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_str()?).map(|value| Value::from(value.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|key| Value::from(key.as_str())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_error(text: &str) -> Error {
        let profile_format_at = Some(("/x/config.toml".into(), 7));
        let settings = Settings {
            profile_format: Some(text.to_owned()),
            profile_format_location: profile_format_at,
            ..Settings::default()
        };
        ProfileFormat::from_settings(&settings).unwrap_err()
    }

    #[test]
    fn a_template_error_is_reported_with_its_position() {
        let cases = [
            ("{{ account_name", "unexpected end of input"),
            ("{{ account_nmae }}-{{ role }}", "no field `account_nmae` to make a name of"),
            ("{{ role | slugify }}", "slugify"),
            ("{{ profile }}", "no field `profile` to make a name of"),
            ("{% if role %}x", "end of input"),
        ];
        for (text, want) in cases {
            let error = format_error(text);
            assert!(
                error.kind == ErrorKind::Config
                    && error.message.starts_with("/x/config.toml:7: profile_format: "),
                "{error:?}"
            );
            assert!(error.message.contains(want), "{text}: {}", error.message);
        }
        assert!(
            format_error("{{ account_nmae }}").hints[0].starts_with("did you mean account_name")
        );
    }

    #[test]
    fn no_template_is_none() {
        assert!(ProfileFormat::from_settings(&Settings::default()).unwrap().is_none());
    }
}
