"""The demo ERP in a thread, and a caller that knows its contract and nothing of the portal.

The caller checks every answer against the schema, so each test that calls is a test of the
contract too; `wild=True` leaves that out where a fault is expected to break it.
"""

import base64
import http.client
import json
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date

from lxml import etree

from erp_bridge.demo_erp.codec import NAMESPACE
from erp_bridge.demo_erp.program import CONTRACT, DemoErp
from erp_bridge.demo_erp.server import PATH, serve
from erp_bridge.demo_erp.store import Store
from portal.lib import xml
from portal.lib.soap import Contract

TODAY = date(2026, 3, 18)
USERNAME = "portal"
PASSWORD = "a password of tests"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"

_contract = Contract(CONTRACT)


@dataclass
class Fault(Exception):
    """A fault as the ERP sent it: its element's name, its code word, and its words."""

    kind: str
    code: str
    message: str
    issues: list


@dataclass
class RunningErp:
    erp: DemoErp
    port: int

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{PATH}"

    def call(self, operation, *, wild=False, **values):
        """The one element in the response; Fault when there is one."""
        status, content = self.post(envelope(operation, values))
        root = xml.parse(content, limits=xml.Limits(size=50_000_000, elements=1_000_000))
        (body,) = root.find(f"{{{ENVELOPE}}}Body")
        if body.tag == f"{{{ENVELOPE}}}Fault":
            raise _fault(body)
        assert status == 200
        if not wild:
            assert _contract.check(body) == []
        return body[0]

    def rows(self, operation, *, limit=200, wild=False):
        """Every row of a listing, page by page, as (ChangedAt, Id, element)."""
        position = {}
        while True:
            page = self.call(operation, wild=wild, **position, Limit=limit)
            for row in page:
                if len(row):
                    yield text(row, "ChangedAt"), text(row, "Id"), row
            if text(page, "More") == "false":
                return
            position = {
                "AfterChangedAt": text(page, "NextChangedAt"),
                "AfterId": text(page, "NextId"),
            }

    def post(self, content, *, path=PATH, headers=None, password=PASSWORD):
        given = base64.b64encode(f"{USERNAME}:{password}".encode()).decode()
        status, _, answer = self.request(
            "POST", path, content, {"Authorization": f"Basic {given}", **(headers or {})}
        )
        return status, answer

    def request(self, method, path, content=b"", headers=None):
        """Status, headers and body; the errors of http.client when the ERP breaks off."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as wire:
            wire.request(method, path, content, headers or {})
            with wire.getresponse() as response:
                return response.status, response.headers, response.read()

    def control(self, path, content):
        status, answer = self.post(json.dumps(content).encode(), path=path)
        assert status == 200, answer
        return json.loads(answer)

    def get(self, path):
        given = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        status, _, answer = self.request("GET", path, headers={"Authorization": f"Basic {given}"})
        return status, json.loads(answer)

    def fault(self, kind, **settings):
        self.control("/control/faults", {"faults": [{"kind": kind, **settings}]})

    def repair(self):
        self.control("/control/faults", {"faults": []})

    def tick(self, times=1):
        return self.control("/control/tick", {"times": times})["ticks"]


@contextmanager
def running_erp(path, *, clock):
    """A demo ERP on a free port, with a data file that exists."""
    store = Store(path, clock=clock)
    erp = DemoErp(store, username=USERNAME, password=PASSWORD)
    server = serve(erp, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    running = RunningErp(erp, server.server_port)
    erp.publish(running.url)
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()


def envelope(operation, values):
    root = etree.Element(f"{{{ENVELOPE}}}Envelope")
    body = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
    _fill(etree.SubElement(body, f"{{{NAMESPACE}}}{operation}"), values)
    return etree.tostring(root)


def _fill(element, values):
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, f"{{{NAMESPACE}}}{name}")
            if isinstance(one, dict):
                _fill(child, one)
            else:
                child.text = str(one)


def text(element, name):
    return element.findtext(f"{{{NAMESPACE}}}{name}")


def texts(element, name):
    return [found.text for found in element.iterfind(f"{{{NAMESPACE}}}{name}")]


def _fault(body):
    detail = body.find("detail/*")
    if detail is None:
        return Fault("", "", body.findtext("faultstring"), [])
    assert _contract.check(detail) == []
    issues = [(text(i, "Field"), text(i, "Text")) for i in detail.iterfind(f"{{{NAMESPACE}}}Issue")]
    kind = etree.QName(detail).localname
    return Fault(kind, text(detail, "Code"), text(detail, "Message"), issues)


def a_place(**changes):
    return {
        "Name": "Kahvila Oy",
        "Street": "Torikatu 3",
        "PostalCode": "90100",
        "City": "Oulu",
        "Country": "FI",
        **changes,
    }


def an_order_draft(**changes):
    draft = {
        "CustomerId": "WARTH",
        "CustomerReference": "4500-9001",
        "Note": "Ring the bell.",
        "Line": [{"Position": 1, "ProductId": "11", "Quantity": 3}],
    }
    return draft | changes
