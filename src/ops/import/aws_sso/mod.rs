//! Reads aws-sso-cli's `config.yaml`, as its documentation describes it.

mod convert;

use toml_edit::Array;

use crate::domain::{AccountId, Error, ErrorKind, Region, Result, RoleArn, StartUrl};
use crate::ops::yaml::{self, YamlNode, YamlValue};

use super::profile_template::translate;
use super::{ImportValues, InstanceNames};
use convert::{Conversion, conversion, convert, url_action};

/// Columns of `list` that both programs have.
const LIST_FIELDS: [&str; 15] = [
    "AccountId",
    "AccountIdPad",
    "AccountName",
    "AccountAlias",
    "EmailAddress",
    "RoleName",
    "Arn",
    "SSO",
    "SSORegion",
    "StartUrl",
    "DefaultRegion",
    "Profile",
    "Via",
    "Expires",
    "ExpiresEpoch",
];

/// Reads the file.
///
/// # Errors
/// [`ErrorKind::Config`] with the line, if the file is not YAML or not of this program.
pub(super) fn collect(text: &str, names: &mut InstanceNames, out: &mut ImportValues) -> Result<()> {
    let file = yaml::parse(text)?;
    if let YamlValue::Unsupported(what) = file.value {
        return Err(Error::new(
            ErrorKind::Config,
            format!("line {}: {what} is not supported here", file.line),
        ));
    }
    let empty = YamlNode { value: YamlValue::Null, span: 0..0, line: 1, is_flow: false };
    let directories = file.get("SSOConfig").unwrap_or(&empty);
    let mut renamed = Vec::new();
    for (name, directory) in directories.pairs() {
        if let Some(target) = collect_instance(name, directory, names, out) {
            renamed.push((name.clone(), target));
        }
    }
    if directories.pairs().is_empty() {
        out.skip("SSOConfig", format!("line {}: no instance in it", directories.line));
    }
    for (key, node) in file.pairs() {
        match key.as_str() {
            "SSOConfig" => {}
            "DefaultSSO" => {
                match node.text().and_then(|name| renamed.iter().find(|(source, _)| source == name))
                {
                    Some((_, target)) => out.add("DefaultSSO", &["default_sso"], target.as_str()),
                    None => out.skip("DefaultSSO", "it does not name an imported instance"),
                }
            }
            "ProfileFormat" => match node.text().and_then(translate) {
                Some(target) => out.add("ProfileFormat", &["profile_format"], target),
                None => out.skip(
                    "ProfileFormat",
                    "it is a Go template with more than fields: write `profile_format` yourself",
                ),
            },
            "ListFields" => collect_list_fields(node, out),
            _ => convert(key, key, &[], node, conversion(key), out),
        }
    }
    Ok(())
}

fn collect_list_fields(node: &YamlNode, out: &mut ImportValues) {
    let all: Vec<&str> = node.items().iter().filter_map(YamlNode::text).collect();
    let (known, other): (Vec<&str>, Vec<&str>) =
        all.into_iter().partition(|name| LIST_FIELDS.contains(name));
    for name in other {
        out.skip(format!("ListFields {name}"), "`list` has no such column");
    }
    if !known.is_empty() {
        out.add("ListFields", &["list_fields"], known.into_iter().collect::<Array>());
    }
}

/// Collects one instance. Returns its name in rolecall, or `None` if it lacks a required setting.
fn collect_instance(
    name: &str,
    node: &YamlNode,
    names: &mut InstanceNames,
    out: &mut ImportValues,
) -> Option<String> {
    let from = format!("SSOConfig.{name}");
    let (Some(url), Some(region)) = (
        node.get("StartUrl").and_then(YamlNode::text),
        node.get("SSORegion").and_then(YamlNode::text),
    ) else {
        let reason = node
            .unsupported()
            .map_or("it has no StartUrl or no SSORegion".to_owned(), |(line, what)| {
                format!("line {line}: {what} is not supported here")
            });
        out.skip(&from, reason);
        return None;
    };
    // Names in rolecall may be typed without quotes.
    let wanted: String = name
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '-' }
            },
        )
        .collect();
    let target = names
        .resolve(&from, Some(&wanted), &StartUrl::new(url), &Region::new(region), out)
        .to_string();
    let above = ["instances", target.as_str()];
    for (key, node) in node.pairs() {
        let conversion = match key.as_str() {
            "StartUrl" | "SSORegion" => continue,
            "Accounts" => {
                collect_accounts(&from, &above, node, out);
                continue;
            }
            "DefaultRegion" => Conversion::Text("default_region"),
            "AuthUrlAction" => Conversion::Choice("auth_url_action", url_action),
            _ => Conversion::Unsupported("an instance has no such setting here"),
        };
        convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
    }
    Some(target)
}

fn collect_accounts(from: &str, above: &[&str], node: &YamlNode, out: &mut ImportValues) {
    if let YamlValue::Unsupported(what) = node.value {
        return out.skip(
            format!("{from}.Accounts"),
            format!("line {}: {what} is not supported here", node.line),
        );
    }
    for (written, node) in node.pairs() {
        let from = format!("{from}.Accounts.{written}");
        // Some editors strip the leading zeros of a number.
        let Ok(account) = format!("{written:0>12}").parse::<AccountId>() else {
            out.skip(&from, "it is not an account id");
            continue;
        };
        let id = account.to_string();
        let above = [above, &["accounts", &id]].concat();
        if let YamlValue::Unsupported(what) = node.value {
            out.skip(&from, format!("line {}: {what} is not supported here", node.line));
        }
        for (key, node) in node.pairs() {
            let conversion = match key.as_str() {
                "Name" => Conversion::Text("name"),
                "DefaultRegion" => Conversion::Text("default_region"),
                "Tags" => Conversion::Map("tags"),
                "Roles" => {
                    collect_roles(&from, &above, node, out);
                    continue;
                }
                _ => Conversion::Unsupported("an account has no such setting here"),
            };
            convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
        }
    }
}

fn collect_roles(from: &str, above: &[&str], node: &YamlNode, out: &mut ImportValues) {
    if let YamlValue::Unsupported(what) = node.value {
        return out.skip(
            format!("{from}.Roles"),
            format!("line {}: {what} is not supported here", node.line),
        );
    }
    for (role, node) in node.pairs() {
        let from = format!("{from}.Roles.{role}");
        let above = [above, &["roles", role.as_str()]].concat();
        if let YamlValue::Unsupported(what) = node.value {
            out.skip(&from, format!("line {}: {what} is not supported here", node.line));
        }
        for (key, node) in node.pairs() {
            let conversion = match key.as_str() {
                "Profile" => Conversion::Text("profile"),
                "DefaultRegion" => Conversion::Text("default_region"),
                "Tags" => Conversion::Map("tags"),
                "Via" if node.text().is_some_and(|via| via.parse::<RoleArn>().is_err()) => {
                    Conversion::Unsupported("it is not the ARN of a role")
                }
                "Via" => Conversion::Text("via"),
                "SourceIdentity" => Conversion::Text("source_identity"),
                "ExternalId" => Conversion::Text("external_id"),
                _ => Conversion::Unsupported("a role has no such setting here"),
            };
            convert(&format!("{from}.{key}"), key, &above, node, conversion, out);
        }
    }
}
