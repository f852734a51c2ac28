"""What a document says about whoever knows it: a question upward that apps with documents answer.

The setting REGISTRATION_PROOFS names the functions that know, by their dotted paths. Each is asked
as `proof(customer_ids=…, claim=…)` and answers with Evidence.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from portal.lib.amounts import TypedAmount
from portal.lib.searching import same_number

__all__ = ["Claim", "Evidence", "Proof", "weigh"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of a document: its number and its amount, as typed off the paper."""

    number: str
    amount: TypedAmount


@dataclass(frozen=True, slots=True)
class Evidence:
    """The customers that a document of this number belongs to, and those whose amount is right.

    The amount is the document's gross one, which papers print largest. The net amount is not
    accepted: a second right answer would halve the work of guessing.
    """

    belongs_to: frozenset[int] = frozenset()
    proves: frozenset[int] = frozenset()


class Proof(Protocol):
    def __call__(self, *, customer_ids: Collection[int], claim: Claim) -> Evidence:
        """What the documents of this kind say for these customers."""
        ...


def weigh(claim: Claim, rows: Iterable[tuple[str, int, Decimal, str]]) -> Evidence:
    """The evidence of documents, given as number, customer, gross amount and currency.

    An amount of zero proves nothing: it takes no paper to guess it.
    """
    named = [
        (customer_id, amount, currency)
        for number, customer_id, amount, currency in rows
        if same_number(number, claim.number)
    ]
    return Evidence(
        belongs_to=frozenset(customer_id for customer_id, _amount, _currency in named),
        proves=frozenset(
            customer_id
            for customer_id, amount, currency in named
            if amount and claim.amount.means(amount, currency)
        ),
    )
