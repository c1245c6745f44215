"""Mallory of the south tries to see and touch the north: the scope and the database refuse, each alone."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from jetbill.stages.realms.actions import create_staff
from jetbill.stages.realms.models import Realm, Staff
from jetbill.stages.realms.scope import NoRealm, current_realm_id, outside_realms, realm_scope


@pytest.fixture
def vera(north: Realm) -> Staff:
    with realm_scope(north):
        return Staff.objects.create(login="vera", name="Vera")


def test_the_tests_run_as_the_application_which_owns_nothing(db: None) -> None:
    with outside_realms(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == ("jet_app", False)


def test_north_sees_vera_and_mallory_does_not(vera: Staff, north: Realm, south: Realm) -> None:
    with realm_scope(north):
        assert list(Staff.objects.all()) == [vera]
    with realm_scope(south):
        assert not Staff.objects.filter(pk=vera.pk).exists()
        assert Staff.objects.count() == 0


def test_without_a_scope_every_query_raises(vera: Staff) -> None:
    with pytest.raises(NoRealm):
        Staff.objects.count()
    with pytest.raises(NoRealm):
        connection.cursor().execute("SELECT 1")
    with pytest.raises(NoRealm):
        connection.cursor().copy("COPY realms_staff TO STDOUT")


def test_a_lazy_queryset_carried_out_of_the_scope_raises(vera: Staff, north: Realm) -> None:
    with realm_scope(north):
        everybody = Staff.objects.all()
    with pytest.raises(NoRealm):
        list(everybody)


def test_outside_realms_sees_open_tables_only(vera: Staff) -> None:
    with outside_realms():
        assert Realm.objects.count() == 1
        with pytest.raises(DatabaseError, match="no realm is set"), transaction.atomic():
            Staff.objects.count()


def test_after_a_scope_the_database_has_forgotten_the_realm(vera: Staff, north: Realm) -> None:
    with realm_scope(north):
        pass
    with outside_realms(), pytest.raises(DatabaseError, match="no realm is set"), transaction.atomic():
        Staff.objects.count()


def test_mallory_changes_and_deletes_nothing(vera: Staff, north: Realm, south: Realm) -> None:
    with realm_scope(south):
        assert Staff.objects.filter(pk=vera.pk).update(name="Mallory") == 0
        assert Staff.objects.filter(pk=vera.pk).delete()[0] == 0
    with realm_scope(north):
        assert Staff.objects.get().name == "Vera"


def test_mallory_writes_no_row_into_the_north(north: Realm, south: Realm) -> None:
    with realm_scope(south), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Staff.objects.create(realm=north, login="mallory")


def test_copy_into_a_walled_table_is_refused_and_copy_out_shows_the_own_realm(
    vera: Staff, south: Realm
) -> None:
    with realm_scope(south), connection.cursor() as cursor:
        with cursor.copy("COPY realms_staff TO STDOUT") as copy:
            assert list(copy) == []
        with (
            pytest.raises(psycopg.errors.FeatureNotSupported),
            transaction.atomic(),
            cursor.copy("COPY realms_staff (login) FROM STDIN") as copy,
        ):
            copy.write_row(["mallory"])


def test_the_application_cannot_truncate_or_open_the_wall(vera: Staff, south: Realm) -> None:
    attacks = [
        "TRUNCATE realms_staff",
        "ALTER TABLE realms_staff DISABLE ROW LEVEL SECURITY",
        "DROP POLICY realm_wall ON realms_staff",
    ]
    if connection.settings_dict["USER"] == "jet_app":  # one login for both could step up again
        attacks.append("SET ROLE jet_own")
    for attack in attacks:
        with realm_scope(south), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(attack)


def test_a_scope_of_another_realm_cannot_be_opened_inside(north: Realm, south: Realm) -> None:
    with realm_scope(north):
        with realm_scope(north.pk):
            assert current_realm_id() == north.pk
        with pytest.raises(NoRealm), realm_scope(south):
            pass
        with pytest.raises(NoRealm), outside_realms():
            pass
    assert current_realm_id() is None


def test_an_error_inside_takes_back_the_writes_and_the_realm(north: Realm) -> None:
    with pytest.raises(ZeroDivisionError), realm_scope(north):
        Staff.objects.create(login="half done")
        _ = 1 // 0
    with outside_realms(), pytest.raises(DatabaseError, match="no realm is set"), transaction.atomic():
        Staff.objects.count()
    with realm_scope(north):
        assert Staff.objects.count() == 0


def test_the_same_login_in_two_realms_is_two_people(vera: Staff, south: Realm) -> None:
    other = create_staff(south, "vera", "another password")
    assert other.pk != vera.pk
    assert other.check_password("another password")
