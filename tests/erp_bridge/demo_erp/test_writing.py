from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.builders.demo_erp import Fault, a_place, an_order_draft, running_erp, text, texts


def refused(erp, operation, **values):
    with pytest.raises(Fault) as caught:
        erp.call(operation, **values)
    return caught.value.kind, caught.value.code


def the(erp, operation, **selector):
    (row,) = erp.call(operation, **selector)
    return row


def an_open_invoice(erp, *, credit_memo=False):
    """An invoice with something open whose payer also has an open credit memo."""
    invoices = [row for _, _, row in erp.rows("ListInvoices") if text(row, "OpenAmount") != "0.00"]
    memos = {payer(row): row for row in invoices if text(row, "IsCreditMemo") == "true"}
    for row in invoices:
        if text(row, "IsCreditMemo") == "false" and payer(row) in memos:
            return memos[payer(row)] if credit_memo else row
    raise LookupError


def payer(row):
    return text(row, "PayerId") or text(row, "CustomerId")


def a_booking(invoice, **changes):
    return {
        "Key": str(uuid4()),
        "InvoiceId": text(invoice, "Id"),
        "Amount": text(invoice, "OpenAmount"),
        "Currency": "EUR",
        "SettledOn": "2026-03-18",
        **changes,
    }


def test_an_order_is_taken_priced_and_found_by_its_key(erp):
    key = str(uuid4())

    done = erp.call("PutOrder", Key=key, Order=an_order_draft())

    order = the(erp, "GetOrder", Key=key)
    assert [text(order, name) for name in ("Id", "Number", "ChangedAt")] == [
        text(done, name) for name in ("Id", "Number", "ChangedAt")
    ]
    assert [text(order, n) for n in ("Progress", "NetAmount", "VatAmount", "GrossAmount")] == [
        "entered",
        "63.00",
        "16.07",
        "79.07",
    ]
    assert text(order, "Number") == "11078"


def test_the_same_key_ten_times_at_once_has_one_effect_and_one_answer(erp):
    request = {"Key": str(uuid4()), "Order": an_order_draft()}

    with ThreadPoolExecutor(10) as pool:
        calls = [pool.submit(erp.call, "PutOrder", **request) for _ in range(10)]
        answers = {tuple(part.text for part in call.result()) for call in calls}

    assert len(answers) == 1
    assert len(list(erp.rows("ListOrders"))) == 831


def test_a_key_in_capitals_is_the_same_key(erp):
    key = str(uuid4())

    first = erp.call("PutOrder", Key=key, Order=an_order_draft())
    second = erp.call("PutOrder", Key=key.upper(), Order=an_order_draft())

    assert texts(first, "Id") == texts(second, "Id")
    assert len(erp.call("GetOrder", Key=key.upper())) == 1


def test_a_key_with_another_content_is_a_conflict(erp):
    key = str(uuid4())
    erp.call("PutOrder", Key=key, Order=an_order_draft())

    again = refused(erp, "PutOrder", Key=key, Order=an_order_draft(Note="Other"))

    assert again == ("ConflictFault", "key_used")
    assert len(list(erp.rows("ListOrders"))) == 831


def test_a_key_is_still_known_after_a_restart(erp, data, clock):
    request = {"Key": str(uuid4()), "Order": an_order_draft()}
    first = erp.call("PutOrder", **request)

    with running_erp(data, clock=clock) as restarted:
        second = restarted.call("PutOrder", **request)

    assert [part.text for part in first] == [part.text for part in second]


def test_lines_that_cannot_be_ordered_are_named_one_by_one(erp):
    lines = [
        {"Position": 1, "ProductId": "999", "Quantity": 1},
        {"Position": 2, "ProductId": "5", "Quantity": 1},
        {"Position": 3, "Description": "Tail lift", "Quantity": 1},
        {"Position": 1, "ProductId": "11", "Quantity": 1},
    ]

    with pytest.raises(Fault) as caught:
        erp.call("PutOrder", Key=uuid4(), Order=an_order_draft(Line=lines))

    assert caught.value.kind == "ValidationFault"
    assert caught.value.issues == [
        ("Line 1", "There is no product 999."),
        ("Line 2", "Product 2005 is not sold any more."),
        ("Line 3", "Without a product it needs words and a price."),
        ("Line 1", "Two lines have this position."),
    ]


def test_a_line_may_describe_itself_and_name_its_price(erp):
    line = {"Position": 1, "Description": "Tail lift", "Quantity": 2, "UnitPrice": "45.555"}
    key = uuid4()

    erp.call("PutOrder", Key=key, Order=an_order_draft(Line=[line]))

    assert text(the(erp, "GetOrder", Key=key), "NetAmount") == "91.11"


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("NOBODY", ("NotFoundFault", "no_customer")),
        ("FISSA", ("ConflictFault", "customer_blocked")),
    ],
)
def test_orders_of_unknown_and_blocked_customers_are_refused(erp, customer, expected):
    draft = an_order_draft(CustomerId=customer)

    assert refused(erp, "PutOrder", Key=uuid4(), Order=draft) == expected


def test_a_changed_order_is_confirmed_anew_and_its_confirmation_withdrawn(erp):
    order = next(
        row
        for _, _, row in erp.rows("ListOrders")
        if text(row, "Progress") == "confirmed" and int(text(row, "Number")) % 3 != 2
    )
    order_id = text(order, "Id")
    draft = an_order_draft(CustomerId=text(order, "CustomerId"))

    erp.call("ChangeOrder", Key=uuid4(), OrderId=order_id, Order=draft)

    changed = the(erp, "GetOrder", Id=order_id)
    assert (text(changed, "Progress"), text(changed, "ConfirmedAt")) == ("entered", None)
    assert text(changed, "Number") == text(order, "Number")
    deleted = {text(row, "DeletedId") for _, _, row in erp.rows("ListDeletions")}
    assert f"F{order_id}-1" in deleted
    assert len(erp.call("GetDocumentEntry", Id=f"F{order_id}-1")) == 0


def test_a_planned_order_cannot_be_changed_and_a_departed_one_not_cancelled(erp):
    orders = {text(row, "Progress"): row for _, _, row in erp.rows("ListOrders")}
    planned, departed = orders["planned"], orders["departed"]
    draft = an_order_draft(CustomerId=text(planned, "CustomerId"))

    change = refused(erp, "ChangeOrder", Key=uuid4(), OrderId=text(planned, "Id"), Order=draft)
    cancel = refused(erp, "CancelOrder", Key=uuid4(), OrderId=text(departed, "Id"))

    assert change == cancel == ("ConflictFault", "too_late")


def test_a_cancelled_order_loses_its_planned_deliveries(erp):
    planned = next(
        row for _, _, row in erp.rows("ListOrders") if text(row, "Progress") == "planned"
    )

    erp.call("CancelOrder", Key=uuid4(), OrderId=text(planned, "Id"))

    assert text(the(erp, "GetOrder", Id=text(planned, "Id")), "Progress") == "cancelled"
    left = [row for _, _, row in erp.rows("ListDeliveries")]
    assert text(planned, "Id") not in {text(row, "OrderId") for row in left}
    assert {text(row, "About") for _, _, row in erp.rows("ListDeletions")} == {"deliveries"}


def test_cancelling_a_cancelled_order_changes_nothing(erp):
    cancelled = next(
        row for _, _, row in erp.rows("ListOrders") if text(row, "Progress") == "cancelled"
    )

    done = erp.call("CancelOrder", Key=uuid4(), OrderId=text(cancelled, "Id"))

    assert text(done, "ChangedAt") == text(cancelled, "ChangedAt")


def test_a_customer_is_made_and_brought_to_a_new_state_under_its_key(erp):
    key = str(uuid4())
    draft = {
        "Name": "Kahvila Oy",
        "Email": "info@kahvila.example",
        "Country": "FI",
        "InvoiceAddress": a_place(),
        "DeliveryAddress": [a_place(Street="Satamatie 1")],
    }
    made = erp.call("PutCustomer", Key=key, Customer=draft)
    same = erp.call("PutCustomer", Key=key, Customer=draft)

    changed = erp.call("PutCustomer", Key=key, Customer={**draft, "Name": "Kahvila Ky"})

    assert [part.text for part in made] == [part.text for part in same]
    assert texts(changed, "Id") == texts(made, "Id")
    customer = the(erp, "GetCustomer", Key=key)
    assert (text(customer, "Number"), text(customer, "Name")) == ("10092", "Kahvila Ky")
    own = [
        row for _, _, row in erp.rows("ListAddresses") if text(row, "CustomerId") == made[1].text
    ]
    assert sorted((text(row, "Number"), text(row, "Kind")) for row in own) == [
        ("1", "invoice"),
        ("2", "delivery"),
    ]


def test_a_receipt_settles_the_invoice_and_frees_the_payers_credit(erp):
    invoice = an_open_invoice(erp)
    before = the(erp, "GetCustomer", Id=payer(invoice))

    done = erp.call("PostReceipt", **a_booking(invoice))

    after = the(erp, "GetInvoice", Id=text(invoice, "Id"))
    freed = Decimal(text(before, "CreditUsed")) - Decimal(
        text(the(erp, "GetCustomer", Id=payer(invoice)), "CreditUsed")
    )
    assert text(after, "OpenAmount") == "0.00"
    assert text(after, "ChangedAt") == text(done, "ChangedAt")
    assert freed == Decimal(text(invoice, "OpenAmount"))
    settlement = the(erp, "GetSettlement", Key=text(done, "Key"))
    assert text(settlement, "Reference") == text(invoice, "PaymentReference")


def test_more_than_is_open_is_not_taken(erp):
    invoice = an_open_invoice(erp)
    amount = Decimal(text(invoice, "OpenAmount")) + Decimal("0.01")

    assert refused(erp, "PostReceipt", **a_booking(invoice, Amount=amount)) == (
        "ConflictFault",
        "too_much",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"InvoiceId": "I1"}, ("NotFoundFault", "no_invoice")),
        ({"Currency": "SEK"}, ("ConflictFault", "currency")),
        ({"Amount": "0.001"}, ("ValidationFault", "amount")),
        ({"Amount": "-5"}, ("ValidationFault", "schema")),
        ({"Key": "not a key"}, ("ValidationFault", "schema")),
    ],
)
def test_receipts_that_cannot_be_booked_are_refused(erp, changes, expected):
    booking = a_booking(an_open_invoice(erp), **changes)

    assert refused(erp, "PostReceipt", **booking) == expected


def test_a_credit_memo_is_set_against_an_invoice_on_both_sides(erp):
    invoice, memo = an_open_invoice(erp), an_open_invoice(erp, credit_memo=True)
    amount = min(Decimal(text(invoice, "OpenAmount")), -Decimal(text(memo, "OpenAmount")))
    booking = a_booking(invoice, Amount=amount)
    key = booking.pop("Key")

    erp.call("ApplyCredit", Key=key, CreditMemoId=text(memo, "Id"), **booking)

    lines = erp.call("GetSettlement", Key=key)
    assert sorted(Decimal(text(line, "Amount")) for line in lines) == [-amount, amount]
    for record in (invoice, memo):
        after = the(erp, "GetInvoice", Id=text(record, "Id"))
        settled = sum(
            Decimal(text(line, "Amount"))
            for line in lines
            if text(line, "InvoiceId") == text(record, "Id")
        )
        left = Decimal(text(record, "OpenAmount")) - settled
        assert Decimal(text(after, "OpenAmount")) == left


def test_a_credit_memo_of_another_payer_is_refused(erp):
    memo = an_open_invoice(erp, credit_memo=True)
    other = next(
        row
        for _, _, row in erp.rows("ListInvoices")
        if text(row, "IsCreditMemo") == "false"
        and text(row, "OpenAmount") != "0.00"
        and payer(row) != payer(memo)
    )
    booking = a_booking(other, Amount="0.01")
    key = booking.pop("Key")

    assert refused(erp, "ApplyCredit", Key=key, CreditMemoId=text(memo, "Id"), **booking) == (
        "ConflictFault",
        "other_payer",
    )


def test_a_refund_uses_up_a_credit_memo_or_takes_back_a_receipt(erp):
    memo, invoice = an_open_invoice(erp, credit_memo=True), an_open_invoice(erp)
    erp.call("PostReceipt", **a_booking(invoice))

    erp.call("Refund", **a_booking(memo, Amount=text(memo, "OpenAmount").lstrip("-")))
    erp.call("Refund", **a_booking(invoice))

    assert text(the(erp, "GetInvoice", Id=text(memo, "Id")), "OpenAmount") == "0.00"
    after = the(erp, "GetInvoice", Id=text(invoice, "Id"))
    assert text(after, "OpenAmount") == text(invoice, "OpenAmount")


def test_a_refused_write_leaves_no_trace(erp):
    before = [(stamp, row_id) for stamp, row_id, _ in erp.rows("ListOrders")]
    lines = [{"Position": 1, "ProductId": "999", "Quantity": 1}]

    refused(erp, "PutOrder", Key=uuid4(), Order=an_order_draft(Line=lines))
    erp.call("PutOrder", Key=uuid4(), Order=an_order_draft())

    after = [(stamp, row_id) for stamp, row_id, _ in erp.rows("ListOrders")]
    assert after[:-1] == before
    assert after[-1][1] == "O11078"
