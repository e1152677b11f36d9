"""The verbs of what stands on the duty desk."""

import argparse

from switchboard.parsers import Verbs, group, verb_of

KEPT = ("area", "contact", "feeder", "transformer-area", "customer")


def add_desk_verbs(verbs: Verbs) -> None:
    """Adds them to the command's verbs."""
    _add_scripts(verbs)
    _add_notices(verbs)
    _add_suspicions(verbs)
    _add_records(verbs)


def _add_scripts(verbs: Verbs) -> None:
    scripts = group(verbs, "scripts", "what agents tell callers")

    def verb(name: str, about: str, run: str = "") -> argparse.ArgumentParser:
        return verb_of(scripts, name, f"switchboard.script_verbs:{run or name}", about)

    verb("list", "every template that says something", "list_all")
    made = verb("set", "give a template words of one's own", "set_words")
    shown = verb("preview", "what words would say, over sample facts")
    for one in (made, shown, verb("reset", "put a template back to the default")):
        one.add_argument("script", metavar="CASE[.KIND]", help="such as active, or upcoming.planned")
    for one in (made, shown):
        one.add_argument("--zh", metavar="TEXT", help="the Chinese template; empty: the default")
        one.add_argument("--en", metavar="TEXT", help="the English template; empty: the default")


def _add_notices(verbs: Verbs) -> None:
    notices = group(verbs, "notices", "what all agents are to know")

    def verb(name: str, about: str, run: str = "") -> argparse.ArgumentParser:
        return verb_of(notices, name, f"switchboard.notice_verbs:{run or name}", about)

    listed = verb("list", "the notices, with who has read them", "list_all")
    listed.add_argument("--all", action="store_true", help="those that are over, too")
    post = verb("post", "post a notice to all agents, or to those of some branches")
    post.add_argument("text")
    post.add_argument("--urgent", action="store_true", help="marked in red, and told in a bubble where there are any")
    post.add_argument("--branch", action="append", default=[], metavar="ID", help="only for this branch; repeatable")
    post.add_argument("--from", dest="since", metavar="TIME", help="from then on; else from now")
    post.add_argument("--until", metavar="TIME", help="until then; else until it is withdrawn")
    verb("withdraw", "take a notice back").add_argument("id")


def _add_suspicions(verbs: Verbs) -> None:
    suspicions = group(verbs, "suspicions", "where an outage is suspected")
    run = "switchboard.suspicion_verbs:"
    listed = verb_of(suspicions, "list", run + "list_suspicions", "the suspicions that stand, strongest first")
    listed.add_argument("--all", action="store_true", help="every one of the last days, the newest first")
    dismiss = verb_of(suspicions, "dismiss", run + "dismiss", "there is no outage")
    dismiss.add_argument("id")
    dismiss.add_argument("--reason", required=True)
    confirm = verb_of(suspicions, "confirm", run + "confirm", "there is one: make it a window")
    confirm.add_argument("id")
    confirm.add_argument("--etr", required=True, metavar="TIME")
    confirm.add_argument("--reason", default="", help="read out by agents; else that the cause is being looked for")


def _add_records(verbs: Verbs) -> None:
    records = group(verbs, "records", "the records that staff keep, with their history")

    def verb(name: str, about: str) -> argparse.ArgumentParser:
        made = verb_of(records, name, f"switchboard.record_verbs:{name.replace('-', '_')}", about)
        made.add_argument("kind", choices=KEPT)
        if name != "add":
            made.add_argument("id", metavar="ID|CODE|NUMBER|NAME")
        return made

    verb("show", "what is stored of a record, a customer's phone masked")
    for made in (verb("set", "change fields of a record"), verb("add", "add a record")):
        made.add_argument("--set", action="append", required=True, metavar="FIELD=VALUE", help="lists are split by ;")
    verb("retire", "take a record out of use; refused while something refers to it")
    verb("bring-back", "put a retired record back into use")
    verb("history", "who changed what, the newest first")
    undo = verb("undo", "undo the latest change of a record")
    undo.add_argument("--number", type=int, help="only if that is this change, as history numbers them")
