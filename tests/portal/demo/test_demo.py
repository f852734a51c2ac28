"""`python -m portal.demo` for real, in a copy of the checkout far from the root."""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.architecture.sources import ROOT

LEFT_OUT = (".git", ".venv", ".cache", ".*_cache", "__pycache__", "var", "docs", "tests")
PROGRAMS = {"postgres", "valkey", "mail", "erp", "identity", "worker", "web"}


class Demo:
    """One checkout with a demo in it."""

    def __init__(self, folder):
        self.folder = folder
        self.card_path = folder / "var/demo.json"
        self.said = folder / "said.txt"

    def start(self):
        env = {
            name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")
        }
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.demo"],
                cwd=self.folder,
                env=env,
                stdout=said,
                stderr=said,
            )

    def card(self, *, within):
        until(self.card_path.exists, within=within, unless=self.process.poll, tell=self.words)
        return json.loads(self.card_path.read_text(encoding="utf-8"))

    def run(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "portal.demo", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )

    def words(self):
        return self.said.read_text(encoding="utf-8")

    def children(self):
        """The process id of each program, told by the log that it writes to."""
        found = {}
        for pid in (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ):
            log = Path(os.readlink(f"/proc/{pid}/fd/1"))
            found[log.stem] = int(pid)
        return found


def until(condition, *, within, unless=lambda: None, tell=lambda: ""):
    deadline = time.monotonic() + within
    while not condition():
        assert unless() is None, tell()
        assert time.monotonic() < deadline, f"it did not happen in time\n{tell()}"
        time.sleep(0.1)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def until_all_answer(demo, card):
    """Every program is there that people reach, also one that was killed and is on its way back."""
    provider = card["office_by_provider"]["provider"]
    for url in (
        f"{card['url']}/health/ready",
        card["demo_erp"]["wsdl"],
        f"{provider}/.well-known/openid-configuration",
    ):
        until(partial(answers, url), within=20, tell=demo.words)


def is_gone(pid):
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / ("d" * 60) / ("e" * 60)
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    demo = Demo(folder)
    demo.start()
    yield demo
    demo.process.terminate()
    demo.process.wait(30)


@pytest.fixture
def card(demo):
    return demo.card(within=180)


def test_the_card_says_who_may_sign_in(card):
    first, second, *_ = card["customers"]

    assert card["url"].startswith("http://localhost:")
    assert card["office"].keys() == {"email", "password"}
    assert [each["admin"] for each in card["customers"]] == [True, True, False, True]
    assert first["number"] != second["number"]
    assert len({each["email"] for each in card["customers"]}) == 4
    assert set(first) == {"number", "name", "email", "password", "admin"}


def test_the_person_at_the_terminal_reads_the_same(demo, card):
    words = demo.words()

    assert f"The portal is at {card['url']}\n" in words
    new = card["registration"]
    assert f"customer {new['customer_number']}, invoice {new['document_number']}, " in words
    for person in [card["office"], *card["customers"]]:
        assert f"{person['email']}  {person['password']}\n" in words


def test_what_the_card_names_is_there(demo, card):
    until_all_answer(demo, card)
    assert Path(card["mail"]).is_dir()


def sign_in_by_provider(card):
    """The page that the office's second person reaches without a password."""
    email = card["office_by_provider"]["email"]
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    page = browser.open(f"{card['url']}/accounts/login/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    asked = browser.open(
        f"{card['url']}/accounts/login/",
        data=urlencode({"csrfmiddlewaretoken": token, "login": email}).encode(),
        timeout=20,
    )
    assert asked.url.startswith(card["office_by_provider"]["provider"])
    reached = browser.open(asked.url, data=urlencode({"sub": email}).encode(), timeout=20)
    return reached.url, reached.read().decode()


def test_the_second_person_of_the_office_comes_in_through_the_provider(card):
    address, page = sign_in_by_provider(card)

    assert address == f"{card['url']}/office/"
    assert "Eeva Korhonen" in page
    assert "/office/orders/" in page
    assert "/office/settings/" not in page


def test_a_second_start_in_the_folder_says_where_the_first_runs(demo, card):
    second = demo.run()

    assert (second.returncode, second.stdout) == (
        1,
        f"A demo runs in this folder already: {card['url']} (process {demo.process.pid})\n",
    )
    assert answers(f"{card['url']}/health/live")


def test_a_command_runs_inside_the_demo_and_its_mail_lands_in_the_folder(demo, card):
    sent = demo.run("manage", "sendtestemail", "somebody@customer.example")

    assert sent.returncode == 0, sent.stderr
    (letter,) = (Path(card["mail"]) / "new").iterdir()
    assert "somebody@customer.example" in letter.read_text()


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_that_is_killed_comes_back(demo, card, name):
    before = demo.children()
    assert before.keys() == PROGRAMS

    os.kill(before[name], signal.SIGKILL)
    until(lambda: is_gone(before[name]) and demo.children().keys() == PROGRAMS, within=20)

    until_all_answer(demo, card)
    after = demo.children()
    assert {each for each in PROGRAMS if before[each] != after[each]} == {name}


def test_a_killed_demo_leaves_nothing_running_and_the_next_one_finds_its_data(demo, card):
    children = demo.children()
    demo.process.kill()
    demo.process.wait()
    until(lambda: all(is_gone(pid) for pid in children.values()), within=30)
    assert demo.run("manage", "check").stdout.startswith("No demo runs in this folder")

    demo.start()
    until(lambda: not demo.card_path.exists(), within=10)
    again = demo.card(within=60)

    assert (again["office"], again["customers"]) == (card["office"], card["customers"])
    assert sign_in_by_provider(again)[0] == f"{again['url']}/office/"
    assert answers(f"{again['url']}/health/ready")


def test_a_demo_that_is_asked_to_stop_stops_in_order_and_says_nothing_else(demo, card):
    children = demo.children()
    demo.process.terminate()

    assert demo.process.wait(40) == 0
    assert [pid for pid in children.values() if not is_gone(pid)] == []
    assert not demo.card_path.exists()
    assert demo.words().endswith("stopping\n")
    assert "shut down" in (demo.folder / "var/log/postgres.log").read_text().splitlines()[-1]

    demo.start()
