"""What each candidate's score is, read from the education department's own file."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from shimin.launch.faults import Fault
from shimin.sandbox.archive import Archive
from shimin.sandbox.lives.masking import mask_number
from shimin.sandbox.lives.schooling import LAST_YEAR

# The fields that services/430100/education/gaokao-score declares, in its order.
FIELDS = (
    "candidate_number_masked", "year", "track", "total", "province_rank", "chinese", "mathematics",
    "foreign_language", "first_subject", "first_score", "second_subject_1", "second_score_1", "second_subject_2",
    "second_score_2",
)  # fmt: skip


def expected_scores(archives: Path, people: list[bytes]) -> list[dict[str, Any]]:
    """Return for each person the one record a look-up must show.

    Raises:
        Fault: two people's records look the same, so that a mix-up of the two could not be seen.
    """
    with closing(Archive(archives, "education")) as archive:
        records = [_record(archive, json.loads(line)["id_number"]) for line in people]
    alike = [count for count in Counter(json.dumps(record) for record in records).values() if count > 1]
    if len(alike) > len(people) // 1000:
        raise Fault(f"{len(alike)} pairs of people have the same score record", "invent more varied candidates.")
    return records


def _record(archive: Archive, id_number: str) -> dict[str, Any]:
    found = archive.find_dossier(id_number)
    assert found is not None
    score = next(score for score in found[1]["scores"] if score["year"] == LAST_YEAR)
    whole = {**score, "candidate_number_masked": mask_number(score["candidate_number"], 4, 4)}
    return {name: whole[name] for name in FIELDS}
