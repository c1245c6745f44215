"""Draws and sends what is due: a job in hand takes more of its kind along, because drawing fills several
processes and one connection carries many letters.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from jetbill.documents.workers import Problem
from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.delivery import actions
from jetbill.stages.delivery.actions.drawing import Bytes, bytes_of
from jetbill.stages.delivery.actions.sending import Outgoing
from jetbill.stages.delivery.letters import compose
from jetbill.stages.delivery.port import UNREACHABLE, Mailer
from jetbill.stages.delivery.room import PostRoom
from jetbill.stages.events import queue
from jetbill.stages.events.queue import Claim, Park
from jetbill.stages.realms.queries import current_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

DRAW_AT_ONCE = 32
SEND_AT_ONCE = 50
LEASE = timedelta(minutes=10)
"""Of the jobs taken along: enough for a full hand of slow ones."""
UNDRAWABLE = "document.undrawable"

log = logging.getLogger("jet.delivery")


def deliver(claim: Claim, now: datetime, room: PostRoom) -> Park | None:
    """The job "delivery.deliver" of one document, and of up to 31 more: draw, store, decide who gets it."""
    for realm, claims in _by_realm(_with_more(claim, now, DRAW_AT_ONCE)).items():
        _deliver(realm, claims, now, room)
    return None


def send(claim: Claim, now: datetime, room: PostRoom) -> None:
    """The job "delivery.send" of one mail, and of up to 49 more."""
    for realm, claims in _by_realm(_with_more(claim, now, SEND_AT_ONCE)).items():
        with realm_scope(realm):
            mailer = room.mailer(current_realm())
        try:
            _send_all(claims, now, room, mailer)
        finally:
            mailer.close()


def _with_more(claim: Claim, now: datetime, limit: int) -> list[Claim]:
    with outside_realms():
        return [claim, *queue.claim_due(now, limit - 1, LEASE, [claim.kind])]


def _by_realm(claims: Sequence[Claim]) -> dict[int, list[Claim]]:
    groups: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.realm_id].append(claim)
    return groups


def _deliver(realm: int, claims: Sequence[Claim], now: datetime, room: PostRoom) -> None:
    documents = [claim.subject_id for claim in claims]
    with realm_scope(realm):
        orders = {order.key: order for order in actions.to_draw(documents, room.brand(realm), room.annexes)}
    drawn: dict[int, Bytes] = {}
    problems: dict[int, str] = {}
    for key, made in room.draw(orders.values()):
        assert isinstance(key, int)
        if isinstance(made, Problem):
            problems[key] = made.sentence
        else:
            drawn[key] = bytes_of(orders[key], room.archive.keep(realm, made), len(made))
    with realm_scope(realm):
        done = [claim for claim in claims if claim.subject_id not in problems]
        if queue.finish_many(done) != len(done):
            # Somebody else has one of them now; his bytes are the same, so nothing is lost by letting go.
            raise OutsideFailure("lease.lost", kind=Failure.TRANSIENT)
        actions.keep_renderings(drawn, now=now)
        actions.dispatch([claim.subject_id for claim in done], now=now)
        actions.note_undrawable(problems, now=now)
        for claim in claims:
            if claim.subject_id in problems:
                log.warning("document %s: %s", claim.subject_id, problems[claim.subject_id])
                queue.park(claim, UNDRAWABLE)


def _send_all(claims: Sequence[Claim], now: datetime, room: PostRoom, mailer: Mailer) -> None:
    """One commit between two letters: it records the one before and marks the next."""
    before: tuple[Claim, Outgoing, str | OutsideFailure] | None = None
    for claim in claims:
        with realm_scope(claim.realm_id):
            _record(before, now)
            outgoing = actions.mark_sending(claim.subject_id, now=now)
            if outgoing is None:
                queue.finish(claim)
        if outgoing is None:
            before = None
            continue
        outcome = _hand_over(outgoing, claim, room, mailer)
        before = (claim, outgoing, outcome)
        if isinstance(outcome, OutsideFailure) and outcome.code in UNREACHABLE:
            _put_off(claims[claims.index(claim) + 1 :], outcome, now)
            break
    if before is not None:
        with realm_scope(before[0].realm_id):
            _record(before, now)


def _hand_over(outgoing: Outgoing, claim: Claim, room: PostRoom, mailer: Mailer) -> str | OutsideFailure:
    try:
        digest = outgoing.digest
        content = room.archive.read(claim.realm_id, digest) if digest is not None else None
        return mailer.send(compose(outgoing.mail, content))
    except OutsideFailure as failure:
        log.warning("delivery %s: %s", claim.subject_id, failure)
        return failure


def _record(before: tuple[Claim, Outgoing, str | OutsideFailure] | None, now: datetime) -> None:
    if before is None:
        return
    claim, outgoing, outcome = before
    if isinstance(outcome, OutsideFailure):
        actions.record_failure(claim, outcome, now=now)
    else:
        actions.record_sent(claim, outgoing, outcome, now=now)


def _put_off(claims: Sequence[Claim], failure: OutsideFailure, now: datetime) -> None:
    """No letter can go this way now: the rest is spared the try."""
    for claim in claims:
        with realm_scope(claim.realm_id):
            actions.record_failure(claim, failure, now=now)
