"""Real models for demos and tests: pinned, fetched on request, checked, converted once, found in one place."""

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.compute.models.download import NotOffered
from tutor.compute.models.fetching import Fetched, fetch
from tutor.compute.models.places import find_model, models_folder

__all__ = ["Fetched", "NotOffered", "PinnedModel", "fetch", "find_model", "models_folder", "pinned_model"]
