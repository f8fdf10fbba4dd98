"""Where a link under an answer of the curator was pressed: «answer:{question}», «answer:{question}:{product}». Pure."""

from __future__ import annotations

_PREFIX = "answer:"


def answer_step(question_id: int, product: str = "") -> str:
    return f"{_PREFIX}{question_id}:{product}" if product else f"{_PREFIX}{question_id}"


def is_answer_step(step: str) -> bool:
    return step.startswith(_PREFIX)


def product_of(step: str) -> str:
    """The key of the product that the link was for; empty for every other step."""
    return step.removeprefix(_PREFIX).partition(":")[2] if is_answer_step(step) else ""
