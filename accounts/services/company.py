"""The seller's own row. Every page shows it, so each process keeps it for a few seconds."""

from django.core.cache import caches
from django.db import transaction

from accounts.models import Company

__all__ = ["current", "keep"]

CACHE_KEY = "company"
# How long another process may still show the row as it was before a change.
CACHE_SECONDS = 10


def current() -> Company:
    """The company; before the office has filled it in, one that is called Portico."""
    kept = caches["process"].get(CACHE_KEY)
    if kept is None:
        kept = Company.objects.first() or Company(pk=1, name="Portico")
        caches["process"].set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


@transaction.atomic
def keep(*, company: Company) -> None:
    """Write the company's one row, checked; this process shows it at once, others in seconds."""
    company.pk = 1
    company.full_clean()
    company.save()
    transaction.on_commit(lambda: caches["process"].delete(CACHE_KEY))
