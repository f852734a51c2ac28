"""What an ERP's refusals mean: whose turn it is, and the words for the office."""

from lxml import etree

from erp_bridge.connectors.soap.mapping import NAMESPACE
from erp_bridge.connectors.soap.reading import shown
from erp_bridge.ports import ConnectorError, Rejected, Unavailable

__all__ = ["of_fault", "of_status"]

_LATER = {408, 425, 429}


def of_status(status: int) -> ConnectorError:
    """For an answer that is no SOAP message."""
    if status in (401, 403):
        return Rejected(f"The ERP refused the user name or password (HTTP {status}).")
    if 300 <= status < 400:
        return Rejected(
            f"The ERP's address leads elsewhere (HTTP {status}); redirects are not followed."
        )
    if 400 <= status < 500 and status not in _LATER:
        return Rejected(f"The ERP does not offer its service at this address (HTTP {status}).")
    return Unavailable(f"The ERP cannot answer now (HTTP {status}).")


def of_fault(fault: etree._Element) -> ConnectorError:
    """For a SOAP fault: the contract's own by their kind, others by who is to blame."""
    for detail in fault.iterfind(f"detail/{{{NAMESPACE}}}*"):
        kind = etree.QName(detail).localname
        words = _words(detail)
        if kind == "UnavailableFault":
            return Unavailable(f"The ERP cannot answer now: {words}")
        if kind == "AuthenticationFault":
            return Rejected(f"The ERP refused the user name or password: {words}")
        return Rejected(f"The ERP refused: {words}")
    blamed = (fault.findtext("faultcode") or "").strip().rpartition(":")[2]
    words = shown((fault.findtext("faultstring") or "no reason given").strip(), limit=200)
    if blamed.startswith("Client"):
        return Rejected(f"The ERP refused: {words}")
    return Unavailable(f"The ERP cannot answer now: {words}")


def _words(detail: etree._Element) -> str:
    parts = [_text(detail, "Message") or _text(detail, "Code") or "no reason given"]
    for issue in detail.iterfind(f"{{{NAMESPACE}}}Issue"):
        named = (_text(issue, "Field"), _text(issue, "Text"))
        parts.append(": ".join(part for part in named if part))
    return shown("; ".join(parts), limit=400)


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()
