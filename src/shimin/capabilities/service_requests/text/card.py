"""Train, measure and write a model in one go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson

from shimin.capabilities.service_requests.text.csv_files import FileUnreadable
from shimin.capabilities.service_requests.text.examples import Example, read_examples
from shimin.capabilities.service_requests.text.scores import figures
from shimin.capabilities.service_requests.text.training import FOLDS, fit, write


def train(folder: Path, output: Path, day: date | None) -> Iterator[str]:
    """Write the model of the labelled texts of ``folder`` into ``output``; yield lines to show.

    Raises:
        FileUnreadable: there is too little to learn from.
    """
    examples = read_examples(folder)
    _check_enough(examples)
    yield f"{len(examples)} labelled texts"
    fitted = fit(examples)
    facts = {
        kind: figures(fitted.scored.only(rows), fitted.sure_from)
        for kind, rows in (("segmented", ~fitted.scored.is_raw), ("raw", fitted.scored.is_raw))
        if rows.any()
    }
    write(fitted, output, {"trained_on": day.isoformat() if day else None, "figures": facts})
    for kind, values in facts.items():
        yield f"{kind}: {orjson.dumps(values, option=orjson.OPT_INDENT_2).decode()}"
    yield f"written to {output}"


def _check_enough(examples: list[Example]) -> None:
    per_category: dict[str, int] = {}
    for example in examples:
        per_category[example.category] = per_category.get(example.category, 0) + 1
    few = sorted(name for name, count in per_category.items() if count < FOLDS)
    if few or len(per_category) < 3:  # with two, the calibration would have one column only
        raise FileUnreadable(
            f"too little to learn from: at least 3 categories with {FOLDS} texts each are needed"
            + (f"; too few of {', '.join(few)}" if few else "")
        )
