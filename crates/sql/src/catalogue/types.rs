//! Types that mean the same, and types that hold less than others.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::definition::TypeName;
use crate::dialect::Dialect;
use crate::dialect::grammar::ReferenceTypes;

/// A type in a form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    /// One name for all spellings: `character varying` is `varchar`.
    pub name: SmolStr,
    /// Its arguments, without those that mean nothing (`int(11)`).
    pub args: Vec<SmolStr>,
    /// MySQL's `UNSIGNED`.
    pub unsigned: bool,
    /// An array.
    pub array: bool,
}

impl Normal {
    /// A written type in a form that can be compared.
    pub fn of(dialect: Dialect, written: &TypeName) -> Normal {
        let types = &dialect.grammar().types;
        let lower = written.name.to_lowercase();
        let own = types.synonyms.iter().find(|(name, _)| *name == lower);
        let name = match own.map_or(lower.as_str(), |(_, meant)| meant) {
            "character varying" | "varchar2" | "varcharacter" | "char varying" => "varchar",
            "national varchar" | "national character varying" => "nvarchar",
            "character" | "bpchar" => "char",
            "national character" | "national char" => "nchar",
            "int" => "integer",
            "bool" => "boolean",
            "dec" | "decimal" | "fixed" => "numeric",
            "float8" | "double precision" => "double",
            "timestamp with time zone" => "timestamptz",
            "timestamp without time zone" => "timestamp",
            "time with time zone" => "timetz",
            "time without time zone" => "time",
            "varbit" => "bit varying",
            other => other,
        };
        let integers = ["integer", "bigint", "smallint", "tinyint", "mediumint", "year"];
        let width = types.display_width && integers.contains(&name);
        // The digits of a second that a time without a precision has.
        let times = ["timestamp", "timestamptz", "time", "timetz", "datetime"];
        let precision = match (times.contains(&name), types.sized_texts, types.of_users) {
            (true, true, _) => Some("0"),
            (true, false, true) => Some("6"),
            (_, _, _) => None,
        };
        Normal {
            name: if name == "boolean" { types.boolean.into() } else { name.into() },
            args: match (width, precision) {
                (true, _) => Vec::new(),
                (false, Some(precision)) if written.args.is_empty() => vec![precision.into()],
                (false, _) => written.args.clone(),
            },
            unsigned: written.unsigned,
            array: written.array,
        }
    }

    fn number(&self, at: usize) -> Option<u64> {
        self.args.get(at)?.parse().ok()
    }

    /// How many characters it holds; `None` without a bound.
    fn length(&self) -> Option<u64> {
        match (self.name.as_str(), self.args.first().map(|arg| arg.to_ascii_lowercase())) {
            ("tinytext" | "tinyblob", _) => Some(255),
            ("text" | "blob" | "mediumtext" | "longtext" | "mediumblob" | "longblob", None) => None,
            ("char" | "nchar" | "binary" | "bit", None) => Some(1),
            (_, Some(max)) if max == "max" => None,
            (_, Some(_)) => self.number(0),
            (_, None) => None,
        }
    }
}

/// Whether everything that the old type holds fits into the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same type.
    Same,
    /// All of it does.
    Wider,
    /// Some of it may not.
    Narrower,
    /// It cannot be told.
    Different,
}

/// Compares an old type with a new one.
pub fn fit(dialect: Dialect, old: &TypeName, new: &TypeName) -> Fit {
    let are_of_two_schemas = old
        .schema
        .as_ref()
        .zip(new.schema.as_ref())
        .is_some_and(|(old, new)| old.text.to_lowercase() != new.text.to_lowercase());
    let (old, new) = (Normal::of(dialect, old), Normal::of(dialect, new));
    if old == new && are_of_two_schemas {
        return Fit::Different;
    }
    if old == new {
        return Fit::Same;
    }
    if old.array != new.array {
        return Fit::Different;
    }
    if let (Some(before), Some(after)) = (integer(&old), integer(&new)) {
        return covers(after, before);
    }
    if let (Some(before), Some(after)) = (text_rank(&old.name), text_rank(&new.name)) {
        return text_fit(dialect, &old, &new, before, after);
    }
    if old.name == "numeric" && new.name == "numeric" {
        return numeric_fit(&old, &new);
    }
    if let Some((min, max)) = integer(&old)
        && new.name == "numeric"
    {
        let digits = (max.unsigned_abs().max(min.unsigned_abs())).ilog10() as u64 + 1;
        let room = new.number(0).map(|all| all.saturating_sub(new.number(1).unwrap_or(0)));
        return if room.is_none_or(|room| room >= digits) { Fit::Wider } else { Fit::Narrower };
    }
    let floats = |name: &str| match name {
        "real" | "float" => Some(1),
        "double" => Some(2),
        _ => None,
    };
    if let (Some(before), Some(after)) = (floats(&old.name), floats(&new.name)) {
        return if after >= before { Fit::Wider } else { Fit::Narrower };
    }
    if integer(&new).is_some() && (old.name == "numeric" || floats(&old.name).is_some()) {
        return Fit::Narrower;
    }
    if text_rank(&new.name).is_some() && text_rank(&old.name).is_none() {
        let bound = new.length();
        return if bound.is_none_or(|bound| bound >= 64) { Fit::Wider } else { Fit::Different };
    }
    if matches!(
        (old.name.as_str(), new.name.as_str()),
        ("timestamp" | "timestamptz" | "datetime", "date" | "time")
    ) {
        return Fit::Narrower;
    }
    if (old.name == "date" && matches!(new.name.as_str(), "timestamp" | "timestamptz" | "datetime"))
        || (old.name == "json" && new.name == "jsonb")
    {
        return Fit::Wider;
    }
    if old.name == new.name {
        return args_fit(&old, &new);
    }
    Fit::Different
}

/// The values of an integer type.
fn integer(found: &Normal) -> Option<(i128, i128)> {
    let bits = match found.name.as_str() {
        "tinyint" | "int8" | "uint8" => 8,
        "smallint" | "int16" | "uint16" => 16,
        "mediumint" => 24,
        "integer" | "int32" | "uint32" => 32,
        "bigint" | "int64" | "uint64" => 64,
        _ => return None,
    };
    let unsigned = found.unsigned || found.name.starts_with("uint");
    Some(if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) })
}

fn covers(after: (i128, i128), before: (i128, i128)) -> Fit {
    if after.0 <= before.0 && after.1 >= before.1 { Fit::Wider } else { Fit::Narrower }
}

fn text_rank(name: &str) -> Option<u8> {
    Some(match name {
        "char" | "nchar" | "varchar" | "nvarchar" | "citext" => 2,
        "tinytext" => 1,
        "text" | "ntext" | "string" | "clob" => 3,
        "mediumtext" => 4,
        "longtext" => 5,
        _ => return None,
    })
}

fn text_fit(dialect: Dialect, old: &Normal, new: &Normal, before: u8, after: u8) -> Fit {
    match (old.length(), new.length()) {
        (None, Some(_)) => Fit::Narrower,
        (Some(_), None) => Fit::Wider,
        (Some(old), Some(new)) if new < old => Fit::Narrower,
        (Some(_), Some(_)) => Fit::Wider,
        (None, None) if dialect.grammar().types.sized_texts && after < before => Fit::Narrower,
        (None, None) => Fit::Wider,
    }
}

fn numeric_fit(old: &Normal, new: &Normal) -> Fit {
    let shape =
        |found: &Normal| found.number(0).map(|precision| (precision, found.number(1).unwrap_or(0)));
    match (shape(old), shape(new)) {
        (_, None) => Fit::Wider,
        (None, Some(_)) => Fit::Narrower,
        (Some((p, s)), Some((q, t))) => {
            if t >= s && q.saturating_sub(t) >= p.saturating_sub(s) {
                Fit::Wider
            } else {
                Fit::Narrower
            }
        }
    }
}

/// What a change of a type means for the rows that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Retype {
    /// They are stored alike.
    Relaxed,
    /// Their length may take one more byte.
    Grown,
    /// Labels are added behind all others.
    Extended,
    /// They are stored otherwise, and all of them fit.
    Wider,
    /// It is not known.
    Other,
}

/// The longest `varchar` whose length takes one byte in every character set: 63 characters of four bytes.
const SHORT: u64 = 63;
/// The shortest whose length takes two bytes in every character set.
const LONG: u64 = 256;

/// What a change of a type means for rows.
pub(super) fn retype(dialect: Dialect, old: &TypeName, new: &TypeName) -> Retype {
    let kinds = &dialect.grammar().types;
    let is_wider = fit(dialect, old, new) == Fit::Wider;
    let (old, new) = (Normal::of(dialect, old), Normal::of(dialect, new));
    if !is_wider {
        return Retype::Other;
    }
    if old.array || new.array || old.unsigned != new.unsigned {
        return Retype::Wider;
    }
    let is_varying = |of: &Normal| matches!(of.name.as_str(), "varchar" | "text");
    if kinds.sized_texts {
        if matches!(old.name.as_str(), "enum" | "set") && old.name == new.name {
            return match new.args.starts_with(&old.args) {
                true => Retype::Extended,
                false => Retype::Wider,
            };
        }
        if (old.name.as_str(), new.name.as_str()) != ("varchar", "varchar") {
            return Retype::Wider;
        }
        return match (old.length(), new.length()) {
            (Some(_), Some(new)) if new <= SHORT => Retype::Relaxed,
            (Some(old), Some(_)) if old >= LONG => Retype::Relaxed,
            (_, _) => Retype::Grown,
        };
    }
    let scale = |of: &Normal| of.number(1).unwrap_or(0);
    let same = old.name == new.name;
    let relaxes = match old.name.as_str() {
        "varchar" | "text" => is_varying(&new),
        "bit varying" => same,
        "numeric" => same && (new.args.is_empty() || scale(&old) == scale(&new)),
        "timestamp" | "timestamptz" | "time" | "timetz" => same,
        _ => false,
    };
    if relaxes { Retype::Relaxed } else { Retype::Wider }
}

/// Lengths, precisions and the members of an enum.
fn args_fit(old: &Normal, new: &Normal) -> Fit {
    if matches!(old.name.as_str(), "enum" | "set") {
        let members: BTreeSet<&SmolStr> = new.args.iter().collect();
        let kept = old.args.iter().all(|member| members.contains(member));
        return if kept { Fit::Wider } else { Fit::Narrower };
    }
    if old.unsigned != new.unsigned {
        return Fit::Narrower;
    }
    match (old.number(0), new.number(0)) {
        (Some(before), Some(after)) if after < before => Fit::Narrower,
        (Some(_), Some(_)) => Fit::Wider,
        (None, Some(_)) => Fit::Narrower,
        (Some(_), None) => Fit::Wider,
        (None, None) => Fit::Different,
    }
}

/// The type of a dialect that a wrong one is a slip of the keyboard from.
pub fn nearest_type(dialect: Dialect, wrong: &str) -> Option<&'static str> {
    let wrong = wrong.to_lowercase();
    let length = wrong.chars().count();
    if length < 3 {
        return None;
    }
    dialect
        .grammar()
        .types
        .names
        .iter()
        .filter(|known| known.len() > 3 || known.len() == length)
        .filter(|known| known.len().abs_diff(length) <= 2)
        .map(|known| (strsim::damerau_levenshtein(&wrong, known), *known))
        .filter(|&(distance, known)| distance <= if known.len() >= 7 { 2 } else { 1 })
        .min()
        .map(|(_, known)| known)
}

/// Whether no server compares columns of these two types for a foreign key.
pub(crate) fn never_refer(how: ReferenceTypes, one: &TypeName, two: &TypeName) -> bool {
    if how == ReferenceTypes::Unchecked || !one.known || !two.known {
        return false;
    }
    // MySQL's boolean is an integer of one byte.
    let is_number = |of: &TypeName| how == ReferenceTypes::Sizes && of.name.starts_with("bool");
    if is_number(one) || is_number(two) {
        return false;
    }
    let (Some(of_one), Some(of_two)) = (family(one), family(two)) else { return false };
    if of_one != of_two {
        return true;
    }
    let sizes = (integer_size(&one.name), integer_size(&two.name));
    match (how, sizes) {
        (ReferenceTypes::Sizes, (Some(size), Some(other))) => {
            size != other || one.unsigned != two.unsigned
        }
        (ReferenceTypes::Sizes | ReferenceTypes::Families | ReferenceTypes::Unchecked, _) => false,
    }
}

/// Types whose values are compared with each other.
fn family(data_type: &TypeName) -> Option<&'static str> {
    if data_type.array {
        return None;
    }
    Some(match data_type.name.as_str() {
        "int" | "integer" | "bigint" | "smallint" | "int2" | "int4" | "int8" | "tinyint"
        | "mediumint" | "serial" | "bigserial" | "smallserial" | "serial2" | "serial4"
        | "serial8" | "numeric" | "decimal" | "real" | "double precision" | "float4" | "float8"
        | "float" => "number",
        "text" | "varchar" | "char" | "character" | "character varying" | "name" | "nvarchar"
        | "tinytext" | "mediumtext" | "longtext" => "text",
        "uuid" => "uuid",
        "boolean" | "bool" => "boolean",
        "date"
        | "timestamp"
        | "timestamptz"
        | "timestamp with time zone"
        | "timestamp without time zone" => "time",
        "datetime" => "datetime",
        _ => return None,
    })
}

/// How many bytes an integer has, where it is known.
fn integer_size(name: &str) -> Option<u8> {
    Some(match name {
        "tinyint" | "int1" => 1,
        "smallint" | "int2" => 2,
        "mediumint" | "int3" => 3,
        "int" | "integer" | "int4" => 4,
        "bigint" | "int8" => 8,
        _ => return None,
    })
}
