//! What the operator does about a schema, table or column that Git no longer names, in words.

use crate::model::{Desired, Destructive, Project, Unit};

/// What a Schema's policy says about drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drops {
    /// They stay.
    Stay,
    /// The plan that has one is refused.
    Refused,
    /// They are dropped.
    Made,
}

impl Drops {
    /// Of a unit; nothing for what is no Schema, and for migrations, which run as they are.
    pub(super) fn of(unit: Unit, project: &Project) -> Option<Drops> {
        let Unit::Schema(schema) = unit else { return None };
        let schema = project.schemas.get(schema)?;
        if matches!(schema.desired, Desired::Migrations(_)) {
            return None;
        }
        let skips: Vec<&str> = schema.policy.never_made().collect();
        let stay = ["drop_table", "drop_column"].iter().all(|drop| skips.contains(drop));
        Some(match schema.policy.destructive {
            _ if stay => Drops::Stay,
            Destructive::Defer => Drops::Stay,
            Destructive::Error => Drops::Refused,
            Destructive::Allow => Drops::Made,
        })
    }

    /// The policy's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Drops::Stay => "defer",
            Drops::Refused => "error",
            Drops::Made => "allow",
        }
    }

    /// In two words.
    pub(super) fn shortly(self) -> &'static str {
        match self {
            Drops::Stay => "drops nothing",
            Drops::Refused => "refuses drops",
            Drops::Made => "drops",
        }
    }

    /// In a sentence.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Drops::Stay => {
                "tables and columns that Git no longer names stay in the database (`policy.destructive: defer`)"
            }
            Drops::Refused => {
                "the operator refuses every plan that contains `DROP ` (`policy.destructive: error`)"
            }
            Drops::Made => {
                "tables and columns that Git no longer names are dropped (`policy.destructive: allow`)"
            }
        }
    }
}
