import base64

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from erp_bridge.models import Connection
from erp_bridge.ports import Rejected
from erp_bridge.registry import connector_for
from portal.lib import secrets
from tests.builders.messages import LINK, a_message
from tests.builders.soap import an_answer
from tests.peers import a_peer, http_answer, saying

pytestmark = pytest.mark.django_db

OLD, NEW, GONE = (base64.urlsafe_b64encode(bytes([each]) * 32).decode() for each in (1, 2, 3))
PONG = an_answer(
    "Ping",
    "<Pong><System>ERP</System><Version>1</Version><Time>2026-03-01T09:30:00Z</Time></Pong>",
)


def a_sealed_connection(code="erp", **fields):
    return Connection.objects.create(
        **{
            "code": code,
            "name": "ERP",
            "kind": Connection.Kind.SOAP,
            "url": "http://erp.example.com/",
            "sealed_secret": secrets.seal("swordfish"),
            **fields,
        }
    )


def test_every_kind_of_connection_has_its_connector():
    for kind in Connection.Kind:
        connector = connector_for(Connection(kind=kind, url="http://erp.example.com/"))
        assert callable(connector.list_changed)


def test_a_connector_calls_the_address_with_the_opened_password():
    with a_peer(saying(http_answer(PONG))) as peer:
        connection = a_sealed_connection(url=peer.url, username="portal")
        pong = connector_for(connection).ping()

    assert pong.system == "ERP"
    assert base64.b64encode(b"portal:swordfish") in peer.requests[0]


def test_a_password_that_no_key_opens_is_for_the_office_to_enter_again(settings):
    settings.PORTICO_SECRETS_KEYS = [OLD]
    connection = a_sealed_connection()
    settings.PORTICO_SECRETS_KEYS = [NEW]

    with pytest.raises(Rejected, match="enter it again"):
        connector_for(connection)


def test_an_address_that_cannot_be_called_is_rejected():
    with pytest.raises(Rejected, match="cannot be used"):
        connector_for(Connection(kind=Connection.Kind.SOAP, url="ftp://erp.example.com/"))


def test_passwords_follow_a_change_of_keys(settings, capsys):
    settings.PORTICO_SECRETS_KEYS = [OLD]
    connection = a_sealed_connection()
    settings.PORTICO_SECRETS_KEYS = [NEW, OLD]

    call_command("reseal_secrets")

    settings.PORTICO_SECRETS_KEYS = [NEW]
    connection.refresh_from_db()
    assert secrets.open_sealed(connection.sealed_secret) == "swordfish"
    assert capsys.readouterr().out == "1 sealed.\n"


def test_links_of_waiting_messages_follow_a_change_of_keys(settings, capsys):
    settings.PORTICO_SECRETS_KEYS = [OLD]
    message = a_message()
    settings.PORTICO_SECRETS_KEYS = [GONE]
    lost = a_message()
    settings.PORTICO_SECRETS_KEYS = [NEW, OLD]

    call_command("reseal_secrets")

    settings.PORTICO_SECRETS_KEYS = [NEW]
    message.refresh_from_db()
    assert LINK in secrets.open_sealed(message.sealed_links)
    before = lost.sealed_links
    lost.refresh_from_db()
    assert lost.sealed_links == before
    assert capsys.readouterr().out == "1 sealed.\n"


def test_a_password_that_no_key_opens_stops_the_change_whole(settings):
    settings.PORTICO_SECRETS_KEYS = [OLD]
    first = a_sealed_connection(code="first")
    settings.PORTICO_SECRETS_KEYS = [NEW]
    second = a_sealed_connection(code="second")
    before = {first.pk: first.sealed_secret, second.pk: second.sealed_secret}

    with pytest.raises(CommandError, match="first: no key opens this password"):
        call_command("reseal_secrets")

    after = dict(Connection.objects.values_list("pk", "sealed_secret"))
    assert {pk: after[pk] for pk in before} == before


@pytest.mark.parametrize(("keys", "found"), [([OLD], []), ([], ["erp_bridge.E001"])])
def test_keys_that_cannot_seal_are_found_before_the_start(settings, keys, found):
    settings.PORTICO_SECRETS_KEYS = keys

    assert [one.id for one in run_checks(tags=["security"])] == found
