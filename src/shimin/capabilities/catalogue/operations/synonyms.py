"""Teach search the words people say; by editors at the desk."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.catalogue.models import Synonym
from shimin.capabilities.catalogue.operations.feedback import EDITOR
from shimin.capabilities.catalogue.operations.stamp import changing
from shimin.capabilities.catalogue.search.words import normalise, runs
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id

LONGEST = 30


class SynonymExists(Conflict):
    """The pair is there already."""

    code = "synonym_exists"
    message = "这一对词已经有了。"
    mend = "不用再加。"


def add_synonym(*, actor: Actor, said: str, meant: str, now: datetime) -> int:
    """Teach that people who say ``said`` mean ``meant``; search knows it within a second. Returns its id.

    Raises:
        Forbidden: the actor is no editor.
        InvalidInput: a side is empty, too long, or both are the same.
        SynonymExists: the pair is there.
    """
    _authorise(actor)
    said, meant = normalise(said), normalise(meant)
    _check(said, meant)
    row = Synonym(id=new_id(), said=said, meant=meant, origin="desk", updated_at=now)
    try:
        with changing(actor):
            row.save(force_insert=True)
            _audit(actor, "catalogue.synonym_added", row.id, now)
    except IntegrityError:
        raise SynonymExists from None
    return row.id


def remove_synonym(*, actor: Actor, synonym_id: int, now: datetime) -> None:
    """Take a pair out again.

    Raises:
        Forbidden: the actor is no editor.
        NotFound: there is no such pair.
    """
    _authorise(actor)
    with changing(actor):
        deleted, _ = Synonym.objects.filter(id=synonym_id).delete()
        if not deleted:
            raise NotFound
        _audit(actor, "catalogue.synonym_removed", synonym_id, now)


def _authorise(actor: Actor) -> None:
    if not actor.has_role(EDITOR):
        raise Forbidden


def _check(said: str, meant: str) -> None:
    fields = {
        name: f"请写 1 到 {LONGEST} 个字。"
        for name, text in (("said", said), ("meant", meant))
        if not runs(text) or len(text) > LONGEST
    }
    if not fields and said == meant:
        fields["meant"] = "两边是同一个词。"
    if fields:
        raise InvalidInput(fields=fields)


def _audit(actor: Actor, action: str, synonym_id: int, now: datetime) -> None:
    audit.record(actor=actor, action=action, target="synonym", target_id=synonym_id, now=now)
