//! One source file by text: its modules, what each imports, declares and names by a path. Code for tests is left out.

use super::token::{Token, tokens};
use std::collections::BTreeSet;

/// A module: a file's own, or one written out within it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Module {
    /// From the root: `["http", "api"]`; empty for `lib.rs`.
    pub(crate) path: Vec<String>,
    /// Modules that lie in files of their own.
    pub(crate) children: BTreeSet<String>,
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    /// Paths in the code itself: `crate::a::b(…)`, `child::f(…)`.
    pub(crate) named: Vec<Named>,
}

/// One name of a `use`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// `["super", "a", "B"]`; ends with `*` for everything.
    pub(crate) path: Vec<String>,
    /// What it is called here.
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) line: usize,
}

/// A path in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// Words that begin an item, after its visibility.
const ITEMS: [&str; 14] = [
    "fn", "mod", "struct", "enum", "union", "trait", "impl", "type", "const", "static", "use", "extern", "unsafe",
    "async",
];

/// All modules of the file whose own module is `path`.
pub(crate) fn read(source: &str, path: &[String]) -> Vec<Module> {
    let mut reader = Reader { tokens: tokens(source), index: 0, modules: Vec::new() };
    reader.module(path.to_vec());
    reader.modules
}

struct Reader {
    tokens: Vec<Token>,
    index: usize,
    modules: Vec<Module>,
}

impl Reader {
    fn is(&self, offset: usize, text: &str) -> bool {
        self.tokens.get(self.index + offset).is_some_and(|token| token.is(text))
    }

    fn word(&self, offset: usize) -> Option<&Token> {
        self.tokens.get(self.index + offset).filter(|token| token.is_word())
    }

    /// Up to the brace that closes it, or to the file's end.
    fn module(&mut self, path: Vec<String>) {
        let mut module = Module { path, ..Module::default() };
        let mut depth = 0;
        while self.index < self.tokens.len() {
            if self.is(0, "#") && (self.is(1, "[") || self.is(1, "!")) {
                if self.attribute() {
                    self.skip_item();
                }
            } else if self.is(0, "{") {
                depth += 1;
                self.index += 1;
            } else if self.is(0, "}") {
                self.index += 1;
                if depth == 0 {
                    break;
                }
                depth -= 1;
            } else if self.is(0, "use") && !self.is(1, "<") {
                self.import(&mut module);
            } else if self.is(0, "mod") && self.word(1).is_some() {
                self.child(&mut module);
            } else if self.is(0, "macro_rules") && self.is(1, "!") {
                module.items.extend(self.word(2).map(|token| token.text.clone()));
                self.index += 3;
            } else if self.tokens[self.index].is_word() {
                if depth == 0 && ITEMS.contains(&self.tokens[self.index].text.as_str()) {
                    module.items.extend(self.word(1).map(|token| token.text.clone()));
                }
                self.path(&mut module);
            } else {
                self.index += 1;
            }
        }
        self.modules.push(module);
    }

    /// Passes an attribute; tells whether it keeps what follows for tests.
    fn attribute(&mut self) -> bool {
        let start = self.index;
        self.index += if self.is(1, "!") { 2 } else { 1 };
        self.skip_group();
        let words = &self.tokens[start..self.index];
        let has = |text: &str| words.iter().any(|token| token.is(text));
        has("cfg") && has("test") && !has("not")
    }

    /// Passes one bracket with everything in it.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.index) {
            self.index += 1;
            match token.text.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth <= 0 {
                return;
            }
        }
    }

    /// Passes an item, field, arm or statement with its further attributes.
    fn skip_item(&mut self) {
        while self.is(0, "#") {
            self.attribute();
        }
        while self.is(0, "pub") || (self.is(0, "(") && self.index > 0 && self.tokens[self.index - 1].is("pub")) {
            if self.is(0, "pub") { self.index += 1 } else { self.skip_group() }
        }
        let first = self.tokens.get(self.index).map(|token| token.text.clone()).unwrap_or_default();
        let (is_item, is_use) = (ITEMS.contains(&first.as_str()) || first == "macro_rules", first == "use");
        while let Some(token) = self.tokens.get(self.index) {
            match token.text.as_str() {
                ";" => return self.index += 1,
                "," if !is_item => return self.index += 1,
                "}" => return,
                "{" if is_item && !is_use => return self.skip_group(),
                "(" | "[" | "{" => self.skip_group(),
                _ => self.index += 1,
            }
        }
    }

    fn child(&mut self, module: &mut Module) {
        let Some(name) = self.word(1).map(|token| token.text.clone()) else { return };
        self.index += 2;
        module.items.insert(name.clone());
        if self.is(0, "{") {
            self.index += 1;
            self.module([module.path.as_slice(), &[name]].concat());
        } else {
            module.children.insert(name);
        }
    }

    fn import(&mut self, module: &mut Module) {
        // `pub use`, `pub(crate) use`.
        let before = self.index.checked_sub(1).map(|index| self.tokens[index].text.as_str());
        let is_public = matches!(before, Some("pub" | ")"));
        self.index += 1;
        self.tree(&[], is_public, &mut module.imports);
    }

    /// One branch of a `use`.
    fn tree(&mut self, above: &[String], is_public: bool, found: &mut Vec<Import>) {
        let mut path = above.to_vec();
        while let Some(token) = self.tokens.get(self.index).cloned() {
            match token.text.as_str() {
                "::" => self.index += 1,
                "{" => {
                    self.index += 1;
                    while self.index < self.tokens.len() && !self.is(0, "}") {
                        self.tree(&path, is_public, found);
                        if self.is(0, ",") {
                            self.index += 1;
                        }
                    }
                    self.index += 1;
                    return;
                }
                "*" => {
                    self.index += 1;
                    path.push("*".to_owned());
                    found.push(Import { path, name: "*".to_owned(), is_public, line: token.line });
                    return;
                }
                _ if token.is_word() => {
                    self.index += 1;
                    // `a::{self}` is `a`.
                    if !token.is("self") || path.is_empty() {
                        path.push(token.text);
                    }
                    if self.is(0, "::") {
                        continue;
                    }
                    let mut name = path.last().cloned().unwrap_or_default();
                    if self.is(0, "as") {
                        name = self.word(1).map(|token| token.text.clone()).unwrap_or_default();
                        self.index += 2;
                    }
                    found.push(Import { path, name, is_public, line: token.line });
                    return;
                }
                _ => return self.index += usize::from(token.is(";")),
            }
        }
    }

    /// Passes a word and what hangs on it.
    fn path(&mut self, module: &mut Module) {
        let line = self.tokens[self.index].line;
        let before: Vec<&str> =
            self.tokens[..self.index].iter().rev().take(3).map(|token| token.text.as_str()).collect();
        let is_inner = matches!(before[..], ["." | "::", ..]);
        let is_visibility = matches!(before[..], ["in", "(", "pub"]);
        let mut path = vec![self.tokens[self.index].text.clone()];
        self.index += 1;
        while self.is(0, "::") && self.word(1).is_some() {
            path.push(self.tokens[self.index + 1].text.clone());
            self.index += 2;
        }
        if path.len() > 1 && !is_inner && !is_visibility {
            module.named.push(Named { path, line });
        }
    }
}
