"""Published answers to questions feed the knowledge base; the agency reviews each before anybody reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.events import ArticleReviewed
from shimin.capabilities.service_requests.models import Article, ServiceRequest
from shimin.capabilities.service_requests.queries.insults import insults, mask_for_others
from shimin.capabilities.service_requests.queries.knowledge import FED_BY, article_terms, reviews
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, NotFound
from shimin.kernel.ids import new_id

LONGEST_QUESTION, LONGEST_ANSWER = 200, 5_000
# An answer that is published anew is reviewed anew; until then the earlier text is out of sight.
_PROPOSE = """
    INSERT INTO service_requests_article (
        id, city_code, request_id, agency_id, category, question, words, terms, state, version, proposed_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, '{}', 'proposed', 1, %s)
    ON CONFLICT (city_code, request_id) DO UPDATE
      SET question = excluded.question, words = excluded.words, category = excluded.category, state = 'proposed',
          agency_id = excluded.agency_id, proposed_at = excluded.proposed_at,
          version = service_requests_article.version + 1
      WHERE service_requests_article.proposed_at < excluded.proposed_at
"""


class ArticleDone(Conflict):
    """Somebody has reviewed or retired it meanwhile."""

    code = "request_article_done"
    message = "这条知识已经处理过。"
    mend = "请刷新页面，看看最新情况。"


def propose_article(*, request_id: int, now: datetime) -> bool:
    """Propose the published answer of a question for the knowledge base; for the worker. Idempotent."""
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
        if row.request_kind != FED_BY or not row.published_answer or row.is_confidential:
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                _PROPOSE,
                [
                    new_id(), row.city_code, row.id, row.agency_id, row.category, mask_for_others(row.title),
                    row.published_answer, row.published_at or now,
                ],
            )  # fmt: skip
            return bool(cursor.rowcount == 1)


def approve_article(*, actor: Actor, article_id: int, question: str, words: str, now: datetime) -> None:
    """Let everybody find a proposed answer, in these words; numbers of people are blotted out.

    Raises:
        InvalidInput: question or answer is empty or too long, or the answer insults.
        ArticleDone: see the class.
        Forbidden, NotFound: it is another agency's.
    """
    insults().require_none(words)
    asked = mask_for_others(read_words(question, "question", LONGEST_QUESTION))
    said = mask_for_others(read_words(words, "words", LONGEST_ANSWER))

    def change(row: Article) -> None:
        if row.state != "proposed":
            raise ArticleDone
        row.question, row.words, row.state = asked, said, "open"
        row.terms = list(article_terms(asked, said))

    _review(actor, article_id, "approve_article", change, now)


def retire_article(*, actor: Actor, article_id: int, now: datetime) -> None:
    """Take an answer out of the knowledge base, proposed or open: it is not true any more, or only for one person.

    Raises:
        ArticleDone: see the class.
        Forbidden, NotFound: it is another agency's.
    """

    def change(row: Article) -> None:
        if row.state == "retired":
            raise ArticleDone
        row.state, row.terms = "retired", []

    _review(actor, article_id, "retire_article", change, now)


def _review(actor: Actor, article_id: int, action: str, change: Callable[[Article], None], now: datetime) -> None:
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这条知识。")
    with scope(actor):
        seen = Article.objects.filter(id=article_id).first()
        if seen is None:
            raise NotFound("没有找到这条知识。")
        if not reviews(actor, seen):
            raise Forbidden("您的岗位不能审核这条知识。")
        row = Article.objects.select_for_update(of=("self",)).get(id=article_id)
        change(row)
        row.reviewed_by_id, row.reviewed_at, row.version = actor.account_id, now, row.version + 1
        row.save(update_fields=["question", "words", "terms", "state", "reviewed_by_id", "reviewed_at", "version"])
        audit.record(
            actor=actor, action=f"service_requests.{action}", target="article", target_id=row.id, now=now,
            city_code=row.city_code,
        )  # fmt: skip
        event = ArticleReviewed(article_id=row.id, city_code=row.city_code, is_open=row.state == "open")
        events.emit(event, aggregate="service_requests.article", aggregate_id=row.id, version=row.version, now=now)
