"""Configurations that people get wrong: each is told with its place and what would be right, and nothing else is told besides."""
import os

import pytest

LOCAL = "registries:\n  local: {type: file, path: shop.yaml}\n"
DEMO = "zones:\n  - {name: demo.internal, registry: local}\n"
CLUSTER = "zones:\n  - {name: cluster.local, registry: k}\n"
NACOS = "zones:\n  - {name: nacos.internal, registry: n}\n"
MEMBERS = "zones:\n  - name: shop.internal\n    services:\n      - name: cart\n        members:\n"
SHARES = MEMBERS.replace("        members", "        combine: share\n        members")
FILES = {
    "shop.yaml": "services: [{name: cart, instances: [{address: 10.0.0.1}]}]\n",
    "loop.yaml": "include: signpost.yaml\n",
    "broken.yaml": LOCAL + "zones:\n  - name: [\n",
    "kubeconfig": 'contexts: [{name: prod, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "https://192.0.2.1"}}]\n',
}

# E an error, W a warning; in front the place in the configuration, or in the file that is named.
MISTAKES = [
    # YAML
    ("indented_less_than_the_list", LOCAL + "zones:\n  - name: demo.internal\n   registry: local\n",
     "E 5:4: the indentation fits no line above: indent it like those that it belongs with"),
    ("indented_less_than_the_section", "registries:\n  local:\n    type: file\n   path: shop.yaml\n" + DEMO,
     "E 4:4: the indentation fits no line above: indent it like those that it belongs with"),
    ("not_indented_below_the_name", "registries:\n  local:\n  type: file\n  path: shop.yaml\n" + DEMO,
     "E 3:3: `type` stands beside the names of registries; what belongs to one is indented further than its name"),
    ("a_tab", "registries:\n\tlocal: {type: file, path: shop.yaml}\n" + DEMO,
     "E 2:1: a tab stands in the indentation; indent with blanks"),
    ("a_tab_behind_blanks", "registries:\n  local:\n  \ttype: file\n" + DEMO,
     "E 3:3: a tab stands in the indentation; indent with blanks"),
    ("no_blank_behind_the_colon", "registries:\n  local: {type:file, path:shop.yaml}\n" + DEMO,
     "E 2:11: a blank belongs behind the `:` of `type:file`\n"
     "E 2:22: a blank belongs behind the `:` of `path:shop.yaml`"),
    ("no_blank_behind_the_colon_of_a_line", "registries:\n  local:\n    type:file\n" + DEMO,
     "E 3:5: `local` takes a section with type, not `type:file`; a blank belongs behind the `:`"),
    ("no_colon", "registries\n  local: {type: file, path: shop.yaml}\n" + DEMO,
     "E 2:8: not YAML here or just before: no value can begin with this `:`; perhaps the line above lacks its `:`, or a text with `: ` needs quotes"),
    ("a_quote_that_is_not_closed", "log: {level: \"info}\n" + LOCAL + DEMO,
     "E 6:1: `,` or `}` is missing here or just before: the `{` in line 1, column 6 is not closed"),
    ("a_brace_that_is_not_closed", "registries:\n  local: {type: file, path: shop.yaml\n" + DEMO,
     "E 3:6: `,` or `}` is missing here or just before: the `{` in line 2, column 10 is not closed"),
    ("a_comma_left_out", "registries:\n  local: {type: file path: shop.yaml}\n" + DEMO,
     "E 2:26: `,` or `}` is missing here or just before: the `{` in line 2, column 10 is not closed"),
    ("a_no_break_space", "registries:\n  local:\u00a0{type: file, path: shop.yaml}\n" + DEMO,
     "E 2:28: not YAML here or just before; there is a no-break space (U+00A0) in this line, write a blank"),
    ("a_variable", "registries:\n  local: {type: file, path: ${SHOP}}\n" + DEMO,
     "E 2:30: not YAML here or just before; variables such as ${X} are not filled in here"),
    ("a_template", "registries:\n  local: {type: file, path: {{ .Values.path }}}\n" + DEMO,
     "E 2:29: `path` takes a path, not a mapping\n"
     "E 2:30: a key is a word, not a mapping; `{{` looks like a template that was not filled in"),
    ("a_section_twice", LOCAL + DEMO + "registries:\n  other: {type: file, path: shop.yaml}\n",
     "E 5:1: `registries` is written twice, first in line 1; keep one"),
    ("an_address_without_quotes", "listen:\n  dns: [\"0.0.0.0:53\", ::]\n" + LOCAL + DEMO,
     "E 2:23: `dns` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not a mapping; text with `:` or `{` needs quotes"),
    # keys and what they take
    ("a_key_misspelt", LOCAL + "zones:\n  - {name: demo.internal, registy: local}\n",
     "E 4:27: unknown key `registy`; did you mean `registry`?"),
    ("zones_misspelt", LOCAL + "zone:\n  - {name: demo.internal, registry: local}\n",
     "E 3:1: unknown key `zone`; did you mean `zones`?"),
    ("registries_misspelt", "registires:\n  local: {type: file, path: shop.yaml}\n" + DEMO,
     "E 1:1: unknown key `registires`; did you mean `registries`?"),
    ("registries_as_a_list", "registries:\n  - {name: local, type: file, path: shop.yaml}\n" + DEMO,
     "E 2:3: `registries` takes a section with a name of your choice for each registry, not a list"),
    ("zones_as_a_section", LOCAL + "zones:\n  demo.internal: {registry: local}\n",
     "E 4:3: `zones` takes a list of sections, not a mapping; each entry of a list begins with `- `"),
    ("a_registry_as_a_list", LOCAL + "zones:\n  - {name: demo.internal, registry: [local]}\n",
     "E 4:37: `registry` takes the name of a registry, not a list; `registries` takes several"),
    ("a_wrong_unit", LOCAL + "zones:\n  - {name: demo.internal, registry: local, ttl: 5sec}\n",
     "E 4:49: `ttl` takes 0 to 604800 seconds, not `5sec`; a whole number with ms, s, m or h; without a unit it is seconds"),
    ("a_blank_before_the_unit", "lameduck: 10 s\n" + LOCAL + DEMO,
     "E 1:11: `lameduck` takes a duration from 0s to 5m, not `10 s`; a whole number with ms, s, m or h; without a unit it is seconds"),
    ("a_ttl_below_zero", LOCAL + "zones:\n  - {name: demo.internal, registry: local, ttl: -5}\n",
     "E 4:49: `ttl` takes 0 to 604800 seconds, not `-5`; a whole number with ms, s, m or h; without a unit it is seconds"),
    ("a_ttl_of_milliseconds", LOCAL + "zones:\n  - {name: demo.internal, registry: local, ttl: 500ms}\n",
     "E 4:49: `ttl` takes 0 to 604800 seconds, not `500ms`; whole seconds only"),
    ("a_sample_without_a_blank", LOCAL + "zones:\n  - {name: demo.internal, registry: local, answer: sample1}\n",
     "E 4:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `sample1`"),
    ("an_access_of_any", "access: [{allow: any}]\n" + LOCAL + DEMO,
     "E 1:18: `allow` takes a prefix, such as 10.0.0.0/8 or fd00::/8, or a list of them, not `any`; everybody is 0.0.0.0/0 and ::/0"),
    ("a_prefix_of_a_host", "access: [{allow: 10.1.2.3/8}]\n" + LOCAL + DEMO,
     "E 1:18: `allow` takes a prefix, such as 10.0.0.0/8 or fd00::/8, or a list of them, not `10.1.2.3/8`; bits behind the length are set: write 10.0.0.0/8"),
    ("a_prefix_too_long", "access: [{allow: 10.0.0.0/33}]\n" + LOCAL + DEMO,
     "E 1:18: `allow` takes a prefix, such as 10.0.0.0/8 or fd00::/8, or a list of them, not `10.0.0.0/33`; the length is a whole number from 0 to 32"),
    ("a_verb_that_is_none", "access: [{deny: 10.0.0.0/8}]\n" + LOCAL + DEMO,
     "E 1:11: unknown key `deny`; known here: allow, refuse, drop or zones"),
    ("a_port_alone", "listen: {dns: [53]}\n" + LOCAL + DEMO,
     "E 1:16: `dns` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not `53`; write \"0.0.0.0:53\" or \"[::]:53\""),
    ("a_star_for_the_address", "listen: {metrics: \"*:9153\"}\n" + LOCAL + DEMO,
     "E 1:19: `metrics` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not `*:9153`; write \"0.0.0.0:9153\" or \"[::]:9153\""),
    ("one_port_for_two", "listen: {metrics: \"0.0.0.0:9153\", page: \"127.0.0.1:9153\"}\n" + LOCAL + DEMO,
     "E 1:41: `page` cannot have 127.0.0.1:9153 beside 0.0.0.0:9153, which is that of `metrics`; give each a port of its own"),
    # zones
    ("a_registry_that_is_not_there", LOCAL + "zones:\n  - {name: demo.internal, registry: locl}\n",
     "E 4:37: there is no registry `locl`; did you mean `local`?"),
    ("a_zone_twice", LOCAL + DEMO + "  - {name: Demo.Internal., registry: local}\n",
     "E 5:12: the zone `demo.internal` is written twice, first in line 4; keep one"),
    ("a_zone_below_another", LOCAL + DEMO + "  - {name: shop.demo.internal, registry: local}\n",
     "W 5:12: the zone `shop.demo.internal` hides all names of `demo.internal` at and below it"),
    ("a_zone_with_a_star", LOCAL + "zones:\n  - {name: \"*.demo.internal\", registry: local}\n",
     "E 4:12: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as 10.0.0.0/8, not `*.demo.internal`; `*` does not belong in it"),
    ("a_zone_with_a_scheme", LOCAL + "zones:\n  - {name: \"http://demo.internal\", registry: local}\n",
     "E 4:12: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as 10.0.0.0/8, not `http://demo.internal`; a zone has no scheme"),
    ("a_reverse_zone_of_none", LOCAL + DEMO + "  - {name: 10.0.0.0/8, reverse_of: [demo.intrenal]}\n",
     "E 5:37: there is no zone `demo.intrenal`; did you mean `demo.internal`?"),
    ("a_mail_address", LOCAL + "zones:\n  - {name: demo.internal, registry: local, soa: {rname: admin@example.org}}\n",
     "E 4:57: `rname` takes a mailbox as SOA spells it, such as hostmaster.example.org, not `admin@example.org`; an SOA writes it `admin.example.org`"),
    ("a_zone_file_that_is_not_there", "zones:\n  - {name: demo.internal, file: none.zone}\n",
     "E 2:12: the zone `demo.internal`: file none.zone: cannot be read: No such file or directory"),
    ("a_weight_below_zero", LOCAL + SHARES + "          - {registry: local, service: cart, weight: -10}\n",
     "E 9:54: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `-10`"),
    ("a_weight_in_percent", LOCAL + SHARES + "          - {registry: local, service: cart, weight: 10%}\n",
     "E 9:54: `weight` takes a number from 0 to 1000000000, such as 2 or 0.5, not `10%`; weights are parts of their sum: leave out the `%`"),
    ("no_weight_but_zero", LOCAL + SHARES + "          - {registry: local, service: cart, weight: 0}\n",
     "E 8:9: all weights are 0, so nobody would answer; give one member a part"),
    ("a_member_of_a_registry_of_no_type", "registries:\n  k: {type: kuberntes}\n" + MEMBERS + "          - {registry: k, namespace: shop, service: cart}\n",
     "E 2:13: `type` takes kubernetes, nacos or file, not `kuberntes`"),
    # files
    ("an_include_of_itself", "include: loop.yaml\n" + LOCAL + DEMO,
     "E loop.yaml:1:10: signpost.yaml includes itself by `signpost.yaml`; take it out, or let the pattern not match it"),
    ("an_include_that_is_not_there", "include: none.yaml\n" + DEMO,
     "E 1:10: none.yaml cannot be read: No such file or directory"),
    ("an_include_that_is_broken", "include: broken.yaml\n" + DEMO,
     "E broken.yaml:5:1: `,` or `]` is missing here or just before: the `[` in line 4, column 11 is not closed"),
    ("a_services_file_that_is_not_there", "registries:\n  local: {type: file, path: none.yaml}\n" + DEMO,
     "E 2:3: registry local: path none.yaml cannot be read: No such file or directory"),
    ("a_state_directory_that_is_not_there", "state_directory: none\n" + LOCAL + DEMO,
     "W 1:18: state_directory none: No such file or directory; nothing is kept until it is there and ours to write"),
    ("a_state_directory_that_is_a_file", "state_directory: shop.yaml\n" + LOCAL + DEMO,
     "W 1:18: state_directory shop.yaml: Not a directory; nothing is kept until it is there and ours to write"),
    # registries
    ("a_kubeconfig_that_is_not_there", "registries:\n  k: {type: kubernetes, kubeconfig: none}\n" + CLUSTER,
     "E 2:3: registry k: kubeconfig none: No such file or directory"),
    ("a_kubeconfig_at_home", "registries:\n  k: {type: kubernetes, kubeconfig: ~/.kube/config}\n" + CLUSTER,
     "E 2:37: `kubeconfig` takes a path, not `~/.kube/config`; write the home directory out"),
    ("a_context_that_is_not_there", "registries:\n  k: {type: kubernetes, kubeconfig: kubeconfig, context: prdo}\n" + CLUSTER,
     "E 2:3: registry k: kubeconfig: contexts has no entry named \"prdo\"; did you mean `prod`?"),
    ("a_url_without_a_scheme", "registries:\n  k: {type: kubernetes, url: \"192.0.2.1:6443\"}\n" + CLUSTER,
     "E 2:30: `url` takes https:// or http:// with a host, not `192.0.2.1:6443`"),
    ("a_token_file_that_is_not_there", "registries:\n  k: {type: kubernetes, url: \"https://192.0.2.1\", token_file: none}\n" + CLUSTER,
     "E 2:3: registry k: token_file none cannot be read: No such file or directory"),
    ("an_authority_that_is_no_pem", "registries:\n  k: {type: kubernetes, url: \"https://192.0.2.1\", ca_file: shop.yaml}\n" + CLUSTER,
     "E 2:3: registry k: ca_file shop.yaml holds no certificate in PEM"),
    ("a_server_with_a_scheme", "registries:\n  n: {type: nacos, servers: [\"http://192.0.2.1:8848/nacos\"]}\n" + NACOS,
     "E 2:30: `servers` takes a host with or without a port (8848), such as nacos-0.nacos:8848, not `http://192.0.2.1:8848/nacos`; without a scheme; `context_path` has the path"),
    ("two_servers_in_one", "registries:\n  n: {type: nacos, servers: [\"192.0.2.1:8848,192.0.2.2:8848\"]}\n" + NACOS,
     "E 2:30: `servers` takes a host with or without a port (8848), such as nacos-0.nacos:8848, not `192.0.2.1:8848,192.0.2.2:8848`; each server is an entry of its own"),
    ("servers_misspelt", "registries:\n  n: {type: nacos, server: [\"192.0.2.1:8848\"]}\n" + NACOS,
     "E 2:20: unknown key `server`; did you mean `servers`?"),
    ("a_password_in_the_open", "registries:\n  n: {type: nacos, servers: [192.0.2.1], username: dns, password: secret}\n" + NACOS,
     "E 2:57: unknown key `password`; did you mean `password_file`?"),
    ("a_nacos_authority_that_is_no_pem", "registries:\n  n: {type: nacos, servers: [192.0.2.1], tls: {ca_file: shop.yaml}}\n" + NACOS,
     "E 2:3: registry n: tls: shop.yaml: holds no certificate in PEM"),
    ("a_certificate_without_a_key", "registries:\n  n: {type: nacos, servers: [192.0.2.1], tls: {certificate_file: shop.yaml}}\n" + NACOS,
     "E 2:48: `certificate_file` needs `key_file`, its private key"),
]


@pytest.mark.parametrize("text, said", [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_told_once_and_with_what_would_be_right(signpost, folder, text, said):
    for name, content in {**FILES, "signpost.yaml": text}.items():
        (folder / name).write_text(content)
    outside = {key: value for key, value in os.environ.items() if not key.startswith("KUBERNETES_SERVICE_")}
    done = signpost("check", "--config", folder / "signpost.yaml", env=outside)
    lines = done.stderr.replace(f"{folder}/signpost.yaml:", "").replace(f"{folder}/", "").replace(str(folder), "DIR")
    assert lines.replace("error: ", "E ").replace("warning: ", "W ").rstrip("\n") == said
    assert done.returncode == (1 if "E " in said else 0)
