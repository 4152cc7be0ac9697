from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO

import pytest
from django.conf import settings as django_settings

from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import ScopeError, scope
from shimin.kernel.files import (
    ClamdScanner,
    FileInfected,
    FolderStore,
    NoScanner,
    ScannerUnavailable,
    get_scanner,
    receive_photo,
)
from shimin.kernel.tests.clamd import EICAR, clamd
from shimin.kernel.tests.pictures import jpeg
from shimin.project.config import ConfigError, load


def test_a_clean_photo_passes_and_is_kept(tmp_path):
    with clamd() as address:
        stored = receive_photo(BytesIO(jpeg()), store=FolderStore(tmp_path), scanner=ClamdScanner(*address))
    assert all(FolderStore(tmp_path).has(digest) for digest in stored.digests.values())


@pytest.mark.parametrize("content", [EICAR, jpeg() + EICAR], ids=["bare", "behind a picture"])
def test_the_test_virus_is_refused_and_not_kept(tmp_path, content):
    with clamd() as address, pytest.raises(FileInfected):
        receive_photo(BytesIO(content), store=FolderStore(tmp_path), scanner=ClamdScanner(*address))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_whole_of_a_large_file_is_looked_at():
    with clamd() as address, pytest.raises(FileInfected):
        ClamdScanner(*address).check(b"\0" * 19_000_001 + EICAR)


@pytest.mark.parametrize("behaviour", ["slow", "closes", "cut_short", "babbles", "drips"])
def test_a_scanner_that_does_not_answer_lets_nothing_through(behaviour):
    with clamd(behaviour) as address:
        started = time.monotonic()
        with pytest.raises(ScannerUnavailable):
            ClamdScanner(*address, seconds=0.5).check(jpeg())
        assert time.monotonic() - started < 3


def test_a_file_above_the_scanners_own_limit_is_not_taken_unseen():
    with clamd(stream_max=1000) as address, pytest.raises(ScannerUnavailable):
        ClamdScanner(*address).check(b"\0" * 500_000)


def test_a_scanner_that_is_away_lets_nothing_through():
    with clamd() as address:
        pass
    with pytest.raises(ScannerUnavailable):
        ClamdScanner(*address).check(b"abc")


def test_opens_no_socket_inside_a_transaction(db):
    with clamd() as address, scope(SYSTEM), pytest.raises(ScopeError):
        ClamdScanner(*address).check(b"abc")


def test_the_setting_names_the_scanner(settings):
    settings.SHIMIN = replace(django_settings.SHIMIN, scanner=None)
    assert isinstance(get_scanner(), NoScanner)
    with clamd() as address:
        settings.SHIMIN = replace(django_settings.SHIMIN, scanner=address)
        with pytest.raises(FileInfected):
            get_scanner().check(EICAR)


@pytest.mark.parametrize("text", ["clamd", "clamd:", ":3310", "clamd:0", "clamd:70000", "clamd:٣٣"])
def test_a_setting_that_names_no_address_is_refused(text, tmp_path):
    with pytest.raises(ConfigError, match="SHIMIN_SCANNER"):
        load({"SHIMIN_SCANNER": text, "SHIMIN_DATA_DIR": str(tmp_path)})


def test_an_address_of_ip_6_is_understood(tmp_path):
    assert load({"SHIMIN_SCANNER": "[::1]:3310", "SHIMIN_DATA_DIR": str(tmp_path)}).scanner == ("::1", 3310)
