import pytest

from portal.lib.email_addresses import NotAnAddress, normalise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("maria@customer.example", "maria@customer.example"),
        ("  Maria.Anders@Customer.EXAMPLE \n", "maria.anders@customer.example"),
        ("maria+orders@customer.example", "maria+orders@customer.example"),
        ("\uff4d\uff41\uff52\uff49\uff41\uff20customer.example", "maria@customer.example"),
        ("maria@käärijä.example", "maria@xn--krij-loaad.example"),
        # All of one script, so it may exist; it shows as what it is.
        ("maria@\u0430\u0440\u0440\u04cf\u0435.example", "maria@xn--80ak6aa92e.example"),
    ],
)
def test_an_address_is_kept_one_way(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "maria",
        "maria@",
        "@customer.example",
        "maria@customer",
        "maria@127.0.0.1",
        "maria@@customer.example",
        "maria anders@customer.example",
        "maria@customer.example, sam@customer.example",
        "Maria Anders <maria@customer.example>",
        # Cyrillic letters among Latin ones, in both halves.
        "m\u0430ria@customer.example",
        "maria@\u0441ustomer.example",
        "maria\u200b@customer.example",
        "maria\x00@customer.example",
        "maria\r\nBcc: all@customer.example",
        "m" * 65 + "@customer.example",
        "maria@" + "a" * 250 + ".example",
        "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".example",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(NotAnAddress):
        normalise(text)
