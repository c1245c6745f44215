"""A published version, its parts and the rates of a sealed deck cannot change: the database refuses it."""

from django.db import migrations

PARTS = (
    "bundle",
    "plan",
    "plan_offer",
    "fee",
    "usage_charge",
    "calendar",
    "tax_rate",
    "book_deck",
    "promotion",
)

FUNCTIONS = """
CREATE FUNCTION book_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'published' THEN
    RAISE EXCEPTION 'version % of a price book is published and cannot change', OLD.number
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER book_version_stays BEFORE UPDATE OR DELETE ON book_version
  FOR EACH ROW EXECUTE FUNCTION book_version_stays();

CREATE FUNCTION book_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.version_id];
  ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.version_id];
  ELSE touched := ARRAY[OLD.version_id, NEW.version_id];
  END IF;
  IF EXISTS (SELECT FROM book_version WHERE id = ANY (touched) AND state = 'published') THEN
    RAISE EXCEPTION 'a row of % belongs to a published price book and cannot change', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION rate_deck_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_sealed THEN
    RAISE EXCEPTION 'rate deck % is sealed and cannot change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rate_deck_stays BEFORE UPDATE ON rate_deck FOR EACH ROW EXECUTE FUNCTION rate_deck_stays();

CREATE FUNCTION deck_rate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT deck_id FROM added) AS wanted
    WHERE NOT EXISTS (SELECT FROM rate_deck WHERE id = wanted.deck_id AND NOT is_sealed)
  ) THEN
    RAISE EXCEPTION 'a rate deck is sealed or unknown and takes no rates'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER deck_rate_stays AFTER INSERT ON deck_rate REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION deck_rate_stays();
REVOKE UPDATE, DELETE ON deck_rate FROM jet_app;
REVOKE DELETE ON rate_deck, price_book FROM jet_app;
"""

UNDO = """
GRANT DELETE ON rate_deck, price_book TO jet_app;
GRANT UPDATE, DELETE ON deck_rate TO jet_app;
DROP FUNCTION book_version_stays() CASCADE;
DROP FUNCTION book_part_stays() CASCADE;
DROP FUNCTION rate_deck_stays() CASCADE;
DROP FUNCTION deck_rate_stays() CASCADE;
"""


def _part_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_stays BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION book_part_stays();"
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS + "".join(_part_trigger(table) for table in PARTS), UNDO),
    ]
