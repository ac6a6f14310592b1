//! What `inspect` hands on: what the SQL of each schema defines, and in which order its files run.

use sql::catalogue::Catalogue;
use sql::dialect::Dialect;
use sql::parse;

use crate::source::Excerpt;

/// What was read of every schema, by its place in `Project::schemas`.
#[derive(Debug, Default)]
pub struct Catalogues(Vec<SchemaSql>);

/// What was read of the SQL of one schema.
#[derive(Debug)]
pub struct SchemaSql {
    /// What its database speaks.
    pub dialect: Dialect,
    /// What it defines; nothing for HCL, the registry, and SQL beyond a bound.
    pub catalogue: Option<Catalogue>,
    /// The texts of its desired state, by their place there, in the order in which the database takes
    /// them. Empty where they stay as they are.
    pub order: Vec<usize>,
}

static UNREAD: SchemaSql = SchemaSql::unread(Dialect::Generic);

impl Catalogues {
    /// What was read of a schema.
    pub fn of(&self, schema: usize) -> &SchemaSql {
        self.0.get(schema).unwrap_or(&UNREAD)
    }
}

impl FromIterator<SchemaSql> for Catalogues {
    fn from_iter<I: IntoIterator<Item = SchemaSql>>(schemas: I) -> Catalogues {
        Catalogues(schemas.into_iter().collect())
    }
}

impl SchemaSql {
    /// Nothing is known of the SQL, if there is any.
    pub const fn unread(dialect: Dialect) -> SchemaSql {
        SchemaSql { dialect, catalogue: None, order: Vec::new() }
    }

    /// The texts of the schema's desired state, in the order in which the database takes them, as
    /// one.
    pub fn joined(&self, texts: &[Excerpt]) -> String {
        let in_order: Vec<&Excerpt> = match self.order.is_empty() {
            true => texts.iter().collect(),
            false => self.order.iter().filter_map(|&at| texts.get(at)).collect(),
        };
        let texts: Vec<String> =
            in_order.into_iter().map(|text| parse::lines(&text.text)).collect();
        parse::joined(&texts, self.dialect)
    }
}
