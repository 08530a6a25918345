//! The judge judged: small made-up trees, with circles and without.

use super::{faults, graph, headers, layers::Layers};
use graph::{Arrows, Sources, arrows, between_rooms, circles, told};

fn tree(files: &[(&str, &str)]) -> Sources {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn names(arrows: &Arrows) -> Vec<String> {
    arrows.keys().map(|(from, to)| format!("{from} -> {to}")).collect()
}

fn imports(files: &[(&str, &str)]) -> Vec<String> {
    names(&arrows(&tree(files)))
}

#[test]
fn a_name_counts_for_the_file_that_defines_it() {
    let files = [
        ("lib.rs", "mod a; mod b; mod top;\npub use a::Deep;"),
        (
            "a/mod.rs",
            "mod inner;\nmod other;\npub use inner::{Deep, more as renamed};\npub(crate) use other::*;\npub struct Own;",
        ),
        ("a/inner.rs", "pub struct Deep; pub fn more() {}"),
        ("a/other.rs", "pub const LOUD: u8 = 1;"),
        ("b.rs", "use crate::a::{Deep, Own};\nuse super::a::renamed;"),
        ("top.rs", "use crate::{Deep, a::LOUD};\nuse std::fmt;\nuse serde::Deserialize as b;"),
    ];
    assert_eq!(
        imports(&files),
        ["b.rs -> a/inner.rs", "b.rs -> a/mod.rs", "top.rs -> a/inner.rs", "top.rs -> a/other.rs"]
    );
    let arrows = arrows(&tree(&files));
    let place = &arrows[&("b.rs".to_owned(), "a/inner.rs".to_owned())];
    assert_eq!((place.line, place.text.as_str()), (1, "use crate::a::{Deep, Own};"));
}

#[test]
fn a_folder_that_declares_and_shows_its_files_imports_none() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod one;\nmod two;\npub use one::One;\npub(crate) use self::two::Two;\npub fn shared() {}"),
        ("a/one.rs", "use super::{Two, shared}; pub struct One;"),
        ("a/two.rs", "pub struct Two;"),
    ];
    assert_eq!(imports(&files), ["a/one.rs -> a/mod.rs", "a/one.rs -> a/two.rs"]);
    // One that works with them does.
    let mut files = tree(&files);
    files.get_mut("a/mod.rs").unwrap().push_str("fn f() { one::make(); }");
    assert_eq!(names(&arrows(&files))[0], "a/mod.rs -> a/one.rs");
}

#[test]
fn paths_in_the_code_count_and_tests_do_not() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "fn f() -> crate::b::Thing { crate::c::make::<u8>(\"crate::d::x\") } // crate::d::y"),
        (
            "b.rs",
            "pub struct Thing;\n#[cfg(test)]\nmod tests { use crate::d::Other; fn f() { { } } }\npub(in crate::d) fn g() {}",
        ),
        (
            "c.rs",
            "#[cfg(test)]\nuse crate::d::{self, Other};\n#[cfg(any(test, fuzzing))]\npub fn h(x: crate::d::Other) { }\nuse crate::b::Thing;",
        ),
        (
            "d.rs",
            "pub struct Other; impl Other { #[cfg(test)] pub fn f(&self) -> crate::a::X { if true { } } }\nstruct S { #[cfg(test)] x: crate::a::X, y: crate::e::Y }",
        ),
        ("e.rs", "mod inner { use super::super::b::Thing; }\n#[cfg(not(test))] use super::c;"),
    ];
    assert_eq!(
        imports(&files),
        ["a.rs -> b.rs", "a.rs -> c.rs", "c.rs -> b.rs", "d.rs -> e.rs", "e.rs -> b.rs", "e.rs -> c.rs"]
    );
}

#[test]
fn a_circle_is_found_and_told() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;\npub struct A;"),
        ("b.rs", "//! B.\nuse crate::c::C;\npub struct B;"),
        ("c.rs", "pub struct C; fn f() { let _ = super::a::A; }"),
    ];
    let arrows = arrows(&tree(&files));
    let found = circles(&arrows);
    assert_eq!(found, [["a.rs", "b.rs", "c.rs"]]);
    assert_eq!(
        told(&found[0], &arrows),
        "a.rs -> b.rs -> c.rs -> a.rs\n    a.rs:1: use crate::b::B;\n    b.rs:2: use crate::c::C;\n    \
         c.rs:1: pub struct C; fn f() { let _ = super::a::A; }"
    );
    assert_eq!(circles(&between_rooms(&arrows)), [["a", "b", "c"]]);
    assert_eq!(faults(&arrows, &[]).len(), 1);
    assert_eq!(faults(&arrows, &[("c.rs", "a.rs")]), [""; 0]);
    // What is listed and mended, or never was.
    let said = faults(&arrows, &[("c.rs", "a.rs"), ("c.rs", "b.rs")]);
    assert_eq!(said, ["c.rs -> b.rs closes no circle any more: take it from the list"]);
}

#[test]
fn a_circle_through_a_re_export_is_one() {
    let files = [
        ("lib.rs", "mod room;"),
        ("room/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;"),
        ("room/a.rs", "use super::B; pub struct A;"),
        ("room/b.rs", "use super::A; pub struct B;"),
    ];
    assert_eq!(circles(&arrows(&tree(&files))), [["room/a.rs", "room/b.rs"]]);
    // A file and its folder.
    let files = [
        ("lib.rs", "mod room;"),
        ("room/mod.rs", "mod a;\nuse a::A;\npub struct Own;"),
        ("room/a.rs", "use super::Own; pub struct A;"),
    ];
    assert_eq!(circles(&arrows(&tree(&files))), [["room/a.rs", "room/mod.rs"]]);
}

#[test]
fn folders_circle_where_their_files_do_not() {
    let files = [
        ("lib.rs", "mod x; mod y;"),
        ("x/mod.rs", "mod a; mod b;\npub use a::A;\npub use b::B;"),
        ("x/a.rs", "use crate::y::Y; pub struct A;"),
        ("x/b.rs", "pub struct B;"),
        ("y.rs", "use crate::x::B; pub struct Y;"),
    ];
    let arrows = arrows(&tree(&files));
    assert_eq!(circles(&arrows), Vec::<Vec<String>>::new());
    assert_eq!(circles(&between_rooms(&arrows)), [["x", "y"]]);
}

#[test]
fn arrows_may_only_point_down() {
    let drawn = "# A\n\n## Layers\n\nText.\n\n```text\n one · two → three      the top\n  └────┘\n \
                 four                  below\n```\n";
    let layers = Layers::drawn_in(drawn);
    assert_eq!(layers.names().collect::<Vec<_>>(), ["one", "two", "three", "four"]);
    let broken = |from: &str, to: &str| {
        let file = format!("{from}.rs");
        let (root, source) = (format!("mod {from}; mod {to};"), format!("use crate::{to}::X;"));
        let target = format!("{to}.rs");
        let files = [("lib.rs", root.as_str()), (&file, &source), (&target, "pub struct X;")];
        layers.broken_by(&between_rooms(&arrows(&tree(&files))))
    };
    for (from, to) in [("one", "four"), ("two", "three"), ("three", "four")] {
        assert_eq!(broken(from, to), [""; 0], "{from} -> {to}");
    }
    for (from, to, said) in [
        ("four", "one", "four is drawn below one"),
        ("one", "two", "one and two are drawn on one floor, without `one → two`"),
        ("three", "two", "three and two are drawn on one floor"),
        ("one", "five", "five is not drawn"),
        ("five", "one", "five is not drawn"),
    ] {
        let found = broken(from, to);
        assert_eq!(found.len(), 1, "{from} -> {to}");
        assert!(
            found[0].contains(said) && found[0].contains(&format!("{from}.rs:1: use crate::{to}::X;")),
            "{found:?}"
        );
    }
}

#[test]
#[should_panic(expected = "declares gone")]
fn a_module_without_a_file_is_not_passed_over() {
    arrows(&tree(&[("lib.rs", "mod gone;")]));
}

#[test]
fn first_lines_are_held_against_the_imports() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        (
            "a/mod.rs",
            "//! A room.\n//!\n//! May depend on `b` (its `B::new`) and\n//! `c`. Says `d`.\nmod x;\nmod y;\nuse crate::b::B;",
        ),
        ("a/x.rs", "//! X. Depends on `b`, and on its neighbours `y` and `c`.\nuse crate::c::C;"),
        ("a/y.rs", "//! Y. May depend on nothing here.\nuse crate::d::D;"),
        ("b.rs", "//! B. Depends on everything.\npub struct B;\nuse crate::c::C;"),
        ("c.rs", "//! C. Depends on `c::deep` and FFmpeg.\npub struct C;"),
        ("d.rs", "pub struct D;\nuse crate::c::C;"),
        ("e.rs", "//! E.\n//!\n//! Depends on `d::D` alone.\n#[cfg(test)]\nuse crate::c::C;\nuse crate::d::D;"),
    ];
    let sources = tree(&files);
    assert_eq!(
        headers::faults(&sources),
        [
            "a/mod.rs does not say that it may depend on `d`\n    a/y.rs:2: use crate::d::D;",
            "a/x.rs does not say that it may depend on `c`\n    a/x.rs:2: use crate::c::C;",
            "a/x.rs says that it may depend on `b`, which it does not import",
            "a/y.rs does not say that it may depend on `d`\n    a/y.rs:2: use crate::d::D;",
        ]
    );
}
