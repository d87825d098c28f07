def test_round_trip(solution):
    """The round trip is as near as one scale can be."""
