print("an example of quantize")
