"""Fills the order form in a browser."""

from datetime import timedelta

from django.utils import timezone

SOON = (timezone.now() + timedelta(days=8)).date()


def fill(page, *, kind="Order", email="maria@alfreds.example"):
    """A transport from Berlin to Graz, typed into a page or a frame."""
    page.get_by_role("radio", name=kind, exact=True).check()
    page.get_by_label("Company", exact=True).fill("Alfreds Futterkiste")
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.locator("[name=answers-contact_phone]").fill("030-0074321")
    page.locator("[name=answers-street]").fill("Obere Str. 57")
    page.locator("[name=answers-postal_code]").fill("12209")
    page.locator("[name=answers-city]").fill("Berlin")
    page.locator("[name=answers-country]").select_option("DE")
    for number, (name, code, city, country) in enumerate(
        [("Alfreds Futterkiste", "12209", "Berlin", "DE"), ("Ernst Handel", "8010", "Graz", "AT")],
        start=1,
    ):
        stop = page.locator(f"#stops-{number}")
        stop.get_by_label("Company or name").fill(name)
        stop.get_by_label("Street").fill("Kirchgasse 6")
        stop.get_by_label("Postal code").fill(code)
        stop.get_by_label("City").fill(city)
        stop.get_by_label("Country").select_option(country)
        stop.get_by_label("Day").fill((SOON + timedelta(days=number)).isoformat())
    goods = page.locator("#goods-1")
    goods.get_by_label("Quantity", exact=True).fill("2")
    goods.get_by_label("Package").select_option("eur_pallet")
    goods.get_by_label("What it is").fill("Tinned fish")
    goods.get_by_label("Gross weight").fill("640")
