"""What a customer would be billed: the code of the run, for one customer, kept nowhere."""

from dataclasses import dataclass

from jetbill.documents.view import State
from jetbill.kernel.proposal import Bill, Outcome, Problem
from jetbill.stages.billing import sealing
from jetbill.stages.billing.actions.drafting import Press, proposed
from jetbill.stages.billing.actions.writing import kind_of
from jetbill.stages.billing.models import Kind
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import charges_of, credit_note_part, frame_of, invoice_part


@dataclass(frozen=True, slots=True)
class Preview:
    """The kernel's answer, and the view of the document it would become (None: there would be none)."""

    answer: Bill | Problem
    view: bytes | None


def preview(customer: int, press: Press) -> Preview:
    """The bill that a run of the press's day would draft for `customer`, marked as a preview."""
    (answer,) = proposed([customer], press)
    if isinstance(answer, Problem) or answer.outcome in (Outcome.NOTHING, Outcome.CARRIED):
        return Preview(answer, None)
    (setting,) = settings_for([answer], press.run.target, press.look)
    kind = kind_of(answer.outcome)
    build, sign = (invoice_part, 1) if kind is Kind.INVOICE else (credit_note_part, -1)
    own = build(charges_of(answer.lines, answer.tax, sign), answer.tax, setting, press.look)
    view = sealing.joined(frame_of(kind, setting, press.look), own)
    return Preview(answer, sealing.preview(view, State.PREVIEW))
