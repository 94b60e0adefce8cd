//! What is asked and what is answered.

use synthase_types::{Signature, Value};

use crate::core::Program;
use crate::error::EvalError;
use crate::ty::UnsupportedType;

/// What is wanted: a program of this signature that answers the examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The name, parameters and result.
    pub signature: Signature,
    /// Inputs with their answers.
    pub examples: Vec<(Vec<Value>, Value)>,
    /// Inputs without an answer.
    pub inputs: Vec<Vec<Value>>,
}

/// How much to search for, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The most terms to try, or as much work over long rows; none for no limit. A million are about
    /// a quarter of a second of one core, and every search with equal options does the same.
    ///
    /// What effort buys, as the examples `corpus` (234 documents) and `lists` (217 tasks) measure it:
    ///
    /// | terms | right in `corpus` | milliseconds, 90th percentile | right in `lists` |
    /// |---|---|---|---|
    /// | 150 000 | 146 | 40 | 190 |
    /// | 300 000 | 158 | 75 | 193 |
    /// | 600 000 | 165 | 117 | 195 |
    /// | 1 200 000 | 166 | 196 | 196 |
    /// | 2 400 000 | 166 | 225 | 196 |
    pub max_terms: Option<u64>,
    /// The most programs to answer with.
    pub keep: usize,
    /// The seed of the inputs that are made up to tell programs apart.
    pub seed: u64,
    /// The most memory to hold, in bytes, about. When it is reached, the search goes on with what
    /// it has built.
    pub max_memory: usize,
    /// Whether to find out which examples each program depends on.
    pub leave_one_out: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { max_terms: Some(600_000), keep: 5, seed: 0, max_memory: 1 << 29, leave_one_out: true }
    }
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Programs were found, and enough effort went into better ones.
    Solved,
    /// The grammar holds no more terms within the limits of the search.
    Exhausted,
    /// [`Options::max_terms`] are spent.
    TermsSpent,
    /// The caller said so.
    Cancelled,
    /// Examples contradict each other.
    Contradiction,
}

/// Why nothing could be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cannot {
    /// A type that the core language does not have.
    #[error(transparent)]
    Type(#[from] UnsupportedType),
    /// A problem without examples.
    #[error("there are no examples")]
    NoExamples,
    /// A row that does not fit the signature.
    #[error("row {0} does not fit the signature")]
    Row(usize),
    /// Inputs or answers too large to search over.
    #[error("every example is too large to search over")]
    TooLarge,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Programs that answer every example, best first.
    pub programs: Vec<Found>,
    /// Where there is none: the program that answers most examples.
    pub partial: Option<Partial>,
    /// Why the search ended.
    pub stop: Stop,
    /// The terms tried.
    pub terms: u64,
    /// No program of a cost below this, within the grammar that was enumerated, answers every
    /// example (but for those among [`Answer::programs`]).
    pub none_below: u32,
    /// Pairs of examples, counted from 0, with the same input and different answers.
    pub contradictions: Vec<(usize, usize)>,
}

/// A program that answers every example.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The program.
    pub program: Program,
    /// What it costs: the lower, the more plausible.
    pub cost: u32,
    /// How far it depends on single examples; none if that was not asked for.
    pub stability: Option<Stability>,
    /// The program lists answers case by case, and says nothing about other inputs.
    pub look_up_table: bool,
    /// Its answers to [`Problem::inputs`].
    pub predictions: Vec<Result<Value, EvalError>>,
    /// Programs of one group are equally good; groups are numbered from 0, the best.
    pub group: usize,
}

/// How far a program depends on single examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stability {
    /// How many examples were left out, one at a time.
    pub tried: usize,
    /// After how many of these the search would still have chosen this program.
    pub kept: usize,
    /// The examples, counted from 0, without which the search would choose a program that is wrong
    /// on them.
    pub needed: Vec<usize>,
}

/// A program that answers some examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Partial {
    /// The program.
    pub program: Program,
    /// The examples, counted from 0, that it misses.
    pub misses: Vec<usize>,
}
