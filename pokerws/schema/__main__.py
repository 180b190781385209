"""Prints one of the generated documents.

python -m pokerws.schema protocol|asyncapi|json|types|variants
"""

import json
import sys
from collections.abc import Callable

from pokerws.schema import asyncapi, schemas
from pokerws.schema.page import page
from pokerws.schema.typescript import declarations
from pokerws.schema.variants import variants_js

COMMAND = "python -m pokerws.schema"


def asyncapi_yaml() -> str:
    """The AsyncAPI file as YAML."""
    import yaml  # noqa: PLC0415  Only developers have it; the server has JSON.

    head = f"# Made by: {COMMAND} asyncapi > docs/asyncapi.yaml\n"
    # The way through JSON duplicates shared parts, which YAML would write as references.
    document = json.loads(json.dumps(asyncapi.document()))
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return head + text


def schemas_json() -> str:
    """All JSON Schemas in one document."""
    return json.dumps(schemas.document(), indent=2, ensure_ascii=False) + "\n"


MADE: dict[str, Callable[[], str]] = {
    "protocol": page,
    "asyncapi": asyncapi_yaml,
    "json": schemas_json,
    "types": declarations,
    "variants": variants_js,
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in MADE:
        sys.exit(f"usage: {COMMAND} {'|'.join(MADE)}")
    sys.stdout.write(MADE[sys.argv[1]]())
