//! Types from examples.

use super::{IntWidth, Param, Signature, Type};
use crate::value::Value;

/// The narrowest type that all the values have; `any` where they have nothing in common.
///
/// Integers beside floats are floats; absent values make the type optional; the element type of an
/// empty list is taken from its neighbours, and is `any` if no neighbour tells.
pub fn infer<'a>(values: impl IntoIterator<Item = &'a Value>) -> Type {
    let known = values.into_iter().map(type_of).fold(Known::Nothing, Known::join);
    known.into_type()
}

/// A signature for examples whose entry point was not stated: parameters `a`, `b`, … or these names.
///
/// All inputs must be of one length; extra values of longer ones are not looked at.
pub fn infer_signature(name: &str, names: &[String], inputs: &[&[Value]], outputs: &[&Value]) -> Signature {
    let arity = inputs.iter().map(|input| input.len()).min().unwrap_or(0);
    let mut params: Vec<Param> = Vec::with_capacity(arity);
    for i in 0..arity {
        let mut name = names.get(i).and_then(|name| word_of(name)).unwrap_or_else(|| default_name(i, arity));
        while params.iter().any(|param| param.name == name) {
            name.push('_');
        }
        params.push(Param { name, ty: infer(inputs.iter().map(|input| &input[i])) });
    }
    Signature { name: name.to_owned(), params, returns: infer(outputs.iter().copied()) }
}

/// A heading as the name of a parameter: `Full name` becomes `full_name`.
fn word_of(heading: &str) -> Option<String> {
    let words: Vec<String> = heading
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    let name = match words.as_slice() {
        [word] => word.clone(),
        words => words.join("_").to_lowercase(),
    };
    name.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(name)
}

fn default_name(index: usize, arity: usize) -> String {
    if arity == 1 {
        return "x".to_owned();
    }
    match u8::try_from(index) {
        Ok(i) if i < 26 => char::from(b'a' + i).to_string(),
        _ => format!("x{index}"),
    }
}

/// What is known of a type: like [`Type`], with a bottom for "no value seen".
#[derive(Clone, PartialEq)]
enum Known {
    Nothing,
    Absent,
    Is(Type),
    List(Box<Known>),
    Set(Box<Known>),
    Map(Box<Known>, Box<Known>),
    Tuple(Vec<Known>),
    Record(Vec<(String, Known)>),
    Optional(Box<Known>),
}

fn type_of(value: &Value) -> Known {
    let all = |items: &mut dyn Iterator<Item = &Value>| Box::new(items.map(type_of).fold(Known::Nothing, Known::join));
    match value {
        Value::Null => Known::Absent,
        Value::Bool(_) => Known::Is(Type::Bool),
        Value::Int(_) => Known::Is(Type::Int(IntWidth::Unbounded)),
        Value::Float(_) => Known::Is(Type::Float),
        Value::Str(_) => Known::Is(Type::Str),
        Value::Bytes(_) => Known::Is(Type::Bytes),
        Value::List(items) => Known::List(all(&mut items.iter())),
        Value::Tuple(items) => Known::Tuple(items.iter().map(type_of).collect()),
        Value::Set(set) => Known::Set(all(&mut set.iter())),
        Value::Map(map) => Known::Map(all(&mut map.iter().map(|(k, _)| k)), all(&mut map.iter().map(|(_, v)| v))),
        Value::Some(inner) => Known::Optional(Box::new(type_of(inner))),
        Value::Record(record) => {
            Known::Record(record.fields.iter().map(|(name, value)| (name.clone(), type_of(value))).collect())
        }
        Value::Tagged(tagged) => Known::Is(Type::Tagged(tagged.tag.clone())),
    }
}

impl Known {
    fn join(self, other: Known) -> Known {
        use Known::*;
        match (self, other) {
            (a, b) if a == b => a,
            (Nothing, a) | (a, Nothing) => a,
            (Absent, Optional(a)) | (Optional(a), Absent) => Optional(a),
            (Absent, a) | (a, Absent) => Optional(Box::new(a)),
            (Optional(a), Optional(b)) => Optional(Box::new(a.join(*b))),
            (Optional(a), b) | (b, Optional(a)) => Optional(Box::new(a.join(b))),
            (Is(Type::Int(_)), Is(Type::Float)) | (Is(Type::Float), Is(Type::Int(_))) => Is(Type::Float),
            (List(a), List(b)) => List(Box::new(a.join(*b))),
            (Set(a), Set(b)) => Set(Box::new(a.join(*b))),
            (Map(k, v), Map(l, w)) => Map(Box::new(k.join(*l)), Box::new(v.join(*w))),
            (Tuple(a), Tuple(b)) if a.len() == b.len() => Tuple(a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect()),
            (Record(a), Record(b)) if a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0) => {
                Record(a.into_iter().zip(b).map(|((name, a), (_, b))| (name, a.join(b))).collect())
            }
            _ => Is(Type::Any),
        }
    }

    fn into_type(self) -> Type {
        let boxed = |known: Box<Known>| Box::new(known.into_type());
        match self {
            Known::Nothing => Type::Any,
            Known::Absent => Type::Null,
            Known::Is(ty) => ty,
            Known::List(of) => Type::List(boxed(of)),
            Known::Set(of) => Type::Set(boxed(of)),
            Known::Map(key, value) => Type::Map(boxed(key), boxed(value)),
            Known::Tuple(items) => Type::Tuple(items.into_iter().map(Known::into_type).collect()),
            Known::Record(fields) => {
                Type::Record(fields.into_iter().map(|(name, known)| (name, known.into_type())).collect())
            }
            Known::Optional(of) => match of.into_type() {
                Type::Any => Type::Any,
                ty => Type::Optional(Box::new(ty)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(texts: &[&str]) -> String {
        let values: Vec<Value> = texts.iter().map(|text| text.parse().unwrap()).collect();
        infer(&values).to_string()
    }

    #[test]
    fn the_narrowest_common_type_is_found() {
        assert_eq!(inferred(&["1", "2"]), "int");
        assert_eq!(inferred(&["1", "2.5"]), "float");
        assert_eq!(inferred(&["null", "2"]), "optional[int]");
        assert_eq!(inferred(&["[]", "[1]", "[null]"]), "list[optional[int]]");
        assert_eq!(inferred(&["[]"]), "list[any]");
        assert_eq!(inferred(&["(1, \"a\")", "(2.0, \"b\")"]), "tuple[float, str]");
        assert_eq!(inferred(&["(1,)", "(1, 2)"]), "any");
        assert_eq!(inferred(&["{\"a\": 1}", "{}"]), "map[str, int]");
        assert_eq!(inferred(&["date\"2026-01-31\""]), "date");
        assert_eq!(inferred(&["1", "\"a\""]), "any");
    }

    #[test]
    fn a_signature_names_its_parameters() {
        let a: Vec<Value> = vec!["x".into(), 1.into()];
        let signature = infer_signature("f", &[], &[&a], &[&Value::from(true)]);
        assert_eq!(signature.to_string(), "f(a: str, b: int) -> bool");
        let names = ["Full name".to_owned(), "full_name".to_owned()];
        let signature = infer_signature("f", &names, &[&a], &[&Value::from(true)]);
        assert_eq!(signature.to_string(), "f(full_name: str, full_name_: int) -> bool");
    }
}
