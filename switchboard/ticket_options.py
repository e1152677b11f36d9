"""What the verbs for tickets and the business catalogue are told."""

import argparse

from data.tickets.states import MARKS, STATES, TICKET_KINDS
from switchboard.parsers import Verbs, group, verb_of

_PLACES = ("feeder", "transformer-area", "area", "customer")
_LISTED = ("pending", *STATES, "finished", "all")


def add_ticket_verbs(verbs: Verbs) -> None:
    """Adds `tickets` and `catalogue` to the command's verbs."""
    _add_tickets(group(verbs, "tickets", "tickets at the hub"))
    _add_catalogue(group(verbs, "catalogue", "the business catalogue, by which tickets are filed"))


def _add_tickets(tickets: Verbs) -> None:
    def verb(name: str, about: str) -> argparse.ArgumentParser:
        return verb_of(tickets, name, f"switchboard.ticket_verbs:{name}_ticket", about)

    listed = verb_of(tickets, "list", "switchboard.ticket_verbs:list_all", "list tickets, what is due first")
    listed.add_argument("--state", choices=_LISTED, default="pending")
    listed.add_argument("--kind", choices=TICKET_KINDS, default="")
    listed.add_argument("--person", default="", metavar="NAME", help="assigned to, or else made by")
    listed.add_argument("--branch", default="", metavar="ID", help="assigned to this branch or one below it")
    listed.add_argument("--mark", choices=MARKS, default="", help="how urgent")
    listed.add_argument("--text", default="", help="has this in its number or text")
    listed.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    add = verb("add", "make a ticket")
    add.add_argument("--kind", required=True, choices=TICKET_KINDS)
    add.add_argument("--text", required=True)
    add.add_argument("--business", metavar="CODE", help="its entry of the business catalogue")
    add.add_argument("--linked-to", metavar="NUMBER", help="what it chases up, follows up or reports once more")
    for place in _PLACES:
        add.add_argument(f"--{place}", metavar="ID|NUMBER|NAME")
    work = verb("work", "change a ticket, or say something of it")
    work.add_argument("--state", choices=("open", "working", "waiting"))
    work.add_argument("--person", metavar="NAME", help="assign it; empty: to nobody")
    work.add_argument("--branch", metavar="ID|NAME", help="assign it; empty: to none")
    work.add_argument("--business", metavar="CODE", help="file it elsewhere")
    work.add_argument("--due", metavar="TIME", help="promise another time; say why")
    work.add_argument("--text", default="")
    close = verb("close", "settle a ticket, or cancel it")
    close.add_argument("--text", required=True, help="what came of it")
    close.add_argument("--cancel", action="store_true", help="there was nothing to be done")
    close.add_argument("--with-linked", action="store_true", help="and all pending ones that are linked to it")
    link = verb("link", "link a ticket to another, or to none")
    link.add_argument("--to", required=True, metavar="NUMBER", help="the first report; empty: none")
    for made in (work, close, link):
        made.add_argument("number", help="its number or id")


def _add_catalogue(catalogue: Verbs) -> None:
    def verb(name: str, about: str) -> argparse.ArgumentParser:
        return verb_of(catalogue, name, f"switchboard.ticket_verbs:{name}_business", about)

    listed = verb("list", "every entry, with how often it was used")
    listed.add_argument("--from", dest="since", metavar="TIME", help="count from then on")
    listed.add_argument("--to", dest="until", metavar="TIME", help="until before then; now where it is not given")
    listed.add_argument("--xlsx", metavar="FILE", help="into a workbook")
    add = verb("add", "add an entry below another")
    add.add_argument("parent", metavar="CODE")
    add.add_argument("name")
    rename = verb("rename", "give an entry another name")
    rename.add_argument("code")
    rename.add_argument("name")
    for made in (add, rename):
        made.add_argument("--hours", type=float, help="within which such a ticket must be settled; else as above it")
    retire = verb("retire", "take an entry off what is offered")
    retire.add_argument("code")
    retire.add_argument("--back", action="store_true", help="offer it again")
