"""Marks the shares whose terms changed, so that rating looks at them again."""

from collections.abc import Iterable

from django.db.models import F

from jetbill.stages.customers.models import ShareTerms


def touch_shares(shares: Iterable[int]) -> None:
    """Terms in `shares` changed: whatever was rated by older terms is rated again."""
    wanted = sorted(set(shares))
    ShareTerms.objects.bulk_create(
        [ShareTerms(share=share, version=0) for share in wanted], ignore_conflicts=True
    )
    ShareTerms.objects.filter(share__in=wanted).update(version=F("version") + 1)
