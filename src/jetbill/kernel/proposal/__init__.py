"""The proposal: what a customer ought to have been charged, less what he was. `bill` is the way in."""

from jetbill.kernel.proposal.account import (
    Account,
    Bounds,
    History,
    Negative,
    Policy,
    Problem,
    Run,
    Unbillable,
    open_for,
)
from jetbill.kernel.proposal.alike import Pattern, issued_since, pattern
from jetbill.kernel.proposal.bill import Bill, Outcome, bill, postings
from jetbill.kernel.proposal.books import Books
from jetbill.kernel.proposal.issued import with_lines
from jetbill.kernel.proposal.lines import (
    InvoicedSum,
    Item,
    Key,
    LineKind,
    Measured,
    NewLine,
    ProposedLine,
    Share,
)
from jetbill.kernel.proposal.one_offs import older_bill_credits
from jetbill.kernel.proposal.propose import Proposal, propose
from jetbill.kernel.proposal.subtract import subtract
from jetbill.kernel.proposal.wording import words

__all__ = [
    "Account",
    "Bill",
    "Books",
    "Bounds",
    "History",
    "InvoicedSum",
    "Item",
    "Key",
    "LineKind",
    "Measured",
    "Negative",
    "NewLine",
    "Outcome",
    "Pattern",
    "Policy",
    "Problem",
    "Proposal",
    "ProposedLine",
    "Run",
    "Share",
    "Unbillable",
    "bill",
    "issued_since",
    "older_bill_credits",
    "open_for",
    "pattern",
    "postings",
    "propose",
    "subtract",
    "with_lines",
    "words",
]
