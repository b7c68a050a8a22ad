# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Holds requests against the description of a service's API that Amazon publishes with botocore.

The AWS CLI itself checks names and types before it sends; not patterns, lengths and choices, and moto checks little more.
"""

import re

import botocore.session


def problems(service, method, path, query, body):
    """What is wrong with a REST-JSON request; empty if nothing is."""
    model = botocore.session.get_session().get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.http["requestUri"])
        found = re.fullmatch(pattern, path)
        if operation.http["method"] == method and found:
            given = dict(body)
            for member, shape in operation.input_shape.members.items():
                place = shape.serialization.get("name", member)
                if shape.serialization.get("location") == "uri":
                    given[member] = found[place]
                elif shape.serialization.get("location") == "querystring" and place in query:
                    given[member] = query.pop(place) if shape.type_name == "list" else query.pop(place)[0]
            return [*(f"{name}: unknown parameter {word}" for word in query), *(f"{name}{text}" for text in of_shape(operation.input_shape, given))]
    return [f"no operation is {method} {path}"]


def of_shape(shape, value, at=""):
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            yield f"{at}: {value!r} is no structure"
            return
        yield from (f"{at}.{name} is missing" for name in shape.required_members if name not in value)
        yield from (f"{at}.{name} is unknown" for name in value if name not in shape.members)
        for name in value.keys() & shape.members.keys():
            yield from of_shape(shape.members[name], value[name], f"{at}.{name}")
    elif shape.type_name == "list":
        yield from of_size(shape, len(value), at)
        for number, one in enumerate(value):
            yield from of_shape(shape.member, one, f"{at}[{number}]")
    elif shape.type_name == "map":
        yield from of_size(shape, len(value), at)
        for key, one in value.items():
            yield from of_shape(shape.key, key, f"{at}.{key}")
            yield from of_shape(shape.value, one, f"{at}.{key}")
    elif shape.type_name == "string":
        if not isinstance(value, str):
            yield f"{at}: {value!r} is no text"
            return
        yield from of_size(shape, len(value), at)
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value, re.S):
            yield f"{at}: {value!r} is not as {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{at}: {value!r} is none of {shape.enum}"
    elif shape.type_name in ("integer", "long"):
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{at}: {value!r} is no number"
            return
        yield from of_size(shape, value, at)
    elif shape.type_name == "boolean" and not isinstance(value, bool):
        yield f"{at}: {value!r} is neither true nor false"


def of_size(shape, size, at):
    if size < shape.metadata.get("min", size) or size > shape.metadata.get("max", size):
        yield f"{at}: {size} is not within {shape.metadata.get('min')} to {shape.metadata.get('max')}"
