//! Reads the plugin's parameters: what Argo CD passes as JSON, and the flags that do the same.
//!
//! Each enters [`Sources`] as a virtual file of its own, so that a diagnostic can point at the very
//! value. A flag comes after the parameter and wins.

use smol_str::SmolStr;

use crate::diag::problems::parameters::{InvalidParameter, UnknownParameter};
use crate::diag::problems::yaml::UnprintableText;
use crate::diag::{Diagnostic, Diagnostics, Message, message};
use crate::environment::Environment;
use crate::left_out::Login;
use crate::parameters::{Edit, PARAMETERS, ParameterId, Settings};
use crate::parse::MAX_PARAMETERS_LEN;
use crate::parse::yaml::{self, Budget};
use crate::source::{FileId, Sources, Span, Spanned, first_not_carried};
use crate::syntax::Text;
use crate::syntax::node::{Data, Meaning, Node, Scalar};

/// The variable in which Argo CD passes the parameters (Argo CD
/// `ApplicationSourcePluginParameters.Environ`).
pub(crate) const PARAMETERS_VARIABLE: &str = "ARGOCD_APP_PARAMETERS";
/// The variable in which Argo CD passes the namespace.
const NAMESPACE_VARIABLE: &str = "ARGOCD_APP_NAMESPACE";

/// The variable in which the platform says that Atlas has a login.
const LOGIN_VARIABLE: &str = "ATLAS_LOGIN";

/// Reads all parameters and flags.
pub fn settings(
    environment: &Environment,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Settings {
    let mut settings = Settings::default();
    if let Some((variable, name)) = &environment.environment {
        let file = sources.add_virtual(variable.clone(), name.clone());
        settings.environment = Some(whole(file, name));
    }
    if let Some(json) = &environment.parameters {
        let file = sources.add_virtual(PARAMETERS_VARIABLE, json.clone());
        parameters(file, json, &mut settings, diagnostics);
    }
    flags(environment, &mut settings, sources, diagnostics);
    if let Some(name) = environment.namespace.as_deref().filter(|name| !is_label(name)) {
        let place = if environment.flags.namespace { "--namespace" } else { NAMESPACE_VARIABLE };
        let file = sources.add_virtual(place, name);
        let primary = Span::new(file, 0..name.len());
        let message = message!("`{name}` is not a valid namespace", name = name.escape_debug());
        let help = "Argo CD sets this variable; on the command line, use `--namespace NAME`".into();
        diagnostics.report(InvalidParameter { primary, message, help });
    }
    settings.login = login(environment, sources, diagnostics);
    settings.is_environment_named = settings.environment.is_some();
    // An empty name is what Argo CD's UI sends for a field that was cleared.
    settings.environment = settings.environment.filter(|name| !name.value.is_empty());
    settings
}

/// Whether Atlas has a login: the flag says so, or the variable.
fn login(environment: &Environment, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Login {
    let written = environment.atlas_login.as_deref();
    match written.map(str::to_ascii_lowercase).as_deref() {
        _ if environment.flags.atlas_login => Login::Present,
        Some("true") => Login::Present,
        None | Some("false") => Login::Absent,
        Some(_) => {
            let written = written.unwrap_or_default();
            let file = sources.add_virtual(LOGIN_VARIABLE, written);
            let primary = Span::new(file, 0..written.len());
            let message = message!(
                "`{LOGIN_VARIABLE}` must be `true` or `false`, not `{written}`",
                LOGIN_VARIABLE,
                written = written.escape_debug()
            );
            let help = "set it to `true` in the sidecar if the operator has a login to Atlas";
            diagnostics.report(InvalidParameter { primary, message, help: help.into() });
            Login::Absent
        }
    }
}

/// Whether a text is a label of DNS (RFC 1123), as the name of every namespace.
fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(fits)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn whole(file: FileId, text: &str) -> Text {
    Spanned::new(text.into(), Span::new(file, 0..text.len()))
}

/// `[{name, string | map | array}]`.
fn parameters(file: FileId, json: &str, settings: &mut Settings, diagnostics: &mut Diagnostics) {
    let start = Span::new(file, 0..0);
    if json.len() > MAX_PARAMETERS_LEN {
        let message = message!(
            "the parameters have more than {MAX_PARAMETERS_LEN} bytes",
            MAX_PARAMETERS_LEN
        );
        let help = "put large values into the directory".into();
        return diagnostics.report(InvalidParameter { primary: start, message, help });
    }
    if let Err(error) = serde_json::from_str::<serde_json::Value>(json) {
        // YAML takes more than JSON, and its places are better than none: both are asked.
        let line_start = json.split_inclusive('\n').take(error.line().saturating_sub(1));
        let offset = line_start.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        let offset = (0..=offset.min(json.len())).rev().find(|&at| json.is_char_boundary(at));
        let offset = offset.unwrap_or(0);
        let message = message!("invalid JSON: {error}", error = cause(&error));
        let help = "Argo CD sets this variable; by hand, write [{\"name\": ..., \"string\": ...}]";
        let primary = Span::new(file, offset..offset);
        // Which of its texts are secret cannot be told.
        diagnostics.conceal(Span::new(file, 0..json.len()));
        return diagnostics.report(InvalidParameter { primary, message, help: help.into() });
    }
    let documents = yaml::documents(file, json, &mut Budget::default(), diagnostics);
    // JSON `null` is what a nil list is in Go.
    let Some(root) = documents.first().filter(|root| !root.is_null()) else { return };
    let Some(items) = root.items() else {
        return wrong(root, "the parameters", "a list", diagnostics);
    };
    for item in items {
        parameter(item, settings, diagnostics);
    }
}

/// What serde_json says, without the place that the diagnostic has anyway.
fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

fn parameter(item: &Node, settings: &mut Settings, diagnostics: &mut Diagnostics) {
    let Some(name_node) = item.get("name") else {
        return wrong(item, "a parameter", "a mapping with `name`", diagnostics);
    };
    let Some(name) = name_node.str() else {
        return wrong(name_node, "name", "a string", diagnostics);
    };
    let Some(known) = PARAMETERS.iter().find(|known| known.name == name) else {
        diagnostics.report(UnknownParameter { primary: name_node.span, name });
        return;
    };
    let collection = known.collection.name();
    let value = item.get(collection).filter(|value| !value.is_null());
    let Some(value) = value else {
        for other in ["string", "map", "array"] {
            if let Some(value) = item.get(other).filter(|value| !value.is_null()) {
                // It may be a password that is only in the wrong place.
                diagnostics.conceal(value.span);
                let expected = message!("given as `{collection}`", collection);
                wrong_as(value.span, name, expected, other, diagnostics);
            }
        }
        return;
    };
    match known.id {
        ParameterId::Environment => match value.scalar() {
            Some(scalar) => {
                settings.environment = Some(Spanned::new(scalar.text.clone(), value.span));
            }
            None => wrong(value, name, "a string", diagnostics),
        },
        id @ (ParameterId::Images | ParameterId::Replicas | ParameterId::Set) => {
            let Some(entries) = value.entries() else {
                return wrong(value, name, "a map", diagnostics);
            };
            for entry in entries {
                match entry.value.scalar() {
                    Some(scalar) => {
                        let text = Spanned::new(scalar.text.clone(), entry.value.span);
                        edit(id, &entry.key, &text, settings, diagnostics);
                    }
                    None => wrong(&entry.value, &entry.key.value, "a string", diagnostics),
                }
            }
        }
    }
}

fn wrong(node: &Node, what: &str, expected: &'static str, diagnostics: &mut Diagnostics) {
    wrong_as(node.span, what, expected, node.kind(), diagnostics);
}

fn wrong_as(
    primary: Span,
    what: &str,
    expected: impl Into<Message>,
    found: &'static str,
    diagnostics: &mut Diagnostics,
) {
    let message = message!(
        "`{what}` must be {expected}, not {found}",
        what,
        expected = expected.into(),
        found
    );
    let help = "run `generate parameters` for a list".into();
    diagnostics.report(InvalidParameter { primary, message, help });
}

fn flags(
    environment: &Environment,
    settings: &mut Settings,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) {
    let flags = &environment.flags;
    if let Some(name) = &flags.environment {
        let file = sources.add_virtual("--environment", name.clone());
        settings.environment = Some(whole(file, name));
    }
    let pairs = [
        (ParameterId::Images, "--image", &flags.images),
        (ParameterId::Replicas, "--replicas", &flags.replicas),
        (ParameterId::Set, "--set", &flags.set),
    ];
    for (id, flag, values) in pairs {
        for written in values {
            let file = sources.add_virtual(flag, written.clone());
            if let Some((at, character)) = first_not_carried(written) {
                let primary = Span::new(file, at..at + character.len_utf8());
                diagnostics.report(UnprintableText { primary, character });
                continue;
            }
            let Some((key, value)) = written.split_once('=') else {
                let primary = Span::new(file, 0..written.len());
                let message = message!("`{flag}` needs a `=`", flag);
                let help = match id {
                    ParameterId::Set => "write `--set Kind/name:field=value`".into(),
                    ParameterId::Environment | ParameterId::Images | ParameterId::Replicas => {
                        message!("write `{flag} NAME=VALUE`", flag)
                    }
                };
                diagnostics.report(InvalidParameter { primary, message, help });
                continue;
            };
            let key_span = Span::new(file, 0..key.len());
            let value_span = Span::new(file, key.len() + 1..written.len());
            let key = Spanned::new(key.into(), key_span);
            let value = Spanned::new(value.into(), value_span);
            edit(id, &key, &value, settings, diagnostics);
        }
    }
}

/// One entry of a map as a change of one field.
fn edit(
    id: ParameterId,
    key: &Text,
    value: &Text,
    settings: &mut Settings,
    diagnostics: &mut Diagnostics,
) {
    let app = Spanned::new(SmolStr::new_static("App"), key.span);
    let field = |name| ["spec", name].map(SmolStr::new_static).to_vec();
    let (kind, name, path, value) = match id {
        ParameterId::Environment => return,
        ParameterId::Images => (app, key.clone(), field("image"), text_node(value)),
        ParameterId::Replicas => {
            let Some(value) = value_node(value, diagnostics) else { return };
            (app, key.clone(), field("replicas"), value)
        }
        ParameterId::Set => {
            let Some((kind, name, path)) = target(key, diagnostics) else { return };
            let Some(value) = value_node(value, diagnostics) else { return };
            (kind, name, path, value)
        }
    };
    settings.edits.push(Edit { kind, name, path, value });
}

/// `Kind/name:dotted.path`, as kind, name and keys. The path begins at `spec`, unless it names
/// `metadata` or `spec` itself; `\.` is a dot within a key.
fn target(key: &Text, diagnostics: &mut Diagnostics) -> Option<(Text, Text, Vec<SmolStr>)> {
    let parts = key.value.split_once(':').and_then(|(spec, path)| {
        let (kind, name) = spec.split_once('/')?;
        let is_full = !kind.is_empty() && !name.is_empty() && !path.is_empty();
        is_full.then_some((kind, name, path))
    });
    let Some((kind, name, path)) = parts else {
        let message = message!("`{key}` does not name a field", key = key.value.escape_debug());
        let help = "write `Kind/name:dotted.path`, for example `App/shop:resources.limits.memory`";
        let primary = key.span;
        diagnostics.report(InvalidParameter { primary, message, help: help.into() });
        return None;
    };
    let mut keys = split_path(path);
    if !matches!(keys.first().map(SmolStr::as_str), Some("spec" | "metadata")) {
        keys.insert(0, SmolStr::new_static("spec"));
    }
    if keys.len() > Budget::DEPTH {
        let message = message!("the field is more than {depth} levels deep", depth = Budget::DEPTH);
        let help = "set a whole field further up".into();
        diagnostics.report(InvalidParameter { primary: key.span, message, help });
        return None;
    }
    let spanned = |text: &str| Spanned::new(text.into(), key.span);
    Some((spanned(kind), spanned(name), keys))
}

fn split_path(path: &str) -> Vec<SmolStr> {
    let mut keys = vec![String::new()];
    let mut characters = path.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'.') => {
                characters.next();
                keys.last_mut().into_iter().for_each(|key| key.push('.'));
            }
            '.' => keys.push(String::new()),
            other => keys.last_mut().into_iter().for_each(|key| key.push(other)),
        }
    }
    keys.into_iter().map(SmolStr::from).collect()
}

fn text_node(text: &Text) -> Node {
    let scalar = Scalar {
        text: text.value.clone(),
        meaning: Meaning::String,
        plain: false,
        lines: Vec::new(),
    };
    Node { data: Data::Scalar(scalar), span: text.span }
}

/// A value as YAML reads it: `3` is a number, `{size: 1Gi}` a mapping. Everything in it stands
/// where the whole value stands, as it may have been escaped in JSON.
fn value_node(text: &Text, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut found = Diagnostics::default();
    let file = text.span.file;
    let mut documents = yaml::documents(file, &text.value, &mut Budget::default(), &mut found);
    let problems: Vec<Diagnostic> = found.sorted().into_iter().cloned().collect();
    let is_readable = problems.is_empty();
    for mut problem in problems {
        problem.primary = text.span;
        problem.labels.clear();
        diagnostics.report(problem);
    }
    if documents.len() > 1 {
        let (primary, message) = (text.span, "the value contains several documents".into());
        let help = "write a single value".into();
        diagnostics.report(InvalidParameter { primary, message, help });
        return None;
    }
    if !is_readable {
        return None;
    }
    let mut node = documents.pop().unwrap_or_else(|| text_node(text));
    respan(&mut node, text.span);
    Some(node)
}

/// Puts a node and everything in it at one place. Recursion is bounded by the reader's own depth.
fn respan(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.data {
        Data::Scalar(scalar) => scalar.lines.clear(),
        Data::Sequence(items) => items.iter_mut().for_each(|item| respan(item, span)),
        Data::Mapping(entries) => {
            for entry in entries {
                entry.key.span = span;
                respan(&mut entry.value, span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, split_path, target};
    use crate::diag::Diagnostics;
    use crate::source::{Sources, Span, Spanned};

    #[test]
    fn a_path_is_as_deep_as_a_document_may_be() {
        let file = Sources::default().add_virtual("--set", "");
        let found = |depth: usize| {
            let path = format!("App/a:spec{}", ".a".repeat(depth - 1));
            let key = Spanned::new(path.into(), Span::new(file, 0..0));
            target(&key, &mut Diagnostics::default()).is_some()
        };
        assert!(found(Budget::DEPTH) && !found(Budget::DEPTH + 1) && !found(60_000));
    }

    #[test]
    fn a_backslash_keeps_a_dot_in_a_key() {
        assert_eq!(split_path(r"metadata.labels.a\.b/c"), ["metadata", "labels", "a.b/c"]);
        assert_eq!(split_path("replicas"), ["replicas"]);
    }
}
