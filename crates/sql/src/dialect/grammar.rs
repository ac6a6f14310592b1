//! What a dialect can do: the questions that readers ask, with the answer of SQL as most databases
//! have it ([`Grammar::COMMON`]). A dialect is a table of what differs.

use sqlparser::dialect as theirs;

/// Everything that reading a schema needs to know of a dialect.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// The name that people write.
    pub(crate) name: &'static str,
    /// The schemes of Atlas URLs and the names of engines that speak it.
    pub(crate) schemes: &'static [&'static str],
    /// Whether the whole grammar of its table definitions is known here, so that what cannot be
    /// read is worth a warning. For the others it is a note: 30 to 50 % of their statements would
    /// be warned about.
    pub(crate) is_known: bool,
    /// Its characters.
    pub(crate) characters: Characters,
    /// What its client programs take, and where its statements end.
    pub(crate) scripts: Scripts,
    /// Names and what they mean.
    pub(crate) names: Names,
    /// Its types.
    pub(crate) types: Types,
    /// What stands in a `CREATE TABLE`.
    pub(crate) tables: Tables,
    /// What stands behind a column's type.
    pub(crate) columns: Columns,
    /// What stands in an `ALTER TABLE`.
    pub(crate) alterations: Alterations,
    /// What its server does with what it has read.
    pub(crate) server: Server,
    /// What its server refuses although every word of it can be read.
    pub(crate) refuses: Refuses,
    /// The same dialect of `sqlparser`.
    pub(crate) theirs: &'static (dyn theirs::Dialect + Sync),
    /// The operators for which `sqlparser` copies all that stands before them (`dialect/mysql.rs`
    /// and `dialect/sqlite.rs`, `parse_infix`), so that a long chain takes the square of its length.
    pub(crate) copying_operators: &'static [&'static str],
}

/// Comments, quotes, names.
#[derive(Debug)]
pub(crate) struct Characters {
    /// Whether `--` begins a comment only before a blank.
    pub(crate) dashes_need_blank: bool,
    /// Which `#` begins a comment.
    pub(crate) hash_comments: HashComments,
    /// Whether `/* /* */ */` is one comment.
    pub(crate) comments_nest: bool,
    /// What begins a comment whose text is SQL: `/*!`.
    pub(crate) conditional_comments: &'static [&'static str],
    /// Whether `"x"` is a string rather than a name.
    pub(crate) double_quotes_are_text: bool,
    /// Whether `[x]` is a name.
    pub(crate) brackets_quote: bool,
    /// Whether `]]` in such a name stands for one.
    pub(crate) brackets_double: bool,
    /// Whether names may begin with `#` and hold `#` and `@`.
    pub(crate) hash_names: bool,
    /// Whether `U&'x'` is a string.
    pub(crate) unicode_prefix: bool,
    /// Where a backslash escapes what follows it.
    pub(crate) backslash: Backslash,
    /// Whether `$tag$ ... $tag$` is a string.
    pub(crate) dollar_quotes: bool,
    /// Whether strings that stand side by side are one.
    pub(crate) strings_join: bool,
}

/// Which `#` begins a comment up to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashComments {
    /// None.
    No,
    /// Every one.
    All,
    /// One with one of these bytes behind it.
    Before(&'static [u8]),
}

/// Where a backslash escapes what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backslash {
    /// Nowhere.
    No,
    /// In strings.
    Strings,
    /// In strings and in quoted names.
    All,
    /// In strings with an `E` before them.
    Marked,
}

/// Client programs, and the ends of statements.
#[derive(Debug)]
pub(crate) struct Scripts {
    /// Whether a `\` begins a command of the client (psql).
    pub(crate) backslash_commands: bool,
    /// Whether a line with `/` alone ends a statement (SQL*Plus).
    pub(crate) slash_lines: bool,
    /// Whether a line with `GO` ends a statement (sqlcmd).
    pub(crate) go_lines: bool,
    /// Whether a line that begins with `.` is a command (sqlite3).
    pub(crate) dot_commands: bool,
    /// Whether `SOURCE` reads a file (mysql).
    pub(crate) source_command: bool,
    /// Whether data follow a `COPY ... FROM stdin`.
    pub(crate) copy_data: bool,
    /// Whether data follow an `INSERT ... FORMAT x`.
    pub(crate) insert_data: bool,
    /// Whether a statement may end without a semicolon, where a line begins the next.
    pub(crate) semicolons_optional: bool,
    /// Which `BEGIN` keeps semicolons to itself.
    pub(crate) blocks: Blocks,
    /// Whether the body of a routine goes on to the end of its batch, with or without a block.
    pub(crate) bodies_need_no_block: bool,
    /// Whether a routine's body may be cut into pieces that look like statements of their own.
    pub(crate) bodies_may_be_cut: bool,
}

/// Which `BEGIN ... END` is a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocks {
    /// In the body of a routine.
    Routines,
    /// In the body of a routine, and `BEGIN NOT ATOMIC`.
    RoutinesAndNotAtomic,
    /// `BEGIN ATOMIC` in the body of a routine: other bodies are strings.
    Atomic,
    /// Everywhere, but for transactions.
    Everywhere,
}

/// Names and what they mean.
#[derive(Debug)]
pub(crate) struct Names {
    /// The quotes that people put around a name.
    pub(crate) quotes: (&'static str, &'static str),
    /// How names are compared.
    pub(crate) folding: Folding,
    /// Whether names that differ in case alone may be two columns: the collation decides, or nobody
    /// knows.
    pub(crate) case_may_tell_columns: bool,
    /// The schema of a name without one; `""` if there is none.
    pub(crate) default_schema: &'static str,
    /// The columns that every table has.
    pub(crate) system_columns: &'static [&'static str],
    /// The server's own schemas and tables, and words in the place of a table; with `_` at the end, how
    /// such names begin.
    pub(crate) system_names: &'static [&'static str],
    /// The languages of functions, in lower case; nothing where they have none.
    pub(crate) languages: &'static [&'static str],
    /// The access methods of indexes and tables.
    pub(crate) access_methods: &'static [&'static str],
    /// Whether every table may have columns whose names begin with `$`.
    pub(crate) dollar_columns: bool,
    /// Whether a quoted name that does not name a column is a string.
    pub(crate) quoted_may_be_text: bool,
    /// The words that cannot be bare names, in lists.
    pub(crate) reserved: &'static [&'static [&'static str]],
    /// Whether `USE x` names the schema of what follows.
    pub(crate) use_statement: bool,
}

/// How names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folding {
    /// In any case.
    Lower,
    /// In any case, but for those in quotes.
    LowerUnquoted,
    /// As they are.
    Exact,
}

/// Types.
#[derive(Debug)]
pub(crate) struct Types {
    /// Their names, in lower case, without arguments.
    pub(crate) names: &'static [&'static str],
    /// Names that mean another type here: what it is compared as.
    pub(crate) synonyms: &'static [(&'static str, &'static str)],
    /// What `boolean` is compared as.
    pub(crate) boolean: &'static str,
    /// Whether the argument of an integer type is the width of its display.
    pub(crate) display_width: bool,
    /// Whether there are types of unbounded texts of several sizes.
    pub(crate) sized_texts: bool,
    /// Whether nothing can add a type.
    pub(crate) are_fixed: bool,
    /// Whether a type may be written as any name, in quotes and with a schema.
    pub(crate) as_names: bool,
    /// Whether any words make a type.
    pub(crate) any_words: bool,
    /// Whether an unknown word in place of a column's type may be a type that was created.
    pub(crate) of_users: bool,
    /// Whether there is `UNSIGNED`.
    pub(crate) unsigned: bool,
    /// Other words behind a type that change nothing here.
    pub(crate) modifiers: &'static [&'static str],
    /// Whether `[]` behind a type makes an array.
    pub(crate) bracket_arrays: bool,
    /// Whether `ARRAY` behind a type makes an array.
    pub(crate) array_word: bool,
}

/// `CREATE TABLE`, and keys and constraints wherever they stand.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Whether `UUID 'x'` and `ON CLUSTER x` may follow the name.
    pub(crate) on_cluster: bool,
    /// Whether the parentheses may hold a query.
    pub(crate) query_in_parentheses: bool,
    /// Whether the parentheses may hold nothing but names, with `AS` behind them.
    pub(crate) bare_columns: bool,
    /// Whether constraints need no comma before them.
    pub(crate) commas_optional: bool,
    /// Whether a constraint of the table may follow a column without a comma.
    pub(crate) constraints_follow_columns: bool,
    /// The words that may begin an element and are looked for in near misses.
    pub(crate) element_words: &'static [&'static str],
    /// Whether `CONSTRAINT` may have no name.
    pub(crate) constraints_need_no_name: bool,
    /// Whether a key may have a name and a type of its own behind its keywords.
    pub(crate) keys_have_names: bool,
    /// Whether `CHECK` needs no parentheses.
    pub(crate) bare_checks: bool,
    /// Whether `DEFAULT x FOR c` is a constraint.
    pub(crate) default_constraints: bool,
    /// Whether `CLUSTERED` may follow a key's keywords.
    pub(crate) clustered_keys: bool,
    /// Whether a key may be made of an index: `USING INDEX x`.
    pub(crate) keys_use_indexes: bool,
    /// How a table's indexes are written among its columns.
    pub(crate) indexes: Indexes,
    /// Whether `LIKE x` may stand among the columns.
    pub(crate) like_element: bool,
    /// Whether `PERIOD FOR x` may stand among the columns.
    pub(crate) periods: bool,
    /// What may follow a constraint.
    pub(crate) constraint_tail: Tail,
    /// What follows the list of columns.
    pub(crate) options: Options,
    /// Whether an index's type may stand before `ON`.
    pub(crate) index_type_first: bool,
    /// Whether an index's column may have an operator class.
    pub(crate) operator_classes: bool,
    /// Whether what follows an index's columns is not read.
    pub(crate) index_options_unread: bool,
    /// Whether the parentheses of a view hold definitions rather than names.
    pub(crate) views_define_columns: bool,
}

/// How a table's indexes are written among its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indexes {
    /// Not at all.
    No,
    /// `KEY name (a)`, `FULLTEXT KEY (a)`.
    Keys,
    /// `INDEX name UNIQUE CLUSTERED (a)`.
    Index,
    /// `INDEX name expression TYPE x`: not read.
    Expressions,
    /// `KEY` or `INDEX`, and nobody knows how it goes on: not read.
    Unknown,
}

/// What may follow a constraint of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Anything up to the end of the element.
    Any,
    /// These.
    Clauses(&'static [Clause]),
}

/// What follows the list of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Options {
    /// Anything.
    Any,
    /// `NAME = value`, with these names.
    Assignments(&'static [&'static str]),
    /// `INHERITS (x) PARTITION BY x WITH (x)`.
    Clauses,
    /// `STRICT, WITHOUT ROWID`.
    Words,
}

/// Words in a row, and what has to follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    /// The words: each is one of several.
    pub(crate) words: &'static [&'static [&'static str]],
    /// What follows.
    pub(crate) then: Then,
}

/// What follows the words of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing.
    End,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A group in parentheses.
    Group,
    /// A name.
    Name,
    /// Any one token.
    Token,
    /// Any one token, perhaps with a `=` before it.
    Assigned,
    /// Anything up to the end of the element.
    Element,
    /// Anything up to the end of the element, from which the column's value is computed.
    Computed,
}

impl Clause {
    /// A clause of one word, one of these.
    pub(super) const fn of(words: &'static [&'static [&'static str]], then: Then) -> Clause {
        Clause { words, then }
    }
}

/// What stands behind a column's type.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Whether a column's name may have several parts.
    pub(crate) dotted_names: bool,
    /// Whether a column needs a type.
    pub(crate) need_type: NeedType,
    /// The words that may begin a constraint beside those of all dialects, also in near misses.
    pub(crate) words: &'static [&'static str],
    /// More of them, not looked for in near misses.
    pub(crate) other_words: &'static [&'static str],
    /// What else may stand there.
    pub(crate) clauses: &'static [Clause],
    /// Whether any keyword may begin something that is passed over.
    pub(crate) any_keyword: bool,
    /// Whether `KEY` alone is a primary key.
    pub(crate) key_is_primary: bool,
    /// Whether a key may have storage options: `WITH (x)`.
    pub(crate) key_options: bool,
    /// Whether a computed column needs no parentheses: `AS isnull(a, 0)`.
    pub(crate) computed_bare: bool,
    /// Whether a key may have a place: `ON x`.
    pub(crate) key_places: bool,
    /// Whether a default that is one bare word is a keyword.
    pub(crate) bare_defaults_are_keywords: bool,
}

/// Whether a column needs a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NeedType {
    /// It does.
    Yes,
    /// Unless it is computed.
    UnlessComputed,
    /// It does not.
    No,
}

/// `ALTER TABLE`.
#[derive(Debug)]
pub(crate) struct Alterations {
    /// Whether `WITH CHECK` may stand before an action.
    pub(crate) with_check: bool,
    /// Whether `CHANGE a b ...` renames and redefines a column.
    pub(crate) change: bool,
    /// The actions that change no column, key or name; nothing where any word may be one. Assigned
    /// options of a table ([`Options::Assignments`]) are such actions too.
    pub(crate) others: Option<&'static [&'static str]>,
    /// What can be added besides columns, keys and constraints.
    pub(crate) adds: &'static [&'static str],
    /// Whether `ADD a int, b int` adds two columns.
    pub(crate) adds_lists: bool,
    /// Whether `DROP INDEX`, `DROP KEY` and `DROP CHECK` are actions.
    pub(crate) drops_keys: bool,
    /// What can be altered besides columns.
    pub(crate) alters: &'static [&'static str],
    /// Whether `ALTER COLUMN` is followed by the whole column.
    pub(crate) alter_redefines: bool,
    /// Whether `RENAME x` and `RENAME AS x` rename the table.
    pub(crate) rename_without_to: bool,
}

/// What the server does.
#[derive(Debug)]
pub(crate) struct Server {
    /// Whether it looks at foreign keys when they are created, rather than when rows come.
    pub(crate) checks_foreign_keys: bool,
    /// Whether it looks at a view's tables when it is created, rather than when it is read.
    pub(crate) checks_views: bool,
    /// Whether a view goes with a table that it reads (`CASCADE`, without which the table stays).
    pub(crate) views_go_with_tables: bool,
    /// Whether it looks at the functions that are called when something is created.
    pub(crate) checks_calls: bool,
    /// Whether bodies of functions are strings, in which tables are looked for.
    pub(crate) bodies_are_text: bool,
    /// Whether defaults name sequences in strings.
    pub(crate) sequences_in_text: bool,
    /// Whether a view may write to a table: `TO x`.
    pub(crate) views_write: bool,
    /// Whether a statement that defines nothing here may create tables.
    pub(crate) any_statement_may_create: bool,
    /// Whether an index is built without letting writers in.
    pub(crate) indexes_block_writes: bool,
    /// Whether the one integer column of a primary key numbers itself.
    pub(crate) integer_keys_count: bool,
    /// Whether a column that numbers itself needs a key, and is the only one of its table.
    pub(crate) numbered_column_needs_key: bool,
    /// Whether a column that a foreign key refers to keeps its type, and any index on it its place.
    pub(crate) keeps_what_is_referred_to: bool,
    /// Whether foreign keys without a name are numbered within their table.
    pub(crate) foreign_keys_are_numbered: bool,
    /// Whether a column from which another is computed keeps its type.
    pub(crate) keeps_what_is_computed_from: bool,
    /// Whether the statement that lets a column be null, or takes its default away, is a `DROP`.
    pub(crate) relaxes_by_drop: bool,
    /// Whether Atlas changes a table by making another one and dropping the first.
    pub(crate) tables_are_made_anew: bool,
    /// Whose costs of a change are known to be its own.
    pub(crate) costs: Costs,
}

/// What a server refuses in every setting.
#[derive(Debug)]
pub(crate) struct Refuses {
    /// The types that need a length.
    pub(crate) length_needed: &'static [&'static str],
    /// The types that need labels.
    pub(crate) labels_needed: &'static [&'static str],
    /// The types that take no length.
    pub(crate) no_length: &'static [&'static str],
    /// Whether it refuses lengths that are not numbers.
    pub(crate) odd_lengths: bool,
    /// Whether it refuses the length 0.
    pub(crate) zero_lengths: bool,
    /// Whether it refuses a scale above the precision.
    pub(crate) scale_above_precision: bool,
    /// How it compares the names of constraints of one table.
    pub(crate) constraint_names: ConstraintNames,
    /// Whose names of indexes are compared.
    pub(crate) index_names: IndexNames,
    /// Whether it refuses a column twice in one key.
    pub(crate) columns_twice_in_keys: bool,
    /// Whether it refuses a second default, and `NULL` beside `NOT NULL`.
    pub(crate) contradictions: bool,
    /// Whether it refuses `NOT NULL` with `DEFAULT NULL`.
    pub(crate) null_defaults: bool,
    /// Whether it looks whether a default is a value of its type.
    pub(crate) checks_defaults: bool,
    /// Whether `CREATE TYPE x AS ENUM` is checked.
    pub(crate) enum_types: bool,
    /// The types of a `STRICT` table.
    pub(crate) strict_types: &'static [&'static str],
    /// Whether a foreign key needs a unique key on what it refers to.
    pub(crate) references_need_unique: bool,
    /// How it compares the types of a foreign key.
    pub(crate) reference_types: ReferenceTypes,
    /// Types of other databases, in lower case.
    pub(crate) foreign_types: &'static [&'static str],
    /// Words of other databases that `sqlparser` takes and the server does not.
    pub(crate) foreign_words: &'static [&'static str],
}

/// How the names of constraints of one table are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstraintNames {
    /// Not at all.
    Unchecked,
    /// Those of keys, of foreign keys and of checks with each other.
    Separate,
    /// All with each other.
    OneSpace,
}

/// Which indexes may not have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexNames {
    /// It is not known.
    Unknown,
    /// Those of one table.
    OfTable,
    /// Those of one schema.
    OfSchema,
}

/// How the types of a foreign key are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceTypes {
    /// Not at all.
    Unchecked,
    /// They are of one family.
    Families,
    /// Integers are of one size and sign, too.
    Sizes,
}

/// The servers of which it is known what a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Costs {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// MySQL.
    MySql,
    /// None.
    Unknown,
}

impl Grammar {
    /// Whether a bare word cannot be the name of a column.
    pub(crate) fn is_reserved(&self, word: &str) -> bool {
        self.names.reserved.iter().any(|list| crate::word::is_any(word, list))
    }

    /// Whether there is a type of this name, in lower case.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.types.names.contains(&name)
    }

    /// A name in quotes.
    pub(crate) fn quoted(&self, name: &str) -> String {
        let (open, close) = self.names.quotes;
        format!("{open}{name}{close}")
    }
}
