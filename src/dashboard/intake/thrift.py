"""Thrift's compact protocol, read without trust (its specification: apache/thrift, doc/specs)."""

from __future__ import annotations

from typing import Any, Final

_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_MAX_DEPTH: Final = 10


class Damaged(ValueError):
    """The bytes are no Thrift structure."""


class Cursor:
    """A place in a buffer. No read goes beyond its end, no length is believed before the bytes are there."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The structure at the cursor, field id -> int, bool, bytes, list or dict. Raises Damaged."""
        if depth > _MAX_DEPTH:
            raise Damaged
        fields: dict[int, Any] = {}
        identity = 0
        while (head := self._byte()) != _STOP:
            identity = identity + (head >> 4) if head >> 4 else self._zigzag()
            kind = head & 0x0F
            fields[identity] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind == _BYTE:
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            head = self._byte()
            size = self._varint() if head >> 4 == 15 else head >> 4
            kind = head & 0x0F
            # Every element takes a byte at least.
            if size > len(self.data) - self.at:
                raise Damaged
            return [self._byte() if kind in (_TRUE, _FALSE) else self._value(kind, depth + 1) for _ in range(size)]
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise Damaged

    def _byte(self) -> int:
        if not 0 <= self.at < len(self.data):
            raise Damaged
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise Damaged
        self.at += size
        return self.data[self.at - size : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Damaged

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
