"""There is something to look at; the fake engine says what."""
