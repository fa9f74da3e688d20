-- bench/stock_ledger.sql: a double-entry ledger in PL/pgSQL, made the way published
-- ones are: accounts with balance and version, transfers, and two entries a
-- transfer that tell the balance before and after.  It knows neither parts nor
-- locations nor conditions: account 10 p + l - 10 is part Pp in store Ll.
--
-- Keys are @key@: text as the published ones make it, a prefix and 26 digits of
-- time and chance, or plain numbers, which take less.

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
    transfer_id @key@ @new@ PRIMARY KEY,
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
    entry_id   @key@ @new@ PRIMARY KEY,
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

CREATE FUNCTION bench.transfer_@desk@(source @key@, target @key@, quantity numeric, happened_at timestamptz DEFAULT NULL, details jsonb DEFAULT NULL)
RETURNS @key@ LANGUAGE plpgsql AS $$
DECLARE
    giver @desk@.account;
    taker @desk@.account;
    id @key@;
BEGIN
    IF quantity <= 0 THEN
        RAISE EXCEPTION 'nothing to transfer';
    END IF;
    IF source = target THEN
        RAISE EXCEPTION 'an account cannot give to itself';
    END IF;
    PERFORM FROM @desk@.account a WHERE a.account_id = least(source, target) FOR UPDATE;
    PERFORM FROM @desk@.account a WHERE a.account_id = greatest(source, target) FOR UPDATE;
    UPDATE @desk@.account a SET balance = a.balance - quantity, version = a.version + 1, updated_at = now()
    WHERE a.account_id = source RETURNING * INTO giver;
    PERFORM bench.check_account_@desk@(giver);
    UPDATE @desk@.account a SET balance = a.balance + quantity, version = a.version + 1, updated_at = now()
    WHERE a.account_id = target RETURNING * INTO taker;
    PERFORM bench.check_account_@desk@(taker);
    IF giver.unit <> taker.unit THEN
        RAISE EXCEPTION 'accounts % and % count different things', source, target;
    END IF;
    INSERT INTO @desk@.transfer (from_account, to_account, amount, happened_at, recorded_at, details)
    VALUES (source, target, quantity, coalesce(transfer_@desk@.happened_at, now()), now(), transfer_@desk@.details)
    RETURNING transfer_id INTO id;
    INSERT INTO @desk@.entry (account_id, transfer_id, amount, balance_before, balance_after, version, recorded_at)
    VALUES (source, id, -quantity, giver.balance + quantity, giver.balance, giver.version, now());
    INSERT INTO @desk@.entry (account_id, transfer_id, amount, balance_before, balance_after, version, recorded_at)
    VALUES (target, id, quantity, taker.balance - quantity, taker.balance, taker.version, now());
    RETURN id;
END $$;

-- The moves of the desk @from@; account 0 is the supplier.
INSERT INTO @desk@.account (account_id, name, may_be_negative, may_be_positive) VALUES (0::@key@, 'S1', true, false);
INSERT INTO @desk@.account (account_id, name, may_be_negative, may_be_positive)
SELECT (10 * p + l - 10)::@key@, format('P%s in L%s', p, l), false, true FROM generate_series(1, 100) p, generate_series(1, 10) l;
SELECT count(bench.transfer_@desk@(a.source, a.target, m.quantity))
FROM (SELECT * FROM @from@.stock_move ORDER BY move_id) m,
     LATERAL (SELECT bench.account_of(m.part_no, m.from_location)::@key@ AS source, bench.account_of(m.part_no, m.to_location)::@key@ AS target) a;
VACUUM FULL ANALYZE @desk@.account, @desk@.transfer, @desk@.entry;
