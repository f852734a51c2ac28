"""One call of the contract: a request made by zeep, sent and read by the portal's own library.

zeep reads the contract and writes requests by it. It neither fetches nor parses anything that came
over the wire: docs/adr/0004-soap-without-a-framework.md.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from erp_bridge.connectors.soap import errors
from erp_bridge.connectors.soap.mapping import NAMESPACE
from erp_bridge.ports import Rejected, Unavailable
from portal.lib import http, xml

if TYPE_CHECKING:
    import zeep

__all__ = ["SoapClient"]

_CONTRACT = Path(__file__).parents[2] / "contract" / "erp.wsdl"
_BINDING = f"{{{NAMESPACE}}}ErpSoap11"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XML_TYPES = {"text/xml", "application/xml", "application/soap+xml"}


class SoapClient:
    """Calls operations at one endpoint. May be shared by threads; keeps nothing between calls."""

    def __init__(self, endpoint: http.Endpoint) -> None:
        import zeep  # slow import

        client = zeep.Client(_contract(), transport=_Wire(endpoint), settings=_settings())
        self._service = client.create_service(_BINDING, "")

    def call(
        self, operation: str, values: Mapping[str, Any], *, limits: xml.Limits
    ) -> etree._Element:
        """The one element inside the response; raises Unavailable or Rejected."""
        try:
            answer: http.Answer = self._service[operation](**values)
        except (http.NoAnswer, http.UnusableAnswer) as error:
            raise Unavailable(f"{error}.") from error
        except ValueError as error:
            raise Rejected("A value with control characters cannot be asked for.") from error
        body = self._body(answer, limits)
        if body is None:
            raise errors.of_status(answer.status)
        fault = body.find(f"{{{_ENVELOPE}}}Fault")
        if fault is not None:
            raise errors.of_fault(fault)
        if answer.status != 200:
            raise errors.of_status(answer.status)
        content = body.find(f"{{{NAMESPACE}}}{operation}Response/*")
        if content is None:
            raise Unavailable(f"The ERP's answer to {operation} is not as agreed.")
        return content

    def _body(self, answer: http.Answer, limits: xml.Limits) -> etree._Element | None:
        """The body of the SOAP message; None where an error's answer holds no message."""
        is_good = answer.status == 200
        if answer.status in (401, 403) or answer.media_type not in _XML_TYPES:
            if is_good:
                kind = answer.media_type or "nothing that says what it is"
                raise Unavailable(f"The ERP's address answered with {kind}, not with SOAP.")
            return None
        try:
            root = xml.parse(answer.body, limits=limits, replace_excluded=True)
        except xml.BadXml as error:
            if is_good:
                raise Unavailable(f"The ERP's answer cannot be read: {error}.") from error
            return None
        body = root.find(f"{{{_ENVELOPE}}}Body")
        if is_good and body is None:
            raise Unavailable("The ERP's answer is no SOAP message.")
        return body


class _Shelf:
    """Where zeep finds the contract."""

    def load(self, url: str) -> bytes:
        """The contract. It stands alone, so that nothing else can be asked for."""
        if url != str(_CONTRACT):
            raise LookupError(f"{url} is not a part of the contract")
        return _CONTRACT.read_bytes()


class _Wire(_Shelf):
    """What zeep takes for its transport."""

    def __init__(self, endpoint: http.Endpoint) -> None:
        self._endpoint = endpoint

    def post_xml(
        self, _address: str, envelope: etree._Element, headers: dict[str, str]
    ) -> http.Answer:
        message = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return self._endpoint.post(message, headers=headers)


@cache
def _contract() -> Any:
    """The contract as zeep knows it, read once in a process (0.06 s)."""
    import zeep.wsdl  # slow import

    shelf: Any = _Shelf()
    return zeep.wsdl.Document(str(_CONTRACT), shelf, settings=_settings())


def _settings() -> "zeep.Settings":
    import zeep  # slow import

    return zeep.Settings(strict=True, raw_response=True, forbid_dtd=True, forbid_external=True)
