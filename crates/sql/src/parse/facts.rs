//! What a statement says that only comparisons need: the definition of what has a name and is no table,
//! as a print; the labels of enums; comments and permissions.
//!
//! In: one statement's tokens, and what it makes or removes. Nothing is reported.

use smol_str::SmolStr;

use crate::definition::{Class, Defined, Definition, Effect, Fact, ParseStatus, Print, Whole};
use crate::dialect::Dialect;
use crate::parse::effects::object;
use crate::parse::print::{Printer, has_sql_body};
use crate::parse::read::{Cursor, unquote};
use crate::parse::token::{Kind, Token};
use crate::source::Excerpt;
use crate::word::{is, is_any};

/// The longest target of a comment, in bytes: names are shorter.
const MAX_TARGET: usize = 1_000;

/// What a statement with these tokens and effects says.
pub(crate) fn facts(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    effects: &[Effect],
    (definition, status): (Option<&Definition>, ParseStatus),
) -> Vec<Fact> {
    let mut out = of_parts(excerpt, tokens, dialect, effects);
    let is_read = match definition {
        // What is not understood of it is not compared.
        Some(_) => {
            let is_created = out.iter().any(|fact| matches!(fact, Fact::Created(_)));
            is_created || matches!(status, ParseStatus::Read | ParseStatus::Passed)
        }
        None => !out.is_empty() || effects.iter().any(|effect| effect.class != Class::Call),
    };
    if is_read {
        return out;
    }
    let cursor = &mut Cursor::new(excerpt, tokens, dialect);
    let start = cursor.start();
    let is_call = effects.iter().any(|effect| effect.class == Class::Call && !is_counter(effect));
    let is_change = definition.is_some() || is_call || is_any(cursor.word(), CHANGES);
    if is_change {
        cursor.rest_is_known();
        out.push(Fact::Whole(Whole::Other, cursor.print_since(0), cursor.since(start)));
    }
    out
}

/// Verbs of statements that may change a schema.
const CHANGES: &[&str] = &["CREATE", "ALTER", "SECURITY", "EXEC", "EXECUTE", "DO", "CLUSTER"];

/// Whether a call sets a sequence to its next value, which is no part of a schema.
fn is_counter(effect: &Effect) -> bool {
    effect.name.as_ref().is_some_and(|name| is(&name.name.text, "setval"))
}

/// What the parts of a statement say.
fn of_parts(
    excerpt: &Excerpt,
    tokens: &[Token],
    dialect: Dialect,
    effects: &[Effect],
) -> Vec<Fact> {
    let mut out = Vec::new();
    let cursor = &mut Cursor::new(excerpt, tokens, dialect);
    let start = cursor.start();
    if cursor.eat("CREATE") {
        if is(cursor.word(), "TYPE") {
            cursor.skip();
            out.extend(labels(cursor));
        }
        let made = effects.iter().find(|effect| !effect.removes && is_compared(effect.class));
        out.extend(made.map(|effect| Fact::Created(defined(excerpt, tokens, dialect, effect))));
    } else if cursor.eat("ALTER") {
        if cursor.eat("TYPE") {
            out.extend(altered_enum(cursor));
        }
        out.extend(altered(excerpt, tokens, dialect, start));
    } else if is_any(cursor.word(), &["GRANT", "REVOKE", "DENY"]) {
        cursor.rest_is_known();
        out.push(Fact::Whole(Whole::Permission, cursor.print_since(0), cursor.since(start)));
    } else if cursor.eat_all(&["COMMENT", "ON"]) {
        out.extend(comment(cursor, start));
    }
    out
}

/// Whether two states are compared by what is said of an object of a class.
fn is_compared(class: Class) -> bool {
    !matches!(class, Class::Data | Class::Call | Class::Permission | Class::VersionedTable)
}

/// An object as a statement defines it.
fn defined(excerpt: &Excerpt, tokens: &[Token], dialect: Dialect, effect: &Effect) -> Defined {
    let text = excerpt.text.as_str();
    let mut printer = Printer::new(dialect.grammar());
    if !has_sql_body(text, tokens) {
        printer.keep_bodies();
    }
    printer.tokens(text, &said(text, tokens, effect));
    let has_overloads = dialect.grammar().server.bodies_are_text
        && matches!(effect.class.namespace(), Class::Function | Class::Operator);
    let signature = match has_overloads {
        true => Printer::of(dialect.grammar(), text, first_group(tokens)),
        false => Print::NONE,
    };
    Defined {
        class: effect.class,
        name: effect.name.clone(),
        // What stands behind the first ON of a rule is no table.
        on: effect.on.clone().filter(|_| effect.class != Class::Rule),
        signature,
        print: printer.finish(),
        is_altered: false,
        span: effect.span,
    }
}

/// The tokens of a definition without `OR REPLACE`, `IF NOT EXISTS` and the name, which may have a schema
/// or none.
fn said(text: &str, tokens: &[Token], effect: &Effect) -> Vec<Token> {
    let word = |token: &Token| match token.kind {
        Kind::Word => text.get(token.range()).unwrap_or_default(),
        Kind::Quoted | Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => "",
    };
    let body = tokens.iter().position(|token| {
        is_any(word(token), &["AS", "ON", "BEGIN"]) || token.kind == Kind::Symbol(b'(')
    });
    let head = body.unwrap_or(tokens.len());
    let (before, after) = tokens.split_at(head);
    let name = effect.name.as_ref().map(|name| name.name.text.as_str());
    let schema = effect.name.as_ref().and_then(|name| name.schema.as_ref());
    let schema = schema.map(|schema| schema.text.as_str());
    let is_noise = |token: &&Token| {
        let text = unquote(text.get(token.range()).unwrap_or_default());
        is_any(word(token), &["OR", "REPLACE", "IF", "NOT", "EXISTS", "CREATE"])
            || token.kind == Kind::Symbol(b'.')
            || Some(text.as_str()) == name
            || Some(text.as_str()) == schema
    };
    before.iter().filter(|token| !is_noise(token)).chain(after).copied().collect()
}

/// The first group in parentheses.
fn first_group(tokens: &[Token]) -> &[Token] {
    let from = tokens.iter().position(|token| token.kind == Kind::Symbol(b'('));
    let rest = from.and_then(|from| tokens.get(from..)).unwrap_or_default();
    let mut depth = 0usize;
    for (at, token) in rest.iter().enumerate() {
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => {
                depth -= 1;
                if depth == 0 {
                    return rest.get(..=at).unwrap_or_default();
                }
            }
            Kind::Word
            | Kind::Quoted
            | Kind::Text
            | Kind::Number
            | Kind::Variable
            | Kind::Symbol(_) => {}
        }
    }
    rest
}

/// `name AS ENUM ('a', 'b')`.
fn labels(cursor: &mut Cursor<'_>) -> Option<Fact> {
    let name = cursor.name()?;
    if !cursor.eat_all(&["AS", "ENUM"]) || !cursor.eat_symbol(b'(') {
        return None;
    }
    let mut labels = Vec::new();
    while let Some(label) = text(cursor) {
        labels.push(label);
        if !cursor.eat_symbol(b',') {
            break;
        }
    }
    Some(Fact::Enum(name, labels))
}

fn text(cursor: &mut Cursor<'_>) -> Option<SmolStr> {
    let token = cursor.peek().filter(|token| token.kind == Kind::Text)?;
    cursor.skip();
    Some(unquote(cursor.text(token)))
}

/// `name ADD VALUE 'a' BEFORE 'b'`, `name RENAME VALUE 'a' TO 'b'`.
fn altered_enum(cursor: &mut Cursor<'_>) -> Option<Fact> {
    let name = cursor.name()?;
    if cursor.eat_all(&["ADD", "VALUE"]) {
        cursor.if_not_exists();
        let label = text(cursor)?;
        let is_after = is(cursor.word(), "AFTER");
        let beside = match cursor.eat_any(&["BEFORE", "AFTER"]) {
            true => text(cursor).map(|other| (other, is_after)),
            false => None,
        };
        return Some(Fact::EnumLabel { name, label, beside });
    }
    if cursor.eat_all(&["RENAME", "VALUE"]) {
        let from = text(cursor)?;
        cursor.eat("TO");
        return Some(Fact::EnumLabelRenamed(name, from, text(cursor)?));
    }
    None
}

/// `ALTER` of anything but a table.
fn altered(excerpt: &Excerpt, tokens: &[Token], dialect: Dialect, start: usize) -> Option<Fact> {
    let cursor = &mut Cursor::new(excerpt, tokens, dialect);
    cursor.skip();
    if cursor.eat_all(&["DEFAULT", "PRIVILEGES"]) {
        cursor.rest_is_known();
        return Some(Fact::Whole(Whole::Permission, cursor.print_since(0), cursor.since(start)));
    }
    let is_materialized = cursor.eat("MATERIALIZED");
    let class = match () {
        () if is(cursor.word(), "TABLE") => return None,
        () if cursor.eat("VIEW") && is_materialized => Class::MaterializedView,
        () if is(cursor.word_back(1), "VIEW") => Class::View,
        () if cursor.eat("TYPE") => Class::CompositeType,
        () => object(cursor)?,
    };
    cursor.if_exists();
    let name = cursor.name()?;
    let span = name.span();
    let mark = cursor.mark();
    let signature = match cursor.skip_group() {
        true if dialect.grammar().server.bodies_are_text => cursor.print_since(mark),
        true | false => Print::NONE,
    };
    let on = if cursor.eat("ON") { cursor.name() } else { None };
    let is_owner = cursor.eat_all(&["OWNER", "TO"]);
    let is_enum = is_any(cursor.word(), &["ADD", "RENAME"]) && is(cursor.word_at(1), "VALUE");
    if is_enum && class == Class::CompositeType {
        return None;
    }
    let mark = if is_owner { 0 } else { cursor.mark() };
    cursor.rest_is_known();
    let print = cursor.print_since(mark);
    if is_owner {
        return Some(Fact::Whole(Whole::Permission, print, span));
    }
    Some({
        let name = Some(name);
        Fact::Altered(Defined { class, name, on, signature, print, is_altered: true, span })
    })
}

/// `TABLE t IS 'x'`.
fn comment(cursor: &mut Cursor<'_>, start: usize) -> Option<Fact> {
    let mark = cursor.mark();
    let mut target = String::new();
    while !cursor.at_end() && !is(cursor.word(), "IS") {
        let token = cursor.peek()?;
        let part = match token.kind {
            Kind::Word => cursor.text(token).to_ascii_lowercase(),
            Kind::Quoted => unquote(cursor.text(token)).to_string(),
            Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol(_) => {
                cursor.text(token).to_owned()
            }
        };
        let touches = matches!(token.kind, Kind::Symbol(_)) || target.ends_with(['.', '(']);
        if !target.is_empty() && !touches {
            target.push(' ');
        }
        target.push_str(&part);
        cursor.skip();
        if target.len() > MAX_TARGET {
            return None;
        }
    }
    if cursor.mark() == mark || !cursor.eat("IS") {
        return None;
    }
    let is_gone = is(cursor.word(), "NULL");
    let mark = cursor.mark();
    cursor.rest_is_known();
    let print = if is_gone { Print::NONE } else { cursor.print_since(mark) };
    Some(Fact::Comment(target.into(), print, cursor.since(start)))
}
