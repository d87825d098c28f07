"""A round trip for the tests: prints the same lines every time, no torch needed."""

import argparse

options = argparse.ArgumentParser()
for name in ("device", "size", "outlier", "granularity", "bits"):
    options.add_argument(f"--{name}")
chosen = options.parse_args()
print(
    f"device cpu · {chosen.size}×{chosen.size} · {chosen.bits} bits · one scale for each {chosen.granularity}"
)
print()
print("              before      after one weight is", chosen.outlier)
print("bytes         16,384      4,100")
print("scale         0.0273      7.874")
print("mean error    0.0068      0.795")
print()
print("  -3 ▁▂▄▆█▆▄▂▁ 3         0 ████████████████")
