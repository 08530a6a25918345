//! JSON in a model's text: behind thoughts, in a code fence, before words with braces in them, in a string, in a wrapper, in a
//! page's spelling or in Python's.
//! Depends on its neighbour `literal` alone.

use super::literal;
use serde_json::{Deserializer, Value};

/// The most places at which an object is looked for; a text with more braces is no plan.
const PLACES: usize = 4_096;
/// How deep inside a wrapper a plan is looked for: `{"result": {"plan": "{…}"}}`.
const DEEPEST: usize = 3;
/// The most objects that are mended, each of which may be sought to the text's end.
const MENDED: usize = 32;

/// The objects in `text` that have one of these keys, the last one first.
///
/// # Errors
/// Why there is none, in words for the model.
pub(super) fn plans(text: &str, keys: &[&str]) -> Result<Vec<Value>, String> {
    let problem = match as_written(text, keys, object) {
        Ok(plans) => return Ok(plans),
        Err(problem) => problem,
    };
    // A server in between may have made it fit for a page: {&quot;scenes&quot;: …}, or &#34;, or &#x22;.
    let plain = html_escape::decode_html_entities(text);
    if plain != text
        && let Ok(plans) = as_written(&plain, keys, object)
    {
        return Ok(plans);
    }
    // Last of all: where there is JSON, it counts.
    as_written(&plain, keys, literal::object).map_err(|_| problem)
}

/// The object at the beginning of a text, and its length in bytes; the number is how often more may be tried yet.
type Reader = fn(&str, &mut usize) -> Option<(Value, usize)>;

fn as_written(text: &str, keys: &[&str], read: Reader) -> Result<Vec<Value>, String> {
    let (mut objects, mut open) = (Vec::new(), false);
    let (mut at, mut patience) = (0, MENDED);
    for _ in 0..PLACES {
        let Some(start) = text[at..].find('{').map(|found| at + found) else { break };
        match read(&text[start..], &mut patience) {
            Some((value, length)) => {
                objects.push(value);
                at = start + length;
            }
            None => {
                open = true;
                at = start + 1;
            }
        }
    }
    // A whole answer inside of a JSON string has its quotes escaped.
    if objects.is_empty()
        && let Ok(Value::String(inner)) = serde_json::from_str(text.trim())
    {
        return as_written(&inner, keys, read);
    }
    let any = !objects.is_empty();
    let mut plans: Vec<Value> = objects.into_iter().flat_map(|object| inside(object, keys, DEEPEST)).collect();
    plans.reverse();
    match (plans.is_empty(), any, open) {
        (false, ..) => Ok(plans),
        (true, false, true) => Err("the JSON object is not closed, or it is no JSON".to_owned()),
        (true, false, false) => Err("the answer is no JSON object".to_owned()),
        (true, true, _) => {
            Err(format!("the answer holds JSON, but no plan: none of its objects has {}", keys.join(", ")))
        }
    }
}

/// The object itself where it has one of the keys, else those among its values.
fn inside(value: Value, keys: &[&str], depth: usize) -> Vec<Value> {
    match value {
        Value::Object(ref map) if keys.iter().any(|key| map.contains_key(*key)) => vec![value],
        _ if depth == 0 => Vec::new(),
        Value::Object(map) => map.into_iter().flat_map(|(_, value)| inside(value, keys, depth - 1)).collect(),
        Value::Array(list) => list.into_iter().flat_map(|value| inside(value, keys, depth - 1)).collect(),
        Value::String(text) if text.contains('{') => {
            serde_json::from_str(&text).map_or_else(|_| Vec::new(), |value| inside(value, keys, depth - 1))
        }
        _ => Vec::new(),
    }
}

/// The object at the beginning of `text`, and its length in bytes.
fn object(text: &str, patience: &mut usize) -> Option<(Value, usize)> {
    let mut stream = Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(value)) = stream.next() {
        return Some((value, stream.byte_offset()));
    }
    // "{product}" is a word; an object begins with a name or ends at once.
    let begins = text[1..].trim_start().starts_with(['"', '/', ',', '}']);
    *patience = patience.checked_sub(usize::from(begins))?;
    let (mended, length) = begins.then(|| mended(text)).flatten()?;
    serde_json::from_str(&mended).ok().map(|value| (value, length))
}

/// The text up to the brace that closes its first one, without what JSON forbids and models write all the same: commas
/// before a closing bracket, comments, line ends inside strings.
fn mended(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    while let Some((at, c)) = chars.next() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            match c {
                '\n' => out.push_str("\\n"),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
            continue;
        }
        match (c, chars.peek().map(|(_, next)| *next)) {
            ('"', _) => {
                quoted = true;
                out.push(c);
            }
            ('/', Some('/')) => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            ('/', Some('*')) => {
                let end = text[at..].find("*/")? + at + 2;
                while chars.next_if(|(at, _)| *at < end).is_some() {}
            }
            ('{' | '[', _) => {
                depth += 1;
                out.push(c);
            }
            ('}' | ']', _) => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some((out, at + c.len_utf8()));
                }
            }
            _ => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn every_object_is_found_and_the_last_one_comes_first() {
        let text = r#"First {"a": 1} then {"a": {"a": 3}}, {"b": "{"}, {"c": {"a": 4}}, {nothing} and {"a": 5,}."#;
        assert_eq!(
            plans(text, &["a"]),
            Ok(vec![json!({"a": 5}), json!({"a": 4}), json!({"a": {"a": 3}}), json!({"a": 1})])
        );
        assert_eq!(plans("{\"a\": \"two\nlines, \\\" // no comment\"}", &["a"]).map(|all| all.len()), Ok(1));
    }

    #[test]
    fn what_was_made_fit_for_a_page_is_read() {
        let text = "<p>{&quot;a&quot;: &quot;5 &lt; 6 &amp;amp; 7&quot;}</p>";
        assert_eq!(plans(text, &["a"]), Ok(vec![json!({"a": "5 < 6 &amp; 7"})]));
        // Inside of a plan it stays as it is.
        assert_eq!(plans(r#"{"a": "&quot;"}"#, &["a"]), Ok(vec![json!({"a": "&quot;"})]));
        assert!(plans("&quot;", &["a"]).is_err());
        for quote in ["&#34;", "&#x22;"] {
            let text = format!("{{{quote}a{quote}: 1}}");
            assert_eq!(plans(&text, &["a"]), Ok(vec![json!({"a": 1})]), "{text}");
        }
    }

    #[test]
    fn what_python_shows_is_read_where_there_is_nothing_else() {
        let plan = json!({"a": "it's"});
        for text in [
            r#"Here it is: {'a': "it's"}"#,
            r#"{"plan": 1} {'a': "it's"}"#,
            r#"{'plan': {'a': "it's"}}"#,
            "{&#x27;a&#x27;: &quot;it&#x27;s&quot;}",
            r#""{'a': \"it's\"}""#,
            r#"{'a': 1} or rather {"a": "it's"} or {'a': 2}"#,
        ] {
            assert_eq!(plans(text, &["a"]), Ok(vec![plan.clone()]), "{text}");
        }
        assert!(plans("{'a': 'it's'}", &["a"]).unwrap_err().contains("not closed"));
    }

    #[test]
    fn hostile_texts_take_no_time() {
        for piece in
            ["{", "{\"a\":", "{\"", "{\"a\":{", "[{", "{/*", "{//\n", "\"{", "{\"a\":1}", "{'", "{'a':", "&quot;{'"]
        {
            let _ = plans(&piece.repeat(400_000 / piece.len()), &["b"]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_plan_is_found_among_any_words(before in "[^{}\"\\\\]{0,60}", after in "\\PC{0,60}") {
            let text = format!("{before}{{\"plan\": [1, {{\"x\": \"}}\"}}]}}{}", after.replace("\"plan\"", ""));
            let found = plans(&text, &["plan"]).unwrap();
            prop_assert!(found.contains(&json!({"plan": [1, {"x": "}"}]})), "{}", text);
        }

        #[test]
        fn no_text_breaks_it(text in "([{}\\[\\]\",:/*\\\\ a1]|\\PC){0,200}") {
            let _ = plans(&text, &["a"]);
        }
    }
}
