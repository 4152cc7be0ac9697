"""The knowledge base (知识库): reviewed answers of a city that resemble a text, and what waits for review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.models import Article
from shimin.capabilities.service_requests.queries.rows import REVIEWER
from shimin.capabilities.service_requests.text.classifier.words import words_of
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

FED_BY = RequestKind.QUESTION  # answers to questions are true for others; what was done about one lamp is not
MOST_SHOWN, MOST_WAITING = 3, 200
# Set by hand, as with similar requests: an answer says much that no question says, so less has to be shared.
ALIKE_FROM = 0.12
_READ = 400
_FIND = """
    SELECT id, question, words, agency_id, category, reviewed_at, request_id, score FROM (
        SELECT a.id, a.question, a.words, a.agency_id, a.category, a.reviewed_at, a.request_id,
               (SELECT count(*) FROM unnest(a.terms) t WHERE t = ANY(%s))::float8
                 / (0.5 * least(cardinality(a.terms), %s) + 0.5 * greatest(cardinality(a.terms), %s)) AS score
        FROM service_requests_article a
        WHERE a.city_code = %s AND a.state = 'open' AND a.terms && %s) found
    WHERE score >= %s ORDER BY score DESC, id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An answer that is true for others too. ``score`` (0 to 1): how alike it is to what was asked."""

    article_id: int
    question: str
    words: str
    agency_id: int | None
    category: str
    reviewed_at: datetime | None
    request_id: int
    score: float = 0.0


def find_articles(actor: Actor, text: str, *, city_code: str, most: int = MOST_SHOWN) -> tuple[ArticleView, ...]:
    """Return the reviewed answers of a city that resemble a text, the most alike first. One statement."""
    terms = terms_of(text[:_READ])
    if len(terms) < 2:
        return ()
    with scope(actor), connection.cursor() as cursor:
        cursor.execute(_FIND, [terms, len(terms), len(terms), city_code, terms, ALIKE_FROM, most])
        return tuple(ArticleView(*row) for row in cursor.fetchall())


def get_article(actor: Actor, article_id: int) -> ArticleView:
    """Return a reviewed answer.

    Raises:
        NotFound: there is none, or it waits for review.
    """
    with scope(actor):
        row = Article.objects.filter(id=article_id, state="open").first()
    if row is None:
        raise NotFound("没有找到这条知识。")
    return _view(row)


def list_proposed(actor: Actor) -> tuple[ArticleView, ...]:
    """Return what waits for the actor's review, the oldest first; nothing to who reviews for no agency."""
    if actor.kind is not ActorKind.STAFF or not actor.has_role(REVIEWER):
        return ()
    with scope(actor):
        rows = list(Article.objects.filter(state="proposed").order_by("proposed_at", "id")[:MOST_WAITING])
    return tuple(_view(row) for row in rows if reviews(actor, row))


def list_articles(actor: Actor, *, city_code: str, most: int = 50) -> tuple[ArticleView, ...]:
    """Return the answers of a city that were reviewed last."""
    with scope(actor):
        rows = list(Article.objects.filter(city_code=city_code, state="open").order_by("-reviewed_at", "id")[:most])
    return tuple(map(_view, rows))


def reviews(actor: Actor, row: Article) -> bool:
    """Tell whether the actor reviews for the article's agency and city."""
    return actor.kind is ActorKind.STAFF and any(
        grant.role == REVIEWER
        and grant.region_code in (None, row.city_code)
        and grant.agency_id in (None, row.agency_id)
        for grant in actor.grants
    )


def terms_of(text: str) -> list[str]:
    """Return the words of a text that tell it from others, each once."""
    return sorted({word for word in words_of(text) if len(word) > 1})


def _view(row: Article) -> ArticleView:
    return ArticleView(row.id, row.question, row.words, row.agency_id, row.category, row.reviewed_at, row.request_id)


def article_terms(question: str, words: str) -> Sequence[str]:
    """Return what an article is found by: its question, and how its answer begins."""
    return terms_of(f"{question}\n{words[:200]}")
