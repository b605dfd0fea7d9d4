// Every option of the configuration, one table a section. A key is here only when its function is in the
// program.
#pragma once

#include "config/config.h"
#include "config/option.h"

namespace signpost::config {

/// The whole file.
const Table<Config>& config_table();

const Table<Server>& server_table();
const Table<Cookies>& cookies_table();
const Table<Zone>& zone_table();

// Words of several tables, in options_zones.cc.
Value<Answer> answer_value();
Value<HealthPolicy> health_value();
/// Lifetime of records: 0 seconds to a week.
Value<std::uint32_t> ttl_value();

// Names over several registries, in options_composed.cc.
Option<Zone> services_option();
/// Also gives them what the zone says of answers and they do not.
void check_services(Reader& reader, const Node& written, Zone& zone);

// Static data of a zone, in options_static.cc.
Option<Zone> records_option();
Option<Zone> aliases_option();
Option<Zone> exclude_option();
void check_static_data(Reader& reader, const Node& written, const Zone& zone);

// What a zone makes of Kubernetes objects, in options_layout.cc.
Option<Zone> layout_option();
Option<Zone> pod_names_option();
Option<Zone> empty_services_option();
Option<Zone> external_headless_option();
Option<Zone> annotations_option();
void check_kubernetes_words(Reader& reader, const Node& written, const Zone& zone);

// Active checks, in options_checks.cc.
Option<Zone> checks_option();
const Table<Checks>& checks_table();

const Table<AccessEntry>& access_table();
const Table<RateLimit>& rate_limit_table();
const Table<QueryLog>& query_log_table();
const Table<Dnstap>& dnstap_table();
const Table<Clients>& clients_table();

/// What `registries.<name>` takes: `type` and `required`, and the keys of the type. Reads the mapping of all
/// registries, in the order written.
Option<Config> registries_option();

/// One line for each key there is, in the order of the tables: the reference, and the tests of the examples.
OptionLines all_options();

}  // namespace signpost::config
