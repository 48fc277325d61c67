//! Clients: the agency's customers.

use domain::{
    BillingAddress, Client, ClientId, ClientStatus, DocumentLanguage, EInvoice, Invoicing, PaymentTerms, TaxTreatment,
    Timestamp,
};
use sqlx::{SqliteConnection, query, query_as};

use crate::column::{self, time};
use crate::session::Pen;
use crate::usage::reroll;
use crate::{StoreError, StoreResult, Tag};

/// A client in the books.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredClient {
    /// Our row number.
    pub id: ClientId,
    /// Who it is.
    pub client: Client,
    /// When it was added.
    pub created_at: Timestamp,
}

struct Row {
    id: i64,
    name: String,
    currency: String,
    zone: String,
    status: String,
    legal_name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
    tax_id: String,
    email: String,
    terms_days: i64,
    vat_id: String,
    registration: String,
    endpoint: String,
    reference: String,
    tax: String,
    tax_reason: String,
    e_invoice: String,
    language: String,
    created_at: i64,
}

impl Row {
    fn of(id: i64, client: &Client, created_at: Timestamp) -> Self {
        let (address, invoicing) = (client.address.clone(), &client.invoicing);
        Self {
            id,
            name: client.name.as_str().to_owned(),
            currency: client.currency.code().to_owned(),
            zone: client.zone.name().to_owned(),
            status: client.status.code().to_owned(),
            legal_name: address.legal_name,
            street: address.street,
            postal_code: address.postal_code,
            city: address.city,
            country: address.country,
            tax_id: address.tax_id,
            email: address.email,
            terms_days: i64::from(client.terms.0),
            vat_id: address.vat_id,
            registration: address.registration,
            endpoint: address.endpoint,
            reference: address.reference,
            tax: invoicing.tax.code().to_owned(),
            tax_reason: invoicing.tax_reason.clone(),
            e_invoice: invoicing.e_invoice.code().to_owned(),
            language: invoicing.language.map_or_else(String::new, |language| language.code().to_owned()),
            created_at: created_at.as_millis(),
        }
    }
}

impl TryFrom<Row> for StoredClient {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "client", id: row.id };
        let address = BillingAddress {
            legal_name: row.legal_name,
            street: row.street,
            postal_code: row.postal_code,
            city: row.city,
            country: row.country,
            tax_id: row.tax_id,
            email: row.email,
            vat_id: row.vat_id,
            registration: row.registration,
            endpoint: row.endpoint,
            reference: row.reference,
        };
        let invoicing = Invoicing {
            tax: at.known("tax", TaxTreatment::from_code(&row.tax))?,
            tax_reason: row.tax_reason,
            e_invoice: at.known("e_invoice", EInvoice::from_code(&row.e_invoice))?,
            language: match row.language.as_str() {
                "" => None,
                code => Some(at.known("language", DocumentLanguage::from_code(code))?),
            },
        };
        let client = Client {
            name: at.ok(row.name.parse())?,
            currency: at.ok(row.currency.parse())?,
            zone: at.ok(row.zone.parse())?,
            status: at.known("status", ClientStatus::from_code(&row.status))?,
            address,
            terms: PaymentTerms(at.ok(row.terms_days.try_into())?),
            invoicing,
        };
        Ok(Self { id: ClientId(row.id), client, created_at: time(row.created_at) })
    }
}

/// Reads of clients.
#[derive(Debug)]
pub struct ClientTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl ClientTable<'_> {
    /// Every client, closed ones included, by name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredClient>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", name, currency, zone, status, legal_name, street, postal_code, city, country, tax_id, email,
                        terms_days, vat_id, registration, endpoint, reference, tax, tax_reason, e_invoice, language, created_at
               FROM client ORDER BY name"#
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredClient::try_from).collect()
    }

    /// One client.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: ClientId) -> StoreResult<StoredClient> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", name, currency, zone, status, legal_name, street, postal_code, city, country, tax_id, email,
                        terms_days, vat_id, registration, endpoint, reference, tax, tax_reason, e_invoice, language, created_at
               FROM client WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        row.ok_or_else(|| StoreError::not_found("client", id))?.try_into()
    }
}

/// Writes of clients.
#[derive(Debug)]
pub struct ClientTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl ClientTableMut<'_> {
    /// Adds a client.
    ///
    /// # Errors
    /// `Rule` when the name is taken, whatever its case.
    pub async fn add(&mut self, client: &Client, at: Timestamp) -> StoreResult<ClientId> {
        self.pen.touch(Tag::Clients);
        let row = Row::of(0, client, at);
        let added = query!(
            "INSERT INTO client (name, currency, zone, status, legal_name, street, postal_code, city, country, tax_id,
                 email, terms_days, vat_id, registration, endpoint, reference, tax, tax_reason, e_invoice, language, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.name,
            row.currency,
            row.zone,
            row.status,
            row.legal_name,
            row.street,
            row.postal_code,
            row.city,
            row.country,
            row.tax_id,
            row.email,
            row.terms_days,
            row.vat_id,
            row.registration,
            row.endpoint,
            row.reference,
            row.tax,
            row.tax_reason,
            row.e_invoice,
            row.language,
            row.created_at
        );
        Ok(ClientId(added.execute(&mut *self.pen.conn).await?.last_insert_rowid()))
    }

    /// Changes a client. A new zone moves its usage to the new local days, exactly, from raw usage.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when the name is taken.
    pub async fn set(&mut self, id: ClientId, client: &Client) -> StoreResult<()> {
        let before = self.read().get(id).await?;
        self.pen.touch(Tag::Clients);
        let row = Row::of(id.0, client, before.created_at);
        query!(
            "UPDATE client SET name = ?, currency = ?, zone = ?, status = ?, legal_name = ?, street = ?, postal_code = ?,
                 city = ?, country = ?, tax_id = ?, email = ?, terms_days = ?, vat_id = ?, registration = ?, endpoint = ?,
                 reference = ?, tax = ?, tax_reason = ?, e_invoice = ?, language = ?
             WHERE id = ?",
            row.name,
            row.currency,
            row.zone,
            row.status,
            row.legal_name,
            row.street,
            row.postal_code,
            row.city,
            row.country,
            row.tax_id,
            row.email,
            row.terms_days,
            row.vat_id,
            row.registration,
            row.endpoint,
            row.reference,
            row.tax,
            row.tax_reason,
            row.e_invoice,
            row.language,
            row.id
        )
        .execute(&mut *self.pen.conn)
        .await?;
        if before.client.zone != client.zone {
            self.pen.touch(Tag::Usage);
            reroll::client_zone_changed(self.pen.conn, id).await?;
        }
        Ok(())
    }
}
