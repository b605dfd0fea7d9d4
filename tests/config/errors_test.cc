// Mistakes, each with the exact text a person gets to read.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class Mistake : public testing::TestWithParam<Case> {};

TEST_P(Mistake, IsReported) {
  const auto& expected = GetParam().said;
  EXPECT_EQ(said(GetParam().text), expected);
}

const Case kDocument[] = {
    {"an_empty_file", "", "E f.yaml: the file is empty; it needs at least `zones`"},
    {"only_a_comment", "# x\n", "E f.yaml: the file is empty; it needs at least `zones`"},
    {"not_a_mapping", "- a\n", "E f.yaml:1:1: a configuration is a section with `zones`, not a list"},
    {"a_bare_word", "zones\n", "E f.yaml:1:1: a configuration is a section with `zones`, not `zones`"},
    {"zones_missing", "log: {level: info}\n",
     "E f.yaml:1:1: `zones` is missing: it takes a list of sections"},
    {"zones_misspelt", "registries: {r: {type: file, path: x}}\nzone: [{name: a.example, registry: r}]\n",
     "E f.yaml:2:1: unknown key `zone`; did you mean `zones`?"},
    {"zones_empty", "zones: []\n", "E f.yaml:1:8: `zones` takes a list of sections, not an empty list"},
    {"zones_without_anything", "zones:\n", "E f.yaml:1:1: `zones` takes a list of sections, not nothing"},
    {"unknown_key_is_a_slip", with_zone("worker: 2"),
     "E f.yaml:1:1: unknown key `worker`; did you mean `workers`?"},
    {"unknown_key_is_another_word", with_zone("frobnicate: 2"),
     "E f.yaml:1:1: unknown key `frobnicate`; known here: include, reload, server, listen, lameduck, "
     "workers, "
     "state_directory, ready_from_state, log, query_log, dnstap, edns, tcp, cookies, rate_limit, checks, "
     "access, "
     "clients, registries or zones"},
    {"unknown_key_deep_below", with_zone("tcp: {idel: 1s}"),
     "E f.yaml:1:7: unknown key `idel`; did you mean `idle`?"},
    {"duplicate_key", with_zone("workers: 1\nworkers: 2"),
     "E f.yaml:2:1: `workers` is written twice, first in line 1; keep one"},
    {"duplicate_key_of_a_registry",
     "registries:\n  a: {type: file, path: x}\n  a: {type: file, path: y}\nzones: [{name: a.example, "
     "registry: a}]\n",
     "E f.yaml:3:3: `a` is written twice, first in line 2; keep one"},
    {"unquoted_address_in_a_list", with_zone("listen: {dns: [[::]:53]}"),
     "E f.yaml:1:16: a key is a word, not a list; an IPv6 address with a port needs quotes: \"[::]:53\"\n"
     "E f.yaml:1:16: `dns` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not a "
     "mapping"},
    {"unquoted_address", with_zone("listen:\n  dns: [::]:53"),
     "E f.yaml:2:12: not YAML here or just before; an IPv6 address with a port needs quotes: \"[::]:53\""},
    {"a_tab", with_zone("listen:\n\011dns: x"),
     "E f.yaml:2:1: a tab stands in the indentation; indent with blanks"},
    {"an_open_bracket", "a: [1\nzones: 3\n",
     "E f.yaml:2:6: `,` or `]` is missing here or just before: the `[` in line 1, column 4 is not closed"},
    {"a_tag", with_zone("workers: !!int 2"),
     "E f.yaml:1:10: tags are not used here; leave out `tag:yaml.org,2002:int`"},
    {"an_alias_of_nothing", with_zone("workers: *x"),
     "E f.yaml:1:10: not YAML here or just before: the referenced anchor is not defined"},
    {"an_alias_inside_itself", "zones: [&a {name: a.example, registry: *a}]\n",
     "E f.yaml:1:30: `registry` takes the name of a registry, not nothing\n"
     "E f.yaml:1:40: this alias stands inside the value that it names"},
    {"a_merge_key", with_zone("tcp: {<<: {idle: 1s}}"),
     "E f.yaml:1:7: unknown key `<<`; known here: idle, clients or per_source"},
    {"a_list_as_key",
     "? [a]\n: 1\nzones: [{name: a.example, registry: r}]\nregistries: {r: {type: file, path: x}}\n",
     "E f.yaml:1:3: a key is a word, not a list; an IPv6 address with a port needs quotes: \"[::]:53\""},
    {"two_documents",
     "\nregistries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, registry: "
     "local}]\n---\na: 1\n",
     "E f.yaml:5:1: a second document starts here; one file holds one document"},
    {"a_control_character", "a: \004\n",
     "E f.yaml:1:4: control character 0x04; remove it, or write it as an escape in double quotes"},
    {"broken_utf8", "a: b\377\n", "E f.yaml:1:5: octet 0xff is not UTF-8 text"},
    {"a_section_that_is_a_word", with_zone("tcp: 10s"),
     "E f.yaml:1:6: `tcp` takes a section with idle, clients or per_source, not `10s`"},
    {"mistakes_come_in_the_order_of_lines",
     "zones: [{name: a.example, registry: x}]\nworkers: 0\nlog: {level: x}\n",
     "E f.yaml:1:37: there is no registry `x`; add it under `registries`\n"
     "E f.yaml:2:10: `workers` takes auto or 1 to 256, not `0`\n"
     "E f.yaml:3:14: `level` takes debug, info, warning or error, not `x`"},
};
INSTANTIATE_TEST_SUITE_P(Document, Mistake, testing::ValuesIn(kDocument), rule_of);

const Case kServer[] = {
    {"dns_is_a_list", with_zone("listen: {dns: \"127.0.0.1:53\"}"),
     "E f.yaml:1:15: `dns` takes a list, each an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", "
     "not `127.0.0.1:53`; write [\"127.0.0.1:53\"]"},
    {"dns_is_not_empty", with_zone("listen: {dns: []}"),
     "E f.yaml:1:15: `dns` takes a list, each an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", "
     "not an empty list"},
    {"dns_twice", with_zone("listen: {dns: [\"127.0.0.1:53\", \"127.0.0.1:53\"]}"),
     "E f.yaml:1:32: `127.0.0.1:53` is listed twice; keep one"},
    {"port_missing", with_zone("listen: {health: 127.0.0.1}"),
     "E f.yaml:1:18: `health` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not "
     "`127.0.0.1`; the port is missing"},
    {"address_missing", with_zone("listen: {health: \":8080\"}"),
     "E f.yaml:1:18: `health` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not "
     "`:8080`; write \"0.0.0.0:8080\" or \"[::]:8080\""},
    {"a_name_is_no_address", with_zone("listen: {health: \"localhost:8080\"}"),
     "E f.yaml:1:18: `health` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not "
     "`localhost:8080`"},
    {"port_too_large", with_zone("listen: {health: \"127.0.0.1:65536\"}"),
     "E f.yaml:1:18: `health` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not "
     "`127.0.0.1:65536`"},
    {"port_with_zero", with_zone("listen: {health: \"127.0.0.1:080\"}"),
     "E f.yaml:1:18: `health` takes an address with a port, such as \"0.0.0.0:53\" or \"[::]:53\", not "
     "`127.0.0.1:080`; write 80"},
    {"one_port_for_two_servers", with_zone("listen: {health: \"127.0.0.1:1\", ready: \"127.0.0.1:1\"}"),
     "E f.yaml:1:40: `ready` cannot have 127.0.0.1:1, which is that of `health`; give each a port of its "
     "own"},
    {"free_ports_do_not_clash", with_zone("listen: {health: \"127.0.0.1:0\", ready: \"127.0.0.1:0\"}"), ""},
    {"admin_is_no_port", with_zone("listen: {admin: \"127.0.0.1:1\"}"),
     "E f.yaml:1:17: `admin` takes `unix:` and a path, such as \"unix:/run/signpost/admin.sock\", not "
     "`127.0.0.1:1`; only a Unix socket, whose file permissions say who may connect"},
    {"admin_without_path", with_zone("listen: {admin: \"unix:\"}"),
     "E f.yaml:1:17: `admin` takes `unix:` and a path, such as \"unix:/run/signpost/admin.sock\", not "
     "`unix:`"},
    {"admin_too_long",
     with_zone("listen: {admin: "
               "\"unix:/"
               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
               "xxxxxxxxxxxxxx\"}"),
     "E f.yaml:1:17: `admin` takes `unix:` and a path, such as \"unix:/run/signpost/admin.sock\", not "
     "`unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...`; the path of a socket has at most "
     "107 octets"},
    {"admin_longest",
     with_zone("listen: {admin: "
               "\"unix:/"
               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
               "xxxxxxxxxxxxx\"}"),
     ""},
    {"workers_none", with_zone("workers: 0"), "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `0`"},
    {"workers_one", with_zone("workers: 1"), ""},
    {"workers_many", with_zone("workers: 257"), "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `257`"},
    {"workers_octal", with_zone("workers: 010"),
     "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `010`; write 10"},
    {"workers_hex", with_zone("workers: 0x10"),
     "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `0x10`"},
    {"workers_signed", with_zone("workers: +1"), "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `+1`"},
    {"workers_nothing", with_zone("workers:"), "E f.yaml:1:1: `workers` takes auto or 1 to 256, not nothing"},
    {"workers_a_list", with_zone("workers: [1]"),
     "E f.yaml:1:10: `workers` takes auto or 1 to 256, not a list"},
    {"workers_beyond_64_bits", with_zone("workers: 99999999999999999999"),
     "E f.yaml:1:10: `workers` takes auto or 1 to 256, not `99999999999999999999`"},
    {"level_unknown", with_zone("log: {level: warn}"),
     "E f.yaml:1:14: `level` takes debug, info, warning or error, not `warn`"},
    {"format_unknown", with_zone("log: {format: TEXT}"),
     "E f.yaml:1:15: `format` takes text or json, not `TEXT`"},
    {"udp_size_low", with_zone("edns: {udp_size: 511}"),
     "E f.yaml:1:18: `udp_size` takes 512 to 4096 octets, not `511`"},
    {"udp_size_lowest", with_zone("edns: {udp_size: 512}"), ""},
    {"udp_size_high", with_zone("edns: {udp_size: 5KiB}"),
     "E f.yaml:1:18: `udp_size` takes 512 to 4096 octets, not `5KiB`"},
    {"udp_size_unit", with_zone("edns: {udp_size: 1kb}"),
     "E f.yaml:1:18: `udp_size` takes 512 to 4096 octets, not `1kb`"},
    {"lameduck_longest", with_zone("lameduck: 5m"), ""},
    {"lameduck_long", with_zone("lameduck: 301s"),
     "E f.yaml:1:11: `lameduck` takes a duration from 0s to 5m, not `301s`"},
    {"idle_short", with_zone("tcp: {idle: 99ms}"),
     "E f.yaml:1:13: `idle` takes a duration from 100ms to 1h, not `99ms`"},
    {"idle_shortest", with_zone("tcp: {idle: 100ms}"), ""},
    {"idle_long", with_zone("tcp: {idle: 3601}"),
     "E f.yaml:1:13: `idle` takes a duration from 100ms to 1h, not `3601`"},
    {"idle_longest", with_zone("tcp: {idle: 60m}"), ""},
    {"idle_fraction", with_zone("tcp: {idle: 1.5s}"),
     "E f.yaml:1:13: `idle` takes a duration from 100ms to 1h, not `1.5s`; a whole number with ms, s, m or "
     "h; without a unit it is seconds"},
    {"idle_unit", with_zone("tcp: {idle: 1d}"),
     "E f.yaml:1:13: `idle` takes a duration from 100ms to 1h, not `1d`; a whole number with ms, s, m or h; "
     "without a unit it is seconds"},
    {"clients_none", with_zone("tcp: {clients: 0}"),
     "E f.yaml:1:16: `clients` takes 1 to 1000000 connections, not `0`"},
    {"clients_many", with_zone("tcp: {clients: 1000001}"),
     "E f.yaml:1:16: `clients` takes 1 to 1000000 connections, not `1000001`"},
    {"per_source_none", with_zone("tcp: {per_source: 0}"),
     "E f.yaml:1:19: `per_source` takes 1 to 1000000 connections, not `0`"},
    {"per_source_is_no_truth", with_zone("tcp: {per_source: yes}"),
     "E f.yaml:1:19: `per_source` takes 1 to 1000000 connections, not `yes`"},
};
INSTANTIATE_TEST_SUITE_P(Server, Mistake, testing::ValuesIn(kServer), rule_of);

const Case kRegistries[] = {
    {"type_missing", registry("path: x"),
     "E f.yaml:1:21: `type` is missing: it takes kubernetes, nacos or file"},
    {"type_misspelt", registry("tpye: file, path: x"),
     "E f.yaml:1:22: unknown key `tpye`; did you mean `type`?"},
    {"type_unknown", registry("type: consul"),
     "E f.yaml:1:28: `type` takes kubernetes, nacos or file, not `consul`"},
    {"name_with_a_slash",
     "registries: {a/b: {type: file, path: x}}\nzones: [{name: a.example, registry: a/b}]\n",
     "E f.yaml:1:14: `a/b` cannot name a registry; 1 to 63 letters, digits, `-`, `_` or `.`"},
    {"required_is_true_or_false", registry("type: file, path: x, required: yes"),
     "E f.yaml:1:53: `required` takes true or false, not `yes`"},
    {"key_of_another_type", registry("type: file, path: x, servers: [a]"),
     "E f.yaml:1:43: `servers` is for type nacos, and this is type file"},
    {"key_of_no_type", registry("type: file, paht: x"),
     "E f.yaml:1:34: unknown key `paht`; did you mean `path`?"},
    {"path_missing", registry("type: file"), "E f.yaml:1:21: `path` is missing: it takes a path"},
    {"path_empty", registry("type: file, path: \"\""), "E f.yaml:1:40: `path` takes a path, not ``"},
    {"path_of_home", registry("type: file, path: ~/x"),
     "E f.yaml:1:40: `path` takes a path, not `~/x`; write the home directory out"},
    {"kubeconfig_and_url", registry("type: kubernetes, kubeconfig: k, url: \"https://x\""),
     "E f.yaml:1:55: `url` and `kubeconfig` both name a server; keep one"},
    {"context_alone", registry("type: kubernetes, context: c"),
     "E f.yaml:1:40: `context` goes with `kubeconfig`; add the file that has this context"},
    {"token_in_cluster", registry("type: kubernetes, token_file: t"),
     "E f.yaml:1:40: `token_file` goes with `url`; the in-cluster account has its own"},
    {"authorities_with_kubeconfig", registry("type: kubernetes, kubeconfig: k, ca_file: c"),
     "E f.yaml:1:55: `ca_file` goes with `url`; the kubeconfig file has its own authorities"},
    {"url_scheme", registry("type: kubernetes, url: \"ftp://x\""),
     "E f.yaml:1:45: `url` takes https:// or http:// with a host, not `ftp://x`"},
    {"url_credentials", registry("type: kubernetes, url: \"https://u:p@x\""),
     "E f.yaml:1:45: `url` takes https:// or http:// with a host, not `https://u:p@x`; credentials belong "
     "into token_file"},
    {"url_host", registry("type: kubernetes, url: \"https://\""),
     "E f.yaml:1:45: `url` takes https:// or http:// with a host, not `https://`; `` is no host"},
    {"url_port", registry("type: kubernetes, url: \"https://x:0\""),
     "E f.yaml:1:45: `url` takes https:// or http:// with a host, not `https://x:0`; the port is 1 to 65535"},
    {"token_in_clear_text", registry("type: kubernetes, url: \"http://x\", token_file: t"),
     "W f.yaml:1:57: `token_file` with http://: the token crosses the network in clear text"},
    {"silence_short", registry("type: kubernetes, silence: 999ms"),
     "E f.yaml:1:49: `silence` takes a duration from 1s to 24h, not `999ms`"},
    {"silence_long", registry("type: kubernetes, silence: 25h"),
     "E f.yaml:1:49: `silence` takes a duration from 1s to 24h, not `25h`"},
    {"unused",
     "registries: {a: {type: file, path: x}, b: {type: file, path: x}}\nzones: [{name: a.example, registry: "
     "a}]\n",
     "W f.yaml:1:40: no zone uses the registry `b`"},
    {"unused_beside_a_mistake_elsewhere",
     "registries: {a: {type: file, path: x}, b: {type: file, path: x}}\nzones: [{name: a.example, registry: "
     "a}]\nworkers: 0\n",
     "E f.yaml:3:10: `workers` takes auto or 1 to 256, not `0`\n"
     "W f.yaml:1:40: no zone uses the registry `b`"},
    {"misspelt", "registires: {a: {type: file, path: x}}\nzones: [{name: a.example, registry: a}]\n",
     "E f.yaml:1:1: unknown key `registires`; did you mean `registries`?"},
    {"a_list", "registries: [{name: a, type: file, path: x}]\nzones: [{name: a.example, registry: a}]\n",
     "E f.yaml:1:13: `registries` takes a section with a name of your choice for each registry, not a list"},
};
INSTANTIATE_TEST_SUITE_P(Registries, Mistake, testing::ValuesIn(kRegistries), rule_of);

const Case kZones[] = {
    {"name_missing", zone("registry: local"),
     "E f.yaml:2:9: `name` is missing: it takes a zone, such as cluster.local, or the prefix of a reverse "
     "zone, such as 10.0.0.0/8"},
    {"name_empty_label", zone("name: a..b, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not `a..b`; "
     "it has an empty label"},
    {"name_long_label",
     zone("name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not "
     "`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...`; "
     "`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...` is longer than 63 octets"},
    {"name_with_a_space", zone("name: a b, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not `a b`; ` "
     "` does not belong in it"},
    {"name_root", zone("name: \".\", registry: local"), ""},
    {"name_reverse_not_an_octet", zone("name: 256.in-addr.arpa, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not "
     "`256.in-addr.arpa`; before in-addr.arpa stand at most four numbers from 0 to 255"},
    {"name_reverse_leading_zero", zone("name: 010.in-addr.arpa, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not "
     "`010.in-addr.arpa`; before in-addr.arpa stand at most four numbers from 0 to 255"},
    {"name_reverse_too_long", zone("name: 1.2.3.4.5.in-addr.arpa, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not "
     "`1.2.3.4.5.in-addr.arpa`; before in-addr.arpa stand at most four numbers from 0 to 255"},
    {"name_reverse_not_a_nibble", zone("name: 10.ip6.arpa, registry: local"),
     "E f.yaml:2:16: `name` takes a zone, such as cluster.local, or the prefix of a reverse zone, such as "
     "10.0.0.0/8, not "
     "`10.ip6.arpa`; before ip6.arpa stand at most 32 single hexadecimal digits"},
    {"apex_twice",
     "registries: {r: {type: file, path: x}}\nzones:\n  - {name: a.example, registry: r}\n  - {name: "
     "A.Example., registry: r}\n",
     "E f.yaml:4:12: the zone `a.example` is written twice, first in line 3; keep one"},
    {"nested",
     "registries: {r: {type: file, path: x}}\nzones:\n  - {name: a.example, registry: r}\n  - {name: "
     "x.y.a.example, registry: r}\n",
     "W f.yaml:4:12: the zone `x.y.a.example` hides all names of `a.example` at and below it"},
    {"registry_missing", zone("name: a.example"),
     "E f.yaml:2:16: this zone has no `registry`, so it would be empty; add `registry`, `registries`, "
     "`services` or `file`"},
    {"registry_unknown", zone("name: a.example, registry: locl"),
     "E f.yaml:2:37: there is no registry `locl`; did you mean `local`?"},
    {"registry_unknown_in_one_of_two_zones",
     "registries: {r: {type: file, path: x}, s: {type: file, path: y}}\nzones:\n  - {name: a.example, "
     "registry: r}\n  - {name: b.example, registry: t}\n",
     "E f.yaml:4:33: there is no registry `t`; did you mean `r`?"},
    {"registry_key_misspelt", zone("name: a.example, registy: local"),
     "E f.yaml:2:27: unknown key `registy`; did you mean `registry`?"},
    {"registry_unknown_and_none_there", "zones: [{name: a.example, registry: x}]\n",
     "E f.yaml:1:37: there is no registry `x`; add it under `registries`"},
    {"registry_and_registries", zone("name: a.example, registry: local, registries: [local]"),
     "E f.yaml:2:27: `registry` and `registries` both name the registries; keep one"},
    {"registries_empty", zone("name: a.example, registries: []"),
     "E f.yaml:2:39: `registries` takes a list, each the name of a registry, not an empty list"},
    {"registries_twice", zone("name: a.example, registries: [local, local]"),
     "E f.yaml:2:47: `local` is listed twice; keep one"},
    {"registries_unknown", zone("name: a.example, registries: [local, other]"),
     "E f.yaml:2:47: there is no registry `other`; known here: local"},
    {"ttl_high", zone("name: a.example, registry: local, ttl: 604801"),
     "E f.yaml:2:49: `ttl` takes 0 to 604800 seconds, not `604801`"},
    {"ttl_highest", zone("name: a.example, registry: local, ttl: 168h"), ""},
    {"ttl_negative", zone("name: a.example, registry: local, ttl: -1"),
     "E f.yaml:2:49: `ttl` takes 0 to 604800 seconds, not `-1`; a whole number with ms, s, m or h; without a "
     "unit it is seconds"},
    {"ttl_milliseconds", zone("name: a.example, registry: local, ttl: 500ms"),
     "E f.yaml:2:49: `ttl` takes 0 to 604800 seconds, not `500ms`; whole seconds only"},
    {"negative_ttl_high", zone("name: a.example, registry: local, negative_ttl: 86401"),
     "E f.yaml:2:58: `negative_ttl` takes 0 to 86400 seconds, not `86401`"},
    {"negative_ttl_highest", zone("name: a.example, registry: local, negative_ttl: 24h"), ""},
    {"answer_unknown", zone("name: a.example, registry: local, answer: random"),
     "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `random`"},
    {"sample_without_number", zone("name: a.example, registry: local, answer: sample"),
     "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `sample`; "
     "say how many, such as "
     "`sample 1`"},
    {"sample_none", zone("name: a.example, registry: local, answer: sample 0"),
     "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `sample "
     "0`; a sample has 1 to "
     "1000 records"},
    {"sample_many", zone("name: a.example, registry: local, answer: sample 1001"),
     "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `sample "
     "1001`; a sample has 1 "
     "to 1000 records"},
    {"sample_two_blanks", zone("name: a.example, registry: local, answer: \"sample  1\""),
     "E f.yaml:2:52: `answer` takes order, all, sticky, or `sample` or `sticky` and a number, not `sample  "
     "1`; a sample has 1 to "
     "1000 records"},
    {"panic_over_a_hundred", zone("name: a.example, registry: local, panic_threshold: 101"),
     "E f.yaml:2:61: `panic_threshold` takes 0 to 100 percent, not `101`"},
    {"panic_with_a_sign", zone("name: a.example, registry: local, panic_threshold: 30%"),
     "E f.yaml:2:61: `panic_threshold` takes 0 to 100 percent, not `30%`"},
    {"a_rung_that_is_none", zone("name: a.example, registry: local, last_resort: [hope]"),
     "E f.yaml:2:58: `last_resort` takes serving, any or last_known, not `hope`"},
    {"rungs_out_of_order", zone("name: a.example, registry: local, last_resort: [any, serving]"),
     "E f.yaml:2:57: `last_resort` is climbed in the order serving, any, last_known; write it so"},
    {"a_rung_that_never_acts", zone("name: a.example, registry: local, last_resort: [any, last_known]"),
     "W f.yaml:2:57: `last_known` says nothing beside `any`, which takes all that it would"},
    {"rungs_twice", zone("name: a.example, registry: local, last_resort: [any, any]"),
     "E f.yaml:2:63: `any` is listed twice; keep one"},
    {"ramp_too_long", zone("name: a.example, registry: local, ramp: 2h"),
     "E f.yaml:2:50: `ramp` takes a duration from 0s to 1h, not `2h`"},
    {"health_unknown", zone("name: a.example, registry: local, health: alive"),
     "E f.yaml:2:52: `health` takes ready, serving, strict or any, not `alive`"},
    {"txt_is_on_or_off", zone("name: a.example, registry: local, txt: yes"),
     "E f.yaml:2:49: `txt` takes on or off, not `yes`"},
    {"txt_metadata_key", zone("name: a.example, registry: local, txt_metadata: [\"a=b\"]"),
     "E f.yaml:2:59: `txt_metadata` takes a metadata key (printable, without `=`), not `a=b`"},
    {"txt_metadata_none", zone("name: a.example, registry: local, txt_metadata: []"), ""},
    {"default_group_without_nacos", zone("name: a.example, registry: local, default_group: g"),
     "W f.yaml:2:44: `default_group` says nothing here: no registry of this zone is Nacos"},
    {"default_namespace_empty", zone("name: a.example, registry: local, default_namespace: \"\""),
     "E f.yaml:2:63: `default_namespace` takes a Nacos namespace id, not ``\n"
     "W f.yaml:2:44: `default_namespace` says nothing here: no registry of this zone is Nacos"},
    {"nameserver_needs_an_address",
     zone("name: a.example, registry: local, nameservers: [{name: ns.a.example}]"),
     "E f.yaml:2:58: `ns.a.example` lies in the zone, so it needs `addresses`"},
    {"nameserver_outside", zone("name: a.example, registry: local, nameservers: [{name: ns.example.net}]"),
     ""},
    {"nameserver_outside_with_addresses",
     zone("name: a.example, registry: local, nameservers: [{name: ns.example.net, addresses: [192.0.2.1]}]"),
     "W f.yaml:2:58: `ns.example.net` lies outside the zone, so its `addresses` are not served here"},
    {"nameserver_twice", zone("name: a.example, registry: local, nameservers: [{name: n.b}, {name: N.b.}]"),
     "E f.yaml:2:71: `n.b` is listed twice; keep one"},
    {"nameserver_is_an_address", zone("name: a.example, registry: local, nameservers: [{name: 192.0.2.1}]"),
     "E f.yaml:2:65: `name` takes a host name, not `192.0.2.1`; that is an address"},
    {"nameserver_address",
     zone("name: a.example, registry: local, nameservers: [{name: ns.a.example, addresses: [\"[::1]\"]}]"),
     "E f.yaml:2:58: `ns.a.example` lies in the zone, so it needs `addresses`\n"
     "E f.yaml:2:91: `addresses` takes an IPv4 or IPv6 address, not `[::1]`; without brackets"},
    {"mname_hyphen", zone("name: a.example, registry: local, soa: {mname: -a.b}"),
     "E f.yaml:2:57: `mname` takes a host name, not `-a.b`; `-a` begins or ends with a hyphen"},
    {"rname_is_no_mail_address", zone("name: a.example, registry: local, soa: {rname: a.b@example.org}"),
     "E f.yaml:2:57: `rname` takes a mailbox as SOA spells it, such as hostmaster.example.org, not "
     "`a.b@example.org`; an SOA writes it `a\\.b.example.org`"},
    {"rname_without_domain", zone("name: a.example, registry: local, soa: {rname: root}"),
     "E f.yaml:2:57: `rname` takes a mailbox as SOA spells it, such as hostmaster.example.org, not `root`; "
     "it has no domain after the first label"},
};
INSTANTIATE_TEST_SUITE_P(Zones, Mistake, testing::ValuesIn(kZones), rule_of);

}  // namespace
}  // namespace signpost::config
