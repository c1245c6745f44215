"""The job that rates what came in: a share and month as usage asked for it, and others along with it."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from jetbill.stages.events import queue
from jetbill.stages.events.queue import Claim
from jetbill.stages.rating.actions import rate_units
from jetbill.stages.realms.scope import outside_realms, realm_scope

TOGETHER = 32
"""Shares that one worker takes at once: a large month is read a few times, not once per share."""
LEASE = timedelta(minutes=10)
"""For the jobs taken along. If it runs out somebody rates once more, which changes nothing."""


def rate_share(claim: Claim, now: datetime) -> None:
    """Rate the share that the stream names ("rating:17") in the month of the subject (202610).

    Other shares that wait are claimed and rated with it; the claim itself is finished by who called.
    """
    with outside_realms():
        along = queue.claim_due(now, TOGETHER - 1, LEASE, [claim.kind])
    units: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for each in (claim, *along):
        units[each.realm_id, each.subject_id].append(each)
    for (realm, subject), claims in units.items():
        year, month = divmod(subject, 100)
        with realm_scope(realm):
            rate_units([_share(each) for each in claims], date(year, month, 1), now=now)
            queue.finish_many([each for each in claims if each is not claim])


def _share(claim: Claim) -> int:
    return int(claim.stream.partition(":")[2])
