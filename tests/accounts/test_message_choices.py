"""What people want to be told, and what they are told in any case."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.kinds import RIGHTS_CHANGED, RIGHTS_WITHDRAWN, SET_PASSWORD
from accounts.messaging import Recipient
from accounts.models import MessageChoice
from accounts.sections import Section
from accounts.services import message_choices, notify
from tests.builders.accounts import a_clerk, a_customer, a_member, a_user
from tests.builders.messages import a_recipient

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PAGE = "/profile/messages/"

pytestmark = pytest.mark.django_db


def tell(*recipients, kind=RIGHTS_WITHDRAWN):
    context = {"customer": "10001 Alfreds"}
    return [
        message.recipient_address
        for message in notify.compose(kind, to=recipients, context=context, now=NOON)
    ]


def switch_off(user, kind=RIGHTS_WITHDRAWN):
    message_choices.keep(user_id=user.pk, choices={kind: []})


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_whoever_has_not_chosen_is_told_by_mail():
    maria = a_user("maria@customer.example")

    assert tell(Recipient.of(maria)) == ["maria@customer.example"]


def test_whoever_has_switched_a_kind_off_is_not_told_and_others_are():
    maria, sam = a_user("maria@customer.example"), a_user("sam@customer.example")
    switch_off(maria)
    guest = a_recipient("guest@customer.example")

    assert tell(Recipient.of(maria), Recipient.of(sam), guest) == [
        "sam@customer.example",
        "guest@customer.example",
    ]


def test_a_choice_is_about_one_kind():
    maria = a_user("maria@customer.example")
    switch_off(maria, RIGHTS_CHANGED)

    assert tell(Recipient.of(maria)) == ["maria@customer.example"]


def test_what_belongs_to_something_asked_for_cannot_be_switched_off():
    maria = a_user("maria@customer.example")
    MessageChoice.objects.create(user=maria, kind="set_password", channel="email", is_on=False)
    switch_off(maria, SET_PASSWORD)

    (message,) = notify.compose(
        SET_PASSWORD,
        to=[Recipient.of(maria)],
        context={"link": "https://portal.example/", "valid_until": NOON},
        now=NOON,
    )

    assert message.recipient_address == "maria@customer.example"
    assert MessageChoice.objects.count() == 1


def test_asking_whom_to_tell_costs_one_query_whoever_many_they_are(django_assert_num_queries):
    people = [Recipient.of(a_user()) for _ in range(3)]
    tell(people[0])

    # The choices and the messages.
    with django_assert_num_queries(2):
        assert len(tell(*people)) == 3


def test_a_member_is_asked_about_what_its_sections_concern():
    orders = replace(RIGHTS_CHANGED, code="about_orders", section=Section.ORDERS)
    office = replace(RIGHTS_CHANGED, code="about_the_office", for_office=True)
    customer = a_customer()
    seer, colleague = a_member(customer, Section.ORDERS), a_member(customer, Section.INVOICES)
    admin, clerk, stranger = a_member(customer, is_admin=True), a_clerk(), a_user()

    def may_choose(user, kind):
        return kind in message_choices.kinds_for(user, of=[kind])

    assert [may_choose(user, orders) for user in (seer, admin, colleague, clerk, stranger)] == [
        *(True, True, False, False, False)
    ]
    assert [may_choose(user, office) for user in (seer, admin, clerk, stranger)] == [
        *(False, False, True, False)
    ]
    assert [may_choose(user, RIGHTS_CHANGED) for user in (seer, clerk, stranger)] == [
        *(True, False, False)
    ]
    assert may_choose(stranger, SET_PASSWORD)


def test_a_person_chooses_on_a_page_that_every_mail_leads_to(client):
    maria = a_member(a_customer(), email="maria@customer.example")
    client.force_login(maria)
    (message,) = notify.compose(
        RIGHTS_WITHDRAWN, to=[Recipient.of(maria)], context={"customer": "1"}, now=NOON
    )
    assert f"http://testserver{PAGE}" in message.body_text
    assert f'href="http://testserver{PAGE}"' in message.body_html

    form = client.get(PAGE).context["form"]
    assert {name: field.initial for name, field in form.fields.items()}["rights_changed"] == [
        "email"
    ]
    response = client.post(PAGE, {"rights_changed": "email"}, follow=True)

    assert told(response) == ["Your choice is saved."]
    assert message_choices.chosen(maria, RIGHTS_CHANGED) == ["email"]
    assert message_choices.chosen(maria, RIGHTS_WITHDRAWN) == []
    assert tell(Recipient.of(maria)) == []
    client.post(PAGE, {"rights_withdrawn": "email"})
    assert tell(Recipient.of(maria)) == ["maria@customer.example"]


def test_whoever_is_no_user_is_not_led_to_a_page_it_cannot_open():
    (message,) = notify.compose(
        RIGHTS_WITHDRAWN, to=[a_recipient()], context={"customer": "1"}, now=NOON
    )

    assert PAGE not in f"{message.body_text}{message.body_html}"
    assert "You get this because you use our customer portal." in message.body_text


def test_the_page_says_why_the_others_cannot_be_switched_off(client):
    client.force_login(a_member(a_customer()))

    response = client.get(PAGE)

    assert "set_password" not in response.context["form"].fields
    (fixed,) = [each for each in response.context["fixed"] if each["label"] == "Set your password"]
    assert (fixed["channels"], fixed["why"]) == ("E-mail", SET_PASSWORD.fixed_because)


def test_a_channel_that_there_is_not_is_refused(client):
    maria = a_member(a_customer())
    client.force_login(maria)

    response = client.post(PAGE, {"rights_changed": "pigeon", "set_password": ""})

    assert "rights_changed" in response.context["form"].errors
    assert not MessageChoice.objects.exists()


def test_one_persons_choice_is_nobody_elses(client):
    maria, sam = a_member(a_customer()), a_member(a_customer())
    client.force_login(maria)

    client.post(PAGE, {})

    assert set(MessageChoice.objects.values_list("user", flat=True)) == {maria.pk}
    assert message_choices.chosen(sam, RIGHTS_CHANGED) == ["email"]
