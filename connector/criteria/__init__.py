"""Conditions over a person, their engagement and scores: read, compiled, evaluated and said in words; all pure."""
