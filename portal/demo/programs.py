"""The programs of a demo and the environment that the portal's own ones share."""

import json
import os
import signal
import smtplib
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import Popen

from celery import Celery
from kombu.exceptions import OperationalError

from portal.demo.place import Place
from portal.demo.postgres import Postgres
from portal.demo.processes import spawn
from portal.demo.supervisor import Program
from portal.demo.valkey import Valkey

DATABASE = "portico"
ERP_USER = "portal"
ERP_TICK_SECONDS = 60
IDENTITY_NAME = "Northwind ID"
# The person of the office who signs in through the identity provider, as it knows her.
IDENTITY = {
    "sub": "eeva.korhonen@staff.northwind-freight.example",
    "email": "eeva.korhonen@staff.northwind-freight.example",
    "email_verified": True,
    "given_name": "Eeva",
    "family_name": "Korhonen",
    "roles": ["portal.service"],
}
# A proxy in the environment is for other people's servers.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def postgres(server: Postgres) -> Program:
    return Program(
        name="postgres",
        start=server.start,
        answers=server.answers,
        log=server.log,
        # PostgreSQL's fast shutdown: open connections are ended, then a checkpoint.
        stop_by=signal.SIGINT,
        stop_within=20,
    )


def valkey(server: Valkey) -> Program:
    return Program(name="valkey", start=server.start, answers=server.answers, log=server.log)


def mail(place: Place, *, port: int, folder: Path) -> Program:
    """A mail server that keeps everything in a Maildir and sends nothing."""
    command = [
        *(sys.executable, "-m", "aiosmtpd", "--nosetuid", "--listen", f"127.0.0.1:{port}"),
        *("--class", "aiosmtpd.handlers.Mailbox", folder),
    ]

    def answers() -> bool:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=1).close()
        except OSError:
            return False
        return True

    return _program("mail", command, place, env=dict(os.environ), answers=answers)


def erp(place: Place, *, port: int, password: str) -> Program:
    """The demo ERP, with the data file it keeps between starts; its world moves on by itself."""
    command = [
        *(sys.executable, "-m", "erp_bridge.demo_erp", "--data", place.var / "demo-erp.sqlite3"),
        *("--port", port, "--username", ERP_USER, "--tick-every", ERP_TICK_SECONDS),
    ]
    env = {**os.environ, "DEMO_ERP_PASSWORD": password}
    return _program("erp", command, place, env=env, answers=_page(f"{erp_url(port)}?wsdl"))


def identity(place: Place, *, port: int) -> Program:
    """An identity provider that knows one person of the office and believes everybody."""
    command = [
        *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", port),
        *("--user-claims", json.dumps(IDENTITY)),
    ]
    ready = _page(f"{identity_url(port)}/.well-known/openid-configuration")
    return _program("identity", command, place, env=dict(os.environ), answers=ready)


def identity_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def erp_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/soap"


def web(place: Place, *, opened: socket.socket, env: dict[str, str]) -> Program:
    """Gunicorn on a socket that is open already."""
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:portal.web"),
        *("--bind", f"fd://{opened.fileno()}", "--graceful-timeout", "5", "portal.wsgi"),
    ]
    return _program(
        "web",
        command,
        place,
        env=env,
        keep_open=[opened.fileno()],
        answers=_page(f"{env['PUBLIC_URL']}/health/ready"),
    )


def worker(place: Place, *, env: dict[str, str]) -> Program:
    """One process that works and beats. Schedules are rows, so beat keeps no file of its own."""
    name = f"demo@{socket.gethostname()}"
    command = [
        *(sys.executable, "-m", "celery", "--app", "portal", "worker", "--concurrency", "2"),
        *("--beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--hostname", name),
    ]
    app = Celery(broker=env["REDIS_URL"].replace("unix://", "redis+socket://", 1))
    app.conf.broker_transport_options = {"global_keyprefix": "celery.", "max_retries": 0}

    def answers() -> bool:
        try:
            return bool(app.control.ping(destination=[name], timeout=1))
        except OperationalError:
            return False

    return _program("worker", command, place, env=env, answers=answers, stop_within=15)


def environment(
    place: Place,
    *,
    url: str,
    keys: dict[str, str],
    database: str,
    redis: str,
    mail_port: int,
    identity_port: int,
) -> dict[str, str]:
    """What the portal reads; everything else of this process's environment is passed on."""
    return {
        **os.environ,
        "BEHIND_PROXY": "false",
        "COMPRESS_STATIC": "false",
        "DATABASE_URL": database,
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_FROM": "Northwind Freight <portal@northwind-freight.example>",
        "MEDIA_ROOT": str(place.var / "media"),
        "OIDC_CLIENT_ID": "portico",
        "OIDC_CLIENT_SECRET": "the demo's provider takes any",
        "OIDC_ISSUER": identity_url(identity_port),
        "OIDC_NAME": IDENTITY_NAME,
        "PORTICO_SECRETS_KEY": keys["sealing"],
        # Text messages are printed, into the worker's log.
        "SMS_URL": "console://",
        "PUBLIC_URL": url,
        "REDIS_URL": redis,
        "SECRET_KEY": keys["signing"],
        "STATIC_ROOT": str(place.var / "static"),
        "WEB_CONCURRENCY": "2",
    }


def _program(
    name: str,
    command: Sequence[object],
    place: Place,
    *,
    env: dict[str, str],
    answers: Callable[[], bool],
    keep_open: Sequence[int] = (),
    stop_within: float = 10,
) -> Program:
    log = place.log(name)

    def start() -> Popen[bytes]:
        return spawn(command, log=log, env=env, keep_open=keep_open)

    return Program(name=name, start=start, answers=answers, log=log, stop_within=stop_within)


def _page(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with _direct.open(url, timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    return answers
