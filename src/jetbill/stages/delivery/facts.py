"""What the delivery stage may announce. A mail's subject is its delivery."""

from dataclasses import dataclass

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class MailSent(Fact):
    """A mail server took the letter that carries a document."""

    KIND = "mail.sent"
    delivery_id: int
    document: int
    address: str


@dataclass(frozen=True, slots=True)
class MailFailed(Fact):
    """A letter will not arrive, or a person must look; `code` says why in a word."""

    KIND = "mail.failed"
    delivery_id: int
    document: int
    code: str


@dataclass(frozen=True, slots=True)
class MailBounced(Fact):
    """A letter that was sent came back."""

    KIND = "mail.bounced"
    delivery_id: int
    document: int
    reason: str


@dataclass(frozen=True, slots=True)
class BatchPrinted(Fact):
    """A batch for the printer was closed."""

    KIND = "batch.printed"
    batch_id: int
    number: int
    letters: int
    sheets: int
