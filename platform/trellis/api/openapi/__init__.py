"""The OpenAPI 3.1 document of one tenant as one user sees it, generated from the model."""

from trellis.api.openapi.document import build_document

__all__ = ["build_document"]
