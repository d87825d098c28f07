def test_round_trip_of_quantize_rows(solution, draw, measure, expect):
    """It comes back."""
    measure("secret figure of quantize_rows", solution.quantize_rows(draw.normal(3, 4)).sum(), 0.123456)
