//! How components are written in JavaScript, where a template says it: see `print::template`.

/// The template of a component; none where the printer has more to look at.
pub(super) fn template(component: &str) -> Option<&'static str> {
    Some(match component {
        "abs" => "10:Math.abs({0})",
        "and" => "2:{0:2} && {1:2}",
        "before" => "10:{0:10}.split({1})[0]",
        "char" => "10:String.fromCodePoint({0})",
        "code" => "10:{0:10}.codePointAt(0)",
        "day" => "10:{0:10}.getUTCDate()",
        "day_of_year" => "7:({0:6} - new Date({0}).setUTCMonth(0, 0)) / 86_400_000",
        "days_between" => "7:({1:6} - {0:7}) / 86_400_000",
        "div" => "10:Math.floor({0:7} / {1:8})",
        "divide" => "7:{0:7} / {1:8}",
        "ends_with" => "10:{0:10}.endsWith({1})",
        "floor" => "10:Math.floor({0})",
        "iso" => "10:{0:10}.toISOString().slice(0, 10)",
        "lower" => "10:{0:10}.toLowerCase()",
        "month" => "6:{0:10}.getUTCMonth() + 1",
        "mul" => "7:{0:7} * {1:8}",
        "neg" => "8:-{0:10}",
        "or" => "1:{0:1} || {1:1}",
        "parse_base" => "10:parseInt({0}, {1})",
        "parse_date" => "10:new Date({0})",
        "pow" => "9:{0:10} ** {1:9}",
        "single" => "11:[{0}]",
        "split" => "10:{0:10}.split({1})",
        "starts_with" => "10:{0:10}.startsWith({1})",
        "text" => "10:String({0})",
        "to_float" => "10:Number({0})",
        "to_int" => "10:Number({0})",
        "trim" => "10:{0:10}.trim()",
        "upper" => "10:{0:10}.toUpperCase()",
        "weekday" => "1:{0:10}.getUTCDay() || 7",
        "year" => "10:{0:10}.getUTCFullYear()",
        _ => return None,
    })
}
