//! Identity: our own row numbers, the gateways' identifiers, and the marks by which we find our creations again.

use std::fmt;
use std::str::FromStr;

/// A typed row number of our own database.
macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads what `Display` writes.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let number = text.strip_prefix($prefix).and_then(|digits| digits.parse().ok());
                number.map(Self).ok_or_else(|| NotAnId { text: text.to_owned(), example: concat!($prefix, "12") })
            }
        }
    };
}

/// The text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an identifier of this kind: it looks like {example}")]
pub struct NotAnId {
    text: String,
    example: &'static str,
}

row_id!(
    /// One running instance of a gateway product that we administer.
    GatewayId, "gw_"
);
row_id!(
    /// A client of the agency: the buyer on its invoices.
    ClientId, "cl_"
);
row_id!(
    /// The object on a gateway that stands for a client.
    AccountId, "ac_"
);
row_id!(
    /// A credential that a client's software calls with.
    KeyId, "key_"
);
row_id!(
    /// One immutable edition of the price book.
    PriceVersionId, "pv_"
);
row_id!(
    /// A draft or final invoice.
    InvoiceId, "inv_"
);
row_id!(
    /// An upstream bill that usage is reconciled with.
    BillId, "bill_"
);
row_id!(
    /// A notice that a client's credit runs low.
    NoticeId, "nt_"
);
row_id!(
    /// One row of the audit log.
    AuditId, "au_"
);

/// An identifier that a gateway gave, opaque to us: a LiteLLM team id, the SHA-256 of a key, a New API user number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalId(String);

impl ExternalId {
    /// Takes an identifier as the gateway wrote it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The identifier as the gateway wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A unique mark we put on an object we create, and on the audit row of every write. No admin API here honours an
/// idempotency key, so after a lost reply the object is found again by its mark (litellm.md §6, product.md D21).
///
/// 16 bytes of caller-supplied randomness, shown as 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark([u8; 16]);

impl Mark {
    /// A mark from 16 random bytes.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The first eight hexadecimal digits, for names that people read.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Mark {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let refused = || NotAnId { text: text.to_owned(), example: "00c0ffee00c0ffee00c0ffee00c0ffee" };
        if text.len() != 32 || !text.is_ascii() {
            return Err(refused());
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }
}

/// A kind of gateway software, by its stable lower-case name (`litellm`, `sandbox`, `file`). Deliberately not an enum:
/// nothing outside `gateway::product` may decide anything by product (never-arrow 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Product(String);

impl Product {
    /// A product name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_survive_the_way_through_text() {
        assert_eq!(ClientId(12).to_string(), "cl_12");
        assert_eq!("cl_12".parse(), Ok(ClientId(12)));
        assert!("gw_12".parse::<ClientId>().is_err(), "a gateway is not a client");
        let mark = Mark::new([0xab; 16]);
        assert_eq!(mark.to_string().parse(), Ok(mark));
        assert_eq!(mark.short(), "abababab");
        assert!("abc".parse::<Mark>().is_err());
    }
}
