"""Each realm's mailer from its settings, and passwords that only their realm finds."""

from pathlib import Path

import pytest

from jetbill.drivers.mail.mailbox.driver import Mailbox
from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery.port import Letter
from jetbill.stages.realms.models import Realm
from jetbill.wiring.passwords import password
from jetbill.wiring.post import mailer

LETTER = Letter("<1@north.example>", "bounce@north.example", "ann@dental.example", b"")


def secrets(home: Path, text: str, mode: int = 0o600) -> None:
    (home / "secrets").write_text(text)
    (home / "secrets").chmod(mode)


def test_without_settings_mails_land_in_a_mailbox(tmp_path: Path) -> None:
    assert mailer(tmp_path, Realm(slug="north")) == Mailbox(tmp_path / "mailbox" / "north")


def test_smtp_with_its_password_from_the_file(tmp_path: Path) -> None:
    secrets(tmp_path, "north.smtp = s3cret\n")
    settings = {"host": "mail.north.example", "user": "jet", "password_ref": "smtp", "from": "b@n.example"}
    found = mailer(tmp_path, Realm(slug="north", mail=settings))
    assert found == Smtp("mail.north.example", 587, "starttls", "jet", "s3cret")


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"host": "m.example", "password_ref": "smtp"}, "neither JET_PASSWORD_NORTH_SMTP nor a line"),
        ({"host": "m.example", "security": "ssl"}, 'unknown security "ssl"; known: starttls'),
        ({"hots": "m.example"}, "unknown mail settings: hots"),
    ],
)
def test_wrong_settings_park_the_mail_with_a_sentence(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(OutsideFailure, match="permanent") as failure:
        mailer(tmp_path, Realm(slug="north", mail=settings)).send(LETTER)
    assert failure.value.kind is Failure.PERMANENT and said in failure.value.said


def test_a_realm_finds_its_own_passwords_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, "north.smtp=one\n# a remark\n")
    monkeypatch.setenv("JET_PASSWORD_NORTH_X_SMTP", "two")
    assert password(tmp_path, "north", "smtp") == "one"
    assert password(tmp_path, "north-x", "smtp") == "two"
    for realm, name in (("south", "smtp"), ("north", "x_smtp"), ("north_x", "smtp"), ("north", "X_SMTP")):
        with pytest.raises(OutsideFailure, match=r"password\.missing"):
            password(tmp_path, realm, name)


def test_a_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    secrets(tmp_path, "north.smtp=one\n", 0o640)
    with pytest.raises(OutsideFailure, match=r"password\.exposed"):
        password(tmp_path, "north", "smtp")
