//! What `inspect` hands on: what the SQL of each schema defines, and in which order its files run.

use sql::catalogue::Catalogue;

use crate::source::Excerpt;

/// What was read of every schema, by its place in `Project::schemas`.
#[derive(Debug, Default)]
pub struct Catalogues(Vec<SchemaSql>);

/// What was read of the SQL of one schema.
#[derive(Debug, Default)]
pub struct SchemaSql {
    /// What it defines; nothing for HCL, the registry, and SQL beyond a bound.
    pub catalogue: Option<Catalogue>,
    /// The texts of its desired state, by their place there, in the order in which the database takes
    /// them. Empty where they stay as they are.
    pub order: Vec<usize>,
}

static UNREAD: SchemaSql = SchemaSql { catalogue: None, order: Vec::new() };

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
    /// The texts of the schema's desired state in the order in which the database takes them.
    pub fn in_order<'a>(&self, texts: &'a [Excerpt]) -> Vec<&'a Excerpt> {
        if self.order.is_empty() {
            return texts.iter().collect();
        }
        self.order.iter().filter_map(|&at| texts.get(at)).collect()
    }
}
