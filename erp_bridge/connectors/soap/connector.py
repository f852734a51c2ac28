"""An ERP that offers the portal's documented contract over SOAP (erp_bridge/contract/erp.wsdl)."""

from typing import Any

from erp_bridge.connectors.soap import mapping
from erp_bridge.connectors.soap.client import SoapClient
from erp_bridge.ports import DocumentFile, Feed, Page, Pong, Position, Rejected
from portal.lib import http, xml

__all__ = ["GETS", "LISTS", "SoapConnector"]

_PAGE = xml.Limits(size=24_000_000, depth=12, elements=500_000, attributes=200_000)
_FILE = xml.Limits(size=28_000_000, depth=12, elements=100, long_texts=True)
_LONGEST_PAGE = 1000  # rows, as the contract says

LISTS = {
    Feed.CUSTOMERS: "ListCustomers",
    Feed.ADDRESSES: "ListAddresses",
    Feed.PRODUCTS: "ListProducts",
    Feed.ORDERS: "ListOrders",
    Feed.DELIVERIES: "ListDeliveries",
    Feed.INVOICES: "ListInvoices",
    Feed.SETTLEMENTS: "ListSettlements",
    Feed.DOCUMENTS: "ListDocuments",
    Feed.DELETIONS: "ListDeletions",
}
GETS = {
    Feed.CUSTOMERS: "GetCustomer",
    Feed.ADDRESSES: "GetAddress",
    Feed.PRODUCTS: "GetProduct",
    Feed.ORDERS: "GetOrder",
    Feed.DELIVERIES: "GetDelivery",
    Feed.INVOICES: "GetInvoice",
    Feed.SETTLEMENTS: "GetSettlement",
    Feed.DOCUMENTS: "GetDocumentEntry",
    Feed.DELETIONS: "GetDeletion",
}


class SoapConnector:
    """Credentials travel by HTTP Basic. `timeout_seconds` bounds each call as a whole."""

    def __init__(
        self, *, url: str, username: str = "", password: str = "", timeout_seconds: float = 30
    ) -> None:
        try:
            endpoint = http.Endpoint(
                url,
                max_bytes=_FILE.size,
                username=username,
                password=password,
                timeouts=http.Timeouts(
                    connect=min(5, timeout_seconds), read=timeout_seconds, total=timeout_seconds
                ),
            )
        except http.BadAddress as error:
            raise Rejected(f"The ERP's address cannot be used. {error}") from error
        self._endpoint = endpoint
        self._client = SoapClient(endpoint)

    def __repr__(self) -> str:
        return f"<SoapConnector {self._endpoint!r}>"

    def ping(self) -> Pong:
        return mapping.read_pong(self._client.call("Ping", {}, limits=_PAGE))

    def list_changed(self, feed: Feed, *, after: Position | None, limit: int) -> Page:
        """At most 1,000 rows, whatever the limit: the contract has no longer pages."""
        values: dict[str, Any] = {"Limit": min(limit, _LONGEST_PAGE)}
        if after is not None:
            values["AfterChangedAt"] = after.changed_at
            if after.remote_id:
                values["AfterId"] = after.remote_id
        return mapping.read_page(feed, self._client.call(LISTS[feed], values, limits=_PAGE))

    def get(self, feed: Feed, *, remote_id: str = "", number: str = "") -> Page:
        asked = {"Id": remote_id} if remote_id else {"Number": number}
        return mapping.read_found(feed, self._client.call(GETS[feed], asked, limits=_PAGE))

    def fetch_document(self, remote_id: str) -> DocumentFile:
        return mapping.read_file(self._client.call("GetDocument", {"Id": remote_id}, limits=_FILE))
