//! SQL of a database that is not known here, and what all dialects have in common: names in double
//! quotes, no extras.

use super::grammar::{
    Alterations, Backslash, Blocks, Characters, Columns, ConstraintNames, Costs, Folding, Grammar,
    HashComments, IndexNames, Indexes, Names, NeedType, Options, ReferenceTypes, Refuses, Scripts,
    Server, Tables, Tail, Types,
};
use super::postgres;
use crate::word::CONSTRAINT_WORDS;

pub(super) const GRAMMAR: Grammar = Grammar {
    name: "SQL",
    schemes: &[],
    characters: Characters { dollar_quotes: true, ..CHARACTERS },
    scripts: Scripts { backslash_commands: true, slash_lines: true, ..SCRIPTS },
    names: Names { case_may_tell_columns: true, default_schema: "public", ..NAMES },
    tables: Tables { indexes: Indexes::Unknown, ..TABLES },
    columns: Columns { any_keyword: true, ..COLUMNS },
    ..COMMON
};

/// What all dialects have in common; each is written as what differs from it.
pub(super) const COMMON: Grammar = Grammar {
    name: "SQL",
    schemes: &[],
    is_known: false,
    characters: CHARACTERS,
    scripts: SCRIPTS,
    names: NAMES,
    types: TYPES,
    tables: TABLES,
    columns: COLUMNS,
    alterations: ALTERATIONS,
    server: SERVER,
    refuses: REFUSES,
    theirs: &sqlparser::dialect::GenericDialect {},
    copying_operators: &[],
};

pub(super) const CHARACTERS: Characters = Characters {
    dashes_need_blank: false,
    hash_comments: HashComments::No,
    comments_nest: false,
    conditional_comments: &[],
    double_quotes_are_text: false,
    brackets_quote: false,
    brackets_double: false,
    hash_names: false,
    unicode_prefix: false,
    backslash: Backslash::No,
    dollar_quotes: false,
    strings_join: false,
};

pub(super) const SCRIPTS: Scripts = Scripts {
    backslash_commands: false,
    slash_lines: false,
    go_lines: false,
    dot_commands: false,
    source_command: false,
    copy_data: false,
    insert_data: false,
    semicolons_optional: false,
    blocks: Blocks::Routines,
    bodies_need_no_block: false,
    bodies_may_be_cut: true,
};

pub(super) const NAMES: Names = Names {
    quotes: ("\"", "\""),
    folding: Folding::Lower,
    case_may_tell_columns: false,
    default_schema: "",
    system_columns: &[],
    system_names: &[
        "rows",
        "pg_",
        "information_schema",
        "mysql",
        "performance_schema",
        "sys",
        "sqlite_",
        "dual",
        "stdin",
        "stdout",
        "program",
        "new",
        "old",
        "json_table",
        "unnest",
        "generate_series",
        "lateral",
        "json_each",
        "json_tree",
        "values",
        "all",
        "database",
        "current_database",
    ],
    languages: &[],
    access_methods: &[],
    dollar_columns: false,
    quoted_may_be_text: false,
    reserved: &[],
    use_statement: true,
};

pub(super) const TYPES: Types = Types {
    names: postgres::TYPE_NAMES,
    synonyms: &[],
    boolean: "boolean",
    display_width: false,
    sized_texts: false,
    are_fixed: false,
    as_names: false,
    any_words: false,
    of_users: false,
    unsigned: false,
    modifiers: &[],
    bracket_arrays: true,
    array_word: false,
};

pub(super) const TABLES: Tables = Tables {
    on_cluster: false,
    query_in_parentheses: false,
    bare_columns: false,
    constraints_follow_columns: false,
    commas_optional: false,
    element_words: CONSTRAINT_WORDS,
    constraints_need_no_name: false,
    keys_have_names: false,
    bare_checks: false,
    default_constraints: false,
    clustered_keys: false,
    keys_use_indexes: false,
    indexes: Indexes::No,
    like_element: false,
    periods: false,
    constraint_tail: Tail::Any,
    options: Options::Any,
    index_type_first: false,
    operator_classes: false,
    index_options_unread: false,
    views_define_columns: false,
};

pub(super) const COLUMNS: Columns = Columns {
    dotted_names: false,
    need_type: NeedType::No,
    words: &[],
    other_words: &[],
    clauses: &[],
    any_keyword: false,
    key_is_primary: false,
    key_options: false,
    computed_bare: false,
    key_places: false,
    bare_defaults_are_keywords: false,
};

pub(super) const ALTERATIONS: Alterations = Alterations {
    with_check: false,
    change: false,
    others: None,
    adds: &["PARTITION", "SYSTEM"],
    adds_lists: false,
    drops_keys: true,
    alters: &["INDEX", "CONSTRAINT", "CHECK", "KEY"],
    alter_redefines: false,
    rename_without_to: false,
};

pub(super) const SERVER: Server = Server {
    checks_foreign_keys: true,
    checks_views: true,
    views_go_with_tables: false,
    checks_calls: false,
    bodies_are_text: false,
    sequences_in_text: false,
    views_write: false,
    any_statement_may_create: false,
    indexes_block_writes: false,
    integer_keys_count: false,
    numbered_column_needs_key: false,
    keeps_what_is_referred_to: false,
    foreign_keys_are_numbered: false,
    keeps_what_is_computed_from: false,
    relaxes_by_drop: false,
    tables_are_made_anew: false,
    costs: Costs::Unknown,
};

pub(super) const REFUSES: Refuses = Refuses {
    length_needed: &[],
    labels_needed: &[],
    no_length: &[],
    odd_lengths: false,
    zero_lengths: false,
    scale_above_precision: false,
    constraint_names: ConstraintNames::Unchecked,
    index_names: IndexNames::Unknown,
    columns_twice_in_keys: false,
    contradictions: false,
    null_defaults: false,
    checks_defaults: false,
    enum_types: false,
    strict_types: &[],
    references_need_unique: false,
    reference_types: ReferenceTypes::Unchecked,
    foreign_types: &[],
    foreign_words: &[],
};
