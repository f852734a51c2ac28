"""`make bench`: the portal's speed as ratios to a floor measured in the same run.

Absolute times say more about the machine than about the code, so each line compares two things that
ran in turns: a page and a bare Django view, or a deep page and the first one. Pages are asked for
in the process, through the whole middleware stack and without a server in between: gunicorn adds
the same to both sides and noise to either.

A benchmark is a module with `run() -> list[Result]`. It finds an empty, migrated database of its
own. Nothing here is a test: a busy machine must not fail a suite.
"""
