"""Market regulation (市场监管): companies and their legal persons, and the public register of businesses."""

from ..archive import Archive, Row
from ..department import Department, Field, Param, Record, person_reader
from ..enquiry import Enquiry


def _check_legal_person(dossier: Row, enquiry: Enquiry) -> list[Row]:
    """Check a person against a company. Of a company that is somebody else's, nothing is said."""
    code = enquiry.params["credit_code"]
    for company in dossier["companies"]:
        if company["credit_code"] == code:
            return [{"matches": True, "name": company["name"], "status": company["status"]}]
    return [{"matches": False, "name": None, "status": None}]


def _companies(dossier: Row, _: Enquiry) -> list[Row]:
    return list(dossier["companies"])


MOST_FOUND = 20


def _businesses(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Find businesses by their code or a part of their name, as it was typed."""
    return archive.find_businesses("".join(enquiry.params["text"].split()).upper(), MOST_FOUND)


DEPARTMENT = Department(
    "market-regulation",
    "市场监管",
    7,
    (
        Record(
            "legal-person-check",
            "法定代表人核验",
            (
                Field("matches", "boolean", "是该单位的法定代表人"),
                Field("name", "string", "单位名称", nullable=True),
                Field("status", "string", "登记状态", nullable=True, values=("operating", "deregistered")),
            ),
            person_reader(_check_legal_person),
            (Param("credit_code", "统一社会信用代码", pattern=r"[0-9A-Z]{18}"),),
        ),
        Record(
            "companies",
            "名下企业",
            (
                Field("credit_code", "string", "统一社会信用代码"),
                Field("name", "string", "单位名称"),
                Field("status", "string", "登记状态", values=("operating", "deregistered")),
                Field("founded_on", "date", "成立日期"),
            ),
            person_reader(_companies),
        ),
        Record(
            "businesses",
            "市场主体登记信息",
            (
                Field("credit_code", "string", "统一社会信用代码"),
                Field("name", "string", "名称"),
                Field("status", "string", "登记状态", values=("operating", "abnormal", "deregistered")),
                Field("trade", "string", "行业"),
                Field("address", "string", "登记的经营场所"),
                Field("district", "string", "区划代码"),
                Field("lng", "number", "经度（WGS-84）"),
                Field("lat", "number", "纬度（WGS-84）"),
            ),
            _businesses,
            (Param("text", "统一社会信用代码或名称中的一段", pattern=r".{2,60}"),),
            about_person=False,
        ),
    ),
)
