from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import ScopeError, scope
from shimin.kernel.errors import NotFound
from shimin.kernel.files import FileDamaged, FolderStore, PhotoRefused, RenditionName, digest_of, receive_photo
from shimin.kernel.tests.clamd import EICAR
from shimin.kernel.tests.pictures import jpeg
from shimin.kernel.web.files import photo_response


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "files")


@pytest.fixture
def installed(tmp_path, settings):
    """The installation's own store, in a folder of this test."""
    settings.SHIMIN = replace(django_settings.SHIMIN, data_dir=tmp_path, scanner=None)
    return FolderStore(tmp_path / "files")


def test_keeps_content_under_its_hash_and_gives_it_back(store):
    digest = store.put(b"abc")
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, appendix
    assert store.get(digest) == b"abc"
    assert store.put(b"abc") == digest
    assert store.has(digest)


@given(st.binary(max_size=2000))
def test_any_content_comes_back(tmp_path_factory, content):
    store = FolderStore(tmp_path_factory.getbasetemp() / "any")
    assert store.get(store.put(content)) == content


def test_deletes_once(store):
    digest = store.put(b"abc")
    assert store.delete(digest)
    assert not store.delete(digest)
    assert not store.has(digest)
    with pytest.raises(NotFound):
        store.get(digest)


@pytest.mark.parametrize(
    "name", ["", "..", "../../keys/secret_key", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "ａ" * 64]
)
def test_no_name_leads_out_of_the_folder(store, name):
    for read in (store.get, store.has, store.delete):
        with pytest.raises(NotFound):
            read(name)


def test_a_damaged_file_is_told_and_mended_by_the_next_put(store, tmp_path):
    digest = store.put(b"abc")
    (tmp_path / "files" / digest[:2] / digest[2:4] / digest).write_bytes(b"abd")
    with pytest.raises(FileDamaged, match=digest):
        store.get(digest)
    store.put(b"abc")
    assert store.get(digest) == b"abc"


def test_twenty_writers_of_one_content_leave_one_whole_file(store, tmp_path):
    content = os.urandom(300_000)
    gate = threading.Barrier(20)

    def write(_):
        gate.wait()
        return store.put(content)

    with ThreadPoolExecutor(20) as pool:
        digests = set(pool.map(write, range(20)))
    assert digests == {digest_of(content)}
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path.name for path in files] == list(digests)


def test_a_full_disk_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shimin.kernel.files.store.os.fsync", full)
    with pytest.raises(OSError, match="space"):
        store.put(b"abc")
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert not store.has(digest_of(b"abc"))


def test_receives_a_photo_in_two_sizes_with_the_position_apart(store):
    stored = receive_photo(BytesIO(jpeg(3000, 1500, position=True)), store=store)
    assert (stored.width, stored.height) == (2048, 1024)
    assert stored.position is not None
    assert (round(stored.position.lng, 3), round(stored.position.lat, 3)) == (112.939, 28.228)
    for name in RenditionName:
        assert b"Exif" not in store.get(stored.digests[name])


def test_refuses_to_work_inside_a_transaction(db, store):
    with scope(SYSTEM), pytest.raises(ScopeError):
        receive_photo(BytesIO(jpeg()), store=store)


def test_an_answer_is_a_picture_and_nothing_else(installed, rf: RequestFactory):
    digest = receive_photo(BytesIO(jpeg())).digests[RenditionName.LARGE]
    answer = photo_response(rf.get("/"), digest)
    assert answer.content == installed.get(digest)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"].startswith("private")
    again = photo_response(rf.get("/", HTTP_IF_NONE_MATCH=answer["ETag"]), digest)
    assert (again.status_code, again.content) == (304, b"")


def test_a_deleted_file_is_not_found_even_by_who_has_a_copy(installed, rf: RequestFactory):
    digest = installed.put(b"abc")
    installed.delete(digest)
    with pytest.raises(NotFound):
        photo_response(rf.get("/", HTTP_IF_NONE_MATCH=f'"{digest}"'), digest)


def test_the_test_virus_is_no_photo_even_without_a_scanner(installed):
    with pytest.raises(PhotoRefused):
        receive_photo(BytesIO(EICAR))
