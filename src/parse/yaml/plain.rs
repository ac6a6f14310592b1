//! What `sigs.k8s.io/yaml` takes a scalar for, and how it spells a key.
//!
//! Argo CD reads manifests through that package, which rests on go-yaml v2. Every rule names the
//! function of go-yaml v2.4.2 (`resolve.go`, `decode.go`) or of Go's `strconv` that it follows.

use std::borrow::Cow;

use crate::syntax::node::Meaning;

/// What a plain scalar without a tag means (`resolve.go`, `resolve`).
///
/// Timestamps are not among the answers: decoded into an interface they stay strings
/// (`decode.go`, `scalar`). A bare `<<` that is a value is a string as well; as a key it merges,
/// which is the reader's business.
pub(super) fn meaning(text: &str) -> Meaning {
    if text.len() <= MAX_WORD_LEN
        && let Some(meaning) = word(text)
    {
        return meaning;
    }
    // `resolveTable`: only these first bytes are looked at any further.
    match text.bytes().next() {
        Some(b'.') if dotted(text).is_some() => Meaning::Float,
        Some(b'+' | b'-' | b'0'..=b'9') if integer(text).is_some() => Meaning::Int,
        Some(b'+' | b'-' | b'0'..=b'9') if decimal(text).is_some() => Meaning::Float,
        Some(_) | None => Meaning::String,
    }
}

const MAX_WORD_LEN: usize = "false".len();

/// The words that mean something else than themselves (`resolve.go`, `resolveMapList`; the tables
/// hold exactly these spellings, so `yEs` is a string).
fn word(text: &str) -> Option<Meaning> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Meaning::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Meaning::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Meaning::Bool(false))
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => Some(Meaning::Float),
        _ => None,
    }
}

/// How a bare key is spelled once it has been read as what it means
/// (`sigs.k8s.io/yaml`, `convertToJSONableObject`); `None` for what it refuses as a key.
pub(super) fn key(text: &str, meaning: Meaning) -> Option<String> {
    match meaning {
        // "unsupported map key of type: %!s(<nil>)".
        Meaning::Null => None,
        Meaning::Bool(value) => Some(value.to_string()),
        // `strconv.Itoa`; a `uint64` beyond `int64` is refused.
        Meaning::Int => match integer(text)? {
            Integer::Signed(value) => Some(value.to_string()),
            Integer::Unsigned => None,
        },
        Meaning::Float => Some(float_key(text)),
        Meaning::String => Some(text.to_owned()),
    }
}

enum Integer {
    Signed(i64),
    /// Above `i64::MAX`.
    Unsigned,
}

/// `strconv.ParseInt(s, 0, 64)`, then `ParseUint`, then go-yaml's own `0b`, on the text without
/// underscores.
fn integer(text: &str) -> Option<Integer> {
    let plain = &*without_underscores(text);
    let (negative, unsigned) = match plain.strip_prefix(['+', '-']) {
        Some(rest) => (plain.starts_with('-'), rest),
        None => (false, plain),
    };
    // After the first sign `0b` may carry a second one: `ParseInt(plain[2:], 2, 64)`.
    if let Some(rest) = plain.strip_prefix("0b").filter(|rest| rest.starts_with(['+', '-'])) {
        let digits = rest.get(1..).filter(|digits| is_digits(digits, 2))?;
        let value = i128::from(u64::from_str_radix(digits, 2).ok()?);
        let value = if rest.starts_with('-') { -value } else { value };
        return i64::try_from(value).ok().map(Integer::Signed);
    }
    let (radix, digits) = match unsigned.as_bytes() {
        // `len(s) >= 3`: `0x` alone is a zero followed by a digit that is none.
        [b'0', b'x' | b'X', _, ..] => (16, unsigned.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, unsigned.get(2..)?),
        [b'0', b'b' | b'B', _, ..] => (2, unsigned.get(2..)?),
        [b'0', _, ..] => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    if !is_digits(digits, radix) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    let signed = if negative { -i128::from(value) } else { i128::from(value) };
    match i64::try_from(signed) {
        Ok(value) => Some(Integer::Signed(value)),
        // `ParseUint` takes no sign.
        Err(_) if plain.starts_with(['+', '-']) => None,
        Err(_) => Some(Integer::Unsigned),
    }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_digit(radix))
}

/// `yamlStyleFloat` on the text without underscores:
/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`. What is out of range is a string,
/// since `strconv.ParseFloat` then reports an error.
fn decimal(text: &str) -> Option<f64> {
    let plain = &*without_underscores(text);
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let is_mantissa =
        all_digits(whole) && all_digits(fraction) && (!whole.is_empty() || !fraction.is_empty());
    let is_exponent = exponent.is_none_or(|exponent| {
        is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10)
    });
    if !is_mantissa || !is_exponent {
        return None;
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// What begins with a dot goes to `strconv.ParseFloat` as it stands, which takes an underscore
/// only between two digits (`underscoreOK`).
fn dotted(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |index: usize| {
        let digit =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(index.checked_sub(1)) && digit(index.checked_add(1))
    };
    let underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    underscores.clone().all(|(index, _)| between_digits(index)).then(|| decimal(text))?
}

/// `strconv.FormatFloat(v, 'g', -1, 32)`, with the names that go-yaml writes for what is no number.
fn float_key(text: &str) -> String {
    let value = match text.trim_start_matches(['+', '-']) {
        ".nan" | ".NaN" | ".NAN" => return ".nan".to_owned(),
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => return "-.inf".to_owned(),
        ".inf" | ".Inf" | ".INF" => return ".inf".to_owned(),
        _ => decimal(text).or_else(|| integer_as_float(text)).unwrap_or_default(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "Go formats the key in 32 bits")]
    let value = value as f32;
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    // `%e` below an exponent of -4 and from 6 on, the precision that Go assumes for the shortest
    // form (`strconv`, `formatDigits`).
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

fn integer_as_float(text: &str) -> Option<f64> {
    match integer(text)? {
        #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
        Integer::Signed(value) => Some(value as f64),
        Integer::Unsigned => text.replace('_', "").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against `sigs.k8s.io/yaml` v1.6.0, with half a million other texts.
    #[test]
    fn plain_scalars_mean_what_go_says() {
        let check = |texts: &str, expected: Meaning| {
            for text in texts.split(' ') {
                assert_eq!(meaning(text), expected, "{text:?}");
            }
        };
        check("~ null Null NULL", Meaning::Null);
        check("y Y yes Yes YES true True TRUE on On ON", Meaning::Bool(true));
        check("n N no No NO false False FALSE off Off OFF", Meaning::Bool(false));
        check(
            "0 -0 +1 012 0o14 0O14 0x1F 0X1f 0x_1F 0b101 0B1 1_000 1__0 1_ -_1 0b-1",
            Meaning::Int,
        );
        check("18446744073709551615 -9223372036854775808 0xffffffffffffffff", Meaning::Int);
        check("1.5 1. .5 +.5 1e3 1E-3 08 1_0.5 .5_0 18446744073709551616", Meaning::Float);
        check(".inf +.Inf -.INF .nan .NaN .NAN +18446744073709551615", Meaning::Float);
        check("yEs nULL tRUE .Nan +.nan -.nan inf nan << =", Meaning::String);
        check("_1 0x 0b 0o8 0x1ffffffffffffffff 1e400 1e 1e+ . .. .e3 ._5 .5_ +", Meaning::String);
        check("12:30:45 190:20:30 2024-01-01 2001-12-14t21:59:43.10-05:00 0x1p-2", Meaning::String);
        check("10Gi 500m 1.2.3 1,000", Meaning::String);
    }

    #[test]
    fn keys_are_spelled_as_go_prints_the_value() {
        let check = |text: &str, expected: &str| {
            assert_eq!(key(text, meaning(text)).as_deref(), Some(expected), "{text}");
        };
        check("on", "true");
        check("012", "10");
        check("-0x10", "-16");
        check("1_000", "1000");
        check("123456.0", "123456");
        check("1234567.0", "1.234567e+06");
        check("0.0001", "0.0001");
        check("0.00001", "1e-05");
        check("-0.0", "-0");
        check("3.5e38", ".inf");
        check("-.Inf", "-.inf");
        check(".NaN", ".nan");
        check("2024-01-01", "2024-01-01");
        assert_eq!(key("~", Meaning::Null), None);
        assert_eq!(key("18446744073709551615", Meaning::Int), None);
    }
}
