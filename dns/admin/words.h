// Words and tables for people at a terminal: what status, top and the pages share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost::admin {

using Row = std::vector<std::string>;

/// Text from a registry on somebody's terminal: one line, no escape sequences.
std::string plain(std::string text);
/// Columns as wide as their widest cell, two spaces apart; the last one is not padded.
std::string table(const std::vector<Row>& rows);
/// "3d4h", "2h5m", "1m30s", "12s": two units are enough for a person.
std::string span_text(std::int64_t seconds);
/// The same of whole seconds; "-" for what never was (negative).
std::string age_text(double seconds);
/// "12,345"
std::string grouped(std::uint64_t number);

}  // namespace signpost::admin
