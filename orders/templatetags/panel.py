"""The rows of the office's list of what came in."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.request_tables import RequestRow
from portal.templatetags.ui import row_menu

register = template.Library()

_CHOICE = (
    '<td role="cell" class="sel">'
    '<input type="checkbox" name="chosen" value="{}" aria-label="{}"></td>'
)
_ROW = (
    '<tr role="row">{choice}'
    '<th role="rowheader" scope="row" class="key"><a href="{href}">{number}</a></th>'
    '<td role="cell" data-label="{customer_label}">{customer}<small>{reference}</small></td>'
    '<td role="cell" data-label="{route_label}">{route}{goods}</td>'
    '<td role="cell" class="nowrap" data-label="{pick_up_label}">{pick_up}</td>'
    '<td role="cell" class="dim nowrap" data-label="{from_label}">{origin}</td>'
    '<td role="cell" data-label="{status_label}">'
    '<span class="status" data-kind="{mark}">{status}</span>{tag}{owner}{looking}</td>'
    '<td role="cell" class="n dim" data-label="{waiting_label}">{waiting}</td>'
    '<td role="cell" class="act">{menu}</td></tr>\n'
)
_SMALL = "<small>{}</small>"


@register.simple_tag
def request_rows(rows: Iterable[RequestRow], *, may_choose: bool) -> SafeString:
    """The rows of the table, with a box to choose each by where that does something.

    Not a template: each row has twenty values, and asking a context for them was a fifth of the
    page's time.
    """
    labels = {
        "customer_label": _("Customer"),
        "route_label": _("Route"),
        "pick_up_label": _("Pick-up"),
        "from_label": _("From"),
        "status_label": _("Status"),
        "waiting_label": pgettext("request", "Waiting"),
    }
    escaped = {name: conditional_escape(text) for name, text in labels.items()}
    drawn = ((_row(row, escaped, may_choose=may_choose),) for row in rows)
    return format_html_join("", "{}", drawn)


def _row(row: RequestRow, labels: dict[str, SafeString], *, may_choose: bool) -> SafeString:
    waiting = format_html('<span title="{}">{}</span>', row.sent_at, row.waiting)
    return format_html(
        _ROW,
        **labels,
        choice=format_html(_CHOICE, row.order_id, row.choose) if may_choose else "",
        href=row.href,
        number=row.number,
        customer=row.customer,
        reference=row.reference,
        route=row.route,
        goods=_small(row.goods),
        pick_up=row.pick_up,
        origin=row.origin,
        mark=row.mark,
        status=row.status,
        tag=format_html(' <span class="tag">{}</span>', _("Dangerous goods"))
        if row.is_dangerous
        else "",
        owner=_small(row.owner and _("Taken by %(name)s") % {"name": row.owner}),
        looking=_small(row.looking),
        waiting=waiting if row.waiting else "",
        menu=row_menu(row.menu_id, row.title, row.entries),
    )


def _small(text: str) -> str:
    return format_html(_SMALL, text) if text else ""
