//! Instances in AWS config files of many shapes.

use super::*;

#[test]
fn sessions_are_read_with_scopes_and_merged_by_name() {
    let config = AwsConfig::parse(
        b"\xef\xbb\xbf[sso-session corp] # ours\r\n\
          sso_start_url = https://corp.awsapps.com/start#/\r\nsso_region = eu-west-1\r\n\
          sso_registration_scopes = sso:account:access, codewhisperer:completions\r\n\
          [sso-session \"my lab\"]\r\nsso_region = us-east-1\r\n\
          [sso-session corp]\r\nsso_region = eu-central-1\r\n",
    );
    let sessions = config.sso_sessions();
    assert_eq!(sessions.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["corp", "my lab"]);
    assert_eq!(
        sessions[0].start_url.as_ref().unwrap().as_written(),
        "https://corp.awsapps.com/start#/"
    );
    assert_eq!(sessions[0].region.as_ref().unwrap().as_str(), "eu-central-1");
    assert_eq!(
        sessions[0].registration_scopes,
        ["sso:account:access", "codewhisperer:completions"]
    );
    assert_eq!(sessions[1].start_url, None);
}

#[test]
fn legacy_instances_are_found_once_by_both_kinds_of_keys() {
    let config = AwsConfig::parse(
        b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\n\
          [profile b]\nsso_start_url=https://one/start/#/\nsso_region=eu-west-1\n\
          [profile c]\ngranted_sso_start_url=https://two/start\ngranted_sso_region=us-east-1\n\
          [profile d]\nsso_start_url=https://three/start\n",
    );
    let found: Vec<_> = config
        .legacy_instances()
        .into_iter()
        .map(|i| (i.profile, i.start_url.to_string()))
        .collect();
    assert_eq!(
        found,
        [("a".into(), "https://one/start".into()), ("c".into(), "https://two/start".into())]
    );
}

#[test]
fn one_start_url_in_several_spellings_is_one_instance() {
    let config = AwsConfig::parse(
        b"[profile a]\nsso_start_url=https://one.awsapps.com/start\nsso_region=eu-west-1\n\
          [profile b]\nsso_start_url=https://ONE.awsapps.com:443/start/#/?tab=accounts\n\
          sso_region=EU-WEST-1\n\
          [profile c]\ngranted_sso_start_url=one.awsapps.com/start\n\
          granted_sso_region=eu-west-1\n\
          [profile d]\nsso_start_url=https://one.awsapps.com/start\nsso_region=us-east-1\n",
    );
    let found: Vec<_> = config
        .legacy_instances()
        .into_iter()
        .map(|found| (found.profile, found.region.to_string()))
        .collect();
    assert_eq!(found, [("a".into(), "eu-west-1".into()), ("d".into(), "us-east-1".into())]);
    assert_eq!(
        config.start_url_spellings(&StartUrl::new("https://one.awsapps.com/start")),
        [
            "https://one.awsapps.com/start",
            "https://ONE.awsapps.com:443/start/#/?tab=accounts",
            "one.awsapps.com/start"
        ]
    );
}

#[test]
fn comments_and_quotes_around_a_value_are_not_part_of_it() {
    let config = AwsConfig::parse(
        "[sso-session corp]\nsso_start_url = \"https://corp.awsapps.com/start#/\"\n\
         sso_region = eu-west-1 # Ireland\n\
         [profile a]\nsso_start_url = https://lab.awsapps.com/start ; lab\n\
         sso_region = \u{a0}'us-east-1'\n",
    );
    let session = config.sso_sessions().remove(0);
    assert_eq!(session.start_url.unwrap().as_written(), "https://corp.awsapps.com/start#/");
    assert_eq!(session.region.unwrap().as_str(), "eu-west-1");
    let legacy = config.legacy_instances().remove(0);
    assert_eq!(
        (legacy.start_url.as_written(), legacy.region.as_str()),
        ("https://lab.awsapps.com/start", "us-east-1")
    );
}

#[test]
fn the_first_profile_with_scopes_sets_them_for_its_directory() {
    let config = AwsConfig::parse(
        b"[profile a]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
          [profile b]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
          granted_sso_registration_scopes = sso:account:access, x:y\n\
          [profile c]\nsso_start_url=https://two/start\nsso_region=us-east-1\n",
    );
    let found: Vec<_> = config
        .legacy_instances()
        .into_iter()
        .map(|instance| instance.registration_scopes)
        .collect();
    assert_eq!(found, [vec!["sso:account:access".to_owned(), "x:y".to_owned()], Vec::new()]);
}

#[test]
fn endpoints_come_from_services_in_both_spellings_then_from_the_profile() {
    let config = AwsConfig::parse(
        b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\n\
          services = local\nendpoint_url = http://all\n\
          [services local]\nsso-oidc =\n  endpoint_url = http://oidc\n\
          sso =\n  endpoint_url = http://portal\n",
    );
    let endpoints = config.legacy_instances().remove(0).endpoints;
    assert_eq!(
        (endpoints.oidc.unwrap(), endpoints.portal.unwrap(), endpoints.sts.unwrap()),
        ("http://oidc".into(), "http://portal".into(), "http://all".into())
    );
}

#[test]
fn a_session_takes_the_endpoints_of_a_profile_that_uses_it() {
    let config = AwsConfig::parse(
        b"[profile a]\nsso_session = corp\n\
          [profile b]\nsso_session = corp\nservices = local\n\
          [sso-session corp]\nsso_region = eu-west-1\n\
          [services local]\nsso_oidc =\n  endpoint_url = http://oidc\n",
    );
    let session = config.sso_sessions().remove(0);
    assert_eq!(
        (session.endpoints.oidc.as_deref(), session.endpoints_from.as_deref()),
        (Some("http://oidc"), Some("[profile b]"))
    );
}

#[test]
fn a_session_that_a_profile_names_twice_takes_its_endpoints() {
    let config = AwsConfig::parse(
        b"[profile a]\nsso_session = other\nsso_session = corp\nservices = local\n\
          [sso-session corp]\nsso_region = eu-west-1\n[services local]\nsso_oidc =\n  endpoint_url = http://oidc\n",
    );
    let session = config.sso_sessions().remove(0);
    assert_eq!(session.endpoints.oidc.as_deref(), Some("http://oidc"));
}

#[test]
fn services_are_those_of_exactly_this_name() {
    let config = AwsConfig::parse(
        b"[services local]\nsts =\n  endpoint_url = http://a\n\
          [services local-2]\nsts =\n  endpoint_url = http://b\n[services \"quoted\"]\nsts =\n  endpoint_url = http://c\n",
    );
    let sts =
        |name: &str| config.services(name).map(|services| services["sts"]["endpoint_url"].clone());
    assert_eq!(sts("local").as_deref(), Some("http://a"));
    assert_eq!(sts("local-2").as_deref(), Some("http://b"));
    assert_eq!(sts("quoted").as_deref(), Some("http://c"));
    assert_eq!(sts("loca"), None);
}

#[test]
fn profile_names_are_in_order_and_each_is_there_once() {
    let config = AwsConfig::parse(
        b"[profile b]\n[default]\n[profile a]\n[sso-session s]\n[profile b]\n[services x]\n",
    );
    assert_eq!(config.profile_names(), ["b", "default", "a"]);
}

#[test]
fn a_profile_for_an_emulator_does_not_redirect_the_sign_in_of_others() {
    let emulator = "[profile emulator]\nDIRECTORY\nendpoint_url = http://localhost:4566\n";
    let others = "[profile a]\nDIRECTORY\n[profile b]\nDIRECTORY\n";
    let legacy = "sso_start_url = https://one/start\nsso_region = eu-west-1";
    for text in [format!("{emulator}{others}"), format!("{others}{emulator}")] {
        let config = AwsConfig::parse(text.replace("DIRECTORY", legacy));
        assert_eq!(config.legacy_instances()[0].endpoints, EndpointOverrides::default(), "{text}");
        let sessions = format!(
            "[sso-session corp]\nsso_region = eu-west-1\n{}",
            text.replace("DIRECTORY", "sso_session = corp")
        );
        assert_eq!(
            AwsConfig::parse(sessions).sso_sessions()[0].endpoints,
            EndpointOverrides::default()
        );
    }
    // Profiles with the same values are read in a shorter way.
    for order in [["e", "a", "e"], ["e", "a", "a"]] {
        let text =
            order.map(|kind| if kind == "e" { emulator } else { "[profile a]\nDIRECTORY\n" });
        let config = AwsConfig::parse(text.concat().replace("DIRECTORY", legacy));
        assert_eq!(config.legacy_instances()[0].endpoints, EndpointOverrides::default());
    }
    // So are profiles that spell the start URL in another way.
    let spelled = |slash: &str| format!("[profile a]\n{}", legacy.replace("/start", slash));
    for others in [vec!["/start/"], vec!["/start/", "/start#/"]] {
        let others: String = others.into_iter().map(|slash| spelled(slash) + "\n").collect();
        let text = format!("{}{others}", emulator.replace("DIRECTORY", legacy));
        let instances = AwsConfig::parse(text.as_str()).legacy_instances();
        assert_eq!(instances.len(), 1, "{text}");
        assert_eq!(instances[0].endpoints, EndpointOverrides::default(), "{text}");
    }
    let alone =
        AwsConfig::parse(emulator.replace("DIRECTORY", legacy)).legacy_instances().remove(0);
    assert_eq!(alone.endpoints.portal.as_deref(), Some("http://localhost:4566"));
    assert_eq!(alone.endpoints_from.as_deref(), Some("[profile emulator]"));
}

#[test]
fn one_invalid_section_does_not_hide_the_others() {
    let config = AwsConfig::parse(
        b"junk\n\
          [profile a\nx\n\
          [profile b]\n= y\nregion\n\xff\xfe = 1\nregion = eu\n\
          [DEFAULT]\noutput = json\n",
    );
    let profile = config.profile("b").unwrap();
    assert_eq!(profile.get("region"), Some("eu"));
    assert_eq!(profile.get("output"), None);
    assert_eq!(config.profile("a"), None);
}

#[test]
fn every_profile_is_read_once_with_all_its_sections() {
    let config = AwsConfig::parse(
        b"[profile a]\nregion = eu\n\
          [default]\noutput = json\n\
          [profile a]\nregion = us\nk = v\n",
    );
    let found: Vec<_> = config
        .profiles()
        .into_iter()
        .map(|(name, profile)| (name, profile.get("region").map(str::to_owned)))
        .collect();
    assert_eq!(found, [("a".to_owned(), Some("us".to_owned())), ("default".to_owned(), None)]);
}

#[test]
fn credentials_files_have_bare_names() {
    let config = AwsConfig::parse(b"[default]\naws_access_key_id = x\n[my own] # c\n[default]\n");
    assert_eq!(config.credentials_profile_names(), ["default", "my own"]);
}
