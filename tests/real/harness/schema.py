"""`signpost reference --schema`, and a real validator that goes by it."""
import functools
import json
import re
import subprocess

import jsonschema
import yaml
from . import signpost as harness


class Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2 has them, as editors do: `on` and `off` are text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@functools.cache
def validator():
    done = subprocess.run([harness.binary(), "reference", "--schema"], capture_output=True, text=True, timeout=20, check=True)
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def mistakes(configuration):
    """Text, or what a test wrote as JSON: the paths that the schema refuses, ["zones/0/ttl", ...]."""
    value = yaml.load(configuration, Loader) if isinstance(configuration, str) else configuration  # noqa: S506
    return ["/".join(map(str, error.absolute_path)) for error in validator().iter_errors(value)]
