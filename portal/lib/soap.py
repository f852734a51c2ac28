"""SOAP 1.1 for a server whose contract is a hand-written WSDL with its schema inline.

Size, parser, envelope, headers, schema and faults; no HTTP, no framework and no operations. The
order of work is the caller's: `read_call` (limits, document type, envelope, mustUnderstand), then
credentials, then `Contract.check`, and only then the operation.
"""

import re
import threading
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from lxml import etree

from portal.lib import xml

__all__ = [
    "Call",
    "Contract",
    "FaultCode",
    "Issue",
    "SoapFault",
    "UsernameToken",
    "answer",
    "fault_answer",
    "local_name",
    "printable",
    "read_call",
]

MEDIA_TYPE = "text/xml; charset=utf-8"

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACED = re.compile(r"\{[^}]*\}")
_OF_ELEMENT = re.compile(r"^Element '(?P<name>[^']+)': (?P<rest>.*)$", re.DOTALL)


class FaultCode(StrEnum):
    CLIENT = "Client"
    SERVER = "Server"
    MUST_UNDERSTAND = "MustUnderstand"
    VERSION_MISMATCH = "VersionMismatch"


class SoapFault(Exception):
    """A call that is answered with a fault; `detail` is the contract's own fault element."""

    def __init__(
        self, code: FaultCode, message: str, *, detail: etree._Element | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail


@dataclass(frozen=True, kw_only=True, slots=True)
class UsernameToken:
    username: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """The root element of a SOAP body, without what toolkits add and schemas do not know."""

    body: etree._Element
    token: UsernameToken | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One thing that the schema holds against a message: the element's name, and why."""

    field: str
    text: str


class Contract:
    """A WSDL file and the schema in it. May be shared by threads."""

    def __init__(self, path: Path) -> None:
        self._document = xml.parse(path.read_bytes(), limits=xml.Limits(size=1_000_000))
        schema = self._document.find(f".//{{{_SCHEMA}}}schema")
        if schema is None:
            raise ValueError(f"{path} carries no schema")
        self.namespace = schema.get("targetNamespace", "")
        # libxml2 keeps one list of errors for each schema object, so checks take turns.
        self._turn = threading.Lock()
        self._schema = etree.XMLSchema(schema)

    def wsdl(self, address: str) -> bytes:
        """The contract as published, with the address at which it is served."""
        document = deepcopy(self._document)
        for port in document.iter(f"{{{_WSDL_SOAP}}}address"):
            port.set("location", address)
        return etree.tostring(document, encoding="utf-8", xml_declaration=True)

    def check(self, body: etree._Element) -> list[Issue]:
        """What is wrong with the message by the schema, at most one issue for each line of it."""
        with self._turn:
            if self._schema.validate(body):
                return []
            log: Any = self._schema.error_log  # the stubs do not know that it iterates
            errors = [(error.line, error.message) for error in log]
        return list(_issues(errors))


def read_call(content: bytes, *, limits: xml.Limits) -> Call:
    """The message in an envelope. SoapFault for what is no SOAP 1.1 message for this server."""
    try:
        envelope = xml.parse(content, limits=limits)
    except xml.BadXml as error:
        raise SoapFault(FaultCode.CLIENT, f"The message cannot be read: {error}.") from error
    if envelope.tag != f"{{{_ENVELOPE}}}Envelope":
        raise SoapFault(FaultCode.VERSION_MISMATCH, "A SOAP 1.1 envelope is expected.")
    header = envelope.find(f"{{{_ENVELOPE}}}Header")
    token = None if header is None else _token_of(header)
    bodies = envelope.findall(f"{{{_ENVELOPE}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise SoapFault(FaultCode.CLIENT, "The envelope needs one body with one element in it.")
    return Call(body=_normalised(bodies[0][0]), token=token)


def answer(body: etree._Element) -> bytes:
    """An envelope around a response."""
    envelope = etree.Element(f"{{{_ENVELOPE}}}Envelope", nsmap={"soap": _ENVELOPE})
    etree.SubElement(envelope, f"{{{_ENVELOPE}}}Body").append(body)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def fault_answer(fault: SoapFault) -> bytes:
    """An envelope around a fault; over HTTP it travels with status 500."""
    element = etree.Element(f"{{{_ENVELOPE}}}Fault", nsmap={"soap": _ENVELOPE})
    etree.SubElement(element, "faultcode").text = f"soap:{fault.code}"
    etree.SubElement(element, "faultstring").text = printable(fault.message)
    if fault.detail is not None:
        etree.SubElement(element, "detail").append(fault.detail)
    return answer(element)


def printable(text: str) -> str:
    """The text with what XML cannot carry replaced, so that a fault may quote what it refuses."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def local_name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _token_of(header: etree._Element) -> UsernameToken | None:
    token = None
    for block in header:
        if block.tag == f"{{{_WSSE}}}Security":
            token = _username_token(block) or token
        elif block.get(f"{{{_ENVELOPE}}}mustUnderstand") in ("1", "true"):
            raise SoapFault(
                FaultCode.MUST_UNDERSTAND, f"The header {local_name(block)} is not understood."
            )
    return token


def _username_token(security: etree._Element) -> UsernameToken | None:
    username = security.find(f"{{{_WSSE}}}UsernameToken/{{{_WSSE}}}Username")
    password = security.find(f"{{{_WSSE}}}UsernameToken/{{{_WSSE}}}Password")
    if username is None or password is None:
        return None
    if (password.get("Type") or "").endswith("#PasswordDigest"):
        raise SoapFault(
            FaultCode.CLIENT, "PasswordDigest is not accepted: send PasswordText over TLS."
        )
    return UsernameToken(username=username.text or "", password=password.text or "")


def _normalised(body: etree._Element) -> etree._Element:
    """The message as a document of its own, without attributes, nil and empty leaves.

    Toolkits declare types on elements and send optional ones empty; the contracts here have no
    attributes and no element whose emptiness means something.
    """
    body = deepcopy(body)
    for element in reversed(list(body.iter())):
        parent = element.getparent()
        is_nil = element.get(_XSI_NIL) in ("1", "true")
        if parent is not None and (is_nil or (len(element) == 0 and not element.text)):
            parent.remove(element)
        else:
            element.attrib.clear()
    return body


def _issues(errors: Iterable[tuple[int, str]]) -> Iterable[Issue]:
    lines: set[tuple[int, str]] = set()
    for line, message in errors:
        text = _BRACED.sub("", message)
        found = _OF_ELEMENT.match(text)
        name = found["name"] if found else ""
        if (line, name) not in lines:
            lines.add((line, name))
            yield Issue(field=name, text=(found["rest"] if found else text)[:255])
