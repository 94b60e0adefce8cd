//! What a core program answers instead of a value.

/// Why a core program has no value on an input. Errors are values of the language: they pass
/// through every component that looks at the argument, and `if`, `and` and `or` look only at what
/// they need.
///
/// A printed program raises, panics or answers something unspecified where the core program has an
/// error; where the core program has a value, the printed one has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EvalError {
    /// An integer beyond 64 bits, or a float that is not finite.
    #[error("a number is out of range")]
    Overflow,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A position outside a text, list or calendar.
    #[error("a position is out of range")]
    OutOfRange,
    /// A text that is no number where one is read.
    #[error("a text is not a number")]
    NotANumber,
    /// A text that is no day where one is read.
    #[error("a text is not a date")]
    NotADate,
    /// An empty list or text where an element is needed.
    #[error("nothing to choose from")]
    Empty,
    /// A result longer than programs may build.
    #[error("a result is too long")]
    TooLong,
    /// More steps than the caller allows.
    #[error("too many steps")]
    TooManySteps,
    /// An argument that does not have the type of its parameter.
    #[error("an argument does not have its type")]
    WrongType,
}
