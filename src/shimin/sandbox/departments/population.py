"""Population (公安人口): who someone is, and one's family."""

from ..archive import Archive, Row
from ..department import Department, Field, Param, Record, person_reader, same_name
from ..enquiry import Enquiry
from ..lives.masking import mask_number


def _check_identity(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Check a name against a number. A wrong name is told by `matches` alone: the rest stays unsaid."""
    found = archive.find_dossier(enquiry.person.id_number)
    if found is None:
        return None
    name, dossier = found
    if not same_name(name, enquiry.person.name):
        return [{"matches": False, "status": None, "sex": None, "birth_date": None, "household_region_code": None}]
    return [
        {
            "matches": True,
            "status": dossier["status"],
            "sex": dossier["sex"],
            "birth_date": dossier["birth_date"],
            "household_region_code": dossier["region"],
        }
    ]


def _check_travel_paper(archive: Archive, enquiry: Enquiry) -> list[Row] | None:
    """Check a paper of the exit-entry police; which of its details is wrong stays unsaid."""
    params, person = enquiry.params, enquiry.person
    found = archive.find_travel_paper(params["document"], params.get("issuer", ""), person.id_number)
    if found is None:
        return None
    told = (params["birth_date"], params["valid_until"])
    if not same_name(found.name, person.name) or told != (found.birth_date, found.valid_until):
        return [{"matches": False, "status": None}]
    return [{"matches": True, "status": found.status}]


def _family(dossier: Row, _: Enquiry) -> list[Row]:
    return [{**relative, "id_number_masked": mask_number(relative["id_number"])} for relative in dossier["family"]]


DEPARTMENT = Department(
    "population",
    "公安人口",
    1,
    (
        Record(
            "identity-check",
            "身份核验",
            (
                Field("matches", "boolean", "姓名与证号一致"),
                Field("status", "string", "户籍状态", nullable=True, values=("normal", "deceased", "cancelled")),
                Field("sex", "string", "性别", nullable=True, values=("female", "male")),
                Field("birth_date", "date", "出生日期", nullable=True),
                Field("household_region_code", "string", "户籍地区划代码", nullable=True),
            ),
            _check_identity,
        ),
        Record(
            "travel-paper-check",
            "出入境证件核验",
            (
                Field("matches", "boolean", "姓名、号码、出生日期、有效期一致"),
                Field("status", "string", "证件状态", nullable=True, values=("valid", "lost", "ended")),
            ),
            _check_travel_paper,
            (
                Param("document", "证件种类", pattern=r"passport|residence_card|hkm_permit|taiwan_permit"),
                Param("issuer", "护照签发国", pattern=r"[A-Z]{1,3}", required=False),
                Param("birth_date", "出生日期", pattern=r"\d{4}-\d{2}-\d{2}"),
                Param("valid_until", "有效期至", pattern=r"\d{4}-\d{2}-\d{2}"),
            ),
        ),
        Record(
            "family",
            "家庭关系",
            (
                Field(
                    "relation",
                    "string",
                    "关系",
                    values=(
                        "spouse",
                        "child",
                        "parent",
                        "parent_in_law",
                        "child_in_law",
                        "grandparent",
                        "grandchild",
                    ),
                ),
                Field("name", "string", "姓名"),
                Field("id_number_masked", "string", "公民身份号码（脱敏）"),
                Field("birth_date", "date", "出生日期"),
            ),
            person_reader(_family),
        ),
    ),
)
