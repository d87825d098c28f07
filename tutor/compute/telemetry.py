"""Nothing is told about the learner: what switches off the usage reports of the libraries that have any.

The tutor sends none itself. Of the packages it stands on, these ask the environment whether they may; every process
that the tutor starts gets their *no*, whatever the learner's shell says (`tests/supply/test_no_calls.py`).
"""

from __future__ import annotations

OFF = {
    "DO_NOT_TRACK": "1",  # the convention that several tools share
    "DISABLE_TELEMETRY": "1",  # transformers, huggingface_hub: what is in use goes with each request
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",  # transformers asks the hub to convert a model that is loaded
    "RAY_USAGE_STATS_ENABLED": "0",
    "OTEL_SDK_DISABLED": "true",  # the protocol library of `tutor mcp` traces by OpenTelemetry
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
