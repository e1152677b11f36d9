"""The verbs of who has to be told of an outage, and of who asked to be called back."""

from switchboard.parsers import Verbs, group, verb_of

_MEANS = ("phone", "sms", "visit")
_RESULTS = ("told", "no_answer", "refused", "wrong_number", "not_needed", "taken_back")
_STATUSES = ("due", "later", "waiting", "closed")


def add_told(outage: Verbs) -> None:
    """Adds `outage told` to the verbs of outage windows."""
    told = verb_of(outage, "told", "switchboard.telling_verbs:told", "important customers to be told of a window")
    told.add_argument("id")
    told.add_argument("--done", metavar="CUSTOMER", help="note a try to tell this customer")
    told.add_argument("--result", choices=_RESULTS, default="told", help="how it went (told)")
    told.add_argument("--means", choices=_MEANS, default="phone", help="(phone)")
    told.add_argument("--whom", default="", metavar="NAME", help="who was told")
    told.add_argument("--note", default="", metavar="TEXT", help="why nobody need be told, with not_needed")
    told.add_argument("--xlsx", metavar="FILE", help="write the list to a workbook, phones masked")


def add_call_backs(verbs: Verbs) -> None:
    """Adds `call-backs` to the command's verbs."""
    calls = group(verbs, "call-backs", "callers who want to know when power is back")
    run = "switchboard.telling_verbs:"
    listed = verb_of(calls, "list", run + "list_call_backs", "the call-backs, first those that are due")
    listed.add_argument("--status", choices=_STATUSES)
    add = verb_of(calls, "add", run + "add", "put a caller on the list, at the hub or at a PC")
    add.add_argument("--phone", required=True, metavar="NUMBER", help="a whole phone number")
    add.add_argument("--name", default="", help="how to address the caller")
    add.add_argument("--outage", metavar="ID", help="the window; else a place or a customer")
    for place in ("feeder", "transformer-area", "area"):
        add.add_argument(f"--{place}", metavar="ID|NUMBER|NAME")
    add.add_argument("--customer", metavar="NUMBER", help="the caller's customer number")
    add.add_argument("--note", default="", metavar="TEXT")
    done = verb_of(calls, "done", run + "done", "note how a call back went")
    done.add_argument("id")
    done.add_argument(
        "--result", choices=("done", "no_answer", "cancelled", "taken_back"), default="done", help="(done)"
    )
    done.add_argument("--note", default="", metavar="TEXT")
