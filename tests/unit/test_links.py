"""Links to a centre's other systems: what is no address is refused, and no fact leads anywhere else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadValueError
from data.links import LINK_FACTS, MOST, LinkTemplate, facts_of_record, links_for, read_links, write_links
from data.store.store import Store
from tests.stores import NETWORK

GIS = LinkTemplate("GIS", "https://gis.example/map?line={feeder_number}&id={feeder_id}")
BOOK = LinkTemplate("营销", "http://sg186.example:8080/customer/{customer_no}")


def test_a_link_stands_where_all_its_facts_are_known() -> None:
    docs = {str(doc["id"]): (kind, doc) for kind, doc in NETWORK}
    feeder, customer = docs["F1"], docs["2114000001"]
    assert [one.url for one in links_for([GIS, BOOK], facts_of_record(*feeder))] == [
        "https://gis.example/map?line=616&id=F1"
    ]
    assert [one.label for one in links_for([GIS, BOOK], facts_of_record(*customer))] == ["营销"]
    assert links_for([GIS], {"feeder_id": "F1", "feeder_number": None}) == []


def test_no_fact_is_personal_and_records_tell_only_known_facts() -> None:
    assert not {"name", "phone", "address"} & set(LINK_FACTS)
    for kind, doc in NETWORK:
        assert set(facts_of_record(kind, doc)) <= set(LINK_FACTS)


@given(st.text(min_size=1))
def test_whatever_a_fact_holds_it_stays_where_it_was_put(value: str) -> None:
    text = value.encode("utf-8", "replace").decode()
    url = urlsplit(GIS.filled({"feeder_number": text, "feeder_id": "F1"}))
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("https", "gis.example", "/map", "")
    assert parse_qs(url.query, keep_blank_values=True) == {"line": [text], "id": ["F1"]}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gis.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https:///map",
        "https://{customer_no}/x",
        "https://user@gis.example/",
        "https://gis.example/{name}",
        "https://gis.example/{",
        "https://gis.example/a b",
        'https://gis.example/"x',
        "https://[gis/",
        "https://gis.example/" + "x" * 500,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadValueError):
        LinkTemplate("GIS", url)


@pytest.mark.parametrize("label", ["", "长" * 31])
def test_a_link_has_a_short_name(label: str) -> None:
    with pytest.raises(BadValueError, match="characters"):
        LinkTemplate(label, BOOK.url)


def test_links_are_kept_in_their_order_and_not_without_end(store: Store) -> None:
    with store.read() as connection:
        assert read_links(connection) == []
    with store.write("test", "links") as writing:
        write_links(writing, [BOOK, GIS], "person:wang")
    with store.read() as connection:
        assert read_links(connection) == [BOOK, GIS]
    with store.write("test", "links") as writing:
        with pytest.raises(BadValueError, match="at most"):
            write_links(writing, [GIS] * (MOST + 1), "person:wang")
        write_links(writing, [], "person:wang")
    with store.read() as connection:
        assert read_links(connection) == []
