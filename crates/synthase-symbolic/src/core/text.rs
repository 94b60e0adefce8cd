//! The canonical text of programs: the signature, `=`, the expression in components.
//!
//! ```text
//! initials(name: str) -> str = join(map(words(name), |x| concat(upper(at(x, 0)), ".")), "")
//! ```

use std::fmt::{self, Write};

use synthase_types::Value;

use super::expr::{Node, NodeId, Program};
use crate::ty::Ty;

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = ", self.signature)?;
        self.write(f, self.root)
    }
}

impl Program {
    /// The name of a variable by how many are bound around it; never a parameter's.
    pub(crate) fn local_name(&self, level: u32) -> String {
        const NAMES: [&str; 6] = ["x", "y", "z", "u", "v", "w"];
        let mut name = NAMES.get(level as usize).map_or_else(|| format!("x{level}"), |name| (*name).to_owned());
        while self.signature.params.iter().any(|param| param.name == name) {
            name.push('_');
        }
        name
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, at: NodeId) -> fmt::Result {
        match self.node(at) {
            Node::Param(i) => f.write_str(&self.signature.params[*i as usize].name),
            Node::Local(level) => f.write_str(&self.local_name(*level)),
            Node::Const(value) => write_constant(f, value, self.ty(at)),
            Node::Apply(component, kids) => {
                f.write_str(component.get().name)?;
                self.write_all(f, kids, false)
            }
            Node::Tuple(kids) => self.write_all(f, kids, kids.len() == 1),
            Node::Field(of, k) => {
                self.write(f, *of)?;
                write!(f, ".{k}")
            }
            Node::Lambda(first, vars, body) => {
                // Variables behind the last one that is used are left out.
                let used = (0..*vars).rev().find(|i| self.uses_local(*body, first + i)).map_or(1, |i| i + 1);
                f.write_char('|')?;
                for i in 0..used {
                    write!(f, "{}{}", if i > 0 { ", " } else { "" }, self.local_name(first + i))?;
                }
                f.write_str("| ")?;
                self.write(f, *body)
            }
        }
    }

    fn write_all(&self, f: &mut fmt::Formatter<'_>, kids: &[NodeId], trailing: bool) -> fmt::Result {
        f.write_char('(')?;
        for (i, kid) in kids.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            self.write(f, *kid)?;
        }
        f.write_str(if trailing { ",)" } else { ")" })
    }

    /// Whether a variable stands below a node.
    pub(crate) fn uses_local(&self, below: NodeId, level: u32) -> bool {
        self.reachable(below).into_iter().any(|at| *self.node(at) == Node::Local(level))
    }
}

/// A constant; where an empty list hides the type, the type stands before it.
fn write_constant(f: &mut fmt::Formatter<'_>, value: &Value, ty: &Ty) -> fmt::Result {
    let text = value.to_string();
    if matches!(ty, Ty::List(_) | Ty::Tuple(_)) {
        return write!(f, "{ty}{text}");
    }
    f.write_str(&text)
}
