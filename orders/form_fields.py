"""What an order form can ask for, and who decides what it does: the catalogue and its rules.

Every question has a name, a section and a usual level. An order type may set other levels, an order
link may set them once more for its own form. Names with a dot are asked once for each stop, goods
row or product. Whole sections have levels too: a required section has at least one row or answer. A
tick is never required, because leaving it empty answers it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

__all__ = [
    "ATTACHMENTS",
    "CATALOGUE",
    "LABELS",
    "SECTIONS",
    "Asked",
    "Level",
    "Rules",
    "Section",
    "of_section",
]


class Level(models.TextChoices):
    HIDDEN = "hidden", _("Hidden")
    OPTIONAL = "optional", pgettext_lazy("field", "Optional")
    REQUIRED = "required", _("Required")


class Section(models.TextChoices):
    """The parts of a form, in their order. Those with rows are asked once for each row."""

    WHO = "who", _("Who orders")
    STOPS = "stops", _("Stops")
    GOODS = "goods", _("Goods")
    PRODUCTS = "products", _("Products")
    PEOPLE = "people", _("Passengers")
    EQUIPMENT = "equipment", _("Equipment")
    PAYING = "paying", _("Who pays")
    MONEY = "money", _("Price")
    NOTES = "notes", _("Notes and papers")


# Whole sections, as a type without a word has them.
SECTIONS = {
    Section.WHO: Level.REQUIRED,
    Section.STOPS: Level.REQUIRED,
    Section.GOODS: Level.OPTIONAL,
    Section.PRODUCTS: Level.HIDDEN,
    Section.PEOPLE: Level.HIDDEN,
    Section.EQUIPMENT: Level.OPTIONAL,
    Section.PAYING: Level.OPTIONAL,
    Section.MONEY: Level.HIDDEN,
    Section.NOTES: Level.OPTIONAL,
}
ALWAYS_ASKED = frozenset({Section.WHO})
# The one question that is answered by files.
ATTACHMENTS = "attachments"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question. A fixed one is asked as it is wherever its section shows."""

    name: str
    section: Section
    level: Level = Level.OPTIONAL
    is_fixed: bool = False
    is_tick: bool = False

    @property
    def levels(self) -> list[Level]:
        """The levels that it may have."""
        return [level for level in Level if not (self.is_tick and level == Level.REQUIRED)]


# Questions that are answered by a tick, or by none.
_TICKS = frozenset(
    {
        "goods.is_stackable",
        "goods.dangerous",
        "driver_stays",
        "tail_lift",
        "crane",
        "pallet_truck",
        "second_person",
        "straps",
        "side_opening",
    }
)


def _asked(section: Section, level: Level, *names: str, is_fixed: bool = False) -> list[Asked]:
    return [
        Asked(name=name, section=section, level=level, is_fixed=is_fixed, is_tick=name in _TICKS)
        for name in names
    ]


_ALL = [
    *_asked(Section.WHO, Level.REQUIRED, "company_name"),
    *_asked(Section.WHO, Level.OPTIONAL, "business_id"),
    *_asked(Section.WHO, Level.REQUIRED, "contact_name", is_fixed=True),
    *_asked(Section.WHO, Level.REQUIRED, "contact_phone"),
    *_asked(Section.WHO, Level.REQUIRED, "contact_email", is_fixed=True),
    *_asked(Section.WHO, Level.OPTIONAL, "confirm_by"),
    *_asked(Section.WHO, Level.REQUIRED, "street", "postal_code", "city", "country"),
    *_asked(Section.WHO, Level.OPTIONAL, "customer_reference"),
    *_asked(Section.STOPS, Level.REQUIRED, "stop.kind", is_fixed=True),
    *_asked(
        Section.STOPS,
        Level.REQUIRED,
        "stop.name",
        "stop.street",
        "stop.postal_code",
        "stop.city",
        "stop.country",
        "stop.day",
    ),
    *_asked(
        Section.STOPS,
        Level.OPTIONAL,
        "stop.starts",
        "stop.ends",
        "stop.contact",
        "stop.phone",
        "stop.reference",
        "stop.access_note",
    ),
    *_asked(Section.GOODS, Level.REQUIRED, "goods.quantity", "goods.package", is_fixed=True),
    *_asked(Section.GOODS, Level.REQUIRED, "goods.description", "goods.gross_weight"),
    *_asked(
        Section.GOODS,
        Level.OPTIONAL,
        "goods.measures",
        "goods.volume",
        "goods.loading_metres",
        "goods.marks",
        "goods.is_stackable",
        "goods.dangerous",
        "goods.temperature",
        "goods.way",
    ),
    *_asked(Section.PRODUCTS, Level.REQUIRED, "product.number", "product.quantity", is_fixed=True),
    *_asked(Section.PEOPLE, Level.REQUIRED, "adults"),
    *_asked(
        Section.PEOPLE,
        Level.OPTIONAL,
        "children",
        "luggage",
        "child_seats",
        "wheelchairs",
        "coach_class",
        "driver_stays",
        "catering",
        "leader_name",
        "leader_phone",
        "flight_number",
    ),
    *_asked(
        Section.EQUIPMENT,
        Level.OPTIONAL,
        "tail_lift",
        "crane",
        "pallet_truck",
        "second_person",
        "straps",
        "side_opening",
    ),
    *_asked(Section.PAYING, Level.OPTIONAL, "payer", "payer_note", "invoice_email", "einvoice"),
    *_asked(Section.MONEY, Level.OPTIONAL, "target_price", "answer_by"),
    *_asked(
        Section.NOTES,
        Level.OPTIONAL,
        "note_to_planner",
        "note_to_driver",
        "note_on_invoice",
        ATTACHMENTS,
    ),
]
CATALOGUE: dict[str, Asked] = {asked.name: asked for asked in _ALL}


def of_section(section: Section) -> list[Asked]:
    """The questions of one section, in their order."""
    return [asked for asked in _ALL if asked.section == section]


# What the questions about passengers and equipment are called, wherever their answers show.
LABELS = {
    "adults": _("Adults"),
    "children": _("Children"),
    "luggage": _("Pieces of luggage"),
    "child_seats": _("Child seats"),
    "wheelchairs": _("Wheelchairs"),
    "coach_class": _("Class of the coach"),
    "driver_stays": _("The driver stays overnight"),
    "catering": _("Food and drink"),
    "leader_name": _("Leader of the group"),
    "leader_phone": _("The leader's phone"),
    "flight_number": _("Flight or train"),
    "tail_lift": _("Tail lift"),
    "crane": _("Crane"),
    "pallet_truck": _("Pallet truck"),
    "second_person": _("Second person"),
    "straps": _("Straps"),
    "side_opening": _("Opens at the side"),
}


class Rules:
    """The levels of one form: the catalogue's, then each set of words in turn over them.

    Words for names that the catalogue does not have, for fixed questions, and levels that a
    question cannot have are passed over: an order type may have been written for an earlier
    catalogue.
    """

    def __init__(self, *words: Mapping[str, str]) -> None:
        self._levels: dict[str, Level] = {str(name): level for name, level in SECTIONS.items()}
        self._levels |= {name: asked.level for name, asked in CATALOGUE.items()}
        for word in words:
            for name, level in word.items():
                if self._may_set(name, level):
                    self._levels[name] = Level(level)

    def level(self, name: str) -> Level:
        """Of a question or a section. A question of a hidden section is hidden."""
        asked = CATALOGUE.get(name)
        if asked is not None and self._levels[asked.section] == Level.HIDDEN:
            return Level.HIDDEN
        return self._levels[name]

    def level_alone(self, name: str) -> Level:
        """The level of a question for itself, whatever its section is."""
        return self._levels[name]

    def names(self) -> Iterable[str]:
        """Every question and section."""
        return self._levels

    def shows(self, name: str) -> bool:
        return self.level(name) != Level.HIDDEN

    def requires(self, name: str) -> bool:
        return self.level(name) == Level.REQUIRED

    def shown(self, section: Section) -> Iterable[str]:
        """The names of the section's questions that are asked."""
        return [asked.name for asked in of_section(section) if self.shows(asked.name)]

    @staticmethod
    def _may_set(name: str, level: str) -> bool:
        if name in CATALOGUE:
            return not CATALOGUE[name].is_fixed and level in CATALOGUE[name].levels
        return name in Section.values and name not in ALWAYS_ASKED and level in Level.values
