"""A string that does not print."""

from typing import Any, Self

MASK = "***"


class Secret:
    """Holds a key; `repr`, `str`, `format`, `pickle` and JSON encoders never see it. Only `reveal()` gives it.

    Immutable. Equal secrets compare equal, in constant time. False when empty.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        return self.__value  # type: ignore[no-any-return,attr-defined]

    def scrub(self, text: str) -> str:
        """`text` with every occurrence of the secret masked."""
        secret = self.reveal()
        return text.replace(secret, MASK) if secret else text

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Secret cannot be changed")

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # late: it loads OpenSSL, which no start-up needs

        return hmac.compare_digest(_bytes(self), _bytes(other))

    def __hash__(self) -> int:
        return hash(("Secret", self.reveal()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # What is pickled leaves the process (caches, crash reports): the mask goes in its place.
        return (Secret, (MASK,))


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")
