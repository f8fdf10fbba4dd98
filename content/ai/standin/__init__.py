"""A Yandex Cloud of one's own: IAM, texts, embeddings, pictures, with its limits and the texts of its errors.

For tests and for trying the product without a key (`manage.py yandex_standin`); it thinks nothing up.
"""

from content.ai.standin.server import Fault, Standin

__all__ = ["Fault", "Standin"]
