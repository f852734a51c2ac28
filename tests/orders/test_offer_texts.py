import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry
from orders.models import OfferText, OfferVersion
from orders.services import offer_texts, offers
from orders.services.offer_texts import Texts, texts_for
from orders.states import RequestKind
from tests.builders.accounts import a_clerk
from tests.builders.offers import a_draft, a_sent_offer
from tests.builders.wishes import NOON, a_request, an_order_type

pytestmark = pytest.mark.django_db

FOR_ALL = "/office/settings/offer-texts/"
FOR_COACH = "/office/settings/offer-texts/coach/"


def a_writer(*codenames):
    clerk = a_clerk()
    names = codenames or ("view_offertext", "change_offertext", "view_offer", "change_offer")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def keep(order_type=None, **texts):
    offer_texts.keep(order_type=order_type, texts=texts, now=NOON)


def test_the_types_own_words_come_first_part_by_part_and_never_in_another_language():
    coach = an_order_type("coach")
    keep(de=Texts(text="Guten Tag", terms="14 Tage netto"), fi=Texts(text="Hei"))
    keep(coach, de=Texts(text="Liebe Reisegruppe"))

    assert texts_for(order_type_id=coach.pk, language="de") == Texts(
        text="Liebe Reisegruppe", terms="14 Tage netto"
    )
    assert texts_for(order_type_id=None, language="de").text == "Guten Tag"
    assert texts_for(order_type_id=coach.pk, language="sv") == Texts()


def test_a_first_draft_begins_with_the_words_in_the_customers_language():
    keep(de=Texts(text="Guten Tag", terms="14 Tage netto", closing="Freundliche Grüße"))
    request = a_request(kind=RequestKind.OFFER, language="de")

    draft = offers.begin(order_id=request.pk, user_id=None, now=NOON)

    assert (draft.text, draft.terms, draft.closing) == (
        "Guten Tag",
        "14 Tage netto",
        "Freundliche Grüße",
    )


def test_a_later_version_keeps_the_words_of_the_one_before():
    version = a_sent_offer(text="Dear Maria", closing="Yours, Laura")
    keep(de=Texts(text="Guten Tag", closing="Freundliche Grüße"))

    draft = offers.begin(order_id=version.offer_id, user_id=None, now=NOON)

    assert (draft.text, draft.closing) == ("Dear Maria", "Yours, Laura")


def test_the_closing_text_binds_like_every_other_word():
    first, second = (a_draft(closing=words) for words in ("Yours", "Yours, with a discount"))
    sent = [
        offers.send(order_id=each.offer_id, revision=1, user_id=None, now=NOON)
        for each in (first, second)
    ]

    assert sent[0].fingerprint != sent[1].fingerprint


def test_the_office_keeps_the_words_of_every_language_at_once(client):
    client.force_login(a_writer())

    response = client.post(
        FOR_ALL, {"text_en": "Dear customer", "terms_de": "14 Tage netto"}, follow=True
    )

    assert "The texts are saved." in response.content.decode()
    assert list(
        OfferText.objects.order_by("language").values_list("language", "text", "terms")
    ) == [
        ("de", "", "14 Tage netto"),
        ("en", "Dear customer", ""),
    ]
    [entry] = AuditEntry.objects.all()
    assert (entry.kind, entry.after["text"]) == ("offer_texts_kept", {"en": "Dear customer"})
    client.post(FOR_ALL, {"text_en": "Dear customer"})
    assert OfferText.objects.get().language == "en"


def test_a_type_has_words_of_its_own(client):
    client.force_login(a_writer())
    an_order_type("coach")

    client.post(FOR_COACH, {"text_en": "Dear group"})

    assert OfferText.objects.get().order_type.code == "coach"
    assert "own texts" in client.get(FOR_ALL).content.decode()
    assert "Dear group" in client.get(FOR_COACH).content.decode()


def test_words_that_are_too_long_are_told_at_their_place_and_kept(client):
    client.force_login(a_writer())

    response = client.post(FOR_ALL, {"text_en": "Dear customer", "terms_sv": "x" * 4001})

    assert "at most 4000 characters" in str(response.context["form"].errors["terms_sv"])
    assert "Dear customer" in response.content.decode()
    assert not OfferText.objects.exists()


def test_whoever_may_only_look_changes_nothing(client):
    client.force_login(a_writer("view_offertext"))

    page = client.get(FOR_ALL).content.decode()

    assert "Save" not in page.split("<main")[1]
    assert client.post(FOR_ALL, {"text_en": "Mine"}).status_code == 403
    assert not OfferText.objects.exists()


def test_the_editor_fills_in_the_words_of_the_chosen_language_and_keeps_what_is_typed(client):
    client.force_login(a_writer())
    keep(fi=Texts(text="Hei", closing="Terveisin"))
    order = a_request(kind=RequestKind.OFFER).order
    page = reverse("office:offer", args=[order.number])
    client.post(reverse("office:offer-begin", args=[order.number]))
    typed = {"do": "texts", "revision": "0", "language": "fi", "terms": "Mine"}
    typed |= {"line-1-description": "Typed"}

    filled = client.post(page, typed).content.decode()

    assert "Hei</textarea>" in filled
    assert "Terveisin</textarea>" in filled
    assert "Mine</textarea>" in filled
    assert 'value="Typed"' in filled
    assert OfferVersion.objects.get().text == ""
    nothing = client.post(page, typed | {"language": "sv"}).content.decode()
    assert "No texts are kept in this language." in nothing
    assert "Mine</textarea>" in nothing


@pytest.mark.parametrize("language", ["fi", "sv", "de"])
def test_the_pages_language_has_no_say_in_the_offers(client, language):
    keep(de=Texts(text="Guten Tag"))
    request = a_request(kind=RequestKind.OFFER, language="de")

    with translation.override(language):
        draft = offers.begin(order_id=request.pk, user_id=None, now=NOON)

    assert draft.text == "Guten Tag"
