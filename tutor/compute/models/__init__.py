"""Real models for demos and exercises: fetched on request, checked, converted once, described and found."""

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.compute.models.download import NotOffered
from tutor.compute.models.facts import ModelFacts, check_memory, describe, needs_bytes
from tutor.compute.models.fetching import Fetched, fetch
from tutor.compute.models.places import find_model, find_model_folder, models_folder
from tutor.compute.models.progress import Progress
from tutor.compute.models.shelf import KeptModel, kept_model, list_models, remove_model
from tutor.compute.models.sources import fetch_named

__all__ = [
    "Fetched",
    "KeptModel",
    "ModelFacts",
    "NotOffered",
    "PinnedModel",
    "Progress",
    "check_memory",
    "describe",
    "fetch",
    "fetch_named",
    "find_model",
    "find_model_folder",
    "kept_model",
    "list_models",
    "models_folder",
    "needs_bytes",
    "pinned_model",
    "remove_model",
]
