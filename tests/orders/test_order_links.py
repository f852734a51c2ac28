import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry
from orders.forms.office import OrderLinkForm
from orders.models import OrderLink, OrderType
from orders.views import order_links
from portal.lib import xml
from portal.lib.colours import contrast
from tests.builders.accounts import a_clerk, a_customer, a_superuser, an_admin
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db


def a_keeper(*codenames):
    clerk = a_clerk()
    names = codenames or (
        "view_orderlink",
        "change_orderlink",
        "view_ordertype",
        "change_ordertype",
    )
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def posted(**changed):
    return {
        "name": "Homepage",
        "offers": "both",
        "order_type": "",
        "language": "",
        "accent": "",
        "valid_until": "",
        "sites": "",
    } | changed


def test_a_link_is_made_with_its_options_and_leaves_a_trace(client):
    client.force_login(a_keeper())
    kind = an_order_type()
    values = posted(
        offers="offer",
        order_type=kind.pk,
        language="fi",
        accent="#0B6BCB",
        valid_until="2027-12-31",
        sites="https://www.example.com/\nHTTPS://Shop.Example.com:8443",
        pickup_city="Helsinki",
        pickup_country="FI",
        pickup_postal_code="00160",
        country="FI",
        **{"level-business_id": "required", "level-people": "usual"},
    )

    client.post(reverse("office:order-link-new"), values)

    link = OrderLink.objects.get()
    assert (link.kinds, link.order_type, link.language, link.accent) == (
        ["offer"],
        kind,
        "fi",
        "#0b6bcb",
    )
    assert link.sites == ["https://www.example.com", "https://shop.example.com:8443"]
    assert link.fields == {"business_id": "required"}
    assert link.prefilled["answers"] == {"country": "FI"}
    assert link.prefilled["stops"][0]["city"] == "Helsinki"
    assert AuditEntry.objects.get().kind == "order_link_kept"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"sites": "www.example.com"}, "is not a site"),
        ({"sites": "http://www.example.com"}, "is not a site"),
        ({"sites": "https://www.example.com/order"}, "is not a site"),
        ({"sites": "https://user@www.example.com"}, "is not a site"),
        ({"sites": "https://ex\u0430mple.com"}, "is not a site"),
        ({"sites": "javascript:alert(1)"}, "is not a site"),
        ({"sites": "* https:"}, "is not a site"),
        ({"accent": "blue"}, "Write the colour like"),
        ({"accent": "#ffee00"}, "too light to be read"),
        ({"valid_until": "soon"}, "Enter a valid date"),
        ({"offers": "gifts"}, "not one of the available choices"),
        ({"pickup_postal_code": "1", "pickup_country": "FI"}, "Write the postal code like 12345"),
        ({"level-business_id": "perhaps"}, "not one of the available choices"),
    ],
)
def test_options_that_make_no_sense_are_refused_and_kept_on_the_page(client, changed, words):
    client.force_login(a_keeper())

    response = client.post(reverse("office:order-link-new"), posted(**changed))

    assert words in response.content.decode()
    assert "Error:" in response.content.decode()
    assert not OrderLink.objects.exists()


def test_what_was_changed_can_be_read_in_the_audit(client):
    client.force_login(a_superuser())
    values = posted(pickup_city="Helsinki", **{"level-business_id": "required"})

    client.post(reverse("office:order-link-new"), values)

    page = client.get(reverse("office:audit")).content.decode()
    assert "business_id: required" in page
    assert "city: Helsinki" in page


def test_a_changed_link_keeps_its_code_and_its_counts(client):
    client.force_login(a_keeper())
    link = an_order_link(opened=7)

    client.post(reverse("office:order-link", args=[link.pk]), posted(name="Footer"))

    changed = OrderLink.objects.get()
    assert (changed.name, changed.code, changed.opened) == ("Footer", link.code, 7)


def test_a_revoked_link_closes_at_once_and_once(client):
    client.force_login(a_keeper())
    link = an_order_link()
    address = reverse("office:order-link-revoke", args=[link.pk])
    assert client.get(address).status_code == 200

    client.post(address)
    client.post(address)

    assert client.get(f"/order-form/{link.code}/").status_code == 410
    assert AuditEntry.objects.filter(kind="order_link_revoked").count() == 1


def test_open_links_are_listed_however_many_were_revoked(client, monkeypatch):
    monkeypatch.setattr(order_links, "SHOWN", 2)
    for name in ("Fair 2024", "Fair 2025", "Fair 2026"):
        an_order_link(name=name, revoked_at=timezone.now())
    an_order_link(name="Homepage")
    client.force_login(a_keeper())

    page = client.get(reverse("office:order-link-list"))

    assert [link.name for link in page.context["open"]] == ["Homepage"]


def test_a_links_page_shows_how_to_use_it(client):
    client.force_login(a_keeper("view_orderlink"))
    link = an_order_link(sites=["https://www.example.com"])

    page = client.get(reverse("office:order-link", args=[link.pk])).content.decode()

    url = f"http://testserver/order-form/{link.code}/"
    assert f'value="{url}"' in page
    assert (
        f"&lt;script src=&quot;{url}embed.js" in page or f'&lt;script src="{url}embed.js"' in page
    )
    assert "<button" not in page.partition("<main")[2].partition("</main>")[0]
    picture = client.get(reverse("office:order-link-qr", args=[link.pk]))
    assert picture["Content-Type"] == "image/svg+xml"
    # A browser shows a file as a picture only when it says itself that it is SVG.
    assert (
        xml.parse(picture.content, limits=xml.Limits(size=50_000, elements=10)).tag
        == "{http://www.w3.org/2000/svg}svg"
    )


def test_only_the_sites_of_a_link_may_show_it_in_a_frame(client):
    an_order_type()
    framed = an_order_link(sites=["https://www.example.com"])
    alone = an_order_link()

    inside = client.get(f"/order-form/{framed.code}/")
    outside = client.get(f"/order-form/{alone.code}/")

    assert "frame-ancestors https://www.example.com" in inside["Content-Security-Policy"]
    assert "X-Frame-Options" not in inside
    assert 'content="https://www.example.com"' in inside.content.decode()
    assert "frame-ancestors 'none'" in outside["Content-Security-Policy"]
    assert outside["X-Frame-Options"] == "DENY"


def test_links_out_of_the_form_leave_the_frame_it_stands_in(client):
    framed = an_order_link(sites=["https://www.example.com"])
    an_order_type()

    page = client.get(f"/order-form/{framed.code}/").content.decode()
    alone = client.get(f"/order-form/{an_order_link().code}/").content.decode()

    assert page.count('target="_top"') == 3
    assert "_top" not in alone


def test_the_snippet_and_the_colour_are_served_to_other_sites(client):
    link = an_order_link(accent="#0b6bcb")

    script = client.get(f"/order-form/{link.code}/embed.js")
    style = client.get(f"/order-form/{link.code}/style.css")

    assert script["Content-Type"].startswith("text/javascript")
    assert b"orderFormHeight" in script.content
    assert b"--brand-accent:light-dark(#0b6bcb," in style.content
    assert client.get(f"/order-form/{an_order_link().code}/style.css").status_code == 404


def a_picture(kind="PNG", mode="RGB", size=(20, 10), name="logo.png", media_type="image/png"):
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind)
    return SimpleUploadedFile(name, content.getvalue(), content_type=media_type)


def test_a_logo_is_kept_shown_on_the_form_and_dropped(client):
    client.force_login(a_keeper())
    link = an_order_link()
    an_order_type()
    page = reverse("office:order-link", args=[link.pk])
    form = f"/order-form/{link.code}/"

    client.post(page, posted(new_logo=a_picture(media_type="text/html")))

    link.refresh_from_db()
    assert link.logo.media_type == "image/png"
    assert AuditEntry.objects.get().after["logo"] == link.logo.sha256[:12]
    shown = f'src="{form}logo?{link.logo.sha256[:8]}"'
    assert shown in client.get(page).content.decode()
    client.logout()
    assert shown in client.get(form).content.decode()
    client.force_login(a_keeper())
    client.post(page, posted(name="Footer"))
    assert OrderLink.objects.get().logo == link.logo
    client.post(page, posted(drop_logo="on"))
    assert OrderLink.objects.get().logo is None
    assert client.get(f"{form}logo").status_code == 404


def test_the_logo_is_the_same_for_everybody_and_carries_no_cookie(client):
    office = client
    office.force_login(a_keeper())
    link = an_order_link(sites=["https://www.example.com"])
    office.post(reverse("office:order-link", args=[link.pk]), posted(new_logo=a_picture()))

    response = Client().get(f"/order-form/{link.code}/logo")

    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "public, max-age=3600"
    assert not response.cookies
    content = OrderLink.objects.get().logo.content
    content.storage.delete(str(content))
    assert Client().get(f"/order-form/{link.code}/logo").status_code == 404


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (a_picture("GIF", "P", name="logo.gif"), "PNG or JPEG picture"),
        (a_picture("JPEG", "CMYK", name="logo.jpg"), "PNG or JPEG picture"),
        (a_picture(size=(4001, 1)), "wider or higher than 4000 pixels"),
        (
            SimpleUploadedFile("logo.svg", b"<svg onload=alert(1)>", "image/svg+xml"),
            "a valid image",
        ),
        (SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png"), "a valid image"),
        (SimpleUploadedFile("logo.png", b"MZ\x90\x00", "image/png"), "Upload a valid image"),
    ],
    ids=["gif", "print colours", "huge", "svg", "svg called png", "program called png"],
)
def test_what_is_no_safe_picture_is_no_logo(client, picture, words):
    client.force_login(a_keeper())
    link = an_order_link()

    response = client.post(
        reverse("office:order-link", args=[link.pk]), posted(name="Footer", new_logo=picture)
    )

    [error] = response.context["form"].errors["new_logo"]
    assert words in error
    assert 'value="Footer"' in response.content.decode()
    assert OrderLink.objects.get().logo is None


def test_a_colour_has_to_be_readable_on_the_ground_of_the_page_too():
    # Four and a half to one on white, a little less on the ground.
    assert contrast("#767676", "#ffffff") > 4.5

    form = OrderLinkForm(posted(accent="#767676"))

    assert form.errors["accent"] == ["This colour is too light to be read on white."]


def test_contrast_is_what_wcag_says():
    assert round(contrast("#000000", "#ffffff"), 1) == 21
    assert contrast("#777777", "#777777") == 1
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_a_type_is_made_and_its_form_asks_what_it_says(client):
    client.force_login(a_keeper())
    values = {
        "code": "removal",
        "name_en": "Removal",
        "name_fi": "Muutto",
        "cut_off_hours": "48",
        "position": "9",
        "is_active": "on",
        "level-goods": "hidden",
        "level-note_to_driver": "required",
    }

    client.post(reverse("office:order-type-new"), values)

    kind = OrderType.objects.get()
    assert (kind.code, kind.names, kind.cut_off_hours) == (
        "removal",
        {"en": "Removal", "fi": "Muutto"},
        48,
    )
    assert kind.fields == {"goods": "hidden", "note_to_driver": "required"}
    page = client.get(f"/order-form/{an_order_link().code}/").content.decode()
    assert "Removal" in page
    assert 'id="goods"' not in page


def test_a_type_keeps_its_code(client):
    client.force_login(a_keeper())
    kind = an_order_type("transport")
    values = {"code": "other", "name_en": "Transport", "cut_off_hours": "1", "position": "1"}

    client.post(reverse("office:order-type", args=["transport"]), values)

    kind.refresh_from_db()
    assert (kind.code, kind.name, kind.is_active) == ("transport", "Transport", False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name_en": ""}, "This field is required"),
        ({"code": "transport"}, "already exists"),
        ({"code": "two words"}, "Enter a valid"),
        ({"cut_off_hours": "-1"}, "greater than or equal to 0"),
        ({"cut_off_hours": "99999"}, "less than or equal to"),
    ],
)
def test_a_type_that_makes_no_sense_is_refused(client, changed, words):
    client.force_login(a_keeper())
    an_order_type("transport")
    values = {"code": "new", "name_en": "New", "cut_off_hours": "1", "position": "1"} | changed

    response = client.post(reverse("office:order-type-new"), values)

    assert words in response.content.decode()
    assert OrderType.objects.count() == 1


def test_a_link_keeps_its_type_when_that_is_switched_off(client):
    client.force_login(a_keeper())
    kind = an_order_type(is_active=False)
    link = an_order_link(order_type=kind)
    page = client.get(reverse("office:order-link", args=[link.pk])).content.decode()
    assert f'<option value="{kind.pk}" selected>' in page

    client.post(reverse("office:order-link", args=[link.pk]), posted(order_type=kind.pk))

    assert OrderLink.objects.get().order_type == kind


def test_the_office_sees_that_a_switched_off_type_closes_its_links(client):
    client.force_login(a_keeper())
    kind = an_order_type()
    link = an_order_link(order_type=kind)
    an_order_link(order_type=kind, name="Old", revoked_at=timezone.now())
    an_order_link(name="Free")

    values = {"name_en": "Transport", "cut_off_hours": "1", "position": "1"}
    saved = client.post(reverse("office:order-type", args=[kind.code]), values, follow=True)
    assert "1 order link is for this type alone" in saved.content.decode()

    page = client.get(reverse("office:order-link", args=[link.pk])).content.decode()
    assert "is switched off, so this link takes no orders" in page
    assert "How to use it" not in page
    listed = client.get(reverse("office:order-link-list"))
    assert [row.name for row in listed.context["open"]] == ["Free"]
    assert "switched off" in listed.content.decode()


def test_a_link_that_ends_today_still_takes_orders():
    today = timezone.localdate()

    assert an_order_link(valid_until=today).is_open(on=today)
    assert not an_order_link(valid_until=today - timedelta(days=1)).is_open(on=today)


def test_who_may_look_may_not_change(client):
    client.force_login(a_keeper("view_orderlink"))
    link = an_order_link()

    assert client.post(reverse("office:order-link", args=[link.pk]), posted()).status_code == 403
    assert client.get(reverse("office:order-link-new")).status_code == 403


def test_members_do_not_find_the_offices_links(client):
    client.force_login(an_admin(a_customer()))

    assert client.get(reverse("office:order-link-list")).status_code == 404
