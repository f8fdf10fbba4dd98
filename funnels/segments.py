"""Whom a broadcast is for: the filters as a partner chose them, and the JSON they are kept in. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError

from funnels.schema import Intent, Key, Pain, Part
from funnels.scoring import Band

Status = Literal["new", "warming", "hot", "contacted", "ordered", "partner"]
Days = Annotated[int, Field(ge=1, le=365)]


class BadSegment(ValueError):
    """Filters that are none of ours."""


class Activity(Part):
    """Who did something in the bot in the last `days`, or who did not."""

    kind: Literal["active", "inactive"]
    days: Days


class Warmed(Part):
    """Who is in a warm-up sequence, or has seen it to its end."""

    sequence: Key
    stage: Literal["running", "finished"]


class Segment(Part):
    """A lead fits when every filter that is set fits; several values of one filter mean any of them.

    `link` is the id of a link of this partner by which the lead came, first or last.
    """

    intents: tuple[Intent, ...] = ()
    pains: tuple[Pain, ...] = ()
    bands: tuple[Band, ...] = ()
    statuses: tuple[Status, ...] = ()
    has_phone: bool = False
    activity: Activity | None = None
    link: Annotated[int, Field(ge=1)] | None = None
    warmed: Warmed | None = None

    @classmethod
    def read(cls, data: Any) -> Self:
        """Raises BadSegment."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise BadSegment(str(error)) from None

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)
