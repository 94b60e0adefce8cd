//! Upper and lower case, by the full mappings of Unicode (so "ß" becomes "SS").

use synthase_types::Value;

use super::Component;
use super::Pat::Str;
use super::plain::text;

pub(crate) const UPPER: Component = Component::new("upper", "the text in capitals", &[Str], Str, 2).strict(
    |a| Ok(Value::Str(text(&a[0])?.to_uppercase())),
    |vals, a| {
        let upper = vals.text(a[0]).to_uppercase();
        vals.str(&upper)
    },
);

pub(crate) const LOWER: Component = Component::new("lower", "the text in small letters", &[Str], Str, 2).strict(
    |a| Ok(Value::Str(text(&a[0])?.to_lowercase())),
    |vals, a| {
        let lower = vals.text(a[0]).to_lowercase();
        vals.str(&lower)
    },
);

pub(crate) const CAPITALIZE: Component =
    Component::new("capitalize", "the first character in capitals, the rest in small letters", &[Str], Str, 3).strict(
        |a| Ok(Value::Str(capitalized(text(&a[0])?))),
        |vals, a| {
            let text = capitalized(vals.text(a[0]));
            vals.str(&text)
        },
    );

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}
