"""Orders kept under a name; each function is one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from orders.models import OrderTemplate
from portal.lib.errors import DomainError

__all__ = ["NameTaken", "keep", "remove", "rename"]


class NameTaken(DomainError):
    user_message = _("There is a template of this name already.")


def keep(
    *,
    name: str,
    wanted: Mapping[str, Any],
    order_type_id: int | None,
    customer_id: int,
    user_id: int,
    now: datetime,
) -> OrderTemplate:
    """Keep what an order wants as a template of the customer; raises NameTaken."""
    template = OrderTemplate(
        customer_id=customer_id,
        order_type_id=order_type_id,
        wanted=dict(wanted),
        saved_at=now,
        saved_by_id=user_id,
    )
    rename(template=template, name=name)
    return template


def rename(*, template: OrderTemplate, name: str) -> None:
    """Write the template under this name, capitals aside its customer's only one; or NameTaken."""
    template.name = name
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as taken:
        raise NameTaken(f"{template.customer_id}: {name}") from taken


def remove(*, template: OrderTemplate) -> None:
    """Delete it; orders that were begun with it do not know."""
    template.delete()
