import threading

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts import belongings
from accounts.models import (
    Address,
    AuditEntry,
    Customer,
    CustomerMerge,
    Invitation,
    Membership,
    OutgoingMessage,
    PossibleDuplicate,
)
from accounts.sections import Section
from accounts.services import claiming, document_recipients, duplicates, mail_passwords, merging
from orders.models import Order, OrderDraft, OrderTemplate, SavedAddress
from orders.services import drafts, requests, templates
from orders.services.address_book import Book
from tests.builders.accounts import (
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_role,
    a_user,
    an_address,
    an_admin,
    an_invitation,
)
from tests.builders.wishes import a_claim_link, a_guest, a_guest_request, a_wish, an_order_type
from tests.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db

MARIA = "maria@alfreds.example"


def merge(away, survivor, by=None, *, may_give_rights=True):
    return merging.merge(
        away_id=away.pk,
        survivor_id=survivor.pk,
        user_id=(by or a_clerk()).pk,
        may_give_rights=may_give_rights,
        now=timezone.now(),
    )


def sections_at(user, customer):
    return set(Membership.objects.get(user=user, customer=customer).sections)


def test_everything_goes_along_and_the_old_number_means_the_survivor():
    away, survivor = a_guest(), a_customer("10001")
    sent = a_guest_request(customer=away)
    claiming.send_link(
        to=claiming.Recipient(email=MARIA, language="en"), customer_id=away.pk, now=timezone.now()
    )
    clerk = a_clerk()

    merge(away, survivor, by=clerk)

    sent.order.refresh_from_db()
    assert (sent.order.customer, sent.order.payer) == (survivor, survivor)
    assert Address.objects.get().customer == survivor
    assert OutgoingMessage.objects.get().customer == survivor
    away.refresh_from_db()
    assert away.is_removed
    row = CustomerMerge.objects.get()
    assert (row.away, row.survivor, row.merged_by) == (away, survivor, clerk)
    assert merging.survivor_of(away.pk) == survivor.pk
    told = AuditEntry.objects.filter(kind="customers_merged")
    assert set(told.values_list("customer", flat=True)) == {away.pk, survivor.pk}
    assert told[0].after["order"] == 1


def test_every_column_that_points_at_a_customer_goes_along_or_is_said_to_stay():
    stays = {
        # What was written down stays as it was written.
        ("accounts.AuditEntry", "customer"),
        ("accounts.AuditEntry", "as_customer"),
        ("accounts.PeopleImportRow", "customer"),
        ("accounts.RegistrationAttempt", "customer"),
        # Would open the survivor's papers to others.
        ("accounts.DocumentRecipient", "customer"),
        ("accounts.MailPassword", "customer"),
        # Goes on for whom it was asked, and opens what it did.
        ("accounts.PrivateLink", "customer"),
        ("accounts.SecureMail", "customer"),
        ("accounts.Sending", "customer"),
        # The order of a guest that is merged begins anew.
        ("orders.OrderDraft", "known"),
        # Handled by the merge itself.
        ("accounts.Membership", "customer"),
        ("accounts.Invitation", "customer"),
        ("accounts.CustomerMerge", "away"),
        ("accounts.CustomerMerge", "survivor"),
        ("accounts.PossibleDuplicate", "newcomer"),
        ("accounts.PossibleDuplicate", "other"),
        ("accounts.DuplicateSearch", "customer"),
        # The ERP's own: nobody of the ERP is paid for by a customer that it does not know.
        ("accounts.Customer", "payer"),
    }
    moves = {(each.model, each.column) for each in belongings.known()}
    pointing = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Customer
    }

    assert pointing == moves | stays
    assert not moves & stays


def test_an_invoice_address_is_one_of_others_where_there_is_one():
    away, survivor = a_guest(), a_customer("10001")
    own = an_address(survivor, kind="invoice", name="Zeta")

    merge(away, survivor)

    assert survivor.addresses.invoice().get() == own
    assert survivor.addresses.get(source="").kind == "other"


@pytest.mark.parametrize("older_goes", [True, False])
def test_a_guest_keeps_its_invoice_address_when_another_comes_along(older_goes):
    pair = a_guest(street="First street 1"), a_guest("ann@alfreds.example", street="Second 2")
    away, survivor = pair if older_goes else reversed(pair)
    own, coming = survivor.addresses.get(), away.addresses.get()

    merge(away, survivor)

    assert survivor.addresses.invoice().get() == own
    assert survivor.addresses.exclude(kind="invoice").get() == coming


def test_the_only_invoice_address_that_came_along_is_the_survivors():
    away, survivor = a_guest(), a_customer("10001")

    merge(away, survivor)

    assert survivor.addresses.invoice().get().street == "Obere Str. 57"


def test_people_come_along_and_manage_only_where_nobody_does():
    away, survivor = a_guest(), a_customer("10001")
    manager = an_admin(away)
    member = a_member(away, Section.PLACE_ORDERS)
    own = an_admin(survivor)

    merge(away, survivor)

    assert not Membership.objects.filter(customer=away).exists()
    assert Membership.objects.get(user=own, customer=survivor).is_admin
    held = Membership.objects.get(user=manager, customer=survivor)
    assert (held.is_admin, set(held.sections)) == (False, {"orders", "invoices"})
    assert sections_at(member, survivor) == {"place_orders"}
    told = OutgoingMessage.objects.filter(kind="rights_changed", user=manager)
    assert told.get().customer == survivor


def test_the_first_people_of_the_survivor_manage_it():
    away, survivor = a_guest(), a_customer("10001")
    manager = an_admin(away)

    merge(away, survivor)

    assert Membership.objects.get(user=manager).is_admin


def test_who_was_at_both_keeps_what_was_held_at_either():
    away, survivor = a_guest(), a_customer("10001", family=a_family())
    person = a_user()
    an_admin(survivor)
    a_member(survivor, Section.INVOICES, user=person, covers_family=True)
    a_member(away, Section.PLACE_ORDERS, user=person)

    merge(away, survivor)

    held = Membership.objects.get(user=person)
    assert (held.customer, held.covers_family) == (survivor, True)
    assert set(held.sections) == {"invoices", "place_orders"}


def test_what_would_open_the_survivors_papers_stays_behind():
    away, survivor = a_guest(), a_customer("10001")
    document_recipients.add(
        customer_id=away.pk,
        kinds=["invoice"],
        email="x@y.example",
        language="en",
        now=timezone.now(),
    )
    mail_passwords.keep(customer_id=away.pk, password="a word of it", now=timezone.now())
    admin = an_admin(away)
    an_invitation(away, by=admin)

    merge(away, survivor)

    assert not document_recipients.of(customer_id=survivor.pk)
    assert not mail_passwords.is_set(customer_id=survivor.pk)
    assert Invitation.objects.get().withdrawn_at is not None


def test_a_customer_of_the_erp_never_goes():
    away, survivor = a_customer("10001"), a_guest()

    with pytest.raises(merging.CannotMerge):
        merge(away, survivor)


@pytest.mark.parametrize("which", ["itself", "removed"])
def test_neither_itself_nor_a_removed_one_is_merged_into(which):
    away = a_guest()
    survivor = away if which == "itself" else a_customer("10001", removed_at=timezone.now())

    with pytest.raises(merging.CannotMerge):
        merge(away, survivor)


def test_merging_again_changes_nothing_and_into_another_is_refused():
    away, survivor = a_guest(), a_customer("10001")
    merge(away, survivor)

    assert merge(away, survivor) == survivor
    with pytest.raises(merging.CannotMerge):
        merge(away, a_customer("10002"))
    assert CustomerMerge.objects.count() == 1


def test_one_step_leads_to_the_end_of_a_chain():
    first, second, last = a_guest(), a_guest(), a_customer("10001")
    merge(first, second)
    merge(second, last)

    assert merging.survivor_of(first.pk) == last.pk


def test_pairs_about_the_one_that_is_gone_are_gone():
    away, survivor = a_guest(), a_guest()
    duplicates.search_waiting(clock=timezone.now)
    assert PossibleDuplicate.objects.exists()

    merge(away, survivor)

    assert not PossibleDuplicate.objects.exists()


def test_an_order_for_the_merged_one_is_the_survivors():
    away, survivor = a_guest(), a_customer("10001", payer=a_customer("10009"))
    merge(away, survivor)

    order = requests.place(wish=a_wish(away), now=timezone.now()).order

    assert (order.customer, order.payer) == (survivor, survivor.payer)


def test_a_merged_guest_is_claimed_no_more(client):
    sent = a_guest_request()
    survivor = a_customer("10001", email=MARIA)
    link = a_claim_link(customer=sent.order.customer)
    merge(sent.order.customer, survivor)

    new = {"first_name": "M", "last_name": "A", "password": "correct horse 9"}
    assert client.post(link, new).status_code == 409
    assert not Membership.objects.exists()


# What the old number means


def test_a_person_who_works_for_it_goes_on_at_the_survivor(client):
    away, survivor = a_guest(), a_customer("10001")
    a_guest_request(customer=away)
    person = an_admin(away)
    a_member(a_customer("10002"), user=person)
    client.force_login(person)
    client.post("/customers/", {"customer": away.reference})

    merge(away, survivor)

    page = client.get("/").content.decode()
    assert survivor.name in page
    assert "not a member of the customer you worked for" not in page


def test_the_office_finds_the_survivor_by_the_old_number(client):
    away, survivor = a_guest(), a_customer("10001")
    order = a_guest_request(customer=away).order
    merge(away, survivor)
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display", orders="display")
    client.force_login(clerk)

    response = client.get(f"/office/customers/{away.pk}/", follow=True)
    assert response.redirect_chain == [(f"/office/customers/{survivor.pk}/", 302)]
    assert "was merged into this one" in response.content.decode()
    assert order.number in client.get(f"/office/orders/?customer={away.number}").content.decode()


@pytest.mark.parametrize("typed", ["{number}", " {lower} "])
def test_the_register_finds_the_survivor_by_the_old_number(client, typed):
    away, survivor = a_guest(), a_customer("10001", name="Zeta")
    merge(away, survivor)
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)
    text = typed.format(number=away.number, lower=away.number.lower())

    page = client.get("/office/customers/", {"q": text})

    assert [each.pk for each in page.context["listing"].rows] == [survivor.pk]
    assert f"{away.number} was merged into 10001 Zeta." in page.content.decode()
    blocked = client.get("/office/customers/", {"q": text, "status": "blocked"})
    assert not blocked.context["listing"].rows


def test_a_number_that_was_merged_away_from_nobody_says_nothing(client):
    a_guest()
    clerk = a_clerk()
    a_role("Sales", clerk, customers="display")
    client.force_login(clerk)

    page = client.get("/office/customers/", {"q": "P1"}).content.decode()

    assert "was merged into" not in page


# Pages


def test_the_office_is_asked_and_then_merges(client):
    away, survivor = a_guest(), a_customer("10001")
    a_guest_request(customer=away)
    clerk = a_clerk()
    a_role("Sales", clerk, customers="process")
    client.force_login(clerk)
    path = f"/office/customers/{away.pk}/merge/{survivor.pk}/"

    assert "cannot be taken apart again" in client.get(path).content.decode()
    assert not CustomerMerge.objects.exists()
    response = client.post(path, follow=True)

    assert response.redirect_chain == [(f"/office/customers/{survivor.pk}/", 302)]
    assert client.post(path)["Location"] == f"/office/customers/{survivor.pk}/"
    assert client.post(f"/office/customers/{away.pk}/merge/{away.pk}/").status_code == 404


def test_the_wrong_way_round_is_refused_in_words(client):
    away, survivor = a_guest(), a_customer("10001")
    clerk = a_clerk()
    a_role("Sales", clerk, customers="process")
    client.force_login(clerk)

    response = client.post(f"/office/customers/{survivor.pk}/merge/{away.pk}/")

    assert response.status_code == 409
    assert "is known to the ERP, so it stays" in response.content.decode()


def test_people_come_along_only_by_somebody_who_may_give_rights(client):
    away, survivor = a_guest(), a_customer("10001")
    an_admin(away)
    clerk = a_clerk()
    role = a_role("Sales", clerk, customers="process")
    client.force_login(clerk)
    path = f"/office/customers/{away.pk}/merge/{survivor.pk}/"
    assert "needs the right to give rights" in client.get(path).content.decode()

    assert client.post(path).status_code == 403
    assert not CustomerMerge.objects.exists()
    role.rights.create(section="users", level="process")
    client.post(path)
    assert CustomerMerge.objects.exists()


def test_the_page_says_what_goes_along_and_what_stays_behind(client):
    away, survivor = a_guest(), a_customer("10001")
    user, kind = a_user(), an_order_type()
    for customer, names in ((survivor, ["Weekly"]), (away, ["weekly", "Monthly"])):
        for name in names:
            templates.keep(
                name=name,
                wanted={},
                order_type_id=kind.pk,
                customer_id=customer.pk,
                user_id=user.pk,
                now=timezone.now(),
            )
    clerk = a_clerk()
    a_role("Sales", clerk, customers="process")
    client.force_login(clerk)
    path = f"/office/customers/{away.pk}/merge/{survivor.pk}/"

    response = client.get(path)

    assert dict(response.context["goes_along"])["Order templates"] == 1
    assert response.context["stays_behind"] == [("Order templates", 1)]
    assert "What stays behind" in response.content.decode()
    client.post(path)
    assert sorted(
        OrderTemplate.objects.filter(customer=survivor).values_list("name", flat=True)
    ) == ["Monthly", "Weekly"]


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_nobody_who_claims_meanwhile_comes_along_by_a_clerk_who_may_give_no_rights():
    sent = a_guest_request()
    away, survivor = sent.order.customer, a_customer("10001")
    user = a_user(MARIA, email_verified_at=timezone.now())
    clerk = a_clerk()
    claimed = threading.Event()

    def claim_slowly():
        with transaction.atomic():
            claiming.claim(user_id=user.pk, now=timezone.now())
            claimed.set()
            until_somebody_waits()

    def merge_meanwhile():
        claimed.wait(10)
        return merge(away, survivor, by=clerk, may_give_rights=False)

    outcomes = at_once(claim_slowly, merge_meanwhile)

    assert isinstance(outcomes[1], merging.GivesRights)
    assert Membership.objects.get().customer == away
    assert not CustomerMerge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_merge_in_both_directions_one_does():
    first, second = a_guest(), a_guest("ann@alfreds.example")
    one, two = a_clerk(), a_clerk()

    outcomes = at_once(lambda: merge(first, second, by=one), lambda: merge(second, first, by=two))

    assert sum(isinstance(each, merging.CannotMerge) for each in outcomes) == 1
    assert CustomerMerge.objects.count() == 1
    assert Customer.objects.filter(removed_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("older_goes", [True, False])
def test_an_order_placed_while_its_customer_is_merged_lands_at_the_survivor(older_goes):
    pair = a_guest(), a_guest("ann@alfreds.example")
    away, survivor = pair if older_goes else reversed(pair)
    clerk = a_clerk()
    wishes = [a_wish(away) for _ in range(4)]

    outcomes = at_once(
        lambda: merge(away, survivor, by=clerk),
        *(lambda wish=wish: requests.place(wish=wish, now=timezone.now()) for wish in wishes),
    )

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert Order.objects.filter(customer=survivor).count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["draft", "template", "address"])
def test_what_people_keep_while_their_customer_is_merged_is_the_survivors(what):
    """The worst moment: the merge does not see rows that are not committed when it looks."""
    away, survivor = a_guest(), a_customer("10001")
    user, clerk, kind = a_user(), a_clerk(), an_order_type()
    now = timezone.now()
    place = {"name": "Depot", "street": "Obere Str. 57", "city": "Berlin"}
    keep = {
        "draft": lambda: drafts.begin(
            typed={},
            language="en",
            order_type_id=kind.pk,
            user_id=user.pk,
            customer_id=away.pk,
            now=now,
        ),
        "template": lambda: templates.keep(
            name="Weekly",
            wanted={},
            order_type_id=kind.pk,
            customer_id=away.pk,
            user_id=user.pk,
            now=now,
        ),
        "address": lambda: Book(customer_id=away.pk, user_id=user.pk).save(place, now=now),
    }[what]
    kept = threading.Event()

    def keep_slowly():
        with transaction.atomic():
            keep()
            kept.set()
            until_somebody_waits()

    def merge_meanwhile():
        kept.wait(10)
        return merge(away, survivor, by=clerk)

    outcomes = at_once(keep_slowly, merge_meanwhile)

    assert outcomes == [None, survivor]
    model = {"draft": OrderDraft, "template": OrderTemplate, "address": SavedAddress}[what]
    assert {row.customer for row in model.objects.all()} == {survivor}


@pytest.mark.django_db(transaction=True)
def test_a_guest_who_claims_while_the_office_merges_leaves_nothing_half_done():
    sent = a_guest_request()
    away, survivor = sent.order.customer, a_customer("10001")
    an_admin(survivor)
    user = a_user(MARIA, email_verified_at=timezone.now())
    clerk = a_clerk()

    outcomes = at_once(
        lambda: claiming.claim(user_id=user.pk, now=timezone.now()),
        lambda: merge(away, survivor, by=clerk),
    )

    assert outcomes[1] == survivor
    assert not Membership.objects.filter(customer=away).exists()
    held = Membership.objects.filter(user=user).first()
    if isinstance(outcomes[0], claiming.NothingToClaim):
        assert held is None
    else:
        assert (held.customer, held.is_admin) == (survivor, False)
