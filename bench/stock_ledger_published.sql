-- bench/stock_ledger_published.sql: a transfer of the ledger @desk@ the way published
-- ones offer it: keys are a prefix and 26 digits of time and chance, a call takes
-- one transfer or many, and gives back what was written.

CREATE TYPE @desk@.request AS (source text, target text, quantity numeric);

CREATE FUNCTION bench.transfers_@desk@(requests @desk@.request[], happened_at timestamptz DEFAULT NULL, details jsonb DEFAULT NULL)
RETURNS SETOF @desk@.transfer LANGUAGE plpgsql AS $$
DECLARE
    accounts text[] := ARRAY(SELECT r.source FROM unnest(requests) r UNION SELECT r.target FROM unnest(requests) r ORDER BY 1);
    account text;
    request @desk@.request;
    giver @desk@.account;
    taker @desk@.account;
    written @desk@.transfer;
BEGIN
    FOREACH account IN ARRAY accounts LOOP
        PERFORM FROM @desk@.account a WHERE a.account_id = account FOR UPDATE;
    END LOOP;
    FOREACH request IN ARRAY requests LOOP
        IF request.quantity <= 0 THEN
            RAISE EXCEPTION 'nothing to transfer';
        END IF;
        IF request.source = request.target THEN
            RAISE EXCEPTION 'an account cannot give to itself';
        END IF;
        UPDATE @desk@.account a SET balance = a.balance - request.quantity, version = a.version + 1, updated_at = now()
        WHERE a.account_id = request.source RETURNING * INTO giver;
        PERFORM bench.check_account_@desk@(giver);
        UPDATE @desk@.account a SET balance = a.balance + request.quantity, version = a.version + 1, updated_at = now()
        WHERE a.account_id = request.target RETURNING * INTO taker;
        PERFORM bench.check_account_@desk@(taker);
        IF giver.unit <> taker.unit THEN
            RAISE EXCEPTION 'accounts % and % count different things', request.source, request.target;
        END IF;
        INSERT INTO @desk@.transfer (transfer_id, from_account, to_account, amount, happened_at, recorded_at, details)
        VALUES (bench.new_key('transfer'), request.source, request.target, request.quantity,
                coalesce(transfers_@desk@.happened_at, now()), now(), transfers_@desk@.details)
        RETURNING * INTO written;
        INSERT INTO @desk@.entry (entry_id, account_id, transfer_id, amount, balance_before, balance_after, version, recorded_at)
        VALUES (bench.new_key('entry'), request.source, written.transfer_id, -request.quantity,
                giver.balance + request.quantity, giver.balance, giver.version, now());
        INSERT INTO @desk@.entry (entry_id, account_id, transfer_id, amount, balance_before, balance_after, version, recorded_at)
        VALUES (bench.new_key('entry'), request.target, written.transfer_id, request.quantity,
                taker.balance - request.quantity, taker.balance, taker.version, now());
        RETURN NEXT written;
    END LOOP;
END $$;

CREATE FUNCTION bench.transfer_@desk@(source text, target text, quantity numeric, happened_at timestamptz DEFAULT NULL, details jsonb DEFAULT NULL)
RETURNS SETOF @desk@.transfer LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM bench.transfers_@desk@(ARRAY[ROW(source, target, quantity)::@desk@.request], happened_at, details);
END $$;
