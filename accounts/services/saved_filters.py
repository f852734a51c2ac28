"""A person's saved filters of the office's lists, and those that colleagues share."""

from typing import Any

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import SavedFilter, User
from portal.lib.errors import DomainError

__all__ = ["MOST", "NameTaken", "TooMany", "change", "delete", "keep", "of", "own"]

MOST = 20
# A line of links, not a table: what is beyond is found in the list of filters.
MOST_SHOWN = 60
_OWNER = ("owner__first_name", "owner__last_name", "owner__email")


class NameTaken(DomainError):
    """The person has a filter of this name for the list already."""

    user_message = _("You have a saved filter of this name already.")


class TooMany(DomainError):
    """The person has as many saved filters as fit."""

    user_message = _("You have 20 saved filters. Delete one that you do not need any more.")


def of(*, user: Any, of_list: str, with_owners: bool = False) -> list[SavedFilter]:
    """The person's own filters of a list, then those that others share; one query.

    What somebody shares goes with that person: whose access is closed shares nothing. Owners are
    for the page that tells them: every list with saved filters would pay for their records.
    """
    is_own = Q(owner=user.pk)
    is_shared = Q(is_shared=True, owner__is_active=True, owner__is_staff=True)
    found = SavedFilter.objects.filter(is_own | is_shared, of_list=of_list)
    own_first = Case(When(is_own, then=Value(0)), default=Value(1))
    if with_owners:
        names = [field.name for field in SavedFilter._meta.fields]
        found = found.select_related("owner").only(*names, *_OWNER)
    return list(found.order_by(own_first, Lower("name"), "pk")[:MOST_SHOWN])


def own(*, user: Any, of_list: str, filter_id: int) -> SavedFilter | None:
    """One of the person's own filters."""
    return SavedFilter.objects.filter(pk=filter_id, owner=user.pk, of_list=of_list).first()


@transaction.atomic
def keep(
    *,
    owner_id: int,
    of_list: str,
    name: str,
    query: str,
    is_shared: bool = False,
    is_start: bool = False,
) -> SavedFilter:
    """Save filters under a name. Raises NameTaken, TooMany."""
    _lock(owner_id)
    if SavedFilter.objects.filter(owner=owner_id).count() >= MOST:
        raise TooMany(f"user {owner_id} has {MOST} saved filters")
    saved = SavedFilter(owner_id=owner_id, of_list=of_list, query=query)
    return _write(saved, name=name, is_shared=is_shared, is_start=is_start)


@transaction.atomic
def change(
    *, owner_id: int, filter_id: int, name: str, is_shared: bool, is_start: bool
) -> SavedFilter:
    """Rename one of one's own, share it or not, start with it or not. Raises NameTaken."""
    _lock(owner_id)
    saved = SavedFilter.objects.get(pk=filter_id, owner=owner_id)
    return _write(saved, name=name, is_shared=is_shared, is_start=is_start)


def delete(*, owner_id: int, filter_id: int) -> None:
    """Delete one of one's own; repeatable."""
    SavedFilter.objects.filter(pk=filter_id, owner=owner_id).delete()


def _lock(owner_id: int) -> None:
    """One person's savings follow each other, so that limit, names and start hold."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner_id)


def _write(saved: SavedFilter, *, name: str, is_shared: bool, is_start: bool) -> SavedFilter:
    others = SavedFilter.objects.filter(owner=saved.owner_id, of_list=saved.of_list)
    others = others.exclude(pk=saved.pk)
    if others.annotate(key=Lower("name")).filter(key=Lower(Value(name))).exists():
        raise NameTaken(f"user {saved.owner_id}: {name!r}")
    if is_start:
        others.filter(is_start=True).update(is_start=False)
    saved.name, saved.is_shared, saved.is_start = name, is_shared, is_start
    saved.save()
    return saved
