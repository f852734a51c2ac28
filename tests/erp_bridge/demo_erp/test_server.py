import base64
import io
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pypdf
import pytest

from erp_bridge.demo_erp import papers
from erp_bridge.demo_erp.program import CONTRACT
from erp_bridge.demo_erp.records import FEEDS, Order
from erp_bridge.demo_erp.rules.documents import documents
from erp_bridge.demo_erp.server import PATH
from erp_bridge.demo_erp.store import Store
from portal.lib import xml
from portal.lib.soap import Contract, read_call
from tests.builders.demo_erp import ENVELOPE, PASSWORD, USERNAME, Fault, envelope, text

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
PING = envelope("Ping", {})


def with_token(username, password, kind="PasswordText"):
    header = (
        f'<s:Header><w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"><w:UsernameToken>'
        f'<w:Username>{username}</w:Username><w:Password Type="urn:x#{kind}">{password}'
        "</w:Password></w:UsernameToken></w:Security></s:Header>"
    )
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}">{header}<s:Body>'
        '<Ping xmlns="urn:portico:erp:1"/></s:Body></s:Envelope>'
    ).encode()


def fault_kind(erp, operation):
    """How an operation refuses an empty request; None when it does not."""
    try:
        erp.call(operation)
    except Fault as fault:
        return fault.kind
    return None


def faultstring(content):
    root = xml.parse(content, limits=xml.Limits(size=100_000))
    return root.find(".//faultstring").text


def test_the_contract_is_served_to_anyone_under_the_address_it_is_reached_at(erp):
    status, headers, content = erp.request("GET", f"{PATH}?wsdl")

    assert (status, headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert f'location="{erp.url}"'.encode() in content


@pytest.fixture(scope="module")
def contract():
    return xml.parse(CONTRACT.read_bytes(), limits=xml.Limits(size=1_000_000))


def test_every_operation_of_the_contract_is_served(erp, contract):
    names = {one.get("name") for one in contract.iterfind(f"{WSDL}portType/{WSDL}operation")}

    kinds = {name: fault_kind(erp, name) for name in names}

    assert len(kinds) == 27
    assert {name for name, kind in kinds.items() if kind is None} == {"Ping"}
    assert {kind for name, kind in kinds.items() if name != "Ping"} == {"ValidationFault"}


def test_the_contract_has_what_lets_every_toolkit_in(contract):
    schema = contract.find(f"{WSDL}types/*")

    assert schema.get("elementFormDefault") == "qualified"
    assert not contract.xpath("//*[local-name()='import' or local-name()='include']")
    assert not schema.xpath(".//*[local-name()='any' or local-name()='choice']")
    assert not schema.xpath(".//*[local-name()='attribute']")
    assert not schema.xpath(".//@maxOccurs[. = 'unbounded']")
    assert set(schema.xpath(".//*[local-name()='element']/@type[starts-with(., 'xs:')]")) == {
        "xs:boolean"
    }
    for wrapper in schema.xpath("*[local-name()='element' and contains(@name, 'Response')]"):
        assert len(wrapper.xpath(".//*[local-name()='element']")) == 1


def test_a_ping_tells_the_system_and_its_clock(erp):
    pong = erp.call("Ping")

    assert [part.text for part in pong] == [
        "Northwind demo ERP",
        "1",
        "2026-03-18T12:00:00.000000Z",
    ]


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic %%%", "Bearer x", "Basic cG9ydGFs"])
def test_wrong_credentials_are_challenged(erp, authorization):
    status, headers, content = erp.request("POST", PATH, PING, {"Authorization": authorization})

    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic ")
    assert b"AuthenticationFault" in content


def test_a_username_token_lets_in(erp):
    right = erp.request("POST", PATH, with_token(USERNAME, PASSWORD))
    wrong = erp.request("POST", PATH, with_token(USERNAME, "guess"))
    digest = erp.request("POST", PATH, with_token(USERNAME, PASSWORD, "PasswordDigest"))

    assert [answer[0] for answer in (right, wrong, digest)] == [200, 401, 500]
    assert faultstring(digest[2]).startswith("PasswordDigest is not accepted")


@pytest.mark.parametrize("path", ["/control/faults", "/control/tick", "/"])
def test_the_switches_need_the_credentials_too(erp, path):
    assert erp.request("POST", path, b'{"faults": []}')[0] == 401
    assert erp.post(b"{}", path=path, password="guess")[0] == 401


HOSTILE = {
    "no XML": (b"hello", "cannot be read"),
    "nothing": (b"", "cannot be read"),
    "cut off": (PING[:-5], "cannot be read"),
    "entity": (b'<!DOCTYPE x [<!ENTITY a "b">]>' + PING, "document type"),
    "external subset": (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + PING, "document type"),
    "no envelope": (b"<Ping/>", "SOAP 1.1"),
    "SOAP 1.2": (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
        "SOAP 1.1",
    ),
    "no body": (f'<e:Envelope xmlns:e="{ENVELOPE}"/>'.encode(), "one body"),
    "two requests": (
        f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body><a/><b/></e:Body></e:Envelope>'.encode(),
        "one body",
    ),
    "unknown operation": (envelope("DropTable", {}), "There is no operation DropTable"),
    "unknown header": (
        f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Header><x e:mustUnderstand="1"/></e:Header>'
        "<e:Body><a/></e:Body></e:Envelope>".encode(),
        "The header x is not understood",
    ),
    "deep": (b"<a>" * 5000 + b"</a>" * 5000, "cannot be read"),
    "many attributes": (
        b"<a " + b" ".join(b"a%d='1'" % n for n in range(20_000)) + b"/>",
        "cannot be read",
    ),
}


@pytest.mark.parametrize(("content", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_are_answered_with_a_fault(erp, content, words):
    status, answer = erp.post(content)

    assert status == 500
    assert words in faultstring(answer)
    assert erp.call("Ping") is not None


def test_a_message_that_is_too_large_is_refused_before_it_is_read(erp):
    status, answer = erp.post(b"", headers={"Content-Length": "2000001"})

    assert (status, faultstring(answer)) == (500, "The message is too large.")


def test_a_message_in_chunks_is_read(erp):
    half = len(PING) // 2
    status, content = erp.post(iter((PING[:half], PING[half:])))

    assert status == 200
    assert b"PingResponse" in content


def test_what_toolkits_add_to_elements_is_overlooked(erp):
    message = f"""<s:Envelope xmlns:s="{ENVELOPE}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
      <s:Body><GetOrder xmlns="urn:portico:erp:1" i:type="x">
      <Id i:type="string">O10248</Id><Number i:nil="true"/><Key></Key></GetOrder></s:Body>
    </s:Envelope>""".encode()

    status, content = erp.post(message)

    assert status == 200
    assert b"<Number>10248</Number>" in content


def test_a_stored_document_is_a_pdf_of_the_size_told(erp):
    entries = [erp.call("GetDocumentEntry", Id=f"F{which}-1")[0] for which in ("O10249", "I300003")]
    for entry in entries:
        file = erp.call("GetDocument", Id=text(entry, "Id"))
        content = base64.b64decode(text(file, "Content"))
        again = erp.call("GetDocument", Id=text(entry, "Id"))

        assert [text(file, n) for n in ("Name", "MediaType")] == [
            text(entry, n) for n in ("Name", "MediaType")
        ]
        assert str(len(content)) == text(entry, "Size")
        assert text(again, "Content") == text(file, "Content")
        with pypdf.PdfReader(io.BytesIO(content)) as reader:
            words = reader.pages[0].extract_text()
        assert text(entry, "Number") in words


def test_long_orders_go_on_over_the_page(records):
    held = {record.id: record for record in records}
    order = replace(held["O11077"], lines=held["O11077"].lines * 2)
    (paper,) = documents(order, issued_at=order.ordered_at)

    content = papers.content(paper, lambda kind, key: order if kind is Order else held[key])

    with pypdf.PdfReader(io.BytesIO(content)) as reader:
        pages = [page.extract_text() for page in reader.pages]

    assert len(pages) == 2
    lines = re.findall(r"^\d{4} ", "\n".join(pages), re.MULTILINE)
    assert len(lines) == len(order.lines) == 50


def test_every_row_of_every_feed_fits_the_schema_after_many_ticks(erp):
    erp.tick(25)

    listed = {feed: len(list(erp.rows(f"List{feed.capitalize()}"))) for feed in FEEDS}

    assert all(listed.values())


@pytest.fixture
def program(tmp_path):
    """Starts the program itself; whatever was started has ended after the test."""
    started = []

    def start(*arguments):
        data = tmp_path / "new" / "erp"
        process = subprocess.Popen(
            [sys.executable, "-m", "erp_bridge.demo_erp", "--data", data, *arguments],
            env={**os.environ, "DEMO_ERP_PASSWORD": PASSWORD},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_program_makes_its_data_says_when_it_is_ready_and_ends_when_told(program, tmp_path):
    process = program("--port", "0", "--today", "2026-03-18")

    ready = process.stdout.readline()
    process.send_signal(signal.SIGTERM)

    assert re.fullmatch(r"Demo ERP ready at http://127\.0\.0\.1:\d+/soap\n", ready)
    assert process.wait(timeout=10) == 0
    assert (tmp_path / "new" / "erp").exists()


def test_a_killed_program_has_kept_what_it_acknowledged(program, tmp_path, clock):
    process = program("--ticks", "1000", "--today", "2026-03-18")
    while not (said := process.stdout.readline()).startswith("tick 3:"):
        assert said
    process.kill()
    process.wait()

    with closing(Store(tmp_path / "new" / "erp", clock=clock)) as store, store.reading() as reader:
        assert int(reader.fact("tick")) >= 3


def test_ticks_as_a_command_end(program):
    process = program("--ticks", "2", "--today", "2026-03-18")

    said, _ = process.communicate(timeout=30)

    assert [line.partition(":")[0] for line in said.splitlines()] == ["tick 1", "tick 2"]


def test_the_contract_check_names_fields_for_people():
    contract = Contract(CONTRACT)
    call = read_call(envelope("ListOrders", {"Limit": 9999}), limits=xml.Limits(size=10_000))

    (issue,) = contract.check(call.body)

    assert issue.field == "Limit"
    assert "urn:" not in issue.text
