"""The AsyncAPI 3.0.0 description of the WebSocket, generated from the structs.

It describes the server: each message of a client has a `receive` operation with its answers.
"""

from typing import Any

import msgspec

from pokerws.messages import JSON, MSGPACK, PROTOCOL, Message, Rejected
from pokerws.schema.answers import answer_to
from pokerws.schema.refused import codes_of
from pokerws.schema.schemas import (
    CLIENT_MESSAGES,
    SERVER_MESSAGES,
    Schema,
    components,
    plain,
    summary_of,
    tag_of,
)
from pokerws.schema.transcripts import examples

_CHANNEL = {"$ref": "#/channels/socket"}


def document() -> Schema:
    """The whole description."""
    messages = {name_of(message): _message(message) for message in _MESSAGES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Poker protocol v{PROTOCOL}",
            "version": str(PROTOCOL),
            "description": "Poker over one WebSocket. docs/protocol.md explains how to use it, "
            "what each refusal means, and how the protocol may grow.",
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {"socket": _channel(list(messages))},
        "operations": _operations(),
        "components": {
            "messages": messages,
            "schemas": components("#/components/schemas/"),
            "securitySchemes": {"token": _TOKEN},
        },
    }


def name_of(message: type[Message]) -> str:
    """The name of a message in the file: its `type`, unless both sides have that type."""
    tag = tag_of(message)
    is_shared = sum(tag_of(other) == tag for other in _MESSAGES) > 1
    return f"{tag}_said" if is_shared and message in SERVER_MESSAGES else tag


_MESSAGES = (*CLIENT_MESSAGES, *SERVER_MESSAGES)
_SERVERS: Schema = {
    "local": {
        "host": "127.0.0.1:8765",
        "protocol": "ws",
        "description": "A server on this machine, with its default settings.",
        "security": [{"$ref": "#/components/securitySchemes/token"}],
    },
    "public": {
        "host": "{host}",
        "protocol": "wss",
        "description": "A public server, over TLS.",
        "variables": {"host": {"description": "The host name, with the port unless it is 443."}},
        "security": [{"$ref": "#/components/securitySchemes/token"}],
    },
}
_TOKEN: Schema = {
    "type": "apiKey",
    "in": "password",
    "description": "A JWT, or a guest's `session`, in the field `token` of `hello`; never in the "
    "URL. Without a token, a server that accepts guests requires a `name`.",
}
_SUBPROTOCOLS: Schema = {
    JSON.subprotocol: {"contentType": "application/json", "frames": "text"},
    MSGPACK.subprotocol: {"contentType": "application/msgpack", "frames": "binary"},
}


def _channel(messages: list[str]) -> Schema:
    return {
        "address": "/ws",
        "title": "The socket",
        "description": "One message per frame: JSON in text frames, or MessagePack in binary ones, "
        "depending on the subprotocol. The fields are the same. The default is JSON.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "ws": {
                "bindingVersion": "0.1.0",
                "method": "GET",
                "headers": {
                    "type": "object",
                    "properties": {
                        "Sec-WebSocket-Protocol": {
                            "type": "string",
                            "enum": list(_SUBPROTOCOLS),
                            "default": JSON.subprotocol,
                        }
                    },
                },
            }
        },
        "x-subprotocols": _SUBPROTOCOLS,
    }


def _message(message: type[Message]) -> Schema:
    described: Schema = {
        "name": tag_of(message),
        "title": message.__name__,
        "summary": f"{summary_of(message)}.",
        "description": plain(message.__doc__ or ""),
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
    }
    if "id" in message.__struct_fields__:
        described["correlationId"] = {
            "description": "The id that the client gave the command; the answer repeats it.",
            "location": "$message.payload#/id",
        }
    found = examples(message)
    if found:
        described["examples"] = [{"payload": msgspec.json.decode(payload)} for payload in found]
    return described


def _operations() -> dict[str, Any]:
    operations = {tag_of(command): _command(command) for command in CLIENT_MESSAGES}
    answers = {answer_to(command).message for command in CLIENT_MESSAGES} | {Rejected}
    news = [message for message in SERVER_MESSAGES if message not in answers]
    operations["tell"] = {
        "action": "send",
        "channel": _CHANNEL,
        "title": "Messages that are not answers",
        "messages": [_in_channel(message) for message in news],
    }
    return operations


def _command(command: type[Message]) -> Schema:
    answer = answer_to(command)
    operation: Schema = {
        "action": "receive",
        "channel": _CHANNEL,
        "title": command.__name__,
        "summary": f"{summary_of(command)}.",
        "messages": [_in_channel(command)],
        "reply": {
            "channel": _CHANNEL,
            "messages": [_in_channel(answer.message), _in_channel(Rejected)],
        },
    }
    # AsyncAPI has no place for the errors of an operation.
    operation["x-refusals"] = list(codes_of(command))
    if answer.then:
        operation["description"] = f"After the answer comes {answer.then}."
    return operation


def _in_channel(message: type[Message]) -> Schema:
    return {"$ref": f"#/channels/socket/messages/{name_of(message)}"}
