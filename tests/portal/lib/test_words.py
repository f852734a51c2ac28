from django.utils import translation

from orders.states import EventKind, OfferState, OrderStatus
from portal.lib.words import label, word


def test_a_word_is_that_of_the_page_s_language():
    with translation.override("de"):
        assert word("Customer") == "Kunde"
    assert word("Customer") == "Customer"


def test_choices_of_two_fields_that_are_one_text_keep_their_own_words():
    assert OrderStatus.APPROVED == OfferState.APPROVED == EventKind.APPROVED

    assert label(OrderStatus.APPROVED) == "Offer approved"
    assert label(OfferState.APPROVED) == "Approved"
    with translation.override("de"):
        assert label(OrderStatus.APPROVED) == str(OrderStatus.APPROVED.label) != "Offer approved"
