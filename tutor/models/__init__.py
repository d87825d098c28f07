"""Real models for demos and tests: pinned, fetched on request, checked, converted once, found in one place."""

from tutor.models.catalogue import PinnedModel, pinned_model
from tutor.models.download import NotOffered
from tutor.models.fetching import Fetched, fetch
from tutor.models.places import find_model, models_folder

__all__ = ["Fetched", "NotOffered", "PinnedModel", "fetch", "find_model", "models_folder", "pinned_model"]
