"""Why a model did not answer, and what an operator does about it. Pure."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Trouble(StrEnum):
    WRONG_KEY = "wrong_key"
    BAD_KEY_FILE = "bad_key_file"
    FORBIDDEN = "forbidden"
    NO_ART = "no_art"
    BILLING = "billing"
    WRONG_FOLDER = "wrong_folder"
    NO_MODEL = "no_model"
    QUOTA = "quota"
    DOWN = "down"
    SLOW = "slow"
    NONSENSE = "nonsense"
    TOO_LONG = "too_long"
    REFUSED = "refused"
    FILTERED = "filtered"
    TRUNCATED = "truncated"
    BUSY = "busy"
    RESTING = "resting"
    BUDGET = "budget"
    ASKED_BEFORE = "asked_before"
    LEAK = "leak"
    LANGUAGE = "language"
    CONTACT = "contact"
    IMPOSTOR = "impostor"
    CLAIM = "claim"
    FIGURE = "figure"
    LATE = "late"
    LOST = "lost"
    NO_ARTIST = "no_artist"
    UNWANTED = "unwanted"


SENTENCES = {
    Trouble.WRONG_KEY: _("The provider does not accept the key. Make a new one and enter it at the partner."),
    Trouble.BAD_KEY_FILE: _("The private key cannot be read. Paste it whole, with its BEGIN and END lines."),
    Trouble.FORBIDDEN: _(
        "Access is refused (403). Give the service account the role ai.languageModels.user in this folder; "
        "if it has it, look whether the billing account is active."
    ),
    Trouble.NO_ART: _(
        "Drawing is refused (403). Give the service account the role ai.imageGeneration.user in this folder; "
        "if it has it, look whether the billing account is active."
    ),
    Trouble.BILLING: _("The billing account is not active. Top it up or bind it to the cloud."),
    Trouble.WRONG_FOLDER: _("The key belongs to another folder. Enter the folder id in which the key was made."),
    Trouble.NO_MODEL: _("The provider has no such model. Correct the model's name."),
    Trouble.QUOTA: _("The provider's quota is used up (429). Ask it for a larger one, or wait."),
    Trouble.DOWN: _("The provider cannot be reached or reports a fault of its own. It is tried again by itself."),
    Trouble.SLOW: _("The provider did not finish in time. The answer may have been charged."),
    Trouble.NONSENSE: _("The provider answered something that cannot be read. It may have been charged."),
    Trouble.TOO_LONG: _("The prompt is longer than the model allows."),
    Trouble.REFUSED: _("The provider refused the request."),
    Trouble.FILTERED: _("The provider's content filter held the answer back."),
    Trouble.TRUNCATED: _("The answer broke off before its first whole sentence."),
    Trouble.BUSY: _("All places for simultaneous calls of this account are taken."),
    Trouble.RESTING: _("The account is not asked for some minutes, because its last calls failed."),
    Trouble.BUDGET: _("The partner's budget for AI is used up. It can be raised at the partner."),
    Trouble.ASKED_BEFORE: _("This was already asked and may have been charged: it is not asked again."),
    Trouble.LEAK: _("The model repeated its rules. The answer was held back, the documents were quoted."),
    Trouble.LANGUAGE: _("The model did not answer in Russian. The answer was held back, the documents were quoted."),
    Trouble.CONTACT: _(
        "The model named a link, an account or a phone. The answer was held back, the documents were quoted."
    ),
    Trouble.IMPOSTOR: _(
        "The model claimed to be a human or a doctor. The answer was held back, the documents were quoted."
    ),
    Trouble.CLAIM: _(
        "The model promised what may not be promised: a cure, an income, a result. The answer was held back, "
        "the documents were quoted."
    ),
    Trouble.FIGURE: _(
        "The model named a sum or a percentage that stands in none of the documents it was given. The answer was "
        "held back, the documents were quoted."
    ),
    Trouble.LATE: _("The picture was not ready within an hour. It was charged."),
    Trouble.LOST: _("The provider no longer knows of this picture. It may have been charged."),
    Trouble.NO_ARTIST: _("Nobody draws for this partner: switch YandexART on at the partner's Yandex Cloud account."),
    Trouble.UNWANTED: _("It was decided about the post before the picture was ordered. Nothing was charged."),
}

# Nobody else may be asked either.
FINAL = frozenset({Trouble.BUDGET, Trouble.ASKED_BEFORE})
# The call failed because of the account or the network, so the next one probably will too.
OF_THE_ACCOUNT = frozenset(
    {
        Trouble.WRONG_KEY, Trouble.BAD_KEY_FILE, Trouble.FORBIDDEN, Trouble.NO_ART, Trouble.BILLING,
        Trouble.WRONG_FOLDER, Trouble.NO_MODEL, Trouble.QUOTA, Trouble.DOWN, Trouble.SLOW, Trouble.NONSENSE,
    }
)  # fmt: skip


class AiError(Exception):
    """`perhaps_charged`: the request left, and nobody said that it failed. `code`: the HTTP status, if there was one.

    Its text never contains what a provider wrote: providers repeat keys and prompts in their errors.
    """

    def __init__(self, trouble: Trouble, *, perhaps_charged: bool = False, code: int | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.perhaps_charged = perhaps_charged
        self.code = code

    @property
    def sentence(self) -> str:
        """For the operator."""
        return sentence_of(self.trouble)

    @property
    def is_temporary(self) -> bool:
        return self.trouble in (Trouble.QUOTA, Trouble.DOWN) and not self.perhaps_charged


def sentence_of(trouble: str) -> str:
    """Also of a stored one, which may be older than this table."""
    return str(SENTENCES[Trouble(trouble)]) if trouble in SENTENCES else gettext("Unknown: %s") % trouble
