"""Which customer a person works for: the choice, and what the person may do there.

The active customer's key lives in the session. Nothing here trusts it: each request asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import Address, Customer, Membership, User
from accounts.models.user import Acting
from accounts.sections import Section

__all__ = [
    "Active",
    "account_admins",
    "active_customer",
    "choices",
    "named",
    "only_customer",
]

# Written by hand because every request asks it: the ORM takes many times as long to write it as
# the database to answer it.
_ACTIVE = """
SELECT customer.*,
       held.is_admin,
       held.manages_family,
       held.sections,
       EXISTS (
           SELECT FROM accounts_membership
            WHERE user_id = %(user)s AND customer_id <> customer.id
       ) AS has_others
  FROM accounts_customer AS customer
 CROSS JOIN LATERAL (
           SELECT bool_or(membership.is_admin) AS is_admin,
                  bool_or(membership.is_admin AND membership.covers_family) AS manages_family,
                  COALESCE(array_agg(section) FILTER (WHERE section IS NOT NULL), '{}') AS sections
             FROM accounts_membership AS membership
             JOIN accounts_customer AS own ON own.id = membership.customer_id
             LEFT JOIN LATERAL unnest(membership.sections) AS section ON true
            WHERE membership.user_id = %(user)s
              AND (membership.customer_id = customer.id
                   OR membership.covers_family AND own.family_id = customer.family_id)
       ) AS held
 WHERE customer.id = %(customer)s AND held.is_admin IS NOT NULL
"""


@dataclass(frozen=True)
class Active:
    """The customer a person works for, what the person may do there, and whether there is another.

    An account admin holds every section. Whoever manages the family is account admin of all its
    customers.
    """

    customer: Customer
    sections: frozenset[str]
    is_admin: bool
    manages_family: bool
    can_switch: bool

    @property
    def may_order(self) -> bool:
        """Whether the person may order something new for the customer, and the customer may."""
        return Section.PLACE_ORDERS in self.sections and not self.customer.takes_no_orders

    @property
    def has_family(self) -> bool:
        """Whether the customer carries a statistics id."""
        return self.customer.family_id is not None


def active_customer(*, user: User, customer_id: int | None) -> Active | None:
    """The customer with the rights the person holds there at this moment; one query.

    None when the person is no member of it, or not any more.
    """
    if customer_id is None or not user.is_active:
        return None
    if user.acting is not None:
        return _as_customer(user.acting) if customer_id == user.acting.customer.pk else None
    found = Customer.objects.raw(_ACTIVE, {"user": user.pk, "customer": customer_id})
    customer: Any = next(iter(found), None)
    if customer is None:
        return None
    return Active(
        customer=customer,
        sections=frozenset(Section.values if customer.is_admin else customer.sections),
        is_admin=customer.is_admin,
        manages_family=customer.manages_family and customer.family_id is not None,
        can_switch=customer.family_id is not None or customer.has_others,
    )


def _as_customer(acting: Acting) -> Active:
    """Staff are no account admins of a customer, and look at one at a time."""
    return Active(
        customer=acting.customer,
        sections=acting.sections,
        is_admin=False,
        manages_family=False,
        can_switch=False,
    )


def only_customer(*, user: User) -> Active | None:
    """The one customer of a person who has no choice; None for those with several or none."""
    ids = list(user.customers().values_list("pk", flat=True)[:2])
    return active_customer(user=user, customer_id=ids[0]) if len(ids) == 1 else None


def choices(*, user: User) -> QuerySet[Customer]:
    """The person's customers with `branch`, the city of the invoice address, and its country."""
    invoice_addresses = Address.objects.current().invoice().filter(customer_id=OuterRef("pk"))
    return user.customers().annotate(
        branch=Subquery(invoice_addresses.values("city")[:1]),
        branch_country=Subquery(invoice_addresses.values("country")[:1]),
    )


def named(*, user: User, value: str) -> Sequence[Customer]:
    """The person's customers that a posted value means: `Customer.reference` or a number alone.

    More than one when a number alone means customers of several sources; the person is asked.
    """
    source, slash, number = value.partition("/")
    meant = Q(number=value)
    if slash:
        meant |= Q(source=source, number=number)
    return list(choices(user=user).filter(meant).order_by("source", "pk"))


def account_admins(*, customer: Customer) -> Sequence[User]:
    """The people who can grant rights at the customer, by name; at most five."""
    admins = Membership.objects.reaching(customer).filter(is_admin=True)
    return list(
        User.objects.filter(pk__in=admins.values("user_id"), is_active=True).order_by(
            "last_name", "first_name", "pk"
        )[:5]
    )
