"""Which connector serves which kind of connection."""

from collections.abc import Callable

from erp_bridge.connectors.soap.connector import SoapConnector
from erp_bridge.models import Connection
from erp_bridge.ports import ErpConnector, Rejected
from portal.lib import secrets

__all__ = ["connector_for"]


def connector_for(connection: Connection) -> ErpConnector:
    """A connector with the connection's opened credentials; nothing is sent yet.

    Raises Rejected when the address or the sealed password cannot be used.
    """
    return _CONNECTORS[connection.kind](connection)


def _soap(connection: Connection) -> ErpConnector:
    return SoapConnector(
        url=connection.url,
        username=connection.username,
        password=_password_of(connection),
        timeout_seconds=connection.timeout_seconds,
    )


def _password_of(connection: Connection) -> str:
    try:
        return secrets.open_sealed(connection.sealed_secret)
    except secrets.CannotOpen as error:
        raise Rejected(
            "The password of this connection cannot be opened with the keys at hand;"
            " enter it again."
        ) from error


_CONNECTORS: dict[str, Callable[[Connection], ErpConnector]] = {Connection.Kind.SOAP: _soap}
