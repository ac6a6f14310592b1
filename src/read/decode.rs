//! SQL files that are not UTF-8: exports of older tools, whose few odd characters stand in comments
//! and data. A schema that the database takes is not refused for them.

/// The characters of Windows-1252 that are not those of Latin-1, from 0x80 on
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>); five bytes stand for nothing.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text of bytes that are not UTF-8, and what they were taken for: UTF-16 where a byte-order
/// mark says so, else Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> (String, &'static str) {
    match bytes {
        [0xff, 0xfe, rest @ ..] => (utf_16(rest, u16::from_le_bytes), "UTF-16"),
        [0xfe, 0xff, rest @ ..] => (utf_16(rest, u16::from_be_bytes), "UTF-16"),
        bytes => (bytes.iter().map(|&byte| windows_1252(byte)).collect(), "Windows-1252"),
    }
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
        byte => char::from(byte),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn old_encodings_are_read() {
        assert_eq!(decode(b"-- caf\xe9 \x80"), ("-- café €".to_owned(), "Windows-1252"));
        assert_eq!(decode(b"\xff\xfea\0\xe9\0"), ("aé".to_owned(), "UTF-16"));
        assert_eq!(decode(b"\xfe\xff\0a\0\xe9"), ("aé".to_owned(), "UTF-16"));
        assert_eq!(decode(b"\xfe\xff\0a\0"), ("a".to_owned(), "UTF-16"));
    }
}
