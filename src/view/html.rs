//! A project as one page: the picture, every object with its manifest and its reason, the schemas,
//! the diagnostics.
//!
//! The page is whole in itself: no network, no fonts, no files. It can be read without scripts;
//! with them it can be searched and walked through by keyboard. Everything that comes from the
//! project is escaped, and the policy in the page's head lets no script run but its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::diag::{Diagnostic, Diagnostics, Severity, render};
use crate::emit::yaml;
use crate::model::Unit;
use crate::object::Object;
use crate::pipeline::Compilation;
use crate::plan::Scheduled;
use crate::source::Sources;
use crate::value::Value;
use crate::view::diff::{self, Difference, Differences};
use crate::view::graph::{Lane, Node, Picture, Role};
use crate::view::mask::masked;
use crate::view::svg::{self, escape};
use crate::view::{er, explain};

/// How much of a manifest the page shows, in bytes, and then to the end of a line: nobody reads more, and
/// no browser opens a page of 100 MB.
const MAX_MANIFEST_LEN: usize = 256 * 1024;
/// How much of a comparison the page shows, in bytes, and then to the end of a line.
const MAX_CHANGE_LEN: usize = 256 * 1024;
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Steps of the way back that a box shows at the most; each box on it is a link away.
const STEPS: usize = 20;
/// What else one box waits for, and what waits for it, that are shown at the most.
const OTHERS: usize = 100;
/// Past so many lines on the whole page a box shows only what it waits for itself.
const LINES: usize = 20_000;

/// What a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What stands at its head: the project's directory.
    pub title: &'a str,
    /// The project.
    pub compilation: &'a Compilation,
    /// What is wrong with it.
    pub diagnostics: &'a Diagnostics,
    /// The texts that it was made from.
    pub sources: &'a Sources,
    /// What changes, where it is compared with something.
    pub change: Option<Changed<'a>>,
}

/// What a page says of a change.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// The revision or directory that the project is compared with.
    pub against: &'a str,
    /// What differs from it.
    pub differences: &'a Differences,
}

/// Prints the page, a part after the other: a large project's page is not held in memory.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(page: Page<'_>, picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(SCRIPT.as_bytes())),
    );
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"argocd-atlas-plugin {}\">\n\
         <title>{} · waves</title>\n<style>{}{}{STYLE}</style>\n</head>\n<body>",
        env!("CARGO_PKG_VERSION"),
        escape(page.title),
        svg::COLORS,
        svg::STYLE,
    )?;
    let lanes = lanes(picture);
    let mut part = String::new();
    page.header(&lanes, &mut part);
    page.sidebar(&lanes, &mut part);
    part.push_str("<main id=\"main\">\n");
    // Errors before everything else; what is less than that after the picture.
    let errors_first = page.diagnostics.has_errors();
    if errors_first {
        page.diagnostics(&mut part);
    }
    page.change(&mut part)?;
    flush(&mut part, out)?;
    page.rollout(picture, out)?;
    if !errors_first {
        page.diagnostics(&mut part);
    }
    page.waves(&lanes, &mut part, out)?;
    page.schemas(&mut part, out)?;
    writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>")
}

/// Prints what there is of the page so far.
fn flush(part: &mut String, out: &mut impl Write) -> io::Result<()> {
    out.write_all(part.as_bytes())?;
    part.clear();
    Ok(())
}

/// The id of a box's article.
fn id(number: usize) -> String {
    format!("unit-{number}")
}

/// A line of a comparison, with its verdict in colour.
fn marked(line: &str) -> String {
    const WORDS: [(&str, &str); 7] = [
        ("destructive", "error"),
        ("refused", "error"),
        ("risky", "warning"),
        ("split", "warning"),
        ("unknown", "note"),
        ("enough", "good"),
        ("safe", "good"),
    ];
    let bare = line.trim_start();
    let indent = line.get(..line.len() - bare.len()).unwrap_or_default();
    let found = WORDS.iter().find(|(word, _)| {
        bare.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')) && !indent.is_empty()
    });
    match found {
        Some((word, class)) => {
            let rest = bare.strip_prefix(word).unwrap_or_default();
            format!("{indent}<b class=\"{class}\">{word}</b>{}", escape(rest))
        }
        None => escape(line).to_string(),
    }
}

/// The mark of a box, if it has one.
fn mark(marks: &BTreeMap<String, &'static str>, page: &Page<'_>, node: &Node) -> String {
    if marks.is_empty() {
        return String::new();
    }
    let word = marks.get(&page.compilation.project.label(node.unit));
    word.map(|word| format!(" <span class=\"pill note\">{word}</span>")).unwrap_or_default()
}

fn has_article(node: &Node) -> bool {
    node.role != Role::Junction && node.only.is_empty()
}

impl Page<'_> {
    fn header(&self, lanes: &Lanes<'_>, html: &mut String) {
        let n_waves = lanes.keys().filter(|lane| matches!(lane, Lane::Wave(_))).count();
        let n_objects = self.compilation.plan.objects.len();
        let _ = writeln!(
            html,
            "<header><a class=\"skip\" href=\"#main\">Skip to the content</a>\
             <h1>{}</h1><p class=\"counts\">{} · {}</p>{}\
             <label class=\"search\"><span class=\"hidden\">Search</span>\
             <input id=\"search\" type=\"search\" placeholder=\"Search names, kinds, manifests\" autocomplete=\"off\" spellcheck=\"false\">\
             <kbd>/</kbd></label></header>",
            escape(self.title),
            count(n_waves, "wave"),
            count(n_objects, "object"),
            self.verdict(),
        );
    }

    /// One word on the whole: what a reviewer looks for first.
    fn verdict(&self) -> String {
        let sorted = self.diagnostics.sorted();
        let n = |severity| sorted.iter().filter(|found| found.severity() == severity).count();
        let (errors, warnings) = (n(Severity::Error), n(Severity::Warning));
        let mut parts = Vec::new();
        if errors > 0 {
            parts.push(format!(
                "<a class=\"pill error\" href=\"#diagnostics\">{}</a>",
                count(errors, "error")
            ));
        }
        if warnings > 0 {
            parts.push(format!(
                "<a class=\"pill warning\" href=\"#diagnostics\">{}</a>",
                count(warnings, "warning")
            ));
        }
        if parts.is_empty() {
            parts.push("<span class=\"pill good\">no errors, no warnings</span>".to_owned());
        }
        format!("<p class=\"verdict\">{}</p>", parts.join(" "))
    }

    fn sidebar(&self, lanes: &Lanes<'_>, html: &mut String) {
        let marks = self.marks();
        html.push_str("<nav aria-label=\"Waves\">\n");
        for (lane, members) in lanes {
            let _ = writeln!(html, "<h2>{}</h2>\n<ul>", lane.title());
            for (number, node) in members {
                let _ = writeln!(
                    html,
                    "<li data-unit=\"{number}\"><a href=\"#{}\" class=\"{}\"><span class=\"dot\"></span>\
                     <span class=\"unit-name\">{}</span> <span class=\"unit-kind\">{}</span>{}</a></li>",
                    id(*number),
                    node.role.word(),
                    escape(&node.name),
                    escape(&node.kind),
                    mark(&marks, self, node),
                );
            }
            html.push_str("</ul>\n");
        }
        html.push_str(
            "<p class=\"keys\"><kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>o</kbd> open · <kbd>/</kbd> search · \
             <kbd>Esc</kbd> all</p>\n</nav>\n",
        );
    }

    /// What changes: the verdict in a few words, and all of it as `diff` prints it.
    fn change(&self, html: &mut String) -> io::Result<()> {
        let Some(Changed { against, differences }) = self.change else { return Ok(()) };
        let _ = writeln!(
            html,
            "<section id=\"change\"><h2>Change</h2><p class=\"lead\">Compared with <code>{}</code>. \
             What is new or changed is marked below.</p>",
            escape(against),
        );
        let all = || differences.all();
        let n_destructive: usize = all().map(Difference::n_destructive).sum();
        let (mut n_refused, mut n_perhaps) = (0, 0);
        for (refused, perhaps) in all().map(Difference::n_refused) {
            n_refused += refused;
            n_perhaps += perhaps;
        }
        let n_split: usize = all().map(Difference::n_split).sum();
        let pills = [
            (n_destructive, "error", "destructive"),
            (n_refused, "error", "refused"),
            (n_perhaps, "warning", "perhaps refused"),
            (n_split, "warning", "to be split"),
        ];
        html.push_str("<p class=\"verdict\">");
        for (n, class, word) in pills.into_iter().filter(|(n, ..)| *n > 0) {
            let _ = write!(html, "<span class=\"pill {class}\">{n} {word}</span> ");
        }
        if all().all(Difference::is_empty) {
            html.push_str("<span class=\"pill good\">nothing changes</span>");
        } else if n_destructive + n_refused + n_perhaps + n_split == 0 {
            html.push_str(
                "<span class=\"pill note\">nothing is lost, refused or to be split</span>",
            );
        }
        html.push_str("</p>\n<pre>");
        let mut text = Vec::new();
        diff::text(differences, render::Style::Plain, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let mut left = MAX_CHANGE_LEN;
        let mut n_more = 0;
        for line in text.lines() {
            match left.checked_sub(line.len()) {
                Some(rest) if n_more == 0 => {
                    left = rest;
                    html.push_str(&marked(line));
                    html.push('\n');
                }
                Some(_) | None => n_more += 1,
            }
        }
        html.push_str("</pre>");
        if n_more > 0 {
            let _ = write!(
                html,
                "<p>{} not shown: <code>generate diff</code> has them.</p>",
                count(n_more, "more line")
            );
        }
        html.push_str("</section>\n");
        Ok(())
    }

    /// What a change makes of each unit, by its label: `new`, or `changed`.
    fn marks(&self) -> BTreeMap<String, &'static str> {
        let Some(Changed { differences, .. }) = self.change else { return BTreeMap::new() };
        let mut n_objects: BTreeMap<String, usize> = BTreeMap::new();
        for planned in &self.compilation.plan.objects {
            let label = self.compilation.project.label(planned.object.owner);
            *n_objects.entry(label).or_default() += 1;
        }
        let mut n_added: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &differences.base.added {
            *n_added.entry(&item.owner).or_default() += 1;
        }
        let mut marks = BTreeMap::new();
        for (owner, n) in n_added {
            let is_new = n_objects.get(owner) == Some(&n);
            marks.insert(owner.to_owned(), if is_new { "new" } else { "changed" });
        }
        let others = differences.all().flat_map(|it| it.added.iter());
        let changed = differences.all().flat_map(|it| it.changed.iter().map(|it| &it.item));
        for item in changed.chain(others) {
            marks.entry(item.owner.clone()).or_insert("changed");
        }
        for schema in differences.all().flat_map(|it| &it.schemas) {
            marks.entry(schema.schema.clone()).or_insert("changed");
        }
        marks
    }

    fn diagnostics(&self, html: &mut String) {
        let sorted = self.diagnostics.sorted();
        if sorted.is_empty() {
            return;
        }
        html.push_str("<section id=\"diagnostics\"><h2>Diagnostics</h2>\n");
        let excerpts = render::Excerpts::of(self.diagnostics, self.sources);
        for found in sorted.iter().take(render::MAX_PRINTED) {
            self.diagnostic(found, &excerpts, html);
        }
        if let Some(more) = sorted.len().checked_sub(render::MAX_PRINTED).filter(|&more| more > 0) {
            let _ = writeln!(html, "<p>{} not shown.</p>", count(more, "more"));
        }
        html.push_str("</section>\n");
    }

    fn diagnostic(&self, found: &Diagnostic, excerpts: &render::Excerpts<'_>, html: &mut String) {
        let word = found.severity().word();
        let position = self.sources.position(found.primary);
        let path = &self.sources.get(found.primary.file).path;
        let is_open = if found.severity() == Severity::Note { "" } else { " open" };
        let _ = writeln!(
            html,
            "<details class=\"diagnostic {word}\"{is_open}><summary><span class=\"pill {word}\">{word}</span> \
             <span class=\"message\">{}</span> <span class=\"place\">{}:{}:{}</span></summary>\
             <pre>{}</pre><p class=\"code\">{}</p></details>",
            message(&found.message),
            escape(path),
            position.line,
            position.column,
            escape(&render::details(found, excerpts)),
            found.code.name(),
        );
    }

    fn rollout(&self, picture: &Picture, out: &mut impl Write) -> io::Result<()> {
        let boxes = picture.nodes.iter().enumerate().filter(|(_, node)| has_article(node));
        let numbers: BTreeMap<Unit, usize> =
            boxes.map(|(number, node)| (node.unit, number)).collect();
        let link = |node: &Node| {
            let number = numbers.get(&node.unit).filter(|_| has_article(node))?;
            Some(format!("#{}", id(*number)))
        };
        write!(
            out,
            "<section id=\"rollout\"><h2>Rollout</h2><p class=\"lead\">From left to right: Argo CD applies a wave \
             when everything before it is healthy.{}</p><div class=\"canvas\" tabindex=\"0\" role=\"region\" aria-label=\"Picture of the waves\">",
            match picture.edges.iter().any(|edge| edge.is_default) {
                true =>
                    " A dashed arrow is the safe default: no dependency is written, so every schema comes first.",
                false => "",
            },
        )?;
        svg::draw(picture, "", link, out)?;
        writeln!(out, "</div></section>")
    }

    fn waves(&self, lanes: &Lanes<'_>, html: &mut String, out: &mut impl Write) -> io::Result<()> {
        let mut known = Known::of(self.compilation, lanes);
        known.marks = self.marks();
        for (lane, members) in lanes {
            let _ = writeln!(html, "<section class=\"wave\"><h2>{}</h2>", lane.title());
            for &(number, node) in members {
                self.unit(number, node, &mut known, html, out)?;
            }
            html.push_str("</section>\n");
        }
        Ok(())
    }

    fn unit(
        &self,
        number: usize,
        node: &Node,
        known: &mut Known<'_>,
        html: &mut String,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let place = self.compilation.project.place(node.unit);
        let place = place.map(|span| self.sources.place(span)).unwrap_or_default();
        let _ = writeln!(
            html,
            "<article id=\"{}\" class=\"unit {}\" data-unit=\"{number}\" tabindex=\"-1\"><h3><span class=\"dot\"></span>\
             <span class=\"unit-name\">{}</span> <span class=\"unit-kind\">{}</span>{}\
             <span class=\"place\">{}</span></h3>\n<ul class=\"why\">",
            id(number),
            node.role.word(),
            escape(&node.name),
            escape(&node.kind),
            mark(&known.marks, self, node),
            escape(&place),
        );
        for line in self.reasons(node, known) {
            let _ = writeln!(html, "<li>{line}</li>");
        }
        html.push_str("</ul>\n");
        flush(html, out)?;
        for object in known.objects.get(&node.unit).into_iter().flatten() {
            object_details(object, html)?;
            flush(html, out)?;
        }
        html.push_str("</article>\n");
        Ok(())
    }

    /// The lines of `generate explain` about a box, as HTML, without the first, which the heading
    /// says. The way back is cut: each step on it has a box with the rest.
    fn reasons(&self, node: &Node, known: &mut Known<'_>) -> Vec<String> {
        let Some(&(place, scheduled)) = known.scheduled.get(&node.unit) else {
            return vec![message(&node.why)];
        };
        let most = match known.lines {
            0 => explain::Most { steps: 1, others: 3 },
            _ => explain::Most { steps: STEPS, others: OTHERS },
        };
        let n_steps = known.steps.get(place).copied().unwrap_or(0);
        let reasons = explain::reasons((scheduled, n_steps), self.compilation, self.sources, most);
        let lines: Vec<String> = reasons.iter().map(|reason| self.linked(reason, known)).collect();
        known.lines = known.lines.saturating_sub(lines.len());
        lines
    }

    /// A reason as HTML, in which what it names leads to its box.
    fn linked(&self, reason: &explain::Reason, known: &Known<'_>) -> String {
        let mut html = String::new();
        let mut rest = reason.text.as_str();
        for &unit in &reason.names {
            let label = self.compilation.project.label(unit);
            let Some((before, after)) = rest.split_once(label.as_str()) else { continue };
            html.push_str(&message(before));
            let _ = match known.numbers.get(&unit) {
                Some(&number) => {
                    write!(html, "<a href=\"#{}\">{}</a>", id(number), message(&label))
                }
                None => write!(html, "{}", message(&label)),
            };
            rest = after;
        }
        html + &message(rest)
    }

    fn schemas(&self, html: &mut String, out: &mut impl Write) -> io::Result<()> {
        let schemas = self.compilation.project.schemas.iter().enumerate();
        let diagrams = schemas.filter_map(|(index, schema)| {
            let catalogue = self.compilation.catalogues.of(index).catalogue.as_ref()?;
            Some(er::diagram(&schema.common.name, catalogue))
        });
        let diagrams: Vec<er::Diagram> =
            diagrams.filter(|diagram| !diagram.tables.is_empty()).collect();
        if diagrams.is_empty() {
            return flush(html, out);
        }
        html.push_str("<section id=\"schemas\"><h2>Schemas</h2>\n");
        for diagram in &diagrams {
            let _ = writeln!(
                html,
                "<article class=\"diagram\"><h3>{} <span class=\"unit-kind\">{}</span></h3>\
                 <div class=\"canvas\" tabindex=\"0\" role=\"region\" aria-label=\"Tables of {}\">{}</div></article>",
                escape(&diagram.name),
                count(diagram.tables.len(), "table"),
                escape(&diagram.name),
                er::draw(diagram),
            );
            flush(html, out)?;
        }
        html.push_str("</section>\n");
        flush(html, out)
    }
}

/// What is looked up for every box.
struct Known<'a> {
    /// The boxes that can be led to.
    numbers: BTreeMap<Unit, usize>,
    /// What has a wave, with its place in the plan.
    scheduled: BTreeMap<Unit, (usize, &'a Scheduled)>,
    /// How many steps the way back has, by the place in the plan.
    steps: Vec<usize>,
    objects: BTreeMap<Unit, Vec<&'a Object>>,
    /// So many lines are left to be said at length.
    lines: usize,
    /// What is new or changed, by its label.
    marks: BTreeMap<String, &'static str>,
}

impl<'a> Known<'a> {
    fn of(compilation: &'a Compilation, lanes: &Lanes<'_>) -> Known<'a> {
        let boxes = lanes.values().flatten();
        let mut objects: BTreeMap<Unit, Vec<&Object>> = BTreeMap::new();
        for planned in &compilation.plan.objects {
            objects.entry(planned.object.owner).or_default().push(&planned.object);
        }
        let units = compilation.plan.units.iter().enumerate();
        Known {
            numbers: boxes.map(|&(number, node)| (node.unit, number)).collect(),
            scheduled: units.map(|(place, unit)| (unit.unit, (place, unit))).collect(),
            steps: explain::steps(compilation),
            objects,
            lines: LINES,
            marks: BTreeMap::new(),
        }
    }
}

/// The boxes of each lane with their numbers.
type Lanes<'a> = BTreeMap<Lane, Vec<(usize, &'a Node)>>;

fn lanes(picture: &Picture) -> Lanes<'_> {
    let mut lanes = Lanes::new();
    for (number, node) in picture.nodes.iter().enumerate().filter(|(_, node)| has_article(node)) {
        lanes.entry(node.lane).or_default().push((number, node));
    }
    lanes
}

fn count(number: usize, word: &str) -> String {
    match (number, word) {
        (1, _) | (_, "more") => format!("{number} {word}"),
        _ => format!("{number} {word}s"),
    }
}

/// A message whose names in backticks are set as code.
fn message(text: &str) -> String {
    let mut html = String::new();
    for (number, part) in text.split('`').enumerate() {
        match number % 2 {
            0 => html.push_str(&escape(part)),
            _ => _ = write!(html, "<code>{}</code>", escape(part)),
        }
    }
    html
}

fn object_details(object: &Object, html: &mut String) -> io::Result<()> {
    let mut text = Vec::new();
    yaml::document(&Value::Map(masked(object)), &mut text)?;
    let text = String::from_utf8_lossy(&text);
    let (text, rest) = beginning(&text);
    let namespace = object.namespace().map(|name| format!(" in {}", escape(name)));
    let _ = writeln!(
        html,
        "<details class=\"object\"><summary><span class=\"kind-name\">{}</span> {}{}</summary><pre class=\"yaml\">{}</pre></details>",
        escape(object.kind()),
        escape(object.name()),
        namespace.unwrap_or_default(),
        highlighted(text) + &rest,
    );
    Ok(())
}

/// The lines of a manifest that the page shows, and a line that counts the others.
fn beginning(text: &str) -> (&str, String) {
    let rest = text.as_bytes().get(MAX_MANIFEST_LEN..).unwrap_or_default();
    let end = rest.iter().position(|&byte| byte == b'\n').map(|at| MAX_MANIFEST_LEN + at + 1);
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((shown, rest)) if !rest.is_empty() => {
            let n_lines = rest.lines().count();
            let note = format!(
                "<span class=\"s\"># {n_lines} more lines, which `generate` prints</span>\n"
            );
            (shown, note)
        }
        _ => (text, String::new()),
    }
}

/// YAML with its keys and comments marked. Lines of a literal block are text.
fn highlighted(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        if block.is_some_and(|outer| bare.is_empty() || indent > outer) {
            let _ = writeln!(html, "<span class=\"s\">{}</span>", escape(line));
            continue;
        }
        block = None;
        let after_dashes = bare.trim_start_matches("- ");
        let lead = line.len() - after_dashes.len();
        let key_end = after_dashes
            .find(": ")
            .or_else(|| after_dashes.ends_with(':').then(|| after_dashes.len() - 1));
        let opens_block = ["|", "|-", "|+", "|2", "|2-", "|2+"].iter().any(|mark| {
            let before = line.strip_suffix(mark);
            before.is_some_and(|before| before.ends_with(": ") || before.ends_with("- "))
        });
        if opens_block {
            block = Some(lead);
        }
        match key_end.and_then(|end| after_dashes.split_at_checked(end)) {
            Some((key, rest)) if !key.starts_with('"') || key.ends_with('"') => {
                let lead = line.get(..lead).unwrap_or_default();
                let (key, rest) = (escape(key), escape(rest));
                let _ = writeln!(html, "{}<span class=\"k\">{key}</span>{rest}", escape(lead));
            }
            Some(_) | None => {
                let _ = writeln!(html, "{}", escape(line));
            }
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_marked_and_text_is_not() {
        let html = highlighted("a: <b>\nsql: |\n  x: 1\n\n  y\n- name: z\n");
        assert_eq!(
            html,
            "<span class=\"k\">a</span>: &lt;b&gt;\n<span class=\"k\">sql</span>: |\n\
             <span class=\"s\">  x: 1</span>\n<span class=\"s\"></span>\n<span class=\"s\">  y</span>\n\
             - <span class=\"k\">name</span>: z\n",
        );
    }

    #[test]
    fn names_in_backticks_are_code_and_nothing_else_is_html() {
        assert_eq!(message("no `a<b>` & c"), "no <code>a&lt;b&gt;</code> &amp; c");
    }
}
