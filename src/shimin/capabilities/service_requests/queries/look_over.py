"""What the platform makes of words before anything is kept: for the page, the box while it is written, the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.filing import Filing
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.personal_data import personal_data_in
from shimin.capabilities.service_requests.ports import Choice, Similar, get_text_reader
from shimin.capabilities.service_requests.queries.dispatch_advice import AgencyChoice, advise
from shimin.capabilities.service_requests.queries.insults import insults
from shimin.capabilities.service_requests.queries.knowledge import ArticleView, find_articles
from shimin.capabilities.service_requests.queries.whereabouts import Elsewhere, elsewhere
from shimin.kernel.actor import Actor
from shimin.kernel.calendar import working_calendar
from shimin.kernel.db import scope

SAID_FROM = 0.5  # a guess that is more likely wrong than right is kept to oneself


@dataclass(frozen=True, slots=True)
class LookOver:
    """What a text seems to be. ``category`` and ``agencies`` are empty where the platform is not sure enough.

    ``choices``: every proposed category, the likeliest first. ``similar``: open requests to join; ``answers``:
    published ones with their answer; ``articles``: reviewed ones. An answer whose reviewed words are among the articles
    is told once. ``due_at``: before when it would be answered, were it filed now. ``elsewhere``: the position lies
    in another city, or nowhere. ``has_insults``: taken all the same, and blotted out for others.
    """

    kind: RequestKind
    is_danger: bool
    category: Choice | None
    choices: tuple[Choice, ...]
    agencies: tuple[AgencyChoice, ...]
    similar: tuple[Similar, ...]
    answers: tuple[Similar, ...]
    articles: tuple[ArticleView, ...]
    personal_data: tuple[str, ...]
    due_at: datetime
    elsewhere: Elsewhere | None = None
    has_insults: bool = False


def look_over(*, actor: Actor, filing: Filing, now: datetime) -> LookOver:
    """Read what somebody has written so far. Keeps nothing, writes nothing, notes the words nowhere."""
    reader, city_code = get_text_reader(), filing.city_code
    with scope(actor):
        choices = tuple(reader.suggest(filing.words, city_code=city_code).choices)
        similar = reader.find_similar(filing.words, filing.place, city_code=city_code, now=now)
        articles = find_articles(actor, filing.words, city_code=city_code)
    category = choices[0] if choices and choices[0].probability >= SAID_FROM else None
    advice = advise(
        city_code=city_code, kind=filing.kind, region_code=filing.place.region_code, category="", category_by="",
        choices=choices, is_emergency=filing.is_emergency, now=now,
    )  # fmt: skip
    known = {each.request_id for each in articles}
    term = term_for(city_code=city_code, kind=filing.kind, is_emergency=filing.is_emergency, now=now)
    return LookOver(
        kind=filing.kind, is_danger=filing.is_emergency, category=category, choices=choices,
        agencies=advice.choices if category else (),
        similar=tuple(each for each in similar if not each.answer),
        answers=tuple(each for each in similar if each.answer and each.request_id not in known),
        articles=articles, personal_data=personal_data_in(filing.words),
        due_at=term.deadline.due_at(now, working_calendar()), elsewhere=elsewhere(filing.place, city_code),
        has_insults=bool(insults().found_in(filing.words)),
    )  # fmt: skip
