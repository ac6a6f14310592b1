//! The table of diagnostic codes: one row a kind of problem, with its severity.
//!
//! What a code means, with an example, is its section in `docs/diagnostics.md`; `generate explain
//! CODE` prints that section, and `tests/fast/tidy.rs` holds the table and the page together.

use crate::diag::Severity;

macro_rules! codes {
    ($($group:literal { $($variant:ident = $name:literal, $severity:ident;)* })*) => {
        /// What kind of problem a diagnostic reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is documented in docs/diagnostics.md")]
        pub enum Code { $($($variant,)*)* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)*)*];

            /// The codes by subject, in the order of the table.
            pub const GROUPS: &'static [(&'static str, &'static [Code])] =
                &[$(($group, &[$(Code::$variant,)*])),*];

            /// The word that users see: `unknown-field`.
            pub fn name(self) -> &'static str {
                match self { $($(Code::$variant => $name,)*)* }
            }

            /// How bad every problem of this kind is.
            pub fn severity(self) -> Severity {
                match self { $($(Code::$variant => Severity::$severity,)*)* }
            }
        }
    };
}

impl Code {
    /// Whether somebody may accept a problem of this kind: what is less than an error, and errors that are
    /// a judgement on what is meant. After any other error there is nothing to generate.
    pub fn may_be_accepted(self) -> bool {
        const JUDGEMENTS: [Code; 15] = [
            Code::ContractBroken,
            Code::DuplicateColumn,
            Code::EditedMigration,
            Code::ForeignKeyColumns,
            Code::LateMigration,
            Code::MissingMigration,
            Code::OtherTool,
            Code::RequiresLeftOut,
            Code::SqlMisspelt,
            Code::SqlStrayComma,
            Code::SqlStrayText,
            Code::SqlUnbalanced,
            Code::SqlUnknownVerb,
            Code::UnknownKeyColumn,
            Code::UnservedKind,
        ];
        let is_own = matches!(self, Code::InvalidAcceptance | Code::UnusedAcceptance);
        !is_own && (self.severity() != Severity::Error || JUDGEMENTS.contains(&self))
    }
}

codes! {
    "Reading YAML" {
        YamlSyntax = "yaml-syntax", Error;
        DuplicateKey = "duplicate-key", Error;
        RepeatedKey = "repeated-key", Warning;
        InvalidKey = "invalid-key", Error;
        InvalidAlias = "invalid-alias", Error;
        InvalidMerge = "invalid-merge", Error;
        UnsupportedTag = "unsupported-tag", Error;
        UnprintableText = "unprintable-text", Error;
        LimitExceeded = "limit-exceeded", Error;
    }
    "Documents" {
        NotAnObject = "not-an-object", Error;
        NotAManifest = "not-a-manifest", Warning;
        NeedsRendering = "needs-rendering", Error;
        UnknownKind = "unknown-kind", Error;
        UnknownField = "unknown-field", Error;
        MissingField = "missing-field", Error;
        WrongType = "wrong-type", Error;
        InvalidValue = "invalid-value", Error;
        ConflictingFields = "conflicting-fields", Error;
        EmptyProject = "empty-project", Error;
    }
    "Acceptance" {
        InvalidAcceptance = "invalid-acceptance", Warning;
        UnusedAcceptance = "unused-acceptance", Note;
    }
    "Names and references" {
        InvalidName = "invalid-name", Error;
        DuplicateName = "duplicate-name", Error;
        DuplicateObject = "duplicate-object", Error;
        RepeatedObject = "repeated-object", Warning;
        UnknownName = "unknown-name", Error;
        AmbiguousName = "ambiguous-name", Error;
        UnknownProperty = "unknown-property", Error;
        InvalidReference = "invalid-reference", Error;
        CrossNamespace = "cross-namespace", Error;
    }
    "Files and secrets" {
        PathOutside = "path-outside", Error;
        FileNotFound = "file-not-found", Error;
        UnusableFile = "unusable-file", Error;
        OtherEncoding = "other-encoding", Warning;
        LiteralPassword = "literal-password", Warning;
        UnescapedUrl = "unescaped-url", Note;
    }
    "Parameters and environments" {
        InvalidParameter = "invalid-parameter", Error;
        UnknownEnvironment = "unknown-environment", Error;
        EnvironmentNotChecked = "environment-not-checked", Warning;
    }
    "Waves" {
        DependencyCycle = "dependency-cycle", Error;
        WavePinContradicts = "wave-pin-contradicts", Error;
        HookDependency = "hook-dependency", Error;
        WavePinDoubtful = "wave-pin-doubtful", Warning;
        PinHoldsBack = "pin-holds-back", Warning;
        PresyncNeedsSync = "presync-needs-sync", Warning;
        AutoscalingWithoutRequest = "autoscaling-without-request", Warning;
    }
    "Output" {
        PatchMatchesNothing = "patch-matches-nothing", Error;
        InvalidPatch = "invalid-patch", Error;
        MisreadObject = "misread-object", Error;
        TooLarge = "too-large", Error;
        TooLargeToApply = "too-large-to-apply", Warning;
        GenerateName = "generate-name", Warning;
        UnservedKind = "unserved-kind", Error;
        HostWithoutNamespace = "host-without-namespace", Note;
    }
    "Schemas" {
        AtlasSum = "atlas-sum", Error;
        MigrationName = "migration-name", Error;
        EditedMigration = "edited-migration", Error;
        MissingMigration = "missing-migration", Error;
        LateMigration = "late-migration", Error;
        OtherTool = "other-tool", Error;
        OtherToolFiles = "other-tool-files", Warning;
        ContractBroken = "contract-broken", Error;
        RequiresLeftOut = "requires-left-out", Error;
        AtlasLeavesOut = "atlas-leaves-out", Warning;
        AtlasNeedsLogin = "atlas-needs-login", Warning;
        ContractNotChecked = "contract-not-checked", Note;
        OperatorSetting = "operator-setting", Note;
        UnknownOperatorField = "unknown-operator-field", Warning;
        ConfigMapKey = "config-map-key", Error;
        ConfigMapSuffix = "config-map-suffix", Warning;
        ConfigMapFixedName = "config-map-fixed-name", Warning;
        ConfigMapElsewhere = "config-map-elsewhere", Note;
    }
    "Reading SQL" {
        SqlUnterminated = "sql-unterminated", Error;
        SqlStrayText = "sql-stray-text", Error;
        SqlUnbalanced = "sql-unbalanced", Error;
        SqlStrayComma = "sql-stray-comma", Error;
        SqlMisspelt = "sql-misspelt", Error;
        SqlUnknownVerb = "sql-unknown-verb", Error;
        DuplicateColumn = "duplicate-column", Error;
        UnknownKeyColumn = "unknown-key-column", Error;
        ForeignKeyColumns = "foreign-key-columns", Error;
        SqlRefused = "sql-refused", Error;
        SqlFileCycle = "sql-file-cycle", Error;
        SqlMissingComma = "sql-missing-comma", Warning;
        SqlNotUnderstood = "sql-not-understood", Warning;
        SqlMissingType = "sql-missing-type", Warning;
        SqlUnknownType = "sql-unknown-type", Warning;
        SqlReservedWord = "sql-reserved-word", Warning;
        DuplicateTable = "duplicate-table", Warning;
        SqlMayBeRefused = "sql-may-be-refused", Warning;
        UnknownTable = "unknown-table", Warning;
        UnknownColumn = "unknown-column", Warning;
        SqlNotRead = "sql-not-read", Note;
    }
}
