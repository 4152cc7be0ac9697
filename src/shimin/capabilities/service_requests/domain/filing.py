"""What a request must say to be taken, and what is made of its words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.ports import Place
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.phones import normalise_phone

LONGEST_WORDS = 5_000
LONGEST_ADDRESS = 200
LONGEST_ADDRESS_PART = 60
TITLE_LENGTH = 40


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n{3,}")
_SENTENCE = re.compile(r"[。！？!?；;\n]")
_GREETING = re.compile(
    r"^(?:(?:尊敬的|敬爱的)?[\w·]{0,12}?(?:书记|市长|区长|县长|局长|主任|领导|同志)们?[,，:：。!！\s]*)?"
    r"(?:[您你]们?好[,，:：。!！\s]*)?"
)


@dataclass(frozen=True, slots=True)
class Filing:
    """A request as somebody files it, checked. ``contact_phone`` is "" when the account's own phone will do."""

    city_code: str
    kind: RequestKind
    words: str
    place: Place
    accuracy_metres: int | None = None
    is_confidential: bool = False
    is_emergency: bool = False
    contact_phone: str = ""
    matter: Matter = Matter.ORDINARY

    @property
    def needs_a_name(self) -> bool:
        """A hotline takes every kind without a name; a consumer's complaint wants one.

        Source: 市场监督管理投诉举报处理暂行办法 art. 9.
        """
        return self.matter is Matter.CONSUMER and self.kind is RequestKind.COMPLAINT

    @property
    def title(self) -> str:
        return title_of(self.words)


def read_address_part(text: str, field: str = "address") -> str:
    """Return a part of an address to search for; "" for none. Spaces, case and width of letters will not count.

    Raises:
        InvalidInput: one character, which nearly every address has, or far too many.
    """
    part = " ".join(_CONTROL.sub("", unicodedata.normalize("NFKC", text[: LONGEST_ADDRESS_PART * 4])).split())
    if len(part) > LONGEST_ADDRESS_PART:
        raise InvalidInput(fields={field: f"最多写{LONGEST_ADDRESS_PART}个字。"})
    if len(part.replace(" ", "")) == 1:
        raise InvalidInput(fields={field: "请至少写两个字，例如路名、小区名或门牌号。"})
    return part


def read_words(text: str, field: str = "words", longest: int = LONGEST_WORDS) -> str:
    """Return what was written, tidied.

    Raises:
        InvalidInput: nothing is said, or far too much.
    """
    if len(text) > longest * 4:
        raise InvalidInput(
            fields={field: f"最多写{longest:,}字，现在有{len(text):,}字。请写重点，材料可以作为附件补充。"}
        )
    words = _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    words = _BLANK_LINES.sub("\n\n", words).strip()
    if len(words) > longest:
        raise InvalidInput(
            fields={field: f"最多写{longest:,}字，现在有{len(words):,}字。请写重点，材料可以作为附件补充。"}
        )
    if not any(unicodedata.category(character)[0] in "LN" for character in words):
        raise InvalidInput(fields={field: "请用文字说说是什么事、在哪里、希望怎么办。"})
    return words


def read_place(place: Place, accuracy_metres: int | None) -> Place:
    """Return the place, tidied; a position without sense is refused, none is fine.

    Raises:
        InvalidInput: the address is too long, or the position is not on earth.
    """
    address = " ".join(_CONTROL.sub("", place.address).split())
    faults = {}
    if len(address) > LONGEST_ADDRESS:
        faults["address"] = f"地址最多{LONGEST_ADDRESS}字。"
    if (place.lng is None) != (place.lat is None):
        faults["place"] = "经度和纬度要一起填。"
    elif place.lng is not None and place.lat is not None and not (-180 <= place.lng <= 180 and -90 <= place.lat <= 90):
        faults["place"] = "位置不对，请重新选择，或者只写地址。"
    if accuracy_metres is not None and not 0 <= accuracy_metres <= 1_000_000:
        faults["accuracy_metres"] = "定位精度不对。"
    if faults:
        raise InvalidInput(fields=faults)
    return Place(address, place.region_code, place.lng, place.lat)


def read_phone(text: str) -> str:
    """Return a contact phone, "" when none was given.

    Raises:
        InvalidInput: it is no mobile number.
    """
    return normalise_phone(text) if text.strip() else ""


def title_of(words: str) -> str:
    """Return the first thing the words say, short enough for a line: greetings say nothing."""
    said = _GREETING.sub("", words, count=1).strip() or words
    first = next((part.strip() for part in _SENTENCE.split(said) if part.strip()), said)
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"
