//! HTML building blocks of the pages: the layout, messages, lists and hidden fields.

use crate::os::http::HttpResponse;

use super::wire::escape;

const LAYOUT: &str = include_str!("../../assets/demo/page.html");

/// Renders a page that shows one message.
pub(super) fn message_page(status: u16, title: &str, message: &str) -> HttpResponse {
    render_page(status, "Sign-in", title, &format!("<p>{}</p>", escape(message)))
}

/// Renders a page. `body` is HTML; `kind` and `title` are text.
pub(super) fn render_page(status: u16, kind: &str, title: &str, body: &str) -> HttpResponse {
    let html = LAYOUT
        .replace("{{title}}", &escape(title))
        .replace("{{kind}}", &escape(kind))
        .replace("{{body}}", body);
    // No form-action: browsers also apply it to the redirect to the program's port.
    HttpResponse::html(status, html).with_header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
}

/// Renders pairs of names and values.
pub(super) fn definition_list(rows: &[(&str, &str)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)))
        .collect();
    format!("<dl>\n{rows}</dl>\n")
}

pub(super) fn hidden_input(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value))
}
