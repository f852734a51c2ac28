"""The places that an order's stops are filled from: used last, saved here, and of the ERP.

A place is named by a key of its kind and row (`saved-5`), which opens for its customer alone.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Address
from accounts.services import merging
from orders.models import OrderRequest, OrderStop, SavedAddress
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = ["Book", "BookAddress", "NothingToSave", "place_of", "remove", "rename"]

# So many of a kind are offered in a stop itself; the whole book has pages of its own.
LAST_ORDERS = 20
MOST_USED = 8
MOST_OFFERED = 20
_LONGEST_LABEL = 100


class NothingToSave(DomainError):
    user_message = _("Give at least a name or a street, and the city, before you save the address.")


@dataclass(frozen=True, slots=True)
class BookAddress:
    """One place of the book: its key, what people call it, where it is, and what a stop takes."""

    key: str
    label: str
    text: str
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.values.get("name", "")

    @property
    def of_stop(self) -> dict[str, str]:
        """Everything that a stop takes from a place; what the place does not say is emptied."""
        return {name: self.values.get(name, "") for name in SavedAddress.STOP}


@dataclass(frozen=True)
class Book:
    """The address book of a customer, as one person who orders for it sees it."""

    customer_id: int
    user_id: int

    @cached_property
    def offered(self) -> Sequence[tuple[Any, list[BookAddress]]]:
        """The places to choose from in a stop, in named groups: first where the person went last.

        A place is there once, in the first of its groups; four queries.
        """
        saved = SavedAddress.objects.filter(customer_id=self.customer_id).order_by("label", "pk")
        of_erp = Address.objects.current().filter(customer_id=self.customer_id)
        seen: set[str] = set()
        groups = [
            (_("Used last"), _once(self._used(), seen)[:MOST_USED]),
            (_("Address book"), _once(map(place_of, saved[:MOST_OFFERED]), seen)),
            (_("In our register"), _once(map(place_of, of_erp[:MOST_OFFERED]), seen)),
        ]
        return [(name, places) for name, places in groups if places]

    def find(self, key: str) -> BookAddress | None:
        """The place of the key, if it is one of this customer's, and used by this person."""
        kind, _dash, number = key.partition("-")
        of_customer = {"pk": number_of(number), "customer_id": self.customer_id}
        found: Any = None
        if kind == "saved":
            found = SavedAddress.objects.filter(**of_customer).first()
        elif kind == "register":
            found = Address.objects.current().filter(**of_customer).first()
        elif kind == "used":
            found = OrderStop.objects.filter(
                pk=number_of(number),
                order__customer_id=self.customer_id,
                order__request__sent_by_id=self.user_id,
            ).first()
        return place_of(found) if found else None

    @transaction.atomic
    def save(self, values: Mapping[str, str], *, now: datetime) -> tuple[SavedAddress, bool]:
        """Keep the place of a stop as it was typed, and whether it is new; a known one stays.

        Where the customer was merged with another one meanwhile, it is in that one's book. Raises
        NothingToSave for a place that nobody could find.
        """
        taken = {name: _fitting(name, values.get(name, "")) for name in SavedAddress.STOP}
        label = taken["name"] or taken["street"]
        if not (label and taken["city"]):
            raise NothingToSave("no name or street, or no city")
        return SavedAddress.objects.get_or_create(
            customer=merging.lock_standing(self.customer_id),
            fingerprint=_fingerprint(taken),
            defaults={
                **taken,
                "label": label[:_LONGEST_LABEL],
                "saved_at": now,
                "saved_by_id": self.user_id,
            },
        )

    def _used(self) -> list[BookAddress]:
        """Where the person's last orders for the customer went, the last one first."""
        last = list(
            OrderRequest.objects.filter(
                sent_by_id=self.user_id, order__customer_id=self.customer_id
            )
            .order_by("-sent_at")
            .values_list("pk", flat=True)[:LAST_ORDERS]
        )
        stops = OrderStop.objects.filter(order__in=last).order_by("-order_id", "position")
        return [place_of(stop) for stop in stops]


def place_of(row: SavedAddress | Address | OrderStop) -> BookAddress:
    """A row of any of the three as an address of the book."""
    kind = {SavedAddress: "saved", Address: "register", OrderStop: "used"}[type(row)]
    values = {name: str(getattr(row, name, "")) for name in SavedAddress.STOP}
    where = " ".join(filter(None, (values["postal_code"], values["city"])))
    text = ", ".join(filter(None, (values["street"], where, values["country"])))
    return BookAddress(
        key=f"{kind}-{row.pk}",
        label=getattr(row, "label", "") or values["name"] or text,
        text=text,
        values={name: value for name, value in values.items() if value},
    )


def rename(*, address: SavedAddress, label: str) -> None:
    """Call it by this label; one that somebody has removed meanwhile stays removed."""
    SavedAddress.objects.filter(pk=address.pk).update(label=label)


def remove(*, address: SavedAddress) -> None:
    """Take it out of the book; orders that went there keep what they say."""
    address.delete()


def _once(places: Iterable[BookAddress], seen: set[str]) -> list[BookAddress]:
    found = []
    for place in places:
        fingerprint = _fingerprint(place.values)
        if place.text and fingerprint not in seen:
            seen.add(fingerprint)
            found.append(place)
    return found


def _fitting(name: str, value: str) -> str:
    field: Any = SavedAddress._meta.get_field(name)
    return " ".join(value.split())[: field.max_length]


def _fingerprint(values: Mapping[str, str]) -> str:
    """Of the place alone: capitals and spaces do not make another one."""
    plain = "\n".join(
        " ".join(values.get(name, "").split()).casefold() for name in SavedAddress.PLACE
    )
    return hashlib.sha256(plain.encode()).hexdigest()
