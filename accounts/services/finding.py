"""Finding customers by what people call them."""

from django.db.models import Q

from accounts.models import Customer

__all__ = ["customers_called"]

# A text in the names of more customers than this says nothing about any of them.
_MOST = 200
_SHORTEST_PART = 3


def customers_called(text: str) -> list[int] | None:
    """The keys of the customers whose number or name contains the text; None when they are many.

    One or two letters have to be the whole number.
    """
    if len(text) < _SHORTEST_PART:
        called = Customer.objects.filter(number=text)
    else:
        called = Customer.objects.filter(Q(number__icontains=text) | Q(name__icontains=text))
    keys = list(called.values_list("pk", flat=True)[: _MOST + 1])
    return keys if len(keys) <= _MOST else None
