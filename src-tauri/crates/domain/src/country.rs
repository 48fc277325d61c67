//! Countries and their post codes.

use std::fmt;
use std::str::FromStr;

/// Why a country or a post code was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No country has this code.
    #[error("`{0}` is no country: write its two letters, for example DE, GB or US (EN 16931 BR-CL-14, ISO 3166-1)")]
    Country(String),
    /// A post code that its country does not use.
    #[error("`{code}` is no post code of {country}: there it looks like {looks}")]
    PostCode {
        /// The post code.
        code: String,
        /// The country.
        country: Country,
        /// What one looks like.
        looks: &'static str,
    },
}

/// A country by its ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Every code given out, and XK for Kosovo as EN 16931 has it.
const CODES: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";
/// The member states of the EU.
const EU: &str = "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK";

/// Post codes: `9` is a digit, `A` a letter, anything else itself. Blanks and dashes in between may be left out.
const POST_CODES: [(&str, &[&str]); 39] = [
    ("AT", &["9999"]),
    ("AU", &["9999"]),
    ("BE", &["9999"]),
    ("BG", &["9999"]),
    ("BR", &["99999-999"]),
    ("CA", &["A9A 9A9"]),
    ("CH", &["9999"]),
    ("CN", &["999999"]),
    ("CY", &["9999"]),
    ("CZ", &["999 99"]),
    ("DE", &["99999"]),
    ("DK", &["9999"]),
    ("EE", &["99999"]),
    ("ES", &["99999"]),
    ("FI", &["99999"]),
    ("FR", &["99999"]),
    ("GB", &["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"]),
    ("GR", &["999 99"]),
    ("HR", &["99999"]),
    ("HU", &["9999"]),
    ("IE", &["A99 XXXX", "A9W XXXX"]),
    ("IN", &["999999"]),
    ("IT", &["99999"]),
    ("JP", &["999-9999"]),
    ("KR", &["99999"]),
    ("LI", &["9999"]),
    ("LT", &["99999"]),
    ("LU", &["9999"]),
    ("LV", &["9999"]),
    ("MT", &["AAA 9999"]),
    ("NL", &["9999 AA"]),
    ("NO", &["9999"]),
    ("PL", &["99-999"]),
    ("PT", &["9999-999"]),
    ("RO", &["999999"]),
    ("SE", &["999 99"]),
    ("SI", &["9999"]),
    ("SK", &["999 99"]),
    ("US", &["99999", "99999-9999"]),
];

impl Country {
    /// Its two letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether it is a member state of the EU.
    #[must_use]
    pub fn is_eu(self) -> bool {
        listed(EU, self.0)
    }

    /// Checks a post code. Countries without a rule here take any, and so does no post code at all.
    ///
    /// # Errors
    /// The country uses others.
    pub fn check_post_code(self, code: &str) -> Result<(), AddressError> {
        let Some((_, patterns)) = POST_CODES.iter().find(|(country, _)| *country == self.code()) else { return Ok(()) };
        let plain = bare(code);
        let fits = |pattern: &&str| fits(&plain, &bare(pattern));
        match plain.is_empty() || patterns.iter().any(fits) {
            true => Ok(()),
            false => {
                let looks = patterns.first().copied().unwrap_or_default();
                Err(AddressError::PostCode { code: code.trim().to_owned(), country: self, looks })
            }
        }
    }
}

fn listed(codes: &str, code: [u8; 2]) -> bool {
    codes.as_bytes().chunks(2).any(|known| known == code)
}

fn bare(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase()
}

fn fits(code: &str, pattern: &str) -> bool {
    code.chars().count() == pattern.chars().count()
        && code.chars().zip(pattern.chars()).all(|(c, wanted)| match wanted {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            'X' => c.is_ascii_alphanumeric(),
            other => c == other,
        })
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Country {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let refused = || AddressError::Country(text.trim().to_owned());
        let code: [u8; 2] = text.trim().to_ascii_uppercase().as_bytes().try_into().map_err(|_| refused())?;
        if listed(CODES, code) { Ok(Self(code)) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_two_letters() {
        assert_eq!(CODES.len(), 250 * 2, "249 of ISO 3166-1 and XK");
        let greece: Country = " gr ".parse().unwrap();
        assert_eq!((greece.code(), greece.is_eu()), ("GR", true));
        for wrong in ["", "EL", "UK", "DEU", "ZZ", "Ä"] {
            let said = wrong.parse::<Country>().unwrap_err().to_string();
            assert!(said.contains("BR-CL-14"), "{wrong}: {said}");
        }
    }

    #[test]
    fn post_codes_follow_their_country() {
        let rows = [
            ("DE", "10119", true),
            ("DE", "1011", false),
            ("DE", "1011A", false),
            ("GB", "SW1A 1AA", true),
            ("GB", "M1 1AE", true),
            ("GB", "12345", false),
            ("NL", "1011ab", true),
            ("PL", "00-950", true),
            ("PL", "00950", true),
            ("US", "04101-1234", true),
            ("IE", "D02 X285", true),
            ("IE", "D6W XY00", true),
            ("AE", "anything", true),
            ("FR", "", true),
        ];
        for (country, code, fits) in rows {
            let country: Country = country.parse().unwrap();
            assert_eq!(country.check_post_code(code).is_ok(), fits, "{country} {code}");
        }
    }
}
