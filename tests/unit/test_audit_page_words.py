"""What stands in the audit trail, as the desk's page says it to people."""

import pytest

from sync.desk.people.audit_words import about_words, actor_words


@pytest.mark.parametrize(
    ("actor", "zh", "en"),
    [
        ("person:王 芳", "王 芳", "王 芳"),
        ("device:12", "seat-12", "seat-12"),
        ("device:99", "device:99", "device:99"),
        ("os:root", "root（服务器上）", "root (the hub's machine)"),
        ("hub", "服务器", "The hub"),
        ("marketing", "marketing", "marketing"),
    ],
)
def test_who_acted_is_said_by_name(actor: str, zh: str, en: str) -> None:
    assert [actor_words(actor, {"12": "seat-12"}, one) for one in ("zh", "en")] == [zh, en]


@pytest.mark.parametrize(
    ("act", "about", "zh"),
    [
        ("add_person", "agent agent", "agent · 坐席"),
        ("add_person", "王 芳 duty_officer", "王 芳 · 值班员"),
        ("set_role", "li editor B1 B2", "li · 农电所维护员 B1、B2"),
        ("set_role", "nobody knows", "nobody knows"),
        ("sign_in", "address:127.0.0.1", "来自 127.0.0.1"),
        ("reveal", "2114000001 phone callback", "2114000001 phone callback"),
    ],
)
def test_roles_and_addresses_are_said_in_words_and_all_else_as_it_stands(act: str, about: str, zh: str) -> None:
    assert about_words(act, about, "zh") == zh
