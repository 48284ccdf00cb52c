//! The module tree of `src`, and which file names which, computed from tokens: comments, strings
//! and `#[cfg(test)]` items do not count.
//!
//! Paths are followed the way the compiler does: through `crate`, `super`, `self`, child modules,
//! `use` declarations and re-exports, to the file that defines the name. `use crate::{a, b::{self,
//! c}}`, renamed imports and paths inside macro calls are all seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module path below the crate root, such as `["ops", "refresh"]`.
pub(super) type ModulePath = Vec<String>;

/// For each file, the files that it names, each with a path that leads there.
pub(super) type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// What a path leads to if a module on it hands on a name of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reexports {
    /// The file that defines the name.
    Follow,
    /// The file that hands it on: the one whose interface is used.
    Stop,
}

/// What one module declares.
#[derive(Debug, Default)]
struct Module {
    /// The file that holds it, relative to `src`.
    file: String,
    children: BTreeSet<String>,
    /// Names brought in by `use`, and the paths that they stand for.
    imports: BTreeMap<String, ModulePath>,
    /// Modules whose names are brought in by `use path::*`.
    globs: Vec<ModulePath>,
    /// Every path that its code names, as written.
    paths: Vec<ModulePath>,
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

    /// The module that defines what this path means in that module; `None` for names of other
    /// crates.
    fn resolve(
        &self,
        at: &[String],
        path: &[String],
        reexports: Reexports,
        depth: usize,
    ) -> Option<ModulePath> {
        // Two modules that import each other's globs would be followed for ever.
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
                // A name of another crate ends here: this module hands it on.
                return self.resolve(&here, &whole, reexports, depth + 1).or(Some(here));
            } else {
                return Some(self.through_globs(&here, name, reexports, depth).unwrap_or(here));
            }
        }
        Some(here)
    }

    /// The module behind a glob import that declares this name.
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
        let tokens: Vec<TokenTree> = without_tests(tokens);
        let mut module =
            Module { file: file.to_string_lossy().replace('\\', "/"), ..Module::default() };
        let mut inline = Vec::new();
        let mut rest = Vec::new();
        let mut next = 0;
        while next < tokens.len() {
            match (word(&tokens, next).as_deref(), word(&tokens, next + 1), tokens.get(next + 2)) {
                (Some("mod"), Some(name), Some(TokenTree::Punct(end))) if end.as_char() == ';' => {
                    module.children.insert(name);
                    next += 3;
                }
                (Some("mod"), Some(name), Some(TokenTree::Group(body))) => {
                    module.children.insert(name.clone());
                    inline.push((name, body.stream()));
                    next += 3;
                }
                (Some("use"), ..) => {
                    let end = (next..tokens.len())
                        .find(|at| sign(&tokens, *at, ';'))
                        .unwrap_or(tokens.len());
                    import(&tokens[next + 1..end], &mut Vec::new(), &mut module);
                    next = end + 1;
                }
                _ => {
                    rest.push(tokens[next].clone());
                    next += 1;
                }
            }
        }
        paths(&rest, &mut module.paths);
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

/// The file of a child module, by Rust's two rules.
fn file_of(src: &Path, parent: &Path, child: &str) -> PathBuf {
    let root = parent.file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs");
    let folder =
        if root { parent.parent().unwrap().to_path_buf() } else { parent.with_extension("") };
    let flat = folder.join(format!("{child}.rs"));
    if src.join(&flat).exists() { flat } else { folder.join(child).join("mod.rs") }
}

/// The tokens without items under `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        if sign(&tokens, next, '#')
            && matches!(tokens.get(next + 1), Some(TokenTree::Group(group)) if only_for_tests(group.stream()))
        {
            // The item ends with its body, or with a semicolon.
            let end = (next + 2..tokens.len()).find(|at| {
                matches!(&tokens[*at], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace) || sign(&tokens, *at, ';')
            });
            next = end.map_or(tokens.len(), |end| end + 1);
            continue;
        }
        out.push(tokens[next].clone());
        next += 1;
    }
    out
}

fn only_for_tests(attribute: TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    text.starts_with("cfg(test") || text.starts_with("cfg(all(test")
}

fn word(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at)? {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn sign(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// One tree of a `use` declaration, below the prefix.
fn import(tokens: &[TokenTree], prefix: &mut ModulePath, module: &mut Module) {
    let depth = prefix.len();
    let mut next = 0;
    while next < tokens.len() {
        match &tokens[next] {
            TokenTree::Ident(name) if name == "as" => {
                module.imports.insert(word(tokens, next + 1).unwrap_or_default(), prefix.clone());
                prefix.truncate(depth);
                return;
            }
            TokenTree::Ident(name) => prefix.push(name.to_string()),
            TokenTree::Punct(star) if star.as_char() == '*' => {
                module.globs.push(prefix.clone());
                prefix.truncate(depth);
                return;
            }
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in inner.split(
                    |token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','),
                ) {
                    import(tree, prefix, module);
                }
                prefix.truncate(depth);
                return;
            }
            _ => {}
        }
        next += 1;
    }
    if prefix.len() > depth {
        let mut path = prefix.clone();
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if let Some(name) = path.last().cloned() {
            module.imports.insert(name, path);
        }
    }
    prefix.truncate(depth);
}

/// Every `a::b::c` in these tokens, macro calls and bodies included; also names that stand alone,
/// which may be imported.
fn paths(tokens: &[TokenTree], out: &mut Vec<ModulePath>) {
    let mut next = 0;
    while next < tokens.len() {
        match &tokens[next] {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                paths(&inner, out);
                next += 1;
            }
            TokenTree::Ident(_) => {
                let mut path = Vec::new();
                while let Some(name) = word(tokens, next) {
                    path.push(name);
                    next += 1;
                    if !(sign(tokens, next, ':')
                        && sign(tokens, next + 1, ':')
                        && word(tokens, next + 2).is_some())
                    {
                        break;
                    }
                    next += 2;
                }
                if path.len() > 1 {
                    out.push(path);
                }
            }
            _ => next += 1,
        }
    }
}
