"""The ``services`` command as an author uses it."""

from __future__ import annotations

import io

import orjson
import pytest
from django.core.management import CommandError, call_command

from shimin.capabilities.catalogue.models import Region, ServiceVersion, Synonym
from shimin.capabilities.catalogue.operations.reference import load_reference
from shimin.capabilities.catalogue.tests.factories import CITY, NOW, service, write_item

ADDRESS = f"{CITY}/bureau/id-card-replacement"


@pytest.fixture
def services(tmp_path, no_blocks):
    """Run a verb on an empty tree and return what it prints."""

    def run(verb, *args, **options):
        out = io.StringIO()
        call_command("services", f"--root={tmp_path}", verb, *args, stdout=out, stderr=out, **options)
        return out.getvalue()

    return run


def test_check_lists_faults_and_leaves_with_one(services, tmp_path):
    write_item(tmp_path, data=service(tab="x"))
    with pytest.raises(SystemExit) as left:
        services("check")
    assert left.value.code == 1


def test_check_of_good_folders(services, tmp_path):
    write_item(tmp_path)
    assert services("check") == "1 service folders are in order.\n"


def test_new_makes_a_folder_that_passes_once_it_is_filled_in(services, tmp_path):
    services("new", f"{CITY}/library/reader-card")
    for file in tmp_path.rglob("*.yaml"):
        text = file.read_text()
        file.write_text(text.replace("【", "").replace("】", ""))
    assert services("check") == "1 service folders are in order.\n"


def test_new_marks_what_is_to_be_written(services, tmp_path):
    services("new", f"{CITY}/library/reader-card")
    with pytest.raises(SystemExit):
        services("check")


@pytest.mark.parametrize("address", ["430100", "430100/a", "4301/a/b", "430100/A/b", "430100/../b", "/etc/passwd/x"])
def test_new_refuses_bad_addresses(services, address):
    with pytest.raises(CommandError, match="is not REGION/AGENCY/ITEM"):
        services("new", address)


def test_new_does_not_overwrite(services, tmp_path):
    write_item(tmp_path)
    with pytest.raises(CommandError, match="exists"):
        services("new", ADDRESS)


def test_new_numbers_the_items_of_an_agency(services, tmp_path):
    write_item(tmp_path)
    services("new", f"{CITY}/bureau/second")
    assert 'catalog_code: "432000002000"' in (tmp_path / CITY / "bureau" / "second" / "service.yaml").read_text()


def test_try_shows_the_guide_and_runs_examples(services, tmp_path):
    write_item(tmp_path)
    shown = services("try", ADDRESS, choose=["who=guardian"])
    for words in ("居民身份证遗失补领", "20 个工作日", "委托书", "不用带：照片", "ok   监护人"):
        assert words in shown


def test_try_fails_with_an_example(ticket, tmp_path):
    folder = write_item(
        tmp_path, data=service(online="one-visit", situations=None), examples=[{"name": "取号", "ticket": "b"}]
    )
    (folder / "ticket.yaml").write_text("word: a\n")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 examples failed"):
        call_command("services", f"--root={tmp_path}", "try", ADDRESS, stdout=out)
    assert "FAIL 取号: the word differs" in out.getvalue()


@pytest.mark.usefixtures("places")
class TestPublishing:
    def test_publish_diff_export(self, services, tmp_path):
        write_item(tmp_path)
        assert services("diff", ADDRESS) == "Nothing of it is published yet.\n"
        assert "1 new versions, 0 unchanged." in services("publish", "--all")
        assert services("diff", ADDRESS) == "Same as version 1.\n"
        write_item(tmp_path, data=service(name="补办身份证"))
        assert services("diff", ADDRESS) == "~ name: 居民身份证遗失补领 → 补办身份证\n"
        exported = orjson.loads(services("export"))
        assert exported["PublicService"][0]["identifier"] == "11430100006000001G3432000001000"

    def test_effective_from(self, services, tmp_path):
        write_item(tmp_path)
        services("publish", ADDRESS, effective_from="2099-01-01")
        assert ServiceVersion.objects.get().effective_from.isoformat() == "2098-12-31T16:00:00+00:00"

    def test_refuses_what_has_faults_or_is_not_there(self, services, tmp_path):
        write_item(tmp_path, data=service(tab="x"))
        with pytest.raises(SystemExit):
            services("publish", "--all")
        with pytest.raises(CommandError, match="there is no folder at"):
            services("publish", "430100/absent")
        with pytest.raises(CommandError, match="or --all"):
            services("publish")
        write_item(tmp_path)
        with pytest.raises(CommandError, match="write a day as"):
            services("publish", ADDRESS, effective_from="tomorrow")


def test_uscc(services):
    assert services("uscc", "11430100006000001").strip() == "11430100006000001G"
    with pytest.raises(CommandError):
        services("uscc", "1143")


def test_schemas_and_reference_are_up_to_date():
    call_command("services", "schema", "--check", stdout=io.StringIO())


@pytest.mark.django_db
def test_load_reference_is_idempotent_and_keeps_the_desks_synonyms():
    first = load_reference(now=NOW)
    Synonym.objects.create(id=1, said="小本本", meant="身份证", origin="desk", updated_at=NOW)
    again = load_reference(now=NOW)
    assert first.regions == again.regions == Region.objects.count() > 3000
    assert again.synonyms == first.synonyms + 1
