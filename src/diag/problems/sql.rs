//! Problems found in SQL.
