print("largest error 0.5")
