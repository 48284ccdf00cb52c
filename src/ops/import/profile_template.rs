//! Translates profile name templates of aws-sso-cli, if rolecall's templates can express the same.

/// Returns the template in rolecall's language; `None` if it does more than join fields.
pub(super) fn translate(go: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), go);
    while let Some((before, behind)) = rest.split_once("{{") {
        let (inside, after) = behind.split_once("}}")?;
        // A dash in Go's braces strips the blanks around them, as it does in ours. Names of
        // profiles have no blanks.
        if inside.starts_with('-') || inside.ends_with('-') || before.contains(['{', '}']) {
            return None;
        }
        out += before;
        out += &format!("{{{{ {} }}}}", translate_expression(inside.trim())?);
        rest = after;
    }
    (!rest.contains(['{', '}'])).then(|| out + rest)
}

/// `.Field`, `.Field | nospace`, or `FirstItem .A (.B | nospace)`.
fn translate_expression(text: &str) -> Option<String> {
    let Some(items) = text.strip_prefix("FirstItem ") else { return translate_pipe(text) };
    let mut parts = Vec::new();
    let mut rest = items.trim();
    while !rest.is_empty() {
        let (item, after) = match rest.strip_prefix('(') {
            Some(inside) => inside.split_once(')')?,
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        let item = translate_pipe(item.trim())?;
        parts.push(if item.contains('|') { format!("({item})") } else { item });
        rest = after.trim_start();
    }
    (!parts.is_empty()).then(|| parts.join(" or "))
}

fn translate_pipe(text: &str) -> Option<String> {
    let mut steps = text.split('|').map(str::trim);
    let mut out = translate_field(steps.next()?)?.to_owned();
    for step in steps {
        out += match step {
            "nospace" => " | replace(\" \", \"\")",
            "lower" => " | lower",
            "upper" => " | upper",
            _ => return None,
        };
    }
    Some(out)
}

fn translate_field(name: &str) -> Option<&'static str> {
    Some(match name {
        ".AccountId" => "account_id",
        ".AccountIdPad" => "account_id_pad",
        ".AccountName" => "account_name",
        ".AccountAlias" => "account_alias",
        ".EmailAddress" => "email",
        ".RoleName" => "role",
        ".SSO" => "sso",
        ".SSORegion" => "sso_region",
        ".StartUrl" => "start_url",
        ".DefaultRegion" => "default_region",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::ops::roles::profile_format::ProfileFormat;

    #[test]
    fn templates_that_join_fields_are_translated() {
        let cases = [
            ("{{ .AccountIdPad }}:{{ .RoleName }}", "{{ account_id_pad }}:{{ role }}"),
            (
                "{{.AccountName | nospace | lower}}-{{.RoleName}}",
                "{{ account_name | replace(\" \", \"\") | lower }}-{{ role }}",
            ),
            (
                "{{ FirstItem .AccountName (.AccountAlias | nospace) }}:{{ .RoleName }}",
                "{{ account_name or (account_alias | replace(\" \", \"\")) }}:{{ role }}",
            ),
        ];
        for (go, want) in cases {
            let translated = translate(go).unwrap();
            assert_eq!(translated, want);
            let settings = Settings { profile_format: Some(translated), ..Settings::default() };
            assert!(ProfileFormat::from_settings(&settings).unwrap().is_some(), "{go}");
        }
    }

    #[test]
    fn templates_with_conditions_are_not_translated() {
        for go in [
            "{{ if .AccountName }}x{{ end }}",
            "{{ index .Tags \"a\" }}",
            "{{- .RoleName }}",
            "{{ .RoleName",
            "{ .RoleName }",
            "{{ StringReplace \" \" \"_\" .AccountAlias }}",
        ] {
            assert_eq!(translate(go), None, "{go}");
        }
    }
}
