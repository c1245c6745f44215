"""Walks the database's own catalogue and names every hole in the realm wall.

Runs in the tests and at the end of `jet migrate`; reads only, so any role may run it.
"""

from typing import Any

from django.apps import apps
from django.db import connection

from jetbill.stages.realms.backend import wall
from jetbill.stages.realms.backend.schema import set_key_name, walled
from jetbill.stages.realms.keys import RealmForeignKey
from jetbill.stages.realms.open_tables import DEFINER_FUNCTIONS, OPEN_TABLES

_TABLES = """
SELECT c.relname, c.relkind = 'p', c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
       pg_get_userbyid(c.relowner),
       EXISTS (SELECT 1 FROM pg_attribute a
               WHERE a.attrelid = c.oid AND a.attname = %s AND NOT a.attisdropped),
       has_table_privilege(%s, c.oid, 'TRUNCATE'),
       has_table_privilege(%s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES')
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""
_POLICIES = """
SELECT c.relname, p.polname, p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}',
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
"""
_KEYS = """
SELECT c.relname, k.conname, f.relname, k.convalidated,
       (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
         WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)),
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = %s)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conparentid = 0
"""
_TRIGGERS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = 'public'::regnamespace
"""
_OTHERS = """
SELECT 'view', relname, coalesce(array_to_string(reloptions, ','), '') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
UNION ALL
SELECT 'function', proname, prosecdef::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'role', rolname, (rolsuper OR rolbypassrls OR rolcreaterole)::text FROM pg_roles WHERE rolname = %s
"""


def faults() -> list[str]:
    """One sentence per hole; an empty list is the proof."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [wall.REALM_COLUMN, wall.APP_ROLE, wall.APP_ROLE])
        tables = cursor.fetchall()
        cursor.execute(_POLICIES)
        policies = cursor.fetchall()
        cursor.execute(_KEYS, [wall.REALM_COLUMN])
        keys = cursor.fetchall()
        cursor.execute(_TRIGGERS)
        triggers = set(cursor.fetchall())
        cursor.execute(_OTHERS, [wall.APP_ROLE])
        others = cursor.fetchall()
    return [
        *_table_faults(tables, policies),
        *_key_faults(keys),
        *_missing_keys(keys, triggers),
        *_other_faults(others),
    ]


def _table_faults(tables: list[Any], policies: list[Any]) -> list[str]:
    found = []
    for name, _, is_partition, enabled, forced, owner, has_realm, may_truncate, may_touch in tables:
        if owner != wall.OWNER_ROLE:
            found.append(f"{name} is owned by {owner}, not by {wall.OWNER_ROLE}")
        if may_truncate:
            found.append(f"{wall.APP_ROLE} may truncate {name}, past every policy")
        if is_partition and may_touch:
            found.append(f"{wall.APP_ROLE} may use the partition {name} past the policy of its parent")
        if not has_realm:
            if name not in OPEN_TABLES:
                found.append(f"{name} has no realm_id and is not in open_tables.py")
            continue
        if name in OPEN_TABLES:
            found.append(f"{name} is in open_tables.py but has a realm_id")
        if not (enabled and forced):
            found.append(f"{name} does not force row-level security")
        found += _policy_faults(name, [policy[1:] for policy in policies if policy[0] == name])
    return found


def _policy_faults(table: str, policies: list[Any]) -> list[str]:
    if len(policies) != 1:
        return [f"{table} has {len(policies)} policies instead of one"]
    name, for_all, using, check = policies[0]
    expected = (wall.POLICY, True, wall.POLICY_TEXT, wall.POLICY_TEXT)
    return [] if (name, for_all, using, check) == expected else [f"the policy {name} of {table} is not ours"]


def _key_faults(keys: list[Any]) -> list[str]:
    found = []
    for table, name, target, is_validated, columns, target_has_realm in keys:
        if target_has_realm and wall.REALM_COLUMN not in columns:
            found.append(f"{table}: the key {name} to {target} may cross realms")
        if not is_validated:
            found.append(f"{table}: the key {name} was never checked")
    return found


def _missing_keys(keys: list[Any], triggers: set[tuple[str, str]]) -> list[str]:
    have = {(table, target, tuple(columns)) for table, _, target, _, columns, _ in keys}
    found = []
    for model in apps.get_models():
        for field in model._meta.local_fields if walled(model) else ():
            if not isinstance(field, RealmForeignKey):
                continue
            table, target = model._meta.db_table, field.remote_field.model._meta.db_table
            if field.in_sets:
                name = set_key_name(table, field.column)
                needed = {(table, f"{name}_in"), (table, f"{name}_stay")}
                is_there = needed | {(target, f"{name}_out"), (target, f"{name}_stay")} <= triggers
            else:
                is_there = (table, target, tuple(sorted([wall.REALM_COLUMN, field.column]))) in have
            if not is_there:
                found.append(f"{table}.{field.column} has no key to {target}")
    return found


def _other_faults(others: list[Any]) -> list[str]:
    found = []
    for kind, name, value in others:
        if kind == "view" and "security_invoker=true" not in value and "security_invoker=on" not in value:
            found.append(f"the view {name} shows all realms: create it WITH (security_invoker = true)")
        if kind == "function" and value == "true" and name not in DEFINER_FUNCTIONS:
            found.append(f"the function {name} runs as its owner and is not in open_tables.py")
        if kind == "role" and value == "true":
            found.append(f"the role {name} can pass the wall")
    return found
