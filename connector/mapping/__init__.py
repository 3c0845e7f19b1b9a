"""A vendor's record and what it says of a person, both ways, by declared columns; pure."""
