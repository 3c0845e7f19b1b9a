"""Whether a request comes from whom it says: the ways in which systems sign what they send; pure."""
