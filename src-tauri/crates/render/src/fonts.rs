//! The embedded fonts.

use domain::DocumentLanguage;

/// One embedded font file.
macro_rules! font {
    ($file:literal) => {
        include_bytes!(concat!("../fonts/", $file)).as_slice()
    };
}

/// The text face of charts.
pub const INTER: &[u8] = font!("Inter-Regular.ttf");
/// The emphasised face of charts.
pub const INTER_SEMIBOLD: &[u8] = font!("Inter-SemiBold.ttf");

/// Every face a document may use; the first that has a character draws it.
pub const ALL: [&[u8]; 10] = [
    INTER,
    INTER_SEMIBOLD,
    font!("NotoSansArabic-Regular.ttf"),
    font!("NotoSansArabic-SemiBold.ttf"),
    font!("NotoSansHebrew-Regular.ttf"),
    font!("NotoSansHebrew-SemiBold.ttf"),
    font!("NotoSansThai-Regular.ttf"),
    font!("NotoSansDevanagari-Regular.ttf"),
    font!("DroidSansFallbackFull.ttf"),
    font!("NanumGothic-Regular.ttf"),
];

/// The families in the order in which they are tried. Chinese words come with their own punctuation, so there the family
/// that has them stands right behind the Latin one.
pub fn families(language: DocumentLanguage) -> Vec<&'static str> {
    match language {
        DocumentLanguage::English | DocumentLanguage::German => FAMILIES.to_vec(),
        DocumentLanguage::Chinese => {
            let (latin, others) = FAMILIES.split_at(1);
            let rest = others.iter().filter(|family| **family != CHINESE);
            latin.iter().chain([&CHINESE]).chain(rest).copied().collect()
        }
    }
}

/// The family with Chinese characters.
const CHINESE: &str = "Droid Sans Fallback";
/// See [`families`].
const FAMILIES: [&str; 7] =
    ["Inter", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Devanagari", CHINESE, "NanumGothic"];
