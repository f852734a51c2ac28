"""Orders kept under a name; each function is one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import merging
from orders.models import OrderTemplate
from portal.lib.errors import DomainError

__all__ = ["NameTaken", "keep", "remove", "rename"]


class NameTaken(DomainError):
    user_message = _("There is a template of this name already.")


@transaction.atomic
def keep(
    *,
    name: str,
    wanted: Mapping[str, Any],
    order_type_id: int | None,
    customer_id: int,
    user_id: int,
    now: datetime,
) -> OrderTemplate:
    """Keep what an order wants as a template of the customer; raises NameTaken.

    Where the customer was merged with another one meanwhile, it is that one's.
    """
    template = OrderTemplate(
        name=name,
        customer=merging.lock_standing(customer_id),
        order_type_id=order_type_id,
        wanted=dict(wanted),
        saved_at=now,
        saved_by_id=user_id,
    )
    with _only_one(template.customer_id, name):
        template.save()
    return template


def rename(*, template: OrderTemplate, name: str) -> None:
    """Write the template under this name, capitals aside its customer's only one; or NameTaken.

    One that somebody has deleted meanwhile stays deleted.
    """
    with _only_one(template.customer_id, name):
        OrderTemplate.objects.filter(pk=template.pk).update(name=name)


@contextmanager
def _only_one(customer_id: int, name: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as taken:
        raise NameTaken(f"{customer_id}: {name}") from taken


def remove(*, template: OrderTemplate) -> None:
    """Delete it; orders that were begun with it do not know."""
    template.delete()
