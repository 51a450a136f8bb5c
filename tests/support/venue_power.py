"""Hubs whose power is cut: stores on file systems of their own, killed, and what had not reached the disk is gone.

Each store lies on ext4 in an image file. After SIGKILL the image is copied as it is: what was only in the page cache
of the mounted file system is not in the copy. Nothing writes it back meanwhile: the journal's own interval is 300 s,
and a trial ends long before the kernel's 30 s. The copies are mounted in the place of the originals; the hubs start.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

SIZE = 512 << 20


def why_not(folder: Path) -> str:
    """Return why there can be no such file systems here, '' when there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "mounting needs root"
    if shutil.which("mkfs.ext4") is None:
        return "no mkfs.ext4 here"
    try:
        with Disk(folder / "try") as disk:
            disk.cut()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no loop mounts here: {error}"
    return ""


class Disk:
    """One file system in an image."""

    def __init__(self, where: Path) -> None:
        self.where, self._image = where, where.with_name(where.name + ".img")

    def __enter__(self) -> Self:
        self.where.mkdir(parents=True, exist_ok=True)
        with self._image.open("wb") as image:
            image.truncate(SIZE)
        run("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount()
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", str(self.where)], capture_output=True, check=False)
        self._image.unlink(missing_ok=True)

    def _mount(self) -> None:
        run("mount", "-o", "loop,commit=300", str(self._image), str(self.where))

    def cut(self) -> None:
        """Lose what had not reached the disk. Nobody may have a file open there."""
        left = self._image.with_suffix(".left")
        run("cp", "--sparse=always", str(self._image), str(left))
        run("umount", str(self.where))
        left.replace(self._image)
        self._mount()


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def disks(folders: list[Path]) -> Iterator[list[Disk]]:
    """File systems mounted at these folders."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Disk(folder)) for folder in folders]
