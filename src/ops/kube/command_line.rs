//! Parses the command line of a kubeconfig's plugin: cluster, region, role, and the words that
//! `rolecall eks-token` shares.

/// A command line that asks EKS for a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Args {
    /// The name of the cluster, or its id.
    pub(super) cluster: String,
    pub(super) region: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) role_arn: Option<String>,
    /// What happens with each word.
    pub(super) edits: Vec<ArgEdit>,
}

/// What happens with a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArgEdit {
    Keep,
    Remove,
    Replace(String),
}

/// The kind of a command, by its program and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PluginCommand {
    /// It asks EKS for a token.
    GetToken(Args),
    /// It is `rolecall eks-token` already.
    Rolecall,
    /// It asks EKS for a token in a way that `rolecall eks-token` does not support; the reason.
    Unsupported(String),
    /// It has nothing to do with EKS.
    Unrelated,
}

/// The meaning of a flag of the old command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PluginFlag {
    Cluster,
    Region,
    Profile,
    Role,
    /// It selects an output format that `rolecall eks-token` has anyway.
    Output,
}

pub(super) fn parse(program: &str, words: &[&str]) -> PluginCommand {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.strip_suffix(".exe").unwrap_or(name) {
        "rolecall" if words.contains(&"eks-token") => PluginCommand::Rolecall,
        "aws" => parse_flags(words, &["eks", "get-token"], aws_flag),
        "aws-iam-authenticator" | "heptio-authenticator-aws" => {
            parse_flags(words, &["token"], authenticator_flag)
        }
        _ if wraps_get_token(words) => PluginCommand::Unsupported(format!(
            "{name} runs the AWS CLI for it: its role can't be known"
        )),
        _ => PluginCommand::Unrelated,
    }
}

/// Whether a wrapper runs a command that asks EKS for a token: aws-vault, env, a shell.
fn wraps_get_token(words: &[&str]) -> bool {
    let line = words.join(" ");
    line.contains("eks get-token")
        || line.contains("aws-iam-authenticator token")
        || (line.contains("aws") && line.contains(" get-token"))
}

fn aws_flag(flag: &str) -> Option<PluginFlag> {
    match flag {
        "--cluster-name" | "--cluster-id" => Some(PluginFlag::Cluster),
        "--region" => Some(PluginFlag::Region),
        "--profile" => Some(PluginFlag::Profile),
        "--output" => Some(PluginFlag::Output),
        // The AWS CLI accepts any unambiguous prefix of a flag, and its own kubeconfigs use
        // `--role`.
        "--role" | "--role-a" | "--role-ar" | "--role-arn" => Some(PluginFlag::Role),
        _ => None,
    }
}

fn authenticator_flag(flag: &str) -> Option<PluginFlag> {
    match flag {
        "-i" | "--cluster-id" => Some(PluginFlag::Cluster),
        "-r" | "--role" => Some(PluginFlag::Role),
        "--region" => Some(PluginFlag::Region),
        _ => None,
    }
}

fn parse_flags(
    words: &[&str],
    subcommand: &[&str],
    meaning: fn(&str) -> Option<PluginFlag>,
) -> PluginCommand {
    let (mut out, mut plain, mut at) = (Args::default(), Vec::new(), 0);
    let mut unknown = None;
    while let Some(word) = words.get(at) {
        at += 1;
        if !word.starts_with('-') {
            plain.push(*word);
            out.edits.push(ArgEdit::Remove);
            continue;
        }
        let (flag, joined) =
            word.split_once('=').map_or((*word, None), |(flag, value)| (flag, Some(value)));
        let Some(means) = meaning(flag) else {
            unknown = unknown.or(Some(flag));
            out.edits.push(ArgEdit::Remove);
            continue;
        };
        let Some(value) = joined.or_else(|| words.get(at).copied()) else {
            return PluginCommand::Unsupported(format!("{flag} has no value"));
        };
        let stays = matches!(means, PluginFlag::Cluster | PluginFlag::Region);
        let ours = if means == PluginFlag::Cluster { "--cluster-name" } else { "--region" };
        out.edits.push(match (stays, flag == ours) {
            (false, _) => ArgEdit::Remove,
            (true, true) => ArgEdit::Keep,
            (true, false) => ArgEdit::Replace(
                joined.map_or_else(|| ours.to_owned(), |value| format!("{ours}={value}")),
            ),
        });
        if joined.is_none() {
            at += 1;
            out.edits.push(if stays { ArgEdit::Keep } else { ArgEdit::Remove });
        }
        let place = match means {
            PluginFlag::Cluster if !out.cluster.is_empty() => {
                return PluginCommand::Unsupported("it names two clusters".into());
            }
            PluginFlag::Cluster => {
                value.clone_into(&mut out.cluster);
                continue;
            }
            PluginFlag::Region => &mut out.region,
            PluginFlag::Profile => &mut out.profile,
            PluginFlag::Role => &mut out.role_arn,
            PluginFlag::Output if value == "json" => continue,
            PluginFlag::Output => {
                return PluginCommand::Unsupported(format!(
                    "it has --output {value}, which kubectl does not read"
                ));
            }
        };
        if place.replace(value.to_owned()).is_some() {
            return PluginCommand::Unsupported(format!("it has {flag} twice"));
        }
    }
    // An unknown flag may have a value, which then looks like another word.
    if !plain.starts_with(subcommand) && !subcommand.iter().all(|word| plain.contains(word)) {
        return PluginCommand::Unrelated;
    }
    if let Some(flag) = unknown {
        return PluginCommand::Unsupported(format!(
            "it has {flag}, which `rolecall eks-token` does not know"
        ));
    }
    if plain != subcommand {
        return PluginCommand::Unsupported("it has arguments that are not known".into());
    }
    if out.cluster.trim().is_empty() {
        return PluginCommand::Unsupported("it names no cluster".into());
    }
    PluginCommand::GetToken(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        match parse(words[0], &words[1..]) {
            PluginCommand::Rolecall => "ours".into(),
            PluginCommand::Unrelated => "foreign".into(),
            PluginCommand::Unsupported(why) => why,
            PluginCommand::GetToken(read) => {
                let kept =
                    words[1..].iter().zip(&read.edits).filter_map(|(word, fate)| match fate {
                        ArgEdit::Keep => Some((*word).to_owned()),
                        ArgEdit::Remove => None,
                        ArgEdit::Replace(new) => Some(new.clone()),
                    });
                let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
                format!(
                    "{} {} {} {} | {}",
                    read.cluster,
                    or(&read.region),
                    or(&read.profile),
                    or(&read.role_arn),
                    kept.collect::<Vec<_>>().join(" ")
                )
            }
        }
    }

    #[test]
    fn the_lines_that_tools_write_are_understood() {
        let cases = [
            (
                "aws --region eu-west-1 eks get-token --cluster-name c --output json",
                "c eu-west-1 - - | --region eu-west-1 --cluster-name c",
            ),
            (
                "/usr/local/bin/aws eks get-token --cluster-name=c --profile p",
                "c - p - | --cluster-name=c",
            ),
            (
                "aws.exe eks get-token --cluster-id 1234 --role arn:x",
                "1234 - - arn:x | --cluster-name 1234",
            ),
            ("aws eks get-token --cluster-id=1234", "1234 - - - | --cluster-name=1234"),
            ("aws-iam-authenticator token -i c -r arn:x", "c - - arn:x | --cluster-name c"),
            ("rolecall eks-token --cluster c", "ours"),
            ("gke-gcloud-auth-plugin x", "foreign"),
            ("aws sts get-caller-identity", "foreign"),
        ];
        for (line, want) in cases {
            assert_eq!(describe(line), want, "{line}");
        }
    }

    #[test]
    fn plugins_that_eks_token_does_not_support_are_kept() {
        for (line, why) in [
            ("aws eks get-token --cluster-name c --endpoint-url http://x", "--endpoint-url"),
            ("aws eks get-token --cluster-name c --output text", "--output text"),
            ("aws eks get-token", "no cluster"),
            ("aws eks get-token --cluster-name", "no value"),
            ("aws eks get-token --cluster-name a --cluster-id b", "two clusters"),
            ("aws eks get-token --cluster-name a more", "are not known"),
            (
                "/opt/aws-vault exec pay -- aws eks get-token --cluster-name c",
                "aws-vault runs the AWS CLI",
            ),
            (
                "bash -c AWS_PROFILE=pay aws --region x eks get-token --cluster-name c",
                "bash runs the AWS CLI",
            ),
        ] {
            assert!(describe(line).contains(why), "{line}: {}", describe(line));
        }
    }
}
