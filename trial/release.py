"""Which version of Vigil this installation is."""

from importlib.metadata import PackageNotFoundError, version

SYSTEM = "Vigil"


def system_words() -> str:
    """Name and version, as every output prints them."""
    return f"{SYSTEM} {release()}"


def release() -> str:
    """The version, as exports, pages and the command line say it."""
    try:
        return version("vigil")
    except PackageNotFoundError:
        return "0.1.0"
