"""Settles new invoices with money that customers have left; called from time to time."""

from datetime import datetime

from jetbill.kernel.zones import local_date, zone
from jetbill.stages.collection import actions, queries
from jetbill.stages.realms.queries import every_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope


def settle_what_is_left(now: datetime) -> None:
    """Every realm, every customer with money left and an invoice open, one transaction each."""
    with outside_realms():
        realms = every_realm()
    for realm in realms:
        on = local_date(now, zone(realm.time_zone))
        with realm_scope(realm):
            customers = queries.customers_to_settle()
        for customer in customers:
            with realm_scope(realm):
                actions.settle_credit(customer, on, now=now)
