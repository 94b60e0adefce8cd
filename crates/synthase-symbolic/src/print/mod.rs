//! Core programs as source text of real languages.
//!
//! What is printed is ready to paste: a function of the name that the entry point asks for, with
//! types, in the idioms of the language, without a library. It answers as the core program does
//! wherever that has a value; where the core program has an error, it raises or panics, or answers
//! something unspecified. Known exceptions, all of them rare:
//!
//! * JavaScript's numbers are exact up to 2^53 only.
//! * Letters, digits beyond 0 to 9, case and white space follow the Unicode data of each language;
//!   they differ on a few characters such as combining vowel signs and control separators.
//! * Python's `capitalize` writes a first "ß" as "Ss", and a last capital sigma as the final one.
//! * Core floats have no negative zero; printed programs may write one, as `-0.00`.
//! * JavaScript orders texts by UTF-16 units: characters from U+E000 to U+FFFF come behind those
//!   beyond U+FFFF.
//! * Sums and means of floats may differ in the last digit.
//!
//! The types of parameters and results are those of `synthase-lang`, so that a caller's glue and
//! the printed function agree: see [`parameter_type`] and [`result_type`].

mod block;
mod facts;
mod javascript;
mod names;
mod python;
mod rust;
mod template;

use std::fmt;
use std::str::FromStr;

use synthase_types::Type;

use crate::core::Program;

/// A language that programs are printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// JavaScript, as Node 20 and current browsers run it, with JSDoc types.
    JavaScript,
    /// Python from 3.9 on, with type hints.
    Python,
    /// Rust of the 2024 edition, standard library only.
    Rust,
}

impl Target {
    /// All of them.
    pub const ALL: [Target; 3] = [Target::JavaScript, Target::Python, Target::Rust];

    /// The name, as `synthase-lang` has it.
    pub fn name(self) -> &'static str {
        match self {
            Target::JavaScript => "javascript",
            Target::Python => "python",
            Target::Rust => "rust",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Programs are not printed in this language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("programs are printed in javascript, python and rust, not in `{0}`")]
pub struct UnknownTarget(pub String);

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(name: &str) -> Result<Target, UnknownTarget> {
        Target::ALL.into_iter().find(|target| target.name() == name).ok_or_else(|| UnknownTarget(name.to_owned()))
    }
}

/// A program cannot be printed in a language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{target} cannot say this: {what}")]
pub struct Unprintable {
    /// The language.
    pub target: Target,
    /// What it lacks.
    pub what: String,
}

impl Program {
    /// The program as source text that ends with a line end.
    ///
    /// # Errors
    /// What the language lacks: Rust's standard library has no dates for signatures, and JavaScript
    /// no integers beyond 2^53.
    pub fn print(&self, target: Target) -> Result<String, Unprintable> {
        let fail = |what: String| Unprintable { target, what };
        match target {
            Target::JavaScript => javascript::print(self).map_err(fail),
            Target::Python => python::print(self).map_err(fail),
            Target::Rust => rust::print(self).map_err(fail),
        }
    }
}

/// What a language lacks, in words.
type Printed<T> = Result<T, String>;

/// The type of a parameter in a printed function.
///
/// | core | Python | JavaScript | Rust |
/// |---|---|---|---|
/// | `bool` | `bool` | `boolean` | `bool` |
/// | `int` | `int` | `number` | `i64`, or the width of the signature |
/// | `float` | `float` | `number` | `f64` |
/// | `str` | `str` | `string` | `&str` |
/// | `date` | `datetime.date` | `Date` (midnight, UTC) | none |
/// | `list[t]` | `list[t]` | `t[]` | `&[t]` with owned `t` |
/// | `tuple[a, b]` | `tuple[a, b]` | `[a, b]` | `(a, b)` with owned parts |
pub fn parameter_type(target: Target, ty: &Type) -> Option<String> {
    match target {
        Target::JavaScript => Some(synthase_lang::javascript::type_name(ty)),
        Target::Python => Some(synthase_lang::python::type_name(ty)),
        Target::Rust => synthase_lang::rust::type_name(ty, synthase_lang::rust::Position::Parameter),
    }
}

/// The type of the result of a printed function: as [`parameter_type`], but in Rust owned.
pub fn result_type(target: Target, ty: &Type) -> Option<String> {
    match target {
        Target::JavaScript | Target::Python => parameter_type(target, ty),
        Target::Rust => synthase_lang::rust::type_name(ty, synthase_lang::rust::Position::Owned),
    }
}
