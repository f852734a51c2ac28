import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def test_a_running_process_is_live_without_any_database(client):
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_process_is_ready_when_database_broker_and_schema_are(client):
    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "broker": "ok", "migrations": "ok"}},
    )


@pytest.mark.django_db
def test_a_process_is_not_ready_without_its_broker_and_does_not_say_why(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (
        503,
        {
            "status": "unavailable",
            "checks": {"database": "ok", "broker": "failed", "migrations": "ok"},
        },
    )


@pytest.mark.django_db
def test_a_process_is_not_ready_before_its_migrations_have_run(client):
    newest = MigrationRecorder(connection).migration_qs.filter(app="orders").latest("pk")
    newest.delete()

    response = client.get("/health/ready")

    assert (response.status_code, response.json()["checks"]) == (
        503,
        {"database": "ok", "broker": "ok", "migrations": "failed"},
    )


@pytest.mark.django_db
def test_a_process_is_not_ready_without_its_database(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    response = client.get("/health/ready")
    monkeypatch.undo()
    connection.close()

    assert (response.status_code, response.json()["checks"]) == (
        503,
        {"database": "failed", "broker": "ok", "migrations": "failed"},
    )


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_health_is_only_read(client, address):
    assert client.post(address).status_code == 405
