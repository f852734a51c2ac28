from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import SavedFilter
from accounts.services import saved_filters
from orders.models import OrderType
from orders.states import RequestKind
from tests.builders.accounts import a_clerk, a_customer
from tests.builders.wishes import a_request, an_order_type

pytestmark = pytest.mark.django_db

LIST = "/office/requests/"
FILTERS = "/office/filters/requests/"
NEW = f"{FILTERS}new/"


def somebody(first_name="Laura", *codenames):
    user = a_clerk(first_name=first_name)
    names = codenames or ("view_orderrequest", "view_order")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def laura(client):
    user = somebody()
    client.force_login(user)
    return user


def saved_by(user, name="Offers", query="kind=offer", **fields):
    return saved_filters.keep(
        owner_id=user.pk, of_list="requests", name=name, query=query, **fields
    )


def links(response):
    return [(link.label, link.href) for link in response.context["saved"].links]


def numbers(response):
    return [row.number for row in response.context["rows"]]


def test_what_a_list_shows_is_saved_under_a_name_and_stands_beside_it(client, laura):
    a_request()
    offer = a_request(kind=RequestKind.OFFER)
    shown = client.get(LIST, {"kind": "offer", "sort": "oldest"})
    new = shown.context["saved"].new_href

    form = client.get(new).content.decode()
    done = client.post(new, {"name": "Old offers"}, follow=True)

    assert "Incoming: Kind: Offer request, oldest first" in form
    assert "Saved as “Old offers”." in done.content.decode()
    assert links(done) == [("Old offers", f"{LIST}?kind=offer&sort=oldest")]
    assert done.context["saved"].links[0].is_current
    assert done.context["saved"].new_href == ""
    [(_name, href)] = links(client.get(LIST))
    assert numbers(client.get(href)) == [offer.order.number]


def test_the_page_that_is_open_is_no_part_of_it_and_what_is_not_understood_neither(client, laura):
    client.post(f"{NEW}?kind=offer&after=xyz&origin=moon&colour=red", {"name": "Offers"})

    assert SavedFilter.objects.get().query == "kind=offer"


def test_nothing_to_save_leads_back(client, laura):
    response = client.get(f"{NEW}?origin=moon", follow=True)

    assert response.redirect_chain == [(LIST, 302)]
    assert "Filter, search or sort the list first" in response.content.decode()


def test_a_value_that_is_gone_meanwhile_is_left_out_with_a_notice(client, laura):
    coach = an_order_type("coach")
    saved_by(laura, query="order_type=coach&kind=offer")
    OrderType.objects.filter(pk=coach.pk).delete()
    offer = a_request(kind=RequestKind.OFFER)
    [(_name, href)] = links(client.get(LIST))

    page = client.get(href)

    assert "“coach” was not understood and was left out." in page.content.decode()
    assert numbers(page) == [offer.order.number]


def test_shared_ones_are_everybodys_to_use_and_the_owners_to_change(client, laura):
    mary = somebody("Mary")
    shared = saved_by(mary, "Team offers", is_shared=True)
    saved_by(mary, "Hers alone", "kind=order")
    saved_by(laura, "Mine", "status=mine")

    assert [name for name, _href in links(client.get(LIST))] == ["Mine", "Team offers"]
    page = client.get(FILTERS).content.decode()
    assert "Team offers" in page
    assert "Hers alone" not in page
    assert client.get(f"{FILTERS}{shared.pk}/").status_code == 404
    assert client.post(f"{FILTERS}{shared.pk}/", {"do": "delete"}).status_code == 404
    assert SavedFilter.objects.count() == 3
    mary.is_active = False
    mary.save()
    assert [name for name, _href in links(client.get(LIST))] == ["Mine"]


def test_ones_own_is_renamed_shared_and_deleted(client, laura):
    page = f"{FILTERS}{saved_by(laura).pk}/"

    client.post(page, {"name": "Offer requests", "is_shared": "on"})

    saved = SavedFilter.objects.get()
    assert (saved.name, saved.is_shared, saved.query) == ("Offer requests", True, "kind=offer")
    done = client.post(page, {"do": "delete"}, follow=True)
    assert "“Offer requests” is deleted." in done.content.decode()
    assert not SavedFilter.objects.exists()
    assert client.get(page).status_code == 404


def test_the_menu_opens_the_start_and_every_way_out_of_it_leads_to_the_rest(client, laura):
    order, offer = a_request(), a_request(kind=RequestKind.OFFER)
    saved_by(laura, is_start=True)

    opened = client.get(LIST, follow=True)

    assert opened.redirect_chain == [(f"{LIST}?kind=offer", 302)]
    assert numbers(opened) == [offer.order.number]
    listing = opened.context["listing"]
    ways_out = [listing.clear, listing.statuses[0].href, listing.chips[0][1]]
    for way in [listing.clear, listing.chips[0][1]]:
        everything = client.get(way)
        assert everything.status_code == 200
        assert set(numbers(everything)) == {order.order.number, offer.order.number}
    assert all(urlsplit(way).query for way in ways_out)
    bare = client.get(listing.clear).context["listing"]
    assert client.get(bare.here()).status_code == 200
    assert not bare.is_filtered


def test_only_one_of_a_list_is_the_start(client, laura):
    first = saved_by(laura, is_start=True)
    client.post(f"{NEW}?kind=order", {"name": "Orders", "is_start": "on"})

    first.refresh_from_db()
    assert not first.is_start
    assert SavedFilter.objects.get(is_start=True).name == "Orders"
    assert client.get(LIST)["Location"] == f"{LIST}?kind=order"
    # Somebody else's start is nobody's but that person's.
    client.force_login(somebody("Mary"))
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "This field is required"),
        ("x" * 61, "at most 60 characters"),
        ("OFFERS", "You have a saved filter of this name already."),
    ],
)
def test_names_that_do_not_fit_are_refused_and_kept_on_the_page(client, laura, name, words):
    saved_by(laura)

    response = client.post(f"{NEW}?kind=order", {"name": name, "is_shared": "on"})

    page = response.content.decode()
    assert words in page
    assert "Error:" in page
    assert "checked" in page
    assert SavedFilter.objects.count() == 1


def test_twenty_are_as_many_as_fit(client, laura):
    for number in range(20):
        saved_by(laura, f"Filter {number}", f"q={number}")

    response = client.post(f"{NEW}?kind=order", {"name": "One more"})

    assert "You have 20 saved filters." in response.content.decode()
    assert SavedFilter.objects.count() == 20


def test_the_list_of_all_orders_saves_filters_too(client, laura):
    client.post("/office/filters/orders/new/?status=open", {"name": "Open ones", "is_start": "on"})

    assert client.get("/office/orders/")["Location"] == "/office/orders/?status=open"
    assert links(client.get("/office/orders/?status=open")) == [
        ("Open ones", "/office/orders/?status=open")
    ]
    assert links(client.get(LIST)) == []


def test_whoever_may_not_see_a_list_has_no_filters_of_it(client):
    client.force_login(somebody("Mary", "view_order"))

    assert client.get(FILTERS).status_code == 403
    assert client.post(f"{NEW}?kind=offer", {"name": "Offers"}).status_code == 403
    assert client.get("/office/filters/orders/").status_code == 200
    assert client.get("/office/filters/wishes/").status_code == 404
    assert not SavedFilter.objects.exists()


def test_words_from_an_address_are_text_and_nothing_else(client, laura):
    client.post(f"{NEW}?q=%3Cscript%3E%26kind%3Doffer", {"name": "<b>Bold</b>"})

    page = client.get(LIST).content.decode()
    [(_name, href)] = links(client.get(LIST))
    assert dict(parse_qsl(urlsplit(href).query)) == {"q": "<script>&kind=offer"}
    assert "<b>Bold</b>" not in page
    assert "<script>&" not in page


def test_the_list_costs_one_query_more_however_many_are_saved(client, laura):
    a_request(a_customer())
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get(LIST)
    for number in range(15):
        saved_by(laura, f"Filter {number}", f"q={number}")

    with CaptureQueriesContext(connection) as after:
        client.get(LIST)

    assert len(after) == len(before)
