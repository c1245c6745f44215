"""Verbs of billing: open, draft, hold, issue and finish runs; preview; documents made by hand.

Each runs in the open realm scope and is one transaction with its rows, postings, facts and outbox.
"""

from jetbill.stages.billing.actions.crediting import Wish, credit_invoice
from jetbill.stages.billing.actions.drafting import draft_next
from jetbill.stages.billing.actions.issuing import Issuing, issue, issue_next
from jetbill.stages.billing.actions.previews import Preview, preview
from jetbill.stages.billing.actions.runs import close_drafting, discard, open_rerate, open_run, release

__all__ = [
    "Issuing",
    "Preview",
    "Wish",
    "close_drafting",
    "credit_invoice",
    "discard",
    "draft_next",
    "issue",
    "issue_next",
    "open_rerate",
    "open_run",
    "preview",
    "release",
]
