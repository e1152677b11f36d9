"""Asking the hub for a value that this PC holds masked."""

from typing import Any

import urllib3

from sync.replica.hub_client import HubClient

_WAITED_FOR_S = 5.0


class RevealClient(HubClient):
    """A hub, asked by whoever is signed in at this PC."""

    def reveal(self, customer: str, field: str, reason: str, text: str = "", call: str = "") -> dict[str, Any]:
        """`{"customer", "field", "value", "shown_for_s"}`, as `Revealing` asks; it waits 5 s at most.

        Raises:
            RefusedError: nobody is signed in here, the role may not, or too much was revealed within an hour.
            HubUnreachableError: only the hub knows it.
        """
        asked = {"customer": customer, "field": field, "reason": reason, "text": text, "call": call}
        return self._answer(
            lambda answer: (
                {"value": str(answer["value"]), "shown_for_s": int(answer["shown_for_s"])}
                | {"customer": str(answer["customer"]), "field": str(answer["field"])}
            ),
            "POST",
            "/reveal",
            asked,
            urllib3.Timeout(total=_WAITED_FOR_S),
        )
