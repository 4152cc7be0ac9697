"""Recordings for tests, made on the spot: a tone in each kind that phones and browsers record."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from functools import cache
from io import BytesIO
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler

# container, codec, samples a second
KINDS = {
    "mp3": ("mp3", "libmp3lame", 16_000),
    "m4a": ("ipod", "aac", 16_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "ogg": ("ogg", "libopus", 48_000),
    "wav": ("wav", "pcm_s16le", 16_000),
    "webm": ("webm", "libopus", 48_000),
}
SECRET = "iPhone of Wang, +28.2278+112.9388/"


@cache
def recording(kind: str = "m4a", seconds: float = 1.0, hertz: int = 440) -> bytes:
    """Return a tone as a file of one of ``KINDS``; where the kind has tags they hold ``SECRET``."""
    container, codec, rate = KINDS[kind]
    target = BytesIO()
    with av.open(target, "w", format=container) as written:
        if kind not in ("amr", "wav"):
            written.metadata["title"] = SECRET
        sound: Any = written.add_stream(codec, rate=rate, layout="mono")
        if kind == "amr":
            sound.bit_rate = 12_200
        sound.codec_context.open()
        tone = array("h", (int(8000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(int(seconds * rate))))
        whole = av.AudioFrame.from_ndarray(np.array(tone).reshape(1, -1), format="s16", layout="mono")
        whole.sample_rate, whole.pts, whole.time_base = rate, 0, Fraction(1, rate)
        cut = AudioResampler(
            format=sound.codec_context.format, layout="mono", rate=rate, frame_size=sound.codec_context.frame_size or 0
        )
        for frame in (*cut.resample(whole), *cut.resample(None)):
            written.mux(sound.encode(frame))
        written.mux(sound.encode(None))
    return target.getvalue()


@cache
def film() -> bytes:
    """Return an MP4 with moving pictures and no sound."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as written:
        pictures: Any = written.add_stream("mpeg4", rate=5)
        pictures.width, pictures.height, pictures.pix_fmt = 32, 32, "yuv420p"
        for _ in range(5):
            written.mux(pictures.encode(av.VideoFrame(32, 32, "yuv420p")))
        written.mux(pictures.encode(None))
    return target.getvalue()
