from django import template

from content.outbox import words
from partners.templatetags.panel import redacted

register = template.Library()


@register.filter
def reason_words(code: str) -> str:
    """What Telegram said might repeat a token."""
    return redacted(words.reason_words(code))


register.filter(words.source_words)
