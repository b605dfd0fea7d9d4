#include "dns/query/chaos.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "dns/wire/writer.h"

namespace signpost {

namespace {

using namespace std::string_view_literals;

constexpr auto kIdServer = "\2id\6server\0"sv;
constexpr auto kHostnameBind = "\10hostname\4bind\0"sv;
constexpr auto kVersionServer = "\7version\6server\0"sv;
constexpr auto kVersionBind = "\7version\4bind\0"sv;

bool is_name(NameView name, std::string_view wire) noexcept {
  return std::ranges::equal(
      name, wire, [](std::uint8_t octet, char letter) { return octet == static_cast<std::uint8_t>(letter); });
}

std::string_view text_of(const Rules& rules, NameView name) noexcept {
  if (is_name(name, kIdServer) || is_name(name, kHostnameBind)) return rules.server_id;
  if (is_name(name, kVersionServer) || is_name(name, kVersionBind)) return rules.server_version;
  return {};
}

}  // namespace

bool answer_chaos(const Rules& rules, const Query& query, Response& response) noexcept {
  const auto type = query.question.type;
  if (type != RRType::TXT && type != RRType::ANY) return false;
  const auto text = text_of(rules, query.question.folded.wire());
  if (text.empty()) return false;
  assert(text.size() <= 255);
  const auto size = 2 + 10 + 1 + text.size();  // owner, type to RDLENGTH, the string with its length
  auto* at = response.reserve(size);
  response.set_authoritative(true);
  if (at == nullptr) {
    response.truncate();
    return true;
  }
  Writer record({at, size});
  record.u16(kOwnerPointer);
  record.record_fields(RRType::TXT, RRClass::CH, 0, static_cast<std::uint16_t>(1 + text.size()));
  record.character_string(text);
  response.add(Section::Answer, size, 1);
  return true;
}

}  // namespace signpost
