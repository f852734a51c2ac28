"""Messages of the ERP contract as an ERP would send them, with deviations to order."""

from xml.sax.saxutils import escape

ABSENT = object()

_HEAD = {"Id": "X-1", "Number": "1001", "ChangedAt": "2026-03-01T09:30:00.000001Z"}
_LINE = {
    "Position": "1",
    "ProductId": "P-11",
    "Description": "Queso Cabrales",
    "Quantity": "12",
    "UnitPrice": "14.0000",
    "NetAmount": "168.00",
}
_AMOUNTS = {
    "Currency": "EUR",
    "NetAmount": "168.00",
    "VatAmount": "42.84",
    "GrossAmount": "210.84",
}

ROWS = {
    "Customer": {**_HEAD, "Name": "Alfreds Futterkiste", "IsBlocked": "false"},
    "Address": {**_HEAD, "CustomerId": "C-1", "Kind": "delivery", "Name": "Alfreds Futterkiste"},
    "Product": {**_HEAD, "Name": "Queso Cabrales", "IsActive": "true"},
    "Order": {
        **_HEAD,
        "CustomerId": "C-1",
        "Progress": "confirmed",
        "Invoicing": "none",
        "OrderedAt": "2026-02-28T10:00:00+02:00",
        **_AMOUNTS,
        "Line": [_LINE],
    },
    "Delivery": {**_HEAD, "OrderId": "O-1"},
    "Invoice": {
        **_HEAD,
        "IsCreditMemo": "false",
        "CustomerId": "C-1",
        "InvoicedOn": "2026-03-01",
        "DueOn": "2026-03-31",
        **_AMOUNTS,
        "OpenAmount": "210.84",
        "Line": [_LINE],
    },
    "Settlement": {
        **_HEAD,
        "InvoiceId": "I-1",
        "Kind": "receipt",
        "SettledOn": "2026-03-15",
        "Currency": "EUR",
        "Amount": "210.84",
    },
    "Document": {
        **_HEAD,
        "About": "orders",
        "AboutId": "O-1",
        "Kind": "order_confirmation",
        "Name": "Order confirmation 1001",
        "MediaType": "application/pdf",
    },
    "Deletion": {**_HEAD, "About": "orders", "DeletedId": "O-1"},
}


def a_row(element, **changes):
    """A row that is in order but for the changes; ABSENT takes an element out."""
    return _element(element, {**ROWS[element], **changes})


def a_line(**changes):
    return {**_LINE, **changes}


def a_page(operation, *rows, more="false", total=None, **following):
    tail = {"More": more, **following, "Total": len(rows) if total is None else total}
    return an_answer(operation, f"<Page>{''.join(rows)}{_inner(tail)}</Page>")


def an_answer(operation, content):
    return an_envelope(
        f'<{operation}Response xmlns="urn:portico:erp:1">{content}</{operation}Response>'
    )


def a_fault(kind, message, *, issues=(), blamed="soap:Client"):
    detail = _element(
        kind,
        {
            "Code": "code",
            "Message": message,
            "Issue": [{"Field": field, "Text": text} for field, text in issues],
        },
        namespace=' xmlns="urn:portico:erp:1"',
    )
    return a_plain_fault(blamed, message, detail=f"<detail>{detail}</detail>")


def a_plain_fault(blamed, words, *, detail=""):
    return an_envelope(
        f"<soap:Fault><faultcode>{blamed}</faultcode>"
        f"<faultstring>{escape(words)}</faultstring>{detail}</soap:Fault>"
    )


def an_envelope(body):
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def _element(name, content, *, namespace=""):
    return f"<{name}{namespace}>{_inner(content)}</{name}>"


def _inner(content):
    if isinstance(content, dict):
        return "".join(
            _element(name, one)
            for name, value in content.items()
            for one in (value if isinstance(value, list) else [value])
            if one is not ABSENT
        )
    return escape(str(content))
