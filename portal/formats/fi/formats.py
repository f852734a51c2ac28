"""Finnish, with days in digits: 9.3.2026 14.05. Everything else is Django's."""

DATE_FORMAT = "j.n.Y"
DATETIME_FORMAT = "j.n.Y G.i"
