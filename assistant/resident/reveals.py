"""Asking the hub for a masked value, on a thread of its own: the popup goes on meanwhile."""

import logging
import threading
from collections.abc import Callable

from assistant.model.popup_messages import AskReveal, NotRevealed, Revealed
from assistant.words.wording import Language
from data.errors import SwitchboardError
from sync.errors import RefusedError
from sync.replica.agent_home import AgentHome
from sync.replica.reveal_asking import RevealClient

Told = Callable[[Revealed | NotRevealed], None]
_LOG = logging.getLogger(__name__)


class Reveals:
    """Asks the hub of an agent's home, in the name of whoever is signed in.

    Args:
        home: The agent's.
        language: In which its person is told why nothing is revealed.
    """

    def __init__(self, home: AgentHome, language: Language = "zh") -> None:
        self._home = home
        self._language = language

    def ask(self, wanted: AskReveal, told: Told) -> None:
        """Asks, and tells what came of it on another thread."""
        threading.Thread(target=self._ask, args=(wanted, told), name="reveal", daemon=True).start()

    def _ask(self, wanted: AskReveal, told: Told) -> None:
        """The dispatcher of the thread; nothing that it logs holds the value."""
        try:
            answer = RevealClient.at(self._home).reveal(wanted.customer, wanted.field, wanted.reason)
        except RefusedError as refused:
            told(NotRevealed(wanted.customer, refused.words(self._language)))
        except SwitchboardError as error:
            told(NotRevealed(wanted.customer, str(error)))
        except Exception as error:  # noqa: BLE001 - the dispatcher
            _LOG.error("revealing failed: %s", type(error).__name__)
            told(NotRevealed(wanted.customer, type(error).__name__))
        else:
            told(Revealed(wanted.customer, answer["value"], answer["shown_for_s"]))
