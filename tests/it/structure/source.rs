//! What one module of the source declares and names, read from its tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path of names, such as `["ops", "refresh"]`; of a module, the path below the crate root.
pub(super) type ModulePath = Vec<String>;

/// The declarations of one module.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The file that holds it, relative to `src`.
    pub(super) file: String,
    pub(super) children: BTreeSet<String>,
    /// Names declared by `use`, and their paths.
    pub(super) imports: BTreeMap<String, ModulePath>,
    /// Modules whose names are imported by `use path::*`.
    pub(super) globs: Vec<ModulePath>,
    /// Every path in its code, as written.
    pub(super) paths: Vec<ModulePath>,
    /// The names of macros that its code calls.
    pub(super) macros: BTreeSet<String>,
    /// Whether an attribute such as `#[cfg(unix)]` chooses code by the platform.
    pub(super) has_platform_attribute: bool,
    /// Whether a `cfg!(unix)` or the like chooses a value by the platform.
    pub(super) has_platform_value: bool,
    /// The paths and single names in each function and method, by the function's name.
    pub(super) functions: BTreeMap<String, Vec<ModulePath>>,
}

/// The declarations of a file or of an inline module in it, and the name and body of each inline
/// module below.
pub(super) fn parse(file: &Path, tokens: TokenStream) -> (Module, Vec<(String, TokenStream)>) {
    let tokens: Vec<TokenTree> = without_tests(tokens);
    let mut module =
        Module { file: file.to_string_lossy().replace('\\', "/"), ..Module::default() };
    platforms(&tokens, &mut module);
    let mut inline = Vec::new();
    let mut rest = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        match (ident(&tokens, next).as_deref(), ident(&tokens, next + 1), tokens.get(next + 2)) {
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
                    .find(|at| is_punct(&tokens, *at, ';'))
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
    macros(&rest, &mut module.macros);
    functions(&rest, &mut module.functions);
    (module, inline)
}

/// The tokens without items under `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        if is_punct(&tokens, next, '#')
            && matches!(tokens.get(next + 1), Some(TokenTree::Group(group)) if is_test_only(group.stream()))
        {
            // The item ends with its body, or with a semicolon.
            let end = (next + 2..tokens.len()).find(|at| {
                matches!(&tokens[*at], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace) || is_punct(&tokens, *at, ';')
            });
            next = end.map_or(tokens.len(), |end| end + 1);
            continue;
        }
        out.push(tokens[next].clone());
        next += 1;
    }
    out
}

/// Finds conditions on the platform, in attributes and in `cfg!`.
fn platforms(tokens: &[TokenTree], module: &mut Module) {
    const PLATFORMS: [&str; 4] = ["unix", "windows", "target_os", "target_family"];
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let inner = without_tests(group.stream());
        let is_condition =
            |at: usize| matches!(ident(tokens, at).as_deref(), Some("cfg" | "cfg_attr"));
        let text = group.stream().to_string();
        let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if words.any(|word| PLATFORMS.contains(&word)) {
            module.has_platform_attribute |= at >= 1 && is_condition(at - 1);
            module.has_platform_value |=
                at >= 2 && is_punct(tokens, at - 1, '!') && is_condition(at - 2);
        }
        platforms(&inner, module);
    }
}

fn is_test_only(attribute: TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    text.starts_with("cfg(test") || text.starts_with("cfg(all(test")
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at)? {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, punctuation: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == punctuation)
}

/// Collects the names that one tree of a `use` declaration declares below the prefix.
fn import(tokens: &[TokenTree], prefix: &mut ModulePath, module: &mut Module) {
    let depth = prefix.len();
    let mut next = 0;
    while next < tokens.len() {
        match &tokens[next] {
            TokenTree::Ident(name) if name == "as" => {
                module.imports.insert(ident(tokens, next + 1).unwrap_or_default(), prefix.clone());
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

/// Collects every path of at least two names in these tokens, bodies and macro calls included.
fn paths(tokens: &[TokenTree], out: &mut Vec<ModulePath>) {
    names(tokens, &mut |path| {
        if path.len() > 1 {
            out.push(path);
        }
    });
}

/// Collects the names of the macros that are called in these tokens.
fn macros(tokens: &[TokenTree], out: &mut BTreeSet<String>) {
    for (next, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                macros(&group.stream().into_iter().collect::<Vec<_>>(), out);
            }
            TokenTree::Ident(name)
                if is_punct(tokens, next + 1, '!')
                    && matches!(tokens.get(next + 2), Some(TokenTree::Group(_))) =>
            {
                out.insert(name.to_string());
            }
            _ => {}
        }
    }
}

/// Collects what each function in these tokens names, methods included.
fn functions(tokens: &[TokenTree], out: &mut BTreeMap<String, Vec<ModulePath>>) {
    let mut next = 0;
    while next < tokens.len() {
        match (&tokens[next], ident(tokens, next + 1)) {
            (TokenTree::Ident(keyword), Some(name)) if keyword == "fn" => {
                let end = (next + 2..tokens.len())
                    .find(|at| {
                        is_punct(tokens, *at, ';')
                            || matches!(&tokens[*at], TokenTree::Group(group)
                                if group.delimiter() == Delimiter::Brace)
                    })
                    .map_or(tokens.len(), |end| end + 1);
                let named = out.entry(name).or_default();
                names(&tokens[next + 2..end], &mut |path| named.push(path));
                next = end;
                continue;
            }
            (TokenTree::Group(group), _) => {
                functions(&group.stream().into_iter().collect::<Vec<_>>(), out);
            }
            _ => {}
        }
        next += 1;
    }
}

/// Calls `found` for every path in these tokens, bodies and macro calls included, and for every
/// single name that follows no dot.
fn names(tokens: &[TokenTree], found: &mut impl FnMut(ModulePath)) {
    let mut next = 0;
    while next < tokens.len() {
        match &tokens[next] {
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                names(&inner, found);
                next += 1;
            }
            TokenTree::Ident(_) => {
                let is_member = next > 0 && is_punct(tokens, next - 1, '.');
                let mut path = Vec::new();
                while let Some(name) = ident(tokens, next) {
                    path.push(name);
                    next += 1;
                    if !(is_punct(tokens, next, ':')
                        && is_punct(tokens, next + 1, ':')
                        && ident(tokens, next + 2).is_some())
                    {
                        break;
                    }
                    next += 2;
                }
                if !is_member || path.len() > 1 {
                    found(path);
                }
            }
            _ => next += 1,
        }
    }
}
