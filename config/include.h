// One configuration in several files: `include: conf.d/*.yaml`.
//
// The life of an included file: its pattern is expanded in octet order, the file is read and parsed like the
// first one, its own includes are joined to it, and its keys are joined to those of the file that includes
// it: `zones` and `access` follow those written before, `registries` and sections come together key by key.
// What is written in two files is a mistake, told with both places.
#pragma once

#include <string>
#include <vector>

#include "config/node.h"
#include "config/report.h"
#include "config/sources.h"

namespace signpost::config {

/// All that a document and its includes say, as one document without `include`. `file` is the file of
/// `document`, number 0 of the report. Adds what it reads and looks for to `sources`; mistakes go to the
/// report; false: some of it could not be read, and what is in it is not known.
bool join_includes(Node& document, const std::string& file, Report& report, Sources& sources);

/// The absolute directory of a file, where its relative paths begin.
std::string directory_of(const std::string& file);

}  // namespace signpost::config
