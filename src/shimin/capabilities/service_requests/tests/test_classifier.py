"""The shipped model reads messages as citizens write them; training makes one that can be read back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shimin.capabilities.service_requests.text.card import train
from shimin.capabilities.service_requests.text.classifier.model import (
    DEFAULT_FOLDER,
    ModelUnreadable,
    default_model,
    load_model,
)
from shimin.capabilities.service_requests.text.csv_files import FileUnreadable

# Invented for this test.
MESSAGES = [
    ("小区楼下的烧烤店每天半夜排放油烟，噪音很大，河水也被污水染黑了，请环保部门来看看", "环境保护"),
    ("出租车司机拒载还不打表，网约车乱涨价，运管部门应该加强管理", "交通运输"),
    ("孩子上小学学位不够，老师课后违规补课收费，请教育局处理", "教育文体"),
    ("公司拖欠工资三个月不发，也没有给我们交社保和养老保险", "劳动和社会保障"),
    ("医院乱收费，医保报销比例不对，医生态度恶劣", "卫生计生"),
    ("开发商延期交房，房产证办不下来，物业不管小区里的违章建筑", "城乡建设"),
    ("景区门票收费混乱，商场买到假货，传销骗人，旅行社强制购物", "商贸旅游"),
]
SMALL = {
    "交通": "公交车 晚点 司机 路口 堵车 地铁 站台 班次",
    "教育": "学校 老师 补课 学位 孩子 作业 校服 食堂",
    "医疗": "医院 医生 挂号 报销 药费 病人 护士 门诊",
}


@pytest.mark.parametrize(("text", "category"), MESSAGES, ids=[category for _, category in MESSAGES])
def test_reads_a_plain_message(text, category):
    reading = default_model().read(text)
    assert reading.guesses[0].category == category
    assert sum(guess.probability for guess in reading.guesses) == pytest.approx(1, abs=1e-4)


def test_gives_the_words_that_decided():
    model = default_model()
    reasons = model.reasons(model.read("公司拖欠工资，不给员工交养老保险"))
    assert reasons
    assert {"拖欠工资", "养老保险"} & set(reasons)
    assert all(word in "公司拖欠工资，不给员工交养老保险" for word in reasons)


@pytest.mark.parametrize("text", ["", "   \n", "😀😀😀", "……！！！", "\ud800"])
def test_says_nothing_of_a_text_without_words(text):
    reading = default_model().read(text)
    assert all(0 <= guess.probability <= 1 for guess in reading.guesses)


def test_a_huge_text_is_read_at_its_ends():
    text = "出租车拒载。" + "其他的话。" * 20_000 + "请运管部门管一管出租车司机不打表"
    assert default_model().read(text).guesses[0].category == "交通运输"


def test_the_model_is_small_and_keeps_no_text():
    size = sum(path.stat().st_size for path in DEFAULT_FOLDER.iterdir())
    assert size <= 20_000_000
    assert {path.name for path in DEFAULT_FOLDER.iterdir()} == {"model.json", "weights.npy"}


def test_scoring_does_not_import_the_training_library():
    code = (
        "import sys; from shimin.capabilities.service_requests.text.classifier.model import default_model; "
        "default_model().read('公交车不来'); print([n for n in sys.modules if n.split('.')[0] in ('sklearn', 'scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def labelled(tmp_path):
    def write(texts):
        lines = [f"{category},{words}" for category, words in texts]
        (tmp_path / "labelled.csv").write_text("category,tokens\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return write


def small_set(count):
    for category, vocabulary in SMALL.items():
        words = vocabulary.split()
        for number in range(count):
            yield category, " ".join(words[(number + at * (number % 3 + 1)) % len(words)] for at in range(4))


def test_a_trained_model_reads_back_and_carries_its_figures(labelled, tmp_path):
    shown = list(train(labelled(small_set(16)), tmp_path / "model", None))
    assert shown[0] == "48 labelled texts"
    model = load_model(tmp_path / "model")
    assert model.read("医院的医生和护士").guesses[0].category == "医疗"
    assert model.read("学校老师补课").guesses[0].category == "教育"


def test_training_again_gives_the_same_model(labelled, tmp_path):
    folder = labelled(small_set(12))
    list(train(folder, tmp_path / "one", None))
    list(train(folder, tmp_path / "two", None))
    assert (tmp_path / "one" / "weights.npy").read_bytes() == (tmp_path / "two" / "weights.npy").read_bytes()


def test_too_little_to_learn_from_is_said(labelled, tmp_path):
    with pytest.raises(FileUnreadable, match="at least 3 categories with 5 texts each"):
        list(train(labelled(small_set(2)), tmp_path / "model", None))
    with pytest.raises(FileUnreadable, match="holds no labelled text"):
        list(train(tmp_path / "nowhere", tmp_path / "model", None))


def test_a_damaged_model_is_refused(tmp_path):
    with pytest.raises(ModelUnreadable, match="no readable model"):
        load_model(tmp_path)
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnreadable):
        load_model(tmp_path)
