//! A difference as text, as a comment for a pull request and as JSON. What can lose data comes
//! first, and is the last to be left out where there is too much to print.

mod json;
mod markdown;
mod select;
mod text;
mod words;

pub use json::json;
pub(super) use json::pretty_len;
pub use markdown::markdown;
pub use text::text;
pub(super) use words::{
    change_text, first_lines, listed, notice_text, noun, shown_name, window_text,
};
