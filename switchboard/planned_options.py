"""The verbs of windows before they are set: templates, and planned works from a spreadsheet."""

import argparse

from switchboard.parsers import Verbs, group, verb_of


def add_planned(outage: Verbs) -> None:
    """Adds `outage import` and `outage template` to the verbs of outage windows."""
    run = "switchboard.planned_verbs:"
    imported = verb_of(outage, "import", run + "import_works", "set planned works from CSV or XLSX, each row once")
    imported.add_argument("file")
    imported.add_argument("--dry-run", action="store_true", help="say what each row would do, set nothing")
    imported.add_argument("--errors", metavar="OUT.xlsx", help="list the rejected rows here")
    templates = group(outage, "template", "windows that are set again and again")
    verb_of(templates, "list", run + "list_all", "every template")
    save = verb_of(templates, "save", run + "save", "keep a template, in place of one of the same name")
    save.add_argument("name")
    save.add_argument("--kind", required=True)
    save.add_argument("--reason", required=True)
    save.add_argument("--lasts", required=True, type=int, metavar="MINUTES", help="from the start to the ETR")
    for scope in ("feeder", "transformer-area", "area", "customer"):
        save.add_argument(f"--{scope}", action="append", default=[], metavar="ID|NUMBER|NAME")
    save.add_argument("--hold", action="store_true", help="stay red past the ETR until confirmed")
    add_window_facts(save)
    use = verb_of(templates, "use", run + "use", "set a window from a template")
    use.add_argument("name")
    use.add_argument("--start", required=True, metavar="TIME")
    remove = verb_of(templates, "remove", run + "remove", "take a template away; its windows stay")
    remove.add_argument("name")


def add_window_facts(verb: argparse.ArgumentParser) -> None:
    """Adds what may be said of a window beside its promise."""
    verb.add_argument("--public-scope", metavar="TEXT", help="what the public is told of the scope")
    verb.add_argument("--cause", help="planned_work, equipment, weather, external, ... or unknown")
    verb.add_argument("--crew", help="who works on it")
    verb.add_argument("--crew-phone", metavar="NUMBER")
    verb.add_argument("--hours", metavar="08:00-17:00", help="off at these hours only, local time")
    verb.add_argument("--weekdays", metavar="1-5", help="with --hours: on these days only, Monday is 1")
    verb.add_argument("--every-weeks", type=int, default=1, metavar="N", help="with --hours: every N weeks")
