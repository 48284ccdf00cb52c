//! Packages and release manifests: they name what is built, and all of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

#[path = "../../examples/install_files/completions.rs"]
mod completions;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn metadata(name: &str) -> Table {
    let manifest: Table = toml::from_str(&read("Cargo.toml")).unwrap();
    manifest["package"]["metadata"][name].as_table().unwrap().clone()
}

/// The sources and destinations of the files of a package.
fn assets(package: &str) -> Vec<(String, String)> {
    let metadata = metadata(package);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |asset: &Value| match asset {
        Value::Array(parts) => (text(&parts[0]), text(&parts[1])),
        asset => (text(&asset["source"]), text(&asset["dest"])),
    };
    metadata["assets"].as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn both_packages_have_the_program_pages_completions_and_licences() {
    let scripts = completions::scripts().unwrap();
    assert!(scripts.len() >= 7 && scripts.iter().all(|(_, script)| script.contains("rolecall")));
    for package in ["deb", "generate-rpm"] {
        let assets = assets(package);
        let has = |source: &str| assets.iter().any(|(from, _)| from == source);
        for (name, _) in &scripts {
            assert!(has(&format!("target/install/completions/{name}")), "{package}: {name}");
        }
        let files = ["LICENSE-MIT", "LICENSE-APACHE", "target/install/THIRD-PARTY.txt"];
        for file in files.into_iter().chain(["target/release/rolecall"]) {
            assert!(has(file), "{package}: {file}");
        }
        let is_page = |to: &String| to.trim_start_matches('/') == "usr/share/man/man1/";
        assert!(assets.iter().any(|(_, to)| is_page(to)), "{package}: man pages");
        assert!(assets.iter().all(|(_, to)| to.trim_start_matches('/').starts_with("usr/")));
    }
}

/// The targets of the files `rolecall-TARGET.EXTENSION` that a text names.
fn targets_named(text: &str) -> BTreeSet<String> {
    let ends = [".tar.xz", ".zip", ".msi"];
    text.split("rolecall-")
        .skip(1)
        .filter_map(|rest| ends.iter().find_map(|end| Some(rest.split_once(end)?.0)))
        .filter(|target| target.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)))
        .map(str::to_owned)
        .collect()
}

#[test]
fn manifests_of_package_managers_name_archives_that_a_release_has() {
    let dist: Table = toml::from_str(&read("dist-workspace.toml")).unwrap();
    let targets = dist["dist"]["targets"].as_array().unwrap();
    let targets: BTreeSet<String> =
        targets.iter().map(|target| target.as_str().unwrap().to_owned()).collect();
    let templates = [
        "aur/PKGBUILD",
        "homebrew/rolecall.rb",
        "scoop/rolecall.json",
        "winget/rolecall.installer.yaml",
    ];
    let mut used = BTreeSet::new();
    for template in templates {
        let named = targets_named(&read(&format!("packaging/{template}")));
        assert!(!named.is_empty() && named.is_subset(&targets), "{template}: {named:?}");
        used.extend(named);
    }
    assert_eq!(used, targets, "every archive is in some package manager");
    // `cargo binstall` gets the static program on every Linux.
    let overrides = metadata("binstall")["overrides"].clone();
    for target in overrides.as_table().unwrap().values() {
        let Some(url) = target.get("pkg-url") else { continue };
        let url = url.as_str().unwrap().replace("{ name }", "rolecall");
        let named = targets_named(&url.replace("{ archive-suffix }", ".tar.xz"));
        assert!(!named.is_empty() && named.is_subset(&targets), "{url}");
    }
}
