"""SMTP against a real server: TLS, passwords, and what every kind of refusal means."""

from collections.abc import Iterator
from typing import Any

import pytest

from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.kernel.trouble import Failure, OutsideFailure
from tests.drivers.mail.mailer_conformance import MailerConformance, letter
from tests.mail_server import CUT, HANG, PASSWORD, USER, MailServer, serving, trusting


def plain(server: MailServer, **more: Any) -> Smtp:
    return Smtp("127.0.0.1", server.port, "none", **more)


class TestSmtp(MailerConformance):
    """Over STARTTLS and with a password."""

    @pytest.fixture
    def server(self) -> Iterator[MailServer]:
        with serving(security="starttls") as server:
            yield server

    @pytest.fixture
    def working(self, server: MailServer) -> Iterator[Smtp]:
        mailer = Smtp("127.0.0.1", server.port, "starttls", USER, PASSWORD, context=trusting())
        yield mailer
        mailer.close()

    @pytest.fixture
    def broken(self) -> Smtp:
        with serving() as gone:
            pass
        return plain(gone)

    @pytest.fixture
    def taken(self, server: MailServer) -> Any:
        return lambda: [each.content for each in server.taken]

    def test_a_wrong_password_is_permanent_and_not_told(self, server: MailServer) -> None:
        wrong = Smtp("127.0.0.1", server.port, "starttls", USER, "wr0ng-word", context=trusting())
        with pytest.raises(OutsideFailure) as failure:
            wrong.send(letter())
        assert (failure.value.code, failure.value.kind) == ("smtp.credentials", Failure.PERMANENT)
        assert "wr0ng-word" not in str(failure.value)

    def test_a_certificate_of_nobody_we_know_gets_nothing(self, server: MailServer) -> None:
        with pytest.raises(OutsideFailure) as failure:
            Smtp("127.0.0.1", server.port, "starttls", USER, PASSWORD).send(letter())
        assert (failure.value.code, failure.value.kind) == ("smtp.tls", Failure.PERMANENT)
        assert server.taken == []


def test_a_server_without_starttls_gets_nothing_when_it_was_asked_for() -> None:
    with serving() as server, pytest.raises(OutsideFailure) as failure:
        Smtp("127.0.0.1", server.port, "starttls", context=trusting()).send(letter())
    assert (failure.value.code, failure.value.kind) == ("smtp.tls", Failure.PERMANENT)


@pytest.mark.parametrize(
    "reply, code, kind",
    [
        ("450 4.2.1 mailbox busy", "smtp.450", Failure.TRANSIENT),
        ("421 4.3.2 going down", "smtp.421", Failure.TRANSIENT),
        ("550 5.1.1 no such user", "mail.address_refused", Failure.PERMANENT),
        ("553 no such name", "mail.address_refused", Failure.PERMANENT),
        ("550 5.7.1 we do not like you", "smtp.550", Failure.PERMANENT),
    ],
)
def test_a_refused_recipient(reply: str, code: str, kind: Failure) -> None:
    with serving() as server:
        server.answer_rcpt = lambda address: reply if address.startswith("ann") else ""
        mailer = plain(server)
        with pytest.raises(OutsideFailure) as failure:
            mailer.send(letter())
        assert (failure.value.code, failure.value.kind) == (code, kind)
        assert reply[:3] in failure.value.said
        assert mailer.send(letter("two", recipient="bob@dental.example")), "the next letter goes"
        mailer.close()


@pytest.mark.parametrize(
    "reply, kind", [("451 4.3.0 disk full", Failure.TRANSIENT), ("554 5.6.0 content", Failure.PERMANENT)]
)
def test_refused_content(reply: str, kind: Failure) -> None:
    with serving() as server:
        server.answer_data = lambda taken: reply
        mailer = plain(server)
        for _ in range(2):
            with pytest.raises(OutsideFailure) as failure:
                mailer.send(letter())
            assert failure.value.kind is kind
        mailer.close()
    assert server.taken == []


@pytest.mark.parametrize("how", [HANG, CUT])
def test_no_answer_to_a_letter_that_was_sent_is_ambiguous(how: str) -> None:
    with serving() as server:
        server.answer_data = lambda taken: how
        mailer = plain(server, timeout_s=1)
        with pytest.raises(OutsideFailure) as failure:
            mailer.send(letter())
        assert (failure.value.code, failure.value.kind) == ("smtp.no_answer", Failure.AMBIGUOUS)
        assert len(server.taken) == 1
        server.answer_data = lambda taken: ""
        assert mailer.send(letter()), "the mailer connects again"
        mailer.close()
    assert server.ids() == ["<one@north.example>"] * 2
