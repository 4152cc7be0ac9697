"""Education examinations (教育考试院): gaokao scores and admission."""

from ..archive import Row
from ..department import YEAR, Department, Field, Record, person_reader
from ..enquiry import Enquiry
from ..lives.masking import mask_number


def _gaokao_score(dossier: Row, enquiry: Enquiry) -> list[Row]:
    return [
        {**score, "candidate_number_masked": mask_number(score["candidate_number"], 4, 4)}
        for score in dossier["scores"]
        if score["year"] == enquiry.params["year"]
    ]


def _admission(dossier: Row, enquiry: Enquiry) -> list[Row]:
    return [row for row in dossier["admissions"] if row["year"] == enquiry.params["year"]]


DEPARTMENT = Department(
    "education",
    "教育考试院",
    5,
    (
        Record(
            "gaokao-score",
            "高考成绩",
            (
                Field("candidate_number_masked", "string", "考生号（脱敏）"),
                Field("year", "integer", "年份"),
                Field("track", "string", "科类"),
                Field("total", "integer", "总分"),
                Field("chinese", "integer", "语文"),
                Field("mathematics", "integer", "数学"),
                Field("foreign_language", "integer", "外语"),
                Field("first_subject", "string", "首选科目"),
                Field("first_score", "integer", "首选科目成绩"),
                Field("second_subject_1", "string", "再选科目一"),
                Field("second_score_1", "integer", "再选科目一成绩"),
                Field("second_subject_2", "string", "再选科目二"),
                Field("second_score_2", "integer", "再选科目二成绩"),
                Field("province_rank", "integer", "全省位次"),
            ),
            person_reader(_gaokao_score),
            (YEAR,),
        ),
        Record(
            "admission",
            "高考录取",
            (
                Field("year", "integer", "年份"),
                Field("stage", "string", "录取批次"),
                Field("school", "string", "录取院校", nullable=True),
                Field("school_code", "string", "院校代码", nullable=True),
                Field("major", "string", "录取专业", nullable=True),
                Field("status", "string", "录取状态", values=("admitted", "not_admitted")),
                Field("updated_at", "date-time", "更新时间"),
            ),
            person_reader(_admission),
            (YEAR,),
        ),
    ),
)
