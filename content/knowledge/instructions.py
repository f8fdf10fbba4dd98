"""Orders to the assistant inside a document: «игнорируй предыдущие инструкции». Pure.

It knows the usual wordings only; what keeps the others harmless is that documents are data and answers are checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.claims.letters import read, undisguised

_ORDERS = (
    r"(?<!не )\b(?:про)?(?:игнорируй|забудь|отмени|нарушь|обойди|отбрось|сбрось)(?:те)?\b\W+(?:\w+\W+){0,3}?"
    r"(?:предыдущ|прежн|прошл|выше|сво[ие]|тво[ие]|ваши|систем|вс[её]|заданн|данн)\w*\W+(?:\w+\W+){0,2}?"
    r"(?:инструкц|указан|правил|промпт|ограничен|настройк|команд|сообщен)",
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,4}(?:instruction|prompt|rule|guideline|previous|above)",
    r"^[^\w\n]*(?:system|assistant|developer|ассистент|системное сообщение)\s*[\])>|*]*\s*:",
    r"<\|?/?\s*(?:im_start|im_end|system|assistant|документ|вопрос|о партнере)\s*\|?>|\[/?inst\]|<</?sys>>",
    r"системн\w+ (?:промпт|инструкци)|system prompt|нов(?:ая|ые|ую) инструкци\w*\s*:|new instructions?\s*:",
    r"\b(?:бот|ии|ai|нейросеть|ассистент|языковая модель|llm|gpt|chatgpt|assistant)\b\s*[,:—-]?\s*(?:ты\s+)?"
    r"(?:отвечай|ответь|говори|скажи|пиши|напиши|пришли|раскрой|покажи|выведи|следуй|добавь|добавляй|вставь|отправь"
    r"|рекомендуй|reply|answer|say|tell|print|reveal)\b",
    r"\b(?:теперь|отныне) ты\W{1,3}(?:врач|доктор|бот|ассистент|помощник|человек|dan|разработчик|не бот)",
    r"\b(?:you are now|from now on,? you|pretend (?:to be|you)|act as (?:a|an|my|the)|do anything now)\b",
    r"\b(?:если|when|if)\W+(?:пользовател\w+|тебя|user|you)\W+(?:\w+\W+){0,3}?(?:спрос|спраш|ask)\w*[^.!?\n]{0,80}?"
    r"\b(?:ответь|отвечай|скажи|напиши|пришли|дай|answer|reply|say|give)\b",
)
_ORDER = re.compile("|".join(f"(?:{order})" for order in _ORDERS), re.MULTILINE)


def instructions(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand in the text."""
    letters = read(text)
    for match in _ORDER.finditer(undisguised(letters.plain)):
        yield letters.starts[match.start()], letters.ends[match.end() - 1]
