//! Integers of any size, with a fast path for those of 64 bits.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;

/// An integer of any size.
///
/// Canonical by construction: a number that fits 64 bits is never stored as a big one, so equality
/// and hashing may be derived.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Int(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    Big(Box<BigInt>),
}

/// The most decimal digits accepted in the text of one integer. Conversion is quadratic in the
/// length, so an unbounded literal would be a way to stall whoever reads it.
pub const MAX_DIGITS: usize = 20_000;

impl Int {
    /// The number as `i64`, if it fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(n) => Some(*n),
            Repr::Big(_) => None,
        }
    }

    /// The number as a big integer.
    pub fn to_big(&self) -> BigInt {
        match &self.0 {
            Repr::Small(n) => BigInt::from(*n),
            Repr::Big(n) => (**n).clone(),
        }
    }

    /// The nearest float, ties to even; infinite beyond the range of `f64`.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small(n) => *n as f64,
            // The decimal text is read back by the correctly rounding float parser.
            Repr::Big(n) => n.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n) => *n < 0,
            Repr::Big(n) => n.sign() == num_bigint::Sign::Minus,
        }
    }

    /// Whether the number fits a two's complement (`signed`) or plain binary number of `bits` bits.
    pub fn fits(&self, signed: bool, bits: u32) -> bool {
        let n = self.to_big();
        let one = BigInt::from(1);
        if signed {
            let half = one << bits.saturating_sub(1);
            n >= -half.clone() && n < half
        } else {
            !self.is_negative() && n < one << bits
        }
    }
}

impl From<i64> for Int {
    fn from(n: i64) -> Self {
        Int(Repr::Small(n))
    }
}

impl From<BigInt> for Int {
    fn from(n: BigInt) -> Self {
        match i64::try_from(&n) {
            Ok(small) => Int(Repr::Small(small)),
            Err(_) => Int(Repr::Big(Box::new(n))),
        }
    }
}

/// The text is not a decimal integer, or has more than [`MAX_DIGITS`] digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an integer of at most {MAX_DIGITS} decimal digits")]
pub struct ParseIntError;

impl FromStr for Int {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        if let Ok(n) = text.parse::<i64>() {
            return Ok(n.into());
        }
        if text.len() > MAX_DIGITS {
            return Err(ParseIntError);
        }
        text.parse::<BigInt>().map(Int::from).map_err(|_| ParseIntError)
    }
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n) => n.fmt(f),
            Repr::Big(n) => n.fmt(f),
        }
    }
}

impl fmt::Debug for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_number_is_never_stored_big() {
        assert_eq!(Int::from(BigInt::from(7)), Int::from(7));
        assert_eq!("9223372036854775807".parse::<Int>().unwrap().to_i64(), Some(i64::MAX));
        assert_eq!("9223372036854775808".parse::<Int>().unwrap().to_i64(), None);
    }

    #[test]
    fn widths_are_exact_at_their_edges() {
        let n = |text: &str| text.parse::<Int>().unwrap();
        assert!(n("-128").fits(true, 8) && !n("-129").fits(true, 8) && !n("128").fits(true, 8));
        assert!(n("255").fits(false, 8) && !n("256").fits(false, 8) && !n("-1").fits(false, 8));
        assert!(n("18446744073709551615").fits(false, 64));
    }

    #[test]
    fn a_huge_literal_is_refused_instead_of_stalling() {
        assert!("9".repeat(MAX_DIGITS + 1).parse::<Int>().is_err());
    }
}
