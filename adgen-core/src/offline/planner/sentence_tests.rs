//! Where sentences end, and what stays together.

use super::*;

fn texts(line: &str, language: &str) -> Vec<String> {
    sentences(line, language).iter().map(Sentence::whole).collect()
}

#[test]
fn sentences_end_where_they_end() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "en",
            "It holds 1.5 l. Cold? Yes!  Made by J. Doe… End",
            &["It holds 1.5 l.", "Cold? Yes!", "Made by J. Doe…", "End"],
        ),
        (
            "en",
            "Keeps cool for approx. 12 hours. Developed by Dr. Müller in St. Gallen. Holds 2.5 l vs. 1.8 l of others. From $3.50 a day.",
            &[
                "Keeps cool for approx. 12 hours.",
                "Developed by Dr. Müller in St. Gallen.",
                "Holds 2.5 l vs. 1.8 l of others. From $3.50 a day.",
            ],
        ),
        (
            "en",
            "Version v2.0 is here. No. 1 in Ohio, i.e. the first. See www.rosso.example/cup?a=1&b=2. Soft, e.g. on skin.",
            &[
                "Version v2.0 is here.",
                "No. 1 in Ohio, i.e. the first.",
                "See www.rosso.example/cup?a=1&b=2.",
                "Soft, e.g. on skin.",
            ],
        ),
        (
            "en",
            "keeps its heat for twenty minutes. glazed by hand.",
            &["keeps its heat for twenty minutes.", "glazed by hand."],
        ),
        (
            "en",
            "Yahoo! users love it. Panic! at the Disco drink it.",
            &["Yahoo! users love it.", "Panic! at the Disco drink it."],
        ),
        ("es", "Hecho en EE. UU. con amor.", &["Hecho en EE. UU. con amor."]),
        ("ru", "Держит холод прим. 12 ч. и более.", &["Держит холод прим. 12 ч. и более."]),
        (
            "vi",
            "Làm tại TP. Hồ Chí Minh. ThS. Lan khuyên dùng.",
            &["Làm tại TP. Hồ Chí Minh.", "ThS. Lan khuyên dùng."],
        ),
        ("ar", "د. أحمد يوصي بها. دافئ.", &["د. أحمد يوصي بها.", "دافئ."]),
        ("hi", "लगभग 2.5 ली. क्षमता।", &["लगभग 2.5 ली. क्षमता।"]),
        ("en", "Keeps its heat.Glazed by hand.", &["Keeps its heat.", "Glazed by hand."]),
        (
            "en",
            "iPhone cable included. 2 year warranty. Holds its charge. 12 hours of battery. 50% off until Friday.",
            &[
                "iPhone cable included.",
                "2 year warranty.",
                "Holds its charge.",
                "12 hours of battery.",
                "50% off until Friday.",
            ],
        ),
        (
            "en",
            "Fits size max. 5 and vol. 2 of it. Made approx. 3 miles away, est. 1990 by hand, see fig. 4 below.",
            &["Fits size max. 5 and vol. 2 of it.", "Made approx. 3 miles away, est. 1990 by hand, see fig. 4 below."],
        ),
        (
            "fr",
            "Tient au chaud. 24 heures de fraîcheur dans votre sac. 3 tailles.",
            &["Tient au chaud.", "24 heures de fraîcheur dans votre sac.", "3 tailles."],
        ),
        ("ru", "Держит тепло. 24 часа свежести. 3 размера.", &["Держит тепло.", "24 часа свежести.", "3 размера."]),
        ("en", "They charge in 15 minutes; they fold flat", &["They charge in 15 minutes;", "they fold flat"]),
        ("en", "Wait... and it is hot. “So soft!” she said.", &["Wait... and it is hot.", "“So soft!” she said."]),
        (
            "de",
            "Hält ca. 12 Stunden warm, inkl. Deckel. Nr. 1 im Test, z. B. bei Öl bzw. Fett. Ab dem 3. Oktober.",
            &["Hält ca. 12 Stunden warm, inkl. Deckel.", "Nr. 1 im Test, z. B. bei Öl bzw. Fett. Ab dem 3. Oktober."],
        ),
        (
            "fr",
            "Tient env. 12 heures. Pour tout, p. ex. le thé. M. Dupont l’aime.",
            &["Tient env. 12 heures.", "Pour tout, p. ex. le thé.", "M. Dupont l’aime."],
        ),
        (
            "es",
            "Dura aprox. 12 horas. Para todo, p. ej. té. La Sra. López lo usa.",
            &["Dura aprox. 12 horas.", "Para todo, p. ej. té.", "La Sra. López lo usa."],
        ),
        ("it", "Tiene ca. 12 ore. Per tutto, es. il tè.", &["Tiene ca. 12 ore.", "Per tutto, es. il tè."]),
        (
            "nl",
            "Blijft ca. 12 uur warm. Voor alles, bijv. thee.",
            &["Blijft ca. 12 uur warm.", "Voor alles, bijv. thee."],
        ),
        ("ja", "静かです。軽い！「毎朝。」と言う", &["静かです。", "軽い！", "「毎朝。」と言う"]),
        ("hi", "चाय गरम रखता है। हाथ से बना। क्यों?", &["चाय गरम रखता है।", "हाथ से बना।", "क्यों?"]),
        ("ar", "لماذا؟ تحضر في دقيقتين؛ منذ عام 1975.", &["لماذا؟ تحضر في دقيقتين؛", "منذ عام 1975."]),
        ("hy", "Տաք է պահում։ Ձեռքով է արված։", &["Տաք է պահում։", "Ձեռքով է արված։"]),
        ("am", "ሙቀት ይጠብቃል። በእጅ የተሰራ።", &["ሙቀት ይጠብቃል።", "በእጅ የተሰራ።"]),
        ("my", "ပူပူနွေးနွေး။ လက်ဖြင့်လုပ်သည်။", &["ပူပူနွေးနွေး။", "လက်ဖြင့်လုပ်သည်။"]),
    ];
    for (language, line, expected) in cases {
        assert_eq!(texts(line, language), *expected, "{line}");
    }
}

#[test]
fn what_restricts_another_stays_with_it() {
    for (language, line) in [
        ("en", "Safe for children; only if they are over twelve."),
        ("en", "Half the price; unless it is sold out."),
        ("en", "Not for children; ask your doctor first."),
        ("en", "No synthetic perfume; vegan."),
        ("en", "Free delivery. Except on Sundays."),
        ("en", "Free delivery! Only in Ohio."),
        ("en", "Lasts a lifetime… If you care for it."),
        ("de", "Ohne Zucker; nur im Winter gesüßt."),
        ("de", "Versand gratis. Ausgenommen Inseln."),
        ("fr", "Livraison offerte. Sauf le dimanche."),
        ("es", "Envío gratis. Excepto domingos."),
        ("it", "Spedizione gratuita. Tranne la domenica."),
        ("pt", "Entrega grátis. Exceto aos domingos."),
        ("ja", "送料無料。ただし離島を除く。"),
        ("zh", "适合儿童；仅限十二岁以上。"),
        ("ko", "무료 배송. 단, 섬 지역 제외."),
        ("ru", "Бесплатная доставка. Кроме воскресенья."),
        ("ar", "توصيل مجاني. ما عدا الجمعة."),
        ("xx", "Abcd efgh; ijkl mnop."),
        ("en", "Dishwasher safe. Not the lid."),
        ("en", "Half price. For members."),
        ("en", "Free delivery. Orders over $50."),
        ("en", "50% off. Today only."),
        ("en", "Machine washable. Cold only."),
        ("en", "Is it dishwasher safe? No."),
        ("de", "50 % Rabatt. Nur heute."),
        ("de", "Versand gratis. Ab 50 Euro."),
        ("de", "Spülmaschinenfest. Der Deckel nicht."),
        ("fr", "Livraison offerte. Dès 50 €."),
        ("es", "Envío gratis. Canarias no incluidas."),
        ("it", "Spedizione gratuita. Da 50 €."),
        ("nl", "Gratis bezorging. Boven 50 euro."),
        ("pl", "Połowa ceny. Tylko dziś."),
        ("ja", "半額。本日限り。"),
        ("zh", "半价。限今日。"),
        ("ko", "무료 배송. 제주 제외."),
    ] {
        let found = sentences(line, language);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert_eq!(found[0].whole(), line);
        assert!(found[0].held, "{line}: {found:?}");
    }
    for (language, line) in [
        ("en", "Folds flat; fits every bag."),
        ("en", "Keeps its heat. Glazed by hand."),
        ("en", "Keeps its heat. If you are in a hurry, take it with you."),
        ("de", "Hält warm. Wenn es schnell gehen muss, kommt er mit."),
        ("ja", "静かです。軽い。"),
    ] {
        assert_eq!(sentences(line, language).len(), 2, "{line}");
    }
}

#[test]
fn abbreviations_before_capitals_neither_cut_nor_merge() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "cs",
            "Energetická tř. A. Káva atd. Ručně malováno. Např. Pražanům. Vydrží 24 hod. Ručně.",
            &["Energetická tř. A.", "Káva atd.", "Ručně malováno.", "Např. Pražanům.", "Vydrží 24 hod.", "Ručně."],
        ),
        (
            "pl",
            "Na kawę, np. Arabikę. Kubki itd. Zrobione ręcznie.",
            &["Na kawę, np. Arabikę.", "Kubki itd.", "Zrobione ręcznie."],
        ),
        (
            "sv",
            "Passar t.ex. IKEA. Kaffe m.m. Gjord för hand.",
            &["Passar t.ex. IKEA.", "Kaffe m.m.", "Gjord för hand."],
        ),
        ("nl", "Past bijv. Senseo. Thee enz. Met de hand.", &["Past bijv. Senseo.", "Thee enz.", "Met de hand."]),
        (
            "ru",
            "Цена 500 руб. Чай и т. д. Из г. Тулы. С 1990 г. Ручная работа.",
            &["Цена 500 руб.", "Чай и т. д.", "Из г. Тулы.", "С 1990 г.", "Ручная работа."],
        ),
        ("el", "Για π.χ. Nespresso. Τσάι κ.λπ. Στο χέρι.", &["Για π.χ. Nespresso.", "Τσάι κ.λπ.", "Στο χέρι."]),
        ("tr", "Çay vb. El yapımı. Yakl. On saat.", &["Çay vb.", "El yapımı.", "Yakl. On saat."]),
        (
            "de",
            "Tee usw. Von Hand. Seit dem 3. Oktober. Nr. Eins.",
            &["Tee usw.", "Von Hand.", "Seit dem 3. Oktober.", "Nr. Eins."],
        ),
        (
            "en",
            "Tea, etc. Glazed by hand. Approx. Four hours.",
            &["Tea, etc.", "Glazed by hand.", "Approx. Four hours."],
        ),
    ];
    for (language, line, expected) in cases {
        assert_eq!(texts(line, language), *expected, "{line}");
    }
    // What may be an end makes no pieces of one or two words.
    for (language, line) in [("en", "Sold in U.S. Army stores."), ("de", "Nr. 1 seit dem 3. Oktober 1990.")] {
        assert_eq!(sentences(line, language)[0].pieces, [line]);
    }
}

#[test]
fn no_piece_ends_or_begins_with_and() {
    let pieces = |line: &str, language: &str| sentences(line, language)[0].pieces.clone();
    let text = "ทำจากดินเผาเนื้อดีและ เคลือบด้วยมือทุกใบ หอมกรุ่นทุกเช้าสบายใจ และอุ่นนานถึงยี่สิบนาที";
    assert_eq!(pieces(text, "th"), ["ทำจากดินเผาเนื้อดีและ เคลือบด้วยมือทุกใบ", "หอมกรุ่นทุกเช้าสบายใจ และอุ่นนานถึงยี่สิบนาที"]);
    assert_eq!(pieces("ຮ້ອນດົນຕະຫຼອດມື້ສະບາຍໃຈ ແລະເຮັດດ້ວຍມືທຸກໃບ", "lo").len(), 1);
}

#[test]
fn members_of_what_is_denied_are_no_pieces() {
    let pieces = |line: &str, language: &str| sentences(line, language)[0].pieces.clone();
    for (line, language) in [
        ("ครีมนี้ปราศจากสารเคมี น้ำหอมสังเคราะห์ สีผสมอาหาร และพาราเบน", "th"),
        ("ห้ามใช้กับเด็กเล็ก หญิงตั้งครรภ์หรือให้นมบุตร ผู้ที่แพ้อาหารทะเล", "th"),
        ("ບໍ່ມີສານເຄມີອັນຕະລາຍ ນ້ຳຫອມສັງເຄາະທຸກຊະນິດ", "lo"),
        ("គ្មានសារធាតុគីមីគ្រោះថ្នាក់ ទឹកអប់សំយោគគ្រប់ប្រភេទ", "km"),
    ] {
        assert_eq!(pieces(line, language).len(), 1, "{line}");
    }
    assert_eq!(pieces("เคลือบด้วยมือทุกใบ หอมกรุ่นทุกเช้าสบายใจ ไม่มีสารเคมีอันตราย น้ำหอมสังเคราะห์", "th").len(), 3);
}

#[test]
fn what_may_be_an_end_is_a_piece() {
    let found = sentences("Made by Kaufmann Inc. Glazed by hand. Shipped by Kaufmann Inc. of Ohio.", "en");
    let pieces: Vec<usize> = found.iter().map(|sentence| sentence.pieces.len()).collect();
    assert_eq!(pieces, [2, 1], "{found:?}");
    assert!(sentences("Cold?", "en")[0].question && !sentences("Cold.", "en")[0].question);
    assert!(sentences("Κρύο; Ναι.", "el")[0].question);
}
