import pytest

from portal.lib.browsers import describe

MOZILLA = "Mozilla/5.0 "
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) {CHROME} Edg/140.0.0.0", "Edge on Windows"),
        (f"{MOZILLA}(Linux; Android 15; SM-S921B) {CHROME}", "Chrome on Android"),
        (f"{MOZILLA}(X11; CrOS x86_64) {CHROME}", "Chrome on ChromeOS"),
        (f"{MOZILLA}(Macintosh; Intel Mac OS X) Version/18 Safari/605", "Safari on Mac"),
        (f"{MOZILLA}(iPad; CPU OS 18_0 like Mac OS X) CriOS/140 Safari/604", "Chrome on iPad"),
        (f"{MOZILLA}(X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox on Linux"),
        ("curl/8.0", "Unknown device"),
        ("Firefox/1", "Firefox"),
        ("", "Unknown device"),
    ],
)
def test_browsers_are_called_by_the_names_people_know(agent, name):
    assert describe(agent) == name
