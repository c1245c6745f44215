"""What delivery asks of a mail driver: hand over one finished letter, and say truly what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished message: `content` are its bytes; a second try hands over the very same bytes."""

    message_id: str
    sender: str
    recipient: str
    content: bytes


class Mailer(Protocol):
    """One realm's way to send mail. It may be asked twice for the same letter and must not mind."""

    def send(self, letter: Letter) -> str:
        """Hand over `letter`; returns what the other side answered.

        Raises OutsideFailure: TRANSIENT nothing was taken, AMBIGUOUS nobody knows, PERMANENT never will be.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; `send` opens a new one."""
        ...


MailSettings = Mapping[str, str]
"""The realm's own: host, port, security (starttls, tls, none), user; the password comes resolved."""
