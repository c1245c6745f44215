"""A real SMTP server in this process, for tests: it keeps what it takes and misbehaves when it is told to."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

CERTIFICATE = Path(__file__).parent / "drivers" / "mail" / "localhost.pem"
USER, PASSWORD = "north", "s3cret-of-north"
HANG, CUT = "hang", "cut"


@dataclass
class Taken:
    """One letter that the server said 250 to (or took before it cut the line)."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The letter, read by Python's parser."""
        found = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class MailServer:
    """`answer_rcpt` and `answer_data` may give another reply than 250; HANG and CUT come after taking."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answer_rcpt: Callable[[str], str] = lambda address: ""
    answer_data: Callable[[Taken], str] = lambda taken: ""

    def ids(self) -> list[str]:
        """The Message-ID of every letter taken, in order."""
        return [str(each.message["Message-ID"]) for each in self.taken]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if answer := self.answer_rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = Taken(envelope.mail_from, envelope.rcpt_tos[0], envelope.content)
        answer = self.answer_data(letter)
        if answer[:1] not in "45" or not answer:
            self.taken.append(letter)
        if answer == HANG:
            await asyncio.sleep(3600)
        if answer == CUT:
            server.transport.abort()
        return answer or "250 2.0.0 taken"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """aiosmtpd connects once to see that the server is up; here to the port that it was given."""
        with socket.create_connection(self.server.sockets[0].getsockname(), timeout=20) as trial:
            trial.recv(1000)


@contextmanager
def serving(server: MailServer | None = None, *, security: str = "none") -> Iterator[MailServer]:
    """The server on a free port (or its port); with `security` "starttls" it wants STARTTLS, then AUTH."""
    server = server or MailServer()
    more: dict[str, Any] = {}
    if security == "starttls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        more = {
            "tls_context": context,
            "require_starttls": True,
            "authenticator": _authenticate,
            "auth_required": True,
        }
    controller = _Controller(server, hostname="127.0.0.1", port=server.port, ready_timeout=20, **more)
    controller.start()
    server.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


def trusting() -> ssl.SSLContext:
    """The client's side of the certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)
