"""Each test has an application of its own; what is the same in all of them is worked out once."""

from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from hmswiki import extension


class CompiledTemplates(BytecodeCache):
    """What one application has compiled serves the next."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()


def make_applications_share() -> None:
    """Let werkzeug write the code that builds an address once, and look for installed plugins once."""
    extension.entry_points = cache(extension.entry_points)  # type: ignore[assignment]

    compile_builder, built = Rule._compile_builder, {}

    def compiled_before(self: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in built:
            built[key] = compile_builder(self, append_unknown)
        return built[key]

    Rule._compile_builder = compiled_before  # type: ignore[method-assign]
