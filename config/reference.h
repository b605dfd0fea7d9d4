// The option tables for readers: as text, as the page config/REFERENCE.md, as a manual page, and as a JSON
// Schema for editors.
#pragma once

#include <string>
#include <string_view>

#include "config/roff.h"
#include "dns/base/result.h"

namespace signpost::config {

/// All options, or those at and below a path as the reference spells it ("zones", "zones[].ttl",
/// "listen.dns"). The error names what the path may have meant.
Result<std::string> reference_text(std::string_view path = {});

/// The whole page; config/REFERENCE.md is this text.
std::string reference_markdown();

/// signpost.yaml(5), in the macros of man(7).
std::string reference_man(const ManualStamp& stamp);

/// JSON Schema, draft 2020-12. Stricter than the program in one thing: a number in quotes is no number. What
/// is a matter of several keys together it leaves to `signpost check`.
std::string json_schema();

}  // namespace signpost::config
