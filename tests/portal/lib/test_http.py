import gzip
import logging
import ssl
import time
import tracemalloc

import pytest

from portal.lib import http
from tests.builders.certificates import a_certificate
from tests.peers import a_peer, http_answer, saying, silent

HASTY = http.Timeouts(connect=0.5, read=0.5, total=0.5)
PATIENT_WITH_EACH_BYTE = http.Timeouts(connect=5, read=5, total=0.6)


def an_endpoint(url, **changes):
    return http.Endpoint(url, **{"max_bytes": 100_000, **changes})


def post(url, body=b"<ask/>", **changes):
    return an_endpoint(url, **changes).post(body, headers={"Content-Type": "text/xml"})


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "500 Internal Server Error"])
def test_an_answer_of_any_status_is_handed_back(status):
    with a_peer(saying(http_answer(b"<a/>", status=status, media_type="Text/XML; a=b"))) as peer:
        answer = post(peer.url)

    assert answer == http.Answer(status=int(status[:3]), media_type="text/xml", body=b"<a/>")


def test_a_compressed_answer_is_unpacked():
    packed = gzip.compress(b"<a/>" * 100)
    with a_peer(saying(http_answer(packed, headers=("Content-Encoding: gzip",)))) as peer:
        answer = post(peer.url)

    assert answer.body == b"<a/>" * 100


def test_credentials_travel_as_basic_in_utf8():
    with a_peer(saying(http_answer())) as peer:
        post(peer.url, username="portal", password="pässword")

    assert b"Authorization: Basic cG9ydGFsOnDDpHNzd29yZA==\r\n" in peer.requests[0]


def test_a_server_that_never_answers_is_given_up():
    with a_peer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match=f"127.0.0.1:{peer.port} did not answer within 0.5"):
            post(peer.url, timeouts=HASTY)

    assert time.monotonic() - started < 5


def test_a_server_that_falls_silent_is_given_up_before_the_whole_time_is_over():
    def script(peer, connection):
        peer.read_request(connection)
        connection.sendall(http_answer(b"<a>", length=1000))
        peer.closing.wait(30)

    with a_peer(script) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match="stopped sending before its answer was complete"):
            post(peer.url, timeouts=http.Timeouts(connect=5, read=0.3, total=60))

    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_a_server_that_drips_is_cut_off_by_the_clock(start):
    def script(peer, connection):
        peer.read_request(connection)
        connection.sendall(start)
        peer.drip(connection, b"HTTP/1.1 200 OK, as it were: " + b"x" * 2000, every=0.02)

    with a_peer(script) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match=r"did not answer within 0\.6 seconds"):
            post(peer.url, timeouts=PATIENT_WITH_EACH_BYTE)

    assert time.monotonic() - started < 5


def test_a_server_that_says_continue_for_ever_is_cut_off():
    def script(peer, connection):
        peer.read_request(connection)
        while not peer.closing.wait(0.02):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with a_peer(script) as peer, pytest.raises(http.NoAnswer, match="did not answer within"):
        post(peer.url, timeouts=PATIENT_WITH_EACH_BYTE)


def test_a_server_that_does_not_take_the_request_is_cut_off():
    with a_peer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match="did not answer within"):
            post(peer.url, b"x" * 50_000_000, timeouts=HASTY)

    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        http_answer(b"<a>half", length=1000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<a>half",
    ],
    ids=["nothing", "in the body", "in a chunk"],
)
def test_an_answer_that_is_cut_off_is_no_answer(answer):
    with a_peer(saying(answer)) as peer, pytest.raises(http.NoAnswer, match="broke off"):
        post(peer.url)


def test_a_server_that_does_not_speak_http_is_told_as_such():
    with (
        a_peer(saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")) as peer,
        pytest.raises(http.NoAnswer, match="does not answer as a web server does"),
    ):
        post(peer.url)


def test_a_closed_port_refuses():
    with a_peer(silent) as peer:
        pass

    with pytest.raises(http.NoAnswer, match="refused the connection"):
        post(peer.url)


def test_an_unknown_host_is_named():
    with pytest.raises(http.NoAnswer, match=r"erp\.invalid is not a known host name"):
        post("http://erp.invalid/soap")


def test_a_redirect_is_handed_back_and_not_followed():
    with a_peer(saying(http_answer(b"<secret/>"))) as inner:
        elsewhere = http_answer(status="302 Found", headers=(f"Location: {inner.url}",))
        with a_peer(saying(elsewhere)) as peer:
            answer = post(peer.url)

    assert (answer.status, inner.connections) == (302, 0)


def test_an_endless_answer_is_not_read_to_its_end():
    def script(peer, connection):
        peer.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        while not peer.closing.is_set():
            connection.sendall(b"<a/>" * 10_000)

    with (
        a_peer(script) as peer,
        pytest.raises(http.UnusableAnswer, match="more than 100,000 bytes in one answer"),
    ):
        post(peer.url)


def test_a_compression_bomb_is_stopped_while_it_unpacks():
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    with a_peer(saying(http_answer(bomb, headers=("Content-Encoding: gzip",)))) as peer:
        tracemalloc.start()
        with pytest.raises(http.UnusableAnswer, match="more than 1,000,000 bytes"):
            post(peer.url, max_bytes=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 10_000_000


def test_an_answer_that_cannot_be_unpacked_is_unusable():
    broken = http_answer(b"no gzip at all", headers=("Content-Encoding: gzip",))
    with a_peer(saying(broken)) as peer, pytest.raises(http.UnusableAnswer, match="unpacked"):
        post(peer.url)


def test_cookies_are_not_sent_back():
    with a_peer(saying(http_answer(headers=("Set-Cookie: session=abc",)))) as peer:
        endpoint = an_endpoint(peer.url)
        for _ in range(2):
            endpoint.post(b"", headers={})

    assert [b"cookie" in request.lower() for request in peer.requests] == [False, False]


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    with a_peer(saying(http_answer())) as proxy, a_peer(saying(http_answer())) as peer:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NETRC", str(netrc))
        post(peer.url)

    assert (proxy.connections, b"Authorization" in peer.requests[0]) == (0, False)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0", "224.0.0.1"],
)
def test_link_local_addresses_are_not_called(host):
    started = time.monotonic()
    with pytest.raises(http.NoAnswer, match="could not be reached"):
        post(f"http://{host}/latest/meta-data/", timeouts=http.Timeouts(connect=20, total=20))

    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://erp.example.com/", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("erp.example.com/soap", "http:// or https://"),
        ("http:///soap", "name a host"),
        ("http://portal:secret@erp.example.com/", "must not contain a user name"),
        ("http://erp.example.com/#part", "fragment"),
        ("http://erp.example.com:99999/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
        ("", "http:// or https://"),
    ],
)
def test_an_address_that_is_not_fit_is_refused(url, words):
    with pytest.raises(http.BadAddress, match=words) as caught:
        an_endpoint(url)

    assert "secret" not in str(caught.value)


def test_neither_logs_nor_errors_nor_names_carry_credentials(caplog):
    caplog.set_level(logging.DEBUG)
    with a_peer(saying(b"")) as peer:
        endpoint = an_endpoint(peer.url, username="portal-user", password="h3ll0-there")
        with pytest.raises(http.NoAnswer) as caught:
            endpoint.post(b"<name>Maria Anders</name>", headers={})

    everything = f"{caplog.text} {caught.value} {endpoint!r} {caught.value.__cause__!r}"
    assert "urllib3" in caplog.text
    for secret in ("portal-user", "h3ll0", "Basic ", "Maria"):
        assert secret not in everything


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1, in one file with its key."""
    return a_certificate(tmp_path_factory.mktemp("tls") / "erp.pem")


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    http._tls_context.cache_clear()
    yield
    http._tls_context.cache_clear()


def over_tls(certificate, script):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def tls_script(peer, connection):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            script(peer, wrapped)

    return tls_script


def https(peer, host="127.0.0.1"):
    return f"https://{host}:{peer.port}/soap"


def test_a_certificate_that_nobody_vouches_for_stops_the_call(certificate):
    with (
        a_peer(over_tls(certificate, saying(http_answer()))) as peer,
        pytest.raises(http.NoAnswer, match="no certificate that can be trusted"),
    ):
        post(https(peer), username="portal", password="secret")

    assert peer.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_the_systems_roots_is_trusted(certificate):
    with a_peer(over_tls(certificate, saying(http_answer(b"<a/>")))) as peer:
        answer = post(https(peer))

    assert answer.body == b"<a/>"


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_stops_the_call(certificate):
    with (
        a_peer(over_tls(certificate, saying(http_answer()))) as peer,
        pytest.raises(http.NoAnswer, match="no certificate that can be trusted"),
    ):
        post(https(peer, "localhost"))

    assert peer.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_server_that_drips_over_tls_is_cut_off(certificate):
    def script(peer, connection):
        peer.read_request(connection)
        peer.drip(connection, b"HTTP/1.1 200 OK, as it were: " + b"x" * 2000, every=0.02)

    with a_peer(over_tls(certificate, script)) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match="did not answer within"):
            post(https(peer), timeouts=PATIENT_WITH_EACH_BYTE)

    assert time.monotonic() - started < 5


def test_a_tls_handshake_that_hangs_is_cut_off():
    with a_peer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(http.NoAnswer, match="did not answer within"):
            post(https(peer), timeouts=HASTY)

    assert time.monotonic() - started < 5


def test_plain_http_where_tls_is_expected_is_told_as_such():
    def script(peer, connection):
        connection.recv(100)
        connection.sendall(http_answer())

    with (
        a_peer(script) as peer,
        pytest.raises(http.NoAnswer, match="could not agree on an encrypted connection"),
    ):
        post(https(peer))


def a_session(**changes):
    return http.EncryptedSession(**{"max_bytes": 100_000, **changes})


def test_a_session_sends_what_a_library_gives_it():
    with a_peer(saying(http_answer(b'{"a": 1}'))) as peer, a_session() as session:
        answer = session.get(peer.url, headers={"Authorization": "Bearer 1"})
        session.post(peer.url, data={"code": "a b"}, timeout=None)

    assert (answer.status_code, answer.json()) == (200, {"a": 1})
    assert b"Authorization: Bearer 1\r\n" in peer.requests[0]
    assert b"code=a+b" in peer.requests[1]


def test_a_session_follows_nowhere():
    elsewhere = http_answer(status="302 Found", headers=("Location: http://127.0.0.1:1/x",))
    with a_peer(saying(elsewhere)) as peer, a_session() as session:
        assert session.get(peer.url).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://provider.example/",
        "http://10.0.0.1/",
        "http://localhost.provider.example/",
        "ftp://localhost/",
        "https://user:password@provider.example/",
        "https:///nowhere",
    ],
)
def test_a_session_goes_to_https_alone_or_to_this_machine(url):
    with a_session() as session, pytest.raises(http.BadAddress):
        session.get(url)


@pytest.mark.parametrize(
    "url", ["https://provider.example/", "http://localhost:9/", "http://[::1]/"]
)
def test_addresses_that_keep_a_secret(url):
    http.require_encryption(url)


def test_a_session_gives_up_servers_that_never_answer_or_say_too_much():
    with a_peer(silent) as peer, pytest.raises(http.NoAnswer):
        a_session(timeouts=HASTY).get(peer.url)
    chatty = saying(http_answer(b"x" * 5000))
    with a_peer(chatty) as peer, pytest.raises(http.UnusableAnswer):
        a_session(max_bytes=4999).get(peer.url)
