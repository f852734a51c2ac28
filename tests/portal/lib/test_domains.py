import pytest

from portal.lib import domains


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("@example.com", "example.com"),
        ("mail.example.co.uk", "mail.example.co.uk"),
        ("täst.example", "xn--tst-qla.example"),
        ("XN--TST-QLA.example", "xn--tst-qla.example"),
        ("\uff45xample.com", "example.com"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_a_domain_is_written_one_way(text, domain):
    assert domains.normalise(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "@",
        "localhost",
        "example..com",
        ".example.com",
        "exa mple.com",
        "exa_mple.com",
        "-example.com",
        "maria@example.com",
        "https://example.com",
        "example.com/path",
        "192.0.2.1",
        "x" * 64 + ".com",
        "example." * 40 + "com",
        "exam\x00ple.com",
        # Cyrillic letters among Latin ones, plain and as they travel.
        "\u0435\u0445ample.com",
        "xn--ample-cpf0b.com",
        "xn--.com",
    ],
)
def test_what_is_no_domain_or_looks_like_another_one_is_refused(text):
    with pytest.raises(domains.NotADomain):
        domains.normalise(text)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("maria@Example.com", "example.com"),
        ("maria+orders@täst.example", "xn--tst-qla.example"),
        ('"odd@local"@example.com', "example.com"),
        ("maria", ""),
        ("maria@", ""),
        ("maria@localhost", ""),
    ],
)
def test_an_address_has_one_domain_or_none(email, domain):
    assert domains.domain_of(email) == domain


def test_public_providers_are_known_whatever_their_ending():
    public = ["gmail.com", "outlook.com", "outlook.de", "yahoo.co.uk", "gmx.net", "t-online.de"]

    assert [domain for domain in public if not domains.is_public(domain)] == []
    assert not domains.is_public("example.com")
    assert not domains.is_public("mygmail.com")
