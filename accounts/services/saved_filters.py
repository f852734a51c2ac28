"""A person's saved filters of the office's lists, and those that colleagues share."""

from typing import Any

from django.db import transaction
from django.db.models import Value, prefetch_related_objects
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import SavedFilter, User
from portal.lib.errors import DomainError

__all__ = ["MOST", "NameTaken", "TooMany", "change", "delete", "keep", "of", "own"]

MOST = 20
# A line of links, not a table: what is beyond is found in the list of filters.
MOST_SHOWN = 60
# Written by hand because every list with saved filters asks it.
_OF_LIST = """
SELECT saved.*
  FROM accounts_savedfilter AS saved
  JOIN accounts_user AS owner ON owner.id = saved.owner_id
 WHERE saved.of_list = %(of_list)s
   AND (saved.owner_id = %(user)s OR saved.is_shared AND owner.is_active AND owner.is_staff)
 ORDER BY saved.owner_id <> %(user)s, lower(saved.name), saved.id
 LIMIT %(most)s
"""


class NameTaken(DomainError):
    """The person has a filter of this name for the list already."""

    user_message = _("You have a saved filter of this name already.")


class TooMany(DomainError):
    """The person has as many saved filters as fit."""

    user_message = _("You have 20 saved filters. Delete one that you do not need any more.")


def of(*, user: Any, of_list: str, with_owners: bool = False) -> list[SavedFilter]:
    """The person's own filters of a list, then those that others share; one query.

    What somebody shares goes with that person: whose access is closed shares nothing. Owners are
    one query more, for the page that tells them.
    """
    asked = {"user": user.pk, "of_list": of_list, "most": MOST_SHOWN}
    found = list(SavedFilter.objects.raw(_OF_LIST, asked))
    if with_owners:
        prefetch_related_objects(found, "owner")
    return found


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
