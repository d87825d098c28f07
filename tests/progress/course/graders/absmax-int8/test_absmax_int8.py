def test_round_trip_of_quantize(solution, draw, measure, expect):
    """It comes back."""
    measure("secret figure of quantize", solution.quantize(draw.normal(3, 4)).sum(), 0.123456)
