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

/// What a quantity comes to; nothing for a text that is none.
pub fn value(text: &str) -> Option<f64> {
    if !is_quantity(text) {
        return None;
    }
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let with_suffix = SUFFIXES.iter().find_map(|(suffix, factor)| {
        let number: f64 = text.strip_suffix(suffix)?.parse().ok()?;
        Some(number * factor)
    });
    with_suffix.or_else(|| text.parse().ok())
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
    use super::{is_quantity, value};

    #[test]
    fn quantities_are_compared() {
        assert_eq!(value("10Gi"), Some(10_737_418_240.0));
        assert_eq!(value("1.5k"), Some(1_500.0));
        assert_eq!(value("1e3"), Some(1_000.0));
        assert_eq!(value("1E"), Some(1e18));
        assert_eq!(value("500m"), Some(0.5));
        assert_eq!(value("ten"), None);
        assert!(value("1Ti") > value("1000Gi"));
    }

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
