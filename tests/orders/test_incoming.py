import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.sections import Section
from orders.filters import RequestFilter
from orders.models import Offer, Order, OrderRequest
from orders.services import handling
from orders.states import OrderOrigin, OrderStatus, RequestKind
from tests.builders.accounts import a_clerk, a_customer, a_member
from tests.builders.changes import a_cancellation
from tests.builders.offers import a_draft, a_sent_offer, an_approved_offer
from tests.builders.orders import an_order
from tests.builders.wishes import NOON, a_request, an_order_type, some_goods

pytestmark = pytest.mark.django_db

LIST = "/office/requests/"
ACT = "/office/requests/act/"
BAR = "/office/bar/"


def with_rights(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def laura(client):
    user = with_rights(
        a_clerk(first_name="Laura", last_name="Callahan"),
        "view_orderrequest",
        "change_orderrequest",
        "view_order",
    )
    client.force_login(user)
    return user


def numbers(response):
    return [row.number for row in response.context["rows"]]


def text_of(response):
    return response.content.decode()


def undo_of(page):
    """What the Undo of the page's message posts."""
    form = re.search(r'name="do" value="undo".*?</form>', text_of(page), re.DOTALL)[0]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    return {
        "do": "undo",
        "next": LIST,
        "handled_at": dict(fields)["handled_at"],
        "chosen": [value for name, value in fields if name == "chosen"],
    }


def handle(request, user, now=NOON):
    return handling.handle(order_id=request.pk, user_id=user.pk, now=now)


def test_the_list_shows_what_is_to_handle_newest_first(client, laura):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    first, second, third = (
        a_request(customer, now=NOON + timedelta(minutes=minute)) for minute in range(3)
    )
    handle(second, laura)

    response = client.get(LIST)

    assert numbers(response) == [third.order.number, first.order.number]
    row = response.context["rows"][0]
    assert (row.customer, row.reference) == ("Alfreds Futterkiste", "4500-2290")
    assert (row.route, row.goods) == ("Berlin to Graz", "2 \N{MULTIPLICATION SIGN} EUR pallet")
    assert (row.pick_up, row.status, row.mark) == ("24 Nov 2026, 07:00", "New", "wait")
    assert row.href == f"/office/orders/{third.order.number}/"


def test_the_tabs_show_ones_own_approved_offers_and_all(client, laura):
    customer = a_customer()
    done = a_request(customer)
    handle(done, laura)
    mine = a_request(customer)
    handling.take(order_id=mine.pk, user_id=laura.pk, seen_owner_id=None, now=NOON)
    approved = an_approved_offer(customer)
    an_order(number="10952")

    def listed(tab):
        return set(numbers(client.get(LIST, {"status": tab})))

    assert listed("mine") == {mine.order.number}
    assert listed("approved") == {approved.order.number}
    assert listed("all") == {done.order.number, mine.order.number, approved.order.number}


def test_filters_and_search_narrow_the_list(client, laura):
    kind = an_order_type("coach")
    alfreds = a_customer("10001", name="Alfreds Futterkiste")
    order = a_request(alfreds, customer_reference="PO-77", order_type_id=kind.pk)
    offer = a_request(a_customer(name="Ernst Handel"), kind=RequestKind.OFFER)
    own = a_request(alfreds, origin=OrderOrigin.PORTAL)

    def found(**asked):
        return set(numbers(client.get(LIST, asked)))

    assert found(kind="offer") == {offer.order.number}
    assert found(order_type="coach") == {order.order.number}
    assert found(origin="portal") == {own.order.number}
    assert found(q="PO-77") == {order.order.number}
    assert found(q=own.order.number) == {own.order.number}
    assert found(q="alfreds") == {order.order.number, own.order.number}
    assert found(q="nobody") == set()


def test_a_search_finds_by_orders_and_by_customers_at_once(client, laura):
    of_alfreds = a_request(a_customer("10001", name="Alfreds Futterkiste"))
    ernst = a_customer("10002", name="Ernst Handel")
    by_reference = a_request(ernst, customer_reference="ALFREDS-7")
    a_request(ernst)

    found = client.get(LIST, {"q": "alfreds"})

    assert set(numbers(found)) == {of_alfreds.order.number, by_reference.order.number}
    assert found.context["listing"].count_text == "2 requests"


@pytest.mark.parametrize(
    ("keys", "sorted_rows"), [(200, 5000), (200, 1), (1, 5000)], ids=["few", "customers", "orders"]
)
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_search_finds_the_same_however_many_there_are(client, laura, rf, sort, keys, sorted_rows):
    class Narrow(RequestFilter):
        most_keys, most_sorted = keys, sorted_rows

    alfreds, ernst = a_customer(name="Alfreds Futterkiste"), a_customer(name="Ernst Handel")
    expected = [
        a_request(alfreds).order.number,
        a_request(ernst, customer_reference="ALFREDS-1").order.number,
        a_request(alfreds, now=NOON - timedelta(days=1)).order.number,
        a_request(ernst, customer_reference="ALFREDS-2").order.number,
    ]
    a_request(ernst)

    for text, order_numbers in (("alfreds", expected), ("alfreds-", expected[1::2])):
        asked = rf.get(LIST, {"q": text, "sort": sort})
        rows = Narrow(asked.GET, OrderRequest.objects.all(), request=asked)
        found = [each.order.number for each in rows.orderings[sort].apply(rows.qs)]

        assert found == (order_numbers if sort == "oldest" else order_numbers[::-1])
        assert rows.count() == len(order_numbers)
        assert numbers(client.get(LIST, asked.GET)) == found


def test_a_row_says_no_more_than_the_request_and_nothing_as_markup(client, laura):
    name = "<b>Alfreds</b> & 'Söhne'"
    request = a_request(a_customer(name=name), customer_reference='"><i>', stops=(), goods=())

    page = text_of(client.get(LIST))

    [row] = client.get(LIST).context["rows"]
    assert (row.customer, row.route, row.goods, row.pick_up) == (name, "", "", "")
    assert "&lt;b&gt;Alfreds&lt;/b&gt; &amp; &#x27;Söhne&#x27;" in page
    assert "<small>&quot;&gt;&lt;i&gt;</small>" in page
    assert f'aria-label="Choose {request.order.number}"' in page
    assert "<b>Alfreds" not in page


def test_dangerous_goods_and_more_rows_are_told(client, laura):
    goods = (some_goods(is_dangerous=True, un_number="1263"), some_goods(), some_goods())
    a_request(goods=goods)

    page = text_of(client.get(LIST))

    assert "Dangerous goods" in page
    assert "2 \N{MULTIPLICATION SIGN} EUR pallet and 2 more" in page


def test_deep_pages_are_reached_by_key(client, laura):
    customer = a_customer()
    for minute in range(27):
        a_request(customer, now=NOON + timedelta(minutes=minute))

    first = client.get(LIST)
    second = client.get(first.context["listing"].older)

    assert (len(numbers(first)), len(numbers(second))) == (25, 2)
    assert numbers(client.get(second.context["listing"].newer)) == numbers(first)
    assert numbers(client.get(LIST, {"sort": "oldest"}))[:2] == numbers(second)[::-1]


def test_changes_asked_for_are_paged_by_their_orders(client, laura):
    customer = a_customer()
    waiting = []
    for minute in range(27):
        request = a_request(customer, now=NOON - timedelta(minutes=minute))
        a_cancellation(request)
        waiting.append(request.order.number)

    first = client.get(LIST, {"status": "changes"})
    second = client.get(first.context["listing"].older)

    assert numbers(first) + numbers(second) == waiting[::-1]
    assert numbers(client.get(second.context["listing"].newer)) == numbers(first)
    oldest = client.get(first.context["head"].href)
    assert numbers(oldest) == waiting[:25]
    assert first.context["head"].direction == "descending"
    assert oldest.context["head"].direction == "ascending"


def test_approved_offers_go_by_their_orders(client, laura):
    customer = a_customer()
    waiting = [an_approved_offer(customer).order.number for _ in range(3)]
    OrderRequest.objects.filter(order__number=waiting[-1]).update(sent_at=NOON - timedelta(days=1))

    assert numbers(client.get(LIST, {"status": "approved"})) == waiting[::-1]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_costs_the_same_whatever_its_length(
    client, laura, rows, django_assert_max_num_queries
):
    customer = a_customer()
    for _ in range(rows):
        a_request(customer)
    client.get(LIST)

    # Session, person, permissions, saved filters, order types, rows, what stands beside them, the
    # bar, and a count where pages follow.
    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_handled_leaves_the_list_and_can_be_undone(client, laura):
    request = a_request()

    page = client.post(ACT, {"row": f"handle:{request.pk}", "next": LIST}, follow=True)

    assert numbers(page) == []
    assert f"{request.order.number} is handled." in text_of(page)
    assert OrderRequest.objects.get().handled_by == laura
    assert f'name="chosen" value="{request.pk}"' in text_of(page)

    page = client.post(ACT, undo_of(page), follow=True)

    assert numbers(page) == [request.order.number]


def test_undo_takes_back_no_handling_of_others(client, laura):
    request = a_request()
    page = client.post(ACT, {"row": f"handle:{request.pk}", "next": LIST}, follow=True)
    handling.unhandle(order_id=request.pk, now=NOON)
    nancy = a_clerk()
    handle(request, nancy)

    late = client.post(ACT, undo_of(page), follow=True)

    assert "It has moved on meanwhile, so nothing was undone." in text_of(late)
    assert OrderRequest.objects.get().handled_by == nancy


@pytest.mark.parametrize("moment", ["", "now", "2026-11-26"])
def test_undo_of_no_moment_is_no_act(client, laura, moment):
    request = a_request()
    handle(request, laura)

    posted = {"do": "undo", "chosen": [request.pk], "handled_at": moment}
    response = client.post(ACT, posted)

    assert response.status_code == (302 if moment.startswith("2026") else 404)
    assert OrderRequest.objects.get().is_handled


def test_many_are_handled_at_once_and_each_that_was_is_named(client, laura):
    customer = a_customer()
    nancy = a_clerk(first_name="Nancy", last_name="Davolio")
    rows = [a_request(customer) for _ in range(3)]
    handle(rows[0], nancy)

    page = client.post(ACT, {"do": "handle", "chosen": [row.pk for row in rows]}, follow=True)

    assert "2 requests are handled." in text_of(page)
    assert f"{rows[0].order.number} was handled already: Nancy Davolio" in text_of(page)
    assert OrderRequest.objects.filter(handled_by=laura).count() == 2


def test_nothing_chosen_is_told_and_changes_nothing(client, laura):
    a_request()

    page = client.post(ACT, {"do": "handle", "chosen": ["x", "1" * 30]}, follow=True)

    assert "Choose at least one row." in text_of(page)
    assert not OrderRequest.objects.get().is_handled
    assert client.post(ACT, {"do": "explode"}).status_code == 404


def test_a_request_is_taken_and_given_back(client, laura):
    request = a_request()
    nancy = a_clerk(first_name="Nancy", last_name="Davolio")

    client.post(ACT, {"row": f"take::{request.pk}"})
    assert OrderRequest.objects.get().owner == laura
    assert "Taken by Laura Callahan" in text_of(client.get(LIST))
    client.post(ACT, {"row": f"release:{request.pk}"})
    assert OrderRequest.objects.get().owner is None

    handling.take(order_id=request.pk, user_id=nancy.pk, seen_owner_id=None, now=NOON)
    page = client.post(ACT, {"row": f"take::{request.pk}"}, follow=True)
    assert "Somebody else has taken this request meanwhile." in text_of(page)
    client.post(ACT, {"row": f"take:{nancy.pk}:{request.pk}"})
    assert OrderRequest.objects.get().owner == laura


def test_the_kind_is_switched_until_an_offer_is_out(client, laura):
    customer = a_customer()
    request = a_request(customer)

    client.post(ACT, {"row": f"offer:{request.pk}"})
    assert OrderRequest.objects.get().kind == RequestKind.OFFER

    version = a_sent_offer(customer)
    page = client.post(ACT, {"row": f"order:{version.offer_id}"}, follow=True)
    assert "An offer has been sent already." in text_of(page)
    assert Order.objects.get(pk=version.offer_id).status == "offered"
    assert Offer.objects.get().state == "sent"


def test_looking_alone_offers_no_acts(client):
    request = a_request()
    client.force_login(with_rights(a_clerk(), "view_orderrequest"))

    page = text_of(client.get(LIST))

    assert request.order.number in page
    assert "Mark as handled</" not in page
    assert client.post(ACT, {"row": f"handle:{request.pk}"}).status_code == 403
    assert not OrderRequest.objects.get().is_handled


@pytest.mark.parametrize("address", [LIST, BAR])
def test_the_panel_is_for_staff_with_the_permission(client, address):
    customer = a_customer()
    client.force_login(a_member(customer, Section.ORDERS))
    member = client.get(address)
    client.force_login(a_clerk())
    clerk = client.get(address)

    assert (member.status_code, clerk.status_code) == (404, 403)


# The bottom bar


def asked(client, page=LIST, **asked):
    return client.get(
        BAR, asked, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    )


def test_every_page_of_the_office_shows_what_waits(client, laura):
    customer = a_customer()
    a_request(customer)
    a_request(customer, kind=RequestKind.OFFER)

    bar = client.get("/office/orders/").context["bar"]

    assert [(each.number, each.label) for each in bar.counters] == [
        (1, "New offer requests"),
        (1, "New orders"),
        (0, "Approved offers"),
        (0, "Changes asked for"),
    ]
    for each in bar.counters:
        assert len(numbers(client.get(each.href))) == each.number


def test_whoever_may_not_see_what_comes_in_sees_no_bar(client):
    client.force_login(a_clerk())

    assert "dock" not in text_of(client.get("/office/"))


def test_the_bar_costs_one_query_more(client, laura, django_assert_num_queries):
    for _ in range(5):
        a_request()
    asked(client)

    # Session, person, permissions, the bar.
    with django_assert_num_queries(4):
        asked(client)


def test_what_is_new_is_said_once(client, laura):
    a_request()
    seen = client.get(LIST).context["bar"].state

    assert "data-announce" not in text_of(asked(client, before=seen))
    a_request()
    later = asked(client, before=seen)
    assert "1 new thing waits for the office." in text_of(later)
    assert "data-announce" not in text_of(asked(client, before=later.context["bar"].state))
    assert "data-announce" not in text_of(asked(client, before="1.x.2"))


def test_a_list_learns_what_came_since_it_was_opened(client, laura):
    customer = a_customer()
    a_request(customer)
    newest = client.get(LIST).context["bar"].newest

    assert "new since" not in text_of(asked(client, since=newest))
    for _ in range(2):
        a_request(customer)
    page = text_of(asked(client, f"{LIST}?kind=order&after=x", since=newest))
    assert "2 new since you opened this list" in page
    assert f'href="{LIST}?kind=order"' in page
    assert "new since" not in text_of(asked(client, f"{LIST}?kind=offer", since=newest))
    assert "new since" not in text_of(asked(client, f"{LIST}?status=mine", since=newest))
    assert "2 new since" in text_of(asked(client, f"{LIST}?q={customer.number}", since=newest))
    assert 'id="news"' not in text_of(asked(client, "/office/orders/", since=newest))
    assert 'id="news"' not in text_of(asked(client, since="x"))


def test_asking_again_and_again_keeps_nobody_signed_in(client, laura):
    client.post("/accounts/login/")
    session = client.session
    session["signed_in_at"] = session["seen_at"] = int(timezone.now().timestamp()) - 3000
    session.save()
    seen = session["seen_at"]

    client.get(BAR, headers={"Quiet": "1"})
    assert client.session["seen_at"] == seen
    client.get(LIST)
    assert client.session["seen_at"] > seen


def test_a_cancelled_request_says_so_whatever_was_being_written(client, laura):
    draft = a_draft()
    Order.objects.filter(pk=draft.offer_id).update(status=OrderStatus.CANCELLED)

    [row] = client.get(LIST, {"status": "all"}).context["rows"]

    assert (row.status, row.mark) == ("Cancelled", "off")
