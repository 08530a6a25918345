//! What a drawing asks for, counted on its text and its elements before references are followed.
//!
//! A reference repeats what it names, and what is repeated may hold references: ten lines can mean a billion shapes. Here
//! the whole is counted without being made.

use resvg::usvg::roxmltree::{Document, Node};
use std::collections::HashMap;

/// Elements, texts and comments in the file.
pub(super) const MAX_NODES: u32 = 100_000;
/// Elements, 64 bytes of attributes or letters of text, as often as they are drawn.
const MAX_WORK: u64 = 50_000;
/// Elements and references within each other.
const MAX_DEPTH: usize = 200;
const MAX_ATTRIBUTES: usize = 500;
/// Rules of style sheets times elements.
const MAX_STYLING: u64 = 5_000_000;
const MAX_ENTITY_BYTES: usize = 1000;
const MAX_ENTITY_USES: usize = 10_000;

/// Effects whose cost has no sensible bound: no logo needs them.
const UNBOUNDED: &[&str] =
    &["feTurbulence", "feConvolveMatrix", "feMorphology", "feDiffuseLighting", "feSpecularLighting", "feImage"];

/// What else is to be known of a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asks {
    /// Letters are to be set.
    pub(super) text: bool,
}

/// What the parser itself would take too long or too much memory for.
pub(super) fn text(text: &str) -> Result<(), String> {
    let mut rest = text;
    while let Some(at) = rest.find("<!ENTITY") {
        rest = &rest[at + 8..];
        let value = &rest[..rest.find('>').unwrap_or(rest.len())];
        if value.len() > MAX_ENTITY_BYTES || value.replace("&#", "").contains('&') {
            return Err("entities that are long or made of each other".to_owned());
        }
    }
    if text.contains("<!ENTITY") && text.matches('&').count() > MAX_ENTITY_USES {
        return Err(format!("more than {MAX_ENTITY_USES} entities"));
    }
    let (mut attributes, mut inside, mut depth) = (0, false, 0_usize);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'<' => {
                (attributes, inside) = (0, true);
                match bytes.get(at + 1) {
                    Some(b'/') => depth = depth.saturating_sub(1),
                    Some(b'!' | b'?') | None => {}
                    Some(_) => depth += 1,
                }
            }
            b'>' => {
                if inside && at > 0 && bytes[at - 1] == b'/' {
                    depth = depth.saturating_sub(1);
                }
                inside = false;
            }
            b'=' if inside => attributes += 1,
            _ => {}
        }
        if attributes > MAX_ATTRIBUTES {
            return Err(format!("an element with more than {MAX_ATTRIBUTES} attributes"));
        }
        // Comments may hold unmatched elements, and the count is exact later on.
        if depth > 100 * MAX_DEPTH {
            return Err(format!("elements nested more than {MAX_DEPTH} deep"));
        }
    }
    Ok(())
}

/// Counts what the elements of `document` ask for.
pub(super) fn document(document: &Document<'_>) -> Result<Asks, String> {
    let mut count = Count::new(document)?;
    let (work, depth) = count.of(document.root_element(), 0)?;
    if depth > MAX_DEPTH {
        return Err(format!("elements nested more than {MAX_DEPTH} deep"));
    }
    if work > MAX_WORK {
        return Err(format!("about {work} pieces, repeated ones among them; {MAX_WORK} are allowed"));
    }
    Ok(Asks { text: count.text })
}

struct Count<'a, 'input> {
    ids: HashMap<&'a str, Node<'a, 'input>>,
    /// Elements that a style sheet names, which may be referred to from anywhere.
    styled: Vec<Node<'a, 'input>>,
    elements: u64,
    /// An upper bound of the points of all shapes: a marker is drawn at each.
    points: u64,
    known: HashMap<u32, Option<(u64, usize)>>,
    text: bool,
}

impl<'a, 'input> Count<'a, 'input> {
    fn new(document: &'a Document<'input>) -> Result<Self, String> {
        let (mut ids, mut sheets) = (HashMap::new(), String::new());
        let (mut elements, mut points, mut text) = (0_u64, 0_u64, false);
        for node in document.descendants().filter(Node::is_element) {
            elements += 1;
            let name = node.tag_name().name();
            if UNBOUNDED.contains(&name) {
                return Err(format!("the effect {name}"));
            }
            if node.ancestors().take(MAX_DEPTH + 2).count() > MAX_DEPTH + 1 {
                return Err(format!("elements nested more than {MAX_DEPTH} deep"));
            }
            text |= name == "text";
            if name == "style" {
                node.children().filter_map(|child| child.text()).for_each(|rules| sheets.push_str(rules));
            }
            // As renderers do, the first element with a name has it.
            if let Some(id) = node.attribute("id") {
                ids.entry(id).or_insert(node);
            }
            let shape = ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(str::len).sum::<usize>();
            points += shape as u64 / 2 + 4;
        }
        if elements * sheets.matches('{').count() as u64 > MAX_STYLING {
            return Err("style sheets of that size for that many elements".to_owned());
        }
        let styled = names(&sheets).into_iter().filter_map(|id| ids.get(id).copied()).collect();
        Ok(Self { ids, styled, elements, points, known: HashMap::new(), text })
    }

    /// The work of `node` as often as it is drawn, and how deep it goes. What is being counted already is a circle,
    /// which the renderer leaves out (an element that names itself or what it is in) or refuses.
    fn of(&mut self, node: Node<'a, 'input>, above: usize) -> Result<(u64, usize), String> {
        if let Some(known) = self.known.get(&node.id().get()) {
            return Ok(known.unwrap_or((0, 0)));
        }
        if above > 2 * MAX_DEPTH {
            return Err(format!("references that lead through more than {MAX_DEPTH} elements"));
        }
        if !node.is_element() {
            let letters = node.text().map_or(0, str::len) as u64;
            let is_set = node.ancestors().any(|above| above.has_tag_name("text") || above.tag_name().name() == "text");
            return Ok((if is_set { letters } else { letters / 1000 }, 0));
        }
        self.known.insert(node.id().get(), None);
        let bytes: usize = node.attributes().map(|attribute| attribute.value().len()).sum();
        let embedded = node.attributes().any(|attribute| attribute.value().starts_with("data:"));
        let mut work = if embedded { 100 } else { 1 + bytes as u64 / 64 };
        let mut depth = 0;
        for child in node.children() {
            let (more, deep) = self.of(child, above + 1)?;
            work = work.saturating_add(more);
            depth = depth.max(deep);
        }
        for attribute in node.attributes() {
            let value = attribute.value();
            let marks =
                attribute.name().starts_with("marker") || (attribute.name() == "style" && value.contains("marker"));
            let times = if marks { self.points } else { 1 };
            let own = (attribute.name() == "href").then(|| value.trim().strip_prefix('#')).flatten();
            for id in own.into_iter().chain(names(value)) {
                let Some(target) = self.ids.get(id).copied() else { continue };
                let (more, deep) = self.of(target, above + 1)?;
                work = work.saturating_add(more.saturating_mul(times));
                depth = depth.max(deep);
            }
        }
        if node.parent_element().is_none() {
            let times = self.elements.max(if self.styled.is_empty() { 0 } else { self.points });
            for target in std::mem::take(&mut self.styled) {
                let (more, _) = self.of(target, above + 1)?;
                work = work.saturating_add(more.saturating_mul(times) / 8);
            }
        }
        self.known.insert(node.id().get(), Some((work, depth + 1)));
        Ok((work, depth + 1))
    }
}

/// The names in every `url(#name)` of a value.
fn names(value: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in value.split("url(").skip(1) {
        let name = part.split(')').next().unwrap_or_default().trim().trim_matches(['\'', '"']).trim();
        names.extend(name.strip_prefix('#'));
    }
    names
}
