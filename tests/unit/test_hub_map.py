"""The hub's map is opened in the browser."""

from pathlib import Path

import pytest

from assistant.resident.hub_map import HubMap, map_address
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Enrolment


def test_an_id_is_no_part_of_the_address_but_its_own_value() -> None:
    assert map_address("https://hub/", "area", "a&b=ü /#") == "https://hub/desk/map?kind=area&id=a%26b%3D%C3%BC+%2F%23"


def test_a_pc_that_is_not_enrolled_opens_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    hub_map = HubMap(AgentHome(tmp_path), browse)
    hub_map.open("feeder", "F1")
    assert opened == []
    assert "no map" in caplog.text
    AgentHome(tmp_path).save_enrolment(Enrolment("http://hub:8765", "D1", "seat-1", "token"))
    hub_map.open("feeder", "F1")
    assert opened == ["http://hub:8765/desk/map?kind=feeder&id=F1"]
