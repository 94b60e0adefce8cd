//! What a cell writes and shows, in order and bounded.

use std::collections::VecDeque;

use super::cell::{Form, Output};

/// How many bytes of text are kept of the beginning, and as many of the end.
const KEPT: usize = 256 << 10;

/// How many bytes of things to be shown are kept of one cell, and how many things.
const MOST_SHOWN: usize = 16 << 20;
const MOST_THINGS: usize = 200;

/// Pieces of text are joined up to this size.
const PIECE: usize = 16 << 10;

/// Collects outputs: all of them, or the beginning and the end with what lies between counted.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    head: Vec<Output>,
    head_bytes: usize,
    tail: VecDeque<Output>,
    tail_bytes: usize,
    omitted: u64,
    shown_bytes: usize,
    shown: usize,
    /// How many bytes were written in all.
    pub(crate) total: u64,
}

impl Outputs {
    /// Adds text.
    pub(crate) fn text(&mut self, error: bool, direct: bool, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.total += bytes.len() as u64;
        let text = String::from_utf8_lossy(bytes).into_owned();
        let size = text.len();
        if self.tail.is_empty() && self.head_bytes + size <= KEPT {
            self.head_bytes += size;
            match self.head.last_mut() {
                Some(last) if joins(last, error, direct) => append(last, &text),
                _ => self.head.push(Output::Text { error, direct, text }),
            }
            return;
        }
        self.tail_bytes += size;
        match self.tail.back_mut() {
            Some(last) if joins(last, error, direct) => append(last, &text),
            _ => self.tail.push_back(Output::Text { error, direct, text }),
        }
        self.shorten();
    }

    /// Adds bytes of a stream of which some may be left out.
    pub(crate) fn captured(&mut self, error: bool, captured: &synthase_types::Captured) {
        self.text(error, true, &captured.head);
        self.omitted += captured.omitted;
        self.total += captured.omitted;
        self.text(error, true, &captured.tail);
    }

    /// Adds something to be shown.
    pub(crate) fn display(&mut self, forms: Vec<Form>, size: usize) {
        self.shown_bytes += size;
        self.shown += 1;
        self.total += size as u64;
        if self.shown_bytes > MOST_SHOWN || self.shown > MOST_THINGS {
            self.omitted += size as u64;
            return;
        }
        let output = Output::Display(forms);
        if self.tail.is_empty() { self.head.push(output) } else { self.tail.push_back(output) }
    }

    /// Everything, in order.
    pub(crate) fn finish(mut self) -> Vec<Output> {
        if self.omitted > 0 {
            self.head.push(Output::Omitted(self.omitted));
        }
        let mut all: Vec<Output> = Vec::with_capacity(self.head.len() + self.tail.len());
        for output in self.head.into_iter().chain(self.tail) {
            match (all.last_mut(), &output) {
                (
                    Some(Output::Text { error, direct, text }),
                    Output::Text { error: next_error, direct: next_direct, text: next },
                ) if error == next_error && direct == next_direct => text.push_str(next),
                _ => all.push(output),
            }
        }
        all
    }

    fn shorten(&mut self) {
        while self.tail_bytes > KEPT && self.tail.len() > 1 {
            // Things to be shown have a bound of their own and stay.
            let Some(at) = self.tail.iter().position(|output| matches!(output, Output::Text { .. })) else { return };
            if let Some(Output::Text { text, .. }) = self.tail.remove(at) {
                self.tail_bytes -= text.len();
                self.omitted += text.len() as u64;
            }
        }
    }
}

fn joins(last: &Output, error: bool, direct: bool) -> bool {
    matches!(last, Output::Text { error: e, direct: d, text } if *e == error && *d == direct && text.len() < PIECE)
}

fn append(last: &mut Output, more: &str) {
    if let Output::Text { text, .. } = last {
        text.push_str(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_neighbours_are_joined() {
        let mut outputs = Outputs::default();
        outputs.text(false, false, b"a");
        outputs.text(false, false, b"b");
        outputs.text(true, false, b"c");
        outputs.display(vec![Form::Text("text/plain".into(), "x".into())], 1);
        outputs.text(false, false, b"d");
        let text = |error, text: &str| Output::Text { error, direct: false, text: text.into() };
        let shown = Output::Display(vec![Form::Text("text/plain".into(), "x".into())]);
        assert_eq!(outputs.finish(), [text(false, "ab"), text(true, "c"), shown, text(false, "d")]);
    }

    #[test]
    fn endless_output_is_cut_in_the_middle() {
        let mut outputs = Outputs::default();
        for i in 0..100_000 {
            outputs.text(i % 3 == 0, false, format!("line {i}\n").as_bytes());
        }
        let total = outputs.total;
        let all = outputs.finish();
        let size = |output: &Output| match output {
            Output::Text { text, .. } => text.len() as u64,
            Output::Omitted(bytes) => *bytes,
            Output::Display(_) => 0,
        };
        assert_eq!(all.iter().map(size).sum::<u64>(), total);
        assert_eq!(all.iter().filter(|output| matches!(output, Output::Omitted(_))).count(), 1);
        assert!(matches!(all.last(), Some(Output::Text { text, .. }) if text.ends_with("line 99999\n")));
    }
}
