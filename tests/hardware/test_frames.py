"""The one-slot mailbox between camera and decoder."""

import threading

import numpy as np

from hardware.frames import Frame, Mailbox


def frame(index):
    return Frame(np.zeros((2, 2), np.uint8), index / 10, index)


def test_the_newest_frame_wins_and_the_older_are_counted():
    box = Mailbox()
    for index in range(5):
        assert box.put(frame(index))
    assert box.take(0).index == 4
    assert box.dropped == 4
    assert box.take(0) is None


def test_nothing_is_dropped_when_the_sender_waits():
    box, taken = Mailbox(), []

    def receive():
        while (got := box.take(5)) is not None:
            taken.append(got.index)
            if got.index == 99:
                return

    receiver = threading.Thread(target=receive)
    receiver.start()
    assert all(box.put_when_free(frame(index), 5) for index in range(100))
    receiver.join(5)
    assert taken == list(range(100))
    assert box.dropped == 0


def test_a_full_slot_is_reported_in_time():
    box = Mailbox()
    box.put(frame(0))
    assert not box.put_when_free(frame(1), 0.01)
    assert box.take(0).index == 0


def test_closing_lets_everyone_go():
    box, ended = Mailbox(), []
    waiter = threading.Thread(target=lambda: ended.append(box.take(30)))
    waiter.start()
    box.close()
    waiter.join(5)
    assert ended == [None]
    assert box.closed
    assert not box.put(frame(0))
    assert not box.put_when_free(frame(0), 5)
    assert box.empty
