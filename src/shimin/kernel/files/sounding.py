"""Records one voice file anew in a process of its own: the file on standard input; a line of JSON and an MP3 on output.

A sound file carries what nobody meant to send (position, device, pictures, other tracks), and browsers play only some
kinds. So its sound is decoded and written again: one voice, one kind that every browser plays. Bounded in memory, time
and length, without settings, keys, connections or files. It imports nothing of the platform. ``voices`` runs it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import resource
import sys
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.stream import Disposition

RATE, BITS_PER_SECOND = 24_000, 48_000  # speech: 8 kHz of a telephone fit three times over; a minute is 360 KB
SHORTEST_SECONDS = 0.5
_MEMORY_BYTES = 2 * 2**30
_CPU_SECONDS = 60
_RATES = range(4_000, 192_001)
# What phones and browsers record with. Every other decoder of the library is a way in that nobody needs.
_CODECS = {"mp3", "mp3float", "aac", "alac", "amrnb", "amrwb", "libopencore_amrnb", "opus", "libopus", "vorbis"}


class Refused(Exception):
    """The file is no recording for us; the argument is the word that ``voices`` turns into one for people."""


def main() -> None:
    """Record what comes on standard input. ``sys.argv``: the longest length in seconds."""
    content = sys.stdin.buffer.read()
    _confine()
    said: dict[str, Any]
    try:
        seconds, mp3 = record(content, int(sys.argv[1]))
        said = {"seconds": seconds}
    except Refused as refusal:
        said, mp3 = {"refused": str(refusal)}, b""
    except Exception:  # a decoder may raise almost anything at a file made to break it
        said, mp3 = {"refused": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + mp3)


def _confine() -> None:
    """Bound the process. The library is wholly imported before: from then on no file can be opened."""
    for room in ("audio", "video", "subtitles", "codec", "container", "sidedata"):
        for found in pkgutil.iter_modules(importlib.import_module(f"av.{room}").__path__, f"av.{room}."):
            importlib.import_module(found.name)
    av.logging.set_level(None)
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, _CPU_SECONDS), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 3),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def record(content: bytes, longest_seconds: int) -> tuple[float, bytes]:
    """Return how long the sound is, in seconds, and the sound as MP3 (one channel, 24 kHz, 48 kbit/s, no tags).

    Raises:
        Refused: "kind" no sound of a known kind; "video" it has moving pictures; "long", "short"; "broken".
    """
    target = BytesIO()
    with (
        av.open(BytesIO(content), format=kind_of(content), metadata_errors="ignore") as source,
        av.open(target, "w", format="mp3", options={"id3v2_version": "0"}) as written,
    ):
        sound = written.add_stream("libmp3lame", rate=RATE, layout="mono")
        sound.bit_rate = BITS_PER_SECOND
        samples = 0
        for frame in _frames(source, sound.codec_context.frame_size or 576):
            if samples + frame.samples > longest_seconds * RATE:
                raise Refused("long")
            frame.pts, frame.time_base = samples, Fraction(1, RATE)
            samples += frame.samples
            written.mux(sound.encode(frame))
        written.mux(sound.encode(None))
    if samples < SHORTEST_SECONDS * RATE:
        raise Refused("short" if samples else "broken")
    return round(samples / RATE, 1), target.getvalue()


def kind_of(content: bytes) -> str:
    """Return the library's name of the container, by the first bytes: no other reader is tried."""
    if content[4:8] == b"ftyp" and content[8:11] not in (b"hei", b"mif", b"avi"):
        return "mov"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    for begins, name in ((b"#!AMR", "amr"), (b"OggS", "ogg"), (b"\x1aE\xdf\xa3", "matroska"), (b"ID3", "mp3")):
        if content.startswith(begins):
            return name
    # A frame of MPEG sound, layer III: eleven bits of sync, a version that is not reserved, a layer, a rate.
    if len(content) > 4 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2 and content[2] & 0xF0 not in (0, 0xF0):
        return "mp3"
    raise Refused("kind")


def _frames(source: Any, frame_size: int) -> Iterator[Any]:
    """Return the sound in frames for the writer. What cannot be decoded in the midst is left out, as a player does."""
    pictures = [each for each in source.streams.video if not each.disposition & Disposition.attached_pic]
    if pictures:
        raise Refused("video")
    sound = source.streams.audio[0] if source.streams.audio else None
    codec = sound.codec_context if sound is not None else None
    if codec is None or not (codec.name in _CODECS or codec.name.startswith("pcm_")) or codec.sample_rate not in _RATES:
        raise Refused("kind")
    codec.thread_count = 1
    resampler = AudioResampler(format="s16p", layout="mono", rate=RATE, frame_size=frame_size)
    for packet in source.demux(sound):
        try:
            decoded = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in decoded:
            yield from resampler.resample(frame)
    yield from resampler.resample(None)


if __name__ == "__main__":
    main()
