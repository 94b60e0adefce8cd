//! Programs: nodes in an arena, each with its type.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use synthase_types::{Signature, Value};

use crate::component::{ComponentId, Pat, id};
use crate::engine::hash;
use crate::engine::types::Binding;
use crate::ty::{Ty, UnsupportedType};

/// The place of a node in its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// An expression. Equal expressions of one program are one node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A parameter, by number.
    Param(u32),
    /// A variable of an enclosing function, counted from the outermost.
    Local(u32),
    /// A constant.
    Const(Value),
    /// A component with its arguments.
    Apply(ComponentId, Vec<NodeId>),
    /// A function: the level of its first variable, how many it has, its body.
    Lambda(u32, u32, NodeId),
    /// A tuple.
    Tuple(Vec<NodeId>),
    /// A field of a tuple, by number.
    Field(NodeId, u32),
}

/// A program of the core language.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) signature: Signature,
    pub(crate) params: Vec<Ty>,
    pub(crate) nodes: Vec<Node>,
    /// The type of each node; of a function, the type of its result.
    pub(crate) types: Vec<Ty>,
    pub(crate) root: NodeId,
}

impl PartialEq for Program {
    /// Whether signature and text are the same.
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Program {}

impl Program {
    /// The name, parameters and result that the program answers to.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn ty(&self, id: NodeId) -> &Ty {
        &self.types[id.0 as usize]
    }

    /// Whether a node is a use of a component; its arguments.
    pub(crate) fn apply(&self, at: NodeId, name: &str) -> Option<&[NodeId]> {
        match self.node(at) {
            Node::Apply(component, args) if component.get().name == name => Some(args),
            _ => None,
        }
    }

    /// The integer that a node is a constant of.
    pub(crate) fn const_int(&self, at: NodeId) -> Option<i64> {
        match self.node(at) {
            Node::Const(Value::Int(n)) => n.to_i64(),
            _ => None,
        }
    }

    /// The text that a node is a constant of.
    pub(crate) fn const_str(&self, at: NodeId) -> Option<&str> {
        match self.node(at) {
            Node::Const(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// Every node below and including one, children before parents, each once.
    pub(crate) fn reachable(&self, from: NodeId) -> Vec<NodeId> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        let mut stack = vec![(from, false)];
        while let Some((at, done)) = stack.pop() {
            if done {
                order.push(at);
                continue;
            }
            if std::mem::replace(&mut seen[at.0 as usize], true) {
                continue;
            }
            stack.push((at, true));
            stack.extend(self.children(at).into_iter().rev().map(|child| (child, false)));
        }
        order
    }

    /// The nodes directly below one.
    pub(crate) fn children(&self, at: NodeId) -> Vec<NodeId> {
        match self.node(at) {
            Node::Param(_) | Node::Local(_) | Node::Const(_) => Vec::new(),
            Node::Apply(_, kids) | Node::Tuple(kids) => kids.clone(),
            Node::Lambda(_, _, kid) | Node::Field(kid, _) => vec![*kid],
        }
    }

    /// The components that the program uses, sorted by name, and how often each stands in it.
    pub fn components(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for at in self.reachable(self.root) {
            if let Node::Apply(component, _) = self.node(at) {
                *counts.entry(component.get().name).or_insert(0) += 1;
            }
        }
        counts
    }
}

/// Puts programs together from the leaves up.
pub(crate) struct Builder {
    params: Vec<Ty>,
    nodes: Vec<Node>,
    types: Vec<Ty>,
    table: HashTable<u32>,
    /// How many variables the enclosing functions have bound.
    pub(crate) depth: u32,
}

fn hash_node(node: &Node) -> u64 {
    let ids = |seed: u64, kids: &[NodeId]| hash::words(seed, kids.iter().map(|kid| kid.0));
    match node {
        Node::Param(i) => hash::mix(1, u64::from(*i)),
        Node::Local(i) => hash::mix(2, u64::from(*i)),
        Node::Const(value) => hash::bytes(3, value.to_string().as_bytes()),
        Node::Apply(component, kids) => ids(u64::from(component.0) + 16, kids),
        Node::Lambda(first, n, body) => hash::mix(u64::from(*n) + 4 + 8 * u64::from(*first), u64::from(body.0)),
        Node::Tuple(kids) => ids(10, kids),
        Node::Field(of, k) => hash::mix(u64::from(*k) + 300, u64::from(of.0)),
    }
}

impl Builder {
    /// A builder of programs over parameters of these types.
    pub(crate) fn new(params: Vec<Ty>) -> Builder {
        Builder { params, nodes: Vec::new(), types: Vec::new(), table: HashTable::new(), depth: 0 }
    }

    fn add(&mut self, node: Node, ty: Ty) -> NodeId {
        let hash = hash_node(&node);
        let same = |i: &u32| self.nodes[*i as usize] == node && self.types[*i as usize] == ty;
        if let Some(&at) = self.table.find(hash, same) {
            return NodeId(at);
        }
        let at = u32::try_from(self.nodes.len()).expect("programs are small");
        self.nodes.push(node);
        self.types.push(ty);
        let nodes = &self.nodes;
        self.table.insert_unique(hash, at, |i| hash_node(&nodes[*i as usize]));
        NodeId(at)
    }

    pub(crate) fn ty(&self, at: NodeId) -> &Ty {
        &self.types[at.0 as usize]
    }

    /// A parameter.
    pub(crate) fn param(&mut self, i: u32) -> NodeId {
        let ty = self.params[i as usize].clone();
        self.add(Node::Param(i), ty)
    }

    /// A variable of an enclosing function.
    pub(crate) fn local(&mut self, level: u32, ty: Ty) -> NodeId {
        self.add(Node::Local(level), ty)
    }

    /// A constant.
    pub(crate) fn constant(&mut self, value: Value, ty: Ty) -> NodeId {
        self.add(Node::Const(value), ty)
    }

    /// An integer.
    pub(crate) fn int(&mut self, n: i64) -> NodeId {
        self.constant(Value::int(n), Ty::Int)
    }

    /// The truth value that a node is a constant of.
    pub(crate) fn const_bool(&self, at: NodeId) -> Option<bool> {
        match self.nodes[at.0 as usize] {
            Node::Const(Value::Bool(b)) => Some(b),
            _ => None,
        }
    }

    /// A text.
    pub(crate) fn str(&mut self, text: &str) -> NodeId {
        self.constant(Value::str(text), Ty::Str)
    }

    /// A function of `vars` variables, the first of level [`Builder::depth`].
    pub(crate) fn lambda(&mut self, vars: u32, body: NodeId) -> NodeId {
        let ty = self.ty(body).clone();
        self.add(Node::Lambda(self.depth, vars, body), ty)
    }

    /// A tuple.
    pub(crate) fn tuple(&mut self, items: Vec<NodeId>) -> NodeId {
        let ty = Ty::Tuple(items.iter().map(|item| self.ty(*item).clone()).collect());
        self.add(Node::Tuple(items), ty)
    }

    /// A field of a tuple; none if the tuple has no such field.
    pub(crate) fn field(&mut self, of: NodeId, k: u32) -> Option<NodeId> {
        let Ty::Tuple(types) = self.ty(of) else { return None };
        let ty = types.get(k as usize)?.clone();
        Some(self.add(Node::Field(of, k), ty))
    }

    /// A component with arguments; none if their types do not fit its signature.
    pub(crate) fn apply(&mut self, component: ComponentId, args: &[NodeId]) -> Option<NodeId> {
        let get = component.get();
        if args.len() != get.args.len() {
            return None;
        }
        let mut binding = Binding::default();
        for (pat, arg) in get.args.iter().zip(args) {
            let is_lambda = matches!(self.nodes[arg.0 as usize], Node::Lambda(..));
            let pat = match pat {
                Pat::Fn(_, result) if is_lambda => result,
                Pat::Fn(..) => return None,
                _ if is_lambda => return None,
                pat => pat,
            };
            if !binding.unify(*pat, self.ty(*arg)) {
                return None;
            }
        }
        let ty = binding.concrete(get.result)?;
        Some(self.add(Node::Apply(component, args.to_vec()), ty))
    }

    /// A component by name with arguments that are known to fit.
    pub(crate) fn call(&mut self, name: &str, args: &[NodeId]) -> NodeId {
        self.apply(id(name), args).unwrap_or_else(|| panic!("arguments that do not fit {name}"))
    }

    /// The program that answers with a node.
    ///
    /// # Errors
    /// A type of the signature that the core language does not have.
    pub(crate) fn finish(self, signature: Signature, root: NodeId) -> Result<Program, UnsupportedType> {
        Ty::of(&signature.returns)?;
        Ok(Program { signature, params: self.params, nodes: self.nodes, types: self.types, root })
    }
}
