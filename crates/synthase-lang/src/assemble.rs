//! From a unit to the files and messages that run it. A named step, because what stands around a
//! program decides verdicts.

use serde_json::{Value as Json, json};
use synthase_types::{Signature, Type, Unit, UnitEntry};

use crate::language::{Compile, Language, Start};

/// A file to be put beside a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The source files of a unit whose language is compiled, the main one first.
pub fn compiled_files(language: &Language, compile: &Compile, unit: &Unit) -> Vec<SourceFile> {
    let file = |name: &str, text: String| SourceFile { name: name.to_owned(), text };
    match &unit.entry {
        UnitEntry::Function(signature) if language.call.as_ref().is_some_and(|call| call.start == Start::Compiled) => {
            vec![
                file(&compile.file, RUST_MAIN.to_owned()),
                file("program.rs", rust_program(&unit.prelude, &unit.source, signature)),
            ]
        }
        _ => vec![file(&compile.file, script(unit))],
    }
}

/// A unit as one text: the prelude, then the program.
pub fn script(unit: &Unit) -> String {
    if unit.prelude.is_empty() { unit.source.clone() } else { format!("{}\n{}", unit.prelude, unit.source) }
}

const RUST_MAIN: &str = "mod program;\n\nfn main() {\n    synthase_driver::serve(program::__synthase_call);\n}\n";

/// The program as a module, with a function behind it that converts arguments and result. The
/// function stands in the module itself, so the program's entry point need not be public.
fn rust_program(prelude: &str, source: &str, signature: &Signature) -> String {
    let args: Vec<String> = (0..signature.params.len()).map(|i| format!("args[{i}].pass()?")).collect();
    let entry = crate::identifier::to_identifier("rust", &signature.name);
    let separator = if prelude.is_empty() { "" } else { "\n" };
    format!(
        "{prelude}{separator}{source}\n\n\
         pub fn __synthase_call(args: &[synthase_driver::Arg]) -> synthase_driver::Answer {{\n    \
         use synthase_driver::{{Pass as _, ToWire as _}};\n    \
         Ok({entry}({}).to_wire())\n}}\n",
        args.join(", "),
    )
}

/// The first message to a driver: the program and how it is addressed.
pub fn load_message(unit: &Unit, signature: &Signature, nonce: &str, seq: u64) -> Json {
    json!({
        "op": "load", "seq": seq, "nonce": nonce,
        "prelude": unit.prelude, "source": unit.source,
        "entry": signature.name, "types": wire_types(signature),
    })
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
        let files = compiled_files(language, language.compile.as_ref().unwrap(), &unit("rust", "", "fn f() {}"));
        assert_eq!(files[0].name, "main.rs");
        assert!(files[1].text.starts_with("fn f() {}\n\npub fn __synthase_call"));
        assert!(files[1].text.contains("Ok(f(args[0].pass()?, args[1].pass()?).to_wire())"));
    }

    #[test]
    fn the_prelude_stands_before_the_program() {
        assert_eq!(script(&unit("c", "#include <x>", "int main;")), "#include <x>\nint main;");
    }
}
