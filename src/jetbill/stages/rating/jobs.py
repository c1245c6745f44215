"""The job that rates what came in: one share and month, as usage asked for it."""

from datetime import date, datetime

from jetbill.stages.events.queue import Claim
from jetbill.stages.rating.actions import rate_unit
from jetbill.stages.realms.scope import realm_scope


def rate_share(claim: Claim, now: datetime) -> None:
    """Rate the share that the stream names ("rating:17") in the month of the subject (202610)."""
    share = int(claim.stream.partition(":")[2])
    year, month = divmod(claim.subject_id, 100)
    with realm_scope(claim.realm_id):
        rate_unit(share, date(year, month, 1), now=now)
