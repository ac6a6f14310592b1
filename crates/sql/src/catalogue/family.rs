//! Families of types: what an App says of a column without naming a type of one server.

use crate::catalogue::types::Normal;
use crate::definition::TypeName;
use crate::dialect::Dialect;

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Whole numbers of any size.
    Integer,
    /// Numbers with a fraction, exact or not.
    Number,
    /// Texts, and the labels of enums.
    Text,
    /// `true` and `false`.
    Boolean,
    /// Days.
    Date,
    /// Times of a day.
    Time,
    /// Points in time, with a time zone or without.
    Timestamp,
    /// JSON.
    Json,
    /// UUIDs.
    Uuid,
    /// Bytes.
    Binary,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 10] = [
        Family::Integer,
        Family::Number,
        Family::Text,
        Family::Boolean,
        Family::Date,
        Family::Time,
        Family::Timestamp,
        Family::Json,
        Family::Uuid,
        Family::Binary,
    ];

    /// Their names.
    pub const NAMES: [&'static str; 10] = [
        "integer",
        "number",
        "text",
        "boolean",
        "date",
        "time",
        "timestamp",
        "json",
        "uuid",
        "binary",
    ];

    /// As it is written in a contract.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Integer => "integer",
            Family::Number => "number",
            Family::Text => "text",
            Family::Boolean => "boolean",
            Family::Date => "date",
            Family::Time => "time",
            Family::Timestamp => "timestamp",
            Family::Json => "json",
            Family::Uuid => "uuid",
            Family::Binary => "binary",
        }
    }

    /// The family of this name.
    pub fn called(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Whether a column of another family does for an App that needs this one: every integer is a
    /// number to who reads it, and a column of numbers takes every integer.
    pub(super) fn is_kept_by(self, found: Family, dialect: Dialect, is_written: bool) -> bool {
        // MySQL has no types for booleans and UUIDs, and MariaDB has none for JSON.
        let has_fewer = dialect.grammar().types.sized_texts;
        match (self, found) {
            (wanted, found) if wanted == found => true,
            (Family::Number, Family::Integer) => !is_written,
            (Family::Integer, Family::Number) => is_written,
            (Family::Boolean, Family::Integer) | (Family::Json, Family::Text) => has_fewer,
            (Family::Uuid, Family::Text | Family::Binary) => has_fewer,
            (_, _) => false,
        }
    }
}

/// The family of a type; nothing for arrays, for types of the project's own, and for those that are of
/// no family.
pub fn family(dialect: Dialect, written: &TypeName) -> Option<Family> {
    if !written.known || written.array {
        return None;
    }
    Some(match Normal::of(dialect, written).name.as_str() {
        "integer" | "bigint" | "smallint" | "tinyint" | "mediumint" | "year" => Family::Integer,
        "numeric" | "real" | "double" | "float" => Family::Number,
        "varchar" | "char" | "text" | "tinytext" | "mediumtext" | "longtext" | "nvarchar"
        | "nchar" | "ntext" | "citext" | "string" | "clob" | "enum" => Family::Text,
        "boolean" => Family::Boolean,
        "date" => Family::Date,
        "time" | "timetz" => Family::Time,
        "timestamp" | "timestamptz" | "datetime" | "datetime2" | "datetimeoffset" => {
            Family::Timestamp
        }
        "json" | "jsonb" => Family::Json,
        "uuid" | "uniqueidentifier" => Family::Uuid,
        "bytea" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "binary" | "varbinary" => {
            Family::Binary
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_the_families() {
        assert_eq!(Family::ALL.map(Family::name), Family::NAMES);
    }
}
