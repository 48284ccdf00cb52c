//! Finds the kubeconfig users that ask EKS for a token, and changes their lines. All other bytes
//! are kept.

use std::ops::Range;

use crate::domain::Result;
use crate::ops::yaml::{self, YamlNode, YamlValue};

use super::command_line::{self, ArgEdit, Args, PluginCommand};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExecUser {
    pub(super) name: String,
    pub(super) plugin: Plugin,
}

/// The kind of a user's plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plugin {
    /// It asks EKS for a token, and its lines can be changed.
    GetToken(Box<TokenPlugin>),
    /// It is `rolecall eks-token` already.
    Rolecall,
    /// It is kept; the reason.
    Unsupported(String),
}

/// A command that asks EKS for a token, with its positions in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenPlugin {
    pub(super) parsed_args: Args,
    /// The variables in its environment.
    pub(super) env: Vec<(String, String)>,
    command: Range<usize>,
    args: Vec<Range<usize>>,
}

/// Returns the users of a file that ask EKS for a token, in order. Other users are ignored.
///
/// # Errors
/// [`crate::domain::ErrorKind::Config`] if the file can't be read as YAML, with the line.
pub(super) fn parse_users(text: &str) -> Result<Vec<ExecUser>> {
    let file = yaml::parse(text)?;
    if let YamlValue::Unsupported(what) = file.value {
        return Ok(vec![unsupported("all users", format!("line {}: {what}", file.line))]);
    }
    let Some(users) = file.get("users") else { return Ok(Vec::new()) };
    if let (Some((line, what)), true) = (users.unsupported(), users.items().is_empty()) {
        return Ok(vec![unsupported("users", format!("line {line}: {what}"))]);
    }
    Ok(users.items().iter().filter_map(parse_user).collect())
}

fn unsupported(name: &str, reason: impl Into<String>) -> ExecUser {
    ExecUser { name: name.to_owned(), plugin: Plugin::Unsupported(reason.into()) }
}

fn parse_user(node: &YamlNode) -> Option<ExecUser> {
    let name = node.get("name").and_then(YamlNode::text).unwrap_or("(no name)");
    let inside = node.get("user")?;
    let exec = match (&inside.value, inside.get("exec")) {
        (_, Some(exec)) => exec,
        // An alias or an anchor: other nodes may share its value.
        (YamlValue::Unsupported(what), _) => {
            return Some(unsupported(name, format!("line {}: {what}", inside.line)));
        }
        _ => return None,
    };
    if let YamlValue::Unsupported(what) = exec.value {
        return Some(unsupported(name, format!("line {}: {what}", exec.line)));
    }
    let command = exec.get("command")?;
    let items = exec.get("args").map_or(&[][..], YamlNode::items);
    let texts: Option<Vec<&str>> = items.iter().map(YamlNode::text).collect();
    let read = command_line::parse(command.text().unwrap_or_default(), &texts.unwrap_or_default());
    let odd = exec.unsupported().map(|(line, what)| format!("line {line}: {what}"));
    let is = match read {
        PluginCommand::Unrelated
            if odd.is_none()
                || !["aws", "aws-iam-authenticator"].contains(&command.text().unwrap_or("aws")) =>
        {
            return None;
        }
        PluginCommand::Unrelated => Plugin::Unsupported(odd.unwrap_or_default()),
        PluginCommand::Rolecall => Plugin::Rolecall,
        PluginCommand::Unsupported(reason) => Plugin::Unsupported(reason),
        PluginCommand::GetToken(_) if odd.is_some() => Plugin::Unsupported(odd.unwrap_or_default()),
        PluginCommand::GetToken(_)
            if node.is_flow
                || inside.is_flow
                || exec.is_flow
                || exec.get("args").is_some_and(|args| args.is_flow) =>
        {
            Plugin::Unsupported(format!("line {}: its plugin is written in brackets", exec.line))
        }
        PluginCommand::GetToken(words) => {
            let args: Vec<_> = items.iter().map(|item| item.span.clone()).collect();
            Plugin::GetToken(Box::new(TokenPlugin {
                parsed_args: words,
                env: env_variables(exec),
                command: command.span.clone(),
                args,
            }))
        }
    };
    Some(ExecUser { name: name.to_owned(), plugin: is })
}

fn env_variables(exec: &YamlNode) -> Vec<(String, String)> {
    let items = exec.get("env").map_or(&[][..], YamlNode::items);
    let pair = |item: &YamlNode| {
        Some((item.get("name")?.text()?.to_owned(), item.get("value")?.text()?.to_owned()))
    };
    items.iter().filter_map(pair).collect()
}

impl TokenPlugin {
    /// Returns the changes of the text that replace the command by `program eks-token` with these
    /// additional words.
    pub(super) fn edits(
        &self,
        text: &str,
        program: &str,
        more: &[String],
    ) -> Option<Vec<(Range<usize>, String)>> {
        let mut out = vec![(self.command.clone(), yaml_scalar(program))];
        let (first, last) = (self.args.first()?, self.args.last()?);
        // The text before a value on its line: blanks, a dash, blanks.
        let lead = |at: &Range<usize>| &text[line_start(text, at.start)..at.start];
        let items = self.args.iter().all(|at| lead(at).trim() == "-");
        if !items {
            return None;
        }
        let end = if text[first.start..]
            .split_inclusive('\n')
            .next()
            .is_some_and(|line| line.ends_with("\r\n"))
        {
            "\r\n"
        } else {
            "\n"
        };
        let start = line_start(text, first.start);
        out.push((start..start, format!("{}eks-token{end}", lead(first))));
        for (at, fate) in self.args.iter().zip(&self.parsed_args.edits) {
            match fate {
                ArgEdit::Keep => {}
                ArgEdit::Remove => {
                    out.push((line_start(text, at.start)..line_end(text, at.end), String::new()))
                }
                ArgEdit::Replace(new) => out.push((at.clone(), yaml_scalar(new))),
            }
        }
        let lines: String =
            more.iter().map(|word| format!("{}{}{end}", lead(first), yaml_scalar(word))).collect();
        let stop = line_end(text, last.end);
        // The last line of a file may have no line ending.
        let open = !text[..stop].ends_with('\n');
        let last_stays = self.parsed_args.edits.last().is_some_and(|fate| *fate != ArgEdit::Remove);
        let lines = if open && last_stays {
            format!("{end}{}", lines.trim_end_matches(['\r', '\n']))
        } else {
            lines
        };
        out.push((stop..stop, lines));
        Some(out)
    }
}

/// Returns the text with all changes made.
pub(super) fn apply_edits(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut at) = (String::with_capacity(text.len() + 64), 0);
    for (range, new) in changes {
        out.push_str(&text[at..range.start.max(at)]);
        out.push_str(&new);
        at = range.end.max(at);
    }
    out + &text[at..]
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Renders a word as a YAML string, in quotes only if it needs them.
fn yaml_scalar(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./:@+=\\,".contains(letter);
    let begins = word.starts_with(|letter: char| letter.is_alphabetic() || letter == '/')
        || word.starts_with("--");
    let other = ["true", "false", "null", "yes", "no", "on", "off"]
        .contains(&word.to_ascii_lowercase().as_str());
    if begins && !other && word.chars().all(plain) && !word.ends_with(':') {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        return serde_json::Value::from(word).to_string();
    }
    format!("'{}'", word.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes every user with a token to a fixed role.
    fn convert(text: &str) -> String {
        let more = ["--arn".to_owned(), "012345678901:Admin".to_owned()];
        let mut all = Vec::new();
        for user in parse_users(text).unwrap() {
            if let Plugin::GetToken(token) = user.plugin {
                all.extend(token.edits(text, "/opt/rolecall", &more).unwrap());
            }
        }
        apply_edits(text, all)
    }

    fn describe(text: &str) -> Vec<String> {
        let one = |user: ExecUser| match user.plugin {
            Plugin::GetToken(token) => format!("{}: {}", user.name, token.parsed_args.cluster),
            Plugin::Rolecall => format!("{}: ours", user.name),
            Plugin::Unsupported(reason) => format!("{}: left, {reason}", user.name),
        };
        parse_users(text).unwrap().into_iter().map(one).collect()
    }

    const AWS: &str = "users:\n- name: u # mine\n  user:\n    exec:\n      apiVersion: v1\n      args:\n      - --region # here\n      - eu-west-1\n      # which one\n      - eks\n      - get-token\n      - --cluster-name\n      - 'c'\n      - --output\n      - json\n      command:   aws   # the CLI\n      env:\n      - name: AWS_PROFILE\n        value: p\n";

    #[test]
    fn only_the_words_of_the_command_change() {
        let want = AWS
            .replace("      - --region # here", "      - eks-token\n      - --region # here")
            .replace("      - eks\n      - get-token\n", "")
            .replace(
                "      - --output\n      - json\n",
                "      - --arn\n      - '012345678901:Admin'\n",
            )
            .replace("aws   #", "/opt/rolecall   #");
        assert_eq!(convert(AWS), want);
        assert_eq!(convert(&AWS.replace('\n', "\r\n")), want.replace('\n', "\r\n"));
        assert_eq!(describe(&want), ["u: ours"]);
    }

    #[test]
    fn a_file_may_end_in_its_last_word() {
        let text = "users:\n  - name: u\n    user:\n      exec:\n        command: aws-iam-authenticator\n        args:\n          - token\n          - -i\n          - c";
        let want = "users:\n  - name: u\n    user:\n      exec:\n        command: /opt/rolecall\n        args:\n          - eks-token\n          - --cluster-name\n          - c\n          - --arn\n          - '012345678901:Admin'";
        assert_eq!(convert(text), want);
    }

    #[test]
    fn what_cannot_be_changed_line_by_line_is_kept_with_a_reason() {
        let of = |exec: &str| describe(&format!("users:\n- name: u\n  user:\n    exec:{exec}\n"));
        assert!(
            of("\n      command: aws\n      args: [eks, get-token, --cluster-name, c]")[0]
                .contains("brackets")
        );
        assert!(
            of(" {command: aws, args: [eks, get-token, --cluster-name, c]}")[0]
                .contains("brackets")
        );
        assert!(of(" &x\n      command: aws\n      args: []")[0].contains("anchor"));
        assert!(of("\n      command: aws\n      args: *x")[0].contains("alias"));
        assert!(
            of("\n      command: aws\n      args:\n      - eks\n      - get-token\n      - --cluster-name\n      - *c")[0]
                .contains("alias")
        );
        assert!(
            of("\n      command: aws\n      args:\n      - eks\n      - get-token\n      - --cluster-name\n      - |\n        c")[0]
                .contains("block")
        );
        assert!(of("\n      command: gke-gcloud-auth-plugin").is_empty());
        assert!(describe("users:\n- name: u\n  user:\n    token: x\n").is_empty());
        assert!(describe("{\"users\": [{\"name\": \"u\", \"user\": {\"exec\": {\"command\": \"aws\", \"args\": [\"eks\", \"get-token\", \"--cluster-name\", \"c\"]}}}]}")[0].contains("brackets"));
    }

    #[test]
    fn words_have_quotes_only_where_yaml_would_mistake_them() {
        for (word, want) in [
            ("/opt/my tools/x", "'/opt/my tools/x'"),
            ("corp", "corp"),
            ("--arn", "--arn"),
            ("012", "'012'"),
            ("true", "'true'"),
            ("it's", "'it''s'"),
            ("-", "'-'"),
        ] {
            assert_eq!(yaml_scalar(word), want);
        }
    }
}
