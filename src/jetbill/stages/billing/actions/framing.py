"""Which part of a document's view stands in a frame, and which is its own.

A frame holds what many documents have in common. At least that is what all of a run share: seller, brand,
advert. Where many customers are charged alike, with the same months and balance, it is all but the buyer.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from jetbill.documents import canonical
from jetbill.kernel.proposal import Outcome
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.models import Kind
from jetbill.stages.billing.proposing import Charged
from jetbill.stages.billing.sealing import frame_digest
from jetbill.stages.billing.views import (
    Charges,
    Fields,
    Setting,
    buyer_fields,
    buyer_record,
    charged_fields,
    locale_of,
    run_fields,
)

MANY = 8
"""So many documents of a chunk that are alike get a frame of their own."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document is written on: the digest of its frame, and its fields beside the buyer's."""

    frame: bytes
    fields: Fields


def kind_of(outcome: Outcome) -> Kind:
    """The document that a bill becomes."""
    return Kind.INVOICE if outcome is Outcome.INVOICE else Kind.CREDIT_NOTE


class Sheets:
    """The sheets of some documents of a run; those that are alike have the same one."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._bodies: dict[bytes, str] = {}
        self._of_run: dict[tuple[Kind, str, str], tuple[Fields, bytes]] = {}

    def of(self, bills: Sequence[tuple[Charged, Charges, Setting]]) -> list[Sheet]:
        """One for each of `bills`."""
        names = [_name(each, setting) for each, _, setting in bills]
        counts = Counter(names)
        known: dict[tuple[object, ...], Sheet] = {}
        found = []
        for name, of in zip(names, bills, strict=True):
            sheet = known.get(name)
            if sheet is None:
                is_shared = name != () and counts[name] >= MANY
                sheet = self._made(*of, is_shared)
                if is_shared:
                    known[name] = sheet
            found.append(sheet)
        return found

    def own(self, sheet: Sheet, setting: Setting) -> str:
        """The part of a view that stands beside the frame."""
        if not sheet.fields:
            return buyer_record(setting.addressee, self.look)
        return canonical.record(buyer_fields(setting.addressee, self.look) | sheet.fields)

    def store(self) -> None:
        """Keep the frames that the realm does not have yet. Call it late: who stores the same one meanwhile
        waits until this transaction ends."""
        if not self._bodies:
            return
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [list(self._bodies), list(self._bodies.values())])

    def _made(self, of: Charged, charges: Charges, setting: Setting, is_shared: bool) -> Sheet:
        kind, taxed = kind_of(of.bill.outcome), of.bill.tax
        charged = charged_fields(kind, charges, taxed, setting, self.look)
        name = (kind, locale_of(setting, self.look), setting.currency)
        if name not in self._of_run:
            fields = run_fields(kind, setting, self.look)
            self._of_run[name] = (fields, self._framed(fields))
        fields, frame = self._of_run[name]
        return Sheet(self._framed(fields | charged), {}) if is_shared else Sheet(frame, charged)

    def _framed(self, fields: Fields) -> bytes:
        body = canonical.record(fields)
        digest = frame_digest(body)
        self._bodies[digest] = body
        return digest


def _name(of: Charged, setting: Setting) -> tuple[object, ...]:
    """All that a view depends on but the buyer and the run; empty if no other is like it."""
    if of.alike is None or setting.chart is not None or setting.corrects is not None:
        return ()
    # amounts as text: 0 and 0.00 are not printed alike
    balance = (str(setting.previous), str(setting.payments))
    return (id(of.alike), setting.addressee.language, setting.due_on, setting.months, *balance)


# In the order of the digests, so that two writers never wait for each other in a ring.
_STORE = """
INSERT INTO view_frame (realm_id, digest, body)
SELECT (SELECT realm()), digest, body FROM unnest(%s::bytea[], %s::text[]) AS t (digest, body)
WHERE NOT EXISTS (SELECT FROM view_frame f WHERE f.digest = t.digest)
ORDER BY digest ON CONFLICT DO NOTHING
"""
