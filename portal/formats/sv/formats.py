"""Swedish, with days in digits: 2026-03-09 14:05. Everything else is Django's."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
