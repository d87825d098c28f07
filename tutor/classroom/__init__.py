"""A class: many submissions, one gradebook. Finding, grading by an engine, journal, formats, integrity."""
