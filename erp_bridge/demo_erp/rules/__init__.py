"""How each kind of record comes about: pure functions, used for the first data and after."""
