"""Finding customers and people by what they are called."""

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, Upper

from accounts.models import Customer, User
from accounts.models.user import called

__all__ = [
    "customers_called",
    "customers_meant",
    "customers_named",
    "people_called",
    "people_named",
    "survivors_numbered",
]

# A text in the names of more customers or people than this says nothing about any of them.
_MOST = 200
_SHORTEST_PART = 3


def customers_named(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those of the customers whose number or name contains the text.

    One or two letters have to be the whole number: they have no trigram to look up.
    """
    if _is_short(text):
        return customers.filter(number=text)
    return customers.filter(Q(number__icontains=text) | Q(name__icontains=text))


def customers_called(text: str) -> list[int] | None:
    """The keys of the customers who are called so; None when they are many."""
    return _few(customers_named(Customer.objects.all(), text))


def customers_meant(text: str) -> list[int] | None:
    """The customers of that very number; where there is none, all that are called so.

    A customer that was merged is the one it was merged into.
    """
    numbered = Customer.objects.filter(number=text)
    standing = numbered.values_list(Coalesce("merge__survivor", "pk"), flat=True)[: _MOST + 1]
    found = list(standing)
    return found if 0 < len(found) <= _MOST else customers_called(text)


def survivors_numbered(text: str) -> list[Customer]:
    """The customers that others of this very number were merged into."""
    # Only customers born here go, and their numbers are in capitals.
    away = Customer.objects.filter(source="", number=text.strip().upper())
    return list(Customer.objects.filter(merged__away__in=away).order_by("pk")[:_MOST])


def people_named(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Those of the people whose names and e-mail address contain every word of the text.

    One or two letters have to start the e-mail address: they have no trigram to look up.
    """
    for word in text.split():
        if _is_short(word):
            people = people.filter(email__startswith=word.lower())
        else:
            people = people.alias(called=called()).filter(called__contains=Upper(Value(word)))
    return people


def people_called(text: str) -> list[int] | None:
    """The keys of the people who are called so; None when they are many."""
    return _few(people_named(User.objects.all(), text))


def _is_short(text: str) -> bool:
    return len(text) < _SHORTEST_PART


def _few(found: QuerySet) -> list[int] | None:
    keys = list(found.values_list("pk", flat=True)[: _MOST + 1])
    return keys if len(keys) <= _MOST else None
