import os
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.paths import Paths, SettingsError, paths, private_folder


def test_a_home_holds_all_four_folders_and_none_is_made_by_asking(tmp_path: Path) -> None:
    home = Path("/tmp/tg")
    assert paths({"TIDEGAUGE_HOME": "/tmp/tg"}) == Paths(
        config=home / "config", data=home / "data", cache=home / "cache", runtime=home / "runtime"
    )
    paths({"TIDEGAUGE_HOME": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths({"TIDEGAUGE_HOME": "here"}).data == tmp_path / "here" / "data"


def test_a_home_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert paths({"TIDEGAUGE_HOME": "~/tg"}).cache == Path("/home/someone/tg/cache")


def test_the_home_of_nobody_is_an_error() -> None:
    with pytest.raises(SettingsError, match="TIDEGAUGE_HOME: there is no such home folder: '~no-such-user-here/x'"):
        paths({"TIDEGAUGE_HOME": "~no-such-user-here/x"})


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps these below ~/Library")
def test_without_a_home_the_systems_own_folders_are_used(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": "/home/someone",
        "XDG_DATA_HOME": "/data",
        "XDG_RUNTIME_DIR": str(runtime),
    }
    code = "from feeds.paths import paths; print(*paths({}), sep='\\n')"
    shown = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environ, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert shown[:3] == ["/home/someone/.config/tidegauge", "/data/tidegauge", "/home/someone/.cache/tidegauge"]
    assert shown[3] == str(runtime / "tidegauge") or len(str(runtime)) > 70


def test_a_missing_runtime_folder_of_the_system_is_no_warning_and_no_error() -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": "/home/someone"}
    code = "from feeds.paths import paths; print(paths({}).runtime)"
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_absolute()


def test_a_runtime_folder_too_long_for_a_socket_is_replaced_by_a_short_one(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)
    runtime = paths({"TIDEGAUGE_HOME": str(long)}).runtime
    assert len(os.fsencode(runtime / "a-socket.of-18-byt")) < 100
    assert runtime.parent == Path("/tmp")
    assert runtime.name.startswith(f"tidegauge-{os.geteuid()}-")
    assert runtime == paths({"TIDEGAUGE_HOME": str(long)}).runtime
    assert runtime != paths({"TIDEGAUGE_HOME": f"{long}y"}).runtime
    assert paths({"TIDEGAUGE_HOME": str(long)}).data == long / "data"


def test_a_length_counts_in_bytes_not_characters() -> None:
    assert paths({"TIDEGAUGE_HOME": "/" + "é" * 40}).runtime.parent == Path("/tmp")
    assert paths({"TIDEGAUGE_HOME": "/" + "e" * 40}).runtime == Path("/" + "e" * 40 + "/runtime")


def test_a_private_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    private_folder(folder)
    private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_private_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_link_in_place_of_a_private_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(PermissionError, match="is not a folder of this user's own"):
        private_folder(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
def test_another_users_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o777)
    os.chown(folder, 65534, 65534)
    with pytest.raises(PermissionError, match="is not a folder of this user's own"):
        private_folder(folder)


def test_importing_paths_is_cheap() -> None:
    code = "import sys, feeds.paths; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"msgspec", "platformdirs", "hashlib", "tempfile", "asyncio"} & set(loaded)
