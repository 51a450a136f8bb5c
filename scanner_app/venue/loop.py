"""Between an event loop and the threads beside it: questions from a thread, work off the loop, tasks that end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Executor
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Question(Generic[T]):
    """Work for the loop, and the thread that waits for it, woken by a plain lock: a guest stands at the other end.

    Futures of two worlds chained together cost a turn of the loop and two conditions more.
    """

    __slots__ = ("_begun", "_done", "_error", "_result", "_task", "_work")

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work, self._begun = work, False
        self._task: asyncio.Task[None] | None = None
        self._done = threading.Lock()
        self._done.acquire()
        self._result: T | None = None
        self._error: BaseException | None = None

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the work, in the loop."""
        self._task = loop.create_task(self._run())
        self._task.add_done_callback(self._never_begun)

    def give_up(self) -> None:
        """End the work, in the loop: nobody waits any more."""
        if self._task is not None:
            self._task.cancel()

    def wait(self, seconds: float) -> T:
        """Return the result or raise the error; TimeoutError when there is neither in time."""
        if not self._done.acquire(timeout=seconds):
            raise TimeoutError
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # no cycle of frame, traceback and error
        return self._result  # type: ignore[return-value]  # set by _run() unless there was an error

    def _never_begun(self, _task: asyncio.Task[None]) -> None:
        """Let the thread go when the task was ended before its first step: no `finally` of it runs then."""
        if not self._begun:
            self._work.close()
            self._error = asyncio.CancelledError()
            self._done.release()

    async def _run(self) -> None:
        self._begun = True
        try:
            self._result = await self._work
        except BaseException as error:  # noqa: BLE001 - the thread that waits gets it
            self._error = error
        finally:
            self._done.release()


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End tasks, and wait until they have ended.

    The client library lets a cancellation get lost that comes with an answer, or while it connects: it is said until it
    is heard.
    """
    tasks = tuple(tasks)
    while left := {task for task in tasks if not task.done()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.1)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen, so that nobody is told of it later


async def off_loop(executor: Executor | None, work: Callable[..., T], *args: object) -> T:
    """Do blocking work on another thread; ends the task, as a cancellation does, when the program takes no more."""
    try:
        doing = asyncio.get_running_loop().run_in_executor(executor, work, *args)
    except RuntimeError as error:
        raise asyncio.CancelledError from error
    return await doing
