//! The output for PowerShell, checked by a parser of its language: no syntax errors, and unusual
//! values are one literal each.

use std::io::Write;
use std::process::Stdio;

use rolecall::testing::shell::{Dialect, EnvChanges, render};

use crate::eval::READ;
use crate::eval_shells::{BROKEN, ODD};
use crate::foreign::python;
use crate::sandbox::{CommandOutput, Sandbox};

/// Reads texts, as a list in JSON; prints for each where the parser failed, which variables are set
/// to a single literal, and the number of statements.
const PARSE: &str = r#"
import json, sys
import tree_sitter_powershell
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_powershell.language()))
def nodes(node):
    yield node
    for child in node.children:
        yield from nodes(child)
def only(node):
    # A value alone is wrapped in a node for every rank of operators.
    while node.named_child_count == 1 and node.type != 'string_literal':
        node = node.named_children[0]
    return node
def read(text):
    root = parser.parse(text.encode()).root_node
    wrong = [node.text.decode() for node in nodes(root) if node.type == 'ERROR' or node.is_missing]
    pairs = []
    for node in nodes(root):
        if node.type == 'assignment_expression':
            name, value = node.named_children[0], only(node.named_children[-1])
            pairs.append([name.text.decode(), value.type, value.text.decode()])
    statements = [node.type for node in root.named_children[0].named_children] if root.named_children else []
    return {'wrong': wrong, 'pairs': pairs, 'statements': [kind for kind in statements if kind != 'empty_statement']}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
"#;

/// The parser's result for each text.
fn parse(texts: &[String]) -> Vec<serde_json::Value> {
    let sandbox = Sandbox::new();
    let mut child = python(&sandbox, PARSE, &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(serde_json::to_string(texts).unwrap().as_bytes())
        .unwrap();
    let ran = CommandOutput::from_child(child);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The value of a PowerShell literal in single quotes, of which there are five kinds.
fn unquote(literal: &str) -> String {
    let mut letters =
        literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap().chars();
    let mut out = String::new();
    while let Some(letter) = letters.next() {
        if "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(letter) {
            assert!(
                letters
                    .next()
                    .is_some_and(|next| "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(next)),
                "{literal} ends early"
            );
        }
        out.push(letter);
    }
    out
}

#[test]
#[ignore = "needs tree-sitter's grammar of PowerShell"]
fn odd_values_are_one_literal_each() {
    let values: Vec<&str> =
        ODD.into_iter().chain([BROKEN, "'; Remove-Item ~ #", "'@\n@'", "$(Get-Date)\n"]).collect();
    let set: Vec<(String, String)> = values
        .iter()
        .enumerate()
        .map(|(n, value)| (format!("ODD_{n}"), (*value).to_owned()))
        .collect();
    let text = render(
        &EnvChanges { set: set.clone(), unset: vec!["GONE".to_owned()] },
        Dialect::PowerShell,
    )
    .unwrap();
    let [output] = &parse(&[text])[..] else { panic!("one text, one answer") };
    assert_eq!(output["wrong"], serde_json::json!([]));
    let pairs = output["pairs"].as_array().unwrap();
    assert_eq!(pairs[0], serde_json::json!(["$Env:GONE", "variable", "$null"]));
    assert_eq!(
        (pairs.len(), output["statements"].as_array().unwrap().len()),
        (values.len() + 1, values.len() + 1),
        "{output}"
    );
    for ((name, value), pair) in set.iter().zip(&pairs[1..]) {
        assert_eq!(
            (pair[0].as_str(), pair[1].as_str()),
            (Some(&*format!("$Env:{name}")), Some("string_literal")),
            "{pair}"
        );
        assert_eq!(unquote(pair[2].as_str().unwrap()), *value);
    }
}

#[test]
#[ignore = "needs tree-sitter's grammar of PowerShell"]
fn all_that_is_printed_for_it_is_its_language() {
    let sandbox = Sandbox::signed_in();
    let program = sandbox.path("it's \u{2019}my\u{2019} `tools` $x/rolecall");
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    std::fs::copy(crate::sandbox::binary(), &program).unwrap();
    let odd = program.to_string_lossy().into_owned();
    let output = |command: &mut std::process::Command| {
        let ran = CommandOutput::from_output(command.output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!ran.stdout.is_empty(), "{command:?}");
        ran.stdout
    };
    let shell = ["--shell", "powershell"];
    let mut texts = vec![output(&mut sandbox.rolecall(&[&["eval"], &READ[..], &shell].concat()))];
    for words in [
        &["init", "powershell"][..],
        &["init", "powershell", "--cmd", "assume", "--key", "ctrl-x p"],
        &["init", "powershell", "--no-key"],
    ] {
        texts.push(output(&mut sandbox.rolecall(words)));
        // If it is not in PATH, the output holds its own path.
        texts.push(output(sandbox.command(&odd).args(words)));
    }
    texts.push(output(&mut sandbox.rolecall(&[&["setup", "completions"], &shell[..]].concat())));
    texts.push(output(sandbox.command(&odd).args(["setup", "completions"]).args(shell)));
    let managed = [
        ("ROLECALL_ROLE", "arn"),
        ("AWS_SSO_ROLE_ARN", "arn"),
        ("ROLECALL_SAVED_PROFILE", "it's\n\u{2018}mine\u{2019}; $x"),
    ];
    texts
        .push(output(sandbox.rolecall(&[&["eval", "--clear"], &shell[..]].concat()).envs(managed)));
    for (text, output) in texts.iter().zip(parse(&texts)) {
        assert_eq!(output["wrong"], serde_json::json!([]), "{text}");
        assert!(!output["statements"].as_array().unwrap().is_empty(), "{text}");
    }
    assert!(
        texts
            .iter()
            .filter(|text| text
                .contains("it''s \u{2019}\u{2019}my\u{2019}\u{2019} `tools` $x/rolecall'"))
            .count()
            >= 3
    );
}
