"""``services check``: every fault with file, line, what and mend."""

from __future__ import annotations

import pytest

from shimin.capabilities.catalogue.folder.checks import check_tree
from shimin.capabilities.catalogue.tests.factories import AGENCY, CITY, service, write_item

ADDRESS = f"{CITY}/bureau/id-card-replacement"
ENGLISH = {"region": CITY, "languages": ["zh", "en"], "hotline": "12345"}


def faults(root, **known):
    return [str(finding) for finding in check_tree(root, **known)[1]]


def the_fault(root):
    found = faults(root)
    assert len(found) == 1, found
    return found[0]


def test_a_complete_folder_has_no_fault(tmp_path, no_blocks):
    write_item(tmp_path)
    assert faults(tmp_path) == []


PERMIT = {"type": "permit", "catalog_code": "430100001000"}
PAUSED = {"state": "paused", "words": "升级", "from": "2026-12-05", "until": "2026-12-01"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"summray": "x"}, "unknown key 'summray'. Mend: did you mean 'summary'?"),
        ({"summary": None}, "the file lacks 'summary'. Mend: add summary（一句话说明）"),
        ({"summary": "长" * 81}, "summary has 81 characters. Mend: use at most 80"),
        ({"name": "【事项名称】"}, "still to be filled in"),
        ({"name": 12}, "name is '12', not a text or keys with values. Mend: put it in quotes: \"12\""),
        ({"tab": "drivers"}, "tab is 'drivers'. Mend: did you mean 'driver'?"),
        ({"catalog_code": 432000001000}, "put it in quotes"),
        ({"catalog_code": "430100001000"}, "digits 3–4 of catalog_code are 01, but public-service is 20"),
        ({"task_code": "1" * 31}, "task_code is not USCC + level + catalog_code"),
        ({"limits": {"legal": "20 days", "promised": "none"}}, "write 20 working days"),
        ({"limits": {"legal": "20 working days", "promised": "21 working days"}}, "longer than the law allows"),
        ({"limits": {"legal": "20 calendar days", "promised": "20 working days"}}, "longer than the law allows"),
        ({"limits": {"legal": "20 working days", "promised": "none"}}, "a legal limit but no promise"),
        ({"case_kind": "immediate"}, "即办件"),
        ({"limits": {"legal": "none", "promised": "immediate"}}, "即办件"),
        ({"visits": {"count": 1}}, "visits.count is above 0 without a reason"),
        ({"visits": {"count": 0}}, "no visit is needed but nothing is online"),
        ({"online": "one-visit"}, "no capability block does it"),
        ({"channels": {"web": "网上办"}, "visits": {"count": 0}}, "nothing says where it can be done now"),
        ({"channels": {"window": {"how": "x", "url": "http://x.cn"}}}, "channels.window.url"),
        ({"fees": []}, "fees has fewer than 1 entries"),
        ({"fees": "free"}, "fees is 'free'. Mend: Use none"),
        ({"fees": [{"name": "费", "standard": "10 元"}]}, "fees[1] lacks 'basis'"),
        ({"audience": "legal"}, "audience is legal but themes has"),
        ({"audience": "both"}, "themes has no legal"),
        ({"themes": {"natural": ["080"]}}, "'080' is no natural theme"),
        ({"result": {"type": "licence", "name": "证"}}, "result lacks 'sample'"),
        (PERMIT, "a permit lacks the steps accept 受理, review 审核, approve 审批, deliver 送达"),
        ({"hotlines": {"consult": "12345", "complain": "12345"}}, "the same number"),
        ({"status": {"state": "seasonal", "words": "每年六月"}}, "a seasonal item has no season"),
        ({"status": PAUSED}, "until is not after from"),
        ({"status": {"state": "paused", "words": "升级", "from": "2026-13-01"}}, "write a date as 2026-12-01"),
        ({"related": ["nowhere"]}, "there is no item 'nowhere'"),
        ({"more": {"file": "texts/none.md"}}, "there is no file 'texts/none.md'"),
        ({"more": {"file": "../../city.yaml"}}, "leaves the folder"),
        ({"more": {"file": "/etc/passwd"}}, "leaves the folder"),
        ({"name": {"en": "ID card"}}, "name lacks 'zh'"),
        ({"materials": {"Big Key": {}}}, "the key 'Big Key' in materials does not fit"),
        ({"ticket": {"word": "x"}}, "unknown key 'ticket'"),
    ],
)
def test_names_the_fault_and_its_mend(tmp_path, no_blocks, changes, words):
    write_item(tmp_path, data=service(**changes))
    found = faults(tmp_path)
    assert any(words in fault for fault in found), found
    assert all(fault.startswith(f"{ADDRESS}/") and " Mend: " in fault for fault in found)


def test_names_file_and_line(tmp_path, no_blocks):
    folder = write_item(tmp_path)
    file = folder / "service.yaml"
    file.write_text(file.read_text().replace("tab: government", "tab: goverment"))
    line = file.read_text().splitlines().index("tab: goverment") + 1
    assert the_fault(tmp_path).startswith(f"{ADDRESS}/service.yaml:{line}: tab is 'goverment'")


def test_reports_all_faults_at_once(tmp_path, no_blocks):
    write_item(tmp_path, data=service(tab="x", icon="Not An Icon", assurance_level=9))
    assert len(faults(tmp_path)) == 3


def test_missing_translation_is_a_fault_once_the_city_declares_the_language(tmp_path, no_blocks):
    write_item(tmp_path, city=ENGLISH, data=service(name={"zh": "补领", "en": "Replace"}))
    found = faults(tmp_path)
    assert any("missing translation: summary has no en" in fault for fault in found)
    assert any("missing translation: materials.photo.shared_by has no en" in fault for fault in found)
    assert not any("service.yaml" in fault and "missing translation: name " in fault for fault in found)


def test_unknown_material_of_a_choice(tmp_path, no_blocks):
    situations = {"who": {"ask": "谁？", "choices": {"a": {"name": "甲"}, "b": {"name": "乙", "materials": ["gone"]}}}}
    write_item(tmp_path, data=service(situations=situations), examples=None)
    assert any("there is no material 'gone'" in fault for fault in faults(tmp_path))


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        (None, "there are situations but no examples"),
        ([{"name": "x", "situation": {"who": "nobody"}, "materials": []}], "who is not answered by one of its choices"),
        ([{"name": "x", "situation": {"who": "self"}, "materials": ["proof"]}], "the item asks for ['household']"),
        ([{"name": "x", "situation": {"who": "self"}}], "is incomplete"),
        ([{"situation": {"who": "self"}, "materials": []}], "lacks 'name'"),
    ],
)
def test_examples_are_checked(tmp_path, no_blocks, examples, words):
    write_item(tmp_path, examples=examples)
    assert words in the_fault(tmp_path)


def test_agency_faults(tmp_path, no_blocks):
    wrong = {**AGENCY, "uscc": AGENCY["uscc"][:17] + "H", "hotlines": {"consult": "12345", "complain": "12345"}}
    write_item(tmp_path, agency=wrong)
    found = faults(tmp_path)
    assert any("the check character of uscc is wrong" in fault and "ends in G" in fault for fault in found)
    assert any("consult and complain are the same number" in fault for fault in found)


def test_slug_and_catalog_code_are_unique(tmp_path, no_blocks):
    write_item(tmp_path)
    write_item(tmp_path, f"{CITY}/other/id-card-replacement")
    write_item(tmp_path, f"{CITY}/bureau/second")
    found = faults(tmp_path)
    assert any("the slug 'id-card-replacement' is taken by" in fault for fault in found)
    assert any("catalog_code is taken by" in fault for fault in found)


def test_symbolic_links_are_not_followed(tmp_path, no_blocks):
    folder = write_item(tmp_path)
    (folder / "secret.md").symlink_to("/etc/passwd")
    (tmp_path / CITY / "elsewhere").symlink_to("/etc")
    found = faults(tmp_path)
    assert len(found) == 2
    assert all("symbolic links are not followed" in fault for fault in found)


def test_unused_files_and_bad_forms(tmp_path, no_blocks):
    folder = write_item(tmp_path)
    (folder / "notes.txt").write_text("x")
    (folder / "form.json").write_text('{"type": 3}')
    (folder / "form-two.json").write_text("{")
    found = faults(tmp_path)
    assert any("notes.txt:1: nothing uses this file" in fault for fault in found)
    assert any("form.json:1: this is no JSON Schema" in fault for fault in found)
    assert any("form-two.json:1: this is not JSON" in fault for fault in found)


def test_folder_names_and_missing_files(tmp_path, no_blocks):
    (tmp_path / "changsha").mkdir()
    (tmp_path / CITY / "bureau" / "Bad_Name").mkdir(parents=True)
    found = faults(tmp_path)
    assert any("'changsha' does not fit" in fault for fault in found)
    assert any("'Bad_Name' does not fit" in fault for fault in found)
    assert sum("the file is missing" in fault for fault in found) == 3


def test_region_must_exist(tmp_path, no_blocks):
    write_item(tmp_path)
    assert faults(tmp_path, known_regions={CITY}) == []
    assert "there is no region 430100" in faults(tmp_path, known_regions={"110000"})[0]


def test_only_what_lies_under_the_address_is_reported(tmp_path, no_blocks):
    write_item(tmp_path, data=service(tab="x"))
    write_item(tmp_path, f"{CITY}/bureau/second", service(catalog_code="432000002000", tab="y"))
    assert len(check_tree(tmp_path, [f"{CITY}/bureau/second"])[1]) == 1
    assert len(check_tree(tmp_path, [CITY])[1]) == 2


class TestBlocks:
    def test_part_in_its_own_file(self, tmp_path, ticket):
        folder = write_item(tmp_path, data=service(online="one-visit"))
        (folder / "ticket.yaml").write_text("word: good\n")
        assert faults(tmp_path) == []

    def test_schema_and_check_of_the_part(self, tmp_path, ticket):
        folder = write_item(tmp_path)
        (folder / "ticket.yaml").write_text("word: bad\n")
        assert "ticket.yaml:1: this word is bad. Mend: use another." in the_fault(tmp_path)
        (folder / "ticket.yaml").write_text("wrod: good\n")
        assert any("did you mean 'word'?" in fault for fault in faults(tmp_path))

    def test_not_twice(self, tmp_path, ticket):
        folder = write_item(tmp_path, data=service(ticket={"word": "a"}))
        (folder / "ticket.yaml").write_text("word: b\n")
        assert "ticket is here and in ticket.yaml" in the_fault(tmp_path)

    def test_example_of_a_block_that_is_not_there(self, tmp_path, ticket):
        write_item(tmp_path, data=service(situations=None), examples=[{"name": "x", "ticket": "a"}])
        assert any("the item has no block 'ticket'" in fault for fault in faults(tmp_path))
