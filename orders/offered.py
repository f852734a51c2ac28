"""What an offer is about in one amount, as lists and pages of the office show it.

Once it is approved, that is what was agreed to, with the options that were chosen. Until then it is
the total of what is included, and beside it what the options can make of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders import offering
from orders.models import Offer, OfferDecision, OfferLine, OfferVersion
from orders.pricing import Sums
from orders.states import OfferState

__all__ = ["AGREED", "Offered", "offered"]

# The states in which the total that was approved counts.
AGREED = (OfferState.APPROVED, OfferState.ORDERED)


@dataclass(frozen=True, slots=True)
class Offered:
    """`most` is the highest total that options can make, where they raise it at all."""

    version: OfferVersion
    sums: Sums
    most: Decimal | None = None
    is_approved: bool = False
    chosen: Sequence[int] = ()


def offered(offers: Sequence[Offer]) -> dict[int, Offered]:
    """By the key of the offer, whose `live` is at hand; three queries for any number of them.

    An offer that was never sent counts by its draft.
    """
    versions = {offer.pk: offer.live for offer in offers if offer.live is not None}
    unsent = [offer.pk for offer in offers if offer.live is None]
    for draft in OfferVersion.objects.filter(offer__in=unsent, sent_at=None):
        versions[draft.offer_id] = draft
    agreed = [versions[offer.pk].pk for offer in offers if offer.state in AGREED]
    approvals = {
        decision.version_id: decision
        for decision in OfferDecision.objects.filter(
            version__in=agreed, kind=OfferDecision.Kind.APPROVED
        ).order_by("decided_at", "pk")
    }
    lines = defaultdict(list)
    others = [version.pk for version in versions.values() if version.pk not in approvals]
    for line in OfferLine.objects.filter(version__in=others).order_by("version", "position"):
        lines[line.version_id].append(line)
    return {
        key: _agreed(version, approvals[version.pk])
        if version.pk in approvals
        else _asked(version, lines[version.pk])
        for key, version in versions.items()
    }


def _agreed(version: OfferVersion, approval: OfferDecision) -> Offered:
    sums = Sums(approval.net_amount, approval.vat_amount, approval.gross_amount)
    return Offered(version, sums, is_approved=True, chosen=approval.chosen)


def _asked(version: OfferVersion, lines: Sequence[OfferLine]) -> Offered:
    sums = Sums(version.net_amount, version.vat_amount, version.gross_amount)
    chosen = offering.dearest(lines, currency=version.currency)
    most = offering.worth(lines, chosen, currency=version.currency).gross
    return Offered(version, sums, most if most > sums.gross else None)
