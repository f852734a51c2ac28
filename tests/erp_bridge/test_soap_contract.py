"""The SOAP connector against the demo ERP, over a socket."""

import pytest

from erp_bridge.connectors.soap.connector import SoapConnector
from tests.erp_bridge.contract import ConnectorContract
from tests.erp_bridge.erps import PASSWORD, USERNAME
from tests.peers import a_peer, silent


class TestSoapConnector(ConnectorContract):
    @pytest.fixture
    def connector(self, demo_erp):
        return SoapConnector(url=demo_erp.url, username=USERNAME, password=PASSWORD)

    @pytest.fixture
    def stranger(self, demo_erp):
        return SoapConnector(url=demo_erp.url, username=USERNAME, password="a guess")

    @pytest.fixture
    def nobody(self):
        with a_peer(silent) as peer:
            pass
        return SoapConnector(url=peer.url)
