"""Mozilla's `.jsonlz4`: eight bytes `mozLz40\\0`, the size in four bytes, and one block of LZ4.

See https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md.
"""

from typing import Final

MAGIC: Final = b"mozLz40\0"
_MIN_MATCH: Final = 4
_LONG: Final = 15  # a length of four bits that more bytes continue
_CONTINUED: Final = 255


def decompress(content: bytes, max_size: int) -> bytes:
    """The decompressed content. Raises `ValueError` if it is damaged, or larger than `max_size` or than it says."""
    size = int.from_bytes(content[len(MAGIC) : len(MAGIC) + 4], "little")
    if not content.startswith(MAGIC) or size > max_size:
        raise ValueError("it is not compressed by Firefox, or too large")
    try:
        return _block(content, len(MAGIC) + 4, size)
    except IndexError:
        raise ValueError("its compressed content is cut off") from None


def _block(content: bytes, position: int, size: int) -> bytes:
    output = bytearray()
    while position < len(content):
        token = content[position]
        count, position = _length(content, position + 1, token >> 4)
        literals = content[position : position + count]
        output += literals
        position += count
        if position >= len(content):  # the last sequence has no match
            break
        offset = int.from_bytes(content[position : position + 2], "little")
        count, position = _length(content, position + 2, token & _LONG)
        count += _MIN_MATCH
        start = len(output) - offset
        if offset == 0 or start < 0 or len(output) + count > size:
            raise ValueError("its compressed content is damaged")
        repeated = output[start:]  # the match may overlap what it writes
        output += (repeated * (count // offset + 1))[:count] if offset < count else repeated[:count]
    if len(output) != size:
        raise ValueError("its compressed content is damaged")
    return bytes(output)


def _length(content: bytes, position: int, length: int) -> tuple[int, int]:
    """A length of four bits with the bytes that continue it, and the position after them."""
    if length == _LONG:
        while True:
            more = content[position]
            position += 1
            length += more
            if more != _CONTINUED:
                break
    return length, position
