//! Which typeface shows a character that the ad's own does not have: one family for all of a script, as heavy as the rest.

use super::{
    fonts::{Fonts, Voice},
    language::HanForm,
};
use cosmic_text::{
    Attrs, CacheKeyFlags, Family, Weight,
    fontdb::{self, FaceInfo, ID, Stretch, Style},
};
use std::sync::Arc;

/// Families whose pictures stand for "no glyph".
const PLACEHOLDERS: [&str; 4] = ["last resort", "lastresort", "adobe blank", "adobe notdef"];
/// Families for Han characters by their national forms, the best first. Compared without spaces, by their beginning.
const JAPANESE: &[&str] = &[
    "notosanscjkjp",
    "notosansjp",
    "sourcehansans",
    "hiraginosans",
    "hiraginokaku",
    "yugothic",
    "meiryo",
    "bizudpgothic",
    "ipaexgothic",
    "ipapgothic",
    "takaopgothic",
    "takaoexgothic",
    "vlpgothic",
    "mplus",
];
const SIMPLIFIED: &[&str] = &[
    "notosanscjksc",
    "notosanssc",
    "sourcehansanssc",
    "sourcehansanscn",
    "pingfangsc",
    "microsoftyahei",
    "heitisc",
    "wenquanyimicrohei",
    "wenquanyizenhei",
    "droidsansfallback",
];
const TRADITIONAL: &[&str] = &[
    "notosanscjktc",
    "notosanscjkhk",
    "notosanstc",
    "notosanshk",
    "sourcehansanstc",
    "sourcehansanshk",
    "pingfangtc",
    "pingfanghk",
    "microsoftjhenghei",
    "heititc",
    "wenquanyimicrohei",
    "wenquanyizenhei",
    "droidsansfallback",
];
const KOREAN: &[&str] = &[
    "notosanscjkkr",
    "notosanskr",
    "sourcehansanskr",
    "applesdgothicneo",
    "malgungothic",
    "nanumgothic",
    "nanumbarungothic",
    "undotum",
    "droidsansfallback",
];

/// One face as the shaper is asked for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Face {
    pub(super) id: ID,
    family: Arc<str>,
    weight: Weight,
    stretch: Stretch,
    style: Style,
}

impl Face {
    /// `tracking` is extra space between letters in em.
    pub(super) fn attributes(&self, tracking: f32) -> Attrs<'_> {
        let attributes =
            Attrs::new().family(Family::Name(&self.family)).weight(self.weight).stretch(self.stretch).style(self.style);
        // Hinting snaps stems to pixels: text that moves would shiver.
        let attributes = attributes.cache_key_flags(CacheKeyFlags::DISABLE_HINTING);
        if tracking == 0.0 { attributes } else { attributes.letter_spacing(tracking) }
    }

    #[cfg(test)]
    pub(super) fn family(&self) -> &str {
        &self.family
    }

    #[cfg(test)]
    pub(super) fn weight(&self) -> u16 {
        self.weight.0
    }
}

pub(super) fn wanted_weight(voice: Voice) -> Weight {
    match voice {
        Voice::Headline => Weight::BOLD,
        Voice::Label => Weight::SEMIBOLD,
    }
}

fn family_of(info: &FaceInfo) -> &str {
    info.families.first().map_or("", |(name, _)| name.as_str())
}

pub(super) fn is_emoji(info: &FaceInfo) -> bool {
    family_of(info).to_lowercase().contains("emoji")
}

/// The face of `info` as near to `weight` as it gets.
fn face(database: &fontdb::Database, info: &FaceInfo, weight: Weight) -> Face {
    let weight = if weight != info.weight && varies_to(database, info.id, weight) { weight } else { info.weight };
    Face { id: info.id, family: family_of(info).into(), weight, stretch: info.stretch, style: info.style }
}

/// Whether a variable font has this weight.
fn varies_to(database: &fontdb::Database, id: ID, weight: Weight) -> bool {
    let axis = ttf_parser::Tag::from_bytes(b"wght");
    let wanted = f32::from(weight.0);
    let varies = |data: &[u8], index: u32| {
        let parsed = ttf_parser::Face::parse(data, index).ok()?;
        parsed
            .variation_axes()
            .into_iter()
            .find(|found| found.tag == axis)
            .map(|found| (found.min_value, found.max_value))
    };
    database.with_face_data(id, varies).flatten().is_some_and(|(least, most)| (least..=most).contains(&wanted))
}

/// Which of `chars` a face has, each as `true`.
pub(super) fn held(database: &fontdb::Database, id: ID, chars: &[char]) -> Vec<bool> {
    let look = |data: &[u8], index: u32| {
        let parsed = ttf_parser::Face::parse(data, index).ok()?;
        Some(chars.iter().map(|&c| parsed.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)).collect())
    };
    database.with_face_data(id, look).flatten().unwrap_or_else(|| vec![false; chars.len()])
}

/// Less is better: what disturbs most, the family, and then the face within it.
type Rank = ((bool, bool, bool, bool, usize), (usize, String, u32, String, u32));

/// Where a face stands among those that could show a character.
fn rank(info: &FaceInfo, weight: Weight, han: Option<HanForm>) -> Rank {
    let family = family_of(info);
    let plain = family.to_lowercase().replace(' ', "");
    let (emoji, monospaced) = (is_emoji(info), info.monospaced || plain.contains("mono"));
    let decorated = info.style != Style::Normal;
    let narrowed = info.stretch != Stretch::Normal || plain.contains("condensed");
    let listed = match han {
        Some(HanForm::Japanese) => JAPANESE,
        Some(HanForm::Korean) => KOREAN,
        Some(HanForm::Simplified) => SIMPLIFIED,
        Some(HanForm::Traditional) => TRADITIONAL,
        None => &[],
    };
    let other_country = plain.contains("cjk") || plain.contains("fallback");
    let class = match listed.iter().position(|name| plain.starts_with(name)) {
        Some(place) => place,
        None if plain.contains("symbols") || plain.contains("math") => 140,
        None if plain.contains("serif") || plain.contains("naskh") || plain.contains("nastaliq") => 130,
        None if other_country => 120,
        None if plain.starts_with("notosans") => 100,
        None if plain.starts_with("dejavusans") => 105,
        None => 110,
    };
    // Too heavy disturbs less than too light.
    let distance = u32::from(info.weight.0.abs_diff(weight.0)) * 2 + u32::from(info.weight < weight);
    (
        (emoji, monospaced, decorated, narrowed, class),
        (family.len(), family.to_owned(), distance, info.post_script_name.clone(), info.index),
    )
}

impl Fonts {
    /// The ad's own face for `voice`: the brand's, else the embedded one.
    pub(super) fn primary(&mut self, voice: Voice) -> Face {
        let weight = wanted_weight(voice);
        let name = self.family(voice).to_owned();
        let database = self.system.db();
        let query = fontdb::Query { families: &[Family::Name(&name)], weight, ..fontdb::Query::default() };
        let info = database.query(&query).and_then(|id| database.face(id)).or_else(|| database.faces().next());
        let info = info.expect("the embedded faces are always there");
        // Some families are only known by their second name: it is asked for by that.
        Face { family: name.into(), ..face(database, info, weight) }
    }

    /// Whether a face has all of `chars`.
    pub(super) fn covers(&mut self, id: ID, chars: &[char]) -> bool {
        let unknown: Vec<char> = chars.iter().copied().filter(|&c| !self.known.contains_key(&(id, c))).collect();
        if !unknown.is_empty() {
            let found = held(self.system.db(), id, &unknown);
            self.known.extend(unknown.into_iter().map(|c| (id, c)).zip(found));
        }
        chars.iter().all(|&c| self.known.get(&(id, c)) == Some(&true))
    }

    /// The best face that has all of `chars`; emoji fonts come last.
    pub(super) fn face_for(&mut self, voice: Voice, han: Option<HanForm>, chars: &[char]) -> Option<Face> {
        let order = self.order(voice, han);
        let id = order.iter().copied().find(|&id| self.covers(id, chars))?;
        let database = self.system.db();
        Some(face(database, database.face(id)?, wanted_weight(voice)))
    }

    /// The colour emoji fonts.
    pub(super) fn emoji_faces(&self) -> Vec<Face> {
        let database = self.system.db();
        let mut infos: Vec<&FaceInfo> = database.faces().filter(|info| is_emoji(info)).collect();
        let plain = |info: &FaceInfo| !family_of(info).to_lowercase().contains("color");
        infos.sort_by_key(|info| (plain(info), family_of(info).to_owned(), info.post_script_name.clone()));
        infos.into_iter().map(|info| face(database, info, info.weight)).collect()
    }

    fn order(&mut self, voice: Voice, han: Option<HanForm>) -> Arc<[ID]> {
        if let Some(order) = self.orders.get(&(voice, han)) {
            return Arc::clone(order);
        }
        let usable = |info: &&FaceInfo| {
            let family = family_of(info).to_lowercase();
            !family.is_empty() && !PLACEHOLDERS.iter().any(|name| family.contains(name))
        };
        let weight = wanted_weight(voice);
        let mut infos: Vec<&FaceInfo> = self.system.db().faces().filter(usable).collect();
        infos.sort_by_cached_key(|info| rank(info, weight, han));
        let order: Arc<[ID]> = infos.into_iter().map(|info| info.id).collect();
        self.orders.insert((voice, han), Arc::clone(&order));
        order
    }
}
