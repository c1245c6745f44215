"""What a customer would be billed: the code of the run, for one customer, kept nowhere."""

from dataclasses import dataclass

from jetbill.documents import canonical
from jetbill.documents.view import State
from jetbill.kernel.proposal import Bill, Outcome, Problem
from jetbill.stages.billing import sealing
from jetbill.stages.billing.actions.framing import kind_of
from jetbill.stages.billing.proposing import Press, proposed
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import buyer_fields, charged_fields, charges_of, run_fields


@dataclass(frozen=True, slots=True)
class Preview:
    """The kernel's answer, and the view of the document it would become (None: there would be none)."""

    answer: Bill | Problem
    view: bytes | None


def preview(customer: int, press: Press) -> Preview:
    """The bill that a run of the press's day would draft for `customer`, marked as a preview."""
    (found,) = proposed([customer], press)
    if isinstance(found, Problem):
        return Preview(found, None)
    answer = found.own()
    if answer.outcome in (Outcome.NOTHING, Outcome.CARRIED):
        return Preview(answer, None)
    (setting,) = settings_for([found], press.run.target, press.look)
    kind = kind_of(answer.outcome)
    charges = charges_of(answer.lines, answer.tax, kind)
    view = canonical.record(
        {
            **run_fields(kind, setting, press.look),
            **charged_fields(kind, charges, answer.tax, setting, press.look),
            **buyer_fields(setting.addressee, press.look),
        }
    )
    return Preview(answer, sealing.preview(view.encode(), State.PREVIEW))
