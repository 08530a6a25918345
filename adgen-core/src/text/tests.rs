//! Descriptions as shops and people write them.

use super::*;

fn read(text: &str) -> Vec<String> {
    lines(text).into_iter().map(|line| line.text).collect()
}

#[test]
fn html_is_resolved() {
    let cases: &[(&str, &[&str])] = &[
        (
            "<p>Keeps its heat.<br>Glazed by hand &amp; fired twice.</p><ul><li>Dishwasher safe</li></ul>",
            &["Keeps its heat.", "Glazed by hand & fired twice.", "Dishwasher safe"],
        ),
        (
            "<h2>Features</h2><ul><li>300 g<li>0.3 l</ul><h2>Hot for twenty minutes</h2>",
            &["300 g", "0.3 l", "Hot for twenty minutes"],
        ),
        ("<P class='a > b' data-x=1 hidden>Soft<BR/>Warm</P >", &["Soft", "Warm"]),
        ("Half the weight &amp;amp; twice the heat", &["Half the weight & twice the heat"]),
        ("&lt;p&gt;Keeps its heat.&lt;/p&gt;&lt;p&gt;Soft&lt;/p&gt;", &["Keeps its heat.", "Soft"]),
        ("p>Keeps its heat.<br>Soft</p", &["Keeps its heat.", "Soft"]),
        ("Keeps its heat.<br>Soft<a href=\"https://x", &["Keeps its heat.", "Soft"]),
        (
            "<!-- hidden -->Soft<script>if (a < b) { x() }</script> and<style>p { color: red }</style> warm",
            &["Soft and warm"],
        ),
        ("<del>99 €</del> 79 €, <s>old</s> new", &["79 €, new"]),
        ("3 < 5 & 7 > 2", &["3 < 5 & 7 > 2"]),
        ("B > A, i > 1, Q > 3", &["B > A, i > 1, Q > 3"]),
        ("Rated a <b", &["Rated a <b"]),
        ("For ages <b 3 and 5> years", &["For ages <b 3 and 5> years"]),
        ("Soft. 3 &lt; 5 &amp; 7 &gt; 2 <b>too</b>", &["Soft. 3 < 5 & 7 > 2 too"]),
        ("x <y and z> w, a<b and c>d, <3 coffee, <30 dB", &["x <y and z> w, a<b and c>d, <3 coffee, <30 dB"]),
        (
            "<b>Hot</b>ter, <strong>lighter</strong>. <o:p></o:p><product-card>Soft</product-card>",
            &["Hotter, lighter. Soft"],
        ),
        ("<div>Keeps\nits heat</div>\n<div>Soft</div>", &["Keeps its heat", "Soft"]),
        ("<table><tr><td>Soft</td><td>Warm</td></tr></table>", &["Soft: Warm"]),
        (
            "<table><tr><th>What</th><th>Ours</th></tr><tr><td><p>Waterproof</p></td><td>\n<p>No</p></td></tr></table>",
            &["Waterproof: No"],
        ),
        ("<table><tr><td>Leakproof</td><td>Yes</td><td>No</td></tr></table>Soft", &["Soft"]),
        ("<p style=\"display: none\">No</p><span style='text-decoration:line-through'>$99</span> $49", &["$49"]),
        ("[b]Soft[/b] [url=x]cup[/url] {{ product.title }}[gallery id=\"3\"]", &["Soft cup"]),
        ("About this item\n• Soft\n• Warm", &["Soft", "Warm"]),
        ("Soft\\nWarm", &["Soft", "Warm"]),
        ("#gift #cup Keeps its heat. #handmade #cup https://x.example/y", &["Keeps its heat."]),
        ("Soft.\n[1] In lab tests\n[^2]: Of ten\n¹ Of glass", &["Soft."]),
        ("❌ Parabens\n❌ Palm oil\n✅ Lavender ✗ Glue", &["Lavender"]),
        ("20 m<sup>2</sup> of CO<sub>2</sub>-free wool<sup>1</sup>", &["20 m² of CO₂-free wool*"]),
        ("<p>Made&nbsp;of fine clay, 100&nbsp;% Italian</p>", &["Made of fine clay, 100\u{A0}% Italian"]),
        ("<img src=x onerror=alert(1)>Soft<svg><text>no</text></svg>", &["Soft"]),
        ("<![CDATA[Soft]]>", &["Soft"]),
        ("<", &[]),
        ("<script>never closed", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn markdown_is_resolved() {
    let cases: &[(&str, &[&str])] = &[
        ("**Soft** and _warm_, `light`, ***best***, __bold__", &["Soft and warm, light, best, bold"]),
        ("# Rosso\n\nSoft\n====\nWarm\n---\n\n* * *\nFeatures\n- Light", &["Light"]),
        ("Made in [Faenza](https://x.example/a) ![cup](a.png)<https://x.example>", &["Made in Faenza"]),
        ("| Soft | Warm |\n|---|---|\n| 1 l | 2 kg |", &["1 l: 2 kg"]),
        ("160*80*30 cm, snake_case_name, 5 * 3 * 2", &["160*80*30 cm, snake_case_name, 5 * 3 * 2"]),
        ("> 20 hours of light\n> Lovely, says Anna", &["> 20 hours of light", "Lovely, says Anna"]),
        ("~~99 €~~ 79 €, 5\\* stars", &["79 €, 5* stars"]),
        ("```\nSoft\n```\n[1]: https://x.example", &["Soft"]),
        (
            "A cup that was made for long evenings on the balcony of an old house\nand for short nights.\nSoft\nwarm",
            &[
                "A cup that was made for long evenings on the balcony of an old house and for short nights.",
                "Soft",
                "warm",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), *expected, "{text}");
    }
    let read = lines("## Hot for twenty minutes\nSoft\n# Features");
    assert!(read[0].heading && !read[1].heading && read.len() == 2, "{read:?}");
    assert_eq!(lines("# Rosso").len(), 1);
}

#[test]
fn lists_are_split() {
    let cases: &[(&str, &[&str])] = &[
        ("1️⃣ Pour the beans 2️⃣ Press the button 3️⃣ Enjoy", &["Pour the beans", "Press the button", "Enjoy"]),
        ("1. Pour the beans 2. Press the button 3. Enjoy", &["Pour the beans", "Press the button", "Enjoy"]),
        ("1) Pour\n2) Press\n(3) Enjoy", &["Pour", "Press", "Enjoy"]),
        ("① Pour ② Press 🔟 Enjoy", &["Pour", "Press", "Enjoy"]),
        (
            "• Soft\n– Warm\n— Light\n✓ Safe\n→ New\n* Red\n+ Fast",
            &["Soft", "Warm", "Light", "Safe", "New", "Red", "Fast"],
        ),
        ("✓ Soft ✓ Warm • Light | Safe · Red", &["Soft", "Warm", "Light", "Safe", "Red"]),
        ("Soft 🐶🐶 Safe 👩‍🚀 Warm", &["Soft", "Safe", "Warm"]),
        ("I ❤️ coffee", &["I ❤️ coffee"]),
        ("Step 1: Fill it. Step 2: Press. Step 3: Enjoy.", &["Fill it.", "Press.", "Enjoy."]),
        ("Schritt 1 – Füllen\nSchritt 3 – Genießen", &["Füllen", "Genießen"]),
        ("步骤1：注水\n步骤2：加热", &["注水", "加热"]),
        ("🔟 reasons to stay", &["🔟 reasons to stay"]),
        ("[list][*]Soft[*]Warm[/list]", &["Soft", "Warm"]),
        ("See step 2: pour slowly", &["See step 2: pour slowly"]),
        ("Step 1-3: all in one go", &["Step 1-3: all in one go"]),
        ("-20 °C to +40 °C", &["-20 °C to +40 °C"]),
        ("+ 20 % more light", &["+ 20 % more light"]),
        ("From 1.5 l. 2.5 l too", &["From 1.5 l. 2.5 l too"]),
        ("2019. A good year", &["2019. A good year"]),
        ("Ideal for 2. Made by hand in Faenza.", &["Ideal for 2. Made by hand in Faenza."]),
        ("Works if 3 < 5 & 7 > 2. Soft too.", &["Works if 3 < 5 & 7 > 2. Soft too."]),
        ("Ideal for 1. Or for 2. Soft.", &["Ideal for 1. Or for 2. Soft."]),
        ("Serves only 1. Holds 2. Stacks 3. Soft.", &["Serves only 1. Holds 2. Stacks 3. Soft."]),
        ("Grade 1. Fresh. Grade 2. Ripe.", &["Grade 1. Fresh. Grade 2. Ripe."]),
        ("1. Ideal for 2. Made by hand.\n2. Soft.", &["Ideal for 2. Made by hand.", "Soft."]),
        ("1. Serves 2. Folds flat.", &["1. Serves 2. Folds flat."]),
        ("1. Platz im Test.\nSchön.", &["1. Platz im Test.", "Schön."]),
        ("Gewinner: 1. Platz. Ab dem 2. Jahr günstiger.", &["Gewinner: 1. Platz. Ab dem 2. Jahr günstiger."]),
        ("See fig. 1. See fig. 2. See fig. 3.", &["See fig. 1. See fig. 2. See fig. 3."]),
        ("Soft. 1. Pour. 2. Press. 3. Enjoy.", &["Soft.", "Pour.", "Press.", "Enjoy."]),
        ("١. صب ٢. اضغط ٣. استمتع", &["صب", "اضغط", "استمتع"]),
        ("1、注水 2、加热 3、享用", &["注水", "加热", "享用"]),
        ("1、2、3人用", &["1、2、3人用"]),
        ("Comes in 3️⃣ colours", &["Comes in 3️⃣ colours"]),
        ("Press ① then ② to start", &["Press ① then ② to start"]),
        ("How to use 1️⃣ Pour 2️⃣ Press 3️⃣ Enjoy", &["Pour", "Press", "Enjoy"]),
        ("How to use 1) Pour 2) Press", &["Pour", "Press"]),
        ("Ab dem 1. Mai. Am 2. Tag schon warm.", &["Ab dem 1. Mai. Am 2. Tag schon warm."]),
        ("1. Pour the beans 2. Take a closer look 3. Enjoy", &["Pour the beans", "Take a closer look", "Enjoy"]),
        ("How it works: 1. Pour 2. Press", &["Pour", "Press"]),
        ("a) Pour b) Press (c) Enjoy", &["Pour", "Press", "Enjoy"]),
        ("a) Pour\nb) Press\nc) Enjoy", &["Pour", "Press", "Enjoy"]),
        ("Soft (a) and b) warm", &["Soft (a) and b) warm"]),
        ("How it works: a) Take a closer look b) Press", &["Take a closer look", "Press"]),
        ("Comes with: a) lid, b) spoon.", &["lid,", "spoon."]),
        ("A) Open B) Pour C) Enjoy", &["Open", "Pour", "Enjoy"]),
        ("i) Open ii) Pour iii) Enjoy", &["Open", "Pour", "Enjoy"]),
        ("а) Налить б) Нажать", &["Налить", "Нажать"]),
        ("In size a) small and b) large", &["In size a) small and b) large"]),
        ("Made with ❤️ in Italy", &["Made with ❤️ in Italy"]),
        ("Rated 5⭐ by users", &["Rated 5⭐ by users"]),
        ("Rated ★★★★★ by all, 5★ at home", &["Rated ★★★★★ by all, 5★ at home"]),
        ("★ Soft ★ Warm", &["Soft", "Warm"]),
        ("soft on skin ✨ vegan ✨ light", &["soft on skin", "vegan", "light"]),
        ("コーヒー・ミル", &["コーヒー・ミル"]),
        ("・保温 ・軽量", &["保温", "軽量"]),
        ("»Leicht!« sagt Anna", &["»Leicht!« sagt Anna"]),
        ("Cold❓ Warm ⁉️ Hot❗", &["Cold? Warm? Hot!"]),
        ("What you get:\n- a cup\n- a lid", &["a cup", "a lid"]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn spaces_that_the_author_fixed_stay() {
    assert_eq!(read("10\u{202F}% off, 5\u{A0}km\u{A0} long\u{7}er"), ["10\u{202F}% off, 5\u{A0}km longer"]);
    assert_eq!(shown_name("  Lights &amp; <b>Co</b>\n"), "Lights & Co");
}

#[test]
fn what_the_ad_shows_holds_no_markup() {
    for (text, expected) in [
        ("<h1>Lights &amp;amp; Co</h1>", "Lights & Co"),
        ("<li>Shop now &rarr;</li>", "Shop now →"),
        ("<p>Lights</p>\n<p>Co</p>", "Lights Co"),
        ("R&D <3 A > B", "R&D <3 A > B"),
    ] {
        assert_eq!(shown_name(text), expected, "{text}");
    }
    for (text, expected) in [
        ("Soft &amp; warm\r\nall day", "Soft & warm\nall day"),
        ("<p>Soft</p>\n\n<p>Warm<br>Red</p>", "Soft\nWarm\nRed"),
        ("Soft\n\nwarm", "Soft\n\nwarm"),
        ("  3 < 5,\u{A0}10\u{202F}%  off ", "3 < 5,\u{A0}10\u{202F}% off"),
    ] {
        assert_eq!(shown_words(text), expected, "{text}");
    }
}

#[test]
fn long_and_hostile_texts_are_read_in_time() {
    for piece in [
        "<", "<a ", "&", "&amp", "[", "](", "*a", "**", "1. ", "<b", "<!--", "~~", "`", "\\", "<p x='", "</", "❤ a",
        "1️⃣ ", "a) ", "★ ", "❓", "i) x ",
    ] {
        lines(&piece.repeat(20_000 / piece.len()));
    }
    let long = "Soft and warm. ".repeat(1_000);
    let read: usize = read(&long).iter().map(|line| line.chars().count()).sum();
    assert!((5_900..=6_000).contains(&read), "{read}");
}
