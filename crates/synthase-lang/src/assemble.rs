//! From a unit to the files and messages that run it. A named step, because what stands around a
//! program decides verdicts.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use synthase_types::{Signature, Type, Unit, UnitEntry};

use crate::identifier::to_identifier;
use crate::language::{Call, Compile, Language, Start, fill_word};

/// A file to be put beside a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The source files of a unit whose language is compiled.
///
/// # Errors
/// A type of the signature for which the language has no way to pass it; the text says which.
pub fn compiled_files(language: &Language, compile: &Compile, unit: &Unit) -> Result<Vec<SourceFile>, String> {
    let compiled_in = language.call.as_ref().filter(|call| call.start == Start::Compiled);
    match (&unit.entry, compiled_in) {
        (UnitEntry::Function(signature), Some(call)) => callable_files(language, call, unit, signature),
        _ => Ok(vec![SourceFile { name: compile.file.clone(), text: script(unit) }]),
    }
}

/// A unit as one text: the prelude, then the program.
pub fn script(unit: &Unit) -> String {
    if unit.prelude.is_empty() { unit.source.clone() } else { format!("{}\n{}", unit.prelude, unit.source) }
}

/// A program together with what calls its entry point, for a driver that is compiled into it.
fn callable_files(
    language: &Language,
    call: &Call,
    unit: &Unit,
    signature: &Signature,
) -> Result<Vec<SourceFile>, String> {
    let argument = |(index, param): (usize, &synthase_types::Param)| {
        let decode = codec(&call.decode, &param.ty)?;
        Ok(fill_word(&call.argument, &[("index", &index.to_string()), ("decode", &decode)]))
    };
    let args = signature.params.iter().enumerate().map(argument).collect::<Result<Vec<_>, String>>()?;
    let encode = codec(&call.encode, &signature.returns)?;
    let entry = to_identifier(&language.name, &signature.name);
    let prelude = if unit.prelude.is_empty() { String::new() } else { format!("{}\n", unit.prelude) };
    let (args, count) = (args.join(&call.separator), args.len().to_string());
    let slots = [
        ("prelude", prelude.as_str()),
        ("source", &unit.source),
        ("entry", &entry),
        ("args", &args),
        ("count", &count),
        ("encode", &encode),
    ];
    let file = |(name, text): (&String, &String)| SourceFile { name: name.clone(), text: fill_word(text, &slots) };
    Ok(call.files.iter().map(file).collect())
}

/// The expression that reads or writes a type, from a table of expressions; nothing if there is none.
fn codec(table: &BTreeMap<String, String>, ty: &Type) -> Result<String, String> {
    if table.is_empty() {
        return Ok(String::new());
    }
    let find = |key: &str| table.get(key).ok_or_else(|| format!("there is no way to pass {ty}"));
    let simple = |key: &str| find(key).cloned();
    match ty {
        Type::Any => simple("any"),
        Type::Null => simple("null"),
        Type::Bool => simple("bool"),
        Type::Int(_) => simple("int"),
        Type::Float => simple("float"),
        Type::Str => simple("str"),
        Type::Bytes => simple("bytes"),
        Type::List(of) => Ok(fill_word(find("list")?, &[("of", &codec(table, of)?)])),
        Type::Set(of) => Ok(fill_word(find("set")?, &[("of", &codec(table, of)?)])),
        Type::Optional(of) => Ok(fill_word(find("optional")?, &[("of", &codec(table, of)?)])),
        Type::Map(key, value) => {
            Ok(fill_word(find("map")?, &[("key", &codec(table, key)?), ("value", &codec(table, value)?)]))
        }
        Type::Tuple(items) => {
            let items = items.iter().map(|item| codec(table, item)).collect::<Result<Vec<_>, _>>()?;
            let names: Vec<String> = (0..items.len()).map(|index| index.to_string()).collect();
            let slots: Vec<(&str, &str)> =
                names.iter().map(String::as_str).zip(items.iter().map(String::as_str)).collect();
            Ok(fill_word(find(&format!("tuple{}", items.len()))?, &slots))
        }
        Type::Record(_) | Type::Tagged(_) => Err(format!("there is no way to pass {ty}")),
    }
}

/// The first message to a driver: the program and how it is addressed.
pub fn load_message(unit: &Unit, signature: &Signature, nonce: &str, seq: u64) -> Json {
    json!({
        "op": "load", "seq": seq, "nonce": nonce,
        "prelude": unit.prelude, "source": unit.source,
        "entry": signature.name, "types": wire_types(signature),
    })
}

/// What a compiler made, as a text that a driver can load.
pub fn compiled_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The message that makes a driver run a program as a script.
pub fn main_message(unit: &Unit, args: &[String]) -> Json {
    json!({ "op": "main", "seq": 0, "prelude": unit.prelude, "source": unit.source, "argv": args })
}

/// The message that makes a driver run test code.
pub fn test_message(prelude: &str, source: &str, signature: &Signature, nonce: &str, seq: u64) -> Json {
    json!({
        "op": "test", "seq": seq, "nonce": nonce, "prelude": prelude, "source": source,
        "entry": signature.name, "types": wire_types(signature),
    })
}

/// The types of a signature for drivers of languages whose values do not tell them.
pub fn wire_types(signature: &Signature) -> Json {
    json!({
        "params": signature.params.iter().map(|param| wire_type(&param.ty)).collect::<Vec<_>>(),
        "returns": wire_type(&signature.returns),
    })
}

fn wire_type(ty: &Type) -> Json {
    match ty {
        Type::Any => json!("any"),
        Type::Null => json!("null"),
        Type::Bool => json!("bool"),
        Type::Int(_) => json!("int"),
        Type::Float => json!("float"),
        Type::Str => json!("str"),
        Type::Bytes => json!("bytes"),
        Type::List(of) => json!({ "list": wire_type(of) }),
        Type::Tuple(items) => json!({ "tuple": items.iter().map(wire_type).collect::<Vec<_>>() }),
        Type::Set(of) => json!({ "set": wire_type(of) }),
        Type::Map(key, value) => json!({ "map": [wire_type(key), wire_type(value)] }),
        Type::Optional(of) => json!({ "optional": wire_type(of) }),
        Type::Record(fields) => {
            json!({ "record": fields.iter().map(|(name, ty)| json!([name, wire_type(ty)])).collect::<Vec<_>>() })
        }
        Type::Tagged(tag) => json!({ "tag": tag }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::by_name;

    fn unit(language: &str, prelude: &str, source: &str) -> Unit {
        let signature = "f(a: int, b: str) -> int".parse().unwrap();
        Unit {
            language: language.into(),
            prelude: prelude.into(),
            source: source.into(),
            entry: UnitEntry::Function(signature),
        }
    }

    #[test]
    fn a_rust_program_keeps_its_line_numbers() {
        let language = by_name("rust").unwrap();
        let unit = unit("rust", "", "fn f() {}");
        let files = compiled_files(language, language.compile.as_ref().unwrap(), &unit).unwrap();
        let program = files.iter().find(|file| file.name == "program.rs").unwrap();
        assert!(program.text.starts_with("fn f() {}\n\npub fn __synthase_call"), "{}", program.text);
        assert!(program.text.contains("f(args[0].pass()?, args[1].pass()?)"), "{}", program.text);
    }

    #[test]
    fn types_choose_expressions() {
        let table = [("int", "i"), ("list", "(l {of})"), ("map", "(m {key} {value})"), ("tuple2", "(p {0} {1})")];
        let table: BTreeMap<String, String> = table.map(|(key, text)| (key.into(), text.into())).into();
        let codec = |ty: &str| codec(&table, &ty.parse().unwrap());
        assert_eq!(codec("map[int, list[tuple[int, int]]]").unwrap(), "(m i (l (p i i)))");
        assert_eq!(codec("list[str]").unwrap_err(), "there is no way to pass str");
        assert_eq!(super::codec(&BTreeMap::new(), &"str".parse().unwrap()), Ok(String::new()));
    }

    #[test]
    fn the_prelude_stands_before_the_program() {
        assert_eq!(script(&unit("c", "#include <x>", "int main;")), "#include <x>\nint main;");
    }
}
