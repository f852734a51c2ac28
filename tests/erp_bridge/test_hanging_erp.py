"""An ERP that takes a call and says nothing: the worker waits for it, and nobody else does."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from accounts.sections import Section
from erp_bridge import tasks
from erp_bridge.models import Cursor
from erp_bridge.ports import Feed
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.erp_bridge import a_connection
from tests.builders.orders import an_order
from tests.peers import a_peer

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_are_served_while_the_worker_waits_for_a_hanging_erp(client):
    customer = a_customer("10001")
    order = an_order(customer, "10248")
    called = threading.Event()

    def hang(peer, connection):
        peer.read_request(connection)
        called.set()
        peer.closing.wait(30)

    def work(connection_id):
        try:
            tasks.read(connection_id=connection_id)
        finally:
            connections.close_all()

    with a_peer(hang) as peer:
        erp = a_connection(url=peer.url, feeds=[Feed.ORDERS], timeout_seconds=30)
        Cursor.objects.update(succeeded_at=timezone.now())
        worker = threading.Thread(target=work, args=[erp.pk])
        worker.start()
        assert called.wait(20)

        client.force_login(a_member(customer, Section.ORDERS))
        pages = [client.get(path) for path in ("/orders/", f"/orders/{order.number}/")]
        client.force_login(a_superuser())
        pages += [client.get("/office/sync/")]
        pages += [client.post("/office/sync/connection/", {"test": erp.pk}, follow=True)]
        still_hanging = worker.is_alive()
    worker.join(60)

    assert still_hanging
    assert [page.status_code for page in pages] == [200] * 4
    assert "Data of" in pages[0].text
    assert "Being tested" in pages[3].text
    assert Cursor.objects.get().failures == 1
