//! The name that somebody meant.

/// The longest name, in bytes, for which a near one is looked for: Kubernetes' own bound.
const MAX_NAME_LEN: usize = 253;
/// The most names that one is compared with.
const MAX_NAMES: usize = 250;
/// The most pairs of characters that are compared in one search: fewer names, where they are long.
const MAX_PAIRS: usize = 150_000;

/// The known name nearest to a wrong one, if it is near enough to be a slip of the keyboard.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > MAX_NAME_LEN {
        return None;
    }
    let wrong_lower = wrong.to_lowercase();
    let is_as_long = |name: &&str| {
        let most = (wrong.len().max(name.len()) / 3).max(1);
        name.len().abs_diff(wrong.len()) <= most
    };
    known
        .into_iter()
        .filter(is_as_long)
        .take(MAX_NAMES.min(MAX_PAIRS / wrong.len().pow(2).max(1)))
        .map(|name| (strsim::osa_distance(&wrong_lower, &name.to_lowercase()), name))
        .filter(|&(distance, name)| {
            let longest = wrong.chars().count().max(name.chars().count());
            distance <= (longest / 3).max(1)
        })
        .min()
        .map(|(_, name)| name)
}
