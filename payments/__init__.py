"""Money: what customers pay, what is credited to them, and what each invoice got of it."""
