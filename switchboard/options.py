"""Every verb, its options, and the function that does it."""

import argparse

from data.tickets.states import TICKET_KINDS
from switchboard.desk_options import add_desk_verbs
from switchboard.parsers import Verbs, group, verb_of
from switchboard.planned_options import add_planned, add_window_facts
from switchboard.telling_options import add_call_backs, add_told
from switchboard.ticket_options import add_ticket_verbs

IMPORTED = ("areas", "branches", "feeders", "transformer-areas", "customers", "contacts")


def add_verbs(parser: argparse.ArgumentParser) -> None:
    """Adds every verb to the command's parser."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_hub_verbs(verbs)
    _add_agents(verbs)
    _add_users(verbs)
    _add_agent_verbs(verbs)
    _add_reveal(verbs)
    _add_import(verbs)
    _add_export(verbs)
    _add_pull(verbs)
    _add_outage(verbs)
    add_call_backs(verbs)
    _add_entries(verbs)
    _add_calls(verbs)
    _add_backup(verbs)
    _add_audit(verbs)
    add_desk_verbs(verbs)
    add_ticket_verbs(verbs)
    _add_demo(verbs)


class _Instead(argparse.Action):
    """An option that makes another function do the verb."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: object, _option: object = None) -> None:
        setattr(namespace, self.dest, values)
        namespace.run = self.const


def _add_hub_verbs(verbs: Verbs) -> None:
    init = verb_of(verbs, "init", "switchboard.hub_verbs:init", "make a new hub home")
    init.add_argument("--demo", action="store_true", help="fill it with the Huludao demo network")
    init.add_argument("--customers", type=int, default=20_000, help="demo customers, 1000 to 1200000 (20000)")
    about = "instead, fill the empty database at URL as a sample marketing system, and print a mapping file for it"
    init.add_argument(
        "--demo-central", metavar="URL", action=_Instead, const="switchboard.pull_verb:init_central", help=about
    )
    init.add_argument("--join", metavar="DIR", help="a further hub on the PostgreSQL database of the hub home DIR")
    init.add_argument("--database", metavar="URL", help="with --join: where that database is, seen from here")
    hub = verb_of(verbs, "hub", "switchboard.hub_process:hub", "serve a hub", json=False)
    hub.add_argument("--database", metavar="URL", help="PostgreSQL or SQLite; remembered in the home")
    hub.add_argument("--host", default="127.0.0.1")
    hub.add_argument("--port", type=int, default=8400)
    hub.add_argument("--tls-cert", metavar="FILE", help="the hub's certificate and its chain, PEM; remembered")
    hub.add_argument("--tls-key", metavar="FILE", help="its key, PEM; remembered")
    proxy = "believe a proxy there whom it speaks for, and that it was over TLS; repeatable; remembered"
    hub.add_argument("--behind-proxy", action="append", default=[], metavar="CIDR", help=proxy)
    phones = group(verbs, "phones", "finding customers by phone number")
    verb_of(phones, "rehash", "switchboard.hub_verbs:rehash_phones", "hash all numbers anew: the key was lost")


def _add_agents(verbs: Verbs) -> None:
    agents = group(verbs, "agents", "agents' PCs, and displays")

    def verb(name: str, about: str) -> argparse.ArgumentParser:
        return verb_of(agents, name, f"switchboard.device_verbs:{name}", about)

    add = verb("add", "make a one-time enrolment code")
    add.add_argument("name")
    add.add_argument("--display", action="store_true", help="for a wallboard: give the code at /display")
    _add_branches(add)
    readers = ("standard", "least")
    add.add_argument("--class", dest="reader", choices=readers, default="standard", help="least: no customers' names")
    verb_of(agents, "list", "switchboard.device_verbs:list_all", "every device and how it fares")
    verb("revoke", "end all that a device may do, now").add_argument("device", metavar="NAME|ID")
    rename = verb("rename", "give a device another name")
    rename.add_argument("device", metavar="NAME|ID")
    rename.add_argument("name", metavar="NEW")
    reader = verb_of(agents, "class", "switchboard.device_verbs:set_class", "what a PC's cache may hold of customers")
    reader.add_argument("device", metavar="NAME|ID")
    reader.add_argument("reader", choices=readers)
    move = verb("move", "hold a device to the branches named, or to none")
    move.add_argument("device", metavar="NAME|ID")
    _add_branches(move)


def _add_users(verbs: Verbs) -> None:
    users = group(verbs, "users", "people who sign in")

    def verb(name: str, about: str, run: str = "") -> argparse.ArgumentParser:
        made = verb_of(users, name, f"switchboard.people_verbs:{run or name}", about)
        made.add_argument("name")
        return made

    for made in (
        verb("add", "add a person; the password is read from stdin"),
        verb("role", "give a person another role and the branches named"),
    ):
        made.add_argument("--role", required=True)
        _add_branches(made)
    password = verb("password", "give a person another password, read from stdin")
    password.add_argument("--reset", action="store_true", help="a random one instead, shown once, to be changed")
    verb("pin", "give a person another PIN for enrolled PCs, read from stdin")
    verb("disable", "shut a person out, now")
    verb("enable", "let a person in again")
    verb("unlock", "let a person try again at once after wrong passwords")
    verb_of(users, "list", "switchboard.people_verbs:list_all", "everybody with role and branches")
    verb_of(users, "rights", "switchboard.people_verbs:rights", "which role may do what")
    policy = verb_of(users, "policy", "switchboard.people_verbs:policy", "whether PCs answer before somebody signs in")
    policy.add_argument("--sign-in", choices=("required", "optional"), required=True)


def _add_branches(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--branch", action="append", default=[], metavar="ID", help="only what is of this branch")


def _add_agent_verbs(verbs: Verbs) -> None:
    enrol = verb_of(verbs, "enrol", "switchboard.agent_verbs:enrol", "enrol this PC at a hub")
    enrol.add_argument("--hub", required=True, metavar="URL")
    enrol.add_argument("--code", required=True)
    _add_trust(enrol)
    trust = verb_of(verbs, "trust", "switchboard.agent_verbs:trust", "the hub shows another certificate from now on")
    _add_trust(trust)
    sync = verb_of(verbs, "sync", "switchboard.agent_verbs:sync", "bring the cache up to date")
    sync.add_argument("--once", action="store_true", help="once, not for ever")
    lookup = verb_of(verbs, "lookup", "switchboard.agent_verbs:lookup", "look something up")
    lookup.add_argument("query", nargs="*")
    lookup.add_argument("--batch", metavar="FILE", help="one query a line, one JSON document a line; - for stdin")
    lookup.add_argument("--limit", type=int, default=10)
    lookup.add_argument("--at", metavar="TIME", help="states at this moment, ISO 8601 with an offset")
    _add_tree(verbs)
    verb_of(verbs, "assistant", "switchboard.agent_verbs:assistant", "run the resident assistant", json=False)
    verb_of(verbs, "toggle", "switchboard.agent_verbs:toggle", "show or hide the running assistant", json=False)
    pop = verb_of(verbs, "pop", "switchboard.agent_verbs:pop", "show the running assistant for a caller", json=False)
    pop.add_argument("--number", required=True)
    doctor = verb_of(verbs, "doctor", "switchboard.doctor:doctor", "check this machine; 1 where something is wrong")
    doctor.add_argument("--thorough", action="store_true", help="every record and posting of the cache")
    wall = verb_of(verbs, "wallboard", "switchboard.hub_verbs:wallboard", "open the wallboard full-screen", json=False)
    wall.add_argument("--hub", default="http://127.0.0.1:8400", metavar="URL")


def _add_reveal(verbs: Verbs) -> None:
    about = "show what is masked of a customer, as whoever is signed in at this PC"
    reveal = verb_of(verbs, "reveal", "switchboard.reveal_verb:reveal", about)
    reveal.add_argument("customer", metavar="NUMBER")
    why = "identity, callback, dispatch, complaint, or in your own words"
    reveal.add_argument("--reason", required=True, metavar="TEXT", help=why)
    reveal.add_argument("--text", default="", help="more about the reason")
    reveal.add_argument("--field", default="phone", choices=("name", "address", "phone"))
    reveal.add_argument("--call", default="", metavar="ID", help="the exchange's id of the call")


def _add_trust(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--pin", default="", metavar="SHA256", help="of the hub's certificate, as read at the hub")
    verb.add_argument("--ca", metavar="FILE", help="the authority that the hub's certificate comes from")


def _add_tree(verbs: Verbs) -> None:
    about = "open the supply network: branch > substation > feeder > transformer area > customer"
    tree = verb_of(verbs, "tree", "switchboard.tree_verb:tree", about)
    keys = "branch:ID, substation:BRANCH/NAME, feeder:ID, transformer_area:ID, straight:FEEDER or customer:ID"
    tree.add_argument("key", nargs="?", metavar="KEY", help=f"{keys}; none for the roots")
    tree.add_argument("--important", action="store_true", help="important, high-risk and sensitive customers below it")
    tree.add_argument("--after", metavar="NEXT", help="go on after the page before: its `next`")
    tree.add_argument("--limit", type=int, default=100, help="1 to 1000 (100)")
    tree.add_argument("--at", metavar="TIME", help="states at this moment, ISO 8601 with an offset")


def _add_import(verbs: Verbs) -> None:
    imported = verb_of(verbs, "import", "switchboard.import_verb:import_file", "import records from CSV or XLSX")
    imported.add_argument("what", choices=IMPORTED)
    imported.add_argument("file")
    imported.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    imported.add_argument("--map", metavar="MAP.toml", help="renames columns")
    imported.add_argument("--errors", metavar="OUT.xlsx", help="list the rejected rows here")
    imported.add_argument("--clear", action="store_true", help="an empty cell clears what is stored")


def _add_export(verbs: Verbs) -> None:
    exported = verb_of(verbs, "export", "switchboard.export_verb:export", "write records to XLSX or CSV, phones masked")
    exported.add_argument("what", choices=IMPORTED)
    exported.add_argument("out", metavar="OUT", help="a file that ends in .xlsx or .csv")
    exported.add_argument("--clear-phones", action="store_true", help="customers' phones as they are; audited")
    _add_branches(exported)


def _add_pull(verbs: Verbs) -> None:
    pull = verb_of(verbs, "pull", "switchboard.pull_verb:pull", "pull from the central systems by a mapping file")
    pull.add_argument("--config", metavar="CENTRAL.toml", help="the mapping file; else central.toml in the home")
    pull.add_argument("--source", metavar="NAME", help="only this source of it")
    pull.add_argument("--changed", action="store_true", help="only what has changed, by the cursor columns")
    pull.add_argument("--anew", action="store_true", help="take every row again, over what was changed here")
    pull.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    pull.add_argument("--approve-deletions", action="store_true", help="however many records would be deleted")
    pull.add_argument("--approve", type=int, metavar="ID", help="do the pull that was refused, this once")
    pull.add_argument("--history", action="store_true", help="list the pulls that were made, newest first")
    pull.add_argument("--limit", type=int, default=20, help="with --history: how many (20)")


def _add_outage(verbs: Verbs) -> None:
    outage = group(verbs, "outage", "outage windows")
    add = verb_of(outage, "add", "switchboard.outage_verbs:add", "set a window")
    preview = verb_of(outage, "preview", "switchboard.planned_verbs:preview", "what a window would do; nothing is set")
    for one in (add, preview):
        _add_new_window(one)
    listed = verb_of(outage, "list", "switchboard.outage_verbs:list_windows", "list the windows to be shown")
    listed.add_argument("--at", metavar="TIME")
    revise = verb_of(outage, "revise", "switchboard.outage_verbs:revise", "move the ETR")
    revise.add_argument("id")
    revise.add_argument("--etr", required=True, metavar="TIME")
    revise.add_argument("--reason", required=True)
    revise.add_argument("--etr-source", metavar="SOURCE", help="whence the ETR: plan, dispatch, field or estimate")
    revise.add_argument("--site", action="store_true", help="what was met on the site makes it so")
    begin = verb_of(outage, "begin", "switchboard.outage_verbs:begin", "note when power really went")
    begin.add_argument("id")
    begin.add_argument("--at", metavar="TIME", help="now where it is not given")
    edit = verb_of(outage, "edit", "switchboard.outage_verbs:edit", "correct what is said beside the ETR")
    edit.add_argument("id")
    edit.add_argument("--reason", required=True)
    edit.add_argument("--hold", action=argparse.BooleanOptionalAction, default=None)
    edit.add_argument("--every-hour", action="store_true", help="take the hours away")
    add_window_facts(edit)
    publish = verb_of(outage, "publish", "switchboard.outage_verbs:publish", "note that it was made known")
    publish.add_argument("id")
    publish.add_argument("--channel", required=True)
    publish.add_argument("--at", metavar="TIME", help="now where it is not given")
    reopen = verb_of(outage, "reopen", "switchboard.outage_verbs:reopen", "take a mistaken restoration back")
    reopen.add_argument("id")
    reopen.add_argument("--reason", required=True)
    restore = verb_of(outage, "restore", "switchboard.outage_verbs:restore", "confirm that power is back")
    restore.add_argument("id")
    restore.add_argument("--at", metavar="TIME")
    restore.add_argument("--reason", default="", help="such as why it ended early")
    restore.add_argument("--partial", nargs="+", default=[], metavar="KIND:ID", help="only these parts")
    withdraw = verb_of(outage, "withdraw", "switchboard.outage_verbs:withdraw", "take a window back")
    withdraw.add_argument("id")
    withdraw.add_argument("--reason", required=True)
    add_told(outage)
    add_planned(outage)


def _add_new_window(verb: argparse.ArgumentParser) -> None:
    for scope in ("feeder", "transformer-area", "area", "customer"):
        verb.add_argument(f"--{scope}", action="append", default=[], metavar="ID|NUMBER|NAME")
    verb.add_argument("--kind", required=True)
    verb.add_argument("--start", required=True, metavar="TIME")
    verb.add_argument("--etr", required=True, metavar="TIME")
    verb.add_argument("--reason", required=True)
    verb.add_argument("--hold", action="store_true", help="stay red past the ETR until confirmed")
    add_window_facts(verb)
    verb.add_argument("--etr-source", metavar="SOURCE", help="whence the ETR: plan, dispatch, field or estimate")


def _add_entries(verbs: Verbs) -> None:
    shift = group(verbs, "shift", "who works at this PC")
    begin = verb_of(shift, "begin", "switchboard.shift_verbs:begin", "sign in here; password or PIN from stdin")
    begin.add_argument("name")
    verb_of(shift, "end", "switchboard.shift_verbs:end", "hand over: sign out here")
    run = "switchboard.entry_verbs:"
    outbox = group(verbs, "outbox", "what was entered at this PC and waits, was refused, or is in conflict")
    verb_of(outbox, "list", run + "list_entries", "list the entries")
    dismiss = verb_of(outbox, "dismiss", run + "dismiss", "let go of an entry; one on its way is withdrawn")
    retry = verb_of(outbox, "retry", run + "retry", "send an entry again, as whoever is signed in")
    for verb in (dismiss, retry):
        verb.add_argument("key", help="the entry's key, or a unique beginning of it")
    ticket = verb_of(group(verbs, "ticket", "tickets"), "add", run + "add_ticket", "make a ticket at this PC")
    ticket.add_argument("--kind", required=True, choices=TICKET_KINDS)
    ticket.add_argument("--text", required=True)
    ticket.add_argument("--business", default="", metavar="CODE", help="its entry of the business catalogue")
    ticket.add_argument("--linked-to", default="", metavar="NUMBER", help="what it chases up or follows up")
    for place in ("feeder", "transformer-area", "area", "customer"):
        ticket.add_argument(f"--{place}", metavar="ID|NUMBER|NAME")
    ended = verb_of(group(verbs, "wrap-up", "how calls ended"), "add", run + "add_wrap_up", "keep how a call ended")
    ended.add_argument("--result", required=True, metavar="CODE", help="lower-case letters, digits and _")
    ended.add_argument("--note", default="")
    ended.add_argument("--call", default="", metavar="ID", help="the exchange's id of the call")
    ended.add_argument("--number", default="", help="the caller's; the hub keeps a hash of it")
    area = verb_of(group(verbs, "area", "areas"), "edit", run + "edit_area", "change or add an area at this PC")
    area.add_argument("id")
    area.add_argument("--set", action="append", required=True, metavar="FIELD=VALUE", help="lists are split by ;")


def _add_calls(verbs: Verbs) -> None:
    calls = group(verbs, "calls", "what the exchange reported")
    imported = verb_of(calls, "import", "switchboard.call_verbs:import_calls", "import call events")
    imported.add_argument("file")
    imported.add_argument("--format", choices=("queue_log",), required=True)
    imported.add_argument("--timezone", metavar="ZONE", help="for logs that hold local times")
    report = group(verbs, "report", "reports")
    duty = verb_of(report, "duty", "switchboard.call_verbs:report_duty", "the duty report")
    duty.add_argument("--from", dest="start", required=True, metavar="TIME")
    duty.add_argument("--to", dest="end", required=True, metavar="TIME")
    duty.add_argument("--queue")


def _add_backup(verbs: Verbs) -> None:
    where = "its first line is the passphrase; else SWITCHBOARD_PASSPHRASE, if it is set"
    backup = verb_of(verbs, "backup", "switchboard.backup_verbs:backup", "make a safe copy of a hub while it serves")
    backup.add_argument("out", metavar="OUT", help="a new file, or a directory")
    backup.add_argument("--passphrase-file", metavar="FILE", help=f"encrypt it; {where}")
    restore = verb_of(verbs, "restore", "switchboard.backup_verbs:restore", "make a new hub home from a safe copy")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--database", metavar="URL", help="an empty PostgreSQL database for the store")
    restore.add_argument("--passphrase-file", metavar="FILE", help=f"of an encrypted copy; {where}")


def _add_audit(verbs: Verbs) -> None:
    audit = group(verbs, "audit", "who did what")
    run = "switchboard.audit_verb:"
    listed = verb_of(audit, "list", run + "list_entries", "list entries, the newest first")
    listed.add_argument("--since", metavar="TIME")
    listed.add_argument("--until", metavar="TIME", help="before this moment")
    listed.add_argument("--actor", default="", help="has this in its name, such as person:wang")
    listed.add_argument("--act", action="append", default=[], help="such as reveal; may be given more than once")
    listed.add_argument("--limit", type=int, default=1000, help="at most so many (1000)")
    listed.add_argument("--xlsx", metavar="FILE", help="into a workbook")
    verify = verb_of(audit, "verify", run + "verify", "prove that nothing was changed; 1 where something was")
    verify.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="kept elsewhere; repeatable")
    verify.add_argument("--public-key", metavar="FILE", help="what `audit key` printed; else the home's")
    verify.add_argument("--archive", action="append", default=[], metavar="FILE", help="this file too; repeatable")
    verify.add_argument("--thorough", action="store_true", help="hash every record anew")
    checkpoint = verb_of(audit, "checkpoint", run + "checkpoint", "print a signed line, to be kept elsewhere")
    checkpoint.add_argument("--out", metavar="FILE", help="append it to this file")
    archive = verb_of(audit, "archive", run + "archive", "put old entries into a signed file of the home")
    archive.add_argument("--before", required=True, metavar="TIME")
    key = verb_of(audit, "key", run + "key", "print the public key of the checkpoints")
    key.add_argument("--new", action="store_true", help="the old key is lost for good")


def _add_demo(verbs: Verbs) -> None:
    demo = verb_of(verbs, "demo", "switchboard.demo:demo", "hub, assistant and live calls in a demo home", json=False)
    demo.add_argument("--customers", type=int, default=20_000)
    demo.add_argument("--port", type=int, default=8400)
    demo.add_argument("--no-window", action="store_true", help="no assistant window")
