"""The seller's own row. Every page shows it, so each process keeps it for a few seconds."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from accounts.services import audit, stored_files
from portal.lib.errors import DomainError

__all__ = ["ChangedMeanwhile", "change", "current", "keep", "state_of"]

CACHE_KEY = "company"
# How long another process may still show the row as it was before a change.
CACHE_SECONDS = 10


class ChangedMeanwhile(DomainError):
    """Somebody else has saved the company since it was opened."""

    user_message = _(
        "Somebody else has saved the company since you opened it. Look at it in another window,"
        " then save again."
    )


def current() -> Company:
    """The company; before the office has filled it in, one that is called Portico."""
    kept = caches["process"].get(CACHE_KEY)
    if kept is None:
        kept = Company.objects.first() or Company(pk=1, name="Portico")
        caches["process"].set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


@transaction.atomic
def keep(*, company: Company) -> None:
    """Write the company's one row, checked; this process shows it at once, others in seconds.

    For set-up. What a person changes goes through `change`.
    """
    company.pk = 1
    company.full_clean()
    company.save()
    transaction.on_commit(lambda: caches["process"].delete(CACHE_KEY))


def change(
    *,
    company: Company,
    new_logo: UploadedFile | None = None,
    drop_logo: bool = False,
    based_on: str | None = None,
    now: datetime,
) -> None:
    """Write the company as a person has changed it, and note in the audit what differs.

    `based_on` is the state that the person opened; raises ChangedMeanwhile when it is another one.
    """
    if new_logo is not None:
        content = b"".join(new_logo.chunks())
        media_type = new_logo.content_type or ""
        company.logo = stored_files.keep(content=content, media_type=media_type, now=now)
    elif drop_logo:
        company.logo = None
    with transaction.atomic():
        before = Company.objects.select_for_update(no_key=True).first()
        if based_on not in (None, state_of(before)):
            raise ChangedMeanwhile("the company was saved since")
        keep(company=company)
        audit.record(
            kind="company_changed",
            subject=company.name,
            before=_noted(before) if before else {},
            after=_noted(company),
            now=now,
        )


def state_of(company: Company | None) -> str:
    """What tells one state of the row from another; empty before the office has filled it in."""
    if company is None:
        return ""
    values = sorted(model_to_dict(company).items())
    return hashlib.sha256(repr(values).encode()).hexdigest()


def _noted(company: Company) -> dict[str, Any]:
    """What the audit tells of the company: all that is filled in; of a logo, which one."""
    values = model_to_dict(company, exclude=["id"])
    values["logo"] = company.logo.sha256[:12] if company.logo else ""
    return {name: value for name, value in values.items() if value not in ("", None)}
