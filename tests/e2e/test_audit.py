"""The audit trail as people meet it: the page of the desk, and the verb."""

import json
import re
from pathlib import Path

import pytest
import urllib3
from python_calamine import CalamineWorkbook

from data.sqlite import connect
from tests.commands import REFUSED, WRONG_USAGE, refusal, run
from tests.hubs import PATIENCE_S, RunningHub, switchboard


class Reader:
    """A browser of somebody who is signed in."""

    def __init__(self, hub: RunningHub, person: str) -> None:
        self._pool = urllib3.PoolManager(retries=False, timeout=PATIENCE_S)
        self._url = hub.url
        self._headers = {"Authorization": f"Bearer {hub.sign_in(person)}"}

    def find(self, **asked: str) -> str:
        """The page for what was typed."""
        answer = self._pool.request("POST", f"{self._url}/desk/audit", headers=self._headers, fields=asked)
        assert answer.status == 200
        return answer.data.decode()

    def get(self, path: str) -> tuple[int, str]:
        answer = self._pool.request("GET", self._url + path, headers=self._headers, redirect=False)
        return answer.status, answer.data.decode()

    def numbers(self, query: str = "") -> list[int]:
        status, page = self.get(f"/desk/audit{query}")
        assert status == 200
        return numbers(page)


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="entry-(\d+)"', page)]


@pytest.fixture(scope="module")
def admin(shared_hub: RunningHub) -> Reader:
    return Reader(shared_hub, "admin")


def test_the_page_lists_who_did_what_for_those_who_may_see_it(shared_hub: RunningHub, admin: Reader) -> None:
    status, page = admin.get("/desk/audit")
    assert status == 200
    assert "审计记录" in page
    assert "登录" in page
    assert 'class="named">admin</td>' in page
    assert "演示" not in page
    for person in ("agent", "duty", "supervisor", "maintainer"):
        assert Reader(shared_hub, person).get("/desk/audit")[0] == 403


def test_the_page_is_filtered_by_time_person_and_act(shared_hub: RunningHub, admin: Reader) -> None:
    every, shown = admin.numbers("?act=*"), admin.numbers()
    assert set(shown) < set(every), "commits are shown where they are asked for"
    assert admin.numbers("?act=commit")
    assert set(numbers(admin.find(actor="person:admin"))) < set(shown)
    assert numbers(admin.find(actor="nobody")) == []
    assert admin.numbers("?since=2000-01-01&until=2000-01-31") == []
    assert admin.numbers("?since=2000-01-01") == shown
    status, page = admin.get("/desk/audit?since=gestern")
    assert (status, "请填写日期" in page) == (422, True)
    assert "&lt;script&gt;" in admin.find(actor="<script>")


def test_older_entries_are_on_further_pages(shared_hub: RunningHub, admin: Reader) -> None:
    duty = shared_hub.sign_in("duty")
    for number in range(110):
        shared_hub.post("/tickets", {"kind": "enquiry", "text": f"第{number}次"}, duty)
    page = admin.find(actor="duty")
    first = numbers(page)
    assert len(first) == 100
    older = re.search(r'name="before" value="(\d+)"', page)
    assert older
    rest = numbers(admin.find(actor="duty", before=older[1]))
    assert len(rest) >= 10
    assert max(rest) < min(first)


def test_the_verb_lists_proves_and_finds_what_was_changed(hub_home: Path, tmp_path: Path) -> None:
    home = ["--home", str(hub_home)]
    key, kept, book = tmp_path / "key.json", tmp_path / "kept.json", tmp_path / "audit.xlsx"
    key.write_text(json.dumps(switchboard("audit", "key", *home)))
    switchboard("audit", "checkpoint", *home, "--out", str(kept))
    listed = switchboard("audit", "list", *home, "--act", "add_person")
    assert {one["act"] for one in listed} == {"add_person"}
    assert [one["number"] for one in listed] == sorted((one["number"] for one in listed), reverse=True)
    written = switchboard("audit", "list", *home, "--xlsx", str(book))
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert len(rows) == written["entries"] + 1
    proof = switchboard("audit", "verify", *home, "--public-key", str(key), "--checkpoint", str(kept))
    assert (proof["whole"], proof["checkpoints"], proof["findings"]) == (True, 1, [])
    assert run("audit", "verify", *home).stdout.startswith("完好 whole: ")

    connection = connect(hub_home / "store.db")
    connection.execute("UPDATE audit SET about = 'agent administrator' WHERE number = ?", (listed[-1]["number"],))
    connection.close()
    done = run("audit", "verify", *home, "--json")
    assert done.returncode == REFUSED
    assert json.loads(done.stdout)["findings"][0]["number"] == listed[-1]["number"]
    assert f"entry {listed[-1]['number']} was changed" in done.stderr


def test_a_cell_that_looks_like_a_formula_stays_a_text(hub_home: Path, tmp_path: Path) -> None:
    book, evil = tmp_path / "audit.xlsx", '=HYPERLINK("http://evil.example","x")'
    switchboard("agents", "add", evil, "--home", str(hub_home))
    switchboard("audit", "list", "--home", str(hub_home), "--act", "add_device", "--xlsx", str(book))
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert rows[1][4] == evil


def test_what_makes_no_sense_is_refused_in_one_line(hub_home: Path, tmp_path: Path) -> None:
    home, junk = ["--home", str(hub_home)], tmp_path / "junk"
    junk.write_text("junk\n")
    assert "holds no public key" in refusal("audit", "verify", *home, "--public-key", str(junk))
    assert "this is no checkpoint" in refusal("audit", "verify", *home, "--checkpoint", str(junk))
    assert "cannot be read" in refusal("audit", "verify", *home, "--checkpoint", str(tmp_path / "none"))
    junk.write_bytes(b"\xff\x00")
    assert "is no text: give" in refusal("audit", "verify", *home, "--checkpoint", str(junk))
    assert "give ISO 8601" in refusal("audit", "archive", *home, "--before", "yesterday")
    assert "give 1 or more" in refusal("audit", "list", *home, "--limit", "0")
    assert run("audit", *home).returncode == WRONG_USAGE
