//! Each problem with its line and its fix, and files without a problem.

use super::*;
use proptest::prelude::*;

const CORP: &str =
    "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";

fn messages(text: &str) -> Vec<String> {
    let mark = |problem: &SsoProblem| if problem.is_fixable() { "*" } else { "" };
    problems(text.as_bytes())
        .iter()
        .map(|problem| format!("{}{} {problem}: {}", problem.line, mark(problem), problem.advice))
        .collect()
}

fn fixed_text(text: &str) -> Option<String> {
    apply_fixes(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn valid_files_have_no_problem() {
    let profile = "sso_account_id = 012345678901\nsso_role_name = Admin\nregion = eu-west-1\n";
    for text in [
        String::new(),
        format!(
            "{CORP}sso_registration_scopes = sso:account:access\n\
             [profile a]\nsso_session = corp\n{profile}"
        ),
        format!("\u{feff}{CORP}[profile \"a b\"] # mine\n\tsso_session = corp\n")
            .replace('\n', "\r\n"),
        format!(
            "[default]\nSSO_Start_URL = https://corp.awsapps.com/start#/\n\
             sso_region = EU-WEST-1\n{profile}"
        ),
        "[profile a]\ngranted_sso_start_url = https://x.awsapps.com/start\n\
         granted_sso_region = eu-west-1\ngranted_sso_account_id = 012345678901\n\
         granted_sso_role_name = Admin\n\
         credential_process = granted credential-process --profile a\n"
            .to_owned(),
        format!(
            "{CORP}[profile builder]\nsso_session = corp\n\
             region = us-east-1 # not about sign-in\n"
        ),
        "[profile a]\nrole_arn = x\nsource_profile = b\n\
         [services local]\nsso =\n  endpoint_url = http://x\n\
         [plugins]\ncli = x\n\
         [prod]\nregion = x\n"
            .to_owned(),
        format!(
            "{CORP}[sso-session corp]\nsso_region = EU-West-1\n\
             sso_start_url = https://corp.awsapps.com/start/\n"
        ),
        "[profile a]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_name = x\nsso_auto_populated = true\n"
            .to_owned(),
        "[profile a]\nsso_start_url =\n  https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
            .to_owned(),
        "[profile a]
credential_process = x
sso_account_id = 012345678901
"
        .to_owned(),
        "[profile a]
role_name = x
[services sso]
sso_regoin = x
"
        .to_owned(),
        format!(
            "{CORP}[profile a]
sso_session = corp
\
             sso_start_url = https://corp.awsapps.com/start/#/
"
        ),
    ] {
        assert_eq!(messages(&text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn headers_that_aws_programs_ignore_are_reported_and_fixed() {
    let body = "sso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n";
    for (header, right) in [
        ("[sso_session x]", "[sso-session x]"),
        ("[sso session x]", "[sso-session x]"),
        ("[ssosession x]", "[sso-session x]"),
        ("[SSO-Session x]", "[sso-session x]"),
        ("[sso-sesion x] # ours", "[sso-session x] # ours"),
        ("[sso-sessions x]", "[sso-session x]"),
        ("[session x]", "[sso-session x]"),
        ("[sso-session my corp]", "[sso-session \"my corp\"]"),
        ("[Profile x]", "[profile x]"),
        ("[profil x]", "[profile x]"),
        ("[profile my corp]", "[profile \"my corp\"]"),
        ("[Default]", "[default]"),
        ("[x]", "[profile x]"),
        // Two letters are wrong.
        ("[sso-sesin x]", "[sso-session x]"),
        ("[sso seson x]", "[sso-session x]"),
        ("[prfil x]", "[profile x]"),
    ] {
        let text = format!("# mine\n{header}\n{body}");
        let found = messages(&text);
        assert!(found.len() == 1 && found[0].starts_with("2* ["), "{header}: {found:?}");
        let fixed = format!("# mine\n{right}\n{body}");
        assert_eq!(fixed_text(&text).as_deref(), Some(fixed.as_str()), "{header}");
        assert_eq!(
            fixed_text(&text.replace('\n', "\r\n")),
            Some(fixed.replace('\n', "\r\n")),
            "{header}"
        );
    }
    for (text, want) in [
        (format!("[sso-session]\n{body}"), "1 [sso-session] has no name: write [sso-session NAME]"),
        (format!("[profile]\n{body}"), "1 [profile] has no name: write [profile NAME]"),
        (format!("[profile it's]\n{body}"), "1 [profile it's] has a quote that is not closed"),
        (format!("{CORP}[sso_session corp]\n"), "4 [sso_session corp] is misspelled"),
        ("[sso_session]\n".into(), "1 [sso_session] has no name: write [sso-session NAME]"),
        ("[sso_sesin]\n".into(), "1 [sso_sesin] has no name: write [sso-session NAME]"),
    ] {
        assert!(
            messages(&text).iter().any(|one| one.starts_with(want)),
            "{text}: {:?}",
            messages(&text)
        );
        assert_eq!(fixed_text(&text), None, "{text}");
    }
}

#[test]
fn headers_of_other_programs_are_not_reported() {
    for (header, body) in [
        ("[my own section]", ""),
        ("[my session x]", ""),
        ("[sso own section]", ""),
        ("[session x]", "region = eu-west-1\n"),
        ("[tool x]", ""),
        ("[tool x]", "sso_region = eu-west-1\n"),
    ] {
        assert_eq!(messages(&format!("{header}\n{body}")), Vec::<String>::new(), "{header}");
    }
}

#[test]
fn a_key_inside_another_value_is_reported_once_and_a_nested_one_is_missing() {
    let url = "sso_start_url = https://x.awsapps.com/start";
    for (text, want) in [
        (
            format!("[sso-session x]\n{url}\n  sso_region = eu-west-1\n"),
            "has `sso_region` indented below `sso_start_url`, so AWS programs take it for part of \
             that value",
        ),
        (
            format!("[sso-session x]\n{url}\ns3 =\n  sso_region = eu-west-1\n"),
            "has no `sso_region`",
        ),
    ] {
        let found = problems(text.as_bytes());
        let found: Vec<_> = found.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, [want], "{text}");
    }
    // Other keys, and words that are not keys, may continue a value.
    let text = format!("{CORP}sso_registration_scopes = a\n  max = 10\n  sso_region\n");
    assert_eq!(messages(&text), Vec::<String>::new());
}

#[test]
fn missing_and_misspelled_keys_are_reported() {
    let url = "sso_start_url = https://x.awsapps.com/start";
    let account = "sso_account_id = 012345678901\nsso_role_name = Admin";
    for (text, want) in [
        (
            format!("[sso-session x]\n{url}\n"),
            "1 [sso-session x] has no `sso_region`: add `sso_region = REGION` below it",
        ),
        (
            "[sso-session x]\nsso_region = eu-west-1\n".into(),
            "1 [sso-session x] has no `sso_start_url`: add `sso_start_url = START_URL` below it",
        ),
        (
            format!("[sso-session x]\n{url}\nsso_region =\n"),
            "3 [sso-session x] has an empty `sso_region`: write `sso_region = REGION`",
        ),
        (
            format!("[profile a]\n{url}\n{account}\nregion = eu-west-1\n"),
            "1 [profile a] has no `sso_region`",
        ),
        (
            "[profile a]\ngranted_sso_region = eu-west-1\n".into(),
            "1 [profile a] has no `granted_sso_start_url`",
        ),
        (
            format!("[profile a]\n{account}\n"),
            "1 [profile a] has neither `sso_session` nor `sso_start_url`",
        ),
        (
            format!("{CORP}[profile a]\nsso_session = corp\nsso_account_id = 012345678901\n"),
            "4 [profile a] has no `sso_role_name`",
        ),
        (
            format!("{CORP}[profile a]\nsso_session = corpp\n{account}\n"),
            "5 [profile a] names the session `corpp`, which is not in the file: write `sso_session \
             = corp`",
        ),
        (
            format!("{CORP}[profile a]\nsso_session = corppp\n{account}\n"),
            "5 [profile a] names the session `corppp`, which is not in the file: write `sso_session = corp`",
        ),
        (
            format!("{CORP}[profile a]\nsso_session = corpppp\n{account}\n"),
            "5 [profile a] names the session `corpppp`, which is not in the file: add [sso-session corpppp]",
        ),
        (
            "[profile \"a\"]\nsso_session = lab\n[profile a]\nregion = eu-west-1\n".into(),
            "2 [profile \"a\"] names the session `lab`",
        ),
        (
            format!(
                "{CORP}[profile a]\nsso_session = corp\nsso_start_url = https://lab.awsapps.com/start\n"
            ),
            "6 [profile a] has another `sso_start_url` than its session `corp`",
        ),
        (
            format!("[profile a]\nsso_session = lab\n{account}\n"),
            "2 [profile a] names the session `lab`, which is not in the file: add [sso-session lab]",
        ),
        (
            format!("{CORP}[sso-session corp]\nsso_region = us-east-1\n"),
            "5 [sso-session corp] has `sso_region` twice: eu-west-1 in line 3, us-east-1 here",
        ),
        (
            format!("{CORP}[profile a]\nsso_session = corp\nsso_region = us-east-1\n"),
            "6 [profile a] has another `sso_region` than its session `corp`",
        ),
    ] {
        let found = messages(&text);
        assert!(found.len() == 1 && found[0].starts_with(want), "{text}: {found:?}");
        assert_eq!(fixed_text(&text), None, "{text}");
    }
    for (text, fixed) in [
        (
            "[sso-session x]\nsso_start_url = https://x.awsapps.com/start\nregion = eu-west-1\n",
            "[sso-session x]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n",
        ),
        (
            "[sso-session x]\nstart_url = https://x.awsapps.com/start\nSSO-Region: eu-west-1\n",
            "[sso-session x]\nsso_start_url = https://x.awsapps.com/start\nsso_region: eu-west-1\n",
        ),
        (
            "[profile a]\nsso_start_uri=https://x.awsapps.com/start\nsso_regoin=eu-west-1\n",
            "[profile a]\nsso_start_url=https://x.awsapps.com/start\nsso_region=eu-west-1\n",
        ),
        // Another profile with the same start URL has the region.
        (
            "[profile a]\nsso_start_url = https://x.awsapps.com/start/#/\nregion = us-east-1\n\
             [profile b]\nsso_start_url = x.awsapps.com/start\nsso_region = eu-west-1\n",
            "[profile a]\nsso_start_url = https://x.awsapps.com/start/#/\nsso_region = eu-west-1\n\
             region = us-east-1\n\
             [profile b]\nsso_start_url = x.awsapps.com/start\nsso_region = eu-west-1\n",
        ),
        (
            "[profile a]\n  sso_start_url = https://x.awsapps.com/start\n    sso_region = \
             eu-west-1\n",
            "[profile a]\n  sso_start_url = https://x.awsapps.com/start\n  sso_region = eu-west-1\n",
        ),
        (
            "[sso_session x]\nsso_start_url = https://x.awsapps.com/start\nregion = 'eu-west-1'",
            "[sso-session x]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1",
        ),
    ] {
        assert_eq!(fixed_text(text).as_deref(), Some(fixed), "{:?}", messages(text));
        assert_eq!(messages(fixed), Vec::<String>::new());
    }
}

#[test]
fn a_misspelled_key_is_not_missing_but_others_may_be() {
    let found_in = |text: &str| {
        let found = problems(text.as_bytes());
        found.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>()
    };
    let account = "sso_account_id = 012345678901\nsso_role_name = Admin";
    assert_eq!(
        found_in(&format!("{CORP}[profile a]\nsso_sesion = corp\n{account}\n")),
        ["has `sso_sesion` instead of `sso_session`"]
    );
    assert_eq!(
        found_in("[sso-session x]\nstart_url = https://x.awsapps.com/start\n"),
        ["has no `sso_region`", "has `start_url` instead of `sso_start_url`"]
    );
    assert_eq!(
        found_in("[profile a]\nsso_role_name = Admin\n"),
        ["has neither `sso_session` nor `sso_start_url`", "has no `sso_account_id`"]
    );
}

#[test]
fn a_header_is_fixed_where_it_is() {
    let indented = fixed_text(
        "  [SSO-Session x]\n  sso_start_url = https://x.awsapps.com/start\n  sso_region = eu-west-1\n",
    );
    assert!(
        indented.as_ref().is_some_and(|text| text.starts_with("  [sso-session x]\n")),
        "{indented:?}"
    );
    assert_eq!(
        messages("[profile]\nsso_session = x\n")[0],
        "1 [profile] has no name: write [profile NAME]"
    );
}

#[test]
fn values_with_something_around_them_are_reported() {
    let with = |line: &str| format!("{CORP}[profile a]\nsso_session = corp\n{line}\n");
    for (line, want, fixed) in [
        ("sso_account_id = \"012345678901\"", "has quotes around", "sso_account_id = 012345678901"),
        (
            "sso_account_id = 012345678901 # payments",
            "has a comment behind",
            "# payments\nsso_account_id = 012345678901",
        ),
        (
            "sso_account_id = '012345678901' ; x",
            "has a comment behind",
            "; x\nsso_account_id = 012345678901",
        ),
        (
            "sso_account_id =\u{a0}012345678901",
            "has invisible characters",
            "sso_account_id =012345678901",
        ),
        (
            "sso_account_id = 0123-4567-8901",
            "has an `sso_account_id` with more than digits",
            "sso_account_id = 012345678901",
        ),
    ] {
        let text = format!("{}sso_role_name = Admin\n", with(line));
        let found = messages(&text);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("6* [profile a] {want}")),
            "{found:?}"
        );
        let wanted = format!("{}sso_role_name = Admin\n", with(fixed));
        assert_eq!(fixed_text(&text).as_deref(), Some(wanted.as_str()), "{line}");
    }
    // First the indentation is removed, then the comment.
    let indented = with("  sso_account_id = 012345678901\t; x\nsso_role_name = Admin");
    assert_eq!(
        fixed_text(&indented),
        Some(with("; x\nsso_account_id = 012345678901\nsso_role_name = Admin"))
    );
    for (line, want) in [
        (
            "sso_account_id = 12345678901",
            "of 11 digits, not 12: 12345678901; is a zero missing in front?",
        ),
        ("sso_account_id = payments", "that is not 12 digits: payments"),
        ("sso_account_id = x012345678901", "that is not 12 digits: x012345678901"),
    ] {
        assert!(
            messages(&with(line)).iter().any(|one| one.contains(want)),
            "{line}: {:?}",
            messages(&with(line))
        );
    }
    for (region, right) in
        [("eu_west_1", Some("eu-west-1")), ("eu-west-1b", Some("eu-west-1")), ("Ireland", None)]
    {
        let text = CORP.replace("eu-west-1", region);
        assert_eq!(fixed_text(&text), right.map(|right| text.replace(region, right)), "{region}");
        assert!(messages(&text)[0].contains("that is not a region"), "{:?}", messages(&text));
    }
    assert!(
        messages(&CORP.replace("https://corp.awsapps.com/start", "corp"))[0]
            .contains("that is not an address")
    );
}

#[test]
fn a_line_that_can_not_be_fixed_does_not_prevent_other_fixes() {
    // Without its indentation, the line would end the value of `k` and change the meaning of the
    // profile.
    let odd = "[profile z]\n  k = v\n[sso_session x]\n  sso_region = eu-west-1\n";
    let text = format!("{CORP}{odd}[Profile a]\nsso_session = \"corp\"\n");
    let after = fixed_text(&text).unwrap();
    assert!(after.contains("[profile a]\nsso_session = corp\n"), "{after}");
}

#[test]
fn a_session_in_the_credentials_file_is_misplaced() {
    let found = misplaced_sessions(format!("[default]\naws_access_key_id = x\n{CORP}").as_bytes());
    assert_eq!((found.len(), found[0].line, found[0].is_about("corp")), (1, 3, true));
}

#[test]
fn thousands_of_profiles_are_fixed_in_one_pass() {
    let profile = |number: u32| {
        format!(
            "[profile p{number}]\nsso_session = corp\nsso_account_id = \"{number:012}\"\n\
             sso_role_name = Admin\n"
        )
    };
    let text: String = std::iter::once(CORP.to_owned()).chain((0..3_000).map(profile)).collect();
    assert_eq!(problems(text.as_bytes()).len(), 3_000);
    assert_eq!(fixed_text(&text).unwrap(), text.replace('"', ""));
}

fn file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[ \t]{0,1}\\[(sso-session|sso_session|profile|Profile|x|default)( [ab])?( b)?\\][ \
         ]{0,1}(# c)?",
        "[ \
         \t]{0,2}(sso_session|sso_region|region|sso_start_url|sso_account_id|sso-region|sso_rol)[ \
         ]?[=:][ ]?(a|b|'a'|eu-west-1|\"eu-west-1\" # c|https://x.y/start|01234567890|)",
        "[\\[\\]ab \t=:#;'\"\u{e9}\u{a0}]{0,10}",
    ];
    (prop::collection::vec(line, 0..14), any::<bool>(), any::<bool>()).prop_map(
        |(lines, crlf, mark)| {
            let text = lines.join(if crlf { "\r\n" } else { "\n" });
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

proptest! {
    #[test]
    fn fixes_keep_the_byte_order_mark_and_line_endings(text in file()) {
        let before = problems(text.as_bytes());
        match apply_fixes(text.as_bytes()) {
            Some(after) => {
                prop_assert!(before.iter().any(SsoProblem::is_fixable));
                prop_assert_eq!(after.starts_with(b"\xef\xbb\xbf"), text.starts_with('\u{feff}'));
                prop_assert_eq!(after.windows(2).any(|pair| pair == b"\r\n") || !after.contains(&b'\n'), text.contains("\r\n") || !after.contains(&b'\n'));
            }
            None => prop_assert_eq!(apply_fixes(text.as_bytes()), None),
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (problems(&bytes), apply_fixes(&bytes), misplaced_sessions(&bytes));
    }
}
