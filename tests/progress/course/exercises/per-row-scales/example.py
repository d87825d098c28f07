print("an example of quantize_rows")
