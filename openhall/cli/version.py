"""`openhall version`."""

from cyclopts import App

app = App(name="version", help_epilogue="Example:\n\n    openhall version")


def text() -> str:
    """The version of openhall, of Python, and of the parts that talk to the database."""
    import platform
    from importlib.metadata import version

    import openhall

    parts = ", ".join(f"{name} {version(name)}" for name in ("litestar", "psycopg", "procrastinate"))
    return f"openhall {openhall.__version__} (Python {platform.python_version()}, {parts})"


@app.default
def show() -> None:
    """Say which openhall this is."""
    print(text())
