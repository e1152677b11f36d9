"""Links to a centre's other systems, such as marketing and GIS: URL templates, filled with what is known of a record.

No name, address or phone is among the facts: an address ends up in logs and histories of other machines.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection

from data.errors import BadValueError
from data.fields import Doc, Json
from data.store.settings import read_setting, write_setting
from data.store.store import Writing

KEY = "links"
MOST, LABEL_AT_MOST, URL_AT_MOST = 12, 30, 500

LINK_FACTS = {
    "customer_no": ("户号", "customer number"),
    "feeder_id": ("线路编号（标识）", "id of the feeder"),
    "feeder_number": ("线路编号", "number of the feeder"),
    "transformer_area_id": ("台区编号（标识）", "id of the transformer area"),
    "transformer_area_number": ("台区编号", "number of the transformer area"),
    "area_id": ("区域国家代码", "national code of the area"),
    "area_code": ("区域编码", "short code of the area"),
    "outage_no": ("停电信息编号", "number of the outage window"),
}
"""Every fact that a URL may name, and what it is."""

_FACT = re.compile(r"\{([^{}]*)\}")
_STRANGE = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`|]")
_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class LinkTemplate:
    """A link to another system; `url` names facts in braces, such as `https://gis/map?line={feeder_number}`."""

    label: str
    url: str

    def __post_init__(self) -> None:
        if not 0 < len(self.label) <= LABEL_AT_MOST:
            raise BadValueError(
                "名称 label", self.label[:20], f"写 1 至 {LABEL_AT_MOST} 个字 1 to {LABEL_AT_MOST} characters"
            )
        if reason := _wrong_with(self.url):
            raise BadValueError(f"{self.label}", self.url, reason)

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts in it."""
        return tuple(_FACT.findall(self.url))

    def filled(self, facts: Mapping[str, str]) -> str:
        """The URL with every fact in it percent-encoded, so that none can lead anywhere else.

        Raises:
            KeyError: a fact is missing: a mistake in the program.
        """
        return _FACT.sub(lambda found: quote(facts[found[1]], safe=""), self.url)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands on a page."""

    label: str
    url: str


def links_for(templates: Sequence[LinkTemplate], facts: Mapping[str, str | None]) -> list[Link]:
    """The links of a record: those alone whose every fact is known of it, in the centre's order."""
    known = {name: value for name, value in facts.items() if value}
    return [Link(one.label, one.filled(known)) for one in templates if {*one.facts} <= known.keys()]


def facts_of_record(kind: str, doc: Doc) -> dict[str, str | None]:
    """What a link may say of an area, feeder, transformer area or customer, or of a window by its number."""
    key = str(doc["id"])
    match kind:
        case "customer":
            return {"customer_no": key}
        case "area":
            return {"area_id": key, "area_code": _text(doc.get("code"))}
        case "feeder" | "transformer_area":
            return {f"{kind}_id": key, f"{kind}_number": _text(doc.get("number"))}
        case "outage":
            return {"outage_no": key}
        case _:
            return {}


def read_links(connection: Connection) -> list[LinkTemplate]:
    """The centre's links, in its order; none where it has set none."""
    told = read_setting(connection, KEY)
    return [LinkTemplate(str(one["label"]), str(one["url"])) for one in told or [] if isinstance(one, dict)]  # type: ignore[union-attr]  # a list, as `write_links` made it


def write_links(writing: Writing, links: Sequence[LinkTemplate], by: str) -> None:
    """Sets the centre's links, audited.

    Raises:
        BadValueError: there are too many.
    """
    if len(links) > MOST:
        raise BadValueError("链接 links", len(links), f"最多 {MOST} 个 at most {MOST}")
    told: list[Json] = [{"label": one.label, "url": one.url} for one in links]
    write_setting(writing, KEY, told or None, by)


def _wrong_with(url: str) -> str:
    """Why `url` is no template; empty where it is one."""
    if len(url) > URL_AT_MOST:
        return f"最多 {URL_AT_MOST} 个字符 at most {URL_AT_MOST} characters"
    unknown = [name for name in _FACT.findall(url) if name not in LINK_FACTS]
    if unknown or "{" in _FACT.sub("", url) or "}" in _FACT.sub("", url):
        return "占位符只能用 give only the placeholders " + " ".join(f"{{{name}}}" for name in LINK_FACTS)
    if _STRANGE.search(url):
        return "网址里有空白或不能用的字符 holds spaces or characters that no address has"
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return _NO_URL
    if parts.scheme not in _SCHEMES or not host or "{" in parts.netloc or "@" in parts.netloc:
        return _NO_URL
    return ""


_NO_URL = (
    "写以 http:// 或 https:// 开头的网址，主机名里不能有占位符 "
    "begin with http:// or https:// and a host without placeholders"
)


def _text(value: Json) -> str | None:
    return str(value) if value else None
