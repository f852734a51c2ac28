"""The mails of a demo, as a person reads them: the newest first, each as plain text."""

import mailbox
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

__all__ = ["newest"]


def newest(folder: Path, *, count: int) -> Iterator[str]:
    """The newest mails in words. A folder that is not there yet has none."""
    if not folder.is_dir():
        return
    kept = mailbox.Maildir(folder, create=False)
    for key in sorted(kept.keys(), key=_arrival, reverse=True)[:count]:
        yield _in_words(message_from_bytes(kept.get_bytes(key), policy=policy.default))


def _arrival(key: str) -> tuple[int, ...]:
    """Names begin with the second, the microsecond and a count: 1775124000.M81P42Q3.host."""
    seconds, _dot, rest = key.partition(".")
    fine, _p, pid_and_count = rest.partition(".")[0].removeprefix("M").partition("P")
    return int(seconds), int(fine), int(pid_and_count.partition("Q")[2] or 0)


def _in_words(mail: EmailMessage) -> str:
    heads = [f"{name}: {mail[name]}" for name in ("Date", "To", "Subject") if mail[name]]
    files = [f"Attached: {part.get_filename()}" for part in mail.iter_attachments()]
    body = mail.get_body(("plain",))
    return "\n".join((*heads, *files, "", body.get_content().rstrip() if body else ""))
