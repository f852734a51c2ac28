"""The office's own words for messages."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission

from accounts.channels import channel_of
from accounts.kinds import SET_PASSWORD
from accounts.models import AuditEntry, MessageWording
from accounts.services import editing_words, wordings
from accounts.services.editing_words import ChangedMeanwhile, Unusable
from tests.builders.accounts import a_clerk, a_superuser
from tests.builders.messages import a_message, a_recipient

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
EMAIL = channel_of("email")
LIST = "/office/settings/messages/"
PAGE = f"{LIST}set_password/email/en/"
SUBJECT = "Choose a password at {{ company }}"
BODY = "# Hello {{ name }}\n\nThere it is.\n\n[Go]({{ link }})\n\nUntil {{ valid_until }}."

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    client.force_login(a_superuser(first_name="Laura", last_name="Callahan"))
    return client


@pytest.fixture
def viewer(client):
    clerk = a_clerk()
    clerk.user_permissions.add(Permission.objects.get(codename="view_messagewording"))
    client.force_login(clerk)
    return client


def keep(*, subject=SUBJECT, body=BODY, language="en", based_on=0):
    words = {"subject": subject, "body": body}
    return editing_words.keep(
        SET_PASSWORD, channel=EMAIL, language=language, words=words, based_on=based_on, now=NOON
    )


def typed(*, subject=SUBJECT, body=BODY, based_on=0, **more):
    return {"subject": subject, "body": body.replace("\n", "\r\n"), "based_on": based_on, **more}


def errors(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def test_messages_are_written_with_the_offices_words_from_then_on(
    django_capture_on_commit_callbacks,
):
    before = a_message(now=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        keep()

    message = a_message(to=a_recipient(name="Maria Anders"), now=NOON)
    in_finnish = a_message(to=a_recipient(language="fi"), now=NOON)

    assert (before.subject, message.subject) == (
        "Set your password",
        "Choose a password at Portico",
    )
    assert message.body_text.startswith("Hello Maria Anders\n\nThere it is.\n\nGo:\n")
    assert "<h1" in message.body_html
    assert in_finnish.subject == "Aseta salasanasi"


def test_each_change_is_a_version_and_the_original_comes_back():
    keep()
    keep(subject="Another", based_on=1)
    editing_words.take_back(SET_PASSWORD, channel=EMAIL, language="en", based_on=2, now=NOON)

    assert [
        (each.version, each.words.get("subject"))
        for each in MessageWording.objects.order_by("version")
    ] == [(1, SUBJECT), (2, "Another"), (3, None)]
    assert a_message(now=NOON).subject == "Set your password"
    assert [entry.kind for entry in AuditEntry.objects.order_by("pk")] == [
        "message_words_changed",
        "message_words_changed",
        "message_words_taken_back",
    ]
    last = AuditEntry.objects.order_by("pk").last()
    assert (last.before["subject"], last.after["subject"]) == ("Another", "Set your password")


def test_the_same_words_again_are_no_version():
    keep()
    keep(based_on=1)
    words = wordings.originals(SET_PASSWORD, "fi", EMAIL.parts)
    keep(**words, language="fi")
    keep(**words, language="fi", based_on=1)

    assert [(each.language, each.version) for each in MessageWording.objects.order_by("pk")] == [
        ("en", 1),
        ("fi", 1),
    ]


def test_nobody_overwrites_what_another_has_saved_meanwhile():
    keep()

    with pytest.raises(ChangedMeanwhile):
        keep(subject="Mine")
    with pytest.raises(ChangedMeanwhile):
        keep(subject="Mine", based_on=7)


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("body", "Hello", "{{ link }} has to stay"),
        ("body", BODY + "{{ password }}", "{{ password }} cannot stand here"),
        ("body", BODY + "{% now %}", "Braces stand for placeholders alone"),
        ("body", BODY + "{{ name", "Braces stand for placeholders alone"),
        ("body", BODY + "{{ name.email }}", "Braces stand for placeholders alone"),
        ("body", BODY + "[Go](https://evil.example)", "A button leads to one of the message's"),
        ("body", " \n ", "Write something"),
        ("body", BODY + "x" * 10_000, "characters long; 10000 fit"),
        ("subject", "", "Write something"),
        ("subject", "Go {{ link }}", "{{ link }} cannot stand here. Allowed are: {{ valid_until"),
        ("subject", "x" * 151, "This is 151 characters long; 150 fit."),
    ],
)
def test_words_that_break_the_message_are_refused_with_what_is_allowed(chief, part, text, said):
    response = chief.post(PAGE, typed(**{part: text}))

    (error,) = errors(response)[part]
    assert said in error
    assert response.context["form"][part].value() == text.replace("\n", "\r\n")
    assert "Error: " in response.text
    assert not MessageWording.objects.exists()
    with pytest.raises(Unusable):
        keep(**{part: text})


def test_unknown_placeholders_are_told_with_all_that_may_be_used(chief):
    response = chief.post(PAGE, typed(body=f"{BODY} {{{{ a }}}} {{{{ b }}}}"))

    assert errors(response)["body"] == [
        "{{ a }}, {{ b }} cannot stand here. Allowed are: {{ link }}, {{ valid_until }},"
        " {{ name }}, {{ company }}."
    ]


def test_words_that_a_later_release_cannot_use_are_left_for_the_original(chief, caplog):
    MessageWording.objects.create(
        kind="set_password",
        channel="email",
        language="en",
        version=1,
        words={"subject": "Hello", "body": "See {{ gone }}"},
        saved_at=NOON,
    )
    wordings.forget()

    assert a_message(now=NOON).subject == "Set your password"
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "edited message cannot be used"
    ]
    assert "cannot be used any more" in chief.get(PAGE).text


@pytest.mark.parametrize("words", [{"subject": "Only"}, {"subject": "a", "body": "b", "x": "c"}])
def test_words_with_other_parts_than_the_kind_has_are_not_used(words):
    MessageWording.objects.create(
        kind="set_password",
        channel="email",
        language="en",
        version=1,
        words=words,
        saved_at=NOON,
    )
    wordings.forget()

    assert a_message(now=NOON).subject == "Set your password"


def test_the_list_says_which_texts_are_the_offices(chief, django_assert_num_queries):
    keep(language="sv")
    chief.get(LIST)

    # Session, user, the newest versions, and the bar.
    with django_assert_num_queries(4):
        rows = chief.get(LIST).context["rows"]

    (row,) = [row for row in rows if row["label"] == "Set your password"]
    assert [text["is_edited"] for text in row["texts"]] == [False, False, True, False]


def test_the_office_saves_words_and_takes_them_back(chief):
    response = chief.post(PAGE, typed(), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "The words are saved and used from now on."
    ]
    saved = MessageWording.objects.get()
    assert saved.words == {"subject": SUBJECT, "body": BODY}
    assert saved.saved_by.email == response.context["user"].email
    assert "Laura Callahan" in response.text

    response = chief.post(PAGE, typed(based_on=1, take_back="", body="half"), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "The original words are used again."
    ]
    assert MessageWording.objects.order_by("version").last().is_original
    assert chief.get(f"{PAGE}?version=1").context["form"]["subject"].value() == SUBJECT


def test_whoever_saves_over_another_is_asked_to_compare_first(chief):
    keep(subject="Theirs")

    response = chief.post(PAGE, typed(subject="Mine"))

    assert "Somebody else has saved these words" in errors(response)["__all__"][0]
    assert response.context["form"]["subject"].value() == "Mine"
    assert response.context["form"]["based_on"].value() == 1
    chief.post(PAGE, typed(subject="Mine", based_on=1))
    assert MessageWording.objects.order_by("version").last().words["subject"] == "Mine"


@pytest.mark.parametrize("based_on", ["", "x", "-1", "9" * 40])
def test_a_form_that_was_tampered_with_saves_nothing(chief, based_on):
    assert chief.post(PAGE, typed(based_on=based_on)).status_code == 200
    assert not MessageWording.objects.exists()


def test_whoever_may_only_look_sees_the_words_and_changes_none(viewer):
    keep()

    page = viewer.get(PAGE)

    assert "There it is." in page.text
    assert "<textarea" not in page.text
    assert viewer.post(PAGE, typed(based_on=1, subject="Mine")).status_code == 403


def test_a_preview_shows_what_is_in_the_form_and_saves_nothing(chief):
    response = chief.post(f"{PAGE}preview/", typed(body=BODY.replace("There it is", "<b>Look</b>")))

    assert "&lt;b&gt;Look&lt;/b&gt;" in response.text
    assert "Hello Laura Callahan" in response.text
    assert "sandbox" in response["Content-Security-Policy"]
    assert not MessageWording.objects.exists()


def test_a_preview_in_another_language_has_its_days_and_frame(chief):
    page = chief.get(f"{LIST}set_password/email/fi/preview/").text

    assert '<html lang="fi">' in page
    assert "Valitse, mistä kirjoitamme" in page


def test_a_preview_as_plain_text_begins_with_the_subject(chief):
    response = chief.post(f"{PAGE}preview/", typed(**{"as": "text"}))

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("Choose a password at Portico\n\nHello Laura Callahan\n")


def test_a_preview_of_broken_words_says_what_is_wrong(chief):
    response = chief.post(f"{PAGE}preview/", typed(body="Hello", subject=""))

    assert "No message can be written with this text" in response.text
    assert "has to stay" in response.text


@pytest.mark.parametrize(
    "address",
    [
        "nothing/email/en/",
        "set_password/pigeon/en/",
        "set_password/email/ru/",
        "set_password/sms/en/",
    ],
)
def test_there_are_no_words_for_what_there_is_not(chief, address):
    assert chief.get(f"{LIST}{address}").status_code == 404
    assert chief.get(f"{LIST}{address}preview/").status_code == 404
