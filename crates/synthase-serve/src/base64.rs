//! Base64, the form in which files travel.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Writes padding, and reads texts with and without it.
const FORM: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes as base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    FORM.encode(bytes)
}

/// The bytes of a base64 text. Line ends and blanks are passed over.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let words: String = text.split_ascii_whitespace().collect();
    FORM.decode(words).map_err(|error| format!("it is no base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_with_and_without_padding_and_line_ends() {
        for text in ["aGk=", "aGk", "aG\r\nk=\n"] {
            assert_eq!(decode(text).as_deref(), Ok(b"hi".as_slice()));
        }
        assert_eq!(encode(b"hi"), "aGk=");
        for text in ["a", "aGk!", "aG-k", "aGk==", "=aGk"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
