"""What a customer would be billed: the code of the run, for one customer, kept nowhere."""

from dataclasses import dataclass

from jetbill.documents.view import State
from jetbill.kernel.proposal import Bill, Outcome, Problem
from jetbill.stages.billing.actions.drafting import Press, proposed
from jetbill.stages.billing.sealing import preview as marked
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import credit_note_view, invoice_view


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
    build = invoice_view if answer.outcome is Outcome.INVOICE else credit_note_view
    return Preview(answer, marked(build(answer.lines, answer.tax, setting, press.look), State.PREVIEW))
