"""Is something said or denied: «не лечит», «не обещаем вылечить», «вылечить нельзя». Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from content.claims.sentences import Word
from content.claims.words import Form

_NOT = frozenset({"не", "ни"})
_IMPOSSIBLE = frozenset({"нельзя", "невозможно", "нереально", "запрещено", "незаконно", "нет", "никакой", "нету"})
_TURNS = frozenset({"а", "но", "зато", "однако", "поэтому", "который", "если", "когда", "потому"})
_AGAINST = frozenset({"а", "но", "зато", "однако"})
_AND = frozenset({"и", "или", "да"})
_THAT = frozenset({"что", "чтобы", "будто"})
_REACH = 12  # words
_REACH_FORWARD = 8
_REACH_WITHOUT = 2


class Denials:
    """Looks for denials in one sentence. `ignored`: places of words like «не» that deny nothing («не только»)."""

    def __init__(self, words: Sequence[Word], forms: Sequence[Form], ignored: Collection[int]) -> None:
        self.words, self.forms, self.ignored = words, forms, ignored

    def cover(self, places: Collection[int]) -> bool:
        """Is what these words say denied? In «не снимает боль» it is the verb that decides."""
        verbs = [at for at in places if self._finite(at)]
        if any(self._before(at, places) for at in verbs or places):
            return True
        return not verbs and self._after(max(places))

    def question(self, places: Collection[int]) -> bool:
        """«Окупится ли», «лечит ли чай»."""
        near = range(max(0, min(places) - 1), min(len(self.words), max(places) + 3))
        return any(self.words[at].text == "ли" for at in near)

    def apart(self, places: Collection[int]) -> bool:
        """«Капсула не спасёт от простуды, а шарф поможет»: words of two clauses that are set against each other."""
        between = range(min(places) + 1, max(places))
        return any(self.words[at].mark == "," and self.words[at].text in _AGAINST for at in between)

    def _before(self, target: int, own: Collection[int]) -> bool:
        finite = self._finite(target)
        for at in range(target - 1, max(-1, target - _REACH - 1), -1):
            mark = self.words[at + 1].mark
            if finite and mark == "," and self.words[at + 1].text in _THAT:
                finite = False  # «не обещаем, что вылечит»: from here on as if it were «не обещаем вылечить»
            elif mark == ":" or (mark == "," and finite):
                return False
            text = self.words[at].text
            if at in own:
                continue
            if self._denies(at, target, finite=finite):
                return True
            if self._finite(at):
                return self._denied_verb(at)
            if text in _TURNS or self.forms[at].keys & _TURNS or (finite and text in _AND):
                return False
        return False

    def _denies(self, at: int, target: int, *, finite: bool) -> bool:
        text = self.words[at].text
        if at in self.ignored:
            return False
        if text == "без":
            return not finite and target - at <= _REACH_WITHOUT
        return text in _NOT or (not finite and text in _IMPOSSIBLE)

    def _denied_verb(self, at: int) -> bool:
        return at > 0 and self.words[at - 1].text in _NOT and at - 1 not in self.ignored

    def _after(self, target: int) -> bool:
        for at in range(target + 1, min(len(self.words), target + 1 + _REACH_FORWARD)):
            text = self.words[at].text
            if self.words[at].mark == ":" and not self._is_dash(at):
                return False
            if text in _IMPOSSIBLE:
                return True
            if self._finite(at):
                return self._denied_verb(at)
            if self.words[at].mark == "," or text in _AND or text in _TURNS:
                return False
        return False

    def _is_dash(self, at: int) -> bool:
        return self.words[at].start - self.words[at - 1].end <= 3

    def _finite(self, at: int) -> bool:
        return self.forms[at].kind == "finite"
