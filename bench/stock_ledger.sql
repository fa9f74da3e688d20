-- bench/stock_ledger.sql: a double-entry ledger in PL/pgSQL, made the way published
-- ones are: accounts with balance and version, transfers, and two entries a
-- transfer that tell the balance before and after.  It knows neither parts nor
-- locations nor conditions: account 10 p + l - 10 is part Pp in store Ll.
--
-- There are two of them: with keys of text, as stock_ledger_published.sql makes
-- them and moves, and with numbers, for the leanest function that does the same
-- (stock_ledger_lean.sql).

CREATE SCHEMA @desk@;
CREATE TABLE @desk@.account (
    account_id @key@ PRIMARY KEY,
    name       text NOT NULL,
    unit       text NOT NULL DEFAULT 'piece',
    balance    numeric NOT NULL DEFAULT 0,
    version    bigint NOT NULL DEFAULT 0,
    may_be_negative boolean NOT NULL,
    may_be_positive boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE TABLE @desk@.transfer (
    transfer_id @new_key@ PRIMARY KEY,
    from_account @key@ NOT NULL REFERENCES @desk@.account (account_id),
    to_account @key@ NOT NULL REFERENCES @desk@.account (account_id),
    amount     numeric NOT NULL CHECK (amount > 0),
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    details    jsonb,
    CHECK (from_account <> to_account)
);
CREATE INDEX ON @desk@.transfer (from_account);
CREATE INDEX ON @desk@.transfer (to_account);
CREATE INDEX ON @desk@.transfer (happened_at);
CREATE TABLE @desk@.entry (
    entry_id   @new_key@ PRIMARY KEY,
    account_id @key@ NOT NULL REFERENCES @desk@.account (account_id),
    transfer_id @key@ NOT NULL REFERENCES @desk@.transfer (transfer_id),
    amount     numeric NOT NULL,
    balance_before numeric NOT NULL,
    balance_after numeric NOT NULL,
    version    bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX ON @desk@.entry (account_id);
CREATE INDEX ON @desk@.entry (transfer_id);

CREATE FUNCTION bench.check_account_@desk@(account @desk@.account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF account.balance < 0 AND NOT account.may_be_negative THEN
        RAISE EXCEPTION 'account % may not fall below zero', account.account_id;
    END IF;
    IF account.balance > 0 AND NOT account.may_be_positive THEN
        RAISE EXCEPTION 'account % may not rise above zero', account.account_id;
    END IF;
END $$;
