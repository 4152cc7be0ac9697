from shimin.capabilities.notices.domain import TRANSITIONS, NoticeState, can_become


def test_every_state_says_where_it_leads():
    assert set(TRANSITIONS) == set(NoticeState)


def test_nothing_leaves_an_end_and_nothing_returns_to_the_queue():
    assert not any(can_become(NoticeState.READ, state) for state in NoticeState)
    assert not any(can_become(NoticeState.FAILED, state) for state in NoticeState)
    assert not any(can_become(state, NoticeState.QUEUED) for state in NoticeState)
