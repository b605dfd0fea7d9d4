// From master files, `records:` and `aliases:` to one zone's static data.
//
// The life of a zone file: include.h says which files may be read, lexer.h cuts the text into words,
// master_file.h gives every record its owner, TTL and type, rdata.h turns its words into octets (with ldns,
// which knows all types), assembly.h gathers the records by name and checks what only the whole zone shows.
// Every mistake is reported with its file and line; a zone with any is not served. Any thread, a low one
// best: a million records take seconds. Never throws.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/report.h"
#include "zones/files/seen.h"
#include "zones/files/static_zone.h"

namespace signpost {

struct StaticReading {
  std::shared_ptr<const StaticZone> zone;  // null: something was wrong, or there is no static data
  config::Diagnostics findings;            // "example.org.zone:12:8: what, and what would be right"
  std::vector<files::SeenFile> files;      // all that were looked at, also those that could not be read
};

/// All static data that the configuration gives a zone.
StaticReading read_static_zone(const config::Zone& rules);

/// One text without a file system; `ttl` where none is written, `called` opens the messages. For tests and
/// fuzzers.
StaticReading read_zone_text(std::string_view text, const Name& apex, std::uint32_t ttl = 3600,
                             const std::string& called = "zone");

}  // namespace signpost
