-- bench/untriggered.sql: a desk @desk@ without our triggers.

SELECT aftersales.create_desk('@desk@');
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT tgname, tgrelid::regclass AS rel FROM pg_trigger
             WHERE NOT tgisinternal AND tgname LIKE 'aftersales%'
               AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = '@desk@'::regnamespace) LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.rel);
    END LOOP;
END $$;
