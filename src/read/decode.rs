//! SQL files that are not UTF-8: exports of older tools, whose few odd characters stand in comments
//! and data. A schema that the database takes is not refused for them.

/// The characters of Windows-1252 that are not those of Latin-1, from 0x80 on
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>); five bytes stand for nothing.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text of bytes that are not UTF-8.
pub(super) struct Decoded {
    pub(super) text: String,
    /// What they were taken for: UTF-16 where a byte-order mark says so, else Windows-1252.
    pub(super) encoding: &'static str,
    /// Where in the text the first byte is that UTF-8 does not have, which is not where it was in the file:
    /// every byte before it may have become several. The beginning, where all of it is something else.
    pub(super) first: usize,
}

/// Decodes bytes of which UTF-8 has no more than the first `valid`.
pub(super) fn decode(bytes: &[u8], valid: usize) -> Decoded {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        bytes => {
            let characters = || bytes.iter().map(|&byte| windows_1252(byte));
            Decoded {
                text: characters().collect(),
                encoding: "Windows-1252",
                first: characters().take(valid).map(char::len_utf8).sum(),
            }
        }
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

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let units = bytes.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    let characters = char::decode_utf16(units);
    Decoded {
        text: characters.map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
        encoding: "UTF-16",
        first: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn check(bytes: &[u8], text: &str, encoding: &str, first: usize) {
        let valid = std::str::from_utf8(bytes).unwrap_err().valid_up_to();
        let decoded = decode(bytes, valid);
        let found = (decoded.text.as_str(), decoded.encoding, decoded.first);
        assert_eq!(found, (text, encoding, first));
    }

    #[test]
    fn old_encodings_are_read() {
        check(b"-- caf\xe9 \x80", "-- café €", "Windows-1252", 6);
        check(b"\xff\xfea\0\xe9\0", "aé", "UTF-16", 0);
        check(b"\xfe\xff\0a\0\xe9", "aé", "UTF-16", 0);
        check(b"\xfe\xff\0a\0", "a", "UTF-16", 0);
    }

    #[test]
    fn a_place_in_the_bytes_is_one_in_the_text() {
        // Each byte of a character of UTF-8 has become one of its own.
        check(b"\xe2\x82\xac\xe9", "â‚¬é", "Windows-1252", "â‚¬".len());
        check(b"\xd0\x9f\xff", "ÐŸÿ", "Windows-1252", "ÐŸ".len());
    }
}
