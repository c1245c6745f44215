"""The SQL of the wall, in one place: what a table of a realm gets, and what the catalogue check expects."""

OWNER_ROLE = "jet_own"
APP_ROLE = "jet_app"
REALM_COLUMN = "realm_id"
POLICY = "realm_wall"
POLICY_TEXT = f"({REALM_COLUMN} = ( SELECT realm() AS realm))"  # as PostgreSQL prints it

# Raises when no realm is set; '' is what remains of the setting after a transaction that had one.
REALM_FUNCTION = """
CREATE OR REPLACE FUNCTION realm() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE told text := pg_catalog.current_setting('jet.realm', true);
BEGIN
    IF told IS NULL OR told = '' THEN
        RAISE EXCEPTION 'no realm is set' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN told::bigint;
END $$
"""


def enable(table: str) -> str:
    """Row-level security without FORCE: the owner, who migrates, still passes."""
    return f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'


def policy(table: str) -> str:
    """One policy for all commands and all roles. (SELECT …) asks once per query, not once per row."""
    condition = f"{REALM_COLUMN} = (SELECT realm())"
    return f'CREATE POLICY {POLICY} ON "{table}" USING ({condition}) WITH CHECK ({condition})'


def force(table: str) -> str:
    """From now on the owner meets the wall too."""
    return f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'


def no_force(table: str) -> str:
    """Let the owner pass, for the time of a migration."""
    return f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY'


def key_in_sets(name: str, table: str, column: str, target: str) -> str:
    """Triggers that keep `table`.`column` pointing at a row of `target` in its own realm, asked once a
    statement; `name` begins their names. They run as whoever writes, so behind his wall.

    Deleting what is pointed to locks `table` first: a row written meanwhile is either seen, or sees that its
    target is gone.
    """
    told = f"USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{name}'"
    moved = "OLD.{0} IS DISTINCT FROM NEW.{0}"
    return f"""
CREATE FUNCTION "{name}_in"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added a
               LEFT JOIN "{target}" t ON t.{REALM_COLUMN} = a.{REALM_COLUMN} AND t.id = a."{column}"
               WHERE a."{column}" IS NOT NULL AND t.id IS NULL) THEN
        RAISE EXCEPTION '{table}.{column} points at no row of {target} in its realm' {told};
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION "{name}_out"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE "{table}" IN SHARE MODE;
    IF EXISTS (SELECT FROM gone g
               JOIN "{table}" t ON t.{REALM_COLUMN} = g.{REALM_COLUMN} AND t."{column}" = g.id) THEN
        RAISE EXCEPTION 'a row of {target} is still pointed at by {table}.{column}' {told};
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION "{name}_stay"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table}.{column} and what it points at never change' {told};
END $$;
CREATE TRIGGER "{name}_in" AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION "{name}_in"();
CREATE TRIGGER "{name}_out" AFTER DELETE ON "{target}" REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION "{name}_out"();
CREATE TRIGGER "{name}_stay" BEFORE UPDATE OF {REALM_COLUMN}, "{column}" ON "{table}" FOR EACH ROW
    WHEN ({moved.format(REALM_COLUMN)} OR {moved.format(f'"{column}"')}) EXECUTE FUNCTION "{name}_stay"();
CREATE TRIGGER "{name}_stay" BEFORE UPDATE OF {REALM_COLUMN}, id ON "{target}" FOR EACH ROW
    WHEN ({moved.format(REALM_COLUMN)} OR {moved.format("id")}) EXECUTE FUNCTION "{name}_stay"()
"""


def month_function(function: str, parent: str) -> str:
    """`function(day)` makes the partition of `parent` for the month of that day, if it is not there.

    The application may call it though it owns nothing (SECURITY DEFINER). The partition is walled and
    taken from the application before it is attached: default privileges would open it past the wall.
    """
    return f"""
CREATE OR REPLACE FUNCTION {function}(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    name text := '{parent}_' || to_char(day, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE {parent} INCLUDING DEFAULTS INCLUDING STORAGE)', name);
    EXECUTE format('REVOKE ALL ON %I FROM {APP_ROLE}', name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY {POLICY} ON %I USING ({REALM_COLUMN} = (SELECT realm()))'
                   ' WITH CHECK ({REALM_COLUMN} = (SELECT realm()))', name);
    EXECUTE format('ALTER TABLE {parent} ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, first::timestamp AT TIME ZONE 'UTC',
                   (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END $$;
ALTER FUNCTION {function}(date) OWNER TO {OWNER_ROLE};
REVOKE ALL ON FUNCTION {function}(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {function}(date) TO {APP_ROLE}
"""
