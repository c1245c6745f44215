"""`jet realm` and `jet staff`, in two realms."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.cli.realm import realm
from jetbill.doors.cli.staff import staff
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.billing.look import look_of
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms
from tests.doors.test_realm_file import WHOLE
from tests.doors.test_realm_file import read as lay_out

pytestmark = pytest.mark.django_db


def run(home: Path, command: object, *arguments: str, told: str = "") -> Result:
    plugs = Plugs(connect=lambda: None, home=lambda: home)
    return CliRunner().invoke(command, arguments, obj=plugs, input=told)  # type: ignore[arg-type]


def settings(slug: str) -> dict[str, object]:
    with outside_realms():
        (row,) = Realm.objects.filter(slug=slug).values()
    return row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The manual's file with its pictures beside it."""
    lay_out(WHOLE, tmp_path)
    return tmp_path / "north.yaml"


def test_a_fresh_realm_is_shown_and_set_as_it_is(north: Realm, south: Realm, tmp_path: Path) -> None:
    before = settings("north")
    shown = run(tmp_path, realm, "show").stdout
    assert "\nname: North\ntime_zone: Europe/Berlin\n" in shown and "look_back: 2" in shown
    (tmp_path / "f.yaml").write_text(shown)
    assert "north: 0 settings changed." in run(tmp_path, realm, "set", str(tmp_path / "f.yaml")).stderr
    after = settings("north")
    assert look_of(Realm(**after)) == look_of(Realm(**before)) and after["mail"] == before["mail"]


def test_set_makes_the_realm_what_the_file_says_and_no_other(
    north: Realm, south: Realm, tmp_path: Path, file: Path
) -> None:
    other, before = settings("south"), settings("north")
    tried = run(tmp_path, realm, "set", str(file), "--dry-run", "-o", "csv")
    assert "bank.iban,,IE29 AIBK 9311 5212 3456 78" in tried.stdout and "would change" in tried.stderr
    assert settings("north") == before and not (tmp_path / "brand").exists(), "nothing of it was kept"
    done = run(tmp_path, realm, "set", str(file), "-o", "csv")
    assert done.exit_code == 0 and done.stdout == tried.stdout
    look = look_of(Realm(**settings("north")))
    assert look.brand.logo is not None and look.advert is not None and look.advert.image is not None
    folder = tmp_path / "brand" / str(north.pk)
    names = {look.brand.logo.name, look.advert.image.name}
    assert {each.name for each in folder.iterdir()} == names and folder.stat().st_mode & 0o077 == 0
    assert settings("north")["mail"]["from"] == "billing@north.example"  # type: ignore[index]
    assert settings("south") == other
    shown = run(tmp_path, realm, "show").stdout
    (tmp_path / "again.yaml").write_text(shown)
    assert "0 settings" in run(tmp_path, realm, "set", str(tmp_path / "again.yaml")).stderr
    assert run(tmp_path, realm, "show").stdout == shown


def test_what_the_file_does_not_mention_goes_back(north: Realm, tmp_path: Path, file: Path) -> None:
    run(tmp_path, realm, "set", str(file))
    file.write_text("name: North\n")
    changed = run(tmp_path, realm, "set", str(file), "-o", "csv").stdout
    assert "mail.host,mail.north.example,\n" in changed and "time_zone,Europe/Dublin,UTC\n" in changed
    row = settings("north")
    assert (row["mail"], row["policies"], row["host_name"], row["country"]) == ({}, {}, "", "")
    assert look_of(Realm(**row)).bank is None


def test_a_wrong_file_changes_nothing(north: Realm, south: Realm, tmp_path: Path, file: Path) -> None:
    before = settings("north")
    file.write_text(WHOLE.replace("receipts: yes", "receipts: maybe"))
    refused = run(tmp_path, realm, "set", str(file)).exception
    assert isinstance(refused, BadInput) and "policies.receipts" in str(refused)
    assert settings("north") == before and not (tmp_path / "brand").exists()
    assert "nowhere.yaml: cannot be read" in str(run(tmp_path, realm, "set", "nowhere.yaml").exception)
    assert "no realm called" in str(run(tmp_path, realm, "set", str(file), "--realm", "east").exception)


def test_a_picture_of_another_realm_is_not_taken_by_its_name(
    north: Realm, south: Realm, tmp_path: Path, file: Path
) -> None:
    run(tmp_path, realm, "set", str(file))
    look = look_of(Realm(**settings("north"))).brand
    assert look.logo is not None
    mallory = tmp_path / "elsewhere" / "south.yaml"
    mallory.parent.mkdir()
    mallory.write_text(f"name: South\nlook: {{logo: {{file: {look.logo.name}, alt: N}}}}\n")
    refused = run(tmp_path, realm, "set", str(mallory), "--realm", "south").exception
    assert "look.logo.file" in str(refused) and "cannot be read" in str(refused)


def test_a_name_or_host_of_another_realm_is_refused_at_its_line(
    north: Realm, south: Realm, tmp_path: Path, file: Path
) -> None:
    run(tmp_path, realm, "set", str(file))
    for text, told in (
        ("locale: en\nname: North\n", ":2: name: there is a realm called North (north) already"),
        ("name: South\nhost_name: billing.north.example\n", ":2: host_name: another realm answers at"),
    ):
        file.write_text(text)
        refused = run(tmp_path, realm, "set", str(file), "--realm", "south").exception
        assert told in str(refused)
    assert settings("south")["host_name"] == ""


def test_a_realm_is_added_with_its_pictures(north: Realm, tmp_path: Path, file: Path) -> None:
    file.write_text("name: Véra Telecom\nlook: {logo: {file: logo.svg, alt: Vera}}\n")
    assert "--realm vera" in run(tmp_path, realm, "add", str(file), "--short", "vera").output
    made = settings("vera")
    logo = look_of(Realm(**made)).brand.logo
    assert logo is not None and (tmp_path / "brand" / str(made["id"]) / logo.name).is_file()
    listed = run(tmp_path, realm, "list", "-o", "csv").output
    assert "vera,Véra Telecom,,UTC,EUR,,\n" in listed and "north,North,,Europe/Berlin,EUR,DE,yes\n" in listed
    assert "name: there is a realm called" in str(run(tmp_path, realm, "add", str(file)).exception)
    file.write_text("name: Bob\n")
    assert isinstance(run(tmp_path, realm, "add", str(file), "--short", "../x").exception, Refused)


def test_staff_log_in_to_one_realm(north: Realm, south: Realm, tmp_path: Path) -> None:
    added = run(tmp_path, staff, "add", "ann", "--name", "Ann", told="correct horse\ncorrect horse\n")
    assert "ann may log in to North." in added.output and "horse" not in added.output
    assert run(tmp_path, staff, "add", "bob", "--password-stdin", told="a long password\nmore").exit_code == 0
    assert isinstance(
        run(tmp_path, staff, "add", "ann", "--password-stdin", told="x" * 12).exception, Refused
    )
    for login, word in (("vera", "x" * 11), (" ", "x" * 12)):
        assert isinstance(
            run(tmp_path, staff, "add", login, "--password-stdin", told=word).exception, Refused
        )
    assert run(tmp_path, staff, "list", "-o", "csv").output.splitlines()[1:] == [
        "ann,Ann,yes,never",
        "bob,,yes,never",
    ]
    assert len(run(tmp_path, staff, "list", "--realm", "south", "-o", "csv").output.splitlines()) == 1
