import pytest

from orders.states import MARKS, Invoicing, OrderStatus, shown_as

GOODS = [status for status in OrderStatus if status != OrderStatus.CANCELLED]


@pytest.mark.parametrize("status", OrderStatus)
def test_an_order_without_invoices_shows_where_its_goods_are(status):
    assert shown_as(status, Invoicing.NONE) == status


@pytest.mark.parametrize("status", GOODS)
def test_an_order_fully_invoiced_says_so_wherever_its_goods_are(status):
    assert shown_as(status, Invoicing.FULLY) == Invoicing.FULLY


@pytest.mark.parametrize("status", GOODS)
def test_a_first_invoice_shows_only_once_everything_is_delivered(status):
    shown = shown_as(status, Invoicing.PARTLY)

    assert shown == (Invoicing.PARTLY if status == OrderStatus.DELIVERED else status)


@pytest.mark.parametrize("invoicing", Invoicing)
def test_a_cancelled_order_is_cancelled_whatever_was_invoiced(invoicing):
    assert shown_as(OrderStatus.CANCELLED, invoicing) == OrderStatus.CANCELLED


def test_every_word_that_can_show_has_a_mark():
    words = {shown_as(status, invoicing) for status in OrderStatus for invoicing in Invoicing}

    assert words == set(MARKS)
