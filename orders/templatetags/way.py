"""Stops and goods in words, whether they are rows of an order or still a wish."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from orders import cut_off
from orders.models import GoodsLine, OrderStop
from portal.lib.countries import name_of
from portal.lib.dates import day_text
from portal.lib.phones import shown
from portal.templatetags.ui import quantity

register = template.Library()


@register.filter
def stop_kind(kind: str) -> Any:
    return OrderStop.Kind(kind).label


@register.filter
def stop_time(stop: Any) -> str:
    """24 Nov 2026, 06:00 to 08:00; nothing where there is no day."""
    if stop.day is None:
        return ""
    starts, ends = (
        time_format(timezone.localtime(moment), "TIME_FORMAT") if moment else ""
        for moment in (stop.starts_at, stop.ends_at)
    )
    words = {
        (True, True): _("%(day)s, %(starts)s to %(ends)s"),
        (True, False): _("%(day)s, from %(starts)s"),
        (False, True): _("%(day)s, by %(ends)s"),
        (False, False): "%(day)s",
    }[bool(starts), bool(ends)]
    return words % {"day": day_text(stop.day), "starts": starts, "ends": ends}


@register.filter
def until_when(request: Any) -> str:
    """Until when the request may be changed or cancelled."""
    return cut_off.in_words(request.cut_off_at, now=timezone.now())


@register.filter
def stop_place(stop: Any) -> str:
    """The address in one line."""
    town = f"{stop.postal_code} {stop.city}".strip()
    country = name_of(stop.country) if stop.country else ""
    return ", ".join(filter(None, (stop.street, stop.street_2, town, stop.region, country)))


@register.filter
def stop_contact(stop: Any) -> str:
    """Whom to ask there, and the reference to name."""
    return " · ".join(filter(None, (stop.contact, shown(stop.phone), stop.reference)))


@register.filter
def phone(number: str) -> str:
    """A phone number as people write it."""
    return shown(number)


@register.filter
def package(code: str) -> Any:
    return GoodsLine.Package(code).label


@register.filter
def goods_facts(row: Any) -> str:
    """Danger, weight, measures, temperature and marks of a goods row, as far as they are known."""
    facts = [
        fact
        for fact in (row.shipping_name, row.packing_group, row.tunnel_code)
        if row.is_dangerous and fact
    ]
    if row.is_dangerous and row.is_limited_quantity:
        facts.append(_("limited quantity"))
    if row.gross_weight is not None:
        facts.append(f"{quantity(row.gross_weight)} kg")
    if row.length or row.width or row.height:
        sides = (row.length, row.width, row.height)
        measures = "\N{MULTIPLICATION SIGN}".join(str(side or "?") for side in sides)
        facts.append(f"{measures} cm")
    if row.volume is not None:
        facts.append(f"{quantity(row.volume)} m³")
    if row.loading_metres is not None:
        facts.append(_("%(metres)s loading metres") % {"metres": quantity(row.loading_metres)})
    if row.lowest_temperature is not None or row.highest_temperature is not None:
        degrees = (row.lowest_temperature, row.highest_temperature)
        facts.append(
            "\N{HORIZONTAL ELLIPSIS}".join(
                "" if degree is None else quantity(degree) for degree in degrees
            )
            + " °C"
        )
    if row.is_stackable:
        facts.append(_("can be stacked"))
    if row.loaded_at or row.unloaded_at:
        facts.append(
            _("stop %(loaded)s to %(unloaded)s")
            % {"loaded": row.loaded_at or "?", "unloaded": row.unloaded_at or "?"}
        )
    if row.marks:
        facts.append(row.marks)
    return " · ".join(facts)
