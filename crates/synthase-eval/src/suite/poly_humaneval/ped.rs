//! The description of tests that Poly-HumanEval shares among its languages: problems with the functions
//! that a program has, and rows `(arguments) -> answer`. Literals may be followed by their type.

use std::fmt;

use synthase_types::{Int, Param, Signature, Type, Value, ValueMap};

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Description {
    pub(super) name: String,
    /// The functions that a program has.
    pub(super) functions: Vec<Signature>,
    /// The functions that are tested.
    pub(super) tests: Vec<Tests>,
}

/// The tests of one function.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tests {
    pub(super) entry: String,
    /// Arguments with their answer, as values of the function's types.
    pub(super) rows: Vec<(Vec<Value>, Value)>,
}

/// A text is not in the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PedError {
    line: usize,
    what: String,
}

impl fmt::Display for PedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

type Result<T> = std::result::Result<T, PedError>;

/// The deepest nesting of literals and types.
const MAX_DEPTH: usize = synthase_types::value::MAX_DEPTH;

/// Reads a whole description.
pub(super) fn parse(text: &str) -> Result<Vec<Description>> {
    let mut parser = Parser { text, rest: text, depth: 0 };
    let mut problems = Vec::new();
    while !parser.at_end() {
        problems.push(parser.problem()?);
    }
    Ok(problems)
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn error<T>(&self, what: impl Into<String>) -> Result<T> {
        let before = &self.text[..self.text.len() - self.rest.len()];
        Err(PedError { line: before.matches('\n').count() + 1, what: what.into() })
    }

    fn at_end(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.is_empty()
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) {
            return Ok(());
        }
        let found: String = self.rest.chars().take_while(|c| *c != '\n').take(20).collect();
        self.error(format!("`{token}` should stand before `{found}`"))
    }

    fn word(&mut self, is_part: fn(char) -> bool) -> Result<&'a str> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return self.error("a name is missing");
        }
        self.rest = rest;
        Ok(word)
    }

    fn name(&mut self) -> Result<&'a str> {
        self.word(|c| c.is_alphanumeric() || c == '_')
    }

    fn problem(&mut self) -> Result<Description> {
        self.expect("problem")?;
        let name = self.word(|c| !c.is_whitespace() && c != '{')?.to_owned();
        self.expect("{")?;
        self.expect("code")?;
        self.expect("{")?;
        let mut functions = Vec::new();
        while !self.eat("}") {
            functions.push(self.function()?);
        }
        self.expect("tests")?;
        self.expect("{")?;
        let mut tests = Vec::new();
        while !self.eat("}") {
            tests.push(self.template(&functions)?);
        }
        self.expect("}")?;
        Ok(Description { name, functions, tests })
    }

    fn function(&mut self) -> Result<Signature> {
        self.expect("func")?;
        let name = self.name()?.to_owned();
        self.expect("(")?;
        let mut params = Vec::new();
        while !self.eat(")") {
            let name = self.name()?.to_owned();
            self.expect(":")?;
            params.push(Param { name, ty: self.ty()? });
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        self.expect("->")?;
        Ok(Signature { name, params, returns: self.ty()? })
    }

    fn ty(&mut self) -> Result<Type> {
        self.deeper(|parser| {
            let name = parser.name()?;
            let mut inner = Vec::new();
            if parser.eat("<") {
                inner.push(parser.ty()?);
                while parser.eat(",") {
                    inner.push(parser.ty()?);
                }
                parser.expect(">")?;
            }
            let mut inner = inner.into_iter().map(Box::new);
            let ty = match (name, inner.next(), inner.next(), inner.next()) {
                ("any", None, ..) => Type::Any,
                ("bool", None, ..) => Type::Bool,
                ("int", None, ..) => Type::Int(synthase_types::IntWidth::Unbounded),
                ("double", None, ..) => Type::Float,
                ("string", None, ..) => Type::Str,
                ("list", Some(of), None, _) => Type::List(of),
                ("dict", Some(key), Some(value), None) => Type::Map(key, value),
                _ => return parser.error(format!("`{name}` is no type that is known here")),
            };
            Ok(if parser.eat("?") { Type::Optional(Box::new(ty)) } else { ty })
        })
    }

    fn template(&mut self, functions: &[Signature]) -> Result<Tests> {
        self.expect("template")?;
        let kind = self.name()?;
        if kind != "nse" {
            return self.error(format!("`{kind}` is no template that is known here"));
        }
        let entry = match (self.eat("entry"), functions) {
            (true, _) => self.name()?,
            (false, [only]) => only.name.as_str(),
            (false, _) => return self.error("which of several functions is tested?"),
        };
        let Some(signature) = functions.iter().find(|function| function.name == entry) else {
            return self.error(format!("there is no function `{entry}`"));
        };
        let entry = entry.to_owned();
        self.expect("{")?;
        let mut rows = Vec::new();
        while !self.eat("}") {
            rows.push(self.row(signature)?);
        }
        Ok(Tests { entry, rows })
    }

    fn row(&mut self, signature: &Signature) -> Result<(Vec<Value>, Value)> {
        self.expect("(")?;
        let args = self.values(")")?;
        if args.len() != signature.params.len() {
            let what = format!("`{}` takes {} arguments, not {}", signature.name, signature.params.len(), args.len());
            return self.error(what);
        }
        self.expect("->")?;
        let answer = self.value()?;
        let args = args.into_iter().zip(&signature.params).map(|(arg, param)| of_type(arg, &param.ty)).collect();
        Ok((args, of_type(answer, &signature.returns)))
    }

    fn values(&mut self, close: &str) -> Result<Vec<Value>> {
        let mut values = Vec::new();
        while !self.eat(close) {
            values.push(self.value()?);
            if !self.eat(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(values)
    }

    /// A literal, and its type where one is written behind it.
    fn value(&mut self) -> Result<Value> {
        let value = self.deeper(Self::literal)?;
        if self.eat(":") {
            let ty = self.ty()?;
            return Ok(of_type(value, &ty));
        }
        Ok(value)
    }

    fn literal(&mut self) -> Result<Value> {
        if self.eat("[") {
            return Ok(Value::List(self.values("]")?));
        }
        if self.eat("{") {
            return self.dict();
        }
        if self.eat("\"") {
            return self.string();
        }
        let word = self.word(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '+' | '_'))?;
        match word {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            _ => {}
        }
        let digits = word.strip_prefix('-').unwrap_or(word);
        let number = match digits.bytes().all(|b| b.is_ascii_digit()) {
            true => word.parse::<Int>().ok().map(Value::Int),
            false => {
                digits.starts_with(|c: char| c.is_ascii_digit()).then(|| word.parse().ok().map(Value::Float)).flatten()
            }
        };
        match number {
            Some(number) => Ok(number),
            None => self.error(format!("`{word}` is no value")),
        }
    }

    fn dict(&mut self) -> Result<Value> {
        let mut pairs = Vec::new();
        while !self.eat("}") {
            let key = self.value()?;
            self.expect("=>")?;
            pairs.push((key, self.value()?));
            if !self.eat(",") {
                self.expect("}")?;
                break;
            }
        }
        ValueMap::new(pairs).map(Value::Map).or_else(|twice| self.error(twice.to_string()))
    }

    /// What follows the opening quote.
    fn string(&mut self) -> Result<Value> {
        let mut out = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Value::Str(out));
                }
                '\\' => match chars.next().map(|(_, escape)| escape) {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some(c @ ('"' | '\\' | '\'')) => out.push(c),
                    _ => return self.error("an escape that is not known here"),
                },
                '\n' => break,
                c => out.push(c),
            }
        }
        self.error("a text that does not end on its line")
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return self.error("nested too deeply");
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }
}

/// A value as one of a type: where a `double` is meant, `3` is written for 3.0.
fn of_type(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Int(n), Type::Float) => Value::Float(n.to_f64()),
        (Value::List(items), Type::List(of)) => Value::List(items.into_iter().map(|item| of_type(item, of)).collect()),
        (Value::Map(map), Type::Map(key, of)) => {
            let pairs = map.iter().map(|(k, v)| (of_type(k.clone(), key), of_type(v.clone(), of))).collect();
            ValueMap::new(pairs).map_or(Value::Map(map), Value::Map)
        }
        (value, Type::Optional(of)) if value != Value::Null => of_type(value, of),
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(code: &str, tests: &str) -> Result<Description> {
        let text = format!("problem T/1 {{\n code {{\n{code}\n}}\n tests {{\n{tests}\n}}\n}}\n");
        parse(&text).map(|mut problems| problems.remove(0))
    }

    fn row(function: &str, row: &str) -> String {
        let description = one(function, &format!("template nse {{ {row} }}")).unwrap();
        let (args, answer) = &description.tests[0].rows[0];
        let args: Vec<String> = args.iter().map(Value::to_string).collect();
        format!("{} => ({}) -> {answer}", description.functions[0], args.join(", "))
    }

    #[test]
    fn rows_are_values_of_the_functions_types() {
        for (function, text, meaning) in [
            ("func f(x:double) -> double?", "(3) -> null", "f(x: float) -> optional[float] => (3.0) -> null"),
            ("func f() -> double?", "() -> -2", "f() -> optional[float] => () -> -2.0"),
            (
                "func f(a:list<any>, b: any) -> list<int?>",
                "([4, 23.2, \"x\"]:list<any>, true) -> [null, 1]",
                "f(a: list[any], b: any) -> list[optional[int]] => ([4, 23.2, \"x\"], true) -> [null, 1]",
            ),
            (
                "func f(s:string) -> dict<string,double>",
                "(\"a\\n\\\"b\\\" (\") -> {\"a\"=>2, \"b\" => 1.5 }",
                "f(s: str) -> map[str, float] => (\"a\\n\\\"b\\\" (\") -> {\"a\": 2.0, \"b\": 1.5}",
            ),
        ] {
            assert_eq!(row(function, text), meaning);
        }
    }

    #[test]
    fn one_of_several_functions_is_named() {
        let code = "func a(x:int) -> int\nfunc b(x:int) -> int";
        let description = one(code, "template nse entry b { (1) -> 2 }\ntemplate nse entry a { (2) -> 1 }").unwrap();
        let entries: Vec<&str> = description.tests.iter().map(|tests| tests.entry.as_str()).collect();
        assert_eq!(entries, ["b", "a"]);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (code, tests, message) in [
            ("func f(x:int) -> int", "template nse { (1, 2) -> 3 }", "line 6: `f` takes 1 arguments, not 2"),
            ("func f(x:text) -> int", "", "line 3: `text` is no type that is known here"),
            ("func f() -> int", "template nse {\n() -> x\n}", "line 7: `x` is no value"),
            ("func f() -> int", "template nse {\n() 1\n}", "line 7: `->` should stand before `1`"),
            ("func f() -> int\nfunc g() -> int", "template nse { }", "line 7: which of several functions is tested?"),
            ("func f() -> int", "template other { }", "line 6: `other` is no template that is known here"),
            ("func f() -> string", "template nse { () -> \"a\n\" }", "line 6: a text that does not end on its line"),
        ] {
            assert_eq!(one(code, tests).unwrap_err().to_string(), message, "{code} {tests}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(
            text in "(problem |T|code |tests |func |template nse|entry|\\{|\\}|\\(|\\)|->|=>|int|list<|>|\\?|:|,|\\[|\\]|\"|\\\\|1|-|\n| |é){0,40}"
        ) {
            let _ = parse(&text);
        }
    }
}
