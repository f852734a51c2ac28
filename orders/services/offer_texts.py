"""The words that a new offer begins with: kept by language, for one order type or for all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.services import audit
from orders.models import OfferText, OrderType

__all__ = ["Texts", "keep", "kept", "texts_for"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    text: str = ""
    terms: str = ""
    closing: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def texts_for(*, order_type_id: int | None, language: str) -> Texts:
    """What an offer of this type begins with in this language; one query.

    Each part is the type's own, else that for all types, else nothing: words in another language
    would be worse than none.
    """
    rows = OfferText.objects.filter(language=language)
    of_all = Q(order_type=None)
    found = list(rows.filter(of_all | Q(order_type=order_type_id) if order_type_id else of_all))
    own = next((row for row in found if row.order_type_id), None)
    usual = next((row for row in found if not row.order_type_id), None)
    return Texts(
        **{
            name: getattr(own, name, "") or getattr(usual, name, "")
            for name in Texts.__dataclass_fields__
        }
    )


def kept(*, order_type_id: int | None) -> dict[str, Texts]:
    """The texts of one type, or those for all, by language."""
    return {
        row.language: Texts(text=row.text, terms=row.terms, closing=row.closing)
        for row in OfferText.objects.filter(order_type=order_type_id)
    }


@transaction.atomic
def keep(*, order_type: OrderType | None, texts: Mapping[str, Texts], now: datetime) -> None:
    """Write the texts of one type, or those for all, anew; a language without words has no row."""
    before = kept(order_type_id=order_type.pk if order_type else None)
    for language, said in texts.items():
        if said:
            OfferText.objects.update_or_create(
                order_type=order_type, language=language, defaults=asdict(said)
            )
        else:
            OfferText.objects.filter(order_type=order_type, language=language).delete()
    audit.record(
        kind="offer_texts_kept",
        subject=str(order_type or _("All order types")),
        before=_noted(before),
        after=_noted(texts),
        now=now,
    )


def _noted(texts: Mapping[str, Texts]) -> dict[str, dict[str, str]]:
    """For each part what is said in each language, as the audit tells it."""
    return {
        part: {
            language: getattr(said, part) for language, said in texts.items() if getattr(said, part)
        }
        for part in Texts.__dataclass_fields__
    }
