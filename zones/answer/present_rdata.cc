#include "zones/answer/present_rdata.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "dns/base/ip_address.h"
#include "dns/wire/name.h"
#include "dns/wire/reader.h"

namespace signpost {
namespace {

/// What a type's RDATA is made of, one letter a field: 1 2 4 numbers of so many octets, a q addresses, n a
/// name, s a string, S strings to the end, w a string without quotes, Q a string that is all the rest, x and
/// b hexadecimal and base 64 to the end, p SvcParams. Empty: only its mnemonic is known.
struct TypeText {
  std::uint16_t type;
  std::string_view mnemonic;
  std::string_view fields;
};
constexpr TypeText kTypes[] = {
    {1, "A", "a"},           {2, "NS", "n"},          {5, "CNAME", "n"},      {6, "SOA", "nn44444"},
    {12, "PTR", "n"},        {13, "HINFO", "ss"},     {15, "MX", "2n"},       {16, "TXT", "S"},
    {17, "RP", "nn"},        {18, "AFSDB", "2n"},     {28, "AAAA", "q"},      {29, "LOC", ""},
    {33, "SRV", "222n"},     {35, "NAPTR", "22sssn"}, {36, "KX", "2n"},       {37, "CERT", "221b"},
    {39, "DNAME", "n"},      {43, "DS", "211x"},      {44, "SSHFP", "11x"},   {46, "RRSIG", ""},
    {47, "NSEC", ""},        {48, "DNSKEY", "211b"},  {49, "DHCID", "b"},     {50, "NSEC3", ""},
    {51, "NSEC3PARAM", ""},  {52, "TLSA", "111x"},    {53, "SMIMEA", "111x"}, {59, "CDS", "211x"},
    {60, "CDNSKEY", "211b"}, {61, "OPENPGPKEY", "b"}, {62, "CSYNC", ""},      {64, "SVCB", "2np"},
    {65, "HTTPS", "2np"},    {99, "SPF", "S"},        {108, "EUI48", ""},     {109, "EUI64", ""},
    {255, "ANY", ""},        {256, "URI", "22Q"},     {257, "CAA", "1wQ"}};

constexpr std::string_view kSvcKeys[] = {"mandatory", "alpn", "no-default-alpn", "port",
                                         "ipv4hint",  "ech",  "ipv6hint",        "dohpath"};

using Octets = std::span<const std::uint8_t>;

/// What may stand inside quotes (RFC 1035, section 5.1).
void append_escaped(std::string& text, Octets octets) {
  for (const auto octet : octets) {
    if (octet < 0x20 || octet > 0x7e) {
      fmt::format_to(std::back_inserter(text), "\\{:03}", octet);
      continue;
    }
    if (octet == '"' || octet == '\\') text += '\\';
    text += static_cast<char>(octet);
  }
}

void append_quoted(std::string& text, Octets octets) {
  text += '"';
  append_escaped(text, octets);
  text += '"';
}

std::string escaped(Octets octets) {
  std::string text;
  append_escaped(text, octets);
  return text;
}

std::string quoted(Octets octets) { return '"' + escaped(octets) + '"'; }

void append_number(std::string& text, std::uint32_t number) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  text.append(digits.begin(), end);
}

/// What a zone has most of, so without inet_ntop(), which prints by a format.
void append_v4(std::string& text, const std::array<std::uint8_t, 4>& octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0) text += '.';
    append_number(text, octets[i]);
  }
}

std::string hexadecimal(Octets octets) {
  std::string text;
  for (const auto octet : octets) fmt::format_to(std::back_inserter(text), "{:02x}", octet);
  return text;
}

std::string base64(Octets octets) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (at + i < octets.size() ? octets[at + i] : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i > octets.size() ? '=' : kDigits[bits >> (18 - 6 * i) & 63];
  }
  return text;
}

template <std::size_t N>
std::array<std::uint8_t, N> take(Reader& reader) {
  std::array<std::uint8_t, N> out{};
  const auto octets = reader.bytes(N);
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

template <class Each>
std::string joined(Octets value, Each&& each) {
  Reader reader(value);
  std::string text;
  while (!reader.rest().empty() && !reader.failed()) text += (text.empty() ? "" : ",") + each(reader);
  return text;
}

std::string svc_key(std::uint16_t key) {
  return key < std::size(kSvcKeys) ? std::string(kSvcKeys[key]) : fmt::format("key{}", key);
}

/// RFC 9460, section 2.1 and appendix A.
std::string svc_value(std::uint16_t key, Octets value) {
  switch (key) {
    case 0:
      return joined(value, [](Reader& r) { return svc_key(r.u16()); });
    case 1:  // a comma inside an identifier is escaped twice: once for the list, once for the string
      return '"' +
             joined(value,
                    [](Reader& r) {
                      const auto octets = r.bytes(r.u8());
                      std::string item;
                      for (const auto octet : octets) {
                        if (octet == ',' || octet == '\\') item += "\\\\";
                        item += escaped({&octet, 1});
                      }
                      return item;
                    }) +
             '"';
    case 3:
      return joined(value, [](Reader& r) { return std::to_string(r.u16()); });
    case 4:
      return joined(value, [](Reader& r) { return IpAddress::v4(take<4>(r)).to_string(); });
    case 5:
      return base64(value);
    case 6:
      return joined(value, [](Reader& r) { return IpAddress::v6(take<16>(r)).to_string(); });
    default:
      return quoted(value);
  }
}

std::string svc_params(Reader& reader) {
  std::string text;
  while (!reader.rest().empty() && !reader.failed()) {
    const auto key = reader.u16();
    const auto value = reader.bytes(reader.u16());
    text += (text.empty() ? "" : " ") + svc_key(key);
    if (!value.empty()) text += '=' + svc_value(key, value);
  }
  return text;
}

void append_field(std::string& text, char field, Reader& reader) {
  switch (field) {
    case '1':
      return append_number(text, reader.u8());
    case '2':
      return append_number(text, reader.u16());
    case '4':
      return append_number(text, reader.u32());
    case 'a':
      return append_v4(text, take<4>(reader));
    case 'q':
      text += IpAddress::v6(take<16>(reader)).to_string();
      return;
    case 'n':
      if (const auto name = reader.name(); !name.empty()) append_name(text, name);
      return;
    case 's':
      return append_quoted(text, reader.bytes(reader.u8()));
    case 'w':
      return append_escaped(text, reader.bytes(reader.u8()));
    case 'S':
      for (bool first = true; !reader.rest().empty() && !reader.failed(); first = false) {
        if (!first) text += ' ';
        append_quoted(text, reader.bytes(reader.u8()));
      }
      return;
    case 'p':
      text += svc_params(reader);
      return;
    default: {
      const auto rest = reader.bytes(reader.rest().size());
      text += field == 'x' ? hexadecimal(rest) : field == 'b' ? base64(rest) : quoted(rest);
    }
  }
}

std::string unknown_text(Octets rdata) {
  return rdata.empty() ? "\\# 0" : fmt::format("\\# {} {}", rdata.size(), hexadecimal(rdata));
}

}  // namespace

void append_name(std::string& text, NameView name) {
  if (name.size() <= 1) {
    text += '.';
    return;
  }
  const auto plain = [](std::uint8_t octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
  };
  const auto start = text.size();
  for (auto at = name; at[0] != 0; at = parent(at)) {
    const auto label = at.subspan(1, at[0]);
    if (!std::all_of(label.begin(), label.end(), plain)) {
      text.resize(start);
      text += to_text(name);
      return;
    }
    text.append(label.begin(), label.end());
    text += '.';
  }
}

std::string type_text(RRType type) {
  for (const auto& known : kTypes) {
    if (known.type == static_cast<std::uint16_t>(type)) return std::string(known.mnemonic);
  }
  return fmt::format("TYPE{}", static_cast<std::uint16_t>(type));
}

Result<RRType> parse_type(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto& known : kTypes) {
    if (known.mnemonic == upper) return static_cast<RRType>(known.type);
  }
  std::uint16_t number = 0;
  if (upper.starts_with("TYPE")) {
    const auto* end = upper.data() + upper.size();
    const auto [rest, error] = std::from_chars(upper.data() + 4, end, number);
    if (error == std::errc{} && rest == end) return static_cast<RRType>(number);
  }
  return Error{fmt::format(
      "'{}' is no record type; A, AAAA, SRV, TXT, PTR, CNAME, NS, SOA or TYPE<number> would be", text)};
}

void append_rdata(std::string& text, RRType type, std::span<const std::uint8_t> rdata) {
  const auto* known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeText& one) {
    return one.type == static_cast<std::uint16_t>(type);
  });
  const auto start = text.size();
  const auto as_unknown = [&] {
    text.resize(start);
    text += unknown_text(rdata);
  };
  if (known == std::end(kTypes) || known->fields.empty()) return as_unknown();
  Reader reader(rdata);
  for (const char field : known->fields) {
    const auto before = text.size();
    if (before != start) text += ' ';
    const auto began = text.size();
    append_field(text, field, reader);
    if (text.size() == began) text.resize(before);  // an empty field has no space in front of it either
  }
  if (reader.failed() || !reader.rest().empty()) as_unknown();
}

std::string rdata_text(RRType type, std::span<const std::uint8_t> rdata) {
  std::string text;
  append_rdata(text, type, rdata);
  return text;
}

}  // namespace signpost
