//! Finds what can be mutated in a file, and writes the file with all its mutants.

use std::collections::HashMap;
use std::ops::Range;

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Block, Expr, ImplItem, Item, Meta, Pat, Signature, UnOp};

use crate::replacements;

/// One change of the source, made by text before and after a range of a file.
pub(crate) struct Mutant {
    /// The number that selects it.
    pub(crate) id: u32,
    /// Where it is and what it changes, without line numbers: `FILE: FUNCTION: CHANGE`.
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    range: Range<usize>,
    before: String,
    after: &'static str,
}

/// The mutants of a file, numbered from `first`, outer ones before those inside them.
pub(crate) fn find(file: &str, source: &str, first: u32) -> Vec<Mutant> {
    let tree = syn::parse_file(source).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut finder = Finder {
        file,
        source,
        next: first,
        owner: None,
        function: String::new(),
        names: HashMap::new(),
        mutants: Vec::new(),
    };
    finder.visit_file(&tree);
    finder.mutants
}

/// The bytes of a written file that belong to a mutant.
pub(crate) struct Written {
    pub(crate) id: u32,
    /// The changed code.
    pub(crate) change: Range<usize>,
    /// The changed and the original code.
    pub(crate) whole: Range<usize>,
}

/// The source with these mutants in it.
pub(crate) fn write(source: &str, mutants: &[&Mutant]) -> (String, Vec<Written>) {
    // At the same place, ends come before starts, and inner ends before outer ones.
    let starts = (0..mutants.len()).map(|nth| (mutants[nth].range.start, 1, nth, nth));
    let ends = (0..mutants.len()).map(|nth| (mutants[nth].range.end, 0, usize::MAX - nth, nth));
    let is_range = |end: &(usize, u8, usize, usize)| !mutants[end.3].range.is_empty();
    let mut edits: Vec<_> = starts.chain(ends.filter(is_range)).collect();
    edits.sort_unstable();

    let (mut text, mut copied) = (String::new(), 0);
    let mut written: Vec<Written> =
        mutants.iter().map(|mutant| Written { id: mutant.id, change: 0..0, whole: 0..0 }).collect();
    for (at, is_start, _, nth) in edits {
        text += &source[copied..at];
        copied = at;
        if is_start == 1 {
            let start = text.len();
            text += &mutants[nth].before;
            written[nth].change = start..text.len();
            written[nth].whole = start..text.len();
        } else {
            text += mutants[nth].after;
            written[nth].whole.end = text.len();
        }
    }
    (text + &source[copied..], written)
}

struct Finder<'a> {
    file: &'a str,
    source: &'a str,
    next: u32,
    owner: Option<String>,
    function: String,
    names: HashMap<String, u32>,
    mutants: Vec<Mutant>,
}

impl Finder<'_> {
    /// Adds a mutant; `before` gets the condition that selects it.
    fn add(
        &mut self,
        line: usize,
        range: Range<usize>,
        change: &str,
        before: impl FnOnce(String) -> String,
        after: &'static str,
    ) {
        let mut name = format!("{}: {}: {change}", self.file, self.function);
        let count = self.names.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            name += &format!(" ({count})");
        }
        let before = before(format!("crate::mutant::on({})", self.next));
        let file = self.file.to_owned();
        self.mutants.push(Mutant { id: self.next, name, file, line, range, before, after });
        self.next += 1;
    }

    /// Adds a mutant that evaluates `mutated` instead of an expression.
    fn add_expression(&mut self, expression: &Expr, mutated: &str, change: &str) {
        self.add(
            expression.span().start().line,
            expression.span().byte_range(),
            change,
            |is_on| format!("(if {is_on} {{ {mutated} }} else {{ "),
            " })",
        );
    }

    fn text(&self, of: &impl Spanned) -> &str {
        &self.source[of.span().byte_range()]
    }

    /// The start of a piece of source on one line, in backquotes.
    fn quoted(&self, of: &impl Spanned) -> String {
        let line = self.text(of).split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(60).collect();
        if short == line { format!("`{short}`") } else { format!("`{short}…`") }
    }

    fn visit_function(&mut self, signature: &Signature, block: &Block) {
        if signature.constness.is_some() {
            return;
        }
        let name = signature.ident.to_string();
        let name =
            self.owner.as_ref().map_or_else(|| name.clone(), |owner| format!("{owner}::{name}"));
        let outer = std::mem::replace(&mut self.function, name);
        let body = block.stmts.iter().map(replacements::normalized).collect::<String>();
        for value in replacements::of_return_type(&signature.output) {
            let parsed: Expr = syn::parse_str(&value).expect("a value is an expression");
            let is_same =
                replacements::normalized(&parsed) == body || value == "()" && body.is_empty();
            if is_same || signature.ident == "default" && value == "Default::default()" {
                continue;
            }
            let open = block.brace_token.span.open().byte_range().end;
            self.add(
                signature.ident.span().start().line,
                open..open,
                &format!("replace body with `{value}`"),
                |is_on| format!(" if {is_on} {{ return {value}; }}"),
                "",
            );
        }
        visit::visit_block(self, block);
        self.function = outer;
    }

    fn visit_impl_items(&mut self, owner: String, items: &[ImplItem]) {
        let outer = self.owner.replace(owner);
        for item in items {
            if let ImplItem::Fn(function) = item
                && is_mutated(&function.attrs)
            {
                self.visit_function(&function.sig, &function.block);
            }
        }
        self.owner = outer;
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Fn(function) if is_mutated(&function.attrs) => {
                let owner = self.owner.take();
                self.visit_function(&function.sig, &function.block);
                self.owner = owner;
            }
            Item::Impl(block) if is_mutated(&block.attrs) => {
                let of = block.self_ty.to_token_stream().to_string().replace(' ', "");
                let owner = match &block.trait_ {
                    Some((_, path, _)) => {
                        format!("<{of} as {}>", path.to_token_stream().to_string().replace(' ', ""))
                    }
                    None => of,
                };
                self.visit_impl_items(owner, &block.items);
            }
            Item::Trait(of) if is_mutated(&of.attrs) => {
                let outer = self.owner.replace(of.ident.to_string());
                for item in &of.items {
                    if let syn::TraitItem::Fn(function) = item
                        && let Some(block) = &function.default
                    {
                        self.visit_function(&function.sig, block);
                    }
                }
                self.owner = outer;
            }
            Item::Mod(of) if is_mutated(&of.attrs) => visit::visit_item_mod(self, of),
            _ => {} // constants, statics, types and macros
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Binary(of) if !has_let(&of.left) && !has_let(&of.right) => {
                let (left, right) =
                    (self.text(&of.left).to_owned(), self.text(&of.right).to_owned());
                let operator = self.text(&of.op).to_owned();
                let quoted = self.quoted(expression);
                // An assignment evaluates its target's place, which parentheses do not change.
                for other in swapped(&of.op) {
                    self.add_expression(
                        expression,
                        &format!("({left}) {other} ({right})"),
                        &format!("replace {operator} with {other} in {quoted}"),
                    );
                }
            }
            Expr::Unary(of) if !matches!(of.op, UnOp::Deref(_)) => {
                let operand = format!("({})", self.text(&of.expr));
                let change = format!("delete {} in {}", self.text(&of.op), self.quoted(expression));
                self.add_expression(expression, &operand, &change);
            }
            Expr::Const(_) => return,
            _ => {}
        }
        visit::visit_expr(self, expression);
    }

    fn visit_expr_match(&mut self, of: &'ast syn::ExprMatch) {
        let has_wildcard = of.arms.iter().any(|arm| arm.guard.is_none() && is_wildcard(&arm.pat));
        for arm in of.arms.iter().filter(|arm| is_mutated(&arm.attrs)) {
            let line = arm.pat.span().start().line;
            let pattern = self.quoted(&arm.pat);
            match &arm.guard {
                None if has_wildcard && !is_wildcard(&arm.pat) => {
                    let end = arm.pat.span().byte_range().end;
                    self.add(
                        line,
                        end..end,
                        &format!("delete match arm {pattern}"),
                        |is_on| format!(" if !{is_on}"),
                        "",
                    );
                }
                Some((_, guard)) if !has_let(guard) => {
                    let range = guard.span().byte_range();
                    let change = format!("match guard {} of {pattern}", self.quoted(guard));
                    let with = |value: &str| format!("replace {change} with {value}");
                    self.add(
                        line,
                        range.clone(),
                        &with("true"),
                        |is_on| format!("{is_on} || ("),
                        ")",
                    );
                    self.add(line, range, &with("false"), |is_on| format!("!{is_on} && ("), ")");
                }
                _ => {}
            }
        }
        visit::visit_expr_match(self, of);
    }

    fn visit_expr_repeat(&mut self, of: &'ast syn::ExprRepeat) {
        self.visit_expr(&of.expr); // The length is a constant.
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_path_arguments(&mut self, _: &'ast syn::PathArguments) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// The operators that replace an operator.
fn swapped(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["==", ">", "<="],
        BinOp::Gt(_) => &["==", "<", ">="],
        BinOp::Le(_) => &[">", "<"],
        BinOp::Ge(_) => &["<", ">"],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-", "*"],
        BinOp::Sub(_) => &["+", "/"],
        BinOp::Mul(_) => &["+", "/"],
        BinOp::Div(_) => &["%", "*"],
        BinOp::Rem(_) => &["/", "+"],
        BinOp::BitAnd(_) => &["|", "^"],
        BinOp::BitOr(_) => &["&", "^"],
        BinOp::BitXor(_) => &["|", "&"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-=", "*="],
        BinOp::SubAssign(_) => &["+=", "/="],
        BinOp::MulAssign(_) => &["+=", "/="],
        BinOp::DivAssign(_) => &["%=", "*="],
        BinOp::RemAssign(_) => &["/=", "+="],
        BinOp::BitAndAssign(_) => &["|=", "^="],
        BinOp::BitOrAssign(_) => &["&=", "^="],
        BinOp::BitXorAssign(_) => &["|=", "&="],
        BinOp::ShlAssign(_) => &[">>="],
        BinOp::ShrAssign(_) => &["<<="],
        _ => &[],
    }
}

/// Whether an expression is or has an `if let` condition, which cannot be inside parentheses.
fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(of) => has_let(&of.left) || has_let(&of.right),
        _ => false,
    }
}

/// Whether a pattern matches everything: `_` or a name.
fn is_wildcard(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => {
            name.subpat.is_none() && name.ident.to_string().starts_with(|c: char| c.is_lowercase())
        }
        _ => false,
    }
}

/// Whether what has these attributes is compiled on this machine, outside of tests.
fn is_mutated(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| match &attribute.meta {
        Meta::Path(path) => !path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            is_set(&list.parse_args().expect("cfg has one condition"))
        }
        _ => true,
    })
}

fn is_set(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => {
            path.is_ident("unix") && cfg!(unix) || path.is_ident("windows") && cfg!(windows)
        }
        Meta::NameValue(pair) => {
            pair.path.is_ident("target_os")
                && replacements::normalized(&pair.value) == format!("{:?}", std::env::consts::OS)
        }
        Meta::List(list) => {
            let parts = list
                .parse_args_with(
                    syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated,
                )
                .expect("conditions");
            match list.path.get_ident().map(ToString::to_string).as_deref() {
                Some("not") => !parts.iter().all(is_set),
                Some("any") => parts.iter().any(is_set),
                _ => parts.iter().all(is_set),
            }
        }
    }
}
