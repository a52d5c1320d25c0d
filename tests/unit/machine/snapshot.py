"""Machines as Billing Lens reads them from a made-up home."""

from __future__ import annotations

from pathlib import Path

from billing_lens.config.kinds import Platform
from billing_lens.machine.claude_arguments import claude_arguments
from billing_lens.machine.machine import Machine, MachineOptions
from billing_lens.machine.reading import MachineReader
from tests.machines import BuiltMachine, MadeUpMachine


def reader_of(
    built: BuiltMachine, version: str | None = None, platform: Platform = Platform.LINUX
) -> MachineReader:
    """Return a reader that sees this machine and nothing else."""
    return MachineReader(
        MachineOptions(
            home=built.home,
            cwd=built.cwd,
            environment=built.environment,
            platform=platform,
            arguments=claude_arguments(built.arguments),
            managed_directory=built.managed_dir,
            version=version,
            confined=True,
        )
    )


def snapshot(machine: MadeUpMachine, root: Path, version: str | None = None) -> Machine:
    """Build `machine` below `root` and read it."""
    return reader_of(machine.build(root), version).read()
