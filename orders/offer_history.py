"""What happened to an offer: the versions that were sent, and what was said to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.services import company
from orders.models import Offer, OfferDecision, OfferVersion
from portal.lib.money import money_text

__all__ = ["Happened", "history", "said_by"]

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a version; `decision` is its evidence where somebody decided."""

    at: datetime
    what: str
    version: int
    who: str
    total: str
    comment: str = ""
    decision: OfferDecision | None = None


def history(offer: Offer, *, names_staff: bool) -> Sequence[Happened]:
    """The newest first; two queries. Customers read the company's name for those of its staff."""
    sent = offer.versions.exclude(sent_at=None).select_related("sent_by").order_by("-number")
    decided = OfferDecision.objects.filter(version__offer=offer)
    rows = [
        Happened(
            at=version.sent_at,
            what=_("Sent to %(email)s") % {"email": version.send_to},
            version=version.number,
            who=_sent_by(version, names_staff=names_staff),
            total=money_text(version.gross_amount, version.currency),
        )
        for version in sent[:MOST_SHOWN]
        if version.sent_at
    ]
    rows += [
        Happened(
            at=decision.decided_at,
            what=decision.get_kind_display(),
            version=decision.version.number,
            who=said_by(decision, names_staff=names_staff),
            total=money_text(decision.gross_amount, decision.version.currency),
            comment=decision.comment,
            decision=decision,
        )
        for decision in decided.select_related("version", "user").order_by("-decided_at", "-pk")[
            :MOST_SHOWN
        ]
    ]
    # At the same moment the version was sent before it was decided about.
    return sorted(rows, key=lambda row: (row.at, row.decision is not None), reverse=True)


def said_by(decision: OfferDecision, *, names_staff: bool) -> str:
    """Who decided, by name; the seller's for its staff, unless they are named."""
    is_staff = decision.user is not None and decision.user.is_staff
    return company.current().name if is_staff and not names_staff else decision.name


def _sent_by(version: OfferVersion, *, names_staff: bool) -> str:
    if names_staff and version.sent_by is not None:
        return version.sent_by.get_full_name()
    return company.current().name
