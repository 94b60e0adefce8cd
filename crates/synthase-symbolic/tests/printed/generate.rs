//! Well-typed programs by chance, as text.

use synthase_symbolic::component::Pat;
use synthase_symbolic::ty::Ty;
use synthase_symbolic::{COMPONENTS, Component};
use synthase_types::Type;

use crate::inputs::value;
use crate::rng::Rng;

/// The parameters that generated programs have.
const PARAMS: [&str; 10] = [
    "s: str, t: str, n: int",
    "xs: list[int], k: int",
    "ws: list[str], s: str",
    "d: date, e: date, n: int",
    "a: float, b: float, n: int",
    "rows: list[list[int]], n: int",
    "p: tuple[str, int], ps: list[tuple[str, int]]",
    "fs: list[float], s: str",
    "b: bool, n: int, m: int",
    "ds: list[date], s: str",
];

/// A program that answers with a random expression.
pub(crate) fn program(rng: &mut Rng) -> String {
    let mut generator = Generator::new(rng);
    let ty = generator.some_type(1);
    let depth = 2 + generator.rng.below(3);
    let body = generator.expression(&ty, depth);
    generator.program(&ty, &body)
}

/// A program with a component in the `position`-th kind of place.
pub(crate) fn with_component(rng: &mut Rng, component: &Component, position: usize) -> String {
    let mut generator = Generator::new(rng);
    let depth = 1 + generator.rng.below(2);
    let kind = position % 3;
    if kind == 0 {
        let (ty, body) = generator.use_of(component, depth);
        return generator.program(&ty, &body);
    }
    if kind == 1 {
        let (ty, body) = generator.use_of(component, depth);
        // Below something else that takes such a value.
        let outer: Vec<&Component> = COMPONENTS
            .iter()
            .filter(|outer| !outer.args.is_empty() && outer.args[0] != Pat::Item)
            .filter(|outer| Binding::default().unify(&outer.args[0], &ty, generator.rng))
            .collect();
        let outer = *generator.rng.pick(&outer);
        let mut binding = Binding::default();
        binding.unify(&outer.args[0], &ty, generator.rng);
        let (ty, body) = generator.call(outer, binding, depth - 1, Some(body));
        return generator.program(&ty, &body);
    }
    let lists: Vec<(String, Ty)> =
        generator.scope.iter().filter(|(_, ty)| matches!(ty, Ty::List(_))).cloned().collect();
    let (list, item) = match lists.first() {
        Some((name, Ty::List(of))) => (name.clone(), (**of).clone()),
        _ => match generator.scope.iter().find(|(_, ty)| *ty == Ty::Str) {
            Some((name, _)) => (format!("words({name})"), Ty::Str),
            None => ("range(0, 5)".to_owned(), Ty::Int),
        },
    };
    let variable = generator.variable(item.clone());
    let (ty, body) = generator.use_of(component, depth);
    generator.scope.pop();
    let (function, result) = match &ty {
        Ty::Bool => match generator.rng.below(3) {
            0 => ("any", Ty::Bool),
            1 => ("all", Ty::Bool),
            _ => ("filter", Ty::list(item)),
        },
        ty if ty.is_ordered() && generator.rng.percent(50) => match generator.rng.below(3) {
            0 => ("max_by", item),
            1 => ("min_by", item),
            _ => ("sort_by", Ty::list(item)),
        },
        _ => ("map", Ty::list(ty)),
    };
    generator.program(&result, &format!("{function}({list}, |{variable}| {body})"))
}

struct Generator<'a> {
    rng: &'a mut Rng,
    params: &'static str,
    scope: Vec<(String, Ty)>,
}

impl<'a> Generator<'a> {
    fn new(rng: &'a mut Rng) -> Self {
        let params = *rng.pick(&PARAMS);
        let signature: synthase_types::Signature = format!("f({params}) -> int").parse().expect("a signature");
        let scope = signature.params.iter().map(|p| (p.name.clone(), Ty::of(&p.ty).expect("a core type"))).collect();
        Generator { rng, params, scope }
    }

    fn program(&self, result: &Ty, body: &str) -> String {
        format!("f({}) -> {result} = {body}", self.params)
    }

    fn some_type(&mut self, depth: usize) -> Ty {
        match self.rng.below(if depth == 0 { 8 } else { 12 }) {
            0..=2 => Ty::Str,
            3..=5 => Ty::Int,
            6 => Ty::Bool,
            7 if self.rng.percent(40) => Ty::Date,
            7 => Ty::Float,
            11 => Ty::Tuple(vec![self.some_type(0), self.some_type(0)]),
            _ => Ty::list(self.some_type(depth - 1)),
        }
    }

    /// Brings a variable of a function into scope.
    fn variable(&mut self, ty: Ty) -> String {
        let name = format!("v{}", self.scope.len());
        self.scope.push((name.clone(), ty));
        name
    }

    fn use_of(&mut self, component: &Component, depth: usize) -> (Ty, String) {
        self.call(component, Binding::default(), depth, None)
    }

    fn call(
        &mut self,
        component: &Component,
        mut binding: Binding,
        depth: usize,
        first: Option<String>,
    ) -> (Ty, String) {
        let mut args = Vec::new();
        for (i, pat) in component.args.iter().enumerate() {
            if i == 0
                && let Some(first) = &first
            {
                args.push(first.clone());
                continue;
            }
            let Pat::Fn(vars, result) = pat else {
                let ty = self.instance(pat, &mut binding);
                let usual = if self.rng.percent(90) { self.usual(component.name, i, &ty) } else { None };
                args.push(match usual {
                    Some(text) => text,
                    None => self.expression(&ty, depth.saturating_sub(1)),
                });
                continue;
            };
            let before = self.scope.len();
            let mut names = Vec::new();
            for var in *vars {
                let ty = self.instance(var, &mut binding);
                names.push(self.variable(ty));
            }
            let result = self.instance(result, &mut binding);
            let body = self.expression(&result, depth.max(2) - 1);
            self.scope.truncate(before);
            args.push(format!("|{}| {body}", names.join(", ")));
        }
        let ty = self.instance(&component.result, &mut binding);
        (ty, format!("{}({})", component.name, args.join(", ")))
    }

    fn expression(&mut self, ty: &Ty, depth: usize) -> String {
        if depth == 0 || self.rng.percent(15) {
            return self.leaf(ty);
        }
        let fitting: Vec<&Component> =
            COMPONENTS.iter().filter(|c| Binding::default().unify(&c.result, ty, self.rng)).collect();
        if matches!(ty, Ty::Tuple(_)) && self.rng.percent(60) {
            return self.leaf(ty);
        }
        let component = *self.rng.pick(&fitting);
        let mut binding = Binding::default();
        binding.unify(&component.result, ty, self.rng);
        self.call(component, binding, depth, None).1
    }

    fn leaf(&mut self, ty: &Ty) -> String {
        let mut known: Vec<String> = Vec::new();
        for (name, of) in &self.scope {
            if of == ty {
                known.push(name.clone());
            }
            if let Ty::Tuple(items) = of {
                known.extend(
                    items.iter().enumerate().filter(|(_, item)| *item == ty).map(|(i, _)| format!("{name}.{i}")),
                );
            }
        }
        if !known.is_empty() && self.rng.percent(85) {
            // The innermost variable most of the time.
            return if self.rng.percent(50) { known[known.len() - 1].clone() } else { self.rng.pick(&known).clone() };
        }
        self.constant(ty)
    }

    fn constant(&mut self, ty: &Ty) -> String {
        if let Ty::Tuple(items) = ty {
            let items: Vec<String> = items.clone().iter().map(|item| self.leaf(item)).collect();
            return format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" });
        }
        let of: Type = ty.to_string().parse().expect("a type");
        let value = value(self.rng, &of, 3, false);
        match ty {
            Ty::List(_) => format!("{ty}{value}"),
            _ => value.to_string(),
        }
    }

    /// What usually stands as an argument, where chance would mostly hit errors.
    fn usual(&mut self, component: &str, i: usize, ty: &Ty) -> Option<String> {
        let one = |rng: &mut Rng, items: &[&str]| Some((*rng.pick(items)).to_owned());
        match (component, i) {
            ("at", 1) => one(self.rng, &["0", "1", "-1", "2", "-2"]),
            ("take" | "drop", 1) => one(self.rng, &["0", "1", "-1", "2", "-2", "3", "100"]),
            ("add_days", 1) => one(self.rng, &["1", "-1", "7", "30", "365"]),
            ("date", 0) => one(self.rng, &["2024", "1999", "1"]),
            ("date", 1) => one(self.rng, &["1", "2", "12"]),
            ("date", 2) => one(self.rng, &["1", "28", "15"]),
            ("div" | "mod", 1) => one(self.rng, &["2", "3", "-3", "10", "7"]),
            ("divide", 1) => one(self.rng, &["2.0", "-0.5", "3.0", "float(7)"]),
            ("pad_left" | "pad_right", 1) => one(self.rng, &["0", "3", "5", "8"]),
            ("pad_left" | "pad_right", 2) => one(self.rng, &["\"0\"", "\" \"", "\"*\"", "\"é\"", "\"'\""]),
            ("split" | "before" | "after" | "before_last" | "after_last" | "replace" | "count", 1)
                if *ty == Ty::Str =>
            {
                one(self.rng, &["\" \"", "\",\"", "\"-\"", "\".\"", "\"a\"", "\"\\n\"", "\"ab\"", "\"\\\"\"", "\"$\""])
            }
            ("replace", 2) => one(self.rng, &["\"\"", "\"_\"", "\"$&\"", "\"\\\\1\"", "\"x\""]),
            ("parse_base" | "to_base", 1) => one(self.rng, &["2", "8", "16"]),
            ("parse_base", 0) => one(self.rng, &["\"101\"", "\"7\"", "\"-11\"", "to_base(5, 2)"]),
            ("round" | "fixed", 1) => one(self.rng, &["0", "1", "2", "3"]),
            ("chunks", 1) => one(self.rng, &["1", "2", "3"]),
            ("repeat", 1) => one(self.rng, &["0", "2", "3", "-1"]),
            ("range", 0) => one(self.rng, &["0", "1", "-2"]),
            ("range", 1) => one(self.rng, &["3", "5", "0"]),
            ("pow", 1) => one(self.rng, &["0", "2", "3"]),
            ("char", 0) => one(self.rng, &["97", "233", "128512", "10", "34"]),
            ("code", 0) => one(self.rng, &["\"a\"", "\"é\"", "\"😀\"", "\"\\n\"", "at(\"xyz\", 1)"]),
            ("to_int", 0) => {
                let n = self.leaf(&Ty::Int);
                Some(if self.rng.percent(50) { format!("text({n})") } else { "\"-042\"".to_owned() })
            }
            ("to_float", 0) => {
                let x = self.leaf(&Ty::Float);
                Some(if self.rng.percent(50) { format!("fixed({x}, 2)") } else { "\"-1.50\"".to_owned() })
            }
            ("parse_date", 0) => {
                let d = self.leaf(&Ty::Date);
                Some(if self.rng.percent(50) { format!("iso({d})") } else { "\"2024-02-29\"".to_owned() })
            }
            _ => None,
        }
    }

    /// The type that a pattern stands for; what is open yet is chosen.
    fn instance(&mut self, pat: &Pat, binding: &mut Binding) -> Ty {
        let open = match pat {
            Pat::Bool => return Ty::Bool,
            Pat::Int => return Ty::Int,
            Pat::Float => return Ty::Float,
            Pat::Str => return Ty::Str,
            Pat::Date => return Ty::Date,
            Pat::List(of) => return Ty::list(self.instance(of, binding)),
            Pat::Item => {
                let seq = self.instance(&Pat::Seq, binding);
                return seq.item().expect("sequences have items");
            }
            Pat::Fn(..) => panic!("functions have no type"),
            Pat::A => 0,
            Pat::B => 1,
            Pat::C => 2,
            Pat::Num => 3,
            Pat::Ord => 4,
            Pat::Seq => 5,
        };
        if binding.0[open].is_none() {
            binding.0[open] = Some(match open {
                3 if self.rng.percent(70) => Ty::Int,
                3 => Ty::Float,
                4 => [Ty::Int, Ty::Str, Ty::Float, Ty::Date][self.rng.below(4)].clone(),
                5 if self.rng.percent(50) => Ty::Str,
                5 => Ty::list(self.some_type(0)),
                _ => self.some_type(1),
            });
        }
        binding.0[open].clone().expect("just set")
    }
}

/// The types of `A`, `B`, `C`, `Num`, `Ord` and `Seq`.
#[derive(Default)]
struct Binding([Option<Ty>; 6]);

impl Binding {
    fn unify(&mut self, pat: &Pat, ty: &Ty, rng: &mut Rng) -> bool {
        let open = match (pat, ty) {
            (Pat::Bool, ty) => return *ty == Ty::Bool,
            (Pat::Int, ty) => return *ty == Ty::Int,
            (Pat::Float, ty) => return *ty == Ty::Float,
            (Pat::Str, ty) => return *ty == Ty::Str,
            (Pat::Date, ty) => return *ty == Ty::Date,
            (Pat::List(pat), Ty::List(of)) => return self.unify(pat, of, rng),
            (Pat::Item, ty) => {
                let seq = if *ty == Ty::Str && rng.percent(50) { Ty::Str } else { Ty::list(ty.clone()) };
                return self.unify(&Pat::Seq, &seq, rng);
            }
            (Pat::A, _) => 0,
            (Pat::B, _) => 1,
            (Pat::C, _) => 2,
            (Pat::Num, Ty::Int | Ty::Float) => 3,
            (Pat::Ord, ty) if ty.is_ordered() => 4,
            (Pat::Seq, Ty::Str | Ty::List(_)) => 5,
            _ => return false,
        };
        match &self.0[open] {
            Some(known) => known == ty,
            None => {
                self.0[open] = Some(ty.clone());
                true
            }
        }
    }
}
