//! The users of a kubeconfig that ask EKS for a token, and the change of their lines: every other
//! byte stays.

use std::ops::Range;

use crate::domain::Result;
use crate::ops::yaml::{self, Node, Value};

use super::words::{self, Command, Fate, Words};

/// A user with a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// Its name.
    pub(super) name: String,
    /// What its plugin is.
    pub(super) is: Is,
}

/// What a user's plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Is {
    /// It asks EKS for a token, and its lines can be changed.
    Token(Box<Token>),
    /// It is ours already.
    Ours,
    /// It stays as it is; why.
    Left(String),
}

/// A command that asks EKS for a token, with its places in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it says.
    pub(super) words: Words,
    /// The variables that it gets.
    pub(super) env: Vec<(String, String)>,
    command: Range<usize>,
    args: Vec<Range<usize>>,
}

/// The users of a file that ask EKS for a token, in order. Others are nobody's business here.
///
/// # Errors
/// [`crate::domain::Kind::Config`] for a file that can't be read as YAML, with the line.
pub(super) fn users(text: &str) -> Result<Vec<User>> {
    let file = yaml::parse(text)?;
    if let Value::Odd(what) = file.value {
        return Ok(vec![left("all users", format!("line {}: {what}", file.line))]);
    }
    let Some(users) = file.get("users") else { return Ok(Vec::new()) };
    if let (Some((line, what)), true) = (users.odd(), users.items().is_empty()) {
        return Ok(vec![left("users", format!("line {line}: {what}"))]);
    }
    Ok(users.items().iter().filter_map(user).collect())
}

fn left(name: &str, why: impl Into<String>) -> User {
    User { name: name.to_owned(), is: Is::Left(why.into()) }
}

fn user(node: &Node) -> Option<User> {
    let name = node.get("name").and_then(Node::text).unwrap_or("(no name)");
    let inside = node.get("user")?;
    let exec = match (&inside.value, inside.get("exec")) {
        (_, Some(exec)) => exec,
        // An alias, or an anchor: whatever stands behind it may be shared.
        (Value::Odd(what), _) => return Some(left(name, format!("line {}: {what}", inside.line))),
        _ => return None,
    };
    if let Value::Odd(what) = exec.value {
        return Some(left(name, format!("line {}: {what}", exec.line)));
    }
    let command = exec.get("command")?;
    let items = exec.get("args").map_or(&[][..], Node::items);
    let texts: Option<Vec<&str>> = items.iter().map(Node::text).collect();
    let read = words::read(command.text().unwrap_or_default(), &texts.unwrap_or_default());
    let odd = exec.odd().map(|(line, what)| format!("line {}: {what}", line.max(exec.line)));
    let is = match read {
        Command::Foreign
            if odd.is_none()
                || !["aws", "aws-iam-authenticator"].contains(&command.text().unwrap_or("aws")) =>
        {
            return None;
        }
        Command::Foreign => Is::Left(odd.unwrap_or_default()),
        Command::Ours => Is::Ours,
        Command::Other(why) => Is::Left(why),
        Command::Token(_) if odd.is_some() => Is::Left(odd.unwrap_or_default()),
        Command::Token(_)
            if node.flow
                || inside.flow
                || exec.flow
                || exec.get("args").is_some_and(|args| args.flow) =>
        {
            Is::Left(format!(
                "line {}: its plugin is written in brackets",
                exec.line.max(node.line)
            ))
        }
        Command::Token(words) => {
            let args: Vec<_> = items.iter().map(|item| item.span.clone()).collect();
            Is::Token(Box::new(Token {
                words,
                env: variables(exec),
                command: command.span.clone(),
                args,
            }))
        }
    };
    Some(User { name: name.to_owned(), is })
}

fn variables(exec: &Node) -> Vec<(String, String)> {
    let items = exec.get("env").map_or(&[][..], Node::items);
    let pair = |item: &Node| {
        Some((item.get("name")?.text()?.to_owned(), item.get("value")?.text()?.to_owned()))
    };
    items.iter().filter_map(pair).collect()
}

impl Token {
    /// The changes of the text that make `program` with `eks-token` and these words more out of it.
    pub(super) fn changes(
        &self,
        text: &str,
        program: &str,
        more: &[String],
    ) -> Option<Vec<(Range<usize>, String)>> {
        let mut out = vec![(self.command.clone(), written(program))];
        let (first, last) = (self.args.first()?, self.args.last()?);
        // What stands before a value on its line: blanks, a dash, blanks.
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
        for (at, fate) in self.args.iter().zip(&self.words.fate) {
            match fate {
                Fate::Stays => {}
                Fate::Goes => {
                    out.push((line_start(text, at.start)..line_end(text, at.end), String::new()))
                }
                Fate::Becomes(new) => out.push((at.clone(), written(new))),
            }
        }
        let lines: String =
            more.iter().map(|word| format!("{}{}{end}", lead(first), written(word))).collect();
        let stop = line_end(text, last.end);
        // The last line of a file may have no end of its own.
        let open = !text[..stop].ends_with('\n');
        let last_stays = self.words.fate.last().is_some_and(|fate| *fate != Fate::Goes);
        let lines = if open && last_stays {
            format!("{end}{}", lines.trim_end_matches(['\r', '\n']))
        } else {
            lines
        };
        out.push((stop..stop, lines));
        Some(out)
    }
}

/// The text with all changes made.
pub(super) fn changed(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
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

/// A word as YAML takes it for a text, in quotes only where it needs them.
fn written(word: &str) -> String {
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

    /// Every user with a token changed to a fixed role.
    fn after(text: &str) -> String {
        let more = ["--arn".to_owned(), "012345678901:Admin".to_owned()];
        let mut all = Vec::new();
        for user in users(text).unwrap() {
            if let Is::Token(token) = user.is {
                all.extend(token.changes(text, "/opt/rolecall", &more).unwrap());
            }
        }
        changed(text, all)
    }

    fn said(text: &str) -> Vec<String> {
        let one = |user: User| match user.is {
            Is::Token(token) => format!("{}: {}", user.name, token.words.cluster),
            Is::Ours => format!("{}: ours", user.name),
            Is::Left(why) => format!("{}: left, {why}", user.name),
        };
        users(text).unwrap().into_iter().map(one).collect()
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
        assert_eq!(after(AWS), want);
        assert_eq!(after(&AWS.replace('\n', "\r\n")), want.replace('\n', "\r\n"));
        assert_eq!(said(&want), ["u: ours"]);
    }

    #[test]
    fn a_file_may_end_in_its_last_word() {
        let text = "users:\n  - name: u\n    user:\n      exec:\n        command: aws-iam-authenticator\n        args:\n          - token\n          - -i\n          - c";
        let want = "users:\n  - name: u\n    user:\n      exec:\n        command: /opt/rolecall\n        args:\n          - eks-token\n          - --cluster-name\n          - c\n          - --arn\n          - '012345678901:Admin'";
        assert_eq!(after(text), want);
    }

    #[test]
    fn what_can_not_be_changed_line_by_line_is_left_with_a_word() {
        let of = |exec: &str| said(&format!("users:\n- name: u\n  user:\n    exec:{exec}\n"));
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
        assert!(said("users:\n- name: u\n  user:\n    token: x\n").is_empty());
        assert!(said("{\"users\": [{\"name\": \"u\", \"user\": {\"exec\": {\"command\": \"aws\", \"args\": [\"eks\", \"get-token\", \"--cluster-name\", \"c\"]}}}]}")[0].contains("brackets"));
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
            assert_eq!(written(word), want);
        }
    }
}
