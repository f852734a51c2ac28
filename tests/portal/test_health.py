import pytest


def test_a_running_process_is_live_without_any_database(client):
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_process_is_ready_when_database_broker_and_schema_are(client):
    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "broker": "ok", "migrations": "ok"}},
    )
