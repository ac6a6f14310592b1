//! What holds for the views that a program reads: pictures, pages and reports are well formed,
//! whatever the names in a project are.

use argocd_atlas_plugin::view;
use argocd_atlas_plugin::view::check::Files;
use argocd_atlas_plugin::view::diff::{Side, difference};

use super::Compiled;

/// Every view of a project, a broken one included.
pub(crate) fn check(compiled: &Compiled) {
    let Compiled { sources, diagnostics, compilation } = compiled;
    let picture = view::graph::picture(compilation, sources);
    let svg = printed(|out| view::svg::print(&picture, out));
    well_formed(&svg);
    let page =
        view::html::Page { title: "<shop>", compilation, diagnostics, sources, change: None };
    let html = printed(|out| view::html::print(page, &picture, out));
    assert_eq!(html.matches("<script").count(), 1, "no script but the page's own");
    for (index, schema) in compilation.project.schemas.iter().enumerate() {
        if let Some(catalogue) = &compilation.catalogues.of(index).catalogue {
            well_formed(&view::er::draw(&view::er::diagram(&schema.common.name, catalogue)));
        }
    }
    printed(|out| view::mermaid::print(&picture, out));
    printed(|out| view::dot::print(&picture, out));
    let json: Result<serde_json::Value, _> =
        serde_json::from_str(&printed(|out| view::check::json(diagnostics, sources, out)));
    assert!(json.is_ok_and(|json| json.is_array() || json.is_object()));
    let files = Files::below("");
    let sarif = printed(|out| view::sarif::print(diagnostics, sources, &files, out));
    assert!(serde_json::from_str::<serde_json::Value>(&sarif).is_ok(), "{sarif}");
    let github = printed(|out| view::github::print(diagnostics, sources, &files, out));
    assert!(github.lines().all(|line| line.starts_with("::")), "{github}");
    let side = Side { compilation, sources };
    let same = difference(side, side);
    // `generate diff` compares nothing with a project that has errors.
    assert!(same.is_empty() || diagnostics.has_errors(), "a project does not differ from itself");
}

fn printed(print: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    print(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Tags are closed in order, and no `<`, `&` or control comes from a name.
fn well_formed(xml: &str) {
    let is_forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    assert!(!xml.contains(is_forbidden), "a control in {xml:?}");
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some((text, after)) = rest.split_once('<') {
        references(text);
        let (tag, after) = after.split_once('>').unwrap_or_else(|| panic!("`<` in {xml}"));
        references(tag);
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()) && !name.is_empty(), "<{tag}>");
        assert!(tag.matches('"').count().is_multiple_of(2), "<{tag}>");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = after;
        if name == "style" && !tag.starts_with('/') {
            // CSS is our own, and holds `>`.
            rest = rest.find("</style").map_or("", |end| &rest[end..]);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
}

/// Every `&` begins a character reference.
fn references(text: &str) {
    for after in text.split('&').skip(1) {
        let name = after.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{name} in {text}");
    }
}
