//! The blocks of a task document: front matter, headings, tables, fenced blocks and prose.
//!
//! This reads the outer form only; [`read`](super::read) gives the blocks their meaning, and the
//! grader's reader does so for the section that is kept from everyone else.

/// A document taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The text between the `+++` lines at the start, if there are such lines.
    pub front: Option<Front>,
    /// The blocks in order.
    pub blocks: Vec<Block>,
}

/// Front matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Front {
    /// The TOML text.
    pub text: String,
    /// The line on which the text begins, from 1.
    pub line: u32,
}

/// A block of a document with the line on which it begins, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The line.
    pub line: u32,
    /// What the block is.
    pub kind: BlockKind,
}

/// The kinds of blocks.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockKind {
    /// A heading of level 1 to 6.
    Heading {
        /// The number of `#`.
        level: usize,
        /// The text behind them.
        text: String,
    },
    /// A table: its header, then each row with its line.
    Table {
        /// The cells of the header.
        header: Vec<String>,
        /// The rows with their lines.
        rows: Vec<(u32, Vec<String>)>,
    },
    /// A fenced block.
    Fence {
        /// The words behind the opening fence.
        info: String,
        /// The text between the fences, with a line end behind each line.
        body: String,
        /// Whether the closing fence is there.
        closed: bool,
    },
    /// One line of prose; an empty one ends a paragraph.
    Prose(String),
}

/// The heading of the section that is only for grading.
pub const HELD_OUT: &str = "Held out";

impl Document {
    /// Takes a document apart. Every text is a document.
    pub fn parse(text: &str) -> Document {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
        let (front, start) = front_matter(&lines);
        let mut blocks = Vec::new();
        let mut at = start;
        while at < lines.len() {
            let (kind, used) = block(&lines[at..], at);
            blocks.push(Block { line: line_number(at), kind });
            at += used;
        }
        Document { front, blocks }
    }

    /// The document split at its sections headed [`HELD_OUT`]: first what everyone may see, then
    /// what only a grader may.
    pub fn split_held_out(self) -> (Document, Vec<Block>) {
        let (mut visible, mut held_out) = (Vec::new(), Vec::new());
        // The level of the heading that opened the hidden section we are in.
        let mut hidden: Option<usize> = None;
        let title = self.blocks.iter().position(|block| matches!(block.kind, BlockKind::Heading { .. }));
        for (i, block) in self.blocks.into_iter().enumerate() {
            match &block.kind {
                // A task may be about something hidden.
                BlockKind::Heading { level: 1, text } if title == Some(i) && !is_section_name(text) => {}
                BlockKind::Heading { level, text } if is_held_out(text) => {
                    hidden = Some(hidden.map_or(*level, |open| open.min(*level)));
                }
                BlockKind::Heading { level, .. } if hidden.is_some_and(|open| *level <= open) => hidden = None,
                // Not a heading by the rules, but meant as one: `**Held out**`, `##Held out`, or a line
                // with dashes below it. What follows is hidden up to the next title.
                BlockKind::Prose(line) if is_section_name(line) => hidden = Some(1),
                _ => {}
            }
            if hidden.is_some() { &mut held_out } else { &mut visible }.push(block);
        }
        (Document { front: self.front, blocks: visible }, held_out)
    }
}

/// Whether a heading opens the hidden section. Everything that begins like it counts, so that a slip
/// of the pen does not show the answers to those who search.
fn is_held_out(heading: &str) -> bool {
    let letters: String = heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.starts_with("heldout") || letters.starts_with("hidden")
}

/// Whether a heading is nothing but the name of a hidden section: `Hidden tests`, and not `Hidden
/// message`.
fn is_section_name(heading: &str) -> bool {
    const PARTS: &[&str] = &[
        "held", "out", "heldout", "hidden", "test", "tests", "example", "examples", "case", "cases", "row", "rows",
        "input", "inputs", "answer", "answers", "part", "parts", "data", "set", "and", "for", "grading", "only",
    ];
    let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    is_held_out(heading) && words.into_iter().all(|word| PARTS.contains(&word.to_lowercase().as_str()))
}

fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn front_matter(lines: &[&str]) -> (Option<Front>, usize) {
    if lines.first().map(|line| line.trim_end()) != Some("+++") {
        return (None, 0);
    }
    let end = lines[1..].iter().position(|line| line.trim_end() == "+++").map(|i| i + 1);
    let text = lines[1..end.unwrap_or(lines.len())].join("\n");
    (Some(Front { text, line: 2 }), end.map_or(lines.len(), |end| end + 1))
}

/// The block at the start of `lines`, and how many lines it has.
fn block(lines: &[&str], at: usize) -> (BlockKind, usize) {
    let line = lines[0];
    if let Some((level, text)) = heading(line) {
        return (BlockKind::Heading { level, text: text.to_owned() }, 1);
    }
    if let Some((mark, info)) = fence(line) {
        let close = lines[1..].iter().position(|line| closes(line, mark));
        let body_end = close.map_or(lines.len(), |i| i + 1);
        let body = lines[1..body_end].iter().flat_map(|line| [*line, "\n"]).collect();
        let used = close.map_or(lines.len(), |i| i + 2);
        return (BlockKind::Fence { info: info.to_owned(), body, closed: close.is_some() }, used);
    }
    if lines.len() > 1 && is_row(line) && is_rule(lines[1]) {
        let rows: Vec<(u32, Vec<String>)> = lines[2..]
            .iter()
            .take_while(|line| is_row(line))
            .enumerate()
            .map(|(i, line)| (line_number(at + 2 + i), cells(line)))
            .collect();
        let used = 2 + rows.len();
        return (BlockKind::Table { header: cells(line), rows }, used);
    }
    (BlockKind::Prose(line.to_owned()), 1)
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let line = if indent <= 3 { &line[indent..] } else { line };
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let is_heading = (1..=6).contains(&level) && (text.is_empty() || text.starts_with([' ', '\t']));
    is_heading.then(|| (level, text.trim().trim_end_matches('#').trim_end()))
}

/// The fence characters and the info text of a line that opens a fenced block.
fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    let info = line[length..].trim();
    (length >= 3 && !info.contains('`')).then(|| (&line[..length], info))
}

fn closes(line: &str, mark: &str) -> bool {
    let line = line.trim();
    line.len() >= mark.len()
        && line.starts_with(mark)
        && line.trim_matches(&mark[..1].chars().collect::<Vec<_>>()[..]).is_empty()
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

fn is_rule(line: &str) -> bool {
    is_row(line) && line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}

/// The cells of a table's row. A bar inside quotes does not end a cell, and `\|` is a bar, as in
/// GitHub's tables.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut quote: Option<char> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().expect("there is always a cell");
        match (c, quote) {
            ('\\', _) if chars.peek() == Some(&'|') => {
                chars.next();
                cell.push('|');
            }
            ('\\', Some(_)) => {
                cell.push(c);
                cell.extend(chars.next());
            }
            ('|', None) => cells.push(String::new()),
            (c, Some(open)) if c == open => {
                quote = None;
                cell.push(c);
            }
            // An apostrophe inside a word opens no text.
            ('"', None) => {
                quote = Some(c);
                cell.push(c);
            }
            ('\'', None) if !cell.ends_with(char::is_alphanumeric) => {
                quote = Some(c);
                cell.push(c);
            }
            (c, _) => cell.push(c),
        }
    }
    // The closing bar leaves an empty cell behind it.
    if cells.len() > 1 && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "+++\nentry = 1\n+++\n# Title\n\nWords | more.\n\n| a | → |\n|---|:-:|\n| \"x|y\" | 'a\\|b' |\n\n```python tests\nassert 1\n```\n## Held-out ##\n| b |\n|---|\n| 1 |\n## After\n";

    #[test]
    fn blocks_and_their_lines_are_found() {
        let document = Document::parse(TEXT);
        assert_eq!(document.front, Some(Front { text: "entry = 1".into(), line: 2 }));
        let kinds: Vec<(u32, &BlockKind)> = document
            .blocks
            .iter()
            .filter(|block| block.kind != BlockKind::Prose(String::new()))
            .map(|block| (block.line, &block.kind))
            .collect();
        assert_eq!(kinds[0], (4, &BlockKind::Heading { level: 1, text: "Title".into() }));
        assert_eq!(kinds[1], (6, &BlockKind::Prose("Words | more.".into())));
        let rows = vec![(10, vec!["\"x|y\"".into(), "'a|b'".into()])];
        assert_eq!(kinds[2], (8, &BlockKind::Table { header: vec!["a".into(), "→".into()], rows }));
        let fence = BlockKind::Fence { info: "python tests".into(), body: "assert 1\n".into(), closed: true };
        assert_eq!(kinds[3], (12, &fence));
    }

    #[test]
    fn what_is_held_out_leaves_the_visible_document() {
        let (visible, held_out) = Document::parse(TEXT).split_held_out();
        assert!(visible.blocks.iter().all(|block| block.line < 15 || block.line == 19));
        assert_eq!(held_out.iter().map(|block| block.line).collect::<Vec<_>>(), [15, 16]);
    }

    #[test]
    fn a_slip_of_the_pen_shows_no_answer() {
        for heading in [
            "## Held out",
            " ## held-out",
            "   ## HELD OUT rows",
            "##Held out",
            "**Held out**",
            "Held out\n--------",
            "## Hidden tests",
            "### Held-out: edge cases ###",
        ] {
            let text = format!("# T\n\n{heading}\n\n| a |\n|---|\n| 1 |\n\n## More\n");
            let (visible, held_out) = Document::parse(&text).split_held_out();
            let is_table = |block: &Block| matches!(block.kind, BlockKind::Table { .. });
            assert!(!visible.blocks.iter().any(is_table), "{heading}");
            assert!(held_out.iter().any(is_table), "{heading}");
        }
    }

    #[test]
    fn a_task_may_be_about_something_hidden() {
        let text = "# Hidden message\n\nHidden files are skipped.\n\n| a |\n|---|\n| 1 |\n";
        let (visible, held_out) = Document::parse(text).split_held_out();
        assert!(held_out.is_empty() && visible.blocks.len() > 2);
    }

    #[test]
    fn an_open_fence_or_front_matter_ends_with_the_text() {
        let document = Document::parse("```\nx");
        assert_eq!(
            document.blocks[0].kind,
            BlockKind::Fence { info: String::new(), body: "x\n".into(), closed: false }
        );
        assert!(Document::parse("+++\na = 1").blocks.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_a_document(text in "[+#|`~\\-:\\\\\"' a\\n\\r→]{0,80}") {
            Document::parse(&text).split_held_out();
        }
    }
}
