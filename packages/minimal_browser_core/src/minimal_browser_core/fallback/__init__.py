"""The ports in pure Python, for machines without the native wheels: same behaviour, same files, same errors."""
