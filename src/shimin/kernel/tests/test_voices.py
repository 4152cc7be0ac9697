"""Voice files: known by their content, recorded anew without what else was in them, bounded; given out in parts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import av
import numpy as np
import pytest
from django.conf import settings as django_settings

from shimin.kernel.files import (
    FileInfected,
    VoiceRefused,
    VoiceTooLarge,
    get_file_store,
    read_voice,
    receive_voice,
    voices,
)
from shimin.kernel.tests.pictures import jpeg
from shimin.kernel.tests.sounds import KINDS, SECRET, film, recording
from shimin.kernel.web.files import voice_response


def heard(mp3: bytes) -> tuple[int, float]:
    """Return the loudest tone of a recording in hertz, and its length in seconds."""
    with av.open(BytesIO(mp3), "r") as source:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in source.decode(audio=0)])
        rate = source.streams.audio[0].rate
    spectrum = np.abs(np.fft.rfft(sound))
    return round(float(np.argmax(spectrum)) * rate / len(sound)), len(sound) / rate


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_becomes_an_mp3_that_sounds_the_same(kind):
    voice = read_voice(recording(kind, 1.0, 440))
    assert abs(voice.seconds - 1.0) <= 0.2
    assert voice.content[:1] == b"\xff", "no tag comes before the sound"
    tone, seconds = heard(voice.content)
    assert abs(tone - 440) <= 3
    assert abs(seconds - voice.seconds) <= 0.2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("amr", "wav")])
def test_what_the_phone_wrote_into_the_file_is_gone(kind):
    content = recording(kind)
    assert SECRET.encode() in content
    assert SECRET.encode() not in read_voice(content).content


def test_the_name_of_a_file_says_nothing_and_the_same_sound_is_the_same_file():
    assert read_voice(recording("amr")).content == read_voice(recording("amr")).content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "不是能识别的录音"), (b"PK\x03\x04" + b"0" * 500, "不是能识别的录音"), (jpeg(), "不是能识别的录音"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "不是能识别的录音"), (b"ID3\x04" + b"0" * 900, "读不出来"),
        (b"OggS" + b"\0" * 900, "读不出来"), (b"RIFF\x24\0\0\0WAVEfmt " + b"\xff" * 900, "读不出来"),
        (recording("m4a")[:60], "读不出来"), (film(), "视频"), (recording("wav", 0.2), "不到半秒"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_with_words_and_a_way_on(content, says):
    with pytest.raises(VoiceRefused) as refused:
        read_voice(content)
    assert says in refused.value.message or "不是能识别的录音" in refused.value.message
    assert refused.value.mend


def test_too_long_and_too_large_are_refused(monkeypatch):
    monkeypatch.setattr(voices, "LONGEST_VOICE_SECONDS", 2)
    assert read_voice(recording("ogg", 1.5)).seconds == pytest.approx(1.5, abs=0.1)
    with pytest.raises(VoiceTooLarge):
        read_voice(recording("ogg", 2.5))
    with pytest.raises(VoiceTooLarge):
        receive_voice(BytesIO(b"OggS" + b"\0" * voices.LARGEST_VOICE_BYTES))


@pytest.mark.parametrize("kind", KINDS)
def test_broken_bytes_end_in_a_recording_or_a_refusal(kind):
    content = bytearray(recording(kind))
    for at in range(20, len(content), max(1, len(content) // 12)):
        content[at] ^= 0xFF
    with suppress(VoiceRefused, VoiceTooLarge):
        assert read_voice(bytes(content)).seconds > 0


def test_a_scanner_sees_the_file_before_any_decoder(tmp_path):
    class Scanner:
        """Knows everything as malware."""

        def check(self, content: bytes) -> None:
            raise FileInfected

    with pytest.raises(FileInfected):
        receive_voice(BytesIO(b"not even sound"), scanner=Scanner())


@pytest.fixture
def stored(settings, tmp_path) -> str:
    """The digest of a file of ten bytes."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path)
    return get_file_store().put(b"0123456789")


@pytest.mark.parametrize(
    ("asked", "status", "content", "said"),
    [
        ("", 200, b"0123456789", None), ("bytes=0-1", 206, b"01", "bytes 0-1/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"), ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"), ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"), ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"), ("bytes=-", 416, b"", "bytes */10"),
        ("bytes=0-1,3-4", 200, b"0123456789", None), ("lines=0-1", 200, b"0123456789", None),
    ],
)  # fmt: skip
def test_a_recording_is_given_in_the_part_that_was_asked_for(rf, stored, asked, status, content, said):
    answer = voice_response(rf.get("/", headers={"Range": asked} if asked else {}), stored)
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers.get("Content-Range") == said
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"].startswith("private")
    if status != 416:
        assert answer.headers["Content-Type"] == "audio/mpeg"


def test_a_part_of_another_version_is_the_whole(rf, stored):
    parts = {"Range": "bytes=0-1", "If-Range": f'"{stored}"'}
    assert voice_response(rf.get("/", headers=parts), stored).status_code == 206
    assert voice_response(rf.get("/", headers={**parts, "If-Range": '"other"'}), stored).status_code == 200
    assert voice_response(rf.get("/", headers={"If-None-Match": f'"{stored}"'}), stored).status_code == 304
