"""The pages on which changes are asked for and answered: private link, member, office."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company, OutgoingMessage, PrivateLink
from accounts.services import company, private_links
from orders.models import Order, OrderChange, Product
from orders.purposes import OWN_ORDER
from orders.services.throttles import SENDS
from orders.wishes import ProductWish
from tests.builders.accounts import a_clerk, a_customer, a_member, a_role, an_admin
from tests.builders.changes import a_cancellation, a_change, standing
from tests.builders.wishes import (
    NOON,
    a_product,
    a_request,
    a_stop,
    an_order_link,
    an_order_type,
    some_goods,
)
from tests.orders.test_changing import an_ordered_offer

pytestmark = pytest.mark.django_db

SOON = (timezone.now() + timedelta(days=10)).date()


def an_order(customer=None, **fields):
    """An order of the coming days, as the form takes it."""
    now = timezone.now()
    stops = [
        a_stop(day=SOON, starts_at=None, ends_at=None, phone="+49 30 0074321"),
        a_stop(
            "delivery",
            name="Ernst Handel",
            city="Graz",
            country="AT",
            postal_code="8010",
            day=SOON,
            starts_at=None,
            ends_at=None,
        ),
    ]
    fields = {"stops": stops, "goods": [some_goods(gross_weight=Decimal("640.5"))]} | fields
    return a_request(customer, now=now, **fields).order


def link_to(order):
    token = private_links.issue(
        purpose=OWN_ORDER,
        lifetime=timedelta(days=1),
        email="maria@alfreds.example",
        customer_id=order.customer_id,
        data={"order": order.pk},
        now=timezone.now(),
    )
    return f"/p/{token}/"


def fields_of(html):
    """What the forms of a page would post, with what is selected and ticked."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_off = kind and kind[1] == "checkbox" and " checked" not in tag
        if name and not is_off:
            fields[name[1]] = value[1] if value else ("on" if kind[1] == "checkbox" else "")
    fields |= dict(
        re.findall(r'<textarea name="([^"]*)"[^>]*>\s*(.*?)</textarea>', html, re.DOTALL)
    )
    for name, body in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def html_of(client, address, section):
    """The section of the page that is named by the heading of this id."""
    html = client.get(address).content.decode()
    return re.search(rf'<section[^>]*"{section}".*?</section>', html, re.DOTALL)[0]


def page_of(client, address, **changed):
    """The change form's fields at the address, with what is typed over."""
    return fields_of(client.get(address).content.decode()) | changed


def test_the_form_as_it_stands_is_no_change(client):
    kind = an_order_type(fields={"attachments": "hidden"})
    address = link_to(an_order(order_type_id=kind.pk)) + "change/"

    answer = client.post(address, page_of(client, address, do="review"))

    assert answer.context["problems"] == ["Nothing is different from the order as it stands."]
    assert "Error: " in answer.content.decode()
    assert 'href="#files"' not in answer.content.decode()


def a_paper_of(name="plan.pdf", content=b"%PDF-1.7 the way in"):
    return SimpleUploadedFile(name, content)


def the_review(client, address, **changed):
    shown = client.post(address, page_of(client, address, do="review") | changed)
    return fields_of(shown.content.decode()) | {"do": "send"}


def test_files_go_along_with_a_change_and_stay_with_the_order(client):
    order = an_order()
    address = link_to(order) + "change/"
    fields = the_review(client, address, **{"stops-2-city": "Wien"})

    client.post(address, fields | {"asking-papers": [a_paper_of(), a_paper_of("list.csv", b"a;b")]})

    change = OrderChange.objects.get()
    files = order.attachments.order_by("pk")
    assert [each.name for each in files] == ["plan.pdf", "list.csv"]
    assert change.wish["files"] == [{"name": "plan.pdf"}, {"name": "list.csv"}]
    office(client)
    html = client.get(change_of(order)).content.decode()
    assert "File 1, new" in html
    client.post(answer_of(order), {"change": change.pk, "do": "accept", "answer": ""})
    change.refresh_from_db()
    assert (change.state, standing(order.pk)["stops"][1]["city"]) == ("accepted", "Wien")


def test_files_alone_are_a_proposal_and_nothing_at_all_is_none(client):
    order = an_order()
    address = link_to(order) + "change/"
    shown = client.post(address, page_of(client, address, do="review")).content.decode()
    fields = fields_of(shown) | {"do": "send"}

    nothing = client.post(address, fields).content.decode()
    sent = client.post(address, fields | {"asking-papers": [a_paper_of()]})

    assert "Nothing is different from the order as it stands." in shown
    assert "Error: " in nothing
    assert 'href="#id_asking-papers"' in nothing
    assert (sent.status_code, order.attachments.count()) == (302, 1)
    assert OrderChange.objects.get().wish["files"] == [{"name": "plan.pdf"}]


@pytest.mark.parametrize(
    ("uploads", "words"),
    [
        ([a_paper_of(content=b"MZ a program")], "plan.pdf is not what its ending says."),
        ([a_paper_of(content=b"")], "plan.pdf is empty."),
        ([a_paper_of("run.exe", b"MZ")], "run.exe is not taken."),
        ([a_paper_of(f"{n}.pdf") for n in range(11)], "At most ten files go along with a change."),
    ],
)
def test_files_that_are_not_taken_are_named_and_nothing_is_sent(client, uploads, words):
    order = an_order()
    address = link_to(order) + "change/"
    fields = the_review(client, address, **{"stops-2-city": "Wien"})

    answer = client.post(
        address, fields | {"asking-papers": uploads, "asking-reason": "They moved"}
    ).content.decode()

    assert words in answer
    assert "Error: " in answer
    assert fields_of(answer)["asking-reason"] == "They moved"
    assert (OrderChange.objects.count(), order.attachments.count()) == (0, 0)


def test_a_type_that_takes_no_papers_takes_none_with_a_change(client):
    order = an_order(order_type_id=an_order_type(fields={"attachments": "hidden"}).pk)
    address = link_to(order) + "change/"
    fields = the_review(client, address, **{"stops-2-city": "Wien"})

    client.post(address, fields | {"asking-papers": [a_paper_of()]})

    assert "asking-papers" not in fields
    assert (OrderChange.objects.count(), order.attachments.count()) == (1, 0)


def test_an_hour_that_the_clocks_have_twice_is_no_change(client):
    # 25 October 2026, 3:30 the second time, in Helsinki.
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    day = {"day": autumn.date(), "ends_at": None}
    stops = [a_stop(starts_at=None, **day), a_stop("delivery", starts_at=autumn, **day)]
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC), tick=False):
        company.keep(company=Company(name="Northwind", time_zone="Europe/Helsinki"))
        order = an_order(stops=stops)
        address = link_to(order) + "change/"
        shown = client.post(address, page_of(client, address, do="review"))

    assert shown.context.get("problems", []) == []
    assert shown.context["differences"] == []


@pytest.mark.parametrize("language", ["en", "de", "fi"])
def test_a_change_is_typed_over_the_order_read_and_sent(client, language):
    order = an_order()
    page = link_to(order)
    client.cookies["django_language"] = language
    shown = client.post(
        page + "change/",
        page_of(client, page + "change/", do="review")
        | {"goods-1-quantity": "3", "stops-2-city": "Wien"},
    )

    told = [(each.before, each.after) for each in shown.context["differences"]]
    assert told == [("Graz", "Wien"), ("2", "3")]
    assert OrderChange.objects.count() == 0
    sent = client.post(
        page + "change/",
        fields_of(shown.content.decode())
        | {"do": "send", "asking-name": "Maria Anders", "asking-reason": "They moved"},
    )

    assert (sent.status_code, sent.url) == (302, page)
    change = OrderChange.objects.get()
    assert (change.name, change.email, change.reason) == (
        "Maria Anders",
        "maria@alfreds.example",
        "They moved",
    )
    assert change.link == PrivateLink.objects.earliest("pk")
    assert change.wish["goods"] == [standing(order.pk)["goods"][0] | {"quantity": "3"}]
    assert "They moved" in client.get(page).content.decode()


def test_a_number_means_the_same_when_the_language_changes_between(client):
    order = an_order(goods=(some_goods(gross_weight=Decimal("1.125")),))
    address = link_to(order) + "change/"
    client.cookies["django_language"] = "fi"
    drawn = page_of(client, address)
    assert drawn["goods-1-gross_weight"] == "1,125"

    client.cookies["django_language"] = "en"
    shown = client.post(address, drawn | {"goods-1-quantity": "3,5", "do": "review"})
    client.cookies["django_language"] = "de"
    client.post(
        address,
        fields_of(shown.content.decode()) | {"do": "send", "asking-name": "Maria Anders"},
    )

    [row] = OrderChange.objects.get().wish["goods"]
    assert (row["gross_weight"], row["quantity"]) == ("1.125", "3.5")


def test_rows_come_and_go_and_nothing_typed_is_lost(client):
    address = link_to(an_order()) + "change/"
    typed = page_of(client, address, do="goods.add") | {"stops-2-city": "Wien"}

    grown = client.post(address, typed)

    fields = fields_of(grown.content.decode())
    assert (fields["stops-2-city"], fields["goods-2-there"]) == ("Wien", "1")
    assert re.search(r'id="goods-2"[^>]* autofocus', grown.content.decode())
    shrunk = client.post(address, fields | {"do": "goods.remove.2"})
    assert "goods-2-there" not in fields_of(shrunk.content.decode())


def test_what_is_wrong_is_told_at_the_field(client):
    address = link_to(an_order()) + "change/"

    answer = client.post(address, page_of(client, address, do="review") | {"stops-1-day": "soon"})

    assert answer.context["has_errors"]
    assert fields_of(answer.content.decode())["stops-1-day"] == "soon"


def test_only_what_can_be_changed_is_asked_for(client):
    order = an_order(order_type_id=an_order_type(fields={"people": "required"}).pk)

    fields = page_of(client, link_to(order) + "change/")

    assert {name for name in fields if name.startswith("answers-")} >= {
        "answers-customer_reference",
        "answers-contact_name",
        "answers-adults",
        "answers-note_to_driver",
    }
    assert not {"answers-contact_email", "answers-payer", "answers-company_name"} & set(fields)
    assert not [name for name in fields if name.startswith("products")]


def test_products_are_changed_by_their_quantity(client):
    wish = ProductWish(product_id=a_product().pk, quantity=Decimal(3))
    order = an_order(products=(wish,))
    address = link_to(order) + "change/"

    answer = client.post(
        address, page_of(client, address, do="review") | {"products-1-quantity": "5"}
    )

    [told] = answer.context["differences"]
    assert (told.title, told.before, told.after) == ("Product 1, Quantity", "3", "5")


def test_what_one_row_says_and_the_type_hides_is_kept(client):
    hiding = an_order_type(fields={"goods.dangerous": "hidden", "stop.contact": "hidden"})
    paint = some_goods(is_dangerous=True, un_number="1263", hazard_class="3")
    order = an_order(order_type_id=hiding.pk, goods=[paint, some_goods(description="Cloth")])
    order.stops.filter(position=2).update(contact="Roland Mendel")
    address = link_to(order) + "change/"

    answer = client.post(
        address, page_of(client, address, do="review") | {"answers-customer_reference": "4500-1"}
    )

    told = [each.title for each in answer.context["differences"]]
    assert told == ["PO / reference"]


def test_a_question_of_the_link_is_asked_again(client):
    hiding = an_order_type(fields={"goods.dangerous": "hidden"})
    order = an_order(order_type_id=hiding.pk)
    address = link_to(order) + "change/"
    assert "goods-1-un_number" not in page_of(client, address)

    order.request.order_link = an_order_link(fields={"goods.dangerous": "optional"})
    order.request.save(update_fields=["order_link"])

    assert "goods-1-un_number" in page_of(client, address)


@pytest.mark.parametrize(
    "since",
    [{"removed_at": NOON}, {"is_active": False}, {"name": "Cabrales, mild"}, {"unit": "box"}],
)
def test_a_product_stays_what_it_was_whatever_became_of_it(client, since):
    product = a_product()
    order = an_order(products=(ProductWish(product_id=product.pk, quantity=Decimal(3)),))
    Product.objects.update(**since)
    address = link_to(order) + "change/"
    typed = page_of(client, address, do="review")

    answer = client.post(address, typed | {"answers-customer_reference": "4500-1"})
    more = client.post(address, typed | {"products-1-quantity": "5"})

    assert [each.title for each in answer.context["differences"]] == ["PO / reference"]
    assert [each.title for each in more.context["differences"]] == ["Product 1, Quantity"]


@pytest.mark.parametrize("since", [{"removed_at": NOON}, {"is_active": False}])
def test_what_is_not_for_sale_does_not_come_new(client, since):
    order = an_order(products=(ProductWish(product_id=a_product().pk, quantity=Decimal(3)),))
    a_product("12", **since)
    address = link_to(order) + "change/"

    answer = client.post(
        address, page_of(client, address, do="review") | {"products-1-number": "12"}
    )

    assert "There is no product 12 for sale." in answer.content.decode()


def test_an_order_that_has_changed_meanwhile_is_read_again_and_sent(client):
    order = an_order()
    page = link_to(order)
    address = page + "change/"
    asked = {"asking-name": "Maria Anders", "asking-reason": "They moved"}
    shown = client.post(address, page_of(client, address, do="review") | {"stops-2-city": "Wien"})
    order.goods.update(quantity=4)

    moved = client.post(address, fields_of(shown.content.decode()) | asked | {"do": "send"})

    assert moved.status_code == 409
    assert "Look at it again." in moved.content.decode()
    told = [(each.before, each.after) for each in moved.context["differences"]]
    assert told == [("Graz", "Wien"), ("4", "2")]
    typed = fields_of(moved.content.decode())
    assert {name: typed[name] for name in asked} == asked
    assert client.post(address, typed | {"do": "send"}).url == page
    assert OrderChange.objects.get().reason == "They moved"


def test_a_change_of_an_older_page_says_so_before_it_is_sent(client):
    order = an_order()
    address = link_to(order) + "change/"
    typed = page_of(client, address, do="review") | {"stops-2-city": "Wien"}
    order.goods.update(quantity=4)

    moved = client.post(address, typed)

    assert (moved.status_code, OrderChange.objects.count()) == (409, 0)
    assert "Look at it again." in moved.content.decode()


def test_going_on_changing_keeps_who_asks_and_why(client):
    address = link_to(an_order()) + "change/"
    asked = {"asking-name": "Maria A.", "asking-reason": "They moved"}
    shown = client.post(address, page_of(client, address, do="review") | {"stops-2-city": "Wien"})

    back = client.post(address, fields_of(shown.content.decode()) | asked | {"do": "edit"})
    again = client.post(address, fields_of(back.content.decode()) | {"do": "review"})

    typed = fields_of(again.content.decode())
    assert {name: typed[name] for name in asked} == asked


def test_a_number_is_read_as_one_of_the_customers_country(client):
    order = an_order(a_customer(country="FI"))
    address = link_to(order) + "change/"

    answer = client.post(
        address, page_of(client, address, do="review") | {"answers-contact_phone": "040 1234567"}
    )

    [told] = answer.context["differences"]
    assert told.after == "+358 40 1234567"


def test_a_quantity_that_no_amount_holds_is_refused_at_the_orders_price(client):
    product = a_product("11", unit_price=Decimal("21.50"))
    order = an_order(products=[ProductWish(product_id=product.pk, quantity=Decimal(2))], goods=())
    Product.objects.update(is_active=False, unit_price=None)
    address = link_to(order) + "change/"

    answer = client.post(
        address, page_of(client, address, do="review") | {"products-1-quantity": "999999999"}
    )

    assert "This amount is too large." in answer.content.decode()


def test_a_cancellation_needs_its_reason(client):
    order = an_order()
    page = link_to(order)

    refused = client.post(page + "cancel/", {"asking-name": "Maria Anders", "asking-reason": " "})
    sent = client.post(page + "cancel/", {"asking-name": "Maria", "asking-reason": "Sold"})

    assert refused.context["form"].errors.keys() == {"reason"}
    assert (sent.status_code, OrderChange.objects.get().reason) == (302, "Sold")
    assert Order.objects.get().status == "received"


def test_looking_never_acts(client):
    order = an_order()
    change = a_change(order.request)
    page = link_to(order)

    for name in ("change/", "cancel/", "withdraw/"):
        client.get(page + name, {"do": "send", "change": change.pk})

    assert [each.state for each in OrderChange.objects.all()] == ["open"]


def test_a_proposal_is_withdrawn_by_the_link(client):
    order = an_order()
    change = a_change(order.request)
    page = link_to(order)

    client.post(page + "withdraw/", {"change": change.pk})

    assert OrderChange.objects.get().state == "withdrawn"
    assert "It is withdrawn." in client.get(page).content.decode()


def test_a_link_withdraws_nothing_of_another_order(client):
    other = a_change(an_order().request)

    client.post(link_to(an_order()) + "withdraw/", {"change": other.pk})

    assert OrderChange.objects.get().state == "open"


def test_what_was_answered_is_not_withdrawn(client):
    order = an_order()
    change = a_change(order.request)
    office(client).post(answer_of(order), {"change": change.pk, "do": "accept"})
    client.logout()
    page = link_to(order)

    client.post(page + "withdraw/", {"change": change.pk})

    assert "This was answered or withdrawn meanwhile." in client.get(page).content.decode()


def test_after_the_cut_off_the_page_says_so(client):
    order = an_order()
    request = order.request
    request.cut_off_at = timezone.now()
    request.save(update_fields=["cut_off_at"])
    page = link_to(order)

    for name in ("change/", "cancel/"):
        assert client.get(page + name).url == page
    assert client.post(page + "cancel/", {"asking-reason": "Late", "asking-name": "M"}).url == page
    html = client.get(page).content.decode()
    assert "This order cannot be changed here any more." in html
    assert "Ask for a change" not in html
    assert OrderChange.objects.count() == 0


def test_a_flood_of_proposals_has_to_wait(client):
    page = link_to(an_order())
    for number in range(SENDS.free):
        client.post(page + "cancel/", {"asking-name": "M", "asking-reason": f"{number}"})

    answer = client.post(page + "cancel/", {"asking-name": "M", "asking-reason": "once more"})

    assert answer.status_code == 429
    assert OrderChange.objects.filter(reason="once more").count() == 0


def test_a_member_asks_with_the_right_to_order(client):
    customer = a_customer()
    order = an_order(customer)
    member = a_member(customer, "orders", "place_orders")
    client.force_login(member)
    page = reverse("customer:order-page", args=[order.number])
    assert "Ask for a change" in client.get(page).content.decode()

    client.post(reverse("customer:order-cancel", args=[order.number]), {"asking-reason": "Sold"})

    change = OrderChange.objects.get()
    assert (change.user, change.name, change.email, change.link) == (
        member,
        member.get_full_name(),
        member.email,
        None,
    )
    html = client.get(page).content.decode()
    assert "Cancellation asked for" in html
    client.post(reverse("customer:order-withdraw", args=[order.number]), {"change": change.pk})
    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("withdrawn", member)


def test_whoever_may_only_see_orders_sees_what_was_asked_for(client):
    customer = a_customer()
    order = an_order(customer)
    a_change(order.request, reason="They open at six")
    client.force_login(a_member(customer, "orders"))

    html = client.get(reverse("customer:order-page", args=[order.number])).content.decode()
    answer = client.get(reverse("customer:order-change", args=[order.number]))

    assert "They open at six" in html
    assert "Withdraw" not in html
    assert "Ask for a change" not in html
    assert answer.status_code == 403


def test_whoever_may_not_see_orders_reads_none_by_its_change(client):
    customer = a_customer()
    order = an_order(customer)
    client.force_login(a_member(customer, "place_orders"))

    for name in ("order-change", "order-cancel"):
        assert client.get(reverse(f"customer:{name}", args=[order.number])).status_code == 403


def test_staff_ask_for_the_customer_without_being_named(client):
    customer = a_customer()
    order = an_order(customer)
    laura = a_clerk(first_name="Laura", last_name="Callahan")
    a_role(None, laura, as_customer="process", orders="process")
    client.force_login(laura)
    client.post("/office/as-customer/", {"customer": f"erp/{customer.number}"})

    client.post(reverse("customer:order-cancel", args=[order.number]), {"asking-reason": "Called"})

    change = OrderChange.objects.get()
    assert (change.user, change.email) == (laura, "maria@alfreds.example")
    page = reverse("customer:order-page", args=[order.number])
    assert "Callahan" not in html_of(client, page, "h-changes")
    client.logout()
    assert "Callahan" not in client.get(link_to(order)).content.decode()
    office(client)
    shown = client.get(change_of(order)).content.decode()
    assert "Laura Callahan" in shown
    client.post(answer_of(order), {"change": change.pk, "do": "accept"})
    told = OutgoingMessage.objects.filter(kind__in=["order_change_asked", "order_cancelled"])
    assert {message.recipient_address for message in told} == {"maria@alfreds.example"}


def test_a_stranger_finds_no_order_to_change(client):
    order = an_order()
    client.force_login(an_admin(a_customer()))

    for name in ("order-change", "order-cancel"):
        assert client.get(reverse(f"customer:{name}", args=[order.number])).status_code == 404


def office(client, *codenames):
    names = codenames or ("view_orderrequest", "change_orderrequest", "view_order")
    clerk = a_clerk()
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    return client


def change_of(order):
    return reverse("office:order-change", args=[order.number])


def answer_of(order):
    return reverse("office:order-change-answer", args=[order.number])


def test_the_office_reads_the_differences_and_accepts(client):
    order = an_order()
    change = a_change(order.request, reason="They open at six")
    office(client)

    html = client.get(change_of(order)).content.decode()
    client.post(answer_of(order), {"change": change.pk, "do": "accept", "answer": "Fine"})

    assert "They open at six" in html
    change.refresh_from_db()
    assert (change.state, change.answer) == ("accepted", "Fine")
    after = client.get(change_of(order)).content.decode()
    assert "is changed; Maria Anders gets a mail." in after
    assert "Accept the change" not in after


def test_a_refusal_needs_its_answer(client):
    order = an_order()
    change = a_change(order.request)
    office(client)

    refused = client.post(answer_of(order), {"change": change.pk, "do": "refuse", "answer": ""})
    assert refused.context["form"].errors.keys() == {"answer"}
    client.post(answer_of(order), {"change": change.pk, "do": "refuse", "answer": "Full"})

    change.refresh_from_db()
    assert (change.state, change.answer) == ("refused", "Full")


def test_whoever_answers_second_learns_who_was_first(client):
    order = an_order()
    change = a_change(order.request)
    office(client).post(answer_of(order), {"change": change.pk, "do": "accept"})
    first = OrderChange.objects.get().decided_by
    office(client)

    for what in ("accept", "refuse"):
        typed = {"change": change.pk, "do": what, "answer": "No"}
        html = client.post(answer_of(order), typed, follow=True).content.decode()
        assert f"Accepted already: {first.get_full_name()}" in html

    answers = OutgoingMessage.objects.exclude(kind="order_change_asked")
    assert [each.kind for each in answers] == ["order_change_accepted"]


def test_a_replaced_proposal_is_not_answered_by_mistake_and_the_answer_kept(client):
    order = an_order()
    old = a_change(order.request)
    new = a_cancellation(order.request)
    office(client)

    late = client.post(
        answer_of(order), {"change": old.pk, "do": "refuse", "answer": "The lorry is full"}
    )

    new.refresh_from_db()
    assert (new.state, Order.objects.get().status) == ("open", "received")
    assert late.status_code == 409
    assert "Withdrawn already: Maria Anders" in late.content.decode()
    assert fields_of(late.content.decode())["answer"] == "The lorry is full"


def test_an_order_that_went_on_is_told_and_stays(client):
    order = an_order()
    change = a_change(order.request)
    Order.objects.update(status="planned")
    office(client)

    words = "The order has gone on, so this cannot be accepted. Refuse it and say so."
    shown = client.get(change_of(order)).content.decode()
    answer = client.post(answer_of(order), {"change": change.pk, "do": "accept"})

    assert words in shown
    assert answer.status_code == 409
    assert answer.content.decode().count(words) == 2


def test_an_order_that_went_on_says_no_more_until_when_it_may_be_changed(client):
    order = an_order(order_type_id=an_order_type().pk)
    page, words = link_to(order), "It may be changed or cancelled until"
    before = client.get(page).content.decode()
    Order.objects.update(status="planned")

    after = client.get(page).content.decode()

    assert (words in before, words in after) == (True, False)


def test_the_page_says_that_prices_of_an_offer_stay(client):
    order = an_ordered_offer()
    a_change(order.request)
    office(client)

    html = client.get(change_of(order)).content.decode()

    assert "accepting the change does not change the agreed prices" in html
    assert "Prices stay as they are" not in html


def test_the_page_says_that_prices_stay_where_there_are_any(client):
    order = an_order()
    a_change(order.request)
    office(client)
    assert "Prices stay as they are" not in client.get(change_of(order)).content.decode()

    Order.objects.update(net_amount=10, gross_amount=10)

    html = client.get(change_of(order)).content.decode()
    assert "Prices stay as they are" in html
    assert "accepting the change does not change the agreed prices" not in html


def test_the_page_of_the_order_says_what_waits(client):
    order = an_order()
    a_cancellation(order.request)
    office(client)

    page = client.get(reverse("office:order-page", args=[order.number]))

    work = page.context["work"]
    assert work.status == "Cancellation asked for"
    assert work.acts[0]["href"] == change_of(order)


def test_what_is_to_be_cancelled_is_not_confirmed(client):
    order = an_order()
    a_cancellation(order.request)
    office(client, "view_orderrequest", "change_orderrequest", "view_order", "change_order")

    answer = client.post(reverse("office:request-act"), {"row": f"confirm:{order.pk}"}, follow=True)

    assert "Its cancellation is asked for" in answer.content.decode()
    assert Order.objects.get().status == "received"


def test_looking_is_not_answering(client):
    order = an_order()
    change = a_change(order.request)
    office(client, "view_orderrequest")

    html = client.get(change_of(order)).content.decode()
    answer = client.post(answer_of(order), {"change": change.pk, "do": "accept"})

    assert "Accept the change" not in html
    assert answer.status_code == 403
    assert client.get(answer_of(order)).status_code == 405


def test_an_order_without_proposals_has_no_page_of_them(client):
    office(client)

    assert client.get(change_of(an_order())).status_code == 404


def test_proposals_are_counted_in_the_bar_and_listed_under_their_tab(client):
    order = an_order()
    an_order()
    a_cancellation(order.request)
    office(client)

    html = client.get(reverse("office:request-list"), {"status": "changes"}).content.decode()

    assert [
        row.number
        for row in client.get(reverse("office:request-list"), {"status": "changes"}).context["rows"]
    ] == [order.number]
    assert "Cancellation asked for" in html
    assert change_of(order) in html
    bar = client.get(reverse("office:bar")).content.decode()
    assert re.search(r"<b>1</b><span class=\"long\">Changes asked for", bar)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_costs_the_same_however_many_wait(client, django_assert_num_queries, rows):
    for _row in range(rows):
        a_change(an_order().request)
    office(client)
    client.get(reverse("office:request-list"))

    with django_assert_num_queries(8):
        client.get(reverse("office:request-list"), {"status": "changes"})


@pytest.mark.parametrize("proposals", [1, 3])
def test_the_link_costs_the_same_however_much_was_asked(
    client, django_assert_num_queries, proposals
):
    order = an_order()
    for number in range(proposals):
        a_cancellation(order.request, reason=f"{number}")
    page = link_to(order)
    client.get(page)

    with django_assert_num_queries(8):
        client.get(page)
