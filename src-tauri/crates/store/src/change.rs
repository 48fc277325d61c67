//! What a write changed, and who asked for it.

use domain::GatewayId;

/// Who caused a write. Kept with the change so that a window does not refetch what it just wrote itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A person in the window.
    Window,
    /// A person at the command line.
    Cli,
    /// The pull from a gateway.
    Sync(GatewayId),
    /// A file of usage.
    Import,
    /// The program itself: first run, reconciliation at start.
    System,
}

/// A noun whose rows may have changed. A read says which tags it depends on; a write says which it touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// Gateways, their probe results, and the cursors of their pulls.
    Gateways,
    /// Clients.
    Clients,
    /// Accounts and who they belong to.
    Accounts,
    /// Keys.
    Keys,
    /// Usage and every roll-up.
    Usage,
    /// Price versions.
    Prices,
    /// Invoices, their documents and payments.
    Invoices,
    /// Ledgers of clients, and who pays in advance.
    Ledgers,
    /// What was told of clients whose credit runs low.
    Notices,
    /// The audit log.
    Audit,
    /// Settings and remembered import mappings.
    Settings,
}

impl Tag {
    /// Every tag.
    pub const ALL: [Self; 11] = [
        Self::Gateways,
        Self::Clients,
        Self::Accounts,
        Self::Keys,
        Self::Usage,
        Self::Prices,
        Self::Invoices,
        Self::Ledgers,
        Self::Notices,
        Self::Audit,
        Self::Settings,
    ];

    /// The stable name in events and bindings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gateways => "gateways",
            Self::Clients => "clients",
            Self::Accounts => "accounts",
            Self::Keys => "keys",
            Self::Usage => "usage",
            Self::Prices => "prices",
            Self::Invoices => "invoices",
            Self::Ledgers => "ledgers",
            Self::Notices => "notices",
            Self::Audit => "audit",
            Self::Settings => "settings",
        }
    }
}

/// What a committed write touched.
#[must_use = "tell the window which of its caches are stale"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Each touched noun once, in declared order; empty when nothing was written.
    pub tags: Vec<Tag>,
    /// Who asked.
    pub origin: Origin,
}

/// The tags a writer has touched so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Touched(u16);

impl Touched {
    pub(crate) fn add(&mut self, tag: Tag) {
        self.0 |= 1 << tag as u16;
    }

    pub(crate) fn tags(self) -> Vec<Tag> {
        Tag::ALL.into_iter().filter(|tag| self.0 & (1 << *tag as u16) != 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_once_and_in_order() {
        let mut touched = Touched::default();
        for tag in [Tag::Settings, Tag::Keys, Tag::Keys, Tag::Gateways] {
            touched.add(tag);
        }
        assert_eq!(touched.tags(), [Tag::Gateways, Tag::Keys, Tag::Settings], "each once, in declared order");
    }
}
