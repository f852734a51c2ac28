"""German, with days in digits: 09.03.2026 14:05. Everything else is Django's."""

DATE_FORMAT = "d.m.Y"
DATETIME_FORMAT = "d.m.Y H:i"
