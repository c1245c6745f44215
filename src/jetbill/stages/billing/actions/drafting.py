"""Drafts one chunk of a run: reads everything in a handful of queries, asks the kernel, writes by COPY.

One transaction per chunk; the number of queries does not grow with the chunk. If the database refuses it, or
a value in it cannot be, the chunk is halved until the one customer who is to blame stands alone and is
parked; the others go on. Trouble of the database itself is nobody's fault and stops the run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from jetbill.kernel.proposal import Outcome, Problem
from jetbill.stages.billing import facts
from jetbill.stages.billing.actions.framing import kind_of
from jetbill.stages.billing.actions.writing import Place, write_documents
from jetbill.stages.billing.exclusion import while_drafting
from jetbill.stages.billing.models import BillRun, ChunkState, ParkedAccount, RunChunk, RunState
from jetbill.stages.billing.proposing import Charged, Press, proposed
from jetbill.stages.events import actions as events
from jetbill.stages.realms.arrays import array_of, ids_array


@dataclass(frozen=True, slots=True)
class Parked:
    """Why a customer could not be billed."""

    customer: int
    reason: str


@dataclass(slots=True)
class Drafts:
    """What became of the customers of a chunk."""

    bills: list[Charged] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    dealt_with: list[int] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)

    def add(self, other: "Drafts") -> None:
        """Take in what became of some more customers."""
        self.bills += other.bills
        self.ids += other.ids
        self.parked += other.parked
        self.dealt_with += other.dealt_with
        self.carried += other.carried

    def documents(self) -> dict[str, list[int]]:
        """The ids of the documents by kind."""
        found: dict[str, list[int]] = {}
        names = {outcome: kind_of(outcome).value for outcome in {each.bill.outcome for each in self.bills}}
        for each, document in zip(self.bills, self.ids, strict=True):
            found.setdefault(names[each.bill.outcome], []).append(document)
        return found


@transaction.atomic
def draft_next(run: BillRun, press: Press, *, now: datetime) -> bool:
    """Draft a chunk that nobody else is drafting; False when none is left."""
    while_drafting()
    chunk = (
        RunChunk.objects.select_for_update(skip_locked=True)
        .filter(run=run, state=ChunkState.WAITING)
        .order_by("ordinal")
        .first()
    )
    if chunk is None:
        return False
    assert run.state == RunState.DRAFTING
    drafts = _halving(chunk.customers, lambda some: _drafted(some, run, press))
    if run.rerate_since is None:
        _remember(drafts, run.on)
    _park(run, drafts.parked, now)
    chunk.state = ChunkState.DRAFTED
    chunk.documents = len(drafts.bills)
    chunk.drafts = drafts.documents()
    chunk.kinds = {kind: len(ids) for kind, ids in chunk.drafts.items()}
    chunk.parked = len(drafts.parked)
    chunk.amount = sum((each.bill.tax.payable for each in drafts.bills), Decimal(0))
    chunk.save(update_fields=["state", "documents", "drafts", "kinds", "parked", "amount"])
    return True


def _halving(customers: Sequence[int], draft: Callable[[Sequence[int]], Drafts]) -> Drafts:
    try:
        with transaction.atomic():
            return draft(customers)
    except (DataError, IntegrityError, ValueError, ArithmeticError) as wrong:
        if len(customers) == 1:
            return Drafts(parked=[Parked(customers[0], _reason(wrong))])
    middle = len(customers) // 2
    drafts = _halving(customers[:middle], draft)
    drafts.add(_halving(customers[middle:], draft))
    return drafts


def _reason(wrong: Exception) -> str:
    """Why a customer could not be drafted, in one line."""
    said = (str(wrong).splitlines() or [""])[0]
    if isinstance(wrong, DatabaseError):
        return f"the database refused: {said}"
    return f"it cannot be drafted: {said or type(wrong).__name__}"


def _drafted(customers: Sequence[int], run: BillRun, press: Press) -> Drafts:
    drafts = Drafts()
    for customer, answer in zip(customers, proposed(customers, press), strict=True):
        if isinstance(answer, Problem):
            drafts.parked.append(Parked(customer, f"{answer.code}: {answer.told}"))
        elif answer.bill.outcome is Outcome.CARRIED:
            drafts.carried.append(customer)
        else:
            drafts.dealt_with.append(customer)
            if answer.bill.outcome is not Outcome.NOTHING:
                drafts.bills.append(answer)
    drafts.ids = write_documents(drafts.bills, Place(run.pk, run.on), press.look)
    return drafts


def _remember(drafts: Drafts, on: date) -> None:
    """How far everybody was billed. A parked or carried customer is looked at again on another day."""
    again = [*drafts.carried, *(each.customer for each in drafts.parked)]
    rows = [(customer, on) for customer in drafts.dealt_with] + [(customer, None) for customer in again]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO account (realm_id, customer_id, considered_on, billed_to)"
            " SELECT (SELECT realm()), customer_id, %s, billed_to"
            " FROM unnest(%s::bigint[], %s::date[]) AS t (customer_id, billed_to)"
            " ON CONFLICT (realm_id, customer_id) DO UPDATE SET considered_on = excluded.considered_on,"
            " billed_to = coalesce(excluded.billed_to, account.billed_to),"
            " considered_before = account.considered_on, billed_before = account.billed_to",
            [on, ids_array([customer for customer, _ in rows]), array_of([day for _, day in rows])],
        )


def _park(run: BillRun, parked: Sequence[Parked], now: datetime) -> None:
    ParkedAccount.objects.bulk_create(
        ParkedAccount(run=run, customer_id=each.customer, reason=each.reason) for each in parked
    )
    events.record_many([facts.CustomerParked(each.customer, run.pk, each.reason, at=now) for each in parked])
