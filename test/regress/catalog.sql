-- What holds for every object: a COMMENT, indexed foreign keys, rights.
SET client_min_messages = warning;
SELECT aftersales.create_desk('cat');

-- schemas, tables, views, columns and functions without a COMMENT: none
SELECT 'schema ' || nspname AS without_comment FROM pg_namespace
WHERE nspname IN ('aftersales', 'cat', 'cat_bi') AND obj_description(oid, 'pg_namespace') IS NULL
UNION ALL
SELECT 'relation ' || oid::regclass FROM pg_class
WHERE relnamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace, 'cat_bi'::regnamespace)
  AND relkind IN ('r', 'v', 'm', 'p') AND coalesce(obj_description(oid, 'pg_class'), '') = ''
UNION ALL
SELECT 'column ' || attrelid::regclass || '.' || attname FROM pg_attribute
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p')
                     AND relnamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace, 'cat_bi'::regnamespace))
  AND attnum > 0 AND NOT attisdropped AND coalesce(col_description(attrelid, attnum), '') = ''
UNION ALL
SELECT 'function ' || oid::regprocedure FROM pg_proc
WHERE pronamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace, 'cat_bi'::regnamespace)
  AND coalesce(obj_description(oid, 'pg_proc'), '') = ''
ORDER BY 1;

-- tables whose rows a logical replica could not tell apart: none
SELECT c.oid::regclass AS without_identity
FROM pg_class c
WHERE c.relnamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace) AND c.relkind = 'r' AND c.relreplident <> 'f'
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1;

-- foreign keys whose columns do not lead an index: none
SELECT conrelid::regclass AS "table", conname AS not_indexed FROM pg_constraint c
WHERE contype = 'f' AND connamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
                    AND (i.indkey::smallint[])[0 : cardinality(c.conkey) - 1] @> c.conkey
                    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$'))
ORDER BY 1, 2;

-- functions that PUBLIC may run: triggers, and those that read no table
SELECT oid::regprocedure AS for_everybody FROM pg_proc p
WHERE pronamespace = 'aftersales'::regnamespace AND prorettype <> 'trigger'::regtype
  AND has_function_privilege('public', oid, 'EXECUTE')
ORDER BY proname;
-- every trigger function may be run by PUBLIC: restoring a dump as an ordinary user needs it
SELECT oid::regprocedure AS not_for_everybody FROM pg_proc p
WHERE pronamespace = 'aftersales'::regnamespace AND prorettype = 'trigger'::regtype
  AND NOT has_function_privilege('public', oid, 'EXECUTE');
-- and none of them is SECURITY DEFINER without a pinned search_path
SELECT oid::regprocedure AS unpinned FROM pg_proc
WHERE pronamespace = 'aftersales'::regnamespace AND prosecdef AND NOT coalesce(proconfig::text ~ 'search_path', false);
-- nobody but the owner has rights on tables or schemas to begin with
SELECT oid::regclass AS open_table FROM pg_class
WHERE relnamespace IN ('aftersales'::regnamespace, 'cat'::regnamespace, 'cat_bi'::regnamespace) AND relkind IN ('r', 'v', 'S')
  AND (has_table_privilege('public', oid, 'SELECT') OR has_table_privilege('public', oid, 'INSERT'))
ORDER BY relname;
SELECT nspname AS open_schema FROM pg_namespace WHERE nspname IN ('aftersales', 'cat', 'cat_bi')
  AND (has_schema_privilege('public', oid, 'USAGE') OR has_schema_privilege('public', oid, 'CREATE'));
-- no PL/pgSQL in the product
SELECT oid::regprocedure AS plpgsql FROM pg_proc p
WHERE pronamespace = 'aftersales'::regnamespace AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql');
-- every policy table is dumped with its rows
SELECT c.oid::regclass AS not_dumped FROM pg_class c
WHERE relnamespace = 'aftersales'::regnamespace AND relkind = 'r' AND relname !~ '_template$'
  AND NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'aftersales' AND c.oid = ANY (e.extconfig));
-- a desk is no member of the extension, and its ticket table has the template's shape
SELECT count(*) AS members FROM pg_depend WHERE deptype = 'e' AND objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'cat'::regnamespace);
(SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'cat.ticket'::regclass AND attnum > 0
 EXCEPT SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'aftersales.ticket_template'::regclass AND attnum > 0)
UNION ALL
(SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'aftersales.ticket_template'::regclass AND attnum > 0
 EXCEPT SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'cat.ticket'::regclass AND attnum > 0);
SELECT tgrelid::regclass AS "table", tgname, tgenabled FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'cat'::regnamespace) ORDER BY tgrelid::regclass::text COLLATE "C", tgname;
-- columns of BI views: no jsonb, no arrays, no intervals
SELECT attrelid::regclass AS view, attname FROM pg_attribute
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'cat_bi'::regnamespace) AND attnum > 0
  AND (atttypid IN ('jsonb'::regtype, 'json'::regtype, 'interval'::regtype) OR atttypid::regtype::text LIKE '%[]');
-- the clause catalogue
SELECT count(*) AS clauses, count(DISTINCT policy) AS policies, bool_and(text_en <> '') AS texts FROM aftersales.clause WHERE builtin;
SELECT clause, covered, carriers FROM aftersales.clause_coverage WHERE policy = 'tiny' ORDER BY 1;
-- settings
SELECT name, vartype, context, setting, enumvals FROM pg_settings WHERE name LIKE 'aftersales.%' ORDER BY 1;
SET aftersales.no_such = 1;
DROP SCHEMA cat, cat_bi CASCADE;
