"""The three-part proof: does a document of this number and amount belong to this customer number?

Reads the portal's own rows and writes nothing. Numbers may mean several customers, of several ERPs,
and several documents, of several years: one that fits is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from accounts.models import Customer
from accounts.proofs import Claim, Evidence, Proof
from accounts.services import account_settings
from portal.lib.searching import is_numbered

__all__ = ["Finding", "Verdict", "customers_numbered", "examine"]


class Verdict(models.TextChoices):
    """How far the proof holds; each is answered with words of its own."""

    PROVEN = "proven"
    UNKNOWN_CUSTOMER = "unknown_customer"
    OTHER_DOCUMENT = "other_document"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    customer: Customer | None = None  # where proven


def examine(*, customer_number: str, claim: Claim) -> Finding:
    """How far customer number, document and amount belong together."""
    customers = customers_numbered(customer_number)
    if not customers:
        return Finding(Verdict.UNKNOWN_CUSTOMER)
    found = _evidence([customer.pk for customer in customers], claim)
    proven = [customer for customer in customers if customer.pk in found.proves]
    if proven:
        # Of several that fit, one that may register.
        open_ones = (each for each in proven if not account_settings.keeps_out(each))
        return Finding(Verdict.PROVEN, next(open_ones, proven[0]))
    return Finding(Verdict.OTHER_AMOUNT if found.belongs_to else Verdict.OTHER_DOCUMENT)


def customers_numbered(number: str) -> Sequence[Customer]:
    """The customers with this number, forgiving how it is typed; removed ones too, last.

    A customer that was merged is the one it was merged into.
    """
    numbered = Customer.objects.filter(is_numbered("number", number))
    found = numbered.select_related("merge__survivor").order_by(
        models.F("removed_at").asc(nulls_first=True), "pk"
    )
    return [each.merge.survivor if hasattr(each, "merge") else each for each in found]


def _evidence(customer_ids: Sequence[int], claim: Claim) -> Evidence:
    answers = [proof(customer_ids=customer_ids, claim=claim) for proof in _proofs()]
    return Evidence(
        belongs_to=frozenset().union(*(answer.belongs_to for answer in answers)),
        proves=frozenset().union(*(answer.proves for answer in answers)),
    )


def _proofs() -> list[Proof]:
    return [import_string(path) for path in settings.REGISTRATION_PROOFS]
