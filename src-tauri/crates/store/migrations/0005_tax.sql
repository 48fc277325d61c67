-- What e-invoices and the categories of VAT need to know of a client. Unsaid, its invoices are as they were.
ALTER TABLE client ADD COLUMN vat_id TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN registration TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN endpoint TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN reference TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN tax TEXT NOT NULL DEFAULT 'agency';
ALTER TABLE client ADD COLUMN tax_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN e_invoice TEXT NOT NULL DEFAULT 'automatic';
