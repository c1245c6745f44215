"""The tables without a realm, each with its reason, and the functions that run with the owner's rights.

The catalogue check (catalogue.py) fails on any other table without the wall.
"""

OPEN_TABLES = {
    "django_migrations": "which migrations ran; no data of a realm",
    "realms_realm": "the list of realms itself: a door must find the realm before it can enter it",
    "events_stream": "the queue is claimed over all realms: ids, realm, due time and lease, no content",
    "events_job": "the queue is claimed over all realms: ids, position, kind and due time, no content",
}

DEFINER_FUNCTIONS: dict[str, str] = {
    "usage_month": "the application adds months to usage_record though it owns no table",
    "usage_report_month": "the same for the months of usage_report",
}
