//! Programs in Rust.
//!
//! Every printed expression has a form: what it is to Rust ([`form::Form`]), from a `char` to a lazy
//! iterator. Conversions are made where another form is needed, and nowhere else.

mod apply;
mod arith;
mod convert;
mod dates;
mod folds;
mod form;
mod helpers;
mod higher;
mod layout;
mod lists;
mod logic;
mod numbers;
mod parts;
#[cfg(test)]
mod tests;
mod texts;
mod writing;

use std::collections::HashMap;

use synthase_lang::rust::{char_literal, literal, string_literal};
use synthase_types::{IntWidth, Type, Value};

use self::form::{Expr, Form, untyped};
use self::layout::broken;
use super::Printed;
use super::block::{Lines, block};
use super::names::Names;
use super::{Target, parameter_type, result_type};
use crate::core::Program;
use crate::core::expr::{Node, NodeId};
use crate::ty::Ty;

/// How strongly Rust's operators bind.
mod binds {
    pub(super) use crate::print::template::binds::{ATOM, CALL, LOOSE};
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const COMPARE: u8 = 4;
    pub(super) const SUM: u8 = 6;
    pub(super) const PRODUCT: u8 = 7;
    /// `x as i64`
    pub(super) const CAST: u8 = 8;
    pub(super) const UNARY: u8 = 9;
}

pub(super) fn print(program: &Program) -> Printed<String> {
    let signature = program.signature();
    let none = |ty: &Type| format!("values of type {ty} in signatures");
    let mut printer = Rust::new(program)?;
    let mut lines = Vec::new();
    printer.widen(&mut lines)?;
    block(&mut printer, program.root, 1, &mut lines)?;
    layout::give_away(&mut lines, &printer.owned_names);
    let mut params = Vec::new();
    for (i, (name, param)) in printer.names.params.iter().zip(&signature.params).enumerate() {
        let is_used = program.reachable(program.root).iter().any(|at| *program.node(*at) == Node::Param(i as u32));
        let ty = parameter_type(Target::Rust, &param.ty).ok_or_else(|| none(&param.ty))?;
        params.push(format!("{}{name}: {ty}", if is_used || name.starts_with('_') { "" } else { "_" }));
    }
    let result = result_type(Target::Rust, &signature.returns).ok_or_else(|| none(&signature.returns))?;
    let function = printer.names.function.clone();
    let mut text = layout::head(&function, &params, &result);
    for line in lines {
        let pad = line.len() - line.trim_start().len();
        for (i, part) in line.split('\n').enumerate() {
            text += &" ".repeat(if i > 0 { pad } else { 0 });
            text += part;
            text.push('\n');
        }
    }
    Ok(helpers::append(&(text + "}\n"), &function))
}

struct Rust<'a> {
    program: &'a Program,
    names: Names,
    bound: HashMap<NodeId, String>,
    /// What the names stand for.
    forms: HashMap<NodeId, Expr>,
    locals: HashMap<u32, Expr>,
    /// How deep each variable's function stands.
    depths: HashMap<u32, u32>,
    /// The variables that are never negative.
    naturals: Vec<u32>,
    /// How many functions are around.
    depth: u32,
    /// Whether lazy functions take what they use with them.
    moving: bool,
    /// Whether the next number needs its type behind it.
    suffixing: bool,
    /// The names of owned values.
    owned_names: Vec<String>,
}

impl Lines for Rust<'_> {
    fn program(&self) -> &Program {
        self.program
    }

    fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    fn bound(&mut self) -> &mut HashMap<NodeId, String> {
        &mut self.bound
    }

    fn result(&mut self, at: NodeId) -> Printed<String> {
        if let Node::Const(value) = self.program.node(at)
            && let Some(text) = literal(value)
        {
            return Ok(text);
        }
        // Nothing comes behind, so that a variable can be given away.
        if let (Some(expr), true, false) = (self.forms.get(&at), self.is_bound(at), self.is_narrow_result())
            && expr.form == Form::owned(self.program.ty(at))
        {
            return Ok(expr.text.clone());
        }
        let expr = self.owned(at)?;
        self.narrowed(expr)
    }

    fn condition(&mut self, at: NodeId) -> Printed<String> {
        Ok(self.expr(at)?.text)
    }

    fn binding(&mut self, at: NodeId, name: &str) -> Printed<String> {
        self.bind(at, name)
    }

    fn may_divide(&mut self, at: NodeId) -> bool {
        // Chains of iterators are broken into lines instead, and `format!` writes these itself.
        let name = match self.program.node(at) {
            Node::Apply(component, _) => component.get().name,
            _ => "",
        };
        !matches!(name, "text" | "fixed" | "pad_left" | "pad_right")
            && self.expr(at).is_ok_and(|expr| !matches!(expr.form, Form::Iter(..)))
    }

    fn form(&mut self, at: NodeId, _width: usize, _chained: bool) -> Printed<Option<Vec<String>>> {
        self.table(at)
    }

    fn needs_line(&self, at: NodeId) -> bool {
        self.is_statement(at)
    }

    fn branch(&self, condition: Option<&str>, first: bool) -> String {
        match condition {
            Some(condition) if first => format!("if {condition} {{"),
            Some(condition) => format!("}} else if {condition} {{"),
            None => "} else {".to_owned(),
        }
    }

    fn end(&self) -> Option<&'static str> {
        Some("}")
    }

    fn answer(&self, text: &str) -> String {
        broken(text)
    }
}

impl<'a> Rust<'a> {
    fn new(program: &'a Program) -> Printed<Rust<'a>> {
        let mut reserved = helpers::names();
        reserved.extend([
            "None", "Some", "Ok", "Err", "String", "Vec", "std", "f64", "i64", "usize", "char", "str", "bool", "main",
        ]);
        Ok(Rust {
            program,
            names: Names::new(program, "rust", &reserved),
            bound: HashMap::new(),
            forms: HashMap::new(),
            locals: HashMap::new(),
            depths: HashMap::new(),
            naturals: Vec::new(),
            depth: 0,
            moving: false,
            suffixing: false,
            owned_names: Vec::new(),
        })
    }

    /// Lines that make parameters of other widths 64 bits wide.
    fn widen(&self, lines: &mut Vec<String>) -> Printed<()> {
        let signature = self.program.signature();
        for (name, param) in self.names.params.iter().zip(&signature.params) {
            match &param.ty {
                Type::Int(width) if *width != IntWidth::Unbounded && !is_i64(*width) => {
                    lines.push(format!("    let {name} = {};", wide(name, *width)));
                }
                Type::List(of) if matches!(&**of, Type::Int(width) if !is_i64(*width)) => {
                    let Type::Int(width) = **of else { continue };
                    let wide = wide("x", width);
                    lines.push(format!("    let {name}: Vec<i64> = {name}.iter().map(|&x| {wide}).collect();"));
                    lines.push(format!("    let {name} = {name}.as_slice();"));
                }
                ty if has_width(ty) => return Err(format!("integers of that width inside of {ty}")),
                _ => {}
            }
        }
        Ok(())
    }

    fn is_narrow_result(&self) -> bool {
        has_width(&self.program.signature().returns)
    }

    /// The result in the width of the signature.
    fn narrowed(&self, expr: Expr) -> Printed<String> {
        match &self.program.signature().returns {
            Type::Int(width) if has_width(&self.program.signature().returns) => {
                let from = expr.text;
                Ok(format!("{}::try_from({from}).unwrap()", narrow_name(*width)))
            }
            Type::List(of) if matches!(&**of, Type::Int(_)) && has_width(of) => {
                let Type::Int(width) = **of else { return Ok(expr.text) };
                let list = expr.at(binds::CALL);
                Ok(format!("{list}.into_iter().map(|x| {}::try_from(x).unwrap()).collect()", narrow_name(width)))
            }
            ty if has_width(ty) => Err(format!("integers of that width inside of {ty}")),
            _ => Ok(untyped(&expr)),
        }
    }

    /// The expression in whatever form it has by itself.
    fn expr(&mut self, at: NodeId) -> Printed<Expr> {
        if let (true, Some(expr)) = (self.bound.contains_key(&at), self.forms.get(&at)) {
            return Ok(expr.clone());
        }
        let program = self.program;
        match program.node(at) {
            Node::Param(i) => {
                let form = Form::parameter(program.ty(at));
                let mut expr = Expr::new(self.names.params[*i as usize].clone(), binds::ATOM, form);
                expr.place = true;
                Ok(expr)
            }
            Node::Local(level) => self.locals.get(level).cloned().ok_or_else(|| "a variable of nothing".to_owned()),
            Node::Const(value) => self.constant(value, program.ty(at)),
            Node::Tuple(kids) => {
                let mut parts = Vec::new();
                for kid in kids {
                    parts.push(untyped(&self.owned(*kid)?));
                }
                let comma = if parts.len() == 1 { "," } else { "" };
                let form = Form::owned(program.ty(at));
                Ok(Expr::new(format!("({}{comma})", parts.join(", ")), binds::ATOM, form))
            }
            Node::Field(of, k) => {
                let tuple = self.expr(*of)?;
                let parts = match &tuple.form {
                    Form::Tuple(parts) => parts,
                    Form::Ref(inner) => match &**inner {
                        Form::Tuple(parts) => parts,
                        _ => return Err("a part of what has none".to_owned()),
                    },
                    _ => return Err("a part of what has none".to_owned()),
                };
                let form = parts[*k as usize].clone();
                let mut expr = tuple.call(&format!(".{k}"), form);
                expr.place = tuple.place || matches!(tuple.form, Form::Ref(_));
                Ok(expr)
            }
            Node::Lambda(..) => Err("a function by itself".to_owned()),
            Node::Apply(component, kids) => self.apply(at, component.get().name, kids),
        }
    }

    fn constant(&mut self, value: &Value, ty: &Ty) -> Printed<Expr> {
        let none = || format!("the constant {value}");
        Ok(match value {
            Value::Bool(b) => Expr::new(b.to_string(), binds::ATOM, Form::Bool),
            Value::Int(_) | Value::Float(_) => {
                let text = literal(value).ok_or_else(none)?;
                let binds = if text.starts_with('-') { binds::UNARY } else { binds::ATOM };
                let expr = Expr::new(text, binds, if *ty == Ty::Float { Form::Float } else { Form::Int });
                if std::mem::take(&mut self.suffixing) { Expr { text: self.suffixed(&expr), ..expr } } else { expr }
            }
            Value::Str(text) => Expr::new(string_literal(text), binds::ATOM, Form::Str),
            Value::Tagged(_) => self.date_constant(value)?,
            Value::List(items) if items.is_empty() => {
                let form = Form::owned(ty);
                let item = form.item().and_then(Form::name).ok_or_else(none)?;
                Expr::new(format!("Vec::<{item}>::new()"), binds::CALL, form)
            }
            Value::List(items) if matches!(ty.item(), Some(Ty::Int | Ty::Float | Ty::Str | Ty::Bool)) => {
                let mut parts = Vec::new();
                let item = ty.item().ok_or_else(none)?;
                let before = std::mem::replace(&mut self.suffixing, matches!(item, Ty::Int | Ty::Float));
                for value in items {
                    parts.push(self.constant(value, &item)?.text);
                }
                self.suffixing = before;
                let form = if item == Ty::Str { Form::Str } else { Form::owned(&item) };
                Expr::new(format!("[{}]", parts.join(", ")), binds::ATOM, Form::Array(Box::new(form)))
            }
            Value::List(items) => {
                let item = ty.item().ok_or_else(none)?;
                let mut parts = Vec::new();
                let mut form = Form::owned(&item);
                let before = self.suffixing;
                for (i, value) in items.iter().enumerate() {
                    self.suffixing = i == 0;
                    let part = self.constant(value, &item)?;
                    if let (Form::Array(of), true) = (&part.form, items.iter().all(|item| !is_empty_list(item))) {
                        form = Form::Vec(of.clone());
                        parts.push(format!("vec!{}", part.text));
                    } else {
                        parts.push(self.own(part, &item)?.text);
                    }
                }
                self.suffixing = before;
                Expr::new(format!("vec![{}]", parts.join(", ")), binds::CALL, Form::Vec(Box::new(form)))
            }
            Value::Tuple(items) => {
                let Ty::Tuple(types) = ty else { return Err(none()) };
                let mut parts = Vec::new();
                let suffixing = self.suffixing;
                for (value, ty) in items.iter().zip(types) {
                    self.suffixing = suffixing;
                    let part = self.constant(value, ty)?;
                    parts.push(untyped(&self.own(part, ty)?));
                }
                let comma = if parts.len() == 1 { "," } else { "" };
                Expr::new(format!("({}{comma})", parts.join(", ")), binds::ATOM, Form::owned(ty))
            }
            _ => return Err(none()),
        })
    }

    /// A constant text of one character, as a character.
    fn constant_char(&self, at: NodeId) -> Option<Expr> {
        let text = self.program.const_str(at)?;
        let mut chars = text.chars();
        let c = chars.next().filter(|_| chars.next().is_none())?;
        Some(Expr::new(char_literal(c), binds::ATOM, Form::Char))
    }

    /// The call of a helper.
    fn helper(&self, name: &str, args: &[String], form: Form) -> Expr {
        debug_assert!(helpers::names().contains(&name), "no helper is called {name}");
        Expr::new(format!("{}{name}({})", helpers::MARK, args.join(", ")), binds::CALL, form)
    }

    /// Whether an expression has got a name.
    fn is_bound(&self, at: NodeId) -> bool {
        self.bound.contains_key(&at)
    }

    /// The arguments of a component where an expression is a use of it that has no name.
    fn applied(&self, at: NodeId, name: &str) -> Option<Vec<NodeId>> {
        if self.is_bound(at) { None } else { self.program.apply(at, name).map(<[NodeId]>::to_vec) }
    }
}

fn is_empty_list(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.is_empty())
}

fn is_i64(width: IntWidth) -> bool {
    matches!(width, IntWidth::Unbounded | IntWidth::Signed(64))
}

fn has_width(ty: &Type) -> bool {
    match ty {
        Type::Int(width) => !is_i64(*width),
        Type::List(of) => has_width(of),
        Type::Tuple(items) => items.iter().any(has_width),
        _ => false,
    }
}

fn narrow_name(width: IntWidth) -> String {
    match width {
        IntWidth::Unbounded => "i64".to_owned(),
        IntWidth::Signed(bits) => format!("i{bits}"),
        IntWidth::Unsigned(bits) => format!("u{bits}"),
    }
}

/// An integer of a width as one of 64 bits.
fn wide(text: &str, width: IntWidth) -> String {
    match width {
        IntWidth::Signed(bits) if bits <= 64 => format!("i64::from({text})"),
        IntWidth::Unsigned(bits) if bits <= 32 => format!("i64::from({text})"),
        _ => format!("i64::try_from({text}).unwrap()"),
    }
}
