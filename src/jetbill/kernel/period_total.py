"""What rating hands to billing: measured use of one period, added up per service, charge and rate class."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """The use of one service in one usage period of a subscription's plan.

    `component` is "<slot>:<charge code>"; `plan` and `version` say which charge of the book it is. `quantity`
    counts base units of the charge's unit. `amount` is exact where the charge prices record by record, and
    None where it prices the total. `generation` numbers the rating that it comes from.
    """

    subscription: int
    component: str
    period_start: date
    period_end: date
    rate_class: str
    quantity: Fraction
    plan: str
    version: int
    amount: Fraction | None = None
    records: int = 0
    service: int = 0
    generation: int = 0
