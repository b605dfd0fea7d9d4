#include "zones/files/master_file.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "zones/files/ldns_fields.h"
#include "zones/files/rdata.h"

namespace signpost::files {
namespace {

using config::in_quotes;

/// Questions and messages, not data (RFC 6895, section 3.1): 0, OPT, and 128 to 255.
bool is_meta(RRType type) noexcept {
  const auto number = static_cast<unsigned>(type);
  return number == 0 || type == RRType::OPT || (number >= 128 && number <= 255);
}

/// MINIMUM is the last field of an SOA.
std::uint32_t soa_minimum(const Octets& soa) {
  std::uint32_t value = 0;
  for (std::size_t i = soa.size() - 4; i < soa.size(); ++i) value = value << 8 | soa[i];
  return value;
}

}  // namespace

MasterFile::MasterFile(const Name& apex, std::uint32_t ttl, Assembly& assembly, Findings& findings, Open open)
    : apex_(apex), assembly_(assembly), findings_(findings), open_(std::move(open)), fallback_ttl_(ttl) {}

void MasterFile::read(std::string_view text, std::uint32_t source, const std::string& path, int first_line) {
  default_ttl_.reset();
  last_ttl_.reset();
  octets_ += text.size();
  Scope scope{source, path, apex_, std::nullopt, 0};
  read_text(text, first_line, scope);
}

void MasterFile::error(const Word& word, const Scope& scope, const std::string& what) {
  findings_.error({scope.source, word.line, word.column}, what);
}

void MasterFile::read_text(std::string_view text, int first_line, Scope& scope) {
  Lexer lexer(text, first_line);
  Entry entry;
  while (!findings_.full()) {
    const auto got = lexer.next(entry);
    if (got == Lexer::Got::End) return;
    if (got == Lexer::Got::Error) {
      findings_.error({scope.source, lexer.error_line(), lexer.error_column()}, lexer.error());
    } else if (const auto& first = entry.words.front(); !first.quoted && first.text.starts_with('$')) {
      read_directive(entry, scope);
    } else {
      read_record(entry, scope);
    }
  }
}

void MasterFile::read_directive(const Entry& entry, Scope& scope) {
  const auto& word = entry.words.front();
  const auto name = lower(word.text);
  if (name == "$origin") return set_origin(entry, scope);
  if (name == "$ttl") return set_ttl(entry, scope);
  if (name == "$include") return include(entry, scope);
  if (name == "$generate") return error(word, scope, "$GENERATE is BIND's own; write its records out");
  error(word, scope,
        fmt::format("{} is not known; there are $ORIGIN, $TTL and $INCLUDE", in_quotes(word.text)));
}

void MasterFile::set_origin(const Entry& entry, Scope& scope) {
  if (entry.words.size() != 2) return error(entry.words[0], scope, "$ORIGIN takes one name");
  auto origin = read_name(entry.words[1].text, scope.origin);
  if (!origin) return error(entry.words[1], scope, origin.error().message);
  scope.origin = *origin;
}

void MasterFile::set_ttl(const Entry& entry, const Scope& scope) {
  if (entry.words.size() != 2) return error(entry.words[0], scope, "$TTL takes one TTL");
  const auto ttl = read_ttl(entry.words[1].text);
  if (!ttl) {
    return error(
        entry.words[1], scope,
        fmt::format("{} is not a TTL; 3600 and 1h are, up to 2147483647", in_quotes(entry.words[1].text)));
  }
  default_ttl_ = ttl;
}

/// RFC 1035, section 5.1: the origin of the including file, and here its last owner too, are the same
/// afterwards.
void MasterFile::include(const Entry& entry, const Scope& scope) {
  const auto& words = entry.words;
  if (words.size() != 2 && words.size() != 3)
    return error(words[0], scope, "$INCLUDE takes a file, and a name if its origin is another");
  if (!open_) return error(words[0], scope, "$INCLUDE works in zone files only; name the file with `file:`");
  if (scope.depth == kIncludeDepthMax)
    return error(words[0], scope,
                 fmt::format("files include each other more than {} deep", kIncludeDepthMax));
  if (++includes_ > kIncludesMax)
    return error(words[0], scope, fmt::format("more than {} files are included", kIncludesMax));
  auto origin = words.size() == 3 ? read_name(words[2].text, scope.origin) : Result<Name>(scope.origin);
  if (!origin) return error(words[2], scope, origin.error().message);
  const auto written = read_octets(words[1].text);
  if (!written) return error(words[1], scope, written.error().message);
  const auto included = open_(std::string(written->begin(), written->end()), scope.path);
  if (!included) return error(words[1], scope, included.error().message);
  octets_ += included->text.size();
  if (octets_ > kZoneOctetsMax)
    return error(words[1], scope, fmt::format("the zone has more than {} MiB", kZoneOctetsMax >> 20));
  Scope inner{findings_.add_source(included->path), included->path, *origin, std::nullopt, scope.depth + 1};
  read_text(included->text, 1, inner);
}

void MasterFile::read_record(const Entry& entry, Scope& scope) {
  if (!read_owner(entry, scope)) return;
  std::size_t at = entry.starts_blank ? 0 : 1;
  std::optional<std::uint32_t> ttl;
  RRType type{};
  if (!read_head(entry, at, scope, ttl, type)) return;
  auto rdata = read_rdata(type, std::span<const Word>(entry.words).subspan(at), scope.origin);
  if (!rdata) {
    const auto word = at + rdata.error().word;
    return error(word < entry.words.size() ? entry.words[word] : entry.words.back(), scope,
                 rdata.error().what);
  }
  if (ttl || (!default_ttl_ && !last_ttl_)) last_ttl_ = ttl ? *ttl : missing_ttl(type, *rdata);
  const auto& first = entry.words.front();
  assembly_.add({*scope.owner,
                 type,
                 ttl ? *ttl : missing_ttl(type, *rdata),
                 std::move(*rdata),
                 {scope.source, first.line, first.column}});
}

bool MasterFile::read_owner(const Entry& entry, Scope& scope) {
  const auto& word = entry.words.front();
  if (entry.starts_blank) {
    if (!scope.owner)
      error(word, scope, "this line begins with a blank, but no record before it names an owner");
    return scope.owner.has_value();
  }
  auto owner =
      word.quoted ? Result<Name>(Error{"an owner has no quotes"}) : read_name(word.text, scope.origin);
  if (!owner) {
    error(word, scope, owner.error().message);
    scope.owner.reset();
    return false;
  }
  scope.owner = *owner;
  return true;
}

bool MasterFile::read_head(const Entry& entry, std::size_t& at, const Scope& scope,
                           std::optional<std::uint32_t>& ttl, RRType& type) {
  bool classed = false;
  for (; at < entry.words.size(); ++at) {
    const auto& word = entry.words[at];
    const bool digit = !word.quoted && word.text[0] >= '0' && word.text[0] <= '9';
    if (digit && !ttl) {
      ttl = read_ttl(word.text);
      if (ttl) continue;
      error(word, scope,
            fmt::format("{} is not a TTL; 3600 and 1h are, up to 2147483647", in_quotes(word.text)));
      return false;
    }
    if (const auto number = word.quoted || classed ? std::nullopt : read_class(word.text)) {
      classed = true;
      if (*number == static_cast<std::uint16_t>(RRClass::IN)) continue;
      error(word, scope, fmt::format("the class {} is not served, only IN", in_quotes(word.text)));
      return false;
    }
    const auto known = word.quoted ? std::nullopt : type_of(word.text);
    if (!known) {
      error(word, scope,
            fmt::format("{} is not a type; one that is not known by name is written TYPE12345",
                        in_quotes(word.text)));
      return false;
    }
    if (is_meta(*known)) {
      error(word, scope, fmt::format("{} is no data that a zone can hold", in_quotes(word.text)));
      return false;
    }
    type = *known;
    ++at;
    return true;
  }
  error(entry.words.back(), scope, "a record needs a type here, such as A");
  return false;
}

/// $TTL, else the TTL of the record before, else an SOA's own MINIMUM, else what the zone is configured for.
std::uint32_t MasterFile::missing_ttl(RRType type, const Octets& rdata) const {
  if (default_ttl_) return *default_ttl_;
  if (last_ttl_) return *last_ttl_;
  return type == RRType::SOA ? soa_minimum(rdata) & 0x7fffffff : fallback_ttl_;
}

std::optional<RRType> MasterFile::type_of(std::string_view word) {
  const auto known = types_.find(std::string(word));
  if (known != types_.end()) return known->second;
  const auto type = read_type(word);
  if (type && types_.size() < 1000) types_.emplace(word, *type);
  return type;
}

}  // namespace signpost::files
