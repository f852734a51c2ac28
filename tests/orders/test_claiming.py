import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.models import (
    AuditEntry,
    Customer,
    Membership,
    OutgoingMessage,
    PossibleDuplicate,
    PrivateLink,
    User,
)
from accounts.purposes import CLAIM
from accounts.sections import Section
from accounts.services import account_settings, claiming, duplicates, merging, private_links
from orders.services import sending
from portal.lib.secrets import open_sealed
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_member,
    a_user,
    an_admin,
    an_app,
    app_code,
)
from tests.builders.wishes import a_claim_link, a_guest, a_guest_request, a_request
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MARIA = "maria@alfreds.example"
NEW = {"first_name": "Maria", "last_name": "Anders", "password": "correct horse 9"}


def a_proven_user(email=MARIA, **fields):
    return a_user(email, email_verified_at=timezone.now(), **fields)


def the_links_mailed(email=MARIA):
    """The paths of the private links in the newest message, by placeholder."""
    message = OutgoingMessage.objects.filter(recipient_address=email).latest("pk")
    sealed = json.loads(open_sealed(message.sealed_links))
    return {
        urlsplit(name).path.split("/")[-2]: urlsplit(link).path for name, link in sealed.items()
    }


def follow_link(request):
    """The path of the private page of an order."""
    return urlsplit(sending.follow_link(request, now=timezone.now())).path


# By the link in the mail


def test_a_guest_sets_a_password_and_manages_the_customer_of_the_order(client):
    sent = a_guest_request()
    link = a_claim_link(customer=sent.order.customer)

    page = client.get(link).content.decode()
    assert sent.order.number in page
    assert 'value="Maria"' in page
    assert not User.objects.exists()

    response = client.post(link, NEW)

    user = User.objects.get()
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.email, user.language, user.email_verified_at is None) == (MARIA, "en", False)
    held = user.memberships.get()
    assert (held.customer, held.is_admin) == (sent.order.customer, True)
    assert sent.order.number in client.get("/orders/").content.decode()
    kinds = AuditEntry.objects.filter(customer=held.customer).values_list("kind", flat=True)
    assert {"membership_granted", "customer_claimed"} <= set(kinds)


def test_the_people_of_another_customer_are_not_named_to_who_has_the_link(client):
    sent = a_guest_request()
    survivor = a_customer("10001", contact="Hanna Moos", name="Big Company Oyj")
    merging.merge(
        away_id=sent.order.customer_id,
        survivor_id=survivor.pk,
        user_id=a_clerk().pk,
        may_give_rights=True,
        now=timezone.now(),
    )
    a_guest_request()

    page = client.get(a_claim_link(customer=survivor)).content.decode()

    assert 'value="Maria"' in page
    assert "Hanna" not in page
    assert "Moos" not in page


def test_all_orders_of_the_address_come_along_and_no_others(client):
    first, second = a_guest_request(), a_guest_request()
    other = a_guest_request("thomas@horn.example")

    client.post(a_claim_link(customer=first.order.customer), NEW)

    mine = User.objects.get().customers()
    assert set(mine) == {first.order.customer, second.order.customer}
    assert other.order.customer not in mine


def test_the_address_counts_letter_by_letter():
    a_guest_request("maria+orders@alfreds.example")
    a_guest_request("maria@alfreds.example.org")

    assert not claiming.unclaimed(email=MARIA).exists()


def test_a_guest_is_found_however_the_address_was_typed(client):
    a_guest_request("maria@ÄLFREDS.example")

    assert claiming.unclaimed(email="maria@xn--lfreds-9ta.example").exists()


def test_the_receipt_of_a_guest_carries_the_link_and_that_of_a_member_none(client):
    sent = a_guest_request()
    sending._tell(sent, repeats=True, now=timezone.now())
    links = the_links_mailed()
    assert links.keys() == {"link", "claim"}
    assert "Set a password" in client.get(links["claim"]).content.decode()

    user = a_user("member@customer.example")
    own = a_request(contact_email=user.email, contact_name="Member")
    own.sent_by = user
    sending._tell(own, repeats=True, now=timezone.now())
    assert the_links_mailed(user.email).keys() == {"link"}
    body = OutgoingMessage.objects.latest("pk").body_text
    assert "password" not in body.lower()


def test_looking_at_the_link_changes_nothing(client):
    link = a_claim_link(customer=a_guest_request().order.customer)

    for _ in range(2):
        assert client.get(link).status_code == 200

    assert not User.objects.exists()
    assert PrivateLink.objects.get(purpose=CLAIM).used_at is None


def test_the_link_works_once(client):
    link = a_claim_link(customer=a_guest_request().order.customer)
    client.post(link, NEW)

    again = client.post(link, NEW | {"password": "another horse 8"})

    assert again.status_code == 410
    assert User.objects.get().check_password(NEW["password"])


def test_a_weak_password_is_refused_and_what_was_typed_stays(client):
    link = a_claim_link(customer=a_guest_request().order.customer)

    page = client.post(link, NEW | {"first_name": "Mia", "password": "12345678"})

    text = page.content.decode()
    assert 'value="Mia"' in text
    assert re.search(r"<title>\s*Error:", text)
    assert not User.objects.exists()


def test_whoever_has_an_account_signs_in_with_the_second_step_and_finds_the_orders(client):
    sent = a_guest_request()
    user = a_user(MARIA)
    secret, _codes = an_app(user)
    link = a_claim_link(customer=sent.order.customer)
    assert "You have an account already" in client.get(link).content.decode()

    response = client.post(link, NEW)

    assert response["Location"].startswith("/accounts/login/?next=/orders/found/")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "_auth_user_id" not in client.session
    client.post(response["Location"], {"login": MARIA, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": app_code(secret, timezone.now())})
    assert sent.order.number in client.get("/orders/found/").content.decode()
    client.post("/orders/found/")
    assert user.memberships.get().customer == sent.order.customer


def test_somebody_without_a_password_yet_sets_it_by_the_link(client):
    sent = a_guest_request()
    user = a_user(MARIA)
    user.set_unusable_password()
    user.save()

    client.post(a_claim_link(customer=sent.order.customer), NEW)

    user.refresh_from_db()
    assert user.check_password(NEW["password"])
    assert user.memberships.get().is_admin


def test_whoever_is_signed_in_takes_them_without_a_password(client):
    sent = a_guest_request()
    user = a_member(a_customer(), user=a_user(MARIA))
    client.force_login(user)

    response = client.post(a_claim_link(customer=sent.order.customer))

    assert response["Location"] == "/orders/"
    assert sent.order.customer in user.customers()
    user.refresh_from_db()
    assert user.email_verified_at is not None
    assert sent.order.number in client.get("/orders/").content.decode()


def test_somebody_else_who_is_signed_in_takes_nothing(client):
    sent = a_guest_request()
    client.force_login(a_member(a_customer(), email="stranger@customer.example"))
    link = a_claim_link(customer=sent.order.customer)

    assert "Sign out first" in client.get(link).content.decode()
    assert client.post(link, NEW).status_code == 409

    assert not Membership.objects.filter(customer=sent.order.customer).exists()
    assert client.post(link, {"sign_out": "yes"})["Location"] == link
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("way", ["internal", "staff", "closed"])
def test_the_office_and_closed_people_get_nothing(client, way):
    sent = a_guest_request()
    if way == "internal":
        account_settings.keep(internal_domains=["alfreds.example"], now=timezone.now())
    elif way == "staff":
        a_clerk(email=MARIA)
    else:
        a_user(MARIA, is_active=False)

    response = client.post(a_claim_link(customer=sent.order.customer), NEW)

    assert response.status_code == 409
    assert not Membership.objects.exists()
    assert PrivateLink.objects.get().used_at is None


def test_a_customer_that_is_kept_out_takes_nobody_in(client):
    sent = a_guest_request()
    Customer.objects.update(group="cash")
    account_settings.keep(restricted_groups=["cash"], now=timezone.now())

    assert client.post(a_claim_link(customer=sent.order.customer), NEW).status_code == 409
    assert not User.objects.exists()


def test_what_somebody_manages_already_is_not_taken_from_them(client):
    sent = a_guest_request()
    first = an_admin(sent.order.customer, email="first@alfreds.example")

    assert client.post(a_claim_link(customer=sent.order.customer), NEW).status_code == 409

    assert Membership.objects.get().user == first
    assert not User.objects.filter(email=MARIA).exists()


def test_a_customer_of_the_erp_is_never_claimed_by_its_address(client):
    customer = a_customer("10001", email=MARIA)
    a_request(customer, contact_email=MARIA)

    assert client.post(a_claim_link(customer=customer), NEW).status_code == 409
    assert not Membership.objects.exists()


# From the page of the order


def test_the_order_page_sends_a_mail_and_proves_nothing(client):
    sent = a_guest_request()
    page = follow_link(sent)
    assert "Set a password and see all your orders" in client.get(page).content.decode()
    assert client.get(f"{page}claim/").status_code == 405

    response = client.post(f"{page}claim/", follow=True)

    assert "We have written to the address" in response.content.decode()
    assert MARIA not in response.content.decode()
    message = OutgoingMessage.objects.get()
    assert (message.kind, message.recipient_address) == ("claim_link", MARIA)
    assert "_auth_user_id" not in client.session
    assert client.get(the_links_mailed()["link"]).status_code == 200


def test_the_page_says_the_same_whoever_has_the_address(client):
    answers = []
    for people in ([], [a_user], [a_clerk], [lambda email: a_user(email, is_active=False)]):
        email = f"guest-{len(answers)}@alfreds.example"
        for person in people:
            person(email=email)
        sent = a_guest_request(email)
        response = client.post(f"{follow_link(sent)}claim/", follow=True)
        words = re.search(r'<div class="flash.*?</div>', response.content.decode(), re.DOTALL)[0]
        answers.append((response.status_code, words))

    assert len(set(answers)) == 1


def test_asking_again_and_again_has_to_wait(client):
    page = follow_link(a_guest_request())

    for _ in range(5):
        response = client.post(f"{page}claim/", follow=True)

    assert OutgoingMessage.objects.count() == 3
    assert "There were too many tries" in response.content.decode()


def test_an_order_of_a_member_is_not_claimed(client):
    user = a_user("member@customer.example")
    own = a_request(a_customer(), contact_email=user.email)
    own.sent_by = user
    own.save()
    page = follow_link(own)

    assert "Set a password" not in client.get(page).content.decode()
    assert client.post(f"{page}claim/").status_code == 404


# Signed in


def test_a_proven_person_finds_the_orders_on_the_home_page_and_takes_them(client):
    sent = a_guest_request()
    user = an_admin(a_customer(), user=a_proven_user())
    client.force_login(user)
    assert "We found orders sent with your address" in client.get("/").content.decode()

    response = client.post("/orders/found/", follow=True)

    assert response.redirect_chain == [("/orders/", 302)]
    assert sent.order.number in response.content.decode()
    assert "We found orders" not in client.get("/").content.decode()
    assert "No further orders" in client.get("/orders/found/").content.decode()


def test_whoever_orders_for_a_customer_may_ask_the_office_to_put_them_there(client):
    sent = a_guest_request()
    own = a_customer("10001", name="Alfreds Futterkiste")
    user = a_member(own, Section.PLACE_ORDERS, user=a_proven_user())
    client.force_login(user)
    assert f'name="join" value="{own.reference}"' in client.get("/orders/found/").content.decode()

    page = client.post("/orders/found/", {"join": own.reference}, follow=True).content.decode()

    assert "The office has been asked to put them under 10001 Alfreds Futterkiste." in page
    assert sent.order.number in page
    sent.order.refresh_from_db()
    assert sent.order.customer != own
    pair = PossibleDuplicate.objects.get()
    assert (pair.newcomer, pair.other, pair.reasons) == (sent.order.customer, own, ["asked"])
    noted = AuditEntry.objects.filter(kind="joining_asked", actor=user)
    assert set(noted.values_list("customer", flat=True)) == {sent.order.customer_id, own.pk}


def test_nobody_is_asked_without_the_tick(client):
    a_guest_request()
    client.force_login(a_member(a_customer(), Section.PLACE_ORDERS, user=a_proven_user()))

    client.post("/orders/found/")

    assert not PossibleDuplicate.objects.exists()
    assert Membership.objects.count() == 2


def test_asking_takes_back_that_the_office_had_said_no(client):
    sent = a_guest_request()
    own = a_customer("10001", email=MARIA)
    duplicates.search_waiting(clock=timezone.now)
    pair = PossibleDuplicate.objects.get()
    duplicates.dismiss(pair_id=pair.pk, user_id=a_clerk().pk, now=timezone.now())
    client.force_login(an_admin(own, user=a_proven_user()))

    client.post("/orders/found/", {"join": own.reference})

    pair = PossibleDuplicate.objects.get()
    assert pair.dismissed_at is pair.dismissed_by is None
    assert pair.reasons == ["asked", "email"]
    assert "Its own people ask for it" in pair.reason_labels
    assert pair.newcomer == sent.order.customer


def test_a_pair_that_was_found_the_other_way_round_stays_one(client):
    sent = a_guest_request()
    own = a_guest("office@alfreds.example")
    PossibleDuplicate.objects.create(
        newcomer=own, other=sent.order.customer, reasons=["name"], found_at=timezone.now()
    )
    client.force_login(an_admin(own, user=a_proven_user()))

    client.post("/orders/found/", {"join": own.reference})

    pair = PossibleDuplicate.objects.get()
    assert (pair.newcomer, pair.reasons) == (own, ["asked", "name"])


@pytest.mark.parametrize("way", ["without the right", "blocked", "another customer", "made up"])
def test_nothing_is_added_where_the_person_may_not_order(client, way):
    a_guest_request()
    own = a_customer("10001", is_blocked=way == "blocked")
    sections = [Section.ORDERS] if way == "without the right" else [Section.PLACE_ORDERS]
    user = a_member(own, *sections, user=a_proven_user())
    client.force_login(user)
    posted = {"another customer": a_customer("10009").reference, "made up": "x' OR 1"}
    if way not in posted:
        assert 'name="join"' not in client.get("/orders/found/").content.decode()

    response = client.post("/orders/found/", {"join": posted.get(way, own.reference)}, follow=True)

    assert "nothing was added" in response.content.decode()
    assert Membership.objects.get().customer == own
    assert not PossibleDuplicate.objects.exists()


def test_a_right_that_was_taken_meanwhile_adds_nothing():
    a_guest_request()
    own = a_customer("10001")
    user = a_member(own, Section.ORDERS, user=a_proven_user())

    with pytest.raises(claiming.MayNotAsk):
        claiming.claim(user_id=user.pk, join_id=own.pk, now=timezone.now())

    assert Membership.objects.get().customer == own


def test_the_link_leads_whoever_orders_for_a_customer_to_the_same_question(client):
    sent = a_guest_request()
    own = a_customer("10001")
    user = a_member(own, Section.PLACE_ORDERS, user=a_user(MARIA))
    client.force_login(user)
    link = a_claim_link(customer=sent.order.customer)
    assert "Then you say where the orders belong" in client.get(link).content.decode()

    response = client.post(link, follow=True)

    assert response.redirect_chain == [("/orders/found/", 302)]
    assert sent.order.number in response.content.decode()
    assert "ask the office to put them there" in response.content.decode()
    assert Membership.objects.get().customer == own


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_ask_at_once_one_does():
    sent = a_guest_request()
    own = a_customer("10001")
    user = a_member(own, Section.PLACE_ORDERS, user=a_proven_user())

    def ask():
        return claiming.claim(user_id=user.pk, join_id=own.pk, now=timezone.now())

    outcomes = at_once(ask, ask)

    assert sum(isinstance(each, claiming.NothingToClaim) for each in outcomes) == 1
    assert PossibleDuplicate.objects.get().newcomer == sent.order.customer
    assert AuditEntry.objects.filter(kind="joining_asked").count() == 2


@pytest.mark.django_db(transaction=True)
def test_asking_while_the_office_merges_leaves_no_pair_open():
    sent = a_guest_request()
    own = a_customer("10001")
    user = a_member(own, Section.PLACE_ORDERS, user=a_proven_user())
    clerk = a_clerk()

    outcomes = at_once(
        lambda: claiming.claim(user_id=user.pk, join_id=own.pk, now=timezone.now()),
        lambda: merging.merge(
            away_id=sent.order.customer_id,
            survivor_id=own.pk,
            user_id=clerk.pk,
            may_give_rights=True,
            now=timezone.now(),
        ),
    )

    assert outcomes[1] == own
    assert not PossibleDuplicate.objects.exists()
    assert Membership.objects.get().customer == own


def test_a_person_without_a_customer_finds_them_where_customers_are_chosen(client):
    a_guest_request()
    client.force_login(a_proven_user())

    assert "We found orders sent with your address" in client.get("/customers/").content.decode()


def test_an_address_that_is_not_proven_finds_nothing_and_is_sent_a_link(client):
    user = an_admin(a_customer(), user=a_user(MARIA))
    client.force_login(user)
    before = client.get("/orders/found/").content.decode()
    sent = a_guest_request()

    after = client.get("/orders/found/").content.decode()

    assert sent.order.number not in after
    assert _without_tokens(before) == _without_tokens(after)
    assert "We found orders" not in client.get("/").content.decode()
    client.post("/orders/found/")
    assert not user.customers().filter(pk=sent.order.customer_id).exists()
    assert client.post(the_links_mailed()["link"])["Location"] == "/orders/found/"
    client.post("/orders/found/")
    assert user.customers().filter(pk=sent.order.customer_id).exists()


def _without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_others_find_nothing_of_it(client):
    sent = a_guest_request()
    client.force_login(an_admin(a_customer(), user=a_proven_user("thomas@horn.example")))

    assert sent.order.number not in client.get("/orders/found/").content.decode()
    assert client.post("/orders/found/")["Location"] == "/"
    assert Membership.objects.count() == 1


def test_the_first_who_proves_it_manages_it_and_the_address_of_another_does_not_help():
    sent = a_guest_request()
    user = a_proven_user()
    claiming.claim(user_id=user.pk, now=timezone.now())

    with pytest.raises(claiming.NothingToClaim):
        claiming.claim(user_id=user.pk, now=timezone.now())
    assert Membership.objects.get().customer == sent.order.customer


def test_the_notice_costs_one_query(client, django_assert_max_num_queries):
    a_guest_request()
    user = a_proven_user()

    with django_assert_max_num_queries(1):
        assert claiming.waits_for(user)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_the_link_at_once_one_does():
    sent = a_guest_request()
    token = a_claim_link(customer=sent.order.customer).split("/")[2]

    def use():
        return claiming.claim_by_link(
            token=token, signed_in_id=None, **NEW, language="en", now=timezone.now()
        )

    outcomes = at_once(use, use)

    assert sum(isinstance(each, private_links.EndedLink) for each in outcomes) == 1
    assert Membership.objects.count() == User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_links_of_one_address_at_once_make_one_user():
    sent = a_guest_request()
    tokens = [a_claim_link(customer=sent.order.customer).split("/")[2] for _ in range(2)]

    outcomes = at_once(
        *(
            lambda token=token: claiming.claim_by_link(
                token=token, signed_in_id=None, **NEW, language="en", now=timezone.now()
            )
            for token in tokens
        )
    )

    assert sum(isinstance(each, claiming.CannotClaim) for each in outcomes) == 1
    assert Membership.objects.get().user == User.objects.get()
    assert Membership.objects.get().grants(Section.PLACE_ORDERS)


def test_a_link_ends_after_a_month(client):
    sent = a_guest_request()
    link = a_claim_link(customer=sent.order.customer, now=timezone.now() - timedelta(days=31))

    assert client.get(link).status_code == 410


def test_a_guest_who_made_nothing_is_told_so(client):
    assert client.post(a_claim_link(), NEW).status_code == 409
    assert not User.objects.exists()
    assert a_guest().email == MARIA
