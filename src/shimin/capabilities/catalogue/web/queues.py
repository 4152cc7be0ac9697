"""The editors' queues on the staff desk."""

from __future__ import annotations

from shimin.capabilities.catalogue.desk_queries import count_new_feedback
from shimin.capabilities.catalogue.operations.feedback import EDITOR
from shimin.kernel.actor import Actor
from shimin.ui.desk import Queue, register_queue, register_roles


def register_queues() -> None:
    """Offer the desk what editors work on."""
    queues = (
        Queue(
            "catalogue.feedback",
            "大家来找茬",
            "message-square-warning",
            "catalogue:desk_feedback",
            EDITOR,
            count_new_feedback,
        ),
        Queue("catalogue.missed", "没搜到的词", "search-x", "catalogue:desk_missed", EDITOR, _uncounted),
        Queue("catalogue.synonyms", "同义词", "languages", "catalogue:desk_synonyms", EDITOR, _uncounted),
        Queue("catalogue.items", "事项与星级", "star", "catalogue:desk_items", EDITOR, _uncounted),
    )
    register_roles({EDITOR: "事项编辑"})
    for queue in queues:
        register_queue(queue)


def _uncounted(actor: Actor) -> None:
    """These lists are looked through, not worked off."""
