"""Messages of every kind, made by chance from the structs and their bounds."""

from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET, Struct, inspect
from msgspec.structs import replace

from pokerws.game.cards import DECK

# Short, and of letters that a JSON text has to escape too.
TEXTS = st.text(alphabet='ab"\\é\n🂡', max_size=5)
PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
ADDRESS = st.sampled_from("0129afAF:./")
WORD = st.sampled_from("az_09")
MOST = 2**31


def instances(struct: type[Struct]) -> st.SearchStrategy[Struct]:
    """Instances of a struct, each field within its bounds."""
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)
    fields = {field.name: _field(field) for field in kind.fields}
    return st.builds(struct, **fields)


def _field(field: inspect.Field) -> st.SearchStrategy[Any]:
    values = _values(field.type)
    if field.required or field.default is UNSET:
        return values
    return st.just(field.default) | values if isinstance(field.default, int) else values


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata(
            type=inspect.StrType() as text, extra_json_schema={"pattern": pattern}
        ):
            return _texts(replace(text, pattern=pattern))
        case inspect.Metadata(type=inner):
            return _values(inner)
        case inspect.StructType(cls=cls):
            return st.deferred(lambda: instances(cls))
        case inspect.UnionType(types=types):
            return st.one_of(*map(_values, types))
        case inspect.ListType(item_type=item, min_length=least, max_length=most):
            return st.lists(_values(item), min_size=least or 0, max_size=min(3, most or 3))
        case inspect.VarTupleType(item_type=item):
            return st.lists(_values(item), max_size=3).map(tuple)
        case inspect.DictType(value_type=value):
            return st.dictionaries(TEXTS, _values(value), max_size=2)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.IntType():
            return _integers(kind)
        case inspect.StrType():
            return _texts(kind)
        case _:
            raise TypeError(f"{kind} cannot be made yet")


def _integers(kind: inspect.IntType) -> st.SearchStrategy[int]:
    low = kind.ge if kind.ge is not None else -MOST
    high = kind.le if kind.le is not None else MOST
    if kind.lt is not None:
        high = kind.lt - 1
    return st.integers(low, high)


def _texts(kind: inspect.StrType) -> st.SearchStrategy[str]:
    least, most = kind.min_length or 0, min(kind.max_length or 8, 8)
    match kind.pattern:
        case None:
            return st.text(alphabet='ab"\\é\n🂡', min_size=least, max_size=most)
        case "^[ -~]*$":
            return st.text(PRINTABLE, min_size=least, max_size=most)
        case "^[0-9A-Fa-f:./]*$":
            return st.text(ADDRESS, min_size=least, max_size=most)
        case "^[a-z_0-9]*$":
            return st.text(WORD, min_size=least, max_size=most)
        case "^[2-9TJQKA][cdhs]$":
            return st.sampled_from(DECK)
        case other:
            raise ValueError(f"no text fits {other} yet")
