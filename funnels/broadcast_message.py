"""A broadcast as the message that one lead gets: the text, what the law adds to it, the buttons. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from content import template
from content.messages import Button, Html, Message, escape
from funnels import wishes
from funnels.facts import LeadFacts, PartnerFacts
from funnels.render import people_variables
from funnels.variables import SUPPLEMENT_NOTE

STOP_LABEL = "🔕 Отписаться"


@dataclass(frozen=True, slots=True)
class Letter:
    """`text` is a template like those of the funnels; `supplement`: it speaks of a food supplement."""

    text: str
    picture: str = ""
    button_text: str = ""
    erid: str = ""
    advertiser: str = ""
    supplement: bool = False

    def finish(self, html: Html) -> Html:
        """With what the law asks for under it."""
        parts: list[str] = [html]
        if self.supplement and SUPPLEMENT_NOTE not in html:
            parts.append(f"<i>{SUPPLEMENT_NOTE}</i>")
        if self.erid:
            parts.append(f"Реклама. {escape(self.advertiser)}. erid: {escape(self.erid)}")
        return Html("\n\n".join(parts))

    def message(self, lead: LeadFacts, partner: PartnerFacts, *, url: str, stop: str = wishes.wish("stop")) -> Message:
        """`url` is the lead's own tracked address; `stop` is what the way out does."""
        html = template.render(self.text, partner.style, people_variables(lead, partner))
        rows: list[tuple[Button, ...]] = [(Button(STOP_LABEL, stop),)]
        if self.button_text and url:
            rows.insert(0, (Button(template.label(self.button_text, partner.style), url=url),))
        return Message(self.finish(html), buttons=tuple(rows), picture=self.picture)
