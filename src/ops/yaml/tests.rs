use super::*;
use proptest::prelude::*;

/// Renders the value in a form that is easy to compare.
fn describe(text: &str) -> String {
    fn shown(node: &YamlNode) -> String {
        match &node.value {
            YamlValue::Null => "~".into(),
            YamlValue::Text(text) => format!("{text:?}"),
            YamlValue::List(items) => {
                format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            YamlValue::Map(pairs) => {
                format!(
                    "{{{}}}",
                    pairs
                        .iter()
                        .map(|(key, node)| format!("{key}: {}", shown(node)))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            YamlValue::Unsupported(what) => format!("<{what}>"),
        }
    }
    parse(text).map_or_else(|error| format!("! {}", error.message), |node| shown(&node))
}

#[test]
fn block_style_is_read_as_it_is_meant() {
    let cases = [
        ("", "~"),
        ("# c\n---\na: 1 # one\n", "{a: \"1\"}"),
        (
            "a:\n  b: x\n  c:\n    - 1\n    - 2\nd: y",
            "{a: {b: \"x\", c: [\"1\", \"2\"]}, d: \"y\"}",
        ),
        ("a:\n- 1\n- 2\nb: 3\n", "{a: [\"1\", \"2\"], b: \"3\"}"),
        (
            "- name: u\n  user:\n    args:\n    - x\n  z: 1\n- name: v\n",
            "[{name: \"u\", user: {args: [\"x\"]}, z: \"1\"}, {name: \"v\"}]",
        ),
        ("- - 1\n  - 2\n-\n  a: b\n-\n", "[[\"1\", \"2\"], {a: \"b\"}, ~]"),
        (
            "url: https://x/start#/\n'012345678901': \"a: \\\"b\\\"\"\nq: 'it''s' # c\n",
            "{url: \"https://x/start#/\", 012345678901: \"a: \\\"b\\\"\", q: \"it's\"}",
        ),
        (
            "a: {}\nb: [x, 'y, z', [1]]\nc: {k: v, l: null}\n",
            "{a: {}, b: [\"x\", \"y, z\", [\"1\"]], c: {k: \"v\", l: ~}}",
        ),
        ("a:\n  x\nb: ~\r\nc: d\r\n", "{a: \"x\", b: ~, c: \"d\"}"),
        (
            "a: |\n  x: 1\n\n  y\nb: &m\n  c: 1\nd: *m\ne: long\n  words\nf: [1,\n  2]\n",
            "{a: <a block of text>, b: <an anchor>, d: <an alias>, e: <a value of several lines>, f: <a list in brackets over several lines>}",
        ),
    ];
    for (text, want) in cases {
        assert_eq!(describe(text), want, "{text:?}");
    }
}

#[test]
fn what_is_not_understood_is_reported_with_its_line() {
    for (text, line) in [
        ("a: 1\n   b: 2\n", "line 2"),
        ("a:\n    b: 1\n  c: 2\n", "line 3"),
        ("a: 1\nnonsense\n", "line 2"),
        ("a: 1\n\ta: 2\n", "line 1 is not valid YAML: while scanning a plain scalar, found a tab"),
        ("a: 1\n---\nb: 2\n", "line 2"),
        ("a: 1\nb: 2\na: 3\n", "line 3"),
    ] {
        let actual = describe(text);
        assert!(actual.contains(line), "{text:?}: {actual}");
    }
    assert!(describe(&"- ".repeat(200)).contains("nested"), "{}", describe(&"- ".repeat(200)));
}

#[test]
fn every_value_has_its_position() {
    let text = "users:\n- name: \"u\" # c\n  command:   aws\n  args:\n  - 'x'\n";
    let node = parse(text).unwrap();
    let user = &node.get("users").unwrap().items()[0];
    let at = |node: &YamlNode| &text[node.span.clone()];
    assert_eq!(at(user.get("name").unwrap()), "\"u\"");
    assert_eq!((at(user.get("command").unwrap()), user.get("command").unwrap().line), ("aws", 3));
    assert_eq!(at(&user.get("args").unwrap().items()[0]), "'x'");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[-a:#'\"\\[\\]{},&*|>? \t\r\n\u{e9}]{0,80}") {
        if let Ok(node) = parse(&text) {
            prop_assert!(text.get(node.span.clone()).is_some());
        }
    }

    #[test]
    fn values_in_quotes_come_back(word in "[ -~\u{e9}]{0,20}") {
        let text = format!("a: '{}'\n", word.replace('\'', "''"));
        let node = parse(&text).unwrap();
        prop_assert_eq!(node.get("a").and_then(YamlNode::text), Some(word.as_str()));
    }
}
