"""Carries a bill run through, chunk by chunk, each in its own transaction; start it again and it goes on.

Several processes may carry the same run: chunks are drafted, and then issued, by whoever claims them first.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from jetbill.kernel.proposal import Books, Bounds, Policy, Run, open_for
from jetbill.kernel.zones import local_date, zone
from jetbill.stages.billing import actions, queries
from jetbill.stages.billing.actions import Issuing
from jetbill.stages.billing.look import Look, Policies, look_of
from jetbill.stages.billing.models import BillRun, RunState
from jetbill.stages.billing.proposing import Press
from jetbill.stages.events.queries import has_waiting
from jetbill.stages.events.queue import Claim, NewJob, enqueue
from jetbill.stages.rating.actions import keep_billed, published_versions, rate_stale
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import current_realm, every_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage.actions import RATE

RUN = "billing.run"
PAUSE_S = 0.05
WORKERS = 2
"""How many jobs carry a run at once under `jet up`."""


def bill_due_realms(now: datetime) -> None:
    """Open the run of the day wherever somebody is due, or take up one that was left; called often."""
    with outside_realms():
        realms = every_realm()
    for realm in realms:
        with realm_scope(realm):
            _bill_realm(realm, now)


def carry_run(claim: Claim, now: datetime) -> None:
    """The job: carry the run named by the claim as far as there is something to do for this process.

    Whoever drafts the last chunk asks the others to issue with him; should he die, the next tick asks for the
    run again.
    """

    def call_others() -> None:
        with realm_scope(claim.realm_id):
            _ask_workers(claim.realm_id, claim.subject_id, now)

    carry_on(claim.realm_id, claim.subject_id, now=now, issuing=call_others)


def carry_on(
    realm: int,
    run_id: int,
    *,
    now: datetime,
    tell: Callable[[], None] = lambda: None,
    issuing: Callable[[], None] = lambda: None,
) -> bool:
    """Draft and issue what is left of a run; `tell` is called after every committed chunk, `issuing` by the
    process that drafted last, before it issues.

    False if other processes are still at work on it.
    """
    with realm_scope(realm):
        run = BillRun.objects.filter(pk=run_id).first()
        if run is None or run.state == RunState.DONE:
            return True
        press = press_for(run)
        if run.state == RunState.DRAFTING:
            rate_for(run, press, now=now)
            keep_billed()
    if run.state == RunState.DRAFTING:
        with _collecting_by_chunk() as collect:
            _draft_all((realm, run), press, now, (tell, collect))
    with realm_scope(realm):
        state = actions.close_drafting(run_id, press.look.policies, now=now)
        keep_billed()
    if state is None:
        return False
    if state != RunState.ISSUING:
        return True
    if run.state == RunState.DRAFTING:
        issuing()
    return _issue_all(realm, run_id, now, tell)


def _draft_all(
    of: tuple[int, BillRun], press: Press, now: datetime, after_each: Sequence[Callable[[], object]]
) -> None:
    (realm, run), is_more = of, True
    while is_more:
        with realm_scope(realm):
            is_more = actions.draft_next(run, press, now=now)
        for call in after_each if is_more else ():
            call()


@contextmanager
def _collecting_by_chunk() -> Iterator[Callable[[], int]]:
    """Look for cycles between chunks only, and only among what the run has made: what it holds on the way is
    large and has none. Gives what looks."""
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()


def carry_through(realm: int, run_id: int, *, now: datetime, tell: Callable[[], None] = lambda: None) -> None:
    """Carry a run to its end, or to where a person has to look, however many processes help.

    A chunk whose process died is free again, so the wait for others ends.
    """
    while not carry_on(realm, run_id, now=now, tell=tell):
        time.sleep(PAUSE_S)


def press_for(run: BillRun) -> Press:
    """What drafting needs, read once per process and run."""
    look = look_of(current_realm())
    return Press(look, Books(published_versions()), Run(run.on, kernel_policy(look), run.rerate_since))


def kernel_policy(look: Look) -> Policy:
    """The realm's policies as the kernel wants them."""
    told: Policies = look.policies
    return Policy(
        look_back=told.look_back,
        minimum=told.minimum,
        negative=told.negative,
        bounds=Bounds(told.bound_amount, told.bound_lines, told.bound_periods),
    )


def rate_for(run: BillRun, press: Press, *, now: datetime) -> None:
    """Rate again what changed of the months whose usage the run may bill, and of one before."""
    first = open_for(press.run, run.on)
    assert first is not None
    rate_stale(first, run.on, now=now)


def _bill_realm(realm: Realm, now: datetime) -> None:
    run = queries.unfinished_run()
    if run is None:
        run = actions.open_run(local_date(now, zone(realm.time_zone)), now=now)
    if run is None or run.state == RunState.HELD:
        return
    if run.state == RunState.DRAFTING and has_waiting(realm.pk, RATE, run.stamp):
        return  # usage that came in before the run was opened goes first; the next tick looks again
    _ask_workers(realm.pk, run.pk, now)


def _ask_workers(realm: int, run_id: int, now: datetime) -> None:
    for worker in range(WORKERS):
        enqueue(NewJob(realm, f"billing:{worker}", RUN, run_id, now), once=True)


def _issue_all(realm: int, run_id: int, now: datetime, tell: Callable[[], None]) -> bool:
    """Issue chunks until none is left to take; False if others are still issuing theirs."""
    while True:
        with realm_scope(realm):
            came_of_it = actions.issue_next(run_id, now=now)
        tell()
        if came_of_it is not Issuing.ISSUED:
            return came_of_it is Issuing.DONE
