"""What docker-compose.yml, the image and the example environment promise exists in the code."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from celery.bin.beat import beat
from celery.bin.celery import celery
from celery.bin.worker import worker
from django.core.management import call_command, get_commands
from django.urls import resolve

from tests.architecture.sources import ROOT
from tests.architecture.test_environment import variables_read

OURS = ("beat", "migrate", "web", "worker")
OF_THE_IMAGES = {"POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER"}


def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def example_environment():
    """The example as an operator fills it in."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]", line))
    given = {name: shlex.split(value)[0] if value else "" for name, value in given.items()}
    made = {
        "SECRET_KEY": "bGFyZ2UgYW5kIHJhbmRvbSBlbm91Z2ggdG8gcGFzcyB0aGUgY2hlY2sgb2YgRGphbmdv",
        "PORTICO_SECRETS_KEY": "dGVzdHMtc2VhbC13aXRoLXRoaXMta2V5LWFsb25lLSE=",
    }
    assert [name for name in made if given[name]] == [], "the example carries no key"
    return given | made


def manage(*arguments, **environment):
    inherited = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env=inherited | example_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_service_has_a_health_check_or_cannot_have_one():
    without = [name for name, service in services().items() if "healthcheck" not in service]

    assert without == ["migrate", "beat"]


def test_every_variable_is_read_by_somebody():
    given = {name for service in services().values() for name in service.get("environment", ())}

    assert given <= variables_read() | OF_THE_IMAGES


def test_all_processes_of_the_portal_run_the_image_built_here():
    assert {services()[name]["build"] for name in OURS} == {"."}
    assert (ROOT / "Dockerfile").exists()


def test_the_web_command_finds_its_configuration_and_its_application():
    command = services()["web"]["command"]
    in_the_image = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert [yaml.safe_load(each) for each in in_the_image] == [command]
    checked = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", *command[1:]],
        cwd=ROOT,
        env=os.environ | example_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(("service", "subcommand"), [("worker", worker), ("beat", beat)])
def test_a_celery_command_has_options_that_celery_knows(service, subcommand):
    program, *arguments = services()[service]["command"]
    assert (program, arguments[:3]) == ("celery", ["--app", "portal", service])

    with celery.make_context("celery", arguments[:2], resilient_parsing=True) as parent:
        context = subcommand.make_context(
            service, arguments[3:], parent=parent, resilient_parsing=True
        )

    assert context.args == []


def test_a_worker_finds_its_app_before_django_is_set_up():
    """Celery imports the app by itself; the tests have long done Django's set-up by then."""
    started = subprocess.run(
        [sys.executable, "-c", "import portal.celery"],
        cwd=ROOT,
        env=os.environ | example_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 0, started.stderr


def test_the_migrate_command_is_one_of_djangos():
    program, script, command, option = services()["migrate"]["command"]

    assert (program, script, option) == ("python", "manage.py", "--no-input")
    assert (ROOT / script).exists()
    assert command in get_commands()


def test_the_web_is_asked_for_health_where_it_answers():
    asked = re.search(
        r"http://localhost:8000(/\S+?)\"", services()["web"]["healthcheck"]["test"][-1]
    )

    assert resolve(asked[1]).view_name == "health-ready"
    assert "localhost" in services()["web"]["environment"]["ALLOWED_HOSTS"].split(",")


def test_the_image_holds_every_package_but_no_demo():
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }

    assert {name for name in kept if not (ROOT / name).exists()} == set()
    assert kept >= {"accounts", "erp_bridge", "invoices", "orders", "payments", "portal"}
    assert kept >= {"locale", "static", "templates", "manage.py", "requirements/prod.txt"}


@pytest.mark.parametrize(("whole_domain", "silenced"), [("", 2), ("true", 0)])
def test_the_deployment_check_is_clean_with_the_example_environment(whole_domain, silenced):
    checked = manage("check", "--deploy", "--fail-level", "WARNING", HSTS_WHOLE_DOMAIN=whole_domain)

    assert (checked.returncode, checked.stdout.strip()) == (
        0,
        f"System check identified no issues ({silenced} silenced).",
    ), checked.stderr


@pytest.mark.parametrize(
    ("whole_domain", "header"),
    [("", "max-age=31536000"), ("true", "max-age=31536000; includeSubDomains; preload")],
)
def test_only_an_operator_who_asks_binds_the_whole_domain_to_https(whole_domain, header):
    asked = manage(
        "shell",
        "--no-imports",
        "--command",
        "from django.test import Client;"
        "print(Client().get('/health/live', secure=True)['Strict-Transport-Security'])",
        HSTS_WHOLE_DOMAIN=whole_domain,
        ALLOWED_HOSTS="testserver",
        STATIC_ROOT="static",
    )

    assert asked.stdout.strip() == header, asked.stderr


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration(capsys):
    call_command("makemigrations", check_changes=True, dry_run=True)

    assert capsys.readouterr().out == "No changes detected\n"
