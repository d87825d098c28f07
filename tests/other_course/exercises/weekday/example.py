from solution import weekday

print(weekday(2000, 1, 1))  # Saturday
