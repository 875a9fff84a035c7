"""Each test has an application of its own; what is the same in all of them is worked out once."""

import gc
from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from hmswiki import extension
from hmswiki.web.engines import Engines


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


def collect_less() -> None:
    """Look for garbage less often than Python does by itself: applications are large, and there are thousands."""
    gc.freeze()  # what has been imported stays
    gc.set_threshold(20_000, 20, 50)


_WRITTEN: LRUCache[Any, Any] = LRUCache(5000)


def share_statements(engines: Engines) -> None:
    """Let SQLAlchemy write a statement as SQL once, and not once for each test's engine."""
    for engine in engines.write, engines.read:
        engine._compiled_cache = _WRITTEN


def make_dialects_alike() -> None:
    """What is written of a statement is kept with the dialect, and each engine has one of its own: let those of one
    class that speak to the same server be one."""

    def same(self: DefaultDialect, other: object) -> bool:
        return type(self) is type(other) and _server(self) == _server(other)

    DefaultDialect.__eq__ = same  # type: ignore[method-assign,assignment]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


def _server(dialect: object) -> object:
    return getattr(dialect, "server_version_info", None)


def make_applications_share() -> None:
    """Let werkzeug take an address apart and write the code that builds it once, and look for plugins once."""
    extension.entry_points = cache(extension.entry_points)  # type: ignore[assignment]

    compile_rule, compiled = Rule.compile, {}
    compile_builder, built = Rule._compile_builder, {}

    def compiled_before(self: Rule) -> None:
        assert self.map is not None
        kinds = tuple(self.map.converters.items())
        where = self.host if self.map.host_matching else self.subdomain
        key = (self.rule, where, self.merge_slashes, repr(self.defaults), kinds)
        if key not in compiled:
            compile_rule(self)
            compiled[key] = (self._parts, self._trace, self._converters, frozenset(self.arguments))
            return
        self._parts, self._trace, self._converters, arguments = compiled[key]
        self.arguments |= arguments
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def built_before(self: Rule, append_unknown: bool = True) -> Any:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in built:
            built[key] = compile_builder(self, append_unknown)
        return built[key]

    Rule.compile = compiled_before  # type: ignore[method-assign]
    Rule._compile_builder = built_before  # type: ignore[method-assign]
