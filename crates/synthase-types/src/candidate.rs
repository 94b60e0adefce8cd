//! Programs that were proposed, and where they come from.

use serde::{Deserialize, Serialize};

use crate::budget::Spend;
use crate::id::{CandidateId, Digest, UnitId};
use crate::task::Entry;

/// A proposed program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The language it is written in.
    pub language: String,
    /// Its text as proposed.
    pub source: String,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Where a candidate comes from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// The proposer's name.
    pub proposer: String,
    /// The candidates it was made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<CandidateId>,
    /// The proposer's own form of the program: a term of the core language, for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The seed it was made with.
    pub seed: u64,
    /// What making it cost.
    pub spend: Spend,
}

impl Candidate {
    /// The candidate's identity: language and text, not where they come from.
    pub fn id(&self) -> CandidateId {
        CandidateId(Digest::of_parts(&[self.language.as_bytes(), self.source.as_bytes()]))
    }
}

/// A runnable text with the way it is addressed. Assembly from a candidate is a named step, because
/// what stands around a program decides verdicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// The language.
    pub language: String,
    /// What stands before the program: imports and helpers from the task's own text.
    pub prelude: String,
    /// The program.
    pub source: String,
    /// How it is addressed.
    pub entry: UnitEntry,
}

/// How a unit is addressed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitEntry {
    /// Through its function, with plain data.
    Function(crate::ty::Signature),
    /// Through its standard input and output.
    Stdio,
}

impl From<&Entry> for UnitEntry {
    fn from(entry: &Entry) -> Self {
        match entry {
            Entry::Function(signature) => UnitEntry::Function(signature.clone()),
            Entry::Stdio => UnitEntry::Stdio,
        }
    }
}

impl Unit {
    /// The unit's identity.
    pub fn id(&self) -> UnitId {
        UnitId(Digest::of_json(self))
    }
}
