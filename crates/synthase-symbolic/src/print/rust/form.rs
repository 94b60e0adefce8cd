//! What a printed expression is to Rust: a value, a borrow, a lazy iterator, and for how long.

use super::binds;
use crate::ty::Ty;

/// The life of what borrows from a value that ends with its statement.
pub(super) const TEMPORARY: u32 = u32::MAX;

/// The Rust type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Bool,
    /// `i64`; days are counted from 1970-01-01.
    Int,
    Usize,
    Float,
    /// A text of one character.
    Char,
    /// What `char::to_uppercase` gives: a text to write, or an iterator.
    Case,
    /// `&str`
    Str,
    String,
    /// `&[T]`
    Slice(Box<Form>),
    Vec(Box<Form>),
    /// `[T; n]`, a constant.
    Array(Box<Form>),
    /// A tuple of owned parts.
    Tuple(Vec<Form>),
    /// A reference to an owned value.
    Ref(Box<Form>),
    Iter(Box<Form>, Flow),
}

/// What an iterator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flow {
    /// It gives references to `Copy` values.
    pub(super) by_ref: bool,
    /// It goes backwards too.
    pub(super) both_ways: bool,
    /// It knows its length.
    pub(super) exact: bool,
}

impl Form {
    /// The form of owned values of a type.
    pub(super) fn owned(ty: &Ty) -> Form {
        match ty {
            Ty::Bool => Form::Bool,
            Ty::Int | Ty::Date => Form::Int,
            Ty::Float => Form::Float,
            Ty::Str => Form::String,
            Ty::List(of) => Form::Vec(Box::new(Form::owned(of))),
            Ty::Tuple(items) => Form::Tuple(items.iter().map(Form::owned).collect()),
        }
    }

    /// The form of parameters of a type.
    pub(super) fn parameter(ty: &Ty) -> Form {
        match ty {
            Ty::Str => Form::Str,
            Ty::List(of) => Form::Slice(Box::new(Form::owned(of))),
            other => Form::owned(other),
        }
    }

    pub(super) fn is_copy(&self) -> bool {
        match self {
            Form::Case | Form::String | Form::Vec(_) | Form::Iter(..) => false,
            Form::Tuple(parts) => parts.iter().all(Form::is_copy),
            Form::Array(of) => of.is_copy(),
            _ => true,
        }
    }

    /// Whether a value holds a borrow of something else.
    pub(super) fn borrows(&self) -> bool {
        match self {
            Form::Str | Form::Slice(_) | Form::Ref(_) | Form::Iter(..) => true,
            Form::Vec(of) | Form::Array(of) => of.borrows(),
            Form::Tuple(parts) => parts.iter().any(Form::borrows),
            _ => false,
        }
    }

    /// What goes through a list of this form one by one, owned or copied or referred to.
    pub(super) fn item(&self) -> Option<&Form> {
        match self {
            Form::Slice(of) | Form::Vec(of) | Form::Array(of) | Form::Iter(of, _) => Some(of),
            Form::Ref(of) => of.item(),
            _ => None,
        }
    }

    /// The type's name, where a `let` may need it.
    pub(super) fn name(&self) -> Option<String> {
        Some(match self {
            Form::Bool => "bool".to_owned(),
            Form::Int => "i64".to_owned(),
            Form::Usize => "usize".to_owned(),
            Form::Float => "f64".to_owned(),
            Form::Char => "char".to_owned(),
            Form::Str => "&str".to_owned(),
            Form::String => "String".to_owned(),
            Form::Slice(of) => format!("&[{}]", of.name()?),
            Form::Vec(of) => format!("Vec<{}>", of.name()?),
            Form::Tuple(parts) if parts.len() == 1 => format!("({},)", parts[0].name()?),
            Form::Tuple(parts) => {
                format!("({})", parts.iter().map(Form::name).collect::<Option<Vec<_>>>()?.join(", "))
            }
            Form::Ref(of) => format!("&{}", of.name()?),
            Form::Case | Form::Array(_) | Form::Iter(..) => return None,
        })
    }
}

/// A printed expression.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) text: String,
    pub(super) binds: u8,
    pub(super) form: Form,
    /// Whether it names a variable or a part of one, which is not to be moved.
    pub(super) place: bool,
    /// How deep in functions the variable stands that it borrows from, or whose value it is.
    pub(super) life: u32,
}

impl Expr {
    pub(super) fn new(text: impl Into<String>, binds: u8, form: Form) -> Expr {
        Expr { text: text.into(), binds, form, place: false, life: 0 }
    }

    pub(super) fn living(mut self, life: u32) -> Expr {
        self.life = life;
        self
    }

    /// A method call on this.
    pub(super) fn call(&self, method: &str, form: Form) -> Expr {
        let receiver = match (&self.form, self.text.strip_prefix(['&', '*'])) {
            // Methods of slices find them through any reference.
            (Form::Slice(_), Some(place)) if self.binds == binds::UNARY => place.to_owned(),
            _ => self.at(binds::CALL),
        };
        Expr::new(format!("{receiver}{method}"), binds::CALL, form).living(self.life)
    }

    /// The text, in parentheses if it binds less strongly than is needed.
    pub(super) fn at(&self, binds: u8) -> String {
        if self.binds >= binds { self.text.clone() } else { format!("({})", self.text) }
    }

    /// The life of a borrow of this.
    pub(super) fn borrowed(&self) -> u32 {
        let owns = matches!(self.form, Form::String | Form::Vec(_) | Form::Tuple(_) | Form::Case);
        if owns && !self.place { TEMPORARY } else { self.life }
    }

    /// What an iterator can do.
    pub(super) fn flow(&self) -> Flow {
        match self.form {
            Form::Iter(_, flow) => flow,
            _ => Flow { by_ref: false, both_ways: false, exact: false },
        }
    }

    /// Whether the text is a single name.
    pub(super) fn is_name(&self) -> bool {
        !self.text.starts_with(|c: char| c.is_ascii_digit())
            && self.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !matches!(self.text.as_str(), "true" | "false")
    }
}

/// An expression without what only tells its type, for places that tell it.
pub(super) fn untyped(expr: &Expr) -> String {
    if expr.binds >= binds::CALL {
        for (long, short) in [
            (".collect::<Vec<_>>()", ".collect()"),
            (".collect::<String>()", ".collect()"),
            (".sum::<i64>()", ".sum()"),
            (".sum::<f64>()", ".sum()"),
            (".product::<i64>()", ".product()"),
            (".parse::<i64>().unwrap()", ".parse().unwrap()"),
            (".parse::<f64>().unwrap()", ".parse().unwrap()"),
        ] {
            if let Some(rest) = expr.text.strip_suffix(long) {
                return format!("{rest}{short}");
            }
        }
    }
    // `vec![0_i64; 3]`
    let digits =
        expr.text.strip_prefix("vec![").map_or(0, |rest| rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
    let behind = 5 + digits;
    if digits > 0
        && ["_i64,", "_i64;", "_i64]"].iter().any(|end| expr.text[behind..].starts_with(end))
        && expr.text.ends_with(']')
    {
        return format!("{}{}", &expr.text[..behind], &expr.text[behind + 4..]);
    }
    expr.text.clone()
}
