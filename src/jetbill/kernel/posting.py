"""Double entry: what happens to money, as balanced postings. A debit is positive, a credit negative.

Example: an invoice of 24.00 + 19 % is receivable +28.56, revenue:fiber -24.00, tax:19 -4.56.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from jetbill.kernel.tax import TaxSummary

RECEIVABLE = "receivable"
CUSTOMER_CREDIT = "customer_credit"
BANK = "bank"
CASH = "cash"
ROUNDING = "rounding"
BAD_DEBT = "bad_debt"

ACCOUNTS = (RECEIVABLE, CUSTOMER_CREDIT, BANK, CASH, ROUNDING, BAD_DEBT)
"""The accounts without a detail; `revenue(...)` and `tax(...)` name the others."""


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` on `account`, in the currency of the entry."""

    account: str
    amount: Decimal


Entry = tuple[Posting, ...]
"""Postings of one happening; their amounts sum to 0."""


def revenue(product: str) -> str:
    """The revenue account of a product code."""
    return f"revenue:{product}"


def tax(category: str, rate: Decimal) -> str:
    """The account of tax owed at a rate: tax:S:19; a rate has one spelling, whatever zeros it came with."""
    return f"tax:{category}:{rate.normalize():f}"


def entry(amounts: Mapping[str, Decimal]) -> Entry:
    """The balanced postings of amounts per account, zeros dropped."""
    assert sum(amounts.values()) == 0, f"postings do not balance: {amounts}"
    return tuple(Posting(account, amount) for account, amount in amounts.items() if amount)


def reversed_entry(of: Entry) -> Entry:
    """The entry that takes another one back."""
    return tuple(Posting(posting.account, -posting.amount) for posting in of)


def invoice_issued(net_by_product: Mapping[str, Decimal], totals: TaxSummary) -> Entry:
    """The customer owes what is payable; revenue by product code, tax by category and rate.

    `net_by_product` sums to the net total. Raises ValueError if it does not.
    """
    if sum(net_by_product.values()) != totals.net:
        raise ValueError(f"revenue by product is not the net total {totals.net}")
    amounts = {RECEIVABLE: totals.payable}
    for product, net in net_by_product.items():
        _add(amounts, revenue(product), -net)
    for row in totals.rows:
        for rate, owed in zip((row.rate, *row.more_rates), row.taxes, strict=True):
            _add(amounts, tax(row.category, rate), -owed)
    _add(amounts, ROUNDING, -totals.rounding)
    return entry(amounts)


def credit_note_issued(net_by_product: Mapping[str, Decimal], totals: TaxSummary) -> Entry:
    """The customer owes so much less; the amounts are those of the note, positive."""
    return reversed_entry(invoice_issued(net_by_product, totals))


def payment_received(amount: Decimal, into: str = BANK) -> Entry:
    """Money has come in; until it is allocated it is the customer's."""
    return entry({into: _positive(amount), CUSTOMER_CREDIT: -amount})


def payment_returned(amount: Decimal, out_of: str = BANK) -> Entry:
    """A refund, or a payment that was charged back."""
    return reversed_entry(payment_received(amount, out_of))


def allocated(amount: Decimal) -> Entry:
    """The customer's money or credit settles so much of what he owes."""
    return entry({CUSTOMER_CREDIT: _positive(amount), RECEIVABLE: -amount})


def allocation_undone(amount: Decimal) -> Entry:
    """The invoice is open again, the money the customer's."""
    return reversed_entry(allocated(amount))


def account_credited(amount: Decimal) -> Entry:
    """A credit note that no open invoice takes stands to the customer's credit."""
    return entry({RECEIVABLE: _positive(amount), CUSTOMER_CREDIT: -amount})


def written_off(net: Decimal, tax_by_account: Mapping[str, Decimal]) -> Entry:
    """What will never be paid: `net` is a loss, the tax (accounts as `tax` names them) is owed no more."""
    owed = sum(tax_by_account.values(), Decimal(0))
    return entry({BAD_DEBT: net, **tax_by_account, RECEIVABLE: -_positive(net + owed)})


def adjusted(account: str, amount: Decimal) -> Entry:
    """A correction by hand: the customer owes `amount` more (negative: less), against `account`."""
    return entry({RECEIVABLE: amount, account: -amount})


def _add(amounts: dict[str, Decimal], account: str, amount: Decimal) -> None:
    amounts[account] = amounts.get(account, Decimal(0)) + amount


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise ValueError(f"an amount that moves is above 0, not {amount}")
    return amount
