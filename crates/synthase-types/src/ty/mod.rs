//! Types and signatures of entry points.

pub mod fit;
pub mod infer;
pub mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of a parameter or result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// No statement about the value.
    Any,
    /// Only the absent value.
    Null,
    /// A truth value.
    Bool,
    /// An integer.
    Int(IntWidth),
    /// A float of 64 bits.
    Float,
    /// A text.
    Str,
    /// Raw bytes.
    Bytes,
    /// A sequence of any length.
    List(Box<Type>),
    /// A sequence of these types.
    Tuple(Vec<Type>),
    /// Distinct elements.
    Set(Box<Type>),
    /// Keys with values.
    Map(Box<Type>, Box<Type>),
    /// A value that may be absent.
    Optional(Box<Type>),
    /// Named fields.
    Record(Vec<(String, Type)>),
    /// Tagged literals of one tag, such as `date` or `decimal`.
    Tagged(String),
}

/// The width of an integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntWidth {
    /// No bound is stated. Languages with machine integers use 64 bits.
    Unbounded,
    /// Two's complement of so many bits.
    Signed(u8),
    /// Non-negative, of so many bits.
    Unsigned(u8),
}

impl Type {
    /// The integer type without a stated width.
    pub const INT: Type = Type::Int(IntWidth::Unbounded);

    /// A list of this type.
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// A bit vector of `bits` bits, written as the tagged literal `bv<bits>"0x…"`.
    pub fn bit_vector(bits: u32) -> Type {
        Type::Tagged(format!("bv{bits}"))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int(IntWidth::Unbounded) => f.write_str("int"),
            Type::Int(IntWidth::Signed(bits)) => write!(f, "i{bits}"),
            Type::Int(IntWidth::Unsigned(bits)) => write!(f, "u{bits}"),
            Type::Float => f.write_str("float"),
            Type::Str => f.write_str("str"),
            Type::Bytes => f.write_str("bytes"),
            Type::List(of) => write!(f, "list[{of}]"),
            Type::Tuple(items) => {
                f.write_str("tuple[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Type::Set(of) => write!(f, "set[{of}]"),
            Type::Map(key, value) => write!(f, "map[{key}, {value}]"),
            Type::Optional(of) => write!(f, "optional[{of}]"),
            Type::Record(fields) => {
                f.write_str("record{")?;
                for (i, (name, ty)) in fields.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    match parse::is_name(name) {
                        true => write!(f, "{name}: {ty}")?,
                        false => write!(f, "`{name}`: {ty}")?,
                    }
                }
                f.write_str("}")
            }
            Type::Tagged(tag) if parse::is_tag_type(tag) => f.write_str(tag),
            Type::Tagged(tag) => write!(f, "tagged[{tag}]"),
        }
    }
}

/// A parameter of an entry point.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Param {
    /// Its name, as the description uses it.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// The name, parameters and result of an entry point: `pair(line: str) -> tuple[str, str]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The function's name.
    pub name: String,
    /// The parameters in order.
    pub params: Vec<Param>,
    /// The type of the result.
    pub returns: Type,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (i, param) in self.params.iter().enumerate() {
            write!(f, "{}{}: {}", if i > 0 { ", " } else { "" }, param.name, param.ty)?;
        }
        write!(f, ") -> {}", self.returns)
    }
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(Type, Signature);
