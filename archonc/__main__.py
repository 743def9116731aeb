"""Run the command line as `python -m archonc`."""

from __future__ import annotations

import sys

from archonc.cli.main import main

sys.exit(main())
