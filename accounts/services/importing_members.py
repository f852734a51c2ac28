"""Importing the rights of customers' people: what `accounts.importing` asks of the kind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.importing import ACTION, EMAIL, FIRST_NAME, LAST_NAME, Draft, RowRefused
from accounts.models import (
    AccountSettings,
    Customer,
    Invitation,
    Membership,
    PeopleImport,
    PeopleImportRow,
    User,
)
from accounts.sections import FILE_NAMES, PAYING, Section
from accounts.services import account_settings, inviting, membership
from accounts.states import RowOutcome
from portal.lib.domains import domain_of
from portal.lib.paging import Ordering, in_batches

__all__ = ["apply", "check", "check_whole", "current_rights"]

NUMBER, ADMIN, SECTIONS, PAYS, FAMILY = (
    "Customer Number",
    "Account Admin",
    "Allowed Sections",
    "Make Payment",
    "Whole Family",
)
SECTION_NAMES = ", ".join(FILE_NAMES.values())
# Rows that make somebody account admin go before all others.
FIRST, LATER = 0, 1

_SECTIONS = {
    **{name.casefold(): section for section, name in FILE_NAMES.items()},
    **{section.value: section for section in Section},
}
_YES_OR_NO = {"yes": True, "no": False, "": False}


def check(drafts: Sequence[Draft]) -> None:
    """Say of each row what is wrong, or what it will do; a handful of queries for all of them."""
    for draft in drafts:
        _understand(draft)
    known = _Known(drafts)
    for draft in drafts:
        _place(draft, known)
    known.load_rights(drafts)
    for draft in drafts:
        if not draft.errors:
            _plan(draft, known)


def check_whole(run: PeopleImport) -> None:
    """Find rows about the same person twice, and customers that would lose their last admin."""
    _refuse_repeated(run)
    _refuse_last_admins(run)
    _refuse_too_many_waiting(run)


def apply(rows: Sequence[PeopleImportRow], *, by: User, now: datetime) -> None:
    """Do what the rows of one customer say, and write down what each has done."""
    membership.lock_families({row.customer_id for row in rows if row.customer_id is not None})
    for row in rows:
        try:
            row.outcome = _apply(row, by=by, now=now)
        except membership.LastAdmin as refusal:
            raise RowRefused(row.pk, ADMIN, refusal.user_message) from refusal
        except inviting.CannotInvite as refusal:
            raise RowRefused(row.pk, EMAIL, refusal.user_message) from refusal


def current_rights() -> Iterable[tuple[Any, ...]]:
    """The rows of a file that would change nothing: everybody's rights as they are."""
    held = Membership.objects.filter(user__is_active=True).select_related("customer", "user")
    for each in in_batches(held, Ordering(("id",))):
        yield (
            each.customer.reference if each.customer.source else each.customer.number,
            each.user.email,
            each.user.first_name,
            each.user.last_name,
            _yes(each.is_admin),
            ", ".join(FILE_NAMES[section] for section in Section if section in each.sections),
            _yes(any(each.grants(section) for section in PAYING)),
            _yes(each.covers_family),
            "Set",
        )


def _understand(draft: Draft) -> None:
    """What the cells say by themselves."""
    draft.read_person()
    draft.values["email"] = draft.subject
    if not draft.cells[NUMBER]:
        draft.wrong(NUMBER, "missing")
    draft.values["is_admin"] = _yes_or_no(draft, ADMIN)
    draft.values["covers_family"] = _yes_or_no(draft, FAMILY)
    draft.values["sections"] = _sections(draft)
    may_pay = draft.values["is_admin"] or any(
        section in draft.values["sections"] for section in PAYING
    )
    pays = _yes_or_no(draft, PAYS)
    if draft.cells[PAYS] and pays != may_pay and not draft.values["deletes"]:
        draft.wrong(PAYS, "paying_differs", allowed=_yes(may_pay))


def _yes_or_no(draft: Draft, column: str) -> bool:
    text = draft.cells[column].casefold()
    if text not in _YES_OR_NO:
        draft.wrong(column, "yes_or_no")
    return _YES_OR_NO.get(text, False)


def _sections(draft: Draft) -> list[str]:
    found = set()
    for name in draft.listed(SECTIONS):
        section = _SECTIONS.get(name.casefold())
        if section is None:
            draft.wrong(SECTIONS, "unknown_section", name=name[:50], allowed=SECTION_NAMES)
        else:
            found.add(section.value)
    return sorted(found)


class _Known:
    """What the database holds about a batch of rows."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.settings: AccountSettings = account_settings.current()
        numbers = {draft.cells[NUMBER].rpartition("/")[2] for draft in drafts}
        self.customers: dict[str, list[Customer]] = defaultdict(list)
        for customer in Customer.objects.filter(number__in=numbers).order_by("source", "pk"):
            self.customers[customer.number].append(customer)
            self.customers[customer.reference].append(customer)
        emails = {draft.values["email"] for draft in drafts}
        self.users = {user.email: user for user in User.objects.filter(email__in=emails)}
        self.held: dict[tuple[int, str], Membership] = {}
        self.invited: dict[tuple[int, str], Invitation] = {}

    def load_rights(self, drafts: Sequence[Draft]) -> None:
        placed = [draft for draft in drafts if draft.customer_id is not None]
        customers = {draft.customer_id for draft in placed}
        emails = {draft.values["email"] for draft in placed}
        held = Membership.objects.filter(customer__in=customers, user__email__in=emails)
        for each in held.select_related("user"):
            self.held[each.customer_id, each.user.email] = each
        waiting = Invitation.objects.unanswered().filter(customer__in=customers, email__in=emails)
        for invitation in waiting:
            self.invited[invitation.customer_id, invitation.email] = invitation


def _place(draft: Draft, known: _Known) -> None:
    """The customer of the row."""
    number = draft.cells[NUMBER]
    found = known.customers.get(number, [])
    if number and not found:
        draft.wrong(NUMBER, "unknown_customer")
    elif len(found) > 1:
        allowed = ", ".join(customer.reference for customer in found)
        draft.wrong(NUMBER, "several_customers", allowed=allowed)
    elif found:
        draft.customer_id = found[0].pk


def _plan(draft: Draft, known: _Known) -> None:
    """What a row that is right by itself will do."""
    customer = known.customers[draft.cells[NUMBER]][0]
    key = (customer.pk, draft.values["email"])
    held, invited = known.held.get(key), known.invited.get(key)
    user = known.users.get(draft.values["email"])
    rights = {name: draft.values[name] for name in ("sections", "is_admin", "covers_family")}
    if draft.values["deletes"]:
        draft.plan = RowOutcome.DELETED if held or invited else RowOutcome.UNCHANGED
        draft.rank = LATER
        return
    if rights["covers_family"] and customer.family_id is None:
        draft.wrong(FAMILY, "no_family")
    if held is not None:
        draft.plan = RowOutcome.UNCHANGED if held.rights == rights else RowOutcome.UPDATED
    else:
        _check_new(draft, customer, user, invited, known.settings)
        if user is not None:
            draft.plan = RowOutcome.CREATED
        elif invited is None:
            draft.plan = RowOutcome.INVITED
        else:
            is_same = invited.rights == rights
            draft.plan = RowOutcome.UNCHANGED if is_same else RowOutcome.UPDATED
    draft.values["can_sign_in"] = user is not None and user.is_active
    gains = rights["is_admin"] and user is not None
    draft.rank = FIRST if gains and not (held and _loses(draft.values, held)) else LATER
    if draft.errors:
        draft.plan = ""


def _check_new(
    draft: Draft,
    customer: Customer,
    user: User | None,
    invited: Invitation | None,
    settings: AccountSettings,
) -> None:
    """What keeps somebody from becoming a member who is none yet."""
    if domain_of(draft.values["email"]) in settings.internal_domains:
        draft.wrong(EMAIL, "internal_address")
    if account_settings.keeps_out(customer, kept=settings):
        draft.wrong(NUMBER, "closed_customer")
    if user is not None and not user.is_active:
        draft.wrong(EMAIL, "closed_access")
    if not (draft.values["sections"] or draft.values["is_admin"]):
        draft.wrong(SECTIONS, "no_rights", allowed=SECTION_NAMES)
    if user is None and invited is None:
        for column in (FIRST_NAME, LAST_NAME):
            if not draft.cells[column]:
                draft.wrong(column, "missing")


def _refuse_repeated(run: PeopleImport) -> None:
    """Of several rows about one person at one customer the first stands."""
    placed = run.rows.filter(customer__isnull=False).exclude(subject="")
    repeated = (
        placed.values("customer", "subject")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=1)
        .values_list("customer", "subject")
    )
    for customer, subject in repeated.iterator(2000):
        first, *others = placed.filter(customer=customer, subject=subject).order_by("number")
        for row in others:
            row.refuse(EMAIL, "same_row", number=first.number)


def _refuse_too_many_waiting(run: PeopleImport) -> None:
    invites = run.rows.filter(plan=RowOutcome.INVITED)
    counts = invites.values("customer").annotate(rows=Count("pk")).values_list("customer", "rows")
    for customer, rows in counts:
        waiting = Invitation.objects.unanswered().filter(customer=customer).count()
        if waiting + rows > inviting.MOST_WAITING:
            for row in invites.filter(customer=customer).order_by("number"):
                row.refuse(EMAIL, "too_many_waiting", most=inviting.MOST_WAITING)


def _refuse_last_admins(run: PeopleImport) -> None:
    """Refuse what takes account admins away, where its customers would be left without any."""
    losing = _losing_rows(run)
    if not losing:
        return
    touched = {held.customer_id for held in losing.values()}
    families = set(
        Customer.objects.filter(pk__in=touched, family__isnull=False).values_list(
            "family", flat=True
        )
    )
    customers = list(
        Customer.objects.filter(Q(pk__in=touched) | Q(family__in=families), removed_at=None)
    )
    admins = Membership.objects.filter(
        Q(customer__in=customers) | Q(customer__family__in=families),
        is_admin=True,
        user__is_active=True,
    ).select_related("customer")
    lost = {held.pk for held in losing.values()}
    before = _reached((held, held.covers_family) for held in admins)
    kept: list[tuple[Any, bool]] = [
        (held, held.covers_family) for held in admins if held.pk not in lost
    ]
    kept += [
        (row, row.values["covers_family"])
        for row in _gaining_rows(run, {customer.pk for customer in customers})
    ]
    after = _reached(kept)
    left = {
        customer.pk: customer
        for customer in customers
        if _is_in(customer, before) and not _is_in(customer, after)
    }
    for row, held in losing.items():
        hit = [
            customer
            for customer in left.values()
            if customer.pk == held.customer_id
            or (held.covers_family and customer.family_id == held.customer.family_id)
        ]
        if hit:
            column = ACTION if row.values["deletes"] else ADMIN
            row.refuse(column, "last_admin", customer=str(hit[0]))


def _losing_rows(run: PeopleImport) -> dict[PeopleImportRow, Membership]:
    """The rows after which an account admin is none any more, or at fewer customers."""
    ending = run.rows.filter(plan__in=[RowOutcome.UPDATED, RowOutcome.DELETED])
    ending = ending.filter(
        Q(values__deletes=True) | Q(values__is_admin=False) | Q(values__covers_family=False)
    )
    losing = {}
    for batch in _batches(ending.order_by("pk")):
        held = Membership.objects.filter(
            customer__in={row.customer_id for row in batch},
            user__email__in={row.subject for row in batch},
            is_admin=True,
            user__is_active=True,
        ).select_related("user", "customer")
        by_key = {(each.customer_id, each.user.email): each for each in held}
        for row in batch:
            each = by_key.get((row.customer_id, row.subject))
            if each is not None and _loses(row.values, each):
                losing[row] = each
    return losing


def _loses(values: dict[str, Any], held: Membership) -> bool:
    if values["deletes"] or not values["is_admin"]:
        return True
    return held.covers_family and not values["covers_family"]


def _gaining_rows(run: PeopleImport, customers: set[int]) -> Iterable[PeopleImportRow]:
    """The rows after which somebody who can sign in is account admin of one of these families."""
    planned = [RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.UNCHANGED]
    rows = run.rows.filter(
        plan__in=planned,
        values__is_admin=True,
        values__can_sign_in=True,
        values__deletes=False,
    )
    return rows.filter(customer__in=customers).select_related("customer")


def _reached(holders: Iterable[tuple[Any, bool]]) -> tuple[set[int], set[int]]:
    """The customers and the whole families that these account admins manage."""
    own: set[int] = set()
    families: set[int] = set()
    for holder, covers_family in holders:
        own.add(holder.customer_id)
        if covers_family and holder.customer.family_id is not None:
            families.add(holder.customer.family_id)
    return own, families


def _is_in(customer: Customer, reached: tuple[set[int], set[int]]) -> bool:
    own, families = reached
    return customer.pk in own or customer.family_id in families


def _apply(row: PeopleImportRow, *, by: User, now: datetime) -> str:
    values: dict[str, Any] = row.values
    customer_id: Any = row.customer_id
    user = User.objects.filter(email=values["email"]).first()
    held = user.memberships.filter(customer=customer_id).first() if user is not None else None
    customer = Customer.objects.get(pk=customer_id)
    rights = {name: values[name] for name in ("sections", "is_admin", "covers_family")}
    if values["deletes"]:
        ended = inviting.end_invitation(customer=customer, email=values["email"], now=now)
        if user is None or held is None:
            return RowOutcome.DELETED if ended else RowOutcome.UNCHANGED
        membership.withdraw(user_id=user.pk, customer_id=customer_id, now=now)
        return RowOutcome.DELETED
    if user is not None and held is not None:
        if held.rights == rights:
            return RowOutcome.UNCHANGED
        membership.grant(user_id=user.pk, customer_id=customer_id, now=now, **rights)
        return RowOutcome.UPDATED
    if user is not None:
        if not user.is_active:
            raise inviting.AccessIsClosed(user.email)
        inviting.refuse_closed(customer)
        inviting.end_invitation(customer=customer, email=user.email, now=now)
        membership.grant(user_id=user.pk, customer_id=customer_id, now=now, **rights)
        membership.tell_of_rights(user_id=user.pk, customer_id=customer_id, now=now)
        return RowOutcome.CREATED
    return inviting.set_invitation(
        customer=customer,
        by=by,
        person={name: values[name] for name in ("email", "first_name", "last_name")},
        rights=rights,
        now=now,
    )


def _batches(rows: Any, size: int = 500) -> Iterable[list[Any]]:
    batch: list[Any] = []
    for row in rows.iterator(size):
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
