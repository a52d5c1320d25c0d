"""Reading a machine: from options to a snapshot of every file that can decide who pays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath, PurePosixPath

from billing_lens.config.file import OpenText
from billing_lens.config.kinds import Platform
from billing_lens.config.paths import managed_paths, pure_path
from billing_lens.machine.disk import Disk, ParsedFiles
from billing_lens.machine.keychain import KeychainReader
from billing_lens.machine.look import Look
from billing_lens.machine.machine import Machine, MachineOptions
from billing_lens.machine.system_policies import (
    MANAGED_PREFERENCES,
    RegistryReader,
    read_windows_registry,
)
from billing_lens.machine.version import parse_version


class MachineReader:
    """Reads one machine again and again, from any folder, re-parsing only what changed."""

    def __init__(
        self,
        options: MachineOptions,
        *,
        registry: RegistryReader = read_windows_registry,
        managed_preferences: PurePosixPath = MANAGED_PREFERENCES,
    ) -> None:
        """Prepare to read; nothing is touched yet.

        Raises:
            ValueError: the version option is no version.
        """
        if options.version:
            parse_version(options.version)
        self.options = options
        directory = options.managed_directory
        self._managed = managed_paths(
            options.platform, self._pure_path(directory) if directory else None
        )
        roots = (options.home, Path(str(self._managed.settings.parent)))
        foreign = options.platform is Platform.WIN32 and os.name != "nt"
        self._disk = Disk(roots if options.confined else (), foreign=foreign)
        self._parsed = ParsedFiles(self._disk)
        self._registry = registry
        self._managed_preferences = managed_preferences
        self._keychain = KeychainReader(options.environment, str(options.home))

    def read(
        self, open_texts: Mapping[str, OpenText] | None = None, *, cwd: Path | None = None
    ) -> Machine:
        """Return the machine as it is now, seen from `cwd` instead of the options' folder.

        `open_texts`, by path, are what an editor has open: they count instead of the disk's.
        Without them it is the machine on the disk. Both kinds of read, and those of all folders,
        share what they parse, so that each gives the very same files while these stay the same.
        """
        if open_texts is not None:
            self._parsed.forget_closed(open_texts)
        return Look(
            self.options,
            self._pure_path(self.options.home),
            self._pure_path(cwd or self.options.cwd),
            self._managed,
            open_texts or {},
            self._disk,
            self._parsed,
            self._registry,
            self._managed_preferences,
            self._keychain,
        ).machine()

    def _pure_path(self, path: Path) -> PurePath:
        return pure_path(self.options.platform, str(path))
