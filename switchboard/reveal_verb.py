"""The verb that shows a masked value of a customer."""

import argparse
from typing import Any

from data.privacy.reveal_reasons import REASONS
from switchboard.cli import home_of
from sync.replica.agent_home import AgentHome
from sync.replica.reveal_asking import RevealClient


def reveal(options: argparse.Namespace) -> dict[str, Any]:
    """Asks the hub, in the name of whoever is signed in at this PC; a reason that is none of the list is a text."""
    named = {label: code for code, label in REASONS.items()} | {code: code for code in REASONS}
    reason = named.get(options.reason, "other")
    text = options.text or ("" if options.reason in named else options.reason)
    client = RevealClient.at(AgentHome(home_of(options)))
    return client.reveal(options.customer, options.field, reason, text, options.call)
