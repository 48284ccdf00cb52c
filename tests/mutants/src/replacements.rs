//! Values that replace the body of a function, by its return type.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// Expressions of this return type, or none if no value is known.
pub(crate) fn of_return_type(output: &ReturnType) -> Vec<String> {
    match output {
        ReturnType::Default => vec!["()".into()],
        ReturnType::Type(_, of) => of_type(of),
    }
}

fn of_type(of: &Type) -> Vec<String> {
    match of {
        Type::Path(path) => {
            let last = path.path.segments.last().expect("a path has segments");
            of_name(&last.ident.to_string(), &arguments(&last.arguments))
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(_) => vec!["&[]".into()],
            Type::Path(path) if path.path.is_ident("str") => texts(""),
            of => wrap("Box::leak(Box::new(", &of_type(of), "))"),
        },
        Type::Tuple(tuple) => {
            let parts: Vec<_> = tuple.elems.iter().map(of_type).collect();
            if parts.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            // Each value of each part once, not all combinations.
            let most = parts.iter().map(Vec::len).max().unwrap_or(1);
            let nth = |n: usize| parts.iter().map(move |part| part[n.min(part.len() - 1)].clone());
            (0..most).map(|n| format!("({})", nth(n).collect::<Vec<_>>().join(", "))).collect()
        }
        Type::Array(_) => vec![DEFAULT.into()],
        Type::Paren(inner) => of_type(&inner.elem),
        Type::Group(inner) => of_type(&inner.elem),
        _ => Vec::new(),
    }
}

const DEFAULT: &str = "Default::default()";

fn of_name(name: &str, of: &[&Type]) -> Vec<String> {
    let inner = || of.first().map_or_else(|| vec![DEFAULT.into()], |of| of_type(of));
    match name {
        "bool" => vec!["true".into(), "false".into()],
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => vec!["0".into(), "1".into()],
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            vec!["0".into(), "1".into(), "-1".into()]
        }
        "f32" | "f64" => vec!["0.0".into(), "1.0".into(), "-1.0".into()],
        "String" => texts(".to_owned()"),
        "Option" => [vec!["None".into()], wrap("Some(", &inner(), ")")].concat(),
        "Result" => wrap("Ok(", &inner(), ")"),
        "Vec" => [vec!["Vec::new()".into()], wrap("vec![", &inner(), "]")].concat(),
        "Box" | "Rc" | "Arc" => wrap(&format!("{name}::new("), &inner(), ")"),
        _ => vec![DEFAULT.into()],
    }
}

fn texts(suffix: &str) -> Vec<String> {
    vec![format!("\"\"{suffix}"), format!("\"xyzzy\"{suffix}")]
}

fn wrap(before: &str, values: &[String], after: &str) -> Vec<String> {
    values.iter().map(|value| format!("{before}{value}{after}")).collect()
}

fn arguments(of: &PathArguments) -> Vec<&Type> {
    let PathArguments::AngleBracketed(of) = of else { return Vec::new() };
    let types = of.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    });
    types.collect()
}

/// Source text without the differences that formatting makes.
pub(crate) fn normalized(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
