"""Pictures of a running portal: `python -m tests.browser.shots FOLDER ADDRESS…`.

Signs in as the first customer of var/demo.json (or `--office`) and takes each address at 1280
and 360 px, light and dark.
"""

import argparse
import json
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("addresses", nargs="+", help="such as /orders/ or /office/sync/")
    parser.add_argument("--office", action="store_true", help="sign in as staff")
    given = parser.parse_args()
    demo = json.loads(Path("var/demo.json").read_text())
    person = demo["office"] if given.office else demo["customers"][0]
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page(base_url=demo["url"], locale="en-GB")
        page.goto("/accounts/login/")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password", exact=True).fill(person["password"])
        page.get_by_role("button", name="Sign in").click()
        for address in given.addresses:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.emulate_media(color_scheme=scheme)
                    page.goto(address)
                    name = address.strip("/").replace("/", "-") or "home"
                    page.screenshot(
                        path=given.folder / f"{name}-{width}-{scheme}.png", full_page=True
                    )
        chromium.close()


if __name__ == "__main__":
    main()
