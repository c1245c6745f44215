"""From an issued document to a letter at a real mail server, or to the printer, in two realms."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.kernel.trouble import Refused
from jetbill.stages.customers.models import Contact
from jetbill.stages.delivery import actions, queries
from jetbill.stages.delivery.models import Delivery, DeliveryLog, Rendering, State
from jetbill.stages.delivery.room import PostRoom
from jetbill.stages.events.queries import parked_jobs
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from tests.issued import STAMP, customer, issue_invoices
from tests.mail_server import CUT, MailServer, serving
from tests.post_office import room_at, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving() as server:
        yield server


@pytest.fixture
def room(tmp_path: Path, server: MailServer) -> PostRoom:
    return room_at(tmp_path, server.port)


def issue(realm: Realm, *owners: dict[str, Any]) -> list[int]:
    """Invoices for customers with these properties."""
    with realm_scope(realm):
        made = [customer(**{"number": f"C-{n}", **each}) for n, each in enumerate(owners, 1)]
        return [each.pk for each in issue_invoices(made)]


def states(realm: Realm) -> dict[str, str]:
    with realm_scope(realm):
        rows = Delivery.objects.order_by("id").select_related("document__customer")
        return {f"{row.document.customer.number} {row.receiver.split(':')[0]}": row.state for row in rows}


def test_an_invoice_is_drawn_kept_and_mailed(north: Realm, room: PostRoom, server: MailServer) -> None:
    (document,) = issue(north, {"name": "Ann"})
    work_off(room)
    (letter,) = server.taken
    message = letter.message
    assert letter.recipient == "c-1@customer.example"
    assert message["Subject"] == "Invoice INV-2026-000001 from North Networks"
    assert message["From"] == "North <billing@north.invalid>"
    body = message.get_body(("plain",))
    assert body is not None and "Please pay €119.00 by 15 February 2026." in body.get_content()
    (attached,) = message.iter_attachments()
    with realm_scope(north):
        rendering = Rendering.objects.get(document=document)
        assert room.archive.read(north.pk, rendering.digest) == attached.get_content()
        row = Delivery.objects.get()
        assert (row.state, bytes(row.digest)) == (State.SENT, bytes(rendering.digest))
        assert row.reply == "250 2.0.0 taken"
        assert [each.what for each in row.log.order_by("id")] == ["due", "sent"]


def test_the_customer_is_written_to_in_his_language(north: Realm, room: PostRoom, server: MailServer) -> None:
    issue(north, {"name": "Bob", "language": "de"}, {"language": "ar"})
    work_off(room)
    assert sorted(str(each.message["Subject"]) for each in server.taken) == [
        "Invoice INV-2026-000002 from North Networks",
        "Rechnung INV-2026-000001 von North Networks",
    ]


def test_who_gets_no_mail_waits_for_the_printer_or_is_left_alone(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    issue(north, {"delivery": "post"}, {"delivery": "none"}, {"email": ""}, {})
    with realm_scope(north):
        contact = Contact.objects.get(customer__number="C-4")
        Contact.objects.filter(pk=contact.pk).update(bounced_at=STAMP)
    work_off(room)
    assert server.taken == []
    assert states(north) == {
        "C-1 post": "to_print",
        "C-2 nobody": "switched_off",
        "C-3 post": "to_print",
        "C-4 post": "to_print",
    }


def test_a_realm_can_switch_mail_off(north: Realm, room: PostRoom, server: MailServer) -> None:
    with outside_realms():
        Realm.objects.filter(pk=north.pk).update(policies={"email": False})
    issue(north, {})
    work_off(room)
    assert server.taken == [] and states(north) == {"C-1 post": "to_print"}


def test_doing_it_twice_is_doing_it_once(north: Realm, room: PostRoom, server: MailServer) -> None:
    documents = issue(north, {})
    work_off(room)
    with realm_scope(north):
        actions.dispatch(documents, now=STAMP)
        with pytest.raises(IntegrityError), transaction.atomic():
            row = Delivery.objects.get()
            row.pk = None
            row.save()
    work_off(room, STAMP + timedelta(days=2))
    assert len(server.taken) == 1


def test_what_was_drawn_is_never_changed(north: Realm, room: PostRoom) -> None:
    issue(north, {})
    work_off(room)
    with realm_scope(north):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Rendering.objects.update(size=1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            DeliveryLog.objects.update(what="never happened")


def test_a_busy_server_is_tried_again_and_each_mail_arrives_once(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    issue(north, {}, {}, {})
    server.answer_rcpt = lambda address: "450 4.2.1 busy" if address.startswith("c-2") else ""
    work_off(room)
    assert sorted(each.recipient[:3] for each in server.taken) == ["c-1", "c-3"]  # streams have no order
    server.answer_rcpt = lambda address: ""
    work_off(room, STAMP + timedelta(minutes=1))
    assert sorted(each.recipient[:3] for each in server.taken) == ["c-1", "c-2", "c-3"]
    assert set(states(north).values()) == {"sent"}


def test_a_server_down_for_an_hour_gets_each_mail_exactly_once(
    north: Realm, tmp_path: Path, server: MailServer
) -> None:
    issue(north, *({} for _ in range(60)))
    with serving() as gone:
        pass
    down = room_at(tmp_path, gone.port)
    for minutes in (0, 1, 5, 20, 40, 60):
        work_off(down, STAMP + timedelta(minutes=minutes))
    assert set(states(north).values()) == {"due"}
    with serving(MailServer(port=gone.port)) as again:
        for hours in (1, 2, 3, 4):
            work_off(down, STAMP + timedelta(hours=hours))
        assert len(again.ids()) == len(set(again.ids())) == 60
    with realm_scope(north):
        assert not DeliveryLog.objects.filter(what="ambiguous").exists()
        assert DeliveryLog.objects.filter(what="put off").count() >= 60


def test_a_refusal_parks_only_that_mail_and_can_be_sent_again(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    issue(north, {}, {})
    server.answer_rcpt = lambda address: "550 5.7.1 not from you" if address.startswith("c-1") else ""
    work_off(room)
    assert states(north) == {"C-1 contact": "parked", "C-2 contact": "sent"}
    with outside_realms():
        assert [job.code for job in parked_jobs()] == ["smtp.550"]
    server.answer_rcpt = lambda address: ""
    with realm_scope(north):
        row = Delivery.objects.get(state="parked")
        assert "not from you" in row.reply
        assert actions.send_again(row.pk, by="test", now=STAMP).message_id == row.message_id
    work_off(room)
    assert states(north)["C-1 contact"] == "sent"
    with outside_realms():
        assert parked_jobs() == []


def test_an_address_that_does_not_exist_marks_the_contact(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    issue(north, {})
    server.answer_rcpt = lambda address: "550 5.1.1 no such user"
    work_off(room)
    assert states(north) == {"C-1 contact": "failed"}
    with realm_scope(north):
        assert Contact.objects.get().bounce_reason == "550 5.1.1 no such user"
        with pytest.raises(Refused, match=r"contact\.bounced"):
            actions.send_again(Delivery.objects.get().pk, by="test", now=STAMP)


def test_no_answer_is_ambiguous_and_sent_again_as_it_was(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    issue(north, {})
    server.answer_data = lambda taken: CUT
    work_off(room)
    assert states(north) == {"C-1 contact": "sending"}
    server.answer_data = lambda taken: ""
    work_off(room, STAMP + timedelta(minutes=1))
    first, second = server.taken
    assert first.content == second.content
    with realm_scope(north):
        told = [each.what for each in DeliveryLog.objects.order_by("id")]
        assert told == ["due", "no answer", "ambiguous", "sent"]


def test_a_mail_that_is_sent_again_is_another_mail(north: Realm, room: PostRoom, server: MailServer) -> None:
    issue(north, {})
    work_off(room)
    with realm_scope(north):
        Contact.objects.update(email="new@customer.example")
        again = actions.send_again(Delivery.objects.get().pk, by="staff:1", now=STAMP)
        with pytest.raises(Refused, match="on_its_way"):
            actions.send_again(again.pk, by="staff:1", now=STAMP)
    work_off(room)
    first, second = server.taken
    assert second.recipient == "new@customer.example"
    assert len(set(server.ids())) == 2
    pdfs = [part.get_content() for each in (first, second) for part in each.message.iter_attachments()]
    assert len(pdfs) == 2 and pdfs[0] == pdfs[1]


def test_two_realms_write_in_their_own_names_and_see_their_own(
    north: Realm, south: Realm, room: PostRoom, server: MailServer
) -> None:
    (ours,) = issue(north, {})
    issue(south, {"number": "M-1", "name": "Mallory", "currency": "JPY"})
    work_off(room)
    assert sorted(str(each.message["From"]) for each in server.taken) == [
        "North <billing@north.invalid>",
        "South <billing@south.invalid>",
    ]
    with realm_scope(north):
        mine = Delivery.objects.get().pk
    with realm_scope(south):
        assert [row.document_number for row in queries.mails()] == ["INV-2026-000001"]
        assert queries.mail(mine) is None
        with pytest.raises(Refused, match=r"delivery\.unknown"):
            actions.send_again(mine, by="mallory", now=STAMP)
        actions.dispatch([ours], now=STAMP)
        assert Delivery.objects.count() == 1


def test_a_document_that_cannot_be_drawn_is_parked_and_shown(
    north: Realm, room: PostRoom, server: MailServer
) -> None:
    from jetbill.stages.billing.models import Document
    from jetbill.stages.events.queue import NewJob, enqueue

    (good,) = issue(north, {})
    with realm_scope(north):
        bad = Document.objects.get(pk=good)
        bad.pk, bad.number, bad.view = None, "INV-BAD", b'{"kind":"invoice"}'
        bad.save()
        enqueue(NewJob(north.pk, f"document:{bad.pk}", "delivery.deliver", bad.pk, STAMP))
    work_off(room)
    assert len(server.taken) == 1
    with outside_realms():
        assert [job.code for job in parked_jobs()] == ["document.undrawable"]
    with realm_scope(north):
        assert Delivery.objects.get(state="parked").reply


def test_a_large_document_is_announced_instead_of_attached(
    north: Realm, room: PostRoom, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jetbill.stages.delivery import wordings
    from jetbill.stages.delivery.actions import dispatch

    for module in (wordings, sys.modules[dispatch.__module__]):
        monkeypatch.setattr(module, "LARGEST", 100)
    issue(north, {})
    work_off(room)
    (letter,) = server.taken
    assert list(letter.message.iter_attachments()) == []
    assert b"too large for a mail" in letter.content


def test_mailers_are_closed(north: Realm, tmp_path: Path, server: MailServer) -> None:
    made: list[Smtp] = []

    def mailer(_: Realm) -> Smtp:
        made.append(Smtp("127.0.0.1", server.port, "none"))
        return made[-1]

    issue(north, {}, {})
    work_off(room_at(tmp_path, server.port, mailer))
    assert len(made) == 1 and made[0]._session is None


def test_the_instants_are_those_of_the_clock_passed_in(north: Realm, room: PostRoom) -> None:
    issue(north, {})
    later: datetime = STAMP + timedelta(days=7)
    work_off(room, later)
    with realm_scope(north):
        assert Delivery.objects.get().sent_at == Rendering.objects.get().rendered_at == later
