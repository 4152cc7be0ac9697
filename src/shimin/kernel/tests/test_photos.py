from __future__ import annotations

import subprocess
import threading
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shimin.kernel.files import LARGEST_BYTES, PhotoRefused, PhotoTooLarge, RenditionName, photos, read_photo
from shimin.kernel.tests.pictures import BLUE, HEIC, RED, encoded, jpeg, png_that_claims, set_position, two_colours

LARGE = RenditionName.LARGE


def drawn(content: bytes, name: RenditionName = LARGE) -> Image.Image:
    return Image.open(BytesIO(read_photo(content).renditions[name].content))


def near(pixel: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(have - want) < 25 for have, want in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(jpeg(), id="JPEG"),
        pytest.param(encoded(two_colours(), "PNG"), id="PNG"),
        pytest.param(encoded(two_colours(mode="P"), "PNG"), id="PNG with a palette"),
        pytest.param(encoded(two_colours(), "WEBP", quality=90), id="WebP"),
        pytest.param(HEIC.read_bytes(), id="HEIC"),
    ],
)
def test_reads_what_phones_send_and_draws_it_as_jpeg(content):
    image = drawn(content)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (96, 64))
    assert near(image.getpixel((10, 30)), RED)
    assert near(image.getpixel((86, 30)), BLUE)


@pytest.mark.parametrize("mode", ["L", "1", "LA", "RGBA"])
def test_reads_other_kinds_of_pixels(mode):
    assert drawn(encoded(Image.new(mode, (3000, 100)), "PNG")).size == (2048, 68)


@pytest.mark.parametrize("width", [64, 3000])
def test_sixteen_bits_of_grey_keep_their_brightness(width):
    image = drawn(encoded(Image.new("I;16", (width, 100), 40_000), "PNG"))
    assert near(image.getpixel((30, 30)), (155, 155, 155))


def test_reads_the_inks_of_printers():
    assert drawn(encoded(two_colours().convert("CMYK"), "JPEG")).mode == "RGB"


def test_what_was_transparent_is_white():
    image = drawn(encoded(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "PNG"))
    assert near(image.getpixel((30, 30)), (255, 255, 255))


@pytest.mark.parametrize(("orientation", "red_at"), [(1, (10, 30)), (3, (86, 30)), (6, (30, 10)), (8, (30, 86))])
def test_stands_upright(orientation, red_at):
    image = drawn(jpeg(orientation=orientation))
    assert image.size == ((96, 64) if orientation in (1, 3) else (64, 96))
    assert near(image.getpixel(red_at), RED)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_one_is_scaled_and_upright(orientation):
    photo = read_photo(jpeg(6000, 3000, orientation=orientation))
    sizes = {name: (each.width, each.height) for name, each in photo.renditions.items()}
    wanted = {LARGE: (2048, 1024), RenditionName.SMALL: (320, 160)}
    assert sizes == (wanted if orientation == 1 else {name: size[::-1] for name, size in wanted.items()})


@pytest.mark.parametrize("content", [jpeg(position=True), HEIC.read_bytes()], ids=["JPEG", "HEIC"])
def test_nothing_of_the_camera_stays(content):
    assert b"Invented" in content
    for rendition in read_photo(content).renditions.values():
        image = Image.open(BytesIO(rendition.content))
        assert dict(image.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)
        assert b"Invented" not in rendition.content


def test_comments_profiles_and_what_hangs_behind_are_gone():
    secret = b"secret of the sender"
    sent = encoded(two_colours(), "JPEG", comment=secret, icc_profile=secret * 9, xmp=secret) + secret
    assert all(secret not in each.content for each in read_photo(sent).renditions.values())
    assert near(drawn(sent).getpixel((10, 30)), RED)


@pytest.mark.parametrize("content", [jpeg(position=True), HEIC.read_bytes()], ids=["JPEG", "HEIC"])
def test_the_position_comes_apart(content):
    position = read_photo(content).position
    assert position is not None
    assert (position.lng, position.lat) == (112.938889, 28.228056)


def test_south_and_west_are_negative():
    exif = Image.Exif()
    set_position(exif, "S", (33.0, 30.0, 0.0), "W", (70.0, 30.0, 0.0))
    position = read_photo(encoded(two_colours(), "JPEG", exif=exif)).position
    assert position is not None
    assert (position.lng, position.lat) == (-70.5, -33.5)


@pytest.mark.parametrize(
    ("lat", "lng"),
    [((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), ((91.0, 0.0, 0.0), (10.0, 0.0, 0.0)), ((1.0, 0.0, 0.0), (181.0, 0.0, 0.0))],
)
def test_a_position_without_sense_is_none(lat, lng):
    exif = Image.Exif()
    set_position(exif, "N", lat, "E", lng)
    assert read_photo(encoded(two_colours(), "JPEG", exif=exif)).position is None


def test_half_a_position_is_none():
    exif = Image.Exif()
    set_position(exif, "N", (28.0,), "E", (112.0, 56.0, 20.0))
    assert read_photo(encoded(two_colours(), "JPEG", exif=exif)).position is None


def zipped() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("photo.jpg", jpeg())
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(zipped(), id="a zip"),
        pytest.param(encoded(two_colours(), "GIF"), id="GIF"),
        pytest.param(encoded(two_colours(), "TIFF"), id="TIFF"),
        pytest.param(encoded(two_colours(), "BMP"), id="BMP"),
        pytest.param(b"%PDF-1.7\n", id="PDF"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", id="SVG"),
        pytest.param(b"\xff\xd8\xff" + zipped(), id="a zip behind three bytes of JPEG"),
        pytest.param(b"RIFF\0\0\0\0WEBP" + b"\0" * 100, id="an empty WebP"),
        pytest.param(b"\0\0\0\x18ftypheic" + b"\0" * 100, id="an empty HEIC"),
        pytest.param(jpeg(2000, 1500)[:3000], id="half a JPEG"),
        pytest.param(encoded(two_colours(900, 900), "PNG")[:200], id="half a PNG"),
        pytest.param(HEIC.read_bytes()[:-60], id="half a HEIC"),
        pytest.param(encoded(Image.new("RGB", (20_000, 2)), "PNG"), id="a strip"),
    ],
)
def test_refuses_what_is_no_photo_in_words(content):
    with pytest.raises(PhotoRefused) as refused:
        read_photo(content)
    assert refused.value.message.endswith("。")
    assert refused.value.mend.endswith("。")


@pytest.mark.parametrize(("width", "height"), [(9_000, 9_000), (12_000, 10_000), (60_000, 60_000), (2**31 - 1, 1000)])
def test_refuses_a_bomb_before_decoding_it(width, height):
    bomb = png_that_claims(width, height)
    tracemalloc.start()
    try:
        with pytest.raises((PhotoTooLarge, PhotoRefused)):
            read_photo(bomb)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_refuses_more_than_twenty_megabytes():
    with pytest.raises(PhotoTooLarge):
        read_photo(jpeg() + b"\0" * LARGEST_BYTES)


@pytest.mark.parametrize("place", [176, 177, 178, 179])
def test_a_picture_that_ends_its_decoder_ends_nothing_else(place):
    """These bytes of a HEIC end libheif 1.20 by a signal: the file is refused in words and the next one is read."""
    content = bytearray(HEIC.read_bytes())
    content[place] = 128
    with pytest.raises(PhotoRefused):
        read_photo(bytes(content))
    assert read_photo(HEIC.read_bytes()).renditions


def test_drawing_knows_no_secret(monkeypatch):
    given_to, real = [], subprocess.run

    def watched(*arguments, **options):
        given_to.append(options["env"])
        return real(*arguments, **options)

    monkeypatch.setenv("SHIMIN_MASTER_KEY", "a secret")
    monkeypatch.setattr(subprocess, "run", watched)
    read_photo(jpeg())
    assert given_to == [{}]


def test_drawing_that_takes_too_long_is_stopped_and_refused(monkeypatch):
    monkeypatch.setattr(photos, "_WAIT_SECONDS", 0.001)
    with pytest.raises(PhotoRefused):
        read_photo(jpeg(3000, 2000))


@settings(max_examples=30, deadline=None)  # each begins a process
@given(place=st.integers(0, 10**6), value=st.integers(0, 255), which=st.sampled_from(["JPEG", "PNG", "WEBP", "HEIC"]))
def test_a_changed_byte_is_read_or_refused_and_nothing_else(place, value, which):
    content = bytearray(HEIC.read_bytes() if which == "HEIC" else encoded(two_colours(), which))
    content[place % len(content)] = value
    try:
        photo = read_photo(bytes(content))
    except (PhotoRefused, PhotoTooLarge):
        return
    assert set(photo.renditions) == set(RenditionName)


def test_only_two_are_decoded_at_once(monkeypatch):
    inside, most, lock, real = 0, 0, threading.Lock(), photos._drawn

    def counted(content):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        try:
            return real(content)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(photos, "_drawn", counted)
    content = jpeg(3000, 2000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_photo, [content] * 8))
    assert 1 <= most <= 2
