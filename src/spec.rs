//! The table of fields: what a spec may hold, once and for everybody who asks.
//!
//! A row of [`record!`] is a field: its name, what it holds, its text for the docs, an example, and
//! what it is called elsewhere. From the rows come the type that `resolve` works on, the reader with its
//! messages ([`read`]), what an environment may leave out, `generate json-schema` and the tables of
//! `docs/spec.md`. So a new field is its row here, its meaning in `resolve`, its use in `lower`, and a
//! golden case.

mod app;
pub(crate) mod atlas;
mod database;
mod elsewhere;
pub(crate) mod kubernetes;
mod page;
mod read;
pub(crate) mod rewrite;
mod schema;
pub(crate) mod shape;
mod shared;

pub use app::{
    Access, App, Autoscaling, Columns, ColumnsOrAccess, DisruptionBudget, EnvValue, HttpRoute,
    Ingress, Job, JobRun, Limits, Mount, Named, NumberOrPort, Port, PullSecret, Tables, Tls,
    Volume,
};
pub use database::{
    AppCredentials, CloudNativePg, Credentials, Database, External, MaybeSqlServer, SizeOrStorage,
    SqlServer, Storage,
};
pub use schema::{Cloud, ConcurrentIndex, MigrateDown, Policy, SKIPS, Schema, Variable};
pub use shared::{
    ConfigFile, Content, FromSecret, Inline, Mapping, Metadata, Patch, SHARED, SecretKey, Shared,
    Spec, Specs, Spelled, Target,
};

pub use page::page;
pub(crate) use read::{Fields, Part};
pub(crate) use shared::read;

/// What a value has to look like.
#[derive(Debug)]
pub enum FieldType {
    /// A string; any scalar is taken as it was written.
    Text,
    /// A whole number.
    Int,
    /// A number, with a fraction or without.
    Number,
    /// `true` or `false`.
    Bool,
    /// A number or a word: a port by its number or its name, a part as `25%`.
    IntOrText,
    /// An amount such as `500m`, `1.5` or `2Gi`.
    Quantity,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// The name of an engine, with a driver's suffix or without.
    Engine,
    /// A list.
    List(&'static FieldType),
    /// A mapping with names of the user's own.
    Map(&'static FieldType),
    /// A mapping with fields of ours.
    Record(&'static Record),
    /// An object of Kubernetes.
    Type(&'static kubernetes::Type),
    /// An object of Kubernetes in which most has a default here: only these fields are required, and
    /// these other ones are refused.
    Relaxed {
        /// The object.
        of: &'static kubernetes::Type,
        /// What has to be there.
        required: &'static [&'static str],
        /// What cannot be there, since it is said elsewhere.
        without: &'static [&'static str],
    },
    /// Fields of ours beside those of an object.
    Beside(&'static [Field], &'static FieldType),
    /// Either of several ways to write it.
    Either(&'static [FieldType]),
    /// Anything.
    Any,
}

/// A mapping with fields of ours.
#[derive(Debug)]
pub struct Record {
    /// Its fields, in the order of the docs.
    pub fields: &'static [Field],
    /// Which of them go together.
    pub rules: &'static [Rule],
}

/// One field: a row of the table.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: FieldType,
    /// Whether it has to be there.
    pub is_required: bool,
    /// What it means, in Markdown: whole sentences.
    pub text: &'static str,
    /// What stands under `spec:`, in one line, as an example of it. Where there is none, the field
    /// is shown in the example of what it is a part of.
    pub example: &'static str,
    /// What it is called elsewhere: in Kubernetes, Compose, Helm charts, or by a guess.
    pub synonyms: &'static [&'static str],
}

/// Which fields go together.
#[derive(Debug)]
pub enum Rule {
    /// Exactly one of some fields has to be there.
    OneOf {
        /// What lacks it, for messages: `this Schema`.
        of: &'static str,
        /// What they say: `what the schema is to be`.
        purpose: &'static str,
        /// The fields.
        fields: &'static [&'static str],
    },
    /// Some fields cannot stand beside others. A field that is `false`, or empty, is not there.
    Excludes {
        /// The fields, the first of which counts.
        by: &'static [&'static str],
        /// What cannot stand beside them.
        fields: &'static [&'static str],
        /// The reason.
        why: &'static str,
    },
}

/// A kind of spec.
#[derive(Debug)]
pub struct KindOfSpec {
    /// As written in `kind:`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub text: &'static str,
    /// Its own fields.
    pub own: &'static Record,
}

/// All of them, in the order of their dependencies.
pub static KINDS: [KindOfSpec; 3] = [
    KindOfSpec { name: "Database", text: "Where data lives.", own: &Database::RECORD },
    KindOfSpec {
        name: "Schema",
        text: "The desired schema of one database, applied by the Atlas Operator.",
        own: &Schema::RECORD,
    },
    KindOfSpec { name: "App", text: "A workload and its way in.", own: &App::RECORD },
];

/// Declares a mapping: its type, its rows and its reader.
///
/// `must` is a field that has to be there, `may` one that need not, `any` a list or mapping that is
/// empty where it is not there. `like` names a [`Like`]: a part in the shape of Kubernetes, of which
/// the program keeps the value; `word` and `words` likewise a text, or a list of texts, that are some
/// words or amounts.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( @$span:ident = $of_span:ident; )?
            $(
                $mode:ident $field:ident: $type:ty = $key:literal,
                    $text:expr, $example:literal, [$($synonym:literal),* $(,)?];
            )*
        }
        rules [$($rule:expr),* $(,)?]
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name {
            $(
                /// Its place.
                pub $span: $crate::source::Span,
            )?
            $(
                #[doc = $text]
                pub $field: record!(@type $mode $type),
            )*
        }

        impl $name {
            /// Its rows of the table.
            pub const RECORD: $crate::spec::Record = $crate::spec::Record {
                fields: &[$(
                    $crate::spec::Field {
                        name: $key,
                        shape: record!(@shape $mode $type),
                        is_required: record!(@required $mode),
                        text: $text,
                        example: $example,
                        synonyms: &[$($synonym),*],
                    },
                )*],
                rules: &[$($rule),*],
            };

            /// Reads its fields out of a mapping that may hold others as well.
            pub(crate) fn take(
                fields: &mut $crate::spec::Fields<'_, '_>,
            ) -> Option<$name> {
                $( let $span = fields.$of_span(); )?
                $( let $field = record!(@take fields $mode $key $type); )*
                Some($name {
                    $($span,)?
                    $($field: record!(@done $mode $field),)*
                })
            }
        }

        impl $crate::spec::Part for $name {
            const FIELD_TYPE: $crate::spec::FieldType = $crate::spec::FieldType::Record(&$name::RECORD);

            fn read(
                node: &$crate::syntax::node::Node,
                name: &str,
                diagnostics: &mut $crate::diag::Diagnostics,
            ) -> Option<$name> {
                let records = &[&$name::RECORD];
                let mut fields = $crate::spec::Fields::of(node, name, records, diagnostics)?;
                let read = $name::take(&mut fields);
                fields.finish();
                read
            }
        }
    };

    (@type must $type:ty) => { $type };
    (@type may $type:ty) => { Option<$type> };
    (@type any $type:ty) => { $type };
    (@type like $type:ty) => { Option<$crate::syntax::Shaped> };
    (@type must_like $type:ty) => { $crate::syntax::Shaped };
    (@type word $type:ty) => { Option<$crate::syntax::Text> };
    (@type must_word $type:ty) => { $crate::syntax::Text };
    (@type words $type:ty) => { Vec<$crate::syntax::Text> };

    (@shape like $type:ty) => { <$type as $crate::spec::Like>::FIELD_TYPE };
    (@shape must_like $type:ty) => { <$type as $crate::spec::Like>::FIELD_TYPE };
    (@shape word $type:ty) => { <$type as $crate::spec::Like>::FIELD_TYPE };
    (@shape must_word $type:ty) => { <$type as $crate::spec::Like>::FIELD_TYPE };
    (@shape words $type:ty) => {
        $crate::spec::FieldType::List(&<$type as $crate::spec::Like>::FIELD_TYPE)
    };
    (@shape $mode:ident $type:ty) => { <$type as $crate::spec::Part>::FIELD_TYPE };

    (@required must) => { true };
    (@required must_like) => { true };
    (@required must_word) => { true };
    (@required $mode:ident) => { false };

    (@take $fields:ident must $key:literal $type:ty) => { $fields.required::<$type>($key) };
    (@take $fields:ident may $key:literal $type:ty) => { $fields.optional::<$type>($key) };
    (@take $fields:ident any $key:literal $type:ty) => {
        $fields.optional::<$type>($key).unwrap_or_default()
    };
    (@take $fields:ident like $key:literal $type:ty) => { $fields.like::<$type>($key) };
    (@take $fields:ident must_like $key:literal $type:ty) => {
        $fields.required_like::<$type>($key)
    };
    (@take $fields:ident must_word $key:literal $type:ty) => {
        $fields.required_word::<$type>($key)
    };
    (@take $fields:ident words $key:literal $type:ty) => { $fields.words::<$type>($key) };
    (@take $fields:ident word $key:literal $type:ty) => { $fields.word::<$type>($key) };

    (@done must $value:ident) => { $value? };
    (@done must_like $value:ident) => { $value? };
    (@done must_word $value:ident) => { $value? };
    (@done $mode:ident $value:ident) => { $value };
}
use record;

/// A shape that values of one type of ours keep to.
pub(crate) trait Like {
    /// The shape.
    const FIELD_TYPE: FieldType;
}

/// Declares shapes by name.
macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident = $shape:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl $crate::spec::Like for $name {
            const FIELD_TYPE: $crate::spec::FieldType = $shape;
        }
    )*};
}
use shapes;

/// A field that is told about where it was looked for under another name.
pub(crate) fn meant_by(written: &str, records: &[&'static Record]) -> Option<String> {
    let is_named = |field: &&Field| {
        is_same_word(field.name, written)
            || field.synonyms.iter().any(|synonym| is_same_word(synonym, written))
    };
    let fields = || records.iter().flat_map(|record| record.fields);
    if let Some(field) = fields().find(is_named) {
        return Some(field.name.to_owned());
    }
    // One level below, where there is one alone.
    let below = fields().flat_map(|field| {
        let own = field.shape.record().into_iter().flat_map(|record| record.fields);
        own.filter(is_named).map(|inner| format!("{}.{}", field.name, inner.name))
    });
    let mut below = below;
    let first = below.next()?;
    below.next().is_none().then_some(first)
}

/// Whether two names are the same but for case, `_` and `-`.
fn is_same_word(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        let kept = text.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        kept.map(|byte| byte.to_ascii_lowercase()).collect::<Vec<u8>>()
    };
    one.len().abs_diff(other.len()) <= 8 && letters(one) == letters(other)
}

impl FieldType {
    /// The fields of ours that stand in a value of this shape.
    pub fn record(&self) -> Option<&'static Record> {
        match self {
            FieldType::Record(record) => Some(record),
            FieldType::List(of) => of.record(),
            FieldType::Either(ways) => ways.iter().find_map(FieldType::record),
            FieldType::Text
            | FieldType::Int
            | FieldType::Number
            | FieldType::Bool
            | FieldType::IntOrText
            | FieldType::Quantity
            | FieldType::Choice(_)
            | FieldType::Engine
            | FieldType::Map(_)
            | FieldType::Type(_)
            | FieldType::Relaxed { .. }
            | FieldType::Beside(..)
            | FieldType::Any => None,
        }
    }
}

impl KindOfSpec {
    /// Finds a kind by its name.
    pub fn find(name: &str) -> Option<&'static KindOfSpec> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether some of the fields make a whole spec of the kind: nothing that has to be there is
    /// missing.
    pub(crate) fn is_whole(&self, has: impl Fn(&str) -> bool) -> bool {
        let required = self.own.fields.iter().filter(|field| field.is_required);
        let groups = self.own.rules.iter().filter_map(|rule| match rule {
            Rule::OneOf { fields, .. } => Some(fields),
            Rule::Excludes { .. } => None,
        });
        required.into_iter().all(|field| has(field.name))
            && groups.into_iter().all(|fields| fields.iter().any(|field| has(field)))
    }
}
