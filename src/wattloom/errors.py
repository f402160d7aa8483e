"""Refusals: bad input, met at the door with one clear line."""


class Refusal(ValueError):
    """Somebody's input cannot be taken; the message is one line: what was wrong and what is allowed.

    The command line prints it and exits with 2, the server answers 400 `{"error": message}`.

    >>> raise Refusal("Interval must be > 0 seconds.")
    Traceback (most recent call last):
    wattloom.errors.Refusal: Interval must be > 0 seconds.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
