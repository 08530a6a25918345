//! Words that deny what follows them: the members of an enumeration, or the items of a list.

use super::{
    restriction::{divisible, is_known},
    word_list::holds,
};

/// Whether `text`, in a language that parts its clauses by blanks alone, denies what follows: "free from", "must not", "except".
pub(super) fn denies_members(text: &str) -> bool {
    const WORDS: &str = "ไม่ ไร้ ปราศจาก ห้าม ยกเว้น นอกจาก เท่านั้น ถ้า หาก เว้นแต่ ขจัด ป้องกัน กำจัด บอกลา ต่อต้าน แทน \
                         ບໍ່ ຍົກເວັ້ນ ຖ້າ ປາສະຈາກ ຫ້າມ ປ້ອງກັນ គ្មាន មិន លើកលែង ប្រសិន កុំ ហាម ការពារ \
                         ဘူး မဟုတ် မပါ မရှိ လျှင် မသုံး မထည့် ကာကွယ်";
    WORDS.split_whitespace().any(|word| text.contains(word))
}

/// Whether what leads to a list says that the product is, has or wants none of it: "Free from:", "Helps against:", "Who should
/// avoid it:". In a language whose words are not known here it may.
pub(super) fn denies_list(language: &str, lead: &str) -> bool {
    let lower = lead.to_lowercase();
    let list = AGAINST.iter().find(|(tags, _)| holds(tags, language)).map_or("", |(_, list)| list);
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| holds(list, word));
    let together = matches!(language, "ja" | "zh" | "ko" | "th");
    let against = words(&lower) || (together && list.split_whitespace().any(|known| lower.contains(known)));
    against || if is_known(language) { !divisible(language, lead) } else { lead.trim_end().ends_with([':', '：']) }
}

/// What helps against a list of things has none of them.
const AGAINST: &[(&str, &str)] = &[
    (
        "en",
        "against avoid prevents prevent fights fight kills kill removes remove relieves relieve reduces reduce ends goodbye banish \
         repels repel protects beats beat stops stop treats free excluded excludes missing warning warnings caution allergens problem \
         problems before others competitors theirs instead replaces eliminates soothes sold separately required",
    ),
    (
        "de",
        "gegen frei adieu schluss vermeide vermeiden entfernt beseitigt bekämpft verhindert schützt warnung achtung hinweis hinweise \
         allergene probleme vorher andere benötigt ausgeschlossen lindert reduziert ersetzt",
    ),
    (
        "fr",
        "contre fini finis adieu évite éviter élimine combat prévient protège attention avertissement allergènes avant autres exclus réduit remplace",
    ),
    (
        "es",
        "contra adiós evita evitar elimina combate previene protege atención advertencia advertencias alérgenos antes otros excluido reduce libre",
    ),
    (
        "it",
        "contro addio evita evitare elimina combatte previene protegge attenzione avvertenze allergeni prima altri escluso riduce privo",
    ),
    (
        "pt",
        "contra adeus evita evitar elimina combate previne protege atenção advertência alérgenos antes outros excluído reduz livre",
    ),
    ("nl", "tegen vrij vermijd verwijdert voorkomt beschermt waarschuwing allergenen andere uitgesloten vermindert"),
    ("sv", "mot fri undvik tar bort förebygger skyddar varning allergener andra"),
    ("da no nb nn", "mod mot fri undgå unngå fjerner forebygger beskytter advarsel allergener andre"),
    ("pl", "przeciw przeciwko wolne unikaj usuwa zwalcza zapobiega chroni uwaga ostrzeżenie alergeny inne redukuje"),
    ("cs sk", "proti odstraňuje zabraňuje chrání varování upozornění alergeny bez"),
    (
        "ru uk",
        "против проти избегайте удаляет убирает борется предотвращает защищает внимание предупреждение аллергены другие прощай",
    ),
    ("el", "κατά εναντίον απαλλαγμένο αποφύγετε αφαιρεί προλαμβάνει προσοχή αλλεργιογόνα"),
    ("tr", "karşı içermez önler giderir uyarı dikkat alerjenler"),
    ("ar", "ضد خال خالي تجنب يزيل يمنع يحمي تحذير"),
    ("he", "נגד ללא הימנעו מסיר מונע מגן אזהרה"),
    ("ja", "不使用 防ぐ 対策 注意 除去 落とす 含まれない アレルギー"),
    ("zh", "不含 防止 去除 消除 注意 警告 避免 过敏"),
    ("ko", "무첨가 방지 제거 주의 경고 예방 알레르기"),
    ("th", "ป้องกัน ขจัด กำจัด ลด คำเตือน ข้อควรระวัง"),
    ("vi", "chống ngăn loại tránh cảnh báo"),
    ("id ms", "melawan mencegah menghilangkan hindari bebas peringatan"),
];
