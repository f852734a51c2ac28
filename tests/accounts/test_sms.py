import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.channels.sms import SmsChannel
from accounts.kinds import SECURE_MAIL_WAITS, SMS_TEST
from accounts.models import OutgoingMessage
from accounts.services import account_settings, delivery, notify
from tests.builders.accounts import a_clerk, a_customer, an_admin
from tests.builders.messages import LINK, a_recipient

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def service(settings):
    """An SMS service of this machine: what it got, and what it answers."""
    got, answers = [], [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, json.loads(body)["message"]))
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_URL = f"json://127.0.0.1:{server.server_port}/to/{{to}}"
    yield got, answers
    server.shutdown()
    server.server_close()
    thread.join()


def try_it(phone="040 1234567"):
    return notify.compose(
        SMS_TEST, to=[a_recipient(phone=phone, name="Maria Anders")], context={}, now=NOW
    )


def test_a_message_reaches_the_service_under_a_whole_number(service):
    got, _answers = service
    try_it()

    delivery.send_due(clock=timezone.now)

    assert got == [("/to/+358401234567", "Portico: text messages to Maria Anders work.")]
    assert OutgoingMessage.objects.get().state == "sent"


def test_a_service_that_refuses_is_asked_again_later(service):
    got, answers = service
    answers[0] = 503
    try_it()

    delivery.send_due(clock=timezone.now)
    message = OutgoingMessage.objects.get()
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.due_at > timezone.now()
    assert message.failure

    answers[0] = 200
    delivery.send_due(clock=lambda: message.due_at)
    assert OutgoingMessage.objects.get().state == "sent"
    assert len(got) == 2


def test_a_service_that_does_not_listen_loses_nothing(settings):
    settings.SMS_URL = "json://127.0.0.1:9/to/{to}"
    try_it()

    delivery.send_due(clock=timezone.now)

    assert OutgoingMessage.objects.get().state == "queued"


@pytest.mark.parametrize("phone", ["12", "call me", "0401234567 ext 5", "+999 1"])
def test_a_number_that_is_none_fails_where_the_office_sees_it(settings, phone):
    settings.SMS_URL = "console://"

    (message,) = try_it(phone)

    assert (message.state, message.recipient_address) == ("failed", phone)


def test_somebody_without_a_number_gets_none(settings):
    settings.SMS_URL = "console://"

    assert try_it(phone="") == []


def test_without_a_service_nothing_goes_by_sms(settings):
    account_settings.keep(now=NOW, sms_situations=["secure_mail_waits"])

    assert not SmsChannel().is_offered(SECURE_MAIL_WAITS)
    settings.SMS_URL = "console://"
    assert SmsChannel().is_offered(SECURE_MAIL_WAITS)
    account_settings.keep(now=NOW, sms_situations=[])
    assert not SmsChannel().is_offered(SECURE_MAIL_WAITS)


def test_the_demo_prints_what_it_would_send(settings, capsys):
    settings.SMS_URL = "console://"
    try_it()

    delivery.send_due(clock=timezone.now)

    assert "SMS to +358401234567: Portico: text messages" in capsys.readouterr().out


def a_keeper(*acts):
    clerk = a_clerk()
    names = [f"{act}_accountsettings" for act in acts or ("view", "change")]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def test_the_office_chooses_the_situations(client, settings):
    settings.SMS_URL = "console://"
    client.force_login(a_keeper())

    client.post(reverse("office:settings-sms"), {"situations": ["secure_mail_waits"]})
    assert account_settings.current().sms_situations == ["secure_mail_waits"]

    wrong = client.post(reverse("office:settings-sms"), {"situations": ["set_password"]})
    assert "Error:" in wrong.content.decode()
    assert account_settings.current().sms_situations == ["secure_mail_waits"]


def test_the_office_tries_the_service(client, settings):
    settings.SMS_URL = "console://"
    client.force_login(a_keeper())

    wrong = client.post(reverse("office:settings-sms-test"), {"number": "12"})
    assert "Write the phone number like" in wrong.content.decode()
    client.post(reverse("office:settings-sms-test"), {"number": "040 1234567"})

    assert OutgoingMessage.objects.get().recipient_address == "+358401234567"


def test_without_a_service_there_is_nothing_to_try(client):
    client.force_login(a_keeper())

    assert "No SMS service is set up" in client.get(reverse("office:settings-sms")).content.decode()
    response = client.post(reverse("office:settings-sms-test"), {"number": "040 1234567"})
    assert response.status_code == 404


def test_who_may_look_may_not_change(client):
    client.force_login(a_keeper("view"))

    assert client.get(reverse("office:settings-sms")).status_code == 200
    assert client.post(reverse("office:settings-sms"), {}).status_code == 403
    assert client.post(reverse("office:settings-sms-test"), {}).status_code == 403


def test_members_find_no_settings(client):
    client.force_login(an_admin(a_customer()))

    assert client.get(reverse("office:settings-sms")).status_code == 404


def test_the_link_of_a_secure_mail_is_not_in_the_text_message(settings):
    settings.SMS_URL = "console://"
    account_settings.keep(now=NOW, sms_situations=["secure_mail_waits"])
    context = {"link": LINK, "subject": "Invoice", "kept_until": NOW}

    sent = notify.compose(
        SECURE_MAIL_WAITS, to=[a_recipient(phone="+358401234567")], context=context, now=NOW
    )

    (text,) = [row.body_text for row in sent if row.channel == "sms"]
    assert "/p/" not in text
