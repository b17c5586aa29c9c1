//! What can be asked, as people read it? A page made of the document that machines read, without
//! scripts, styles or anything from elsewhere.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use super::app::App;
use super::asked::Asked;
use super::problem::Problem;

/// The page may load and do nothing.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows what can be asked, as a page.
#[utoipa::path(get, path = "/docs", operation_id = "docs", tag = "health", responses(
    (status = 200, description = "The page.", body = String, content_type = "text/html"),
))]
pub(super) async fn docs(State(app): State<Arc<App>>, asked: Asked) -> Result<Response, Problem> {
    asked.words.end(&[])?;
    let mut response = page(&app.api).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// A text in a page.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn text<'j>(value: &'j Json, name: &str) -> &'j str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn members(value: Option<&Json>) -> impl Iterator<Item = (&String, &Json)> {
    value.and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

fn page(document: &Json) -> String {
    let info = document.get("info").unwrap_or(&Json::Null);
    let title = escaped(text(info, "title"));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n\
         <p>For machines: <a href=\"/openapi.json\">/openapi.json</a></p>\n\
         <nav aria-label=\"Routes\">\n<ul>\n",
        escaped(text(info, "description"))
    );
    let mut sections = String::new();
    for (path, item) in members(document.get("paths")) {
        for (method, operation) in members(Some(item)) {
            let id = escaped(text(operation, "operationId"));
            let route = format!("{} {}", method.to_uppercase(), escaped(path));
            let _ = writeln!(page, "<li><a href=\"#{id}\"><code>{route}</code></a></li>");
            let _ = writeln!(sections, "<section id=\"{id}\">\n<h2><code>{route}</code></h2>");
            tell(operation, &mut sections);
            let _ = writeln!(sections, "{}\n</section>", example(method, path, operation));
        }
    }
    let _ = writeln!(page, "</ul>\n</nav>\n{sections}<h2 id=\"schemas\">Schemas</h2>");
    let schemas = document.get("components").and_then(|parts| parts.get("schemas"));
    for (name, schema) in members(schemas) {
        schema_of(name, schema, &mut page);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// What an operation does, with what may be said to it and what it answers.
fn tell(operation: &Json, page: &mut String) {
    let said = [text(operation, "summary"), text(operation, "description")];
    for said in said.into_iter().filter(|said| !said.is_empty()) {
        let _ = writeln!(page, "<p>{}</p>", escaped(said));
    }
    let parameters = operation.get("parameters").and_then(Json::as_array);
    let mut rows = String::new();
    for parameter in parameters.into_iter().flatten() {
        let is_required = parameter.get("required").and_then(Json::as_bool).unwrap_or(false);
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(text(parameter, "name")),
            escaped(text(parameter, "in")),
            if is_required { "required" } else { "optional" },
            escaped(text(parameter, "description"))
        );
    }
    if !rows.is_empty() {
        let _ = writeln!(page, "<table>\n<caption>Parameters</caption>\n{rows}</table>");
    }
    if let Some(body) = operation.get("requestBody") {
        let described = escaped(text(body, "description"));
        let _ = writeln!(page, "<p>Body: {} {described}</p>", contents(body));
    }
    page.push_str("<dl>\n");
    for (status, response) in members(operation.get("responses")) {
        let description = escaped(text(response, "description"));
        let (status, contents) = (escaped(status), contents(response));
        let _ = writeln!(page, "<dt>{status}</dt><dd>{description} {contents}</dd>");
    }
    page.push_str("</dl>\n");
}

/// The types of a body, each with its schema.
fn contents(body: &Json) -> String {
    let each = members(body.get("content")).map(|(media, content)| {
        let schema = content.get("schema").map(kind).unwrap_or_default();
        format!("<code>{}</code> {schema}", escaped(media))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What a schema is, in a few words; one that has a name leads to it.
fn kind(schema: &Json) -> String {
    if let Some(name) = text(schema, "$ref").strip_prefix("#/components/schemas/") {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema.get(word).and_then(Json::as_array) {
            return parts.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let named = match schema.get("type") {
        Some(Json::String(name)) => name.clone(),
        Some(Json::Array(names)) => {
            names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    };
    match schema.get("items") {
        Some(items) => format!("{} of {}", escaped(&named), kind(items)),
        None => escaped(&named),
    }
}

fn schema_of(name: &str, schema: &Json, page: &mut String) {
    let name = escaped(name);
    let _ = writeln!(page, "<section id=\"schema-{name}\">\n<h3>{name}</h3>");
    let _ = writeln!(page, "<p>{}</p>\n<dl>", escaped(text(schema, "description")));
    for (member, schema) in members(schema.get("properties")) {
        let described = escaped(text(schema, "description"));
        let (member, kind) = (escaped(member), kind(schema));
        let _ = writeln!(page, "<dt><code>{member}</code> {kind}</dt><dd>{described}</dd>");
    }
    page.push_str("</dl>\n</section>\n");
}

/// How to ask it at a command line.
fn example(method: &str, path: &str, operation: &Json) -> String {
    let address = format!("http://127.0.0.1:8080{path}");
    let command = match (method, operation.get("requestBody").is_some()) {
        ("get", _) => format!("curl '{address}'"),
        (method, false) => format!("curl -X {} '{address}'", method.to_uppercase()),
        (method, true) => format!(
            "curl -X {} -H 'Content-Type: application/json' -d '{{...}}' '{address}'",
            method.to_uppercase()
        ),
    };
    format!("<pre><code>{}</code></pre>", escaped(&command))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_stands_in_the_document_is_text() {
        let document = json!({
            "info": { "title": "<b>", "description": "a & b" },
            "paths": { "/x/{y}": { "post": {
                "operationId": "x\"", "summary": "<script>alert(1)</script>",
                "parameters": [{ "name": "y<", "in": "path", "required": true,
                    "description": "'" }],
                "requestBody": { "content": { "a/b": { "schema": {
                    "$ref": "#/components/schemas/Y" } } } },
                "responses": { "200": { "description": "<i>" } },
            } } },
            "components": { "schemas": { "Y": { "properties": { "<u>": { "type": "string" } } } } },
        });
        let page = page(&document);
        for raw in ["<script", "<b>", "<i>", "<u>", "y<<", "x\"\""] {
            assert!(!page.contains(raw), "{raw}: {page}");
        }
        for part in [
            "<h2><code>POST /x/{y}</code></h2>",
            "&lt;script&gt;",
            "<a href=\"#schema-Y\">Y</a>",
            "<section id=\"schema-Y\">",
            "<td>required</td>",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
