from pathlib import Path

from shimin.capabilities.notices.domain import TRANSITIONS, NoticeState, can_become


def test_every_state_says_where_it_leads():
    assert set(TRANSITIONS) == set(NoticeState)


def test_nothing_leaves_an_end_and_nothing_returns_to_the_queue():
    assert not any(can_become(NoticeState.READ, state) for state in NoticeState)
    assert not any(can_become(NoticeState.FAILED, state) for state in NoticeState)
    assert not any(can_become(state, NoticeState.QUEUED) for state in NoticeState)


def test_the_readme_draws_the_table():
    readme = Path(__file__).parents[1] / "README.md"
    drawn = {line.strip() for line in readme.read_text("utf-8").splitlines() if " --> " in line}
    assert drawn == {f"{before} --> {after}" for before, ends in TRANSITIONS.items() for after in ends}
