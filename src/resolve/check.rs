//! The rules that Kubernetes has for names, labels, paths and numbers, so that a mistake is found
//! here and not by the API server. Source: `k8s.io/apimachinery/pkg/util/validation`.

use crate::annotation;
use crate::diag::problems::spec::InvalidValue;
use crate::diag::secrets;
use crate::diag::{Diagnostics, Message, message};
use crate::resolve::invalid_name;
use crate::source::{Span, Spanned};
use crate::syntax::{Kind, Text, TextMap};

/// The longest name of a spec: a StatefulSet's pods carry its name and a hash of eleven
/// characters in a label of at most 63; a CronJob's name may have 52.
const MAX_SPEC_NAME_LEN: usize = 52;

/// `metadata.name` of a spec: it becomes the name of a Service, so it is a DNS label that begins
/// with a letter (RFC 1035).
pub(crate) fn name(kind: Kind, name: &Text, diagnostics: &mut Diagnostics) {
    let text = name.value.as_str();
    let begins_well = text.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins_well || !is_dns_label(text) || text.len() > MAX_SPEC_NAME_LEN {
        let rule = message!(
            "use at most {MAX_SPEC_NAME_LEN} lower-case letters, digits and `-`, starting with a letter{suggestion}",
            MAX_SPEC_NAME_LEN,
            suggestion = suggestion(text)
        );
        diagnostics.report(invalid_name(
            name.span,
            message!("{kind} name", kind = kind.name()),
            text,
            rule,
        ));
    }
}

fn suggestion(text: &str) -> Message {
    let text = &*secrets::hidden(text);
    let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let folded: String = text.chars().map(fold).collect();
    let trimmed = folded.trim_matches('-').trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let fits = is_dns_label(trimmed) && trimmed.len() <= MAX_SPEC_NAME_LEN;
    if fits && trimmed != text {
        message!(", for example `{trimmed}`", trimmed)
    } else {
        Message::default()
    }
}

/// `metadata.namespace`.
pub(crate) fn namespace(namespace: &Text, diagnostics: &mut Diagnostics) {
    if !is_dns_label(&namespace.value) {
        let rule = "use at most 63 lower-case letters, digits and `-`";
        diagnostics.report(invalid_name(namespace.span, "namespace", &namespace.value, rule));
    }
}

/// The name of an object that is only referred to: a Secret, a ServiceAccount.
pub(crate) fn object_name(what: &'static str, name: &Text, diagnostics: &mut Diagnostics) {
    if !is_dns_subdomain(&name.value) {
        let rule = "use at most 253 lower-case letters, digits, `-` and `.`, starting and ending with a letter or digit";
        diagnostics.report(invalid_name(name.span, what, &name.value, rule));
    }
}

/// The key of a Secret or ConfigMap.
pub(crate) fn data_key(key: &Text, diagnostics: &mut Diagnostics) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let text = key.value.as_str();
    if text.is_empty() || text.len() > 253 || !text.chars().all(fits) || matches!(text, "." | "..")
    {
        let rule = "use at most 253 letters, digits, `-`, `_` and `.`";
        diagnostics.report(invalid_name(key.span, "key", text, rule));
    }
}

/// `metadata.labels`, `nodeSelector`.
pub(crate) fn labels(labels: &TextMap, diagnostics: &mut Diagnostics) {
    for (key, value) in labels {
        qualified_key("label key", key, diagnostics);
        if !is_label_value(&value.value) {
            let rule = "use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit";
            diagnostics.report(invalid_name(value.span, "label value", &value.value, rule));
        }
    }
}

/// `metadata.annotations`.
pub(crate) fn annotations(annotations: &TextMap, diagnostics: &mut Diagnostics) {
    for (key, _) in annotations {
        qualified_key("annotation key", key, diagnostics);
        if key.value == annotation::WAVE {
            diagnostics.report(InvalidValue {
                primary: key.span,
                message: "the wave of a spec is not an annotation".into(),
                help: "write `wave: N` under `spec`, or leave the wave to the dependencies".into(),
            });
        }
    }
}

fn qualified_key(what: &'static str, key: &Text, diagnostics: &mut Diagnostics) {
    let (prefix, name) = match key.value.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key.value.as_str()),
    };
    let fits = !name.is_empty() && is_label_value(name) && prefix.is_none_or(is_dns_subdomain);
    if !fits {
        let rule = "use at most 63 letters, digits, `-`, `_` and `.`, after an optional `domain/`";
        diagnostics.report(invalid_name(key.span, what, &key.value, rule));
    }
}

/// The name of an environment variable (`IsEnvVarName`).
pub(crate) fn variable(name: &Text, diagnostics: &mut Diagnostics) {
    let text = name.value.as_str();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = !text.starts_with(|c: char| c.is_ascii_digit());
    if text.is_empty() || !begins_well || !text.chars().all(fits) || matches!(text, "." | "..") {
        let rule = "use letters, digits, `_`, `-` and `.`, not starting with a digit";
        diagnostics.report(invalid_name(name.span, "name of an environment variable", text, rule));
    }
}

/// The name of a port (`IsValidPortName`).
pub(crate) fn port_name(name: &Text, diagnostics: &mut Diagnostics) {
    let text = name.value.as_str();
    let has_letter = text.bytes().any(|byte| byte.is_ascii_lowercase());
    if text.len() > 15 || !has_letter || !is_dns_label(text) || text.contains("--") {
        let rule =
            "use at most 15 lower-case letters, digits and single `-`, with at least one letter";
        diagnostics.report(invalid_name(name.span, "port name", text, rule));
    }
}

/// The number of a port.
pub(crate) fn port(port: Spanned<i64>, diagnostics: &mut Diagnostics) -> u16 {
    let number = u16::try_from(port.value).ok().filter(|&number| number > 0);
    if number.is_none() {
        diagnostics.report(InvalidValue {
            primary: port.span,
            message: message!("{port} is not a valid port", port = port.value),
            help: "write a number from 1 to 65535".into(),
        });
    }
    number.unwrap_or(1)
}

/// A number that has a range.
pub(crate) fn range(
    what: &str,
    number: Spanned<i64>,
    range: std::ops::RangeInclusive<i64>,
    diagnostics: &mut Diagnostics,
) {
    if !range.contains(&number.value) {
        let (from, to) = (range.start(), range.end());
        let help = match *to {
            to if to == i64::from(i32::MAX) && *from >= 0 => message!("write {from} or more", from),
            to => message!("write a number from {from} to {to}", from, to),
        };
        let message = message!("`{what}` cannot be {number}", what, number = number.value);
        diagnostics.report(InvalidValue { primary: number.span, message, help });
    }
}

/// A path inside a container.
pub(crate) fn mount_path(path: &Text, diagnostics: &mut Diagnostics) {
    if !path.value.starts_with('/') || path.value.contains(':') || path.value.ends_with("/..") {
        diagnostics.report(InvalidValue {
            primary: path.span,
            message: message!("`{path}` is not a valid mount path", path = path.value),
            help: "write an absolute path without `:`, for example /etc/shop/config.yaml".into(),
        });
    }
}

/// A path of a URL.
pub(crate) fn url_path(path: &Text, diagnostics: &mut Diagnostics) {
    if !path.value.starts_with('/') {
        diagnostics.report(InvalidValue {
            primary: path.span,
            message: message!("`{path}` is not a valid URL path", path = path.value),
            help: message!("write `/{path}`", path = path.value),
        });
    }
}

/// A host name; `*.` in front where that is allowed.
pub(crate) fn host(host: &Text, wildcard: bool, diagnostics: &mut Diagnostics) {
    let text = host.value.as_str();
    let bare = if wildcard { text.strip_prefix("*.").unwrap_or(text) } else { text };
    if !is_dns_subdomain(bare) {
        diagnostics.report(InvalidValue {
            primary: host.span,
            message: message!("`{text}` is not a valid host name", text),
            help:
                "write it in lower case, without scheme, port or path, for example shop.example.com"
                    .into(),
        });
    }
}

/// A text that has to hold something, without white space around or in it.
pub(crate) fn word(what: &str, text: &Text, diagnostics: &mut Diagnostics) {
    if text.value.is_empty() || text.value.chars().any(char::is_whitespace) {
        diagnostics.report(InvalidValue {
            primary: text.span,
            message: message!("`{what}` cannot be `{value}`", what, value = text.value),
            help: "write it without spaces".into(),
        });
    }
}

/// A cron schedule of five fields or a macro, as CronJobs take it
/// (`github.com/robfig/cron/v3 ParseStandard`).
pub(crate) fn schedule(schedule: &Text, diagnostics: &mut Diagnostics) {
    if let Err(cause) = cron(&schedule.value) {
        diagnostics.report(InvalidValue {
            primary: schedule.span,
            message: message!(
                "`{schedule}` is not a valid schedule: {cause}",
                schedule = schedule.value,
                cause
            ),
            help:
                "write minute, hour, day of month, month and day of week, for example `30 4 * * 1-5`, or one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`"
                    .into(),
        });
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

fn cron(text: &str) -> Result<(), Message> {
    const MACROS: [&str; 7] =
        ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    if MACROS.contains(&text) || text.starts_with("@every ") {
        return Ok(());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(message!("it has {fields} fields, not 5", fields = fields.len()));
    };
    cron_field("minute", minute, 0..=59, &[])?;
    cron_field("hour", hour, 0..=23, &[])?;
    cron_field("day of month", day, 1..=31, &[])?;
    cron_field("month", month, 1..=12, &MONTHS)?;
    cron_field("day of week", weekday, 0..=6, &DAYS)
}

fn cron_field(
    what: &str,
    field: &str,
    range: std::ops::RangeInclusive<usize>,
    names: &[&str],
) -> Result<(), Message> {
    let wrong = || {
        message!(
            "the {what} `{field}` is not between {from} and {to}",
            what,
            field,
            from = range.start(),
            to = range.end()
        )
    };
    let number = |text: &str| -> Option<usize> {
        let name = names.iter().position(|name| *name == text.to_lowercase());
        name.map(|index| index + range.start())
            .or_else(|| text.parse().ok())
            .filter(|number| range.contains(number))
    };
    for part in field.split(',') {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(step)),
            None => (part, None),
        };
        if step.is_some_and(|step| step.parse::<usize>().ok().is_none_or(|step| step == 0)) {
            return Err(wrong());
        }
        let fits = match span.split_once('-') {
            Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
            None => matches!(span, "*" | "?") || number(span).is_some(),
        };
        if !fits {
            return Err(wrong());
        }
    }
    Ok(())
}

/// A place and a text, for a problem that is worded where it is found.
pub(crate) fn invalid(
    primary: Span,
    message: impl Into<Message>,
    help: impl Into<Message>,
) -> InvalidValue {
    InvalidValue { primary, message: message.into(), help: help.into() }
}

fn is_dns_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(fits)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

fn is_label_value(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || (text.len() <= 63
            && text.chars().all(fits)
            && text.starts_with(edge)
            && text.ends_with(edge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for good in ["* * * * *", "*/5 0-6,12 1 jan-mar MON", "0 0 1 1 ?", "@daily", "@every 1h"] {
            assert_eq!(cron(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* * 0 * *",
            "* * * * 7",
            "*/0 * * * *",
            "a * * * *",
            "5-1 * * * *",
        ] {
            assert!(cron(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_a_right_one() {
        assert_eq!(suggestion("Shop_API"), ", for example `shop-api`".into());
        assert_eq!(suggestion("1st"), ", for example `st`".into());
        assert_eq!(suggestion("---"), "".into());
    }
}
