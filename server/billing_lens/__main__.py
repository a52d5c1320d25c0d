"""`python -m billing_lens`."""

import sys

from billing_lens.cli.main import main

sys.exit(main())
