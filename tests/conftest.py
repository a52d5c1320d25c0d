"""What every test may rely on, however the run was started: by hand, in CI, in the background."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

_BY_HAND = "by-hand"

# In CI Hypothesis itself uses its profile "ci": the same examples in every run. A busy machine is
# no failure in either. `pytest --hypothesis-profile=ci` tries by hand what CI tries.
settings.register_profile(
    _BY_HAND, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
if settings.get_current_profile_name() != "ci":
    settings.load_profile(_BY_HAND)


def pytest_configure(config: pytest.Config) -> None:
    """Take back what whoever started the run wanted signals to do; every child inherits it.

    A shell ignores Ctrl-C for what it starts in the background. SIGHUP stays as it is: a run under
    ``nohup`` outlives its terminal.
    """
    del config
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
