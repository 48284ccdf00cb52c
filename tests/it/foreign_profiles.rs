//! The AWS CLI and botocore read the profiles of `setup profiles`, whatever their names, and the
//! rest of the file.

use std::fs;
use std::path::Path;

use rolecall::testing::awsconfig::lint::{AffectedPrograms, syntax_problems};

use crate::foreign::{ACCOUNT, aws, json, python};
use crate::sandbox::{CommandOutput, Sandbox, binary};

/// Names that have to be quoted, by role.
pub(crate) const NAMES: [(&str, &str); 4] = [
    ("ReadOnlyAccess", "read only"),
    ("DatabaseAdministrator", "it's \"the\" \\ base"),
    ("AdministratorAccess", "Zürich 東京"),
    ("BreakGlass", "a%b/c:d@e+f"),
];

const CALLER_IDENTITY: &str = "
import boto3, json, sys
def who(name):
    session = boto3.Session(profile_name=name)
    return [session.client('sts').get_caller_identity()['Arn'], session.get_credentials().method]
print(json.dumps({'names': boto3.Session().available_profiles, 'who': {name: who(name) for name in sys.argv[1:]}}))
";

const LOAD: &str = "
import botocore.configloader, botocore.exceptions, json, sys
def load(path):
    try:
        return botocore.configloader.load_config(path)['profiles']
    except botocore.exceptions.ConfigParseError:
        return None
print(json.dumps([[load(folder + '/before'), load(folder + '/after')] for folder in sys.argv[1:]]))
";

/// A home with profiles of those names, and a program whose path has to be quoted too.
pub(crate) fn ready(flags: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let program = sandbox.path("my tools/it's $HOME `x`/rolecall");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(binary(), &program).unwrap();
    let file = sandbox.config();
    let table = |(role, name): &(&str, &str)| {
        format!("[instances.corp.accounts.{ACCOUNT}.roles.{role}]\nprofile = '''{name}'''\n")
    };
    let tables: String = NAMES.iter().map(table).collect();
    let settings = format!(
        "config_profiles_binary = '''{}'''\nconfig_variables = {{ output = 'json' }}\n",
        program.display()
    );
    sandbox.write("rolecall/config.toml", &format!("{settings}{file}\n{tables}"));
    sandbox.write(
        ".aws/config",
        "# mine\n[default]\nregion = eu-west-1\ns3 =\n  max_concurrent_requests = 10\n",
    );
    sandbox.login("corp");
    let written = sandbox.run(&[&["setup", "profiles", "--include-protected"], flags].concat());
    assert!(written.code == 0 && written.stderr.contains("4 profiles added"), "{written:?}");
    sandbox
}

fn sorted<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    names.sort();
    names
}

fn all_names() -> Vec<String> {
    sorted(NAMES.iter().map(|(_, name)| *name).chain(["default"]))
}

#[test]
#[ignore = "needs boto3"]
fn botocore_is_in_every_role_by_its_name() {
    let sandbox = ready(&[]);
    let names = NAMES.map(|(_, name)| name);
    let identities = json(&mut python(&sandbox, CALLER_IDENTITY, &names));
    assert_eq!(
        sorted(identities["names"].as_array().unwrap().iter().filter_map(|name| name.as_str())),
        all_names()
    );
    for (role, name) in NAMES {
        let arn = identities["who"][name][0].as_str().unwrap();
        assert!(
            arn.contains(&format!("{ACCOUNT}:assumed-role/AWSReservedSSO_{role}_")),
            "{name}: {arn}"
        );
        assert_eq!(identities["who"][name][1], "custom-process");
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_lists_every_name_and_is_in_the_role() {
    let sandbox = ready(&[]);
    let listed = CommandOutput::from_output(
        aws(&sandbox, &["configure", "list-profiles"]).output().unwrap(),
    );
    assert_eq!(sorted(listed.stdout.lines()), all_names(), "{listed:?}");
    for (role, name) in NAMES {
        let who = json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", name]));
        assert!(
            who["Arn"].as_str().unwrap().contains(&format!("AWSReservedSSO_{role}_")),
            "{name}: {who}"
        );
    }
}

#[test]
#[ignore = "needs the AWS CLI v2"]
fn the_cli_signs_in_by_itself_for_native_profiles() {
    let sandbox = ready(&["--native"]);
    let text = fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    assert!(
        text.contains("[sso-session corp]\n") && !text.contains("credential_process"),
        "{text}"
    );
    let login = CommandOutput::from_output(
        aws(&sandbox, &["sso", "login", "--sso-session", "corp", "--no-browser"]).output().unwrap(),
    );
    assert!(login.stdout.contains("Successfully logged into"), "{login:?}");
    for (role, name) in NAMES {
        let who = json(&mut aws(&sandbox, &["sts", "get-caller-identity", "--profile", name]));
        assert!(
            who["Arn"].as_str().unwrap().contains(&format!("AWSReservedSSO_{role}_")),
            "{name}: {who}"
        );
    }
}

#[test]
#[ignore = "needs boto3"]
fn botocore_reads_every_golden_file_as_before_with_our_profiles_added() {
    let sandbox = Sandbox::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/awsconfig");
    let folders = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("after").exists());
    let folders: Vec<String> =
        folders.map(|folder| folder.to_string_lossy().into_owned()).collect();
    let read =
        json(&mut python(&sandbox, LOAD, &folders.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut readable = 0;
    for (folder, pair) in folders.iter().zip(read.as_array().unwrap()) {
        let (before, after) = (&pair[0], &pair[1]);
        assert_eq!(before.is_null(), after.is_null(), "{folder}");
        let complaints = syntax_problems(&fs::read(Path::new(folder).join("before")).unwrap());
        assert_eq!(
            complaints.iter().any(|complaint| complaint.affects != AffectedPrograms::NonPython),
            before.is_null(),
            "{folder}: {complaints:?}"
        );
        let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { continue };
        readable += 1;
        let (mut before, mut after) = (before.clone(), after.clone());
        // The content of the managed block may be changed.
        before.remove("gone");
        after.remove("gone");
        let pay = after.remove("pay-Admin").unwrap();
        assert_eq!(pay["region"], "eu-west-1", "{folder}");
        assert!(
            after.remove("zoo ops").unwrap()["credential_process"]
                .as_str()
                .unwrap()
                .ends_with("--role ops/Read"),
            "{folder}"
        );
        assert_eq!(before, after, "{folder}");
    }
    assert!(readable >= 15, "{readable}");
}
