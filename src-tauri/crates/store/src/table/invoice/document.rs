//! The documents of final invoices, each with its fingerprint.

use domain::{InvoiceId, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::query;

use super::{InvoiceTable, InvoiceTableMut};
use crate::column::time;
use crate::{StoreError, StoreResult, Tag};

/// A stored document of a final invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// `pdf`, `csv` …: one of each per invoice.
    pub kind: String,
    /// Name to save it under.
    pub file_name: String,
    /// Media type.
    pub media_type: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The bytes.
    pub body: Vec<u8>,
}

impl InvoiceTable<'_> {
    /// One document with its bytes, checked against its SHA-256.
    ///
    /// # Errors
    /// `Unreadable` when the bytes were altered.
    pub async fn document(&mut self, id: InvoiceId, kind: &str) -> StoreResult<Option<InvoiceDocument>> {
        let row = query!(
            "SELECT kind, file_name, media_type, sha256, created_at, body FROM invoice_document
             WHERE invoice = ? AND kind = ?",
            id.0,
            kind
        );
        let Some(row) = row.fetch_optional(&mut *self.conn).await? else { return Ok(None) };
        if Sha256::digest(&row.body)[..] != row.sha256[..] {
            let what = format!("the stored {kind} is not the one that was issued");
            return Err(StoreError::Unreadable { noun: "invoice", id: id.to_string(), what });
        }
        Ok(Some(InvoiceDocument {
            kind: row.kind,
            file_name: row.file_name,
            media_type: row.media_type,
            created_at: time(row.created_at),
            body: row.body,
        }))
    }

    /// The kinds of documents stored for an invoice, with the SHA-256 of each in hexadecimal digits.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn documents(&mut self, id: InvoiceId) -> StoreResult<Vec<(String, String)>> {
        let rows = query!(
            r#"SELECT kind, lower(hex(sha256)) AS "digest!: String" FROM invoice_document WHERE invoice = ? ORDER BY kind"#,
            id.0
        );
        Ok(rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| (row.kind, row.digest)).collect())
    }
}

impl InvoiceTableMut<'_> {
    /// Stores a document of a final invoice.
    ///
    /// # Errors
    /// `Rule` for a draft, or when the invoice has one of this kind.
    pub async fn document_add(&mut self, id: InvoiceId, document: &InvoiceDocument) -> StoreResult<()> {
        self.pen.touch(Tag::Invoices);
        let digest = Sha256::digest(&document.body).to_vec();
        let created_at = document.created_at.as_millis();
        query!(
            "INSERT INTO invoice_document (invoice, kind, file_name, media_type, sha256, created_at, body)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            id.0,
            document.kind,
            document.file_name,
            document.media_type,
            digest,
            created_at,
            document.body
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
