"""How a lead leaves a contact or asks the partner: what is answered, and what is asked for next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from funnels.contacts import NoPhone, read_email, read_phone

Stage = Literal["consent", "phone", "email", "question"]
Kind = Literal["data", "offers"]
MISTAKES = 2  # helpful errors before a text is taken for a question

# Which text is said: keys of presets/texts/dialogue.yaml.
Say = Literal[
    "consent", "consent_first", "consent_changed", "declined", "ask_phone", "ask_phone_again", "foreign_card",
    "no_number", "several_numbers", "wrong_number", "phone_saved", "ask_email", "wrong_email", "thanks",
    "cancelled", "nothing_asked", "released", "ask_question", "question_passed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """What the next text of the lead answers; `mistakes` is how many did not."""

    stage: Stage
    mistakes: int = 0

    def dump(self) -> str:
        return f"{self.stage}:{self.mistakes}"

    @classmethod
    def load(cls, stored: str) -> Asking | None:
        stage, _colon, mistakes = stored.partition(":")
        if stage not in ("consent", "phone", "email", "question") or not mistakes.isdecimal():
            return None
        return cls(stage, int(mistakes))  # type: ignore[arg-type]  # one of the four


# What the lead does


@dataclass(frozen=True, slots=True)
class Ask:
    """Wants to be called: a button or /contact."""


@dataclass(frozen=True, slots=True)
class AskPartner:
    """/support: the next text goes to the partner."""


@dataclass(frozen=True, slots=True)
class Agree:
    """To the text of this version."""

    kind: Kind
    version: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """«Нет, спасибо» under the consent."""


@dataclass(frozen=True, slots=True)
class Card:
    """A contact card; `own`: Telegram says that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Skip:
    """No e-mail."""


@dataclass(frozen=True, slots=True)
class Cancel:
    pass


Act = Ask | AskPartner | Agree | Refuse | Card | Words | Skip | Cancel


# What follows from it


@dataclass(frozen=True, slots=True)
class Consented:
    version: int


@dataclass(frozen=True, slots=True)
class PhoneLeft:
    phone: str  # E.164


@dataclass(frozen=True, slots=True)
class EmailLeft:
    email: str


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """For the partner personally."""

    text: str


Effect = Consented | PhoneLeft | EmailLeft | QuestionAsked


@dataclass(frozen=True, slots=True)
class Known:
    """`version` is that of the newest consent text; `country` reads numbers without a country code."""

    consents: bool
    version: int
    country: str
    has_phone: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`is_question`: what was typed answers nothing, it is a free text like any other."""

    say: tuple[Say, ...]
    asking: Asking | None
    effects: tuple[Effect, ...] = ()
    is_question: bool = False


def decide(asking: Asking | None, act: Act, known: Known) -> Step:
    match act:
        case Ask():
            return _ask(known)
        case AskPartner():
            return Step(("ask_question",), Asking("question"))
        case Agree():
            return _agreed(asking, act, known)
        case Refuse():
            return Step(("declined",), None)
        case Card():
            return _card(asking, act, known)
        case Words(text):
            return _words(asking, text, known)
        case Skip():
            asked = asking is not None and asking.stage == "email"
            return Step(("thanks",), None) if asked else Step(("nothing_asked",), asking)
        case Cancel():
            return _cancelled(asking)


def _ask(known: Known) -> Step:
    if not known.consents:
        return Step(("consent",), Asking("consent"))
    return Step(("ask_phone_again" if known.has_phone else "ask_phone",), Asking("phone"))


def _agreed(asking: Asking | None, act: Agree, known: Known) -> Step:
    if act.version != known.version:
        return Step(("consent_changed", "consent"), Asking("consent"))
    if known.consents and asking is not None and asking.stage in ("phone", "email"):
        return Step((), asking)  # a second tap
    effects = () if known.consents else (Consented(act.version),)
    return replace(_ask(replace(known, consents=True)), effects=effects)


def _card(asking: Asking | None, card: Card, known: Known) -> Step:
    if not card.own:
        return Step(("foreign_card",), asking)
    if not known.consents:
        return Step(("consent_first", "consent"), Asking("consent"))
    return _phone(asking, card.phone, known, is_typed=False)


def _words(asking: Asking | None, text: str, known: Known) -> Step:
    match asking:
        case Asking("consent"):
            return _instead_of_consent(text, known)
        case Asking("phone"):
            return _phone(asking, text, known, is_typed=True)
        case Asking("email"):
            address = read_email(text)
            return Step(("thanks",), None, (EmailLeft(address),)) if address else _mistake(asking, "wrong_email")
        case Asking("question"):
            return Step(("question_passed",), None, (QuestionAsked(text),))
        case _:
            return Step((), None, is_question=True)


def _instead_of_consent(text: str, known: Known) -> Step:
    """A number typed too early is not kept, not even as a message."""
    try:
        read_phone(text, known.country)
    except NoPhone:
        return Step((), None, is_question=True)
    return Step(("consent_first", "consent"), Asking("consent"))


def _phone(asking: Asking | None, text: str, known: Known, *, is_typed: bool) -> Step:
    try:
        phone = read_phone(text, known.country)
    except NoPhone as error:
        mistake = _mistake(asking or Asking("phone"), error.fault)
        return replace(mistake, is_question=mistake.is_question and is_typed)
    return Step(("phone_saved", "ask_email"), Asking("email"), (PhoneLeft(phone),))


def _mistake(asking: Asking, error: Say) -> Step:
    if asking.mistakes < MISTAKES:
        return Step((error,), replace(asking, mistakes=asking.mistakes + 1))
    return Step(("released",), None, is_question=True)


def _cancelled(asking: Asking | None) -> Step:
    if asking is None:
        return Step(("nothing_asked",), None)
    return Step(("thanks" if asking.stage == "email" else "cancelled",), None)
