import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env


@pytest.fixture
def given(monkeypatch):
    """Set the variable that a reader is asked for."""
    return lambda value: monkeypatch.setenv("ASKED", value)


def test_a_variable_that_is_needed_and_missing_is_named():
    with pytest.raises(ImproperlyConfigured, match="ASKED is not set"):
        env.text("ASKED")


def test_an_empty_variable_counts_as_absent(given):
    given("")

    assert (env.text("ASKED", default="x"), env.flag("ASKED", default=True)) == ("x", True)
    with pytest.raises(ImproperlyConfigured, match="ASKED is not set"):
        env.text("ASKED")


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("true", True), ("YES", True), ("1", True), ("False", False), ("no", False), ("0", False)],
)
def test_a_flag_is_one_of_six_words(given, value, meaning):
    given(value)

    assert env.flag("ASKED", default=not meaning) is meaning


@pytest.mark.parametrize("value", ["on", "ture", " true", "2", "None"])
def test_a_mistyped_flag_stops_the_start(given, value):
    given(value)

    with pytest.raises(ImproperlyConfigured, match="use true or false"):
        env.flag("ASKED", default=False)


@pytest.mark.parametrize("value", ["-1", "1.5", "٣", "4 ", "0x10"])
def test_a_number_is_whole_and_not_negative(given, value):
    given(value)

    with pytest.raises(ImproperlyConfigured, match="use a whole number"):
        env.number("ASKED", default=0)


def test_a_choice_is_spelt_exactly(given):
    given("info")

    with pytest.raises(ImproperlyConfigured, match="use one of INFO, ERROR"):
        env.choice("ASKED", options=("INFO", "ERROR"), default="INFO")


def test_names_lose_their_blanks(given):
    given(" a.example, b.example ,,")

    assert env.names("ASKED") == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://portal.example.com/", "https://portal.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_origin_has_a_scheme_a_host_and_no_path(given, value, origin):
    given(value)

    assert env.origin("ASKED") == origin


@pytest.mark.parametrize(
    "value", ["portal.example.com", "ftp://portal.example.com", "https://", "https://a.example/b"]
)
def test_what_is_no_origin_is_refused(given, value):
    given(value)

    with pytest.raises(ImproperlyConfigured, match=r"use http\(s\)://host\[:port\]"):
        env.origin("ASKED")


@pytest.mark.parametrize(
    ("value", "settings"),
    [
        (
            "postgresql://us%40er:p%2Fw@db.example:5433/portico?sslmode=verify-full",
            {
                "NAME": "portico",
                "USER": "us@er",
                "PASSWORD": "p/w",
                "HOST": "db.example",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "verify-full"},
            },
        ),
        (
            "postgresql://me@/portico?host=%2Frun%2Fpostgresql",
            {
                "NAME": "portico",
                "USER": "me",
                "PASSWORD": "",
                "HOST": "/run/postgresql",
                "PORT": "",
                "OPTIONS": {},
            },
        ),
    ],
)
def test_a_database_address_becomes_djangos_settings(given, value, settings):
    given(value)

    assert env.database("ASKED") == {"ENGINE": "django.db.backends.postgresql", **settings}


@pytest.mark.parametrize("value", ["mysql://localhost/portico", "postgresql://localhost/"])
def test_another_database_is_refused(given, value):
    given(value)

    with pytest.raises(ImproperlyConfigured, match="has to be postgresql://"):
        env.database("ASKED")


def test_a_broker_that_is_not_redis_is_refused(given):
    given("amqp://localhost")

    with pytest.raises(ImproperlyConfigured, match="has to start with redis://"):
        env.redis("ASKED")


@pytest.mark.parametrize(
    ("value", "port", "security"),
    [
        ("smtp://mail.example", 25, {}),
        ("smtp+tls://mail.example", 587, {"EMAIL_USE_TLS": True}),
        ("smtps://mail.example:4650", 4650, {"EMAIL_USE_SSL": True}),
    ],
)
def test_a_mail_address_says_how_the_line_is_secured(given, value, port, security):
    given(value)

    assert env.mail("ASKED") == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        **security,
    }


def test_a_mail_address_of_another_kind_is_refused(given):
    given("imap://mail.example")

    with pytest.raises(ImproperlyConfigured, match=r"one of smtp://, smtp\+tls://, smtps://"):
        env.mail("ASKED")
