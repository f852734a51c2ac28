"""One terminal: PostgreSQL, Valkey, the portal and an ERP to talk to, as children of one process.

Plain Python without Django, because it starts before there is a database and because the test
suite starts the same two servers.
"""
