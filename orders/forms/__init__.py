"""What people fill in to order, to ask for an offer, and to work on both."""
