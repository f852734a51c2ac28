"""A PDF writer just large enough for the ERP's own papers: text and rules on A4, the two built-in
Helveticas, the Western character set. The same calls give the same bytes.

Written here because the papers are made on request by the hundred in tests: a general library takes
a thousand times as long for a page of text.
"""

import zlib

__all__ = ["HEIGHT", "WIDTH", "Pdf"]

WIDTH = 595
HEIGHT = 842

_FIGURE = 556  # thousandths of the type size, for figures and, near enough, for letters
_NARROW = dict.fromkeys(" .,:;/", 278) | {"-": 333, "%": 889}


class Pdf:
    """Coordinates are points from the top left corner."""

    def __init__(self, *, title: str) -> None:
        self._title = title
        self._pages: list[list[str]] = []
        self.new_page()

    def new_page(self) -> None:
        self._pages.append([])

    def text(self, x: float, y: float, text: str, *, size: float = 9, bold: bool = False) -> None:
        font = "B" if bold else "R"
        self._pages[-1].append(
            f"BT /{font} {size:g} Tf {x:.2f} {HEIGHT - y:.2f} Td {_string(text)} Tj ET"
        )

    def figure(
        self, right: float, y: float, text: str, *, size: float = 9, bold: bool = False
    ) -> None:
        """A number whose last digit ends at `right`."""
        width = sum(_NARROW.get(letter, _FIGURE) for letter in text) * size / 1000
        self.text(right - width, y, text, size=size, bold=bold)

    def rule(self, left: float, right: float, y: float) -> None:
        self._pages[-1].append(
            f"0.5 w {left:.2f} {HEIGHT - y:.2f} m {right:.2f} {HEIGHT - y:.2f} l S"
        )

    def content(self) -> bytes:
        first_page = 6
        kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(len(self._pages)))
        objects = [
            b"<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
            f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]"
            f"/MediaBox[0 0 {WIDTH} {HEIGHT}]"
            "/Resources<</Font<</R 3 0 R/B 4 0 R>>>>>>".encode(),
            _font("Helvetica"),
            _font("Helvetica-Bold"),
            f"<</Title{_string(self._title)}>>".encode("cp1252"),
        ]
        for index, page in enumerate(self._pages):
            stream = zlib.compress("\n".join(page).encode("cp1252"), 9)
            objects.append(
                f"<</Type/Page/Parent 2 0 R/Contents {first_page + 2 * index + 1} 0 R>>".encode()
            )
            objects.append(
                f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode()
                + stream
                + b"\nendstream"
            )
        return _file(objects)


def _font(name: str) -> bytes:
    return f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()


def _string(text: str) -> str:
    """A PDF string; what the Western set lacks becomes a question mark."""
    western = text.encode("cp1252", "replace").decode("cp1252")
    for special in "\\()":
        western = western.replace(special, "\\" + special)
    return f"({western})"


def _file(objects: list[bytes]) -> bytes:
    """The objects with their numbers, the table of where each begins, and the trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{start:010} 00000 n \n".encode() for start in starts)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R/Info 5 0 R>>\n".encode()
    out += f"startxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
