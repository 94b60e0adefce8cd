//! Functions that printed programs bring along, each only where it is called.

/// A function that stands above the printed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    After,
    AfterLast,
    BeforeLast,
    Capitalize,
    Chunks,
    Compare,
    Find,
    Fixed,
    PadEnd,
    PadStart,
    Runs,
    Scan,
    UtcDate,
    Zip,
}

impl Helper {
    /// Its name; another where the printed function itself is called so.
    pub(super) fn name(self, function: &str) -> &'static str {
        let (name, other) = match self {
            Helper::After => ("after", "textAfter"),
            Helper::AfterLast => ("afterLast", "textAfterLast"),
            Helper::BeforeLast => ("beforeLast", "textBeforeLast"),
            Helper::Capitalize => ("capitalize", "toCapitalized"),
            Helper::Chunks => ("chunks", "toChunks"),
            Helper::Compare => ("compare", "compareValues"),
            Helper::Find => ("positionOf", "firstPositionOf"),
            Helper::Fixed => ("fixed", "toFixedEven"),
            Helper::PadEnd => ("padEnd", "padTextEnd"),
            Helper::PadStart => ("padStart", "padTextStart"),
            Helper::Runs => ("runs", "toRuns"),
            Helper::Scan => ("scan", "runningValues"),
            Helper::UtcDate => ("utcDate", "dateInUtc"),
            Helper::Zip => ("zip", "toPairs"),
        };
        if name == function { other } else { name }
    }

    /// Its text, with `NAME` for the name and `SAME` for whether `a` equals `b`.
    pub(super) fn source(self) -> &'static str {
        match self {
            Helper::After => {
                "/** What stands behind the first separator; the whole text if there is none. */\n\
                 function NAME(text, separator) {\n  \
                   const at = text.indexOf(separator);\n  \
                   return at < 0 ? text : text.slice(at + separator.length);\n\
                 }\n"
            }
            Helper::AfterLast => {
                "/** What stands behind the last separator; the whole text if there is none. */\n\
                 function NAME(text, separator) {\n  \
                   const at = text.lastIndexOf(separator);\n  \
                   return at < 0 ? text : text.slice(at + separator.length);\n\
                 }\n"
            }
            Helper::BeforeLast => {
                "/** What stands before the last separator; the whole text if there is none. */\n\
                 function NAME(text, separator) {\n  \
                   const at = text.lastIndexOf(separator);\n  \
                   return at < 0 ? text : text.slice(0, at);\n\
                 }\n"
            }
            Helper::Capitalize => {
                "/** The first character in upper case, the rest in lower case. */\n\
                 function NAME(text) {\n  \
                   const [first = \"\", ...rest] = text;\n  \
                   return first.toUpperCase() + rest.join(\"\").toLowerCase();\n\
                 }\n"
            }
            Helper::Chunks => {
                "/** Parts of `size` items each; the last may be shorter. */\n\
                 function NAME(items, size) {\n  \
                   const count = Math.ceil(items.length / size);\n  \
                   return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));\n\
                 }\n"
            }
            Helper::Compare => {
                "/** Orders two values as `sort` expects it. */\n\
                 function NAME(a, b) {\n  \
                   return a < b ? -1 : a > b ? 1 : 0;\n\
                 }\n"
            }
            Helper::Find => {
                "/** The position of a part in a text, in characters; -1 if it is not there. */\n\
                 function NAME(text, part) {\n  \
                   const at = text.indexOf(part);\n  \
                   return at < 0 ? -1 : [...text.slice(0, at)].length;\n\
                 }\n"
            }
            Helper::Fixed => {
                "/** The number with so many decimals; unlike `toFixed`, halves go to the even digit. */\n\
                 function NAME(x, decimals) {\n  \
                   const text = x.toFixed(decimals);\n  \
                   const isHalf = Math.abs(x * 2 ** (decimals + 1)) % 2 === 1;\n  \
                   return isHalf && /[13579]$/.test(text) ? (x * (1 - Number.EPSILON)).toFixed(decimals) : text;\n\
                 }\n"
            }
            Helper::PadEnd => {
                "/** The text filled up behind to a width in characters, which `padEnd` counts in UTF-16 units. */\n\
                 function NAME(text, width, fill) {\n  \
                   return text + fill.repeat(Math.max(0, width - [...text].length));\n\
                 }\n"
            }
            Helper::PadStart => {
                "/** The text filled up in front to a width in characters, which `padStart` counts in UTF-16 units. */\n\
                 function NAME(text, width, fill) {\n  \
                   return fill.repeat(Math.max(0, width - [...text].length)) + text;\n\
                 }\n"
            }
            Helper::Runs => {
                "/** The items in groups of equal neighbours. */\n\
                 function NAME(items) {\n  \
                   const groups = [];\n  \
                   items.forEach((b, i) => {\n    \
                     const a = items[i - 1];\n    \
                     if (i > 0 && SAME) groups.at(-1).push(b);\n    \
                     else groups.push([b]);\n  \
                   });\n  \
                   return groups;\n\
                 }\n"
            }
            Helper::Scan => {
                "/** The values that `step` goes through from `start`, one for each item. */\n\
                 function NAME(items, step, start) {\n  \
                   let value = start;\n  \
                   return items.map((item) => (value = step(value, item)));\n\
                 }\n"
            }
            Helper::UtcDate => {
                "/** Midnight in UTC; unlike `Date.UTC`, it takes years below 100 as they are. */\n\
                 function NAME(year, month, day) {\n  \
                   return new Date(new Date(0).setUTCFullYear(year, month - 1, day));\n\
                 }\n"
            }
            Helper::Zip => {
                "/** Pairs of what stands at one position, up to the end of the shorter list. */\n\
                 function NAME(xs, ys) {\n  \
                   return xs.slice(0, ys.length).map((x, i) => [x, ys[i]]);\n\
                 }\n"
            }
        }
    }
}
