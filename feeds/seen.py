"""What was seen lately, known again by its hash: the names themselves are not kept.

A name costs some 20 bytes, in a set of strings some 90. A hash has 64 bits and a key of this process, so that of
thousands one is taken for another less than once in 10¹⁴ names.
"""

from array import array
from collections.abc import Hashable

_HIGHEST = 2**32 - 1


class Seen:
    """Knows the last `size` names, which is a power of two, and no other.

    A ring of their hashes, which are chained by their last bits: `_newest` leads to the number of the last name with
    such bits, `_before` from there to the one before it. A name's number grows, so that what has left the ring is told
    by its age and nothing is ever deleted.
    """

    __slots__ = ("_before", "_chains", "_count", "_last", "_newest", "_ring", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._last = size - 1
        self._chains = 2 * size - 1
        self._count = size
        self._clear()

    def again(self, name: Hashable) -> bool:
        """Whether a name was seen among the last ones; from now on it was."""
        code = hash(name)
        chain = code & self._chains
        size, last, ring, count = self._size, self._last, self._ring, self._count
        at = before = self._newest[chain]
        while count - at < size:
            if ring[at & last] == code:
                return True
            at = self._before[at & last]
        if count == _HIGHEST:
            self._clear()
            return self.again(name)
        self._count = count = count + 1
        self._newest[chain] = count
        ring[count & last] = code
        self._before[count & last] = before
        return False

    def _clear(self) -> None:
        self._ring = array("q", bytes(8 * self._size))
        self._newest = array("I", bytes(4 * (self._chains + 1)))
        self._before = array("I", bytes(4 * self._size))
        self._count = self._size  # so that 0, which leads nowhere, is older than the ring
