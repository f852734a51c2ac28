"""The program behind the socket: credentials, operations, ticks, and the faults in answers."""

import base64
import binascii
import hmac
import logging
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from erp_bridge.demo_erp import reading
from erp_bridge.demo_erp.codec import Wire, to_document
from erp_bridge.demo_erp.damage import damage, damaged_bytes, duplicated
from erp_bridge.demo_erp.faults import Switchboard
from erp_bridge.demo_erp.refusals import Invalid, NotAllowed, NotFound, NotNow
from erp_bridge.demo_erp.store import Store
from erp_bridge.demo_erp.tick import tick
from erp_bridge.demo_erp.writing import WRITES
from erp_bridge.demo_erp.writing.once import once
from portal.lib import soap, xml

__all__ = ["CONTRACT", "LIMITS", "Answer", "BrokenOff", "DemoErp", "soap_answer"]

log = logging.getLogger("demo_erp")

CONTRACT = Path(__file__).parents[1] / "contract" / "erp.wsdl"
LIMITS = xml.Limits(size=2_000_000)


class Answer(NamedTuple):
    """`content` is what goes out of what was announced: less when an answer is cut."""

    status: int
    media_type: str
    content: bytes
    length: int
    headers: dict[str, str]


class BrokenOff(Exception):
    """The connection ends without an answer."""


class DemoErp:
    """One ERP on one data file. Shared by the threads of a server."""

    def __init__(self, store: Store, *, username: str, password: str) -> None:
        self.store = store
        self.switchboard = Switchboard(store)
        self._credentials = f"{username}:{password}".encode()
        self._contract = soap.Contract(CONTRACT)
        self.wsdl = self._contract.wsdl("")
        self._operations: dict[str, reading.Operation] = {
            **reading.OPERATIONS,
            **{
                name: once(name, write, hide=partial(self.switchboard.hidden_until, name))
                for name, write in WRITES.items()
            },
        }

    def publish(self, url: str) -> None:
        """Name the address in the WSDL, which is known once a socket is bound."""
        self.wsdl = self._contract.wsdl(url)

    def answer(self, content: bytes, authorization: str) -> Answer:
        """The answer to a SOAP message. BrokenOff when a fault swallows it."""
        operation = "?"
        try:
            call = soap.read_call(content, limits=LIMITS)
            operation = soap.local_name(call.body)
            self._let_in(authorization, call.token)
            return self._answer_to(operation, call.body)
        except NotAllowed as refusal:
            challenge = {"WWW-Authenticate": 'Basic realm="Demo ERP", charset="UTF-8"'}
            return soap_answer(401, soap.fault_answer(refusal), challenge)
        except soap.SoapFault as fault:
            log.info("%s refused: %s", operation, fault.message)
            return soap_answer(500, soap.fault_answer(fault))

    def is_allowed(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(given, self._credentials)

    def tick(self, times: int = 1) -> list[dict[str, Any]]:
        hide = partial(self.switchboard.hidden_until, "tick")
        return [
            {"tick": done.number, "stamp": done.stamp.isoformat(), "did": done.did}
            for done in (tick(self.store, hide=hide) for _ in range(times))
        ]

    def _let_in(self, authorization: str, token: soap.UsernameToken | None) -> None:
        if token is not None:
            given = f"{token.username}:{token.password}".encode()
            allowed = hmac.compare_digest(given, self._credentials)
        else:
            allowed = self.is_allowed(authorization)
        if not allowed:
            raise NotAllowed("credentials", "The user name or the password is not right.")

    def _answer_to(self, operation: str, body: etree._Element) -> Answer:
        if operation not in self._operations:
            raise soap.SoapFault(soap.FaultCode.CLIENT, f"There is no operation {operation}.")
        early = self._stumble(operation)
        if early is not None:
            return early
        issues = self._contract.check(body)
        if issues:
            raise Invalid("schema", "The message does not fit the schema.", issues=issues)
        name, content = self._performed(operation, body)
        answer = soap_answer(200, soap.answer(_response(operation, name, content)))
        if operation in reading.FEED_OF:
            content_bytes = damaged_bytes(answer.content)
            answer = answer._replace(content=content_bytes, length=len(content_bytes))
        if self.switchboard.draw(operation, "cut"):
            answer = answer._replace(content=answer.content[: answer.length // 2])
        return answer

    def _performed(self, operation: str, body: etree._Element) -> tuple[str, Wire]:
        perform = self._operations[operation]
        try:
            name, content = perform(self.store, body)
        except ValueError as error:
            raise Invalid("value", f"A value cannot be used: {error}.") from error
        if operation in reading.FEED_OF:
            self._disturb(operation, content)
        if operation == "GetDocument" and self.switchboard.draw(operation, "corrupt_document"):
            content = {**content, "Content": base64.b64encode(b"\x00not a PDF\x00").decode()}
        return name, content

    def _stumble(self, operation: str) -> Answer | None:
        """Faults that strike before anything is done."""
        for fault in self.switchboard.draw(operation, "slow"):
            self.switchboard.wait(fault.seconds)
        for fault in self.switchboard.draw(operation, "hang"):
            self.switchboard.wait(fault.seconds)
            raise BrokenOff
        if self.switchboard.draw(operation, "reset"):
            raise BrokenOff
        if self.switchboard.draw(operation, "refuse"):
            page = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
            return Answer(503, "text/html", page, len(page), {})
        if self.switchboard.draw(operation, "unavailable"):
            raise NotNow("maintenance", "The nightly run is under way. Try again later.")
        if operation == "GetDocument" and self.switchboard.draw(operation, "missing_document"):
            raise NotFound("no_document", "The archive does not hold this document.")
        return None

    def _disturb(self, operation: str, page: Wire) -> None:
        """Faults in the rows of a page; its position and total stay right."""
        element = next(iter(page))
        for fault in self.switchboard.draw(operation, "wrong"):
            rows = page[element]
            ids = damage(rows, count=fault.rows, what=fault.what, dice=fault.dice)
            with self.store.writing() as writer:
                writer.mark_served_wrong(reading.FEED_OF[operation], ids)
        for fault in self.switchboard.draw(operation, "duplicate"):
            page[element] = duplicated(page[element], count=fault.rows, dice=fault.dice)
        for fault in self.switchboard.draw(operation, "reorder"):
            fault.dice.shuffle(page[element])


def _response(operation: str, name: str, content: Wire) -> etree._Element:
    return to_document(f"{operation}Response", {name: content})


def soap_answer(status: int, content: bytes, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, soap.MEDIA_TYPE, content, len(content), headers or {})
