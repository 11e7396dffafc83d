"""From the names of the wire to those of C++."""
import re

KEYWORDS = frozenset(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class
    compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default
    delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long
    mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor
    xor_eq""".split())


def _identifier(name: str) -> str:
    if name[0].isdigit():
        name = "n" + name
    return name + "_" if name in KEYWORDS else name


def snake(name: str) -> str:
    """`ICECandidatePairs` -> `ice_candidate_pairs`, `audioE2ELatency` -> `audio_e2e_latency`."""
    name = re.sub(r"IPv(?=\d)", "Ipv", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z]\d*)([A-Z])", r"\1_\2", name)
    return _identifier(re.sub(r"__+", "_", name).lower())


def enumerator(value: str) -> str:
    return _identifier(value.lower()) if value.upper() == value else snake(value)


def accessor(verb: str, property_name: str) -> str:
    """The operation that reads or writes a property: `getFoo`, `setFoo`."""
    return verb + property_name[0].upper() + property_name[1:]
