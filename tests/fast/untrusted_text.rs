//! Text of a project is text in every view: in a comment by what a parser of Markdown finds, in a page
//! by its elements, in the log of a CI job by what the runner would do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test writes a project and runs the binary")]
#![expect(clippy::wildcard_enum_match_arm, reason = "the enums of other crates grow")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{Compiled, File, is_thorough, some};
use argocd_atlas_plugin::view::diff::{self, COMMENT, Side, difference};
use argocd_atlas_plugin::view::{graph, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What someone would write to get out of a code span, a cell, a list, a fence.
const MARKDOWN: &[&str] = &[
    "`",
    "``",
    "```",
    "a`b",
    "a``b`c```d",
    "``<h1>x</h1>``",
    "`|`",
    "|",
    "\\|",
    "\\\\|",
    "a | b | c",
    "|`|",
    "\\`|\\`",
    "` ",
    " `",
    " ",
    "  x  ",
    "<b>x</b>",
    "<!-- x",
    "</details>",
    "</summary><h1>x",
    "<details open>",
    "<img src=x onerror=y>",
    "&lt;b&gt; &#96; &grave;",
    "![x](https://e.example/p.png)",
    "[x](https://e.example)",
    "[x]: https://e.example",
    "[^1]",
    "[^1]: x",
    "https://e.example",
    "www.e.example",
    "x@e.example",
    "@org/admins",
    "#123",
    "org/repo#1",
    ":warning:",
    "**x**",
    "_x_",
    "~~x~~",
    "# x",
    "- x",
    "* x",
    "1. x",
    "> x",
    "---",
    "===",
    "~~~",
    "```mermaid",
    "x\n```\n# y\n",
    "x\n\n# y\n\n- z",
    "\r\n# x",
    "x\n</details>\n\n# y",
    "\\",
    "\\\\",
    "x\\",
    "$x$",
    "$$x$$",
    "\u{2028}# x",
    "\u{202e}x",
    "%%{init: {}}%%",
    "\"]; click n0 href \"https://e.example\"",
    "- [x] y",
    "| a |\n|---|\n| b |",
    "<https://e.example>",
    "javascript:alert(1)",
];

/// A project before and after, in which `@` is the text: as a string in YAML, in SQL an identifier.
struct Place {
    name: &'static str,
    before: &'static str,
    after: &'static str,
    sql_before: &'static str,
    sql_after: &'static str,
}

const fn yaml(name: &'static str, before: &'static str, after: &'static str) -> Place {
    Place { name, before, after, sql_before: "", sql_after: "" }
}

const fn sql(name: &'static str, sql_before: &'static str, sql_after: &'static str) -> Place {
    Place { name, before: DATABASE, after: DATABASE, sql_before, sql_after }
}

/// What every project has, so that none is empty.
const BASE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\n---\n";

const DATABASE: &str = "\
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Database
metadata: {name: db}
spec: {engine: postgres, storage: 1Gi}
---
apiVersion: argocd-atlas-plugin/v1alpha1
kind: Schema
metadata: {name: s}
spec: {database: db, files: ['*.sql']}
";

const PLACES: &[Place] = &[
    yaml(
        "value",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: x}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: @}",
    ),
    yaml(
        "old value",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: @}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: other}",
    ),
    yaml(
        "key",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {@: x}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {@: z}",
    ),
    yaml(
        "new key",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: x}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: x, @: z}",
    ),
    yaml(
        "keys of a map",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c}\nspec: {k: x}",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c}\nspec: {k: {@: x}}",
    ),
    yaml(
        "item",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c}\nspec: [{name: @, v: 1}]",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c}\nspec: [{name: @, v: 2}]",
    ),
    yaml("name", "", "apiVersion: x/v1\nkind: X\nmetadata: {name: @}"),
    yaml("removed name", "apiVersion: x/v1\nkind: X\nmetadata: {name: @}", ""),
    yaml(
        "changed name",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: @}\nspec: 1",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: @}\nspec: 2",
    ),
    yaml("kind", "", "apiVersion: x/v1\nkind: @\nmetadata: {name: c}"),
    yaml("apiVersion", "", "apiVersion: @\nkind: X\nmetadata: {name: c}"),
    yaml("namespace", "", "apiVersion: x/v1\nkind: X\nmetadata: {name: c, namespace: @}"),
    yaml(
        "label",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c, labels: {a: b}}",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c, labels: {a: @}}",
    ),
    yaml(
        "annotation",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c, annotations: {a: b}}",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: c, annotations: {@: @}}",
    ),
    yaml(
        "image",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec: {template: {spec: {containers: [{name: a, image: x}]}}}",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec: {template: {spec: {containers: [{name: a, image: @}]}}}",
    ),
    yaml(
        "env name",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec: {template: {spec: {containers: [{name: a, image: x, env: [{name: @, value: x}]}]}}}",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec: {template: {spec: {containers: [{name: a, image: x, env: [{name: @, value: z}]}]}}}",
    ),
    yaml(
        "spec image",
        "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: c}\nspec: {image: x, env: {A: b}}",
        "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: c}\nspec: {image: x, env: {A: @}}",
    ),
    yaml(
        "wave",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: @}\n---\napiVersion: x/v1\nkind: X\nmetadata: {name: zz}",
        "apiVersion: x/v1\nkind: X\nmetadata: {name: @, annotations: {argocd.argoproj.io/sync-wave: '4'}}\n---\napiVersion: x/v1\nkind: X\nmetadata: {name: zz}",
    ),
    sql(
        "dropped table",
        "create table @ (a int); create table z (a int);",
        "create table z (a int);",
    ),
    sql(
        "added table",
        "create table z (a int);",
        "create table z (a int); create table @ (b int, c int);",
    ),
    sql(
        "dropped column",
        "create table t (a int, @ int, c text);",
        "create table t (a int, c text);",
    ),
    sql("renamed column", "create table t (a int, b text);", "create table t (a int, @ text);"),
    sql("type", "create table t (a int);", "create table t (a @);"),
    sql("default", "create table t (a text default 'x');", "create table t (a text default @);"),
    sql(
        "view",
        "create table z (a int); create view @ as select 1 as a;",
        "create table z (a int);",
    ),
    sql("index", "create table t (a int);", "create table t (a int); create index @ on t (a);"),
    sql(
        "schema of a table",
        "create table z (a int);",
        "create table z (a int); create table @.t (a int);",
    ),
];

fn quoted_yaml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn quoted_sql(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn side(yaml: &str, sql: &str, text: &str, file: &str) -> Compiled {
    let files: [File; 2] = [
        (format!("{file}.yaml"), format!("{BASE}{}", yaml.replace('@', &quoted_yaml(text)))),
        (format!("{file}.sql"), sql.replace('@', &quoted_sql(text))),
    ];
    crate::common::compile(&files, &crate::common::in_namespace("shop"))
}

/// The comment on a change; none where the project is refused, which prints nothing.
fn comment(place: &Place, text: &str, file: &str) -> Option<String> {
    let old = side(place.before, place.sql_before, text, file);
    let new = side(place.after, place.sql_after, text, file);
    if old.diagnostics.has_errors() || new.diagnostics.has_errors() {
        return None;
    }
    fn of(side: &Compiled) -> Side<'_> {
        Side { compilation: &side.compilation, sources: &side.sources }
    }
    let mut out = Vec::new();
    diff::markdown(&difference(of(&old), of(&new)).into(), of(&new), &mut out).unwrap();
    assert!(out.len() <= COMMENT);
    Some(String::from_utf8(out).unwrap())
}

/// Everything that a parser finds in a comment, but what is in code.
fn structure(markdown: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    let mut is_code_block = false;
    let events = Parser::new_ext(markdown, options).map(|event| {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code_block = true,
            Event::End(TagEnd::CodeBlock) => is_code_block = false,
            _ => {}
        }
        match event {
            Event::Code(_) => "code".to_owned(),
            Event::Text(text) if is_code_block => format!("{} lines", text.lines().count()),
            event => format!("{event:?}"),
        }
    });
    events.collect()
}

#[test]
fn nothing_leaves_its_code_span_in_a_comment() {
    let mut n_seen = 0;
    for (number, place) in PLACES.iter().enumerate() {
        // Without and with a change of what comes first.
        let harmless =
            comment(place, "harmless", "file").unwrap_or_else(|| panic!("{}", place.name));
        let expected = structure(&harmless);
        assert!(expected.iter().any(|event| event == "code"), "{}: {harmless}", place.name);
        let mut n_of_place = 0;
        for payload in some(MARKDOWN, number) {
            for text in
                [(*payload).to_owned(), format!("h{payload}"), format!("{payload} {payload}x")]
            {
                let Some(comment) = comment(place, &text, "file") else { continue };
                // A text that changes nothing, such as a type that is not understood, is no change.
                if comment.contains("nothing changes") {
                    continue;
                }
                assert_eq!(structure(&comment), expected, "{} {text:?}:\n{comment}", place.name);
                n_of_place += 1;
            }
        }
        assert!(n_of_place > 0, "`{}` takes no text", place.name);
        n_seen += n_of_place;
    }
    assert!(n_seen > if is_thorough() { 2_000 } else { 250 }, "{n_seen}");
}

#[test]
fn nothing_leaves_its_code_span_in_the_name_of_a_file() {
    let place = PLACES.iter().find(|place| place.name == "dropped table").unwrap();
    let expected = structure(&comment(place, "harmless", "file").unwrap());
    for payload in MARKDOWN.iter().filter(|payload| !payload.contains('/')) {
        let comment = comment(place, "harmless", payload).unwrap();
        assert_eq!(structure(&comment), expected, "{payload:?}:\n{comment}");
    }
}

/// The elements of a page with the names of their attributes. What marks code is decided by the text.
fn elements(page: &str) -> Vec<String> {
    let tokens = html5gum::Tokenizer::new(page).map(|token| token.unwrap());
    let tag = |token| match token {
        html5gum::Token::StartTag(tag) => {
            let name = String::from_utf8_lossy(&tag.name).into_owned();
            let href = tag.attributes.get(&b"href"[..]);
            assert!(href.is_none_or(|href| href.starts_with(b"#")), "{href:?}");
            let names =
                tag.attributes.keys().map(|name| String::from_utf8_lossy(name).into_owned());
            Some(format!("<{name} {}>", names.collect::<Vec<_>>().join(" ")))
        }
        html5gum::Token::EndTag(tag) => Some(format!("</{}>", String::from_utf8_lossy(&tag.name))),
        html5gum::Token::Comment(_) => Some("comment".to_owned()),
        _ => None,
    };
    let is_mark =
        |tag: &String| ["<span", "</span", "<code", "</code"].iter().any(|m| tag.starts_with(m));
    let mut tags: Vec<String> = tokens.filter_map(tag).filter(|tag| !is_mark(tag)).collect();
    // Names decide the order of boxes and tables.
    tags.sort();
    tags
}

fn page(place: &Place, text: &str) -> String {
    let side = side(place.after, place.sql_after, text, "file");
    let Compiled { sources, diagnostics, compilation } = &side;
    let picture = graph::picture(compilation, sources);
    let mut out = Vec::new();
    let page = html::Page { title: text, compilation, diagnostics, sources, change: None };
    html::print(page, &picture, &mut out).unwrap();
    if diagnostics.has_errors() {
        // Another page, with the diagnostics on it; that its own elements are closed is enough.
        assert_eq!(String::from_utf8_lossy(&out).matches("<script").count(), 1);
        return String::new();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn nothing_leaves_its_element_in_a_page() {
    let own = [
        "</script><script>x",
        "</title><script>x",
        "</style><b>",
        "\" onload=\"x",
        "' onload='x",
        "]]>",
        "</pre><b>",
        "</text><script>x",
        "<svg onload=x>",
        "--><b>",
        "&#60;b&#62;",
        "</textarea>",
    ];
    let places = PLACES.iter().filter(|place| !place.after.is_empty() && place.name != "type");
    for (number, place) in places.enumerate() {
        let expected = elements(&page(place, "harmless"));
        for text in some(own.iter().chain(MARKDOWN), number) {
            let page = page(place, text);
            let is_warned = page.contains("class=\"diagnostic");
            if !page.is_empty() && !is_warned {
                assert_eq!(elements(&page), expected, "{} {text:?}", place.name);
            }
        }
    }
}

/// What a runner of GitHub registers.
const COMMANDS: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
    "x",
];

/// actions/runner `ActionCommand.TryParseV2`: the name of the command in a line.
fn parse_v2(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("::")?;
    let info = rest.get(..rest.find("::")?)?;
    let name = info.split(' ').next().unwrap_or_default();
    COMMANDS.contains(&name).then_some(name)
}

/// actions/runner `ActionCommand.TryParse`, and the same of Azure Pipelines and TeamCity.
fn parse_v1(line: &str) -> Option<&str> {
    ["##[", "##vso[", "##VSO[", "##teamcity["].iter().find_map(|prefix| {
        let rest = line.get(line.find(prefix)? + prefix.len()..)?;
        rest.get(..rest.find(']')?)?.split(' ').next()
    })
}

const RUNNER: &[&str] = &[
    "##[stop-commands]x",
    "##[add-mask]e",
    "##[error]x",
    "##[set-output name=a;]b",
    "a ##[group]x",
    "###[error]x",
    "##[##[error]x",
    "##vso[task.setvariable variable=a]b",
    "##VSO[task.complete]x",
    "##teamcity[buildStatus text='x']",
    "::error::x",
    "::stop-commands::x",
    " ::add-mask::e",
    "::set-output name=a::b",
    "x\n::error::y",
    "x\r::error::y",
    "x\n  ::warning file=a::y",
    "x\n\u{3000}::error::y\n",
    "##[error]x\ny",
    "a\n##[error]x\n",
    "::error::x.yaml",
    "##[x]\u{1f600}",
    "##[error]\\",
    "\"##[error]x",
    "'##[error]x'",
    "x: ##[error]y",
    "- ::error::x",
];

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("untrusted_text").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("old")).unwrap();
    std::fs::create_dir_all(folder.join("new")).unwrap();
    folder
}

fn generate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_generate"));
    command.env_clear().current_dir(folder).args(arguments).output().unwrap()
}

#[test]
fn a_runner_finds_no_command() {
    for (number, text) in RUNNER.iter().enumerate() {
        let folder = folder(&number.to_string());
        let quoted = quoted_yaml(text);
        let file = text.replace(['/', '\n', '\r'], "_");
        let valid = |value: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {quoted}, annotations: {{a: {quoted}}}}}\n\
                 data: {{k: {quoted}, {quoted}: {value}}}\n---\n{DATABASE}---\n\
                 apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a}}\n\
                 spec: {{image: i, env: {{A: {quoted}}}}}\n"
            )
        };
        let table = format!("create table {} (id int);\n", quoted_sql(text));
        for side in ["old", "new"] {
            std::fs::write(folder.join(side).join(format!("{file}.yaml")), valid(side)).unwrap();
            std::fs::write(folder.join(side).join("t.sql"), &table).unwrap();
        }
        std::fs::create_dir(folder.join("bad")).unwrap();
        let bad = format!(
            "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {{name: a}}\n\
             spec: {{image: i, imagee: {quoted}, {quoted}: 1, dependsOn: [{quoted}]}}\n"
        );
        std::fs::write(folder.join("bad").join(format!("{file}.yaml")), bad).unwrap();
        let broken = format!("{{a: \"{}\", b\n", text.replace(['"', '\\', '\n', '\r'], "_"));
        std::fs::write(folder.join("bad/z.yaml"), broken).unwrap();
        let page = ["graph", "--format", "html"];
        let commands = [
            &["manifests"][..],
            &["check"],
            &["check", "--format", "json"],
            &["check", "--format", "github"],
            &["check", "--format", "sarif"],
            &["waves"],
            &["waves", "--format", "json"],
            &["explain", text],
            &["explain", "Schema/s"],
            &["graph"],
            &["graph", "--format", "dot"],
            &["graph", "--format", "svg"],
            &page,
            &["parameters"],
            &["discover"],
            &["diff", "--against-dir", "old"],
            &["diff", "--against-dir", "old", "--format", "json"],
            &["diff", "--against-dir", "old", "--format", "markdown"],
            &["application", "--repo", text, "--name", text, "--namespace", text],
            &["check", "--environment", text],
            &["manifests", "--set", text],
            &["waves", "--format", text],
            &["init", "--engine", text],
        ];
        for arguments in some(commands, number) {
            for directory in ["new", "bad"] {
                let output = generate(&folder, &[arguments, &[directory]].concat());
                for stream in [&output.stdout, &output.stderr] {
                    let stream = String::from_utf8_lossy(stream);
                    for line in stream.split(['\n', '\r']) {
                        let own = arguments == ["check", "--format", "github"];
                        let found = parse_v2(line)
                            .filter(|name| !(own && ["error", "warning", "notice"].contains(name)));
                        assert_eq!(
                            found.or(parse_v1(line)),
                            None,
                            "{arguments:?} {directory} {text:?}: {line}"
                        );
                    }
                }
            }
        }
        // What Argo CD applies is the same text.
        let output = generate(&folder, &["manifests", "new"]);
        let first = String::from_utf8(output.stdout).unwrap();
        let documents = crate::common::read(&first);
        let map = documents
            .iter()
            .find(|value| value.at(&["kind"]).and_then(|v| v.as_str()) == Some("ConfigMap"));
        if let Some(map) = map {
            assert_eq!(map.at(&["data", "k"]).and_then(|value| value.as_str()), Some(*text));
        }
    }
}

#[test]
fn a_comment_keeps_what_can_lose_data_and_says_what_it_leaves_out() {
    let table = |n: usize, more: &str| format!("create table t{n} (id int{more});\n");
    let old: String = (0..40)
        .map(|n| table(n, ", less bigint"))
        .chain((40..3_000).map(|n| table(n, "")))
        .collect();
    let new: String = (0..40)
        .map(|n| table(n, ", less int"))
        .chain((40..3_000).map(|n| table(n, ", b int")))
        .collect();
    let old = crate::common::compile(
        &[("a.yaml".into(), DATABASE.into()), ("t.sql".into(), old)],
        &crate::common::in_namespace("x"),
    );
    let new = crate::common::compile(
        &[("a.yaml".into(), DATABASE.into()), ("t.sql".into(), new)],
        &crate::common::in_namespace("x"),
    );
    let side = |of: &'static Compiled| Side { compilation: &of.compilation, sources: &of.sources };
    let (old, new) = (side(Box::leak(Box::new(old))), side(Box::leak(Box::new(new))));
    let mut out = Vec::new();
    diff::markdown(&difference(old, new).into(), new, &mut out).unwrap();
    let comment = String::from_utf8(out).unwrap();
    assert!(comment.len() <= COMMENT, "{}", comment.len());
    assert_eq!(comment.matches("| **destructive** |").count(), 40);
    let n_safe = comment.matches("| safe |").count();
    assert!(n_safe > 100, "{n_safe}");
    assert!(
        comment.contains(&format!("Not shown: {} safe schema changes.", 2_960 - n_safe)),
        "{comment}"
    );
}
