"""The mails of a demo, as its person reads them."""

import mailbox
import subprocess
import sys
from email.message import EmailMessage

from portal.demo.mailbox import newest
from tests.architecture.sources import ROOT


def a_mail(subject, text, *files):
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "Maria Anders <maria@customer.example>", subject
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative("<p>HTML</p>", subtype="html")
    for name in files:
        mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename=name)
    return mail


def test_the_newest_mails_come_first_as_plain_text(tmp_path):
    kept = mailbox.Maildir(tmp_path / "mail")
    link = "http://localhost:8000/p/" + "x" * 90 + "/"
    kept.add(a_mail("First", "one"))
    kept.add(a_mail("Välj lösenord", f"Gå hit:\n{link}\n", "Invoice 7.pdf"))
    kept.add(a_mail("Last", "three"))

    last, second = newest(tmp_path / "mail", count=2)

    assert last == "To: Maria Anders <maria@customer.example>\nSubject: Last\n\nthree"
    assert second == (
        "To: Maria Anders <maria@customer.example>\nSubject: Välj lösenord\n"
        f"Attached: Invoice 7.pdf\n\nGå hit:\n{link}"
    )


def test_a_demo_without_mail_says_so(tmp_path):
    assert list(newest(tmp_path / "mail", count=5)) == []


def test_a_count_that_is_none_is_told_how_to_ask():
    asked = subprocess.run(
        [sys.executable, "-m", "portal.demo", "mail", "all"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (asked.returncode, asked.stdout) == (
        2,
        "usage: python -m portal.demo [manage COMMAND ... | mail [COUNT]]\n",
    )
