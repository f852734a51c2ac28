"""How the office has set who gets in: one row, asked anew each time so that it acts at once."""

from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import transaction

from accounts.models import AccountSettings, Customer
from accounts.services import audit
from portal.lib.domains import domain_of

__all__ = ["current", "is_internal", "keep", "keeps_out", "staff_need_second_step"]

STAFF_SECOND_STEP = "staff_second_step"
CACHE_SECONDS = 10


def current() -> AccountSettings:
    """The settings; before the office has changed any, nobody is restricted and none internal."""
    return AccountSettings.objects.first() or AccountSettings(pk=1)


@transaction.atomic
def keep(*, now: datetime, **changes: Any) -> AccountSettings:
    """Write these settings and leave the others as they are; checked, and noted in the audit."""
    AccountSettings.objects.get_or_create(pk=1)
    kept = AccountSettings.objects.select_for_update(no_key=True).get(pk=1)
    before = {name: getattr(kept, name) for name in changes}
    for name, value in changes.items():
        setattr(kept, name, value)
    kept.full_clean()
    kept.save(update_fields=list(changes))
    audit.record(
        kind="settings_changed",
        subject="",
        before=before,
        after={name: getattr(kept, name) for name in changes},
        now=now,
    )
    transaction.on_commit(lambda: caches["process"].delete(STAFF_SECOND_STEP))
    return kept


def staff_need_second_step() -> bool:
    """Whether the office signs in with a second step; every page of staff asks.

    Another process may answer for some seconds as it was before a change.
    """
    kept = caches["process"].get(STAFF_SECOND_STEP)
    if kept is None:
        kept = current().staff_second_step
        caches["process"].set(STAFF_SECOND_STEP, kept, CACHE_SECONDS)
    return bool(kept)


def is_internal(email: str) -> bool:
    """Whether an e-mail address is of one of the office's own domains, not of one below it."""
    domain = domain_of(email)
    return bool(domain) and domain in current().internal_domains


def keeps_out(customer: Customer, *, kept: AccountSettings | None = None) -> bool:
    """Whether nobody new gets in for the customer: removed, blocked, or of a restricted group.

    Whoever asks about many customers hands the settings in.
    """
    if customer.is_removed or customer.is_blocked:
        return True
    return bool(customer.group) and customer.group in (kept or current()).restricted_groups
