//! Texts and places in them, and what Argo CD makes of a text.
//!
//! The texts themselves are those of the crate `sql`, whose places mean the same.

pub use sql::source::{
    Excerpt, FileId, Position, Source, Sources, Span, Spanned, is_unseen, printable, shortly,
};

/// The name of standard input, which is a file of manifests too.
pub const STANDARD_INPUT: &str = "<stdin>";

/// Whether a file holds specs and manifests, by its name: what Argo CD's own directory mode takes
/// (`reposerver/repository/repository.go`, `manifestFile`).
pub fn is_manifest_name(path: &str) -> bool {
    if path == STANDARD_INPUT {
        return true;
    }
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("yaml" | "yml" | "json"))
}

/// Whether Argo CD can carry a character through YAML unchanged: not controls other than tab and
/// line ends, nor the next-line control, nor the two non-characters (go-yaml `readerc.go`).
pub fn is_carried(character: char) -> bool {
    let is_control = character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    !is_control && !matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// The first character of a text that Argo CD cannot carry, with its place.
pub fn first_not_carried(text: &str) -> Option<(usize, char)> {
    // Nearly every text is plain ASCII, which is told without decoding it.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) {
        return None;
    }
    text.char_indices().find(|&(_, character)| !is_carried(character))
}
