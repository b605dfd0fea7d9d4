// Parts of the tables of `services`, for options_composed.cc and options_members.cc alone.
#pragma once

#include <string_view>

#include "config/config.h"
#include "config/option.h"

namespace signpost::config {

constexpr std::size_t kWordMax = 200;  // octets of a key or value that tells instances apart

/// 1 to kWordMax printable octets without spaces.
bool is_word(std::string_view text);
/// Reports a key that is none.
bool must_be_word(Reader& reader, const Entry& entry);

/// What `members[]` of a composed service takes.
const Table<Member>& member_table();

}  // namespace signpost::config
