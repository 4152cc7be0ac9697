"""The knowledge base: fed by published answers, after review; the citizen's box and the reply box search it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.test import Client

from shimin.capabilities.identity.tests.factories import NOW, make_officer
from shimin.capabilities.service_requests.models import Article
from shimin.capabilities.service_requests.public import (
    ArticleDone,
    RequestKind,
    approve_article,
    find_articles,
    get_article,
    list_proposed,
    propose_article,
    publish_answer,
    reply,
    retire_article,
)
from shimin.capabilities.service_requests.tests.factories import CITY, RESIDENT, handler, head, in_progress
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.events.relay import relay_batch
from shimin.kernel.models import AuditRecord
from shimin.kernel.testing import count_statements

pytestmark = pytest.mark.django_db
QUESTION = "请问小区路灯坏了找哪个部门报修，电话是多少？"
ANSWER = "小区里的路灯由物业报修，道路上的路灯请拨打路灯管理处的报修电话，当天派人。"
LIKE = "你好，想问小区门口的路灯坏了应该找哪个部门报修？"
_logins = count(1)


@pytest.fixture(autouse=True)
def stopped(city, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    relay()


def relay() -> None:
    while relay_batch(NOW + timedelta(hours=1)):
        continue


def published(question: str = QUESTION, answer: str = ANSWER, *, kind=RequestKind.QUESTION, **more) -> int:
    """Have a question answered and published; the worker follows. Returns the request's id."""
    receipt = in_progress(words=question, kind=kind, **more)
    reply(actor=handler(7_001), request_id=receipt.request_id, words=answer, now=NOW)
    publish_answer(actor=head(7_001), request_id=receipt.request_id, words=answer, now=NOW)
    relay()
    return receipt.request_id


def opened(**more) -> int:
    request_id = published(**more)
    article = Article.objects.get(request_id=request_id)
    approve_article(actor=head(7_001), article_id=article.id, question=article.question, words=article.words, now=NOW)
    return int(article.id)


def found(text: str = LIKE, actor=ANONYMOUS) -> list[int]:
    return [each.article_id for each in find_articles(actor, text, city_code=CITY)]


def test_nobody_reads_it_before_its_review():
    published()
    article = Article.objects.get()
    assert (article.state, found(), found(actor=handler(7_001))) == ("proposed", [], [])
    assert [each.article_id for each in list_proposed(head(7_001))] == [article.id]
    assert list_proposed(head(7_002)) == list_proposed(handler(7_001)) == ()
    with pytest.raises(NotFound):
        get_article(handler(7_001), article.id)
    approve_article(
        actor=head(7_001),
        article_id=article.id,
        question="路灯坏了找谁报修？",
        words=ANSWER + "王工13812345678。",
        now=NOW,
    )
    assert found() == found(actor=RESIDENT) == found(actor=handler(7_002)) == [article.id]
    seen = get_article(handler(7_002), article.id)
    assert seen.question == "路灯坏了找谁报修？"
    assert "13812345678" not in seen.words
    assert list_proposed(head(7_001)) == ()
    assert AuditRecord.objects.filter(action="service_requests.approve_article").count() == 1


def test_only_what_resembles_is_found_in_one_statement():
    lights = opened()
    schools = opened(
        question="请问孩子转学需要准备哪些材料？",
        answer="转学需要户口簿、学籍证明和转学申请表，先联系转入学校，再到教育局办理。",
    )
    assert found()[0] == lights
    assert found("孩子从外地转学回来，要哪些材料，先联系学校吗？")[0] == schools
    assert found("楼下烧烤店的油烟很大，天天熏得睡不着。") == []
    assert found("") == found("！！！") == found("的") == []
    assert find_articles(ANONYMOUS, LIKE, city_code="430200") == ()
    with count_statements() as seen:
        found()
    assert seen.count == 1


@pytest.mark.parametrize("more", [{"kind": RequestKind.COMPLAINT}, {"kind": RequestKind.HELP}])
def test_what_was_done_about_one_lamp_is_no_knowledge(more):
    published(**more)
    assert Article.objects.count() == 0


def test_twice_is_once_and_published_anew_it_is_reviewed_anew():
    article_id = opened()
    request_id = Article.objects.get().request_id
    assert not propose_article(request_id=request_id, now=NOW)
    assert found() == [article_id]
    later = NOW + timedelta(minutes=5)
    publish_answer(actor=head(7_001), request_id=request_id, words=ANSWER + "夜里也可以。", now=later)
    relay()
    assert (Article.objects.count(), found()) == (1, [])
    assert "夜里也可以" in list_proposed(head(7_001))[0].words


def test_only_the_agency_s_reviewer_reviews_and_once():
    published()
    article_id = Article.objects.get().id
    about = {"article_id": article_id, "now": NOW}
    said = {"question": "问？", "words": "答。"}
    for actor in (handler(7_001), head(7_002), RESIDENT):
        with pytest.raises(NotFound):
            approve_article(actor=actor, **about, **said)  # type: ignore[arg-type]
    for wrong in (
        {"question": "", "words": "答。"},
        {"question": "问？", "words": "…"},
        {"question": "问" * 201, "words": "答"},
    ):
        with pytest.raises(InvalidInput):
            approve_article(actor=head(7_001), **about, **wrong)  # type: ignore[arg-type]
    approve_article(actor=head(7_001), **about, **said)  # type: ignore[arg-type]
    with pytest.raises(ArticleDone):
        approve_article(actor=head(7_001), **about, **said)  # type: ignore[arg-type]
    for actor in (handler(7_001), head(7_002)):
        with pytest.raises(Forbidden):
            retire_article(actor=actor, article_id=article_id, now=NOW)
    retire_article(actor=head(7_001), article_id=article_id, now=NOW)
    with pytest.raises(ArticleDone):
        retire_article(actor=head(7_001), article_id=article_id, now=NOW)
    assert found("问") == []


def enter(role: str, agency_id: int | None = None) -> Client:
    browser = Client()
    browser.cookies["shimin_desk"] = make_officer(
        f"service_requests.{role}", login=f"knows-{next(_logins)}", agency_id=agency_id, region_code=CITY
    ).token
    return browser


def text(answer) -> str:
    return str(answer.content.decode())


def test_the_citizen_s_box_and_the_reply_box_search_it():
    article_id = opened()
    box = Client().post(f"/c/{CITY}/ask", {"words": LIKE})
    assert "也许您要问的是" in text(box)
    assert "由物业报修" in text(box)
    assert "这样的问题已经有答复" not in text(box)
    receipt = in_progress(words=LIKE, kind=RequestKind.QUESTION)
    officer = enter("officer", 7_001)
    page = f"/desk/requests/{receipt.request_id}"
    assert "知识库里的答复" in text(officer.get(page))
    filled = text(officer.get(f"{page}?article={article_id}"))
    assert filled.count(f"{ANSWER}</textarea>") == 2
    assert officer.get(f"{page}?article=1").status_code == 404
    assert officer.get(f"{page}?article=x").status_code == 200


def test_the_desk_s_page():
    published()
    article_id = Article.objects.get().id
    reviewer, officer = enter("reviewer", 7_001), enter("officer", 7_001)
    assert "等您审核" in text(reviewer.get("/desk/knowledge"))
    assert "等您审核" not in text(officer.get("/desk/knowledge"))
    approve = f"/desk/knowledge/{article_id}/approve"
    assert officer.post(approve, {"question": "问？", "words": "答。"}).status_code == 404
    assert reviewer.post(approve, {"question": "", "words": ""}).status_code == 422
    assert reviewer.post(approve, {"question": "路灯找谁修？", "words": ANSWER}).status_code == 302
    assert reviewer.post(f"/desk/knowledge/{article_id}/nonsense").status_code == 404
    assert "路灯找谁修？" in text(officer.get("/desk/knowledge", {"q": LIKE}))
    assert "撤下" not in text(officer.get("/desk/knowledge"))
    assert reviewer.post(f"/desk/knowledge/{article_id}/retire").status_code == 302
    assert "路灯找谁修？" not in text(officer.get("/desk/knowledge"))
    assert Client().get("/desk/knowledge").status_code == 302
