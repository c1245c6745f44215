"""Verbs of collection; one transaction each in the open scope, with its postings, facts and outbox."""

from jetbill.stages.collection.actions.receiving import NewPayment, receive_payment, take_back
from jetbill.stages.collection.actions.settling import settle_credit
from jetbill.stages.collection.actions.stating import issue_statement, statement

__all__ = [
    "NewPayment",
    "issue_statement",
    "receive_payment",
    "settle_credit",
    "statement",
    "take_back",
]
