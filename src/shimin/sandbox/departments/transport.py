"""Transport (交通运输): plate lottery, taxis and car parks."""

from ..archive import Archive, Row
from ..department import Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry
from ..lives.masking import mask_name, mask_number

DEFAULT_PAGE = 20
MAX_PAGE = 100


def _plate_lottery(dossier: Row, _: Enquiry) -> list[Row]:
    return [
        {**row, "indicator_number_masked": row["indicator_number"] and mask_number(row["indicator_number"], 3, 3)}
        for row in dossier["applications"]
    ]


def _taxi(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Find a taxi; plates are typed with and without the dot after the letter."""
    plate = enquiry.params["plate"].replace("·", "").replace(" ", "").upper()
    taxi = archive.find_taxi(plate)
    if taxi is None:
        return None
    masked = {
        "driver_permit_masked": mask_number(taxi["driver_permit"], 4, 4),
        "driver_name_masked": mask_name(taxi["driver_name"]),
    }
    return [{**taxi, **masked}]


def _parking_lots(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    params = enquiry.params
    return archive.list_car_parks(params["district"], params.get("after") or "", params.get("limit") or DEFAULT_PAGE)


DEPARTMENT = Department(
    "transport",
    "交通运输",
    6,
    (
        Record(
            "plate-lottery",
            "小客车指标摇号结果",
            (
                Field("apply_code", "string", "申请编码"),
                Field("kind", "string", "指标类型"),
                Field("round", "string", "期号"),
                Field("drawn_on", "date", "摇号日期"),
                Field("result", "string", "结果", values=("won", "not_won")),
                Field("indicator_number_masked", "string", "指标编号（脱敏）", nullable=True),
                Field("valid_until", "date", "指标有效期止", nullable=True),
            ),
            person_reader(_plate_lottery),
        ),
        Record(
            "taxi",
            "出租汽车核验",
            (
                Field("plate", "string", "号牌号码"),
                Field("company", "string", "经营企业"),
                Field("operating_permit", "string", "经营许可证号"),
                Field("valid_until", "date", "许可有效期止"),
                Field("driver_permit_masked", "string", "从业资格证号（脱敏）"),
                Field("driver_name_masked", "string", "驾驶员姓名（脱敏）"),
                Field("status", "string", "营运状态", values=("operating", "suspended", "expired")),
            ),
            _taxi,
            (Param("plate", "号牌号码，如湘A·T0001", pattern=r".{7,12}"),),
            about_person=False,
        ),
        Record(
            "parking-lots",
            "备案停车场",
            (
                Field("lot_number", "string", "备案编号"),
                Field("name", "string", "名称"),
                Field("address", "string", "地址"),
                Field("district", "string", "区划代码"),
                Field("spaces", "integer", "泊位总数"),
                Field("free_spaces", "integer", "空余泊位，空为未接入", nullable=True),
                Field("tariff", "string", "收费标准"),
                Field("lng", "number", "经度（WGS-84）"),
                Field("lat", "number", "纬度（WGS-84）"),
                Field("operator", "string", "经营单位"),
                Field("record_valid_until", "date", "备案有效期止"),
            ),
            _parking_lots,
            (
                Param("district", "六位区划代码", pattern=r"[0-9]{6}"),
                Param("after", "上一页最后一个备案编号", pattern=r"[0-9A-Z]{1,20}", required=False),
                Param("limit", "每页条数", between=(1, MAX_PAGE), required=False),
            ),
            about_person=False,
        ),
    ),
)
