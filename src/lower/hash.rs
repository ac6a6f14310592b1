//! Content hashes in names: a ConfigMap whose content changes is a new ConfigMap, so that whatever
//! refers to it changes too (FACTS 2, last point).

use sha2::{Digest, Sha256};

/// Ten hexadecimal digits of the content's SHA-256, as in Kustomize's generated names.
pub(super) fn suffix<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = Sha256::new();
    for (key, text) in parts {
        // Lengths keep `ab` + `c` and `a` + `bc` apart.
        for part in [key, text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let hash = hasher.finalize();
    hash.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::suffix;

    #[test]
    fn what_is_a_key_and_what_a_text_counts() {
        assert_eq!(suffix([("a", "bc")]).len(), 10);
        assert_ne!(suffix([("a", "bc")]), suffix([("ab", "c")]));
        assert_ne!(suffix([("a", "b"), ("c", "d")]), suffix([("c", "d"), ("a", "b")]));
        assert_eq!(suffix([("a", "b")]), suffix([("a", "b")]));
    }
}
