"""Entry point of `python -m shimin.sandbox`."""

import sys

from .cli import main

sys.exit(main())
