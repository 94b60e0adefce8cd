//! Functions over runs of equal elements.

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Python<'_> {
    /// How often a run of equal elements stands for its element in an expression, and how often for
    /// itself. In a function it might be gone through again and again.
    pub(super) fn run_uses(&self, at: NodeId, run: u32) -> (usize, usize) {
        let program = self.program;
        let is_run = |at: NodeId| *program.node(at) == Node::Local(run);
        if is_run(at) {
            return (0, 1);
        }
        if let Some(kids) = program.apply(at, "at")
            && is_run(kids[0])
            && program.const_int(kids[1]) == Some(0)
        {
            return (1, 0);
        }
        let weight = if matches!(program.node(at), Node::Lambda(..)) { 2 } else { 1 };
        let parts = program.children(at).into_iter().map(|kid| self.run_uses(kid, run));
        parts.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + weight * part.1))
    }

    /// The element and the clause of a function over runs of equal elements.
    pub(super) fn grouped<T>(
        &mut self,
        of: NodeId,
        first: u32,
        body: NodeId,
        (with_key, with_run): (bool, bool),
        make: impl FnOnce(String, String) -> T,
    ) -> Printed<T> {
        let is_text = *self.program.ty(of) == Ty::Str;
        let over = self.iterable(of)?;
        let like = |name: &str, is_used: bool| if is_used { name.to_owned() } else { "_".to_owned() };
        let key = if is_text { "c".to_owned() } else { self.program.element_name(of) };
        let vars = [(u32::MAX, like(&key, with_key), is_text), (u32::MAX - 1, like("run", with_run), false)];
        self.with_vars(&vars, |p, names| {
            let (key, run) = (&names[0], &names[1]);
            p.locals.insert(first, if is_text { format!("\"\".join({run})") } else { format!("list({run})") });
            p.runs.insert(first, (key.clone(), run.clone()));
            let element = p.expr(body);
            p.locals.remove(&first);
            p.runs.remove(&first);
            Ok(make(element?.text, format!("for {key}, {run} in itertools.groupby({over})")))
        })
    }
}
