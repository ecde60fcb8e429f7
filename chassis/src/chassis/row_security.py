"""Decides whether a database lets one territory reach another's rows, from the catalogue alone."""

from collections.abc import Collection

from chassis.outbox import Connection

_KEYS_WITHOUT_TERRITORY = (
    "event_log_id_key",  # drawn by the database
    "outbox_pkey",  # the same number
    "relay_lease_pkey",  # platform's own rows, from here on: no request chooses their keys
    "quarantine_pkey",
)


async def row_security_faults(connection: Connection, definer_functions: Collection[str] = ()) -> list[str]:
    """Return, a sentence each, what in this database could show a territory the rows of another.

    Tables listed in reference_table and the book of migrations lie outside territories on purpose;
    `definer_functions` names the functions that may run as their owner.
    """
    rows = await connection.fetch(_FAULTS, list(definer_functions), _KEYS_WITHOUT_TERRITORY)
    return [row[0] for row in rows]


_FAULTS = r"""
WITH service AS (
    SELECT pg_get_userbyid(relowner) AS migrator,
        regexp_replace(pg_get_userbyid(relowner), '_migrator$', '') AS name
    FROM pg_class WHERE oid = 'reference_table'::regclass
), relation AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname !~ '^_yoyo_'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), data AS (
    SELECT * FROM relation
    WHERE relkind IN ('r', 'p', 'm', 'f') AND name NOT IN (SELECT r.name FROM reference_table r)
), service_role AS (
    SELECT r.* FROM pg_roles r, service s WHERE r.rolname IN (s.name || '_app', s.name || '_worker')
)
SELECT format('table %s has no territory_id that is never null', name) FROM data
WHERE NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = data.oid AND a.attname = 'territory_id' AND a.attnotnull)
UNION ALL
SELECT format('table %s does not enable row security', name) FROM data WHERE NOT relrowsecurity
UNION ALL
SELECT format('table %s does not force row security on its owner', name) FROM data
WHERE NOT relforcerowsecurity
UNION ALL
SELECT format('table %s has no policy that holds every statement to the territories of its transaction', name)
FROM data WHERE NOT EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = data.oid AND p.polcmd = '*' AND p.polroles = '{0}'
        AND pg_get_expr(p.polqual, p.polrelid) = '(territory_id = ANY (string_to_array('
            || 'current_setting(''app.territories''::text, true), '',''::text)))')
UNION ALL
SELECT format('policy %s on table %s opens rows to others than the worker', p.polname, data.name)
FROM pg_policy p JOIN data ON data.oid = p.polrelid, service
WHERE p.polpermissive AND (p.polname <> 'territory' OR p.polwithcheck IS NOT NULL)
    AND NOT (p.polname = 'known_party' AND p.polcmd = 'r'
        AND pg_get_expr(p.polqual, p.polrelid) ~ 'FROM known_party k\s+WHERE \(k\.party_id = ')
    AND p.polroles IS DISTINCT FROM ARRAY[to_regrole(service.name || '_worker')::oid]
UNION ALL
SELECT format('table %s belongs to %s, not to %s', relation.name, pg_get_userbyid(relowner), service.migrator)
FROM relation, service
WHERE relkind IN ('r', 'p', 'm', 'f', 'v') AND pg_get_userbyid(relowner) <> service.migrator
UNION ALL
SELECT format('view %s reads with the rights of its owner', name) FROM relation
WHERE relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
UNION ALL
SELECT format('function %s runs with the rights of its owner', f.oid::regprocedure)
FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
WHERE f.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND f.proname <> ALL ($1)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e')
UNION ALL
SELECT format('sequence %s keeps numbers per connection: they are not drawn in order', seqrelid::regclass)
FROM pg_sequence WHERE seqcache <> 1
UNION ALL
SELECT format('key %s on table %s holds no territory_id: a refused value tells that another has it',
    k.indexrelid::regclass, data.name)
FROM pg_index k JOIN data ON data.oid = k.indrelid
WHERE (k.indisunique OR k.indisexclusion) AND k.indexrelid::regclass::text <> ALL ($2) AND NOT EXISTS (
    SELECT FROM pg_attribute a
    WHERE a.attrelid = data.oid AND a.attname = 'territory_id' AND a.attnum = ANY (k.indkey))
UNION ALL
SELECT format('foreign key %s on table %s holds no territory_id: it tells which rows others have',
    k.conname, data.name)
FROM pg_constraint k JOIN data ON data.oid = k.conrelid JOIN data target ON target.oid = k.confrelid
WHERE k.contype = 'f' AND NOT EXISTS (
    SELECT FROM unnest(k.conkey, k.confkey) AS pair(here, there)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.here AND a.attname = 'territory_id'
    JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.there AND b.attname = 'territory_id')
UNION ALL
SELECT format('role %s passes row security', rolname) FROM service_role WHERE rolsuper OR rolbypassrls
UNION ALL
SELECT format('role %s may act as the owner', rolname) FROM service_role, service
WHERE pg_has_role(rolname, service.migrator, 'MEMBER')
UNION ALL
SELECT format('role %s may act as the worker', rolname) FROM service_role, service
WHERE rolname = service.name || '_app' AND pg_has_role(rolname, service.name || '_worker', 'MEMBER')
UNION ALL
SELECT format('role %s may %s table %s, which passes row security',
    CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee) END, lower(privilege_type), name)
FROM data, aclexplode(relacl)
WHERE grantee <> relowner AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
"""
