//! What a reviewer has to look at in a change, each at a line of the new state: annotations in a GitHub
//! workflow, and SARIF for code scanning.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map as JsonMap, Value as Json, json};
use smol_str::SmolStr;
use sql::catalogue::change::{Outcome, Severity};

use crate::diag;
use crate::source::{Sources, Span};
use crate::view::check::Files;
use crate::view::diff::print::{
    change_text, listed, notice_text, noun, pretty_len, shown_name, window_text,
};
use crate::view::diff::{Difference, Differences, Loss, PRINTED, Side, Verdict};
use crate::view::{github, sarif};

/// What `--deny` is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Denied {
    /// `destructive`.
    pub destructive: bool,
    /// `refused`.
    pub refused: bool,
    /// `split`.
    pub split: bool,
}

/// The classes of findings. Their names are the ids of rules in SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Destructive,
    Refused,
    Split,
    Risky,
    Unknown,
}

impl Class {
    const ALL: [Class; 5] =
        [Class::Destructive, Class::Refused, Class::Split, Class::Risky, Class::Unknown];

    fn rule(self) -> &'static str {
        match self {
            Class::Destructive => "destructive-change",
            Class::Refused => "refused-change",
            Class::Split => "split-change",
            Class::Risky => "risky-change",
            Class::Unknown => "unknown-change",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Class::Destructive => "Rows or values are lost, or the running version breaks",
            Class::Refused => "The operator, the server or Kubernetes refuses the change",
            Class::Split => "A version of an App meets a schema that breaks it",
            Class::Risky => "The change may fail, block others, or stand in the way of a version",
            Class::Unknown => "What the change does is not known",
        }
    }

    /// How bad it is: an error only where `--deny` says so.
    fn severity(self, denied: Denied) -> diag::Severity {
        let is_denied = match self {
            Class::Destructive => denied.destructive,
            Class::Refused => denied.refused,
            Class::Split => denied.split,
            Class::Risky => false,
            Class::Unknown => return diag::Severity::Note,
        };
        if is_denied { diag::Severity::Error } else { diag::Severity::Warning }
    }
}

/// One of them.
struct Finding<'a> {
    class: Class,
    /// In the new state; none where nothing there is about it.
    at: Option<Span>,
    text: String,
    accepted: Option<&'a str>,
}

/// What makes two findings of two environments the same.
type Key = (Class, Option<Span>, String);

/// All of them, the worst first.
fn findings<'a>(differences: &'a Differences, new: Side<'_>) -> Vec<Finding<'a>> {
    let project = &new.compilation.project;
    let places: Places = project
        .units()
        .filter_map(|unit| Some((project.label(unit), project.place(unit)?)))
        .collect();
    let mut found = Vec::new();
    of_one(&differences.base, &places, &mut found);
    // Of the environments each once, with all that have it.
    let mut only: Vec<Finding<'_>> = Vec::new();
    let mut known: BTreeMap<Key, (usize, Vec<SmolStr>)> = BTreeMap::new();
    for group in &differences.others {
        let mut of_group = Vec::new();
        of_one(&group.difference, &places, &mut of_group);
        for finding in of_group {
            let key = (finding.class, finding.at, finding.text.clone());
            let (_, names) = known.entry(key).or_insert_with(|| {
                only.push(finding);
                (only.len() - 1, Vec::new())
            });
            names.extend(group.environments.iter().cloned());
        }
    }
    for (at, mut names) in known.into_values() {
        names.sort_unstable();
        names.dedup();
        if let Some(finding) = only.get_mut(at) {
            let names = format!("{} {}", noun(&names), listed(&names, shown_name));
            finding.text.push_str(&format!("\nnote: only with the {names}"));
        }
    }
    found.extend(only);
    found.sort_by_key(|finding| finding.class);
    found
}

/// Where each spec of the new state is: `App/shop`.
type Places = BTreeMap<String, Span>;

fn of_one<'a>(difference: &'a Difference, places: &Places, found: &mut Vec<Finding<'a>>) {
    let place = |label: &str| places.get(label).copied();
    for schema in &difference.schemas {
        let of_schema = place(&schema.schema);
        for change in &schema.changes {
            let class = match (&change.change.outcome, change.change.severity) {
                (Outcome::Refused, _) => Class::Refused,
                (Outcome::Fails(clash), _) if clash.is_certain() => Class::Refused,
                (Outcome::Fails(_), _) => Class::Unknown,
                (_, Severity::Destructive) => Class::Destructive,
                (_, Severity::Risky) => Class::Risky,
                (_, Severity::Unknown) => Class::Unknown,
                (_, Severity::Safe | Severity::Cosmetic) => continue,
            };
            let at = change.at.or(of_schema);
            let accepted = change.accepted.as_deref();
            found.push(Finding { class, at, text: change_text(change), accepted });
        }
    }
    for notice in &difference.infrastructure {
        let class = match notice.loss {
            Loss::Data | Loss::Care => Class::Destructive,
            Loss::Perhaps => Class::Risky,
            Loss::Refused => Class::Refused,
        };
        let accepted = notice.accepted.as_deref();
        found.push(Finding { class, at: notice.at, text: notice_text(notice), accepted });
    }
    for window in &difference.windows {
        let class = match window.verdict {
            Verdict::Split => Class::Split,
            Verdict::Unknown => Class::Unknown,
            Verdict::Refused => Class::Refused,
            Verdict::Enough => continue,
        };
        let accepted = window.accepted.as_deref();
        found.push(Finding { class, at: place(&window.app), text: window_text(window), accepted });
    }
}

/// Prints a workflow command for each finding; GitHub shows them on the lines of a pull request. What is
/// accepted is left out.
///
/// # Errors
/// When `out` cannot be written to.
pub fn github(
    differences: &Differences,
    new: Side<'_>,
    files: &Files,
    denied: Denied,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut left = PRINTED;
    for finding in findings(differences, new).iter().filter(|finding| finding.accepted.is_none()) {
        let severity = finding.class.severity(denied);
        let rule = finding.class.rule();
        let command =
            github::command(severity, rule, finding.at, &finding.text, new.sources, files);
        let Some(rest) = left.checked_sub(command.len()) else { break };
        left = rest;
        writeln!(out, "{command}")?;
    }
    Ok(())
}

/// Prints one run of SARIF with every finding; what is accepted is suppressed there.
///
/// # Errors
/// When `out` cannot be written to.
pub fn sarif(
    differences: &Differences,
    new: Side<'_>,
    files: &Files,
    denied: Denied,
    out: &mut impl Write,
) -> io::Result<()> {
    let rules = Class::ALL.iter().map(|class| {
        json!({
            "id": class.rule(),
            "shortDescription": { "text": class.description() },
            "defaultConfiguration": { "level": sarif::level(class.severity(Denied::default())) },
        })
    });
    let found = findings(differences, new);
    let mut left = PRINTED;
    let results = found
        .iter()
        .map(|finding| result(finding, new.sources, files, denied))
        .take_while(|result| {
            let cost = pretty_len(result);
            let has_room = cost <= left;
            left = left.saturating_sub(cost);
            has_room
        });
    sarif::run(&rules.collect::<Vec<_>>(), results, out)
}

fn result(finding: &Finding<'_>, sources: &Sources, files: &Files, denied: Denied) -> Json {
    let mut result = JsonMap::new();
    let index = Class::ALL.iter().position(|class| *class == finding.class);
    result.insert("ruleId".to_owned(), json!(finding.class.rule()));
    result.insert("ruleIndex".to_owned(), json!(index));
    result.insert("level".to_owned(), json!(sarif::level(finding.class.severity(denied))));
    result.insert("message".to_owned(), json!({ "text": sarif::plain(&finding.text) }));
    if let Some(location) = finding.at.and_then(|span| sarif::location(span, sources, files)) {
        result.insert("locations".to_owned(), json!([location]));
    }
    if let Some(reason) = finding.accepted {
        let justification = sarif::plain(reason);
        let suppressions = json!([{ "kind": "inSource", "justification": justification }]);
        result.insert("suppressions".to_owned(), suppressions);
    }
    Json::Object(result)
}
