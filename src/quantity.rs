//! Kubernetes quantities: `500m`, `1.5`, `10Gi`.

/// Whether a text is a quantity: a signed decimal number and a suffix
/// (`k8s.io/apimachinery/pkg/api/resource/quantity.go`).
pub fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits_end =
        unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(digits_end).unwrap_or((unsigned, ""));
    let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
    let one_point = number.bytes().filter(|&byte| byte == b'.').count() <= 1;
    has_digit && one_point && is_quantity_suffix(suffix)
}

fn is_quantity_suffix(suffix: &str) -> bool {
    const SUFFIXES: [&str; 16] =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    SUFFIXES.contains(&suffix) || is_decimal_exponent(suffix)
}

fn is_decimal_exponent(suffix: &str) -> bool {
    let Some(exponent) = suffix.strip_prefix(['e', 'E']) else { return false };
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_quantity;

    #[test]
    fn quantities() {
        for good in ["1", "500m", "1.5", ".5", "10Gi", "1e3", "1E-2", "+4k", "1.", "100M"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "10GB", "1 Gi", "Gi", "1..5", "ten", "10gi", "1e", "--1", "1.5.2"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }
}
