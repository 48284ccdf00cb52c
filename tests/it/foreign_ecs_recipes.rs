//! Compose and the CLI of Dev Containers accept the files of `assets/recipes`. No container engine
//! is necessary: Compose only resolves its files, and the CLI gets a `docker` that records.

use serde_json::Value;

use crate::ecs_recipes::recipes;
use crate::foreign::{node_modules, program_from_env};
use crate::sandbox::{CommandOutput, Sandbox};

/// A service as a user has it, without rolecall.
const COMPOSE: &str = "services:\n  app:\n    image: debian:12\n    environment:\n      LANG: C\n    \
                       volumes:\n      - data:/data\nvolumes:\n  data: {}\n";

/// Records its arguments, one list in a line, and answers as Docker does before a container runs.
const DOCKER: &str = "#!/bin/sh
for word; do printf '%s\\t' \"$word\"; done >> \"$DOCKER_LOG\"
echo >> \"$DOCKER_LOG\"
case \"$1\" in
  -v|--version) echo 'Docker version 28.2.2, build e6534b4' ;;
  version) echo 28.2.2 ;;
  buildx) exit 1 ;;
  inspect) echo '[{\"Id\":\"sha256:1\",\"Architecture\":\"amd64\",\"Os\":\"linux\",\"Config\":{\"User\":\"root\",\"Env\":[]}}]' ;;
esac
";

/// The files that Compose merges, resolved.
fn resolve(sandbox: &Sandbox, recipe: &str) -> String {
    sandbox.write("project/compose.yaml", COMPOSE);
    let ran = merge(sandbox, recipe);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout
}

/// Lets Compose merge a file of the user with a recipe.
fn merge(sandbox: &Sandbox, recipe: &str) -> CommandOutput {
    let recipe = recipes().join(recipe);
    let program = program_from_env("ROLECALL_TEST_COMPOSE", "docker-compose");
    let mut command = sandbox.command(program);
    command.current_dir(sandbox.path("project")).args(["-f", "compose.yaml", "-f"]).arg(recipe);
    CommandOutput::from_output(command.arg("config").output().unwrap())
}

#[test]
#[ignore = "needs Docker Compose"]
fn compose_merges_the_files_into_a_service_of_the_user() {
    let sandbox = Sandbox::new();
    for (recipe, has, has_not) in [
        ("compose-host.yaml", "network_mode: host", "networks:"),
        ("compose-network.yaml", "rolecall:", "network_mode"),
        ("compose-https.yaml", "https://host.docker.internal:4145/", "network"),
    ] {
        let resolved = resolve(&sandbox, recipe);
        let kept = ["image: debian:12", "LANG: C", "data:/data"];
        let mounted = [
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /run/rolecall/token",
            "read_only: true",
            "source: /run/user/1000/rolecall/ecs-5d41402a/default",
            "target: /run/rolecall",
            "type: bind",
        ];
        for line in kept.iter().chain(&mounted).chain([&has]) {
            assert!(resolved.contains(line), "{recipe}: {line}\n{resolved}");
        }
        assert!(!resolved.contains(has_not), "{recipe}\n{resolved}");
    }
    let resolved = resolve(&sandbox, "compose-network.yaml");
    assert!(resolved.contains("external: true") && resolved.contains("default: {}"), "{resolved}");
}

#[test]
#[ignore = "needs Docker Compose"]
fn compose_rejects_what_the_comments_of_the_files_name() {
    let sandbox = Sandbox::new();
    for (recipe, property) in [
        ("compose-host.yaml", "networks: [back]"),
        ("compose-network.yaml", "network_mode: bridge"),
    ] {
        let own = format!("services:\n  app:\n    image: debian:12\n    {property}\n");
        sandbox.write("project/compose.yaml", &format!("{own}networks:\n  back: {{}}\n"));
        let ran = merge(&sandbox, recipe);
        let reason = "'network_mode' and 'networks' cannot be combined";
        assert!(ran.code != 0 && ran.stderr.contains(reason), "{recipe}: {ran:?}");
    }
}

/// The arguments of `docker run` for a project with this recipe.
fn docker_run(sandbox: &Sandbox, recipe: &str) -> Vec<String> {
    let text = std::fs::read_to_string(recipes().join(recipe)).unwrap();
    let mut properties: Value = serde_json::from_str(&text).unwrap();
    properties["image"] = "debian:12".into();
    sandbox.write("project/.devcontainer/devcontainer.json", &properties.to_string());
    let docker = sandbox.write_executable("docker", DOCKER);
    // The command that writes the token file; it runs in the folder of the project.
    sandbox.write_executable(
        "bin/rolecall",
        "#!/bin/sh\npwd > ../initialized\necho \"$@\" >> ../initialized\n",
    );
    let log = sandbox.path("docker.log");
    let _ = std::fs::remove_file(&log);
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = sandbox.command(format!("{}/.bin/devcontainer", node_modules()));
    command.args(["up", "--workspace-folder"]).arg(sandbox.path("project"));
    command.arg("--docker-path").arg(docker).env("DOCKER_LOG", &log);
    command.env("PATH", format!("{}:{path}", sandbox.path("bin").display()));
    // It fails when it looks for the container that did not start.
    let ran = command.output().unwrap();
    let lines = std::fs::read_to_string(&log).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let run = lines.lines().find(|line| line.starts_with("run\t"));
    let run = run.unwrap_or_else(|| panic!("{lines}\n{ran:?}"));
    run.split('\t').map(str::to_owned).collect()
}

#[test]
#[ignore = "needs the CLI of Dev Containers"]
fn a_dev_container_gets_variables_mount_and_network() {
    let sandbox = Sandbox::new();
    for (recipe, url, network) in [
        ("devcontainer-host.json", "http://127.0.0.1:4144/", Some("--network=host")),
        ("devcontainer-network.json", "http://169.254.170.2:4144/", Some("--network=rolecall")),
        ("devcontainer-https.json", "https://host.docker.internal:4145/", None),
    ] {
        let words = docker_run(&sandbox, recipe);
        let has = |word: &str| words.iter().any(|other| other == word);
        let mount = "type=bind,source=/run/user/1000/rolecall/ecs-5d41402a/default,\
                     target=/run/rolecall,readonly";
        assert!(has(mount), "{words:?}");
        assert!(has(&format!("AWS_CONTAINER_CREDENTIALS_FULL_URI={url}")), "{words:?}");
        assert!(has("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/run/rolecall/token"), "{words:?}");
        let networks: Vec<&str> =
            words.iter().map(String::as_str).filter(|word| word.starts_with("--network")).collect();
        assert_eq!(networks, Vec::from_iter(network), "{words:?}");
        let initialized = sandbox.read("initialized");
        assert!(initialized.contains("/project\necs env --format devcontainer\n"), "{initialized}");
    }
}
