"""`jet mail` and `jet print`, and mails that came back."""

from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.mail import mail
from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.cli.print import printing
from jetbill.doors.files.bounces import read_bounce, take_in_folder
from jetbill.drivers.mail.mailbox.driver import Mailbox
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.customers.models import Contact
from jetbill.stages.customers.values import PostalAddress
from jetbill.stages.delivery import batches
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.models import Delivery, PrintBatch
from jetbill.stages.delivery.room import PostRoom
from jetbill.stages.events.models import Event
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.issued import STAMP, customer, issue_invoices
from tests.post_office import room_at, work_off

pytestmark = pytest.mark.django_db

BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sun, 1 Feb 2026 05:01:00 +0000

Final-Recipient: rfc822; c-1@customer.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <c-1@customer.example>:
    User unknown

--b--
"""


@pytest.fixture
def room(tmp_path: Path) -> PostRoom:
    return room_at(tmp_path, 0, lambda realm: Mailbox(tmp_path / "mailbox" / realm.slug))


def run(command: object, home: Path, *arguments: str) -> Result:
    plugs = Plugs(connect=lambda: None, home=lambda: home, now=lambda: STAMP)
    return CliRunner().invoke(command, arguments, obj=plugs)  # type: ignore[arg-type]


def mailed(north: Realm, room: PostRoom) -> Delivery:
    with realm_scope(north):
        issue_invoices([customer()])
    work_off(room)
    with realm_scope(north):
        return Delivery.objects.get()


def bounce_file(folder: Path, to: str, action: str = "failed", status: str = "5.1.1") -> Path:
    file = folder / "bounce.eml"
    file.write_text(BOUNCE.format(to=to, action=action, status=status))
    return file


def test_list_and_show_tell_what_was_mailed(north: Realm, room: PostRoom, tmp_path: Path) -> None:
    row = mailed(north, room)
    listed = run(mail, tmp_path, "list", "-o", "csv").output
    assert f"{row.pk},INV-2026-000001,C-1,c-1@customer.example,sent,1,2026-02-01 05:00:00+00:00" in listed
    shown = run(mail, tmp_path, "show", str(row.pk)).output
    assert "Please pay €119.00 by 15 February 2026." in shown
    (file,) = (tmp_path / "mailbox" / "north").glob("*.eml")
    assert f"File: {file}" in shown
    assert run(mail, tmp_path, "show", str(row.pk), "--raw").stdout_bytes == file.read_bytes()


def test_mallory_is_shown_nothing(north: Realm, south: Realm, room: PostRoom, tmp_path: Path) -> None:
    row = mailed(north, room)
    assert "INV" not in run(mail, tmp_path, "list", "--realm", "south").output
    for arguments in (("show", str(row.pk)), ("show", str(row.pk), "--raw"), ("resend", str(row.pk))):
        assert isinstance(run(mail, tmp_path, *arguments, "--realm", "south").exception, Refused)


def test_resend_makes_a_new_mail(north: Realm, room: PostRoom, tmp_path: Path) -> None:
    row = mailed(north, room)
    assert "is due" in run(mail, tmp_path, "resend", str(row.pk)).output
    work_off(room)
    assert len(list((tmp_path / "mailbox" / "north").glob("*.eml"))) == 2


def test_a_bounce_fails_the_delivery_and_marks_the_contact_once(
    north: Realm, room: PostRoom, tmp_path: Path
) -> None:
    row = mailed(north, room)
    file = bounce_file(tmp_path, row.bounces_to)
    for _ in range(2):
        assert f"delivery {row.pk}" in run(mail, tmp_path, "bounce", str(file)).output
    with realm_scope(north):
        row.refresh_from_db()
        assert (row.state, row.reply) == ("failed", "5.1.1 550 5.1.1 <c-1@customer.example>: User unknown")
        contact = Contact.objects.get()
        assert contact.bounced_at == STAMP
        assert Event.objects.filter(kind="mail.bounced").count() == 1
        issue_invoices([contact.customer])
    work_off(room)
    with realm_scope(north):
        assert Delivery.objects.order_by("-id")[0].state == "to_print", "no more mail to it"


def test_a_delay_is_only_logged(north: Realm, room: PostRoom, tmp_path: Path) -> None:
    row = mailed(north, room)
    run(mail, tmp_path, "bounce", str(bounce_file(tmp_path, row.bounces_to, "delayed", "4.4.1")))
    with realm_scope(north):
        row.refresh_from_db()
        assert row.state == "sent" and row.log.filter(what="delayed").exists()
        assert Contact.objects.get().bounced_at is None


def test_a_forged_or_foreign_bounce_changes_nothing(
    north: Realm, south: Realm, room: PostRoom, tmp_path: Path
) -> None:
    row = mailed(north, room)
    key = row.bounces_to.partition("+")[2].partition("@")[0]
    realm, document, token = key.split(".")
    other = f"{south.pk}.{document}.{token}"
    for forged in (f"{realm}.{document}.{'0' * 16}", other, f"999999.{document}.{token}"):
        with pytest.raises(BadInput, match="bounce address"):
            raise (
                run(
                    mail, tmp_path, "bounce", str(bounce_file(tmp_path, f"bounce+{forged}@north.example"))
                ).exception
                or AssertionError
            )
    with realm_scope(north):
        row.refresh_from_db()
        assert row.state == "sent"


@pytest.mark.parametrize("content", [b"", b"Subject: I am on holiday\n\nBack on Monday", bytes(range(256))])
def test_other_mail_is_no_bounce(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.eml").write_bytes(content)
    with pytest.raises(BadInput, match="no delivery status notification"):
        read_bounce(tmp_path / "x.eml")


def test_a_watched_folder_is_emptied(north: Realm, room: PostRoom, tmp_path: Path) -> None:
    row = mailed(north, room)
    folder = tmp_path / "bounces"
    folder.mkdir()
    bounce_file(folder, row.bounces_to)
    (folder / "holiday.eml").write_text("Subject: I am on holiday\n\n")
    assert take_in_folder(folder, STAMP) == 1
    assert take_in_folder(folder, STAMP) == 0
    assert (folder / "done" / "bounce.eml").is_file() and (folder / "set_aside" / "holiday.eml").is_file()


def to_print(realm: Realm, room: PostRoom, *postcodes: tuple[str, str]) -> None:
    with realm_scope(realm):
        owners = [
            customer(
                f"P-{n}", delivery="post", address=PostalAddress(("1 Lane",), "Town", postcode, "", land)
            )
            for n, (land, postcode) in enumerate(postcodes)
        ]
        issue_invoices(owners)
    work_off(room)


def test_a_batch_is_closed_once_and_printed_again_the_same(
    north: Realm, room: PostRoom, tmp_path: Path
) -> None:
    to_print(north, room, ("DE", "80331"), ("DE", "10115"))
    first = run(printing, tmp_path, "batch")
    assert "2 documents, 2 pages, 2 sheets" in first.output
    file = Path(first.output.splitlines()[-1])
    with pikepdf.open(file) as opened:
        assert len(opened.pages) == 2 + 2 * 2, "cover and letters, each on a sheet of its own"
    assert "Nothing waits" in run(printing, tmp_path, "batch").output
    again = tmp_path / "again.pdf"
    run(printing, tmp_path, "batch", "--reprint", "1", "--to", str(again))
    assert again.read_bytes() == file.read_bytes()
    assert (
        run(printing, tmp_path, "list", "-o", "csv")
        .output.splitlines()[1]
        .startswith("1,2026-02-01 05:00+00:00,")
    )
    assert isinstance(run(printing, tmp_path, "batch", "--reprint", "2").exception, Refused)
    with realm_scope(north):
        assert set(Delivery.objects.values_list("state", flat=True)) == {"printed"}


def test_letters_go_in_postal_order(north: Realm, room: PostRoom) -> None:
    from jetbill.stages.delivery import actions, queries

    to_print(north, room, ("FR", "75001"), ("DE", "80331"), ("AT", "1010"), ("DE", "10115"))
    with realm_scope(north):
        batch = actions.open_batch(now=STAMP)
        assert batch is not None
        letters = queries.letters_of(batch, "DE")
    assert [each.number[-1] for each in letters] == ["4", "2", "3", "1"]


def test_a_batch_that_was_begun_is_gone_on_with(north: Realm, room: PostRoom, tmp_path: Path) -> None:
    from jetbill.stages.delivery import actions

    to_print(north, room, ("DE", "10115"))
    with realm_scope(north):
        begun = actions.open_batch(now=STAMP)
    with realm_scope(north):
        issue_invoices([customer("P-9", delivery="post")])
    work_off(room)
    archive = Archive(tmp_path / "documents")
    first = batches.print_batch(north, archive, now=STAMP)
    second = batches.print_batch(north, archive, now=STAMP)
    assert begun is not None and first is not None and second is not None
    assert (first.pk, first.letters, second.letters) == (begun.pk, 1, 1)
    with realm_scope(north), pytest.raises(Refused, match=r"batch\.closed"):
        actions.close_batch(first.pk, actions.printing.Printed(b"other", 1, 1, 1, 1), now=STAMP)


def test_the_batch_of_another_realm_is_another(
    north: Realm, south: Realm, room: PostRoom, tmp_path: Path
) -> None:
    to_print(north, room, ("DE", "10115"))
    run(printing, tmp_path, "batch")
    assert "Nothing waits" in run(printing, tmp_path, "batch", "--realm", "south").output
    refused = run(printing, tmp_path, "batch", "--realm", "south", "--reprint", "1").exception
    assert isinstance(refused, Refused)
    with realm_scope(south):
        assert not PrintBatch.objects.exists()
