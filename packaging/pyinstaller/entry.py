"""Where the frozen command begins."""

import sys

from switchboard.cli import main

sys.exit(main())
