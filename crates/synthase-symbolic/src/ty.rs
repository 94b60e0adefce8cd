//! The types of the core language: the part of the vocabulary's types that programs can be built over.

use std::fmt;

use synthase_types::Type;

/// A type of the core language.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ty {
    /// A truth value.
    Bool,
    /// An integer of 64 bits; what does not fit is an error.
    Int,
    /// A finite float of 64 bits.
    Float,
    /// A text of Unicode scalar values.
    Str,
    /// A day of the proleptic Gregorian calendar.
    Date,
    /// A sequence of any length.
    List(Box<Ty>),
    /// A sequence of these types.
    Tuple(Vec<Ty>),
}

/// The symbolic synthesizer has no values of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the symbolic synthesizer has no values of type {0}")]
pub struct UnsupportedType(pub Type);

impl Ty {
    /// The core type of a signature's type.
    ///
    /// # Errors
    /// The smallest part that the core language does not have.
    pub fn of(ty: &Type) -> Result<Ty, UnsupportedType> {
        Ok(match ty {
            Type::Bool => Ty::Bool,
            Type::Int(_) => Ty::Int,
            Type::Float => Ty::Float,
            Type::Str => Ty::Str,
            Type::Tagged(tag) if tag == "date" => Ty::Date,
            Type::List(of) => Ty::list(Ty::of(of)?),
            Type::Tuple(items) if !items.is_empty() => Ty::Tuple(items.iter().map(Ty::of).collect::<Result<_, _>>()?),
            other => return Err(UnsupportedType(other.clone())),
        })
    }

    /// A list of this type.
    pub fn list(of: Ty) -> Ty {
        Ty::List(Box::new(of))
    }

    /// What the type has one of at each position: the elements of a list, the characters of a text.
    pub fn item(&self) -> Option<Ty> {
        match self {
            Ty::Str => Some(Ty::Str),
            Ty::List(of) => Some((**of).clone()),
            _ => None,
        }
    }

    /// Whether values of the type have an order that all languages agree on.
    pub fn is_ordered(&self) -> bool {
        matches!(self, Ty::Int | Ty::Float | Ty::Str | Ty::Date)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Bool => f.write_str("bool"),
            Ty::Int => f.write_str("int"),
            Ty::Float => f.write_str("float"),
            Ty::Str => f.write_str("str"),
            Ty::Date => f.write_str("date"),
            Ty::List(of) => write!(f, "list[{of}]"),
            Ty::Tuple(items) => {
                f.write_str("tuple[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_core_language_lacks_is_named() {
        let ty: Type = "list[optional[int]]".parse().unwrap();
        assert_eq!(
            Ty::of(&ty).unwrap_err().to_string(),
            "the symbolic synthesizer has no values of type optional[int]"
        );
        assert_eq!(Ty::of(&"tuple[date, list[u8]]".parse().unwrap()).unwrap().to_string(), "tuple[date, list[int]]");
    }
}
