from argparse import ArgumentParser

class Manpage:
    def __init__(
        self,
        parser: ArgumentParser,
        _data: dict[str, str] | None = ...,
        format: str = ...,  # noqa: A002 its own word
    ) -> None: ...
    def add_section(self, heading: str, position: str, content: str) -> None: ...
