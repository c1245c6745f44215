"""What delivery asks of a mail driver: hand over one finished letter, and say truly what happened."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from jetbill.kernel.trouble import Failure, OutsideFailure


class Security(StrEnum):
    """How a connection is protected: from a greeting on, from the first byte, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished message: `content` are its bytes with CRLF line ends; a second try hands the same bytes.

    `sender` is the address that bounces go to (envelope), `recipient` one address; both are plain ASCII.
    """

    message_id: str
    sender: str
    recipient: str
    content: bytes

    def refuse_unusable_addresses(self) -> None:
        """Every driver calls this first: a line break in an address would write into the envelope."""
        for name, value in (("sender", self.sender), ("recipient", self.recipient)):
            if not value.isascii() or not value.isprintable() or " " in value or "@" not in value:
                said = f"the {name} {value!r} is no address of plain ASCII"
                raise OutsideFailure(ADDRESS_UNUSABLE, kind=Failure.PERMANENT, said=said)


class Mailer(Protocol):
    """One realm's way to send mail. It may be asked twice for the same letter and must not mind."""

    def send(self, letter: Letter) -> str:
        """Hand over `letter`; returns what the other side answered.

        Raises OutsideFailure: TRANSIENT nothing was taken, AMBIGUOUS nobody knows, PERMANENT never will be.
        The code "mail.address_refused" says that this one address does not exist; UNREACHABLE codes say that
        no letter can go this way now.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; `send` opens a new one."""
        ...


ADDRESS_UNUSABLE = "mail.address_unusable"
ADDRESS_REFUSED = "mail.address_refused"
UNREACHABLE = frozenset(
    {"smtp.unreachable", "smtp.credentials", "smtp.tls", "smtp.settings", "mailbox.unwritable"}
)
"""Failures of the way, not of the letter: whoever has more letters for the same mailer can save the tries."""
