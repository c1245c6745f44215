"""The catalogue check finds no hole in the migrated database, and finds each hole we make."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import connection

from jetbill.running.address import ServerAddress
from jetbill.stages.realms import catalogue
from jetbill.stages.realms.backend.schema import set_key_name
from jetbill.stages.realms.scope import outside_realms


@pytest.fixture
def owner(transactional_db: None, database_server: ServerAddress) -> Iterator[psycopg.Connection]:
    """The owner, who can make holes."""
    dsn = database_server.owner.dsn(connection.settings_dict["NAME"])
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute("SET ROLE jet_own")
        yield session


def _faults() -> list[str]:
    with outside_realms():
        return catalogue.faults()


def test_the_wall_has_no_hole(db: None) -> None:
    assert _faults() == []


def test_every_model_keeps_its_realm() -> None:
    assert run_checks() == []


@pytest.mark.parametrize(
    "hole, told",
    [
        ("CREATE TABLE loose (id int)", "loose has no realm_id"),
        ("CREATE TABLE loose (id int, realm_id bigint)", "loose does not force"),
        ("ALTER TABLE realms_staff NO FORCE ROW LEVEL SECURITY", "does not force"),
        ("ALTER TABLE realms_staff DISABLE ROW LEVEL SECURITY", "does not force"),
        ("DROP POLICY realm_wall ON realms_staff", "0 policies"),
        ("CREATE POLICY second ON realms_staff USING (true)", "2 policies"),
        ("ALTER POLICY realm_wall ON realms_staff USING (true)", "not ours"),
        (
            f'DROP TRIGGER "{set_key_name("document", "customer_id")}_out" ON customer',
            "document.customer_id has no key to customer",
        ),
        ("GRANT TRUNCATE ON realms_staff TO jet_app", "may truncate"),
        ("CREATE VIEW everybody AS SELECT * FROM realms_staff", "view everybody"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "function f"),
        (
            "ALTER TABLE realms_staff ADD UNIQUE (id);"
            "CREATE TABLE loose (realm_id bigint, x bigint REFERENCES realms_staff (id))",
            "may cross realms",
        ),
    ],
)
def test_each_hole_is_named(owner: psycopg.Connection, hole: str, told: str) -> None:
    owner.execute(hole)
    assert any(told in fault for fault in _faults()), _faults()
