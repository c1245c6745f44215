"""What the queue needs from time to time."""

import logging
from datetime import datetime

from jetbill.stages.events import queue
from jetbill.stages.realms.scope import outside_realms

log = logging.getLogger("jet.queue")


def sweep_streams(_: datetime) -> None:
    """The tick: every document and mail had a stream of its own, of which nothing more will come."""
    with outside_realms():
        count = queue.sweep()
    if count:
        log.info("%s finished streams swept out of the queue", f"{count:,}")
