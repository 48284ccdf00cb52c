//! The module tree of `src`, and which file names which, computed from tokens: comments, strings
//! and `#[cfg(test)]` items do not count.
//!
//! Paths are followed as the compiler follows them: through `crate`, `super`, `self`, child modules,
//! `use` declarations and re-exports, to the file that defines the name. `use crate::{a, b::{self,
//! c}}`, renamed imports and paths inside macro calls are all seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use super::source::{self, Module, ModulePath};

/// For each file, the files that it names, each with a path that leads there.
pub(super) type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// The target of a path through a module that re-exports a name of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reexports {
    /// The file that defines the name.
    Follow,
    /// The file that re-exports it, because its interface is what is used.
    Stop,
}

/// A function of the crate: its module and its name.
type Function = (ModulePath, String);

/// The functions that a function reaches.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Their names, each as `file::function`.
    pub(super) functions: BTreeSet<String>,
    /// What they name: files of the crate, and paths of other crates.
    pub(super) names: BTreeSet<String>,
}

/// The crate's modules.
#[derive(Debug, Default)]
pub(super) struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads every module that is reachable from `src/lib.rs`.
    pub(super) fn parse(src: &Path) -> Self {
        let mut modules = Self::default();
        modules.read(src, Path::new("lib.rs"), Vec::new());
        modules
    }

    /// The files with an attribute, and those with a `cfg!`, that depends on the platform.
    pub(super) fn platform_files(&self) -> [BTreeSet<&str>; 2] {
        let files = |has: fn(&Module) -> bool| {
            self.0.values().filter(|module| has(module)).map(|module| &*module.file).collect()
        };
        [files(|module| module.has_platform_attribute), files(|module| module.has_platform_value)]
    }

    /// For each file, the other files that its paths lead to, each with one such path.
    pub(super) fn edges(&self, reexports: Reexports) -> Edges {
        let mut edges = Edges::new();
        for (at, module) in &self.0 {
            let from = edges.entry(module.file.clone()).or_default();
            for path in module.paths.iter().chain(module.imports.values()).chain(&module.globs) {
                let Some(target) = self.resolve(at, path, reexports, 0) else { continue };
                let file = &self.0[&target].file;
                if *file != module.file {
                    from.insert(file.clone(), path.join("::"));
                }
            }
        }
        edges
    }

    /// For each file, the paths of other crates that it names, `use` declarations expanded, and
    /// the macros that it calls, each as `name!`.
    pub(super) fn external_names(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (at, module) in &self.0 {
            let names = names.entry(module.file.clone()).or_default();
            let written = module.paths.iter().chain(module.imports.values()).chain(&module.globs);
            names.extend(
                written
                    .map(|path| self.expand(at, path))
                    .filter(|path| self.resolve(at, path, Reexports::Follow, 0).is_none())
                    .map(|path| path.join("::")),
            );
            names.extend(module.macros.iter().map(|name| format!("{name}!")));
        }
        names
    }

    /// The functions that this one reaches by free functions and `Type::function` paths, without
    /// those of these names. Calls of methods are not followed.
    pub(super) fn reached(&self, file: &str, function: &str, without: &[&str]) -> Reached {
        let at = self.0.iter().find(|(_, module)| module.file == file);
        let at = at.unwrap_or_else(|| panic!("src/{file} is missing")).0.clone();
        assert!(self.0[&at].functions.contains_key(function), "{file} has no `{function}`");
        let mut reached = Reached::default();
        let mut open: Vec<Function> = vec![(at, function.to_owned())];
        while let Some((at, function)) = open.pop() {
            let module = &self.0[&at];
            if !reached.functions.insert(format!("{}::{function}", module.file)) {
                continue;
            }
            for written in &module.functions[&function] {
                let path = self.expand(&at, written);
                let Some(name) = path.last().filter(|name| !without.contains(&name.as_str()))
                else {
                    continue;
                };
                // A path that leads nowhere may begin with a type of this module.
                let target = self.resolve(&at, &path, Reexports::Follow, 0);
                match &target {
                    Some(target) => {
                        reached.names.insert(self.0[target].file.clone());
                    }
                    None if path.len() > 1 => {
                        reached.names.insert(path.join("::"));
                    }
                    None => {}
                }
                let target = target.unwrap_or_else(|| at.clone());
                if self.0[&target].functions.contains_key(name) {
                    open.push((target, name.clone()));
                }
            }
        }
        reached
    }

    /// The path with its first name replaced by what `use` declares it to be.
    fn expand(&self, at: &[String], path: &[String]) -> ModulePath {
        let module = &self.0[at];
        match path.first().filter(|first| !module.children.contains(*first)) {
            Some(first) if module.imports.contains_key(first) => {
                module.imports[first].iter().chain(&path[1..]).cloned().collect()
            }
            _ => path.to_vec(),
        }
    }

    /// The module that defines this path of module `at`; `None` if it is in another crate.
    fn resolve(
        &self,
        at: &[String],
        path: &[String],
        reexports: Reexports,
        depth: usize,
    ) -> Option<ModulePath> {
        // Two modules that import each other's globs would never end.
        if depth > 16 {
            return None;
        }
        let (mut here, rest) = match path.first()?.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (at.to_vec(), &path[1..]),
            "super" => (at[..at.len().checked_sub(1)?].to_vec(), &path[1..]),
            first
                if self.0[at].children.contains(first)
                    || self.0[at].imports.contains_key(first) =>
            {
                (at.to_vec(), path)
            }
            _ => return None,
        };
        for (position, name) in rest.iter().enumerate() {
            let module = self.0.get(&here)?;
            if name == "super" {
                here.pop();
            } else if module.children.contains(name) {
                here.push(name.clone());
            } else if let Some(import) = module.imports.get(name) {
                if reexports == Reexports::Stop && here != at {
                    return Some(here);
                }
                let whole: ModulePath =
                    import.iter().chain(&rest[position + 1..]).cloned().collect();
                // This module re-exports a name of another crate.
                return self.resolve(&here, &whole, reexports, depth + 1).or(Some(here));
            } else {
                return Some(self.through_globs(&here, name, reexports, depth).unwrap_or(here));
            }
        }
        Some(here)
    }

    /// The module of a glob import that declares this name.
    fn through_globs(
        &self,
        at: &[String],
        name: &str,
        reexports: Reexports,
        depth: usize,
    ) -> Option<ModulePath> {
        self.0[at].globs.iter().find_map(|glob| {
            let target = self.resolve(at, glob, reexports, depth + 1)?;
            let module = &self.0[&target];
            let import = module.imports.get(name)?;
            self.resolve(&target, import, reexports, depth + 1)
        })
    }

    fn read(&mut self, src: &Path, file: &Path, at: ModulePath) {
        let text = fs::read_to_string(src.join(file))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens: TokenStream =
            text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.items(src, file, at, tokens);
    }

    fn items(&mut self, src: &Path, file: &Path, at: ModulePath, tokens: TokenStream) {
        let (module, inline) = source::parse(file, tokens);
        let children: Vec<String> = module
            .children
            .iter()
            .filter(|child| inline.iter().all(|(name, _)| name != *child))
            .cloned()
            .collect();
        self.0.insert(at.clone(), module);
        for (name, body) in inline {
            self.items(src, file, [at.clone(), vec![name]].concat(), body);
        }
        for child in children {
            let found = file_of(src, file, &child);
            self.read(src, &found, [at.clone(), vec![child]].concat());
        }
    }
}

/// The file of a child module: `child.rs` or `child/mod.rs`.
fn file_of(src: &Path, parent: &Path, child: &str) -> PathBuf {
    let root = parent.file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs");
    let folder =
        if root { parent.parent().unwrap().to_path_buf() } else { parent.with_extension("") };
    let flat = folder.join(format!("{child}.rs"));
    if src.join(&flat).exists() { flat } else { folder.join(child).join("mod.rs") }
}
