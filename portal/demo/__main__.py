"""`python -m portal.demo`: the whole portal in one terminal, until Ctrl-C.

`python -m portal.demo manage COMMAND …` runs a management command inside the demo that runs in
this folder, `python -m portal.demo mail [COUNT]` shows the newest mails it has sent.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal.demo import programs
from portal.demo.mailbox import newest
from portal.demo.place import FIRST_PORT, Place, PortBusy, Taken, free_port, listen, write_json
from portal.demo.postgres import CannotRun, Postgres
from portal.demo.supervisor import AskedToStop, DidNotStart, KeepsDying, Supervisor
from portal.demo.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    place = Place(ROOT / "var")
    if arguments[:1] == ["manage"]:
        return _manage(place, arguments[1:])
    if arguments[:1] == ["mail"] and all(map(str.isdecimal, arguments[1:])):
        return _show_mail(place, count=int((arguments[1:] or ["5"])[0]))
    if arguments:
        _say("usage: python -m portal.demo [manage COMMAND ... | mail [COUNT]]")
        return 2
    supervisor = Supervisor(say=_say)
    supervisor.listen()
    try:
        with place.lock() as lock, listen(_asked_port()) as opened:
            port = opened.getsockname()[1]
            if port != (_asked_port() or FIRST_PORT):
                _say(f"Port {FIRST_PORT} is in use, so the portal takes {port}")
            url = f"http://localhost:{port}"
            lock.write(f"{url} (process {os.getpid()})\n")
            lock.flush()
            sockets = place.sockets()
            # That of a start that was killed.
            place.card.unlink(missing_ok=True)
            try:
                _bring_up(place, supervisor, sockets, opened, url)
                supervisor.watch()
            finally:
                place.card.unlink(missing_ok=True)
                _say("stopping")
                supervisor.stop()
                shutil.rmtree(sockets, ignore_errors=True)
    except AskedToStop:
        return 0
    except (CannotRun, DidNotStart, KeepsDying, PortBusy, Taken) as error:
        _say(str(error))
        return 1
    return 0


def _bring_up(
    place: Place, supervisor: Supervisor, sockets: Path, opened: socket.socket, url: str
) -> None:
    """Everything in the order in which it is needed; then the card that tells how to use it."""
    place.turn_logs()
    keys = place.secrets()
    mail_port, erp_port, identity_port = free_port(), free_port(), free_port()
    postgres = Postgres(
        data=place.var / "postgres", sockets=sockets / "postgres", log=place.log("postgres")
    )
    valkey = Valkey(sockets=sockets, log=place.log("valkey"))
    own_database = not os.environ.get("DATABASE_URL")
    own_broker = not os.environ.get("REDIS_URL")
    if own_database:
        postgres.prepare()
    supervisor.bring_up(
        *([programs.postgres(postgres)] if own_database else []),
        *([programs.valkey(valkey)] if own_broker else []),
        programs.mail(place, port=mail_port, folder=place.mail),
        programs.erp(place, port=erp_port, password=keys["erp"]),
    )
    if own_database:
        postgres.create_database(programs.DATABASE)

    env = programs.environment(
        place,
        url=url,
        keys=keys,
        database=postgres.url(programs.DATABASE) if own_database else os.environ["DATABASE_URL"],
        redis=valkey.url if own_broker else os.environ["REDIS_URL"],
        mail_port=mail_port,
        identity_port=identity_port,
    )
    write_json(place.environment, dict(env.items() - os.environ.items()))
    people = place.var / "people.json"
    supervisor.run(
        [sys.executable, "-m", "portal.demo.prepare", people],
        name="preparing the database",
        env={
            **env,
            "DEMO_CUSTOMERS_PASSWORD": keys["customers"],
            "DEMO_ERP_PASSWORD": keys["erp"],
            "DEMO_ERP_URL": programs.erp_url(erp_port),
            "DEMO_ERP_USERNAME": programs.ERP_USER,
            "DEMO_OFFICE_PASSWORD": keys["office"],
        },
    )
    supervisor.bring_up(
        programs.worker(place, env=env),
        programs.web(place, opened=opened, env=env),
        programs.identity(place, port=identity_port),
    )

    card = {
        "url": url,
        **json.loads(people.read_text(encoding="utf-8")),
        "office_by_provider": {
            "email": programs.IDENTITY["email"],
            "provider": programs.identity_url(identity_port),
        },
        "mail": str(place.mail),
        "demo_erp": {
            "url": programs.erp_url(erp_port),
            "wsdl": f"{programs.erp_url(erp_port)}?wsdl",
        },
    }
    write_json(place.card, card)
    _say(_for_a_person(place, card))


def _asked_port() -> int | None:
    asked = os.environ.get("PORT", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or not 0 < int(asked) < 65536:
        raise PortBusy(f"PORT is {asked!r}; use a number from 1 to 65535.")
    return int(asked)


def _manage(place: Place, arguments: list[str]) -> int:
    if not place.is_taken():
        _say("No demo runs in this folder; start one with `make demo`.")
        return 1
    env = os.environ | json.loads(place.environment.read_text(encoding="utf-8"))
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env, check=False).returncode  # noqa: S603 - as typed


def _show_mail(place: Place, *, count: int) -> int:
    shown = list(newest(place.mail, count=count))
    _say(f"\n\n{'-' * 72}\n\n".join(shown) if shown else "No mail yet.")
    return 0


def _for_a_person(place: Place, card: dict[str, Any]) -> str:
    staff = card["office_by_provider"] | {"password": f"(through {programs.IDENTITY_NAME})"}
    people = [("office", card["office"]), ("office", staff)]
    people += [(f"customer {each['number']}", each) for each in card["customers"]]
    width = max(len(who) for who, _ in people)
    new = card["registration"]
    return "\n".join(
        [
            "",
            f"The portal is at {card['url']}",
            "",
            *(f"  {who:<{width}}  {each['email']}  {each['password']}" for who, each in people),
            "",
            f"To register at {card['url']}/accounts/register/:",
            f"  customer {new['customer_number']}, invoice {new['document_number']},"
            f" {new['amount']}, as {new['first_name']} {new['last_name']}, {new['email']}",
            "",
            f"The same for scripts: {place.card}",
            f"Mail lands in {card['mail']}; read it with: {_python()} -m portal.demo mail",
            f"Logs are in {place.log('web').parent}.",
            "Ctrl-C stops it all.",
        ]
    )


def _python() -> str:
    """This interpreter as one types it from the project's folder."""
    path = Path(sys.executable)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
