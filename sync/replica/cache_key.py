"""The keys of a PC's encrypted caches; beside each cache lies a small file that says where its key is kept."""

from pathlib import Path

from sync.private_files import read_whole, write_whole
from sync.replica.secret_keeper import SecretKeeper

_SUFFIX = ".key"
_KEYS = SecretKeeper("cache", "Switchboard cache")


def keep_key(cache: Path, key: str) -> None:
    """Keeps the key of the cache file at `cache`; durable when it returns.

    Args:
        cache: The file; it may not be there yet.
        key: In hexadecimal, or "" for a cache that is not encrypted.
    """
    if key:
        write_whole(_place(cache), _KEYS.keep(str(cache.absolute()), key))


def key_of(cache: Path) -> str:
    """The key of the cache file at `cache`; "" where none is kept, or nobody gives it out."""
    try:
        return _KEYS.given(read_whole(_place(cache)))
    except (OSError, ValueError):
        return ""


def forget_key(cache: Path) -> None:
    """Forgets the key of the cache file at `cache`, which is gone; does nothing where there is none."""
    try:
        kept = read_whole(_place(cache))
        _place(cache).unlink()
    except (OSError, ValueError):
        return
    _KEYS.forget(kept)


def forget_stray_keys(directory: Path) -> None:
    """Forgets the keys of caches of `directory` that are no longer there."""
    for place in directory.glob(f"*{_SUFFIX}"):
        cache = place.with_name(place.name.removesuffix(_SUFFIX))
        if not cache.exists():
            forget_key(cache)


def _place(cache: Path) -> Path:
    return cache.with_name(cache.name + _SUFFIX)
