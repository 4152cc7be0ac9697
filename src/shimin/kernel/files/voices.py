"""Voice files as people send them: known by their content, recorded anew as speech, without what the phone wrote in.

Only the sound is kept, as one MP3 of one channel: every browser plays it, and nothing else of the file is left. The
original is never stored. Nobody writes down what is said.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from shimin.kernel.errors import InvalidInput
from shimin.kernel.files.apart import run_apart

LARGEST_VOICE_BYTES = 20 * 2**20
LONGEST_VOICE_SECONDS = 600
_AT_ONCE = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 80  # longer than the recorder's own bound of processor time
_SOUNDING = Path(__file__).with_name("sounding.py")


class VoiceRefused(InvalidInput):
    """The file is no recording that can be read."""

    code = "voice_refused"
    message = "这个文件不是能识别的录音。"
    mend = "请选择手机录音（m4a、mp3、amr、ogg、wav、webm）。"


class VoiceTooLarge(InvalidInput):
    """The file is too large, or the recording too long."""

    code = "voice_too_large"
    message = f"录音太大或太长，每段最大20MB、最长{LONGEST_VOICE_SECONDS // 60}分钟。"
    mend = "请分成几段，或者只录要紧的话。"


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording that was read: an MP3 of ``seconds``."""

    content: bytes
    seconds: float


def read_voice(content: bytes) -> Voice:
    """Read a voice file, whatever its name says, and record it anew as MP3. Takes up to some seconds.

    Raises:
        VoiceTooLarge: more than 20 MB, or longer than ten minutes.
        VoiceRefused: none of the kinds, a video, or nothing to be heard in it.
    """
    if len(content) > LARGEST_VOICE_BYTES:
        raise VoiceTooLarge
    with _AT_ONCE:
        written = run_apart(
            _SOUNDING, [str(LONGEST_VOICE_SECONDS)], content, seconds=_WAIT_SECONDS, name="voice_recording"
        )
    line, _, mp3 = written.partition(b"\n")
    said = json.loads(line) if line else {"refused": "broken"}
    if "refused" in said:
        _refuse(said["refused"])
    return Voice(mp3, float(said["seconds"]))


def _refuse(word: str) -> NoReturn:
    match word:
        case "long":
            raise VoiceTooLarge
        case "video":
            raise VoiceRefused("这是一段视频，不是录音。", mend="请另录一段声音，或者截几张图作为照片上传。")
        case "short":
            raise VoiceRefused("这段录音不到半秒，听不出什么。", mend="请重新录一段。")
        case "broken":
            raise VoiceRefused("这段录音读不出来，可能没有传完整。", mend="请重新录一段，或换一种格式再传。")
    raise VoiceRefused
