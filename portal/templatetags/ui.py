"""What templates need beyond Django's own: icons, times with their zone, amounts and quantities.

Everything here formats; nothing here asks the database.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from django import template
from django.forms import BoundField, NumberInput, TextInput
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.formats import number_format
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from portal.lib.money import amount_text, decimals_of, money_text
from portal.lib.words import word as _

register = template.Library()

MINUS = "\N{MINUS SIGN}"

FLASH_ICONS = {"good": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}
EMPTY_ICONS = {"yet": "package", "found": "search", "right": "lock"}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One icon of static/img/icons.svg, beside a word or inside something that has a label.

    Drawn once a process: a list shows the same few icons in every row.
    """
    return render_to_string("ui/_icon.html", {"sprite": static("img/icons.svg"), "name": name})


@register.simple_tag
def row_menu(menu_id: str, title: str, entries: Iterable[Mapping[str, Any]]) -> SafeString:
    """The menu of a row: its button, and the popover that right click and keys open too.

    An entry has label and icon, and href of a link, or form and value of a button that says `row`;
    key and danger are optional, and a key that is a letter works on the row too. Not a template: a
    list has a hundred entries, and they were a third of its time.
    """
    key, shown = conditional_escape(menu_id), conditional_escape(title)
    name = conditional_escape(_("Actions for %(title)s") % {"title": title})
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<button class="icon" type="button" popovertarget="{key}" aria-label="{name}">'
        f'{icon("ellipsis")}</button><div class="menu" id="{key}" popover>'
        f'<p class="title">{shown}</p><ul role="list">{"".join(map(_menu_entry, entries))}</ul>'
        "</div>"
    )


@register.simple_tag
def row_field(field: BoundField, size: str) -> SafeString:
    """One field of a row of a form, as ui/_field.html draws it.

    The rows of a form differ in their numbers and in what was typed, so what a field looks like is
    drawn once for all of them (`RowForm.drawn`) and filled in: two hundred rows have five thousand
    fields, and drawing each was nine tenths of the page's time.
    """
    form: Any = field.form
    value = field.value()
    text = "" if value is None else str(value)
    here = f"{form.prefix}-"
    takes_text = text != "" and type(field.field.widget) in (TextInput, NumberInput)
    said = f"{field.field.help_text}\n{' '.join(map(str, field.errors))}"
    look = (field.name, size, said, takes_text or text)
    halves = form.drawn.get(look)
    if halves is None:
        drawn = render_to_string("ui/_field.html", {"field": field, "size": size})
        mark = f' value="{escape(text)}"' if takes_text else ""
        head, found, tail = drawn.partition(mark) if mark else (drawn, "", "")
        # Where the row's own name is in what was typed, nobody could tell the two apart.
        if found == mark and here not in f"{said}{text}":
            form.drawn[look] = (head.split(here), tail.split(here))
        return drawn
    head, tail = (here.join(half) for half in halves)
    return mark_safe(  # noqa: S308 - drawn by a template but for the text, which is escaped
        f'{head} value="{escape(text)}"{tail}' if takes_text else head
    )


def _menu_entry(entry: Mapping[str, Any]) -> str:
    key = conditional_escape(entry.get("key", ""))
    danger = ' class="danger"' if entry.get("danger") else ""
    inner = _menu_words(entry["icon"], str(entry["label"]), key)
    if "href" in entry:
        return f'<li><a href="{conditional_escape(entry["href"])}"{danger}>{inner}</a></li>'
    form, value = conditional_escape(entry["form"]), conditional_escape(entry["value"])
    letter = f' data-key="{key}"' if key else ""
    return (
        f'<li><button type="submit" form="{form}" name="row" value="{value}"{danger}{letter}>'
        f"{inner}</button></li>"
    )


# Typed: a text that is safe is equal to one that is not, and only one of them is escaped.
@lru_cache(maxsize=1024, typed=True)
def _menu_words(icon_name: str, label: str, key: str) -> str:
    """The inside of an entry; the rows of a list have the same few."""
    words = f"{icon(icon_name)}{conditional_escape(label)}"
    return f"{words}<kbd>{key}</kbd>" if key else words


@register.filter
def flash_icon(kind: str) -> str:
    return FLASH_ICONS.get(kind, "info")


@register.filter
def undone(tag: str) -> list[str]:
    """What a message's tag names: a moment, and the keys of what was done then."""
    return tag.removeprefix("undo:").split(",")


@register.filter
def empty_icon(kind: str) -> str:
    return EMPTY_ICONS[kind]


@register.inclusion_tag("ui/_time.html")
def moment(at) -> dict:
    """A date or a time as the reader's language writes it; a time tells its zone on hover."""
    return {"at": at, "is_time": isinstance(at, datetime)}


amount = register.filter("amount", amount_text)
money = register.filter("money", money_text)


@register.filter
def unit_price(value: Decimal, currency: str) -> str:
    """A price with its currency's decimals, and more where it has more: 4.50, 0.0375."""
    decimals = max(decimals_of(currency), len(f"{value.normalize():f}".partition(".")[2]))
    text = number_format(value, decimals, use_l10n=True, force_grouping=True)
    return text.replace("-", MINUS)


@register.filter
def quantity(value: Decimal) -> str:
    """A number with as many decimals as it needs: 6, 1.5, 1,248."""
    return _quantity(value, translation.get_language())


@lru_cache(maxsize=4096)
def _quantity(value: Decimal, _language: str | None) -> str:
    plain = f"{value.normalize():f}"
    decimals = len(plain.partition(".")[2])
    return number_format(value, decimals, use_l10n=True, force_grouping=True).replace("-", MINUS)


@register.filter
def country(code: str) -> str:
    """The country of an ISO code in the reader's language; an unknown code stays as it is."""
    return Locale.parse(translation.get_language() or "en").territories.get(code, code)


@register.filter
def steps(done: int, total: int) -> list[bool]:
    """One truth value for each step of a story, true for those that are done."""
    return [step < done for step in range(total)]
