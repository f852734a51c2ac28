"""How a line of an offer is called where there is no column for what it is."""

from django.utils.translation import gettext as _

from orders.models import OfferLine

__all__ = ["called"]


def called(line: OfferLine) -> str:
    """Cargo insurance (optional)"""
    if line.instead_of:
        return _("%(line)s (instead of line %(other)s)") % {
            "line": line.description,
            "other": line.instead_of,
        }
    if line.kind == OfferLine.Kind.OPTIONAL:
        return _("%(line)s (optional)") % {"line": line.description}
    return line.description
