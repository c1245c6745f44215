"""Verbs of delivery; every one runs in the open realm scope and never touches the network."""

from jetbill.stages.delivery.actions.bouncing import Bounce, record_bounce
from jetbill.stages.delivery.actions.dispatch import dispatch, send_again
from jetbill.stages.delivery.actions.drawing import keep_renderings, note_undrawable, to_draw
from jetbill.stages.delivery.actions.printing import close_batch, open_batch
from jetbill.stages.delivery.actions.sending import mark_sending, record_failure, record_sent

__all__ = [
    "Bounce",
    "close_batch",
    "dispatch",
    "keep_renderings",
    "mark_sending",
    "note_undrawable",
    "open_batch",
    "record_bounce",
    "record_failure",
    "record_sent",
    "send_again",
    "to_draw",
]
