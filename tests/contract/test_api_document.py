"""Whatever the API's document lets one send is answered as the document says, and never with a failure of ours.

`SWITCHBOARD_FUZZ_EXAMPLES` says how many examples are made for each route; the run of every day makes one, on SQLite.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from sync.hub.home import make_hub_home
from sync.hub.limits import Limits
from sync.hub.snapshots import Scope
from tests.askers import ComposedHub, composed_hub
from tests.databases import PostgresServer

EXAMPLES = int(os.environ.get("SWITCHBOARD_FUZZ_EXAMPLES", "1"))
ENDLESS = {"/events"}
pytestmark = pytest.mark.timeout(300 * EXAMPLES)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


class Hours:
    """A clock by which everybody waited long enough."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        self._now += timedelta(hours=1)
        return self._now


@pytest.fixture(scope="module", params=["sqlite", "postgresql"] if EXAMPLES > 1 else ["sqlite"])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedHub]:
    home = make_hub_home(tmp_path_factory.mktemp("hub") / "home")
    with ExitStack() as opened:
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgresql_server")
            home = home.use_database(opened.enter_context(server.database()))
        made = composed_hub(home)
        made.hub.shelf.ensure(Scope.of(None))
        made.app.state.limits = Limits(Hours(made.store.clock.now()))
        yield made
        made.store.engine.dispose()


def operations(hub: ComposedHub) -> dict[str, Any]:
    document = schemathesis.openapi.from_dict(hub.app.openapi())
    results = list(document.get_all_operations())
    found = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(found) == len(results), "the document is whole"
    return {operation.label: operation for operation in found if operation.path not in ENDLESS}


def items_of(files: Any) -> Any:
    return files.items() if isinstance(files, dict) else files


def as_file(part: Any) -> Any:
    """A part of a form as it can be sent: what is made up in the place of a file may be a number, too."""
    if isinstance(part, tuple):
        return (part[0], as_file(part[1]), *part[2:])
    return part if isinstance(part, str | bytes) else str(part)


def test_the_document_names_every_answer(hub: ComposedHub) -> None:
    for path, methods in hub.app.openapi()["paths"].items():
        for method, described in methods.items():
            assert {"401", "403", "404", "413", "422", "429", "503"} <= set(described["responses"]), (method, path)
            for status, answer in described["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def test_nothing_that_may_be_sent_makes_the_hub_fail(hub: ComposedHub) -> None:
    client = TestClient(hub.app, follow_redirects=False)
    askers = list(hub.askers())
    tried = 0
    for operation in operations(hub).values():

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            nonlocal tried
            for asker in askers:
                sent = case.as_transport_kwargs(base_url="http://testserver")
                headers = {**sent.pop("headers", {}), **asker.headers}
                sent.pop("cookies", None)
                if "files" in sent:
                    sent["files"] = [(name, as_file(part)) for name, part in items_of(sent["files"])]
                request = client.build_request(**sent, headers=headers)
                request.read()  # a form with a file would be a stream that is gone when it is looked at again
                answer = client.send(request)
                case.validate_response(answer, checks=CHECKS)
                tried += 1

        send()
    assert tried >= len(askers) * len(operations(hub))
