-- bench/stock_ledger_lean.sql: a transfer of the ledger @desk@, with nothing that is
-- not needed for it.

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
