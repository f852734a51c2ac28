"""What an offer comes to, and which part of it each order gets. Pure; amounts in one currency."""

from collections.abc import Collection, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from orders import pricing
from orders.pricing import Sums
from portal.lib.errors import DomainError
from portal.lib.money import decimals_of

__all__ = ["NotOnOffer", "OfferedLine", "dearest", "ordered", "shares", "worth"]


class NotOnOffer(DomainError):
    """Lines were chosen that are no options of the offer, or two alternatives to one line."""

    user_message = _("These options cannot be chosen together. Look at the offer again.")


class OfferedLine(Protocol):
    """A line of an offer; `kind` is included, optional or alternative (`instead_of` a position)."""

    @property
    def position(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def instead_of(self) -> int | None: ...

    @property
    def net_amount(self) -> Decimal: ...

    @property
    def vat_rate(self) -> Decimal: ...


Line = TypeVar("Line", bound=OfferedLine)


def ordered(lines: Sequence[Line], chosen: Collection[int]) -> list[Line]:
    """The lines that are ordered when the options at these positions are chosen.

    An alternative takes the place of its line, also of an optional one, which then need not be
    chosen itself. Raises NotOnOffer.
    """
    options = {line.position: line for line in lines if line.kind != "included"}
    if not set(chosen) <= set(options):
        raise NotOnOffer(f"{sorted(set(chosen) - set(options))} are no options")
    replaced = [
        options[position].instead_of
        for position in chosen
        if options[position].kind == "alternative"
    ]
    if len(replaced) != len(set(replaced)):
        raise NotOnOffer("two alternatives to one line")
    return [
        line
        for line in lines
        if line.position not in replaced and (line.kind == "included" or line.position in chosen)
    ]


def worth(lines: Sequence[OfferedLine], chosen: Collection[int] = (), *, currency: str) -> Sums:
    """Net, VAT and total with these options, without any by default. Raises NotOnOffer."""
    return pricing.sums(ordered(lines, chosen), currency=currency)


def dearest(lines: Sequence[OfferedLine], *, currency: str) -> list[int]:
    """The options that together come to the highest total; nothing where none raises it.

    Of a line and its alternatives the dearest counts, because only one of them is had.
    """

    def gross(line: OfferedLine) -> Decimal:
        return pricing.sums([line], currency=currency).gross

    chosen: list[int] = []
    for line in lines:
        if line.kind == "alternative":
            continue
        alone = gross(line) if line.kind == "included" else max(gross(line), Decimal(0))
        instead = [each for each in lines if each.instead_of == line.position]
        dear = max(instead, key=gross, default=None)
        if dear is not None and gross(dear) > alone:
            chosen.append(dear.position)
        elif line.kind == "optional" and alone > 0:
            chosen.append(line.position)
    return sorted(chosen)


def shares(amount: Decimal, parts: int, *, currency: str) -> list[Decimal]:
    """The amount in equal parts that add up to it; what cannot be shared goes into the last."""
    unit = Decimal(1).scaleb(-decimals_of(currency))
    share = (amount / parts).quantize(unit, rounding=ROUND_DOWN)
    return [share] * (parts - 1) + [amount - share * (parts - 1)]
