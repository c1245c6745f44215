"""Verbs of the customers stage, in batches.

Every action runs in the open realm scope, writes its rows and facts in that one transaction, and marks the
shares whose terms changed, so that rating looks at them again.
"""

from jetbill.stages.customers.actions.agreements import change, change_bill_day, move_numbers, subscribe
from jetbill.stages.customers.actions.coupons import redeem, refer
from jetbill.stages.customers.actions.money import add_one_offs, open_balances
from jetbill.stages.customers.actions.people import create_customers, mark_bounced
from jetbill.stages.customers.actions.reductions import (
    add_discounts,
    end_discount,
    give_bill_credit,
    give_discounts,
)
from jetbill.stages.customers.actions.shares import touch_shares

__all__ = [
    "add_discounts",
    "add_one_offs",
    "change",
    "change_bill_day",
    "create_customers",
    "end_discount",
    "give_bill_credit",
    "give_discounts",
    "mark_bounced",
    "move_numbers",
    "open_balances",
    "redeem",
    "refer",
    "subscribe",
    "touch_shares",
]
