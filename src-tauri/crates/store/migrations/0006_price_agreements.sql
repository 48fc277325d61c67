-- Price rules beside markups and fixed prices: discounts off a list, commissions on savings, and what is agreed on for a
-- month. Rules written before have none of it. per_cent is the markup, the discount or the share, as charge says; rates are
-- prices or list prices in the currency beside them. exchange_date is days since 1970; above and quantity are counted units.
ALTER TABLE price_rule ADD COLUMN exchange_rate TEXT;
ALTER TABLE price_rule ADD COLUMN exchange_date INTEGER;
ALTER TABLE price_rule ADD COLUMN exchange_source TEXT;
ALTER TABLE price_rule ADD COLUMN payer TEXT CHECK (payer IN ('agency', 'client'));
ALTER TABLE price_rule ADD COLUMN free_models TEXT;
ALTER TABLE price_rule ADD COLUMN tier_mode TEXT CHECK (tier_mode IN ('graduated', 'volume'));
ALTER TABLE price_rule ADD COLUMN minimum TEXT;
ALTER TABLE price_rule ADD COLUMN flat_fee TEXT;

CREATE TABLE price_step (
    rule  INTEGER NOT NULL REFERENCES price_rule (id),
    meter TEXT NOT NULL,
    above INTEGER NOT NULL CHECK (above > 0),
    rate  TEXT NOT NULL,
    PRIMARY KEY (rule, meter, above)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_included (
    rule     INTEGER NOT NULL REFERENCES price_rule (id),
    meter    TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (rule, meter)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER price_step_is_final BEFORE UPDATE ON price_step BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_step_is_kept BEFORE DELETE ON price_step BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_included_is_final BEFORE UPDATE ON price_included BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_included_is_kept BEFORE DELETE ON price_included BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
