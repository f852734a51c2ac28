"""The seller's own row. Every page shows it, so each process keeps it for a few seconds."""

from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms.models import model_to_dict

from accounts.models import Company
from accounts.services import audit, stored_files

__all__ = ["change", "current", "keep"]

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
    """Write the company's one row, checked; this process shows it at once, others in seconds.

    For set-up. What a person changes goes through `change`.
    """
    company.pk = 1
    company.full_clean()
    company.save()
    transaction.on_commit(lambda: caches["process"].delete(CACHE_KEY))


@transaction.atomic
def change(
    *,
    company: Company,
    new_logo: UploadedFile | None = None,
    drop_logo: bool = False,
    now: datetime,
) -> None:
    """Write the company as a person has changed it, and note in the audit what differs."""
    if new_logo is not None:
        content = b"".join(new_logo.chunks())
        media_type = new_logo.content_type or ""
        company.logo = stored_files.keep(content=content, media_type=media_type, now=now)
    elif drop_logo:
        company.logo = None
    before = Company.objects.select_for_update(no_key=True).first()
    keep(company=company)
    audit.record(
        kind="company_changed",
        subject=company.name,
        before=_noted(before) if before else {},
        after=_noted(company),
        now=now,
    )


def _noted(company: Company) -> dict[str, Any]:
    """What the audit tells of the company: all that is filled in; of a logo, which one."""
    values = model_to_dict(company, exclude=["id"])
    values["logo"] = company.logo.sha256[:12] if company.logo else ""
    return {name: value for name, value in values.items() if value not in ("", None)}
