"""
Secrets by reference: `{ env = "X" }` or `{ file = "/run/secrets/x" }` in the file, a `Secret` in the program.

A `Secret` shows dots wherever it is printed and refuses to be pickled or copied into text; only `reveal()` gives the
words, and only the code that makes the Authorization header calls it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Final, NoReturn, cast

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import override

DOTS: Final = "••••••"
ENVIRON: Final = "environ"
"""Key of the validation context: Mapping of environment variables that references are looked up in."""
FOLDER: Final = "folder"
"""Key of the validation context: Path of the folder at which relative file references start."""
LARGEST: Final = 65_536
"""A secret file above so many bytes is a wrong file; private keys have a few thousand."""
REFERENCE: Final[JsonSchemaValue] = {
    "description": 'A secret by reference: { env = "NAME" } or { file = "/run/secrets/name" }.',
    "oneOf": [
        {
            "type": "object",
            "properties": {"env": {"type": "string", "description": "Name of an environment variable."}},
            "required": ["env"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"file": {"type": "string", "description": "Path of a file that holds nothing else."}},
            "required": ["file"],
            "additionalProperties": False,
        },
    ],
}


class _Held:
    """
    The words of all secrets of this process: those that were referred to for good, of the others the newest.

    Tokens that are asked for anew every hour would else grow without end.
    """

    newest: Final = 256

    def __init__(self) -> None:
        """Hold nothing."""
        self._lock = Lock()
        self._for_good: set[str] = set()
        self._passing: dict[str, None] = {}
        self.words: frozenset[str] = frozenset()

    def hold(self, words: str, *, for_good: bool) -> None:
        """Hold *words* from now on."""
        with self._lock:
            if for_good:
                self._for_good.add(words)
            elif words in self.words:
                return
            else:
                self._passing[words] = None
                if len(self._passing) > self.newest:
                    del self._passing[next(iter(self._passing))]
            if words not in self.words or not for_good:
                self.words = frozenset(self._for_good).union(self._passing)


_HELD: Final = _Held()


def held() -> frozenset[str]:
    """Return the words of every secret of this process; the same object until there are others."""
    return _HELD.words


class Secret:
    """
    Words that must not be seen.

    As a pydantic type it takes a `Secret`, or a reference that it resolves with the `ENVIRON` and `FOLDER` of the
    validation context; a literal text is an error that tells how to refer to it.
    """

    __slots__ = ("_words",)

    def __init__(self, words: str) -> None:
        """Keep *words*, and let `held` name them, so that no log shows them."""
        self._words = words
        _HELD.hold(words, for_good=False)

    def reveal(self) -> str:
        """Return the words themselves; call it only where they leave for the vendor."""
        return self._words

    @override
    def __repr__(self) -> str:
        """Return dots, whatever the length."""
        return f"Secret({DOTS})"

    @override
    def __str__(self) -> str:
        """Return dots, whatever the length."""
        return DOTS

    @override
    def __format__(self, spec: str) -> str:
        """Return dots, laid out by *spec*."""
        return format(DOTS, spec)

    @override
    def __eq__(self, other: object) -> bool:
        """Compare in constant time, with other secrets only."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._words.encode(), other._words.encode())

    @override
    def __hash__(self) -> int:
        """Hash by the words, as equality demands; Python's string hash is salted per process."""
        return hash((Secret, self._words))

    def __bool__(self) -> bool:
        """Say whether there are any words."""
        return bool(self._words)

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        """Return the secret itself: it never changes."""
        return self

    @override
    def __reduce__(self) -> NoReturn:
        """Refuse: a pickled secret would lie readable in a file or a queue."""
        message = "a Secret is not pickled; pass its reference instead"
        raise TypeError(message)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `from_reference`; serialise to dots."""
        return core_schema.with_info_plain_validator_function(
            from_reference, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the reference: the words themselves never stand in a file."""
        return dict(REFERENCE)


def from_reference(given: object, info: ValidationInfo) -> Secret:
    """Return *given* as a secret, looked up when it is a reference."""
    if isinstance(given, Secret):
        return given
    if isinstance(given, str):
        raise _wrong(
            "the secret itself stands in the file.",
            'Refer to it: { env = "NAME" } or { file = "/run/secrets/name" }, and change the secret, which may be '
            "in backups and version control by now.",
        )
    if not isinstance(given, Mapping) or len(given) != 1 or next(iter(given)) not in {"env", "file"}:
        raise _wrong(
            "a secret is given by reference.",
            'Write { env = "NAME" } or { file = "/run/secrets/name" }.',
        )
    how, where = next(iter(cast("Mapping[str, object]", given).items()))
    if not isinstance(where, str) or not where.strip():
        raise _wrong(f'"{how}" wants a name in quotes.', 'Write { env = "NAME" } or { file = "/run/secrets/name" }.')
    context = cast("Mapping[str, Any]", info.context or {})
    if how == "env":
        return from_variable(where, cast("Mapping[str, str]", context.get(ENVIRON, {})))
    return from_file(cast("Path", context.get(FOLDER, Path())) / where)


def _listed(given: object) -> object:
    """Return one reference as a list of one, and nothing as none."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


Secrets = Annotated[list[Secret], BeforeValidator(_listed, json_schema_input_type=Secret | list[Secret])]
"""One secret or several, of which any may sign while they are exchanged."""


def from_variable(name: str, environ: Mapping[str, str]) -> Secret:
    """
    Return the secret that the variable *name* holds, without surrounding white space.

    Raises:
        PydanticCustomError: It is not set, or holds nothing.
    """
    words = environ.get(name)
    if words is None:
        raise _wrong(f"the environment variable {name} is not set.", f"Set it before starting: export {name}=…")
    if not words.strip():
        raise _wrong(f"the environment variable {name} is empty.", f"Set it before starting: export {name}=…")
    return _kept(words.strip())


def from_file(path: Path) -> Secret:
    """
    Return the secret that the file at *path* holds, without surrounding white space (editors end files with a newline).

    Raises:
        PydanticCustomError: It cannot be read, holds nothing, is no text or is far too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _wrong(f"there is no file {path}.", "Put the secret into that file, and nothing else.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _wrong(
            f"the file {path} cannot be read: {reason}.", "Make it readable for the user that runs the connector."
        ) from None
    if len(content) > LARGEST:
        raise _wrong(f"the file {path} has more than {LARGEST:,} bytes.", "Is it the right file?")
    try:
        words = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _wrong(f"the file {path} is not text in UTF-8.", "Is it the right file?") from None
    if not words:
        raise _wrong(f"the file {path} is empty.", "Put the secret into that file, and nothing else.")
    return _kept(words)


def _kept(words: str) -> Secret:
    """Return a secret that is held as long as the process lives."""
    _HELD.hold(words, for_good=True)
    return Secret(words)


def _wrong(message: str, hint: str) -> PydanticCustomError:
    """Return the error from which the loader makes a located problem."""
    return PydanticCustomError("option", "{message}", {"message": message, "hint": hint})
