"""A real SMTP server of the tests' own, in a thread, that misbehaves on request."""

import asyncio
import contextlib
import ssl
import threading
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult

USERNAME, PASSWORD = "portal", "secret of the mail server"


@dataclass
class MailServer:
    """What a server does, and what it has taken.

    `refusals` are answers to RCPT by address, `sender_refusal` and `data_answers` (used up from the
    front) those to MAIL and DATA. It may hang after DATA, drop the connection there with the
    message taken, hold the answer back, or close after each so many messages.
    """

    refusals: dict[str, str] = field(default_factory=dict)
    sender_refusal: str = ""
    data_answers: list[str] = field(default_factory=list)
    hangs: bool = False
    drops: int = 0
    closes_after: int = 0
    holds_at: int = 0
    port: int = 0
    connections: int = 0
    taken: list = field(default_factory=list)
    holding: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def hold_at(self, number):
        """Take the message of this number, and keep the answer back until `let_go`."""
        self.holding.clear()
        self.holds_at = number

    def let_go(self):
        self.holds_at = 0

    @property
    def ids(self):
        """How often each Message-ID was taken."""
        return Counter(message["Message-ID"] for message in self.taken)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.sender_refusal:
            return self.sender_refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        while self.hangs and not self.ended.is_set():
            await asyncio.sleep(0.01)
        if self.data_answers:
            answer = self.data_answers.pop(0)
            if not answer.startswith("250"):
                return answer
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        while self.holds_at and len(self.taken) >= self.holds_at and not self.ended.is_set():
            self.holding.set()
            await asyncio.sleep(0.01)
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        elif self.closes_after and len(self.taken) % self.closes_after == 0:
            asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 OK"


@contextlib.contextmanager
def a_mail_server(*, port=0, certificate=None, signs_in=False, **behaviour):
    """Listens until the end of the `with`; with a certificate it insists on STARTTLS."""
    server = MailServer(**behaviour)
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def authenticate(_server, _session, _envelope, _mechanism, given):
        known = (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    def connected():
        server.connections += 1
        return SMTP(
            server,
            hostname="mail.example",
            tls_context=context,
            require_starttls=bool(context),
            auth_required=signs_in,
            authenticator=authenticate if signs_in else None,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    # The loop runs in the thread alone: Playwright keeps one of its own running in this one.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout=10)

    try:
        listener = run(loop.create_server(connected, "127.0.0.1", port))
        server.port = listener.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            server.ended.set()
            run(_hang_up(listener))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _hang_up(listener):
    listener.close()
    conversations = asyncio.all_tasks() - {asyncio.current_task()}
    for conversation in conversations:
        conversation.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)
    await listener.wait_closed()
    # One turn of the loop, in which closed transports let go of their sockets.
    await asyncio.sleep(0)
