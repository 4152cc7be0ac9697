"""How many voice files a request takes, how long one waits to be used, and what stands where nothing was written."""

from __future__ import annotations

from datetime import timedelta

MOST_VOICES_AT_ONCE = 3
MOST_VOICES_ON_A_REQUEST = 12
# From the first look at a form to its filing; afterwards the recording is deleted.
VOICE_KEPT_UNUSED = timedelta(days=1)
# Nobody writes down what is said: these words stand in the place of words, and are read by no classifier.
VOICE_WORDS = "请听录音。"
VOICE_FACTS = "补充了录音。"


def words_beside_voice(words: str, *, has_voice: bool) -> str:
    """Return what was written, or that there is something to be heard."""
    return VOICE_WORDS if has_voice and not words.strip() else words
