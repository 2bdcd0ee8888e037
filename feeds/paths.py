"""Where settings, history, cache and sockets are kept. Imports next to nothing: `status` must answer within 100 ms."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# A socket's address holds 104 bytes on macOS and 108 on Linux; this leaves room for the socket's own name.
_RUNTIME_BYTES = 80


class SettingsError(ValueError):
    """What is set cannot be used. The text has one line for each problem, fit for a screen, without any key's value."""


class Paths(NamedTuple):
    """The program's folders; none is made by asking. `runtime` leaves room for a socket's name of 18 bytes."""

    config: Path
    data: Path
    cache: Path
    runtime: Path


def paths(environ: Mapping[str, str]) -> Paths:
    """The folders below `TIDEGAUGE_HOME`, or this system's usual ones for this user.

    Without `TIDEGAUGE_HOME` the process's own environment decides (`XDG_DATA_HOME` and its like), through platformdirs.
    Raises `SettingsError` where `TIDEGAUGE_HOME` names the home of a user there is not.
    """
    if home := environ.get("TIDEGAUGE_HOME"):
        try:
            base = Path(home).expanduser().absolute()
        except RuntimeError:
            raise SettingsError(f"environment TIDEGAUGE_HOME: there is no such home folder: {home!r}") from None
        return Paths(base / "config", base / "data", base / "cache", _short(base / "runtime"))
    from platformdirs import PlatformDirs

    usual = PlatformDirs("tidegauge", appauthor=False)
    data = usual.user_data_path
    return Paths(usual.user_config_path, data, usual.user_cache_path, _usual_runtime(data))


def _usual_runtime(data: Path) -> Path:
    import warnings

    from platformdirs import user_runtime_path

    with warnings.catch_warnings():
        # A missing XDG_RUNTIME_DIR is ordinary (cron, containers, macOS) and a Python warning helps nobody there.
        warnings.simplefilter("ignore")
        try:
            return _short(user_runtime_path("tidegauge", appauthor=False))
        except PermissionError:
            return _private_temporary(data)


def _short(path: Path) -> Path:
    return path if len(os.fsencode(path)) <= _RUNTIME_BYTES else _private_temporary(path)


def _private_temporary(path: Path) -> Path:
    """Name a short folder of this user's that stands for `path`, the same for every process whatever its TMPDIR."""
    from hashlib import blake2s

    name = blake2s(os.fsencode(path), digest_size=6).hexdigest()
    return Path(f"/tmp/tidegauge-{os.geteuid()}-{name}")  # noqa: S108  `private_folder` refuses another user's


def private_folder(path: Path) -> None:
    """Make `path` a folder only this user can enter. Raises `OSError` where it is somebody else's, or no folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{path} is not a folder of this user's own")
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
