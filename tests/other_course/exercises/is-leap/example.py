from solution import is_leap

print(is_leap(2024), is_leap(1900))  # True False
