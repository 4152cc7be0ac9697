"""Traffic police (交警): violations, licences, vehicles and driving tests."""

from datetime import datetime

from ..archive import Archive, Row
from ..department import Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry
from ..lives.masking import mask_number
from ..lives.timeline import BEIJING
from .fines import ACTS, with_payments


def _violations(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    rows = _read_violations(archive, enquiry)
    return rows and with_payments(archive, rows, datetime.now(BEIJING).date())


def _violations_of(dossier: Row, _: Enquiry) -> list[Row]:
    rows: list[Row] = dossier["violations"]
    return rows


_read_violations = person_reader(_violations_of)


def _driving_licence(dossier: Row, _: Enquiry) -> list[Row]:
    licence = dossier["licence"]
    return [{**licence, "licence_number_masked": mask_number(licence["number"])}] if licence else []


def _vehicles(dossier: Row, _: Enquiry) -> list[Row]:
    rows: list[Row] = dossier["vehicles"]
    return rows


def _driving_test(dossier: Row, _: Enquiry) -> list[Row]:
    rows: list[Row] = dossier["tests"]
    return rows


def _licence_check(dossier: Row, enquiry: Enquiry) -> list[Row]:
    licence = dossier["licence"]
    return [{"matches": licence is not None and licence["file_number"] == enquiry.params["file_number"]}]


DEPARTMENT = Department(
    "traffic-police",
    "交警",
    2,
    (
        Record(
            "violations",
            "车辆违法",
            (
                Field("violation_id", "string", "违法记录编号"),
                Field("plate", "string", "号牌号码"),
                Field("plate_type_code", "string", "号牌种类代码（GA 24.7）"),
                Field("plate_type", "string", "号牌种类"),
                Field("violated_at", "date-time", "违法时间"),
                Field("place", "string", "违法地点"),
                Field("lng", "number", "经度（WGS-84）"),
                Field("lat", "number", "纬度（WGS-84）"),
                Field("act_code", "string", "违法行为代码（GA/T 16.31）"),
                Field("act", "string", "违法行为"),
                Field("fine_fen", "integer", "罚款金额（分）"),
                Field("points", "integer", "记分"),
                Field("status", "string", "处理状态", values=("unhandled", "handled_unpaid", "paid")),
                Field("handled_on", "date", "处理日期", nullable=True),
                Field("due_date", "date", "缴款期限", nullable=True),
                Field("payable_fen", "integer", "今天应缴（分），含逾期加处的罚款"),
                Field("camera_photo", "boolean", "有电子监控照片"),
            ),
            _violations,
        ),
        Record(
            "driving-licence",
            "机动车驾驶证",
            (
                Field("licence_number_masked", "string", "驾驶证号（脱敏）"),
                Field("file_number", "string", "档案编号"),
                Field("classes", "string", "准驾车型"),
                Field("issued_on", "date", "初次领证日期"),
                Field("valid_until", "date", "有效期止，空为长期", nullable=True),
                Field("points_this_cycle", "integer", "本记分周期累积记分"),
                Field("cycle_ends_on", "date", "记分周期清零日"),
                Field("status", "string", "驾驶证状态", values=("normal", "suspended", "cancelled")),
            ),
            person_reader(_driving_licence),
        ),
        Record(
            "vehicles",
            "名下机动车",
            (
                Field("plate", "string", "号牌号码"),
                Field("plate_type_code", "string", "号牌种类代码（GA 24.7）"),
                Field("plate_type", "string", "号牌种类"),
                Field("brand", "string", "品牌"),
                Field("model", "string", "型号"),
                Field("vehicle_type", "string", "车辆类型"),
                Field("registered_on", "date", "初次登记日期"),
                Field("inspection_valid_until", "date", "检验有效期止"),
                Field("compulsory_insurance_until", "date", "交强险有效期止"),
                Field("status", "string", "车辆状态", values=("normal", "overdue_inspection")),
            ),
            person_reader(_vehicles),
        ),
        Record(
            "driving-test",
            "驾驶人考试",
            (
                Field("subject_no", "integer", "科目序号（1–4）"),
                Field("subject", "string", "考试科目"),
                Field("booked_for", "date-time", "考试时间"),
                Field("place", "string", "考场"),
                Field("score", "integer", "成绩", nullable=True),
                Field("result", "string", "结果", values=("passed", "failed", "booked")),
                Field("attempts", "integer", "考试次数"),
            ),
            person_reader(_driving_test),
        ),
        Record(
            "licence-check",
            "驾驶证档案编号核验",
            (Field("matches", "boolean", "档案编号一致"),),
            person_reader(_licence_check),
            (Param("file_number", "十二位档案编号", pattern=r"[0-9]{12}"),),
        ),
    ),
    ACTS,
)
