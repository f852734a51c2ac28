"""How a line of an offer is called wherever it is named: by its number, which others refer to."""

from django.utils.translation import gettext as _

from orders.models import OfferLine

__all__ = ["instead_of", "numbered"]


def numbered(line: OfferLine) -> str:
    """4. Cargo insurance (optional)"""
    called = f"{line.position}. {line.description}"
    if line.instead_of:
        return f"{called} ({instead_of(line)})"
    if line.kind == OfferLine.Kind.OPTIONAL:
        return _("%(line)s (optional)") % {"line": called}
    return called


def instead_of(line: OfferLine) -> str:
    return _("instead of line %(other)s") % {"other": line.instead_of}
