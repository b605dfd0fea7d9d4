#include "dns/base/log_line.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "dns/base/utf8.h"

namespace signpost::log {
namespace {

constexpr std::size_t kRoom = 3600;        // of all values together, so far as it goes
constexpr std::size_t kValueRoomMin = 24;  // of each, though others took all: some dozen fields at most
constexpr std::string_view kLevelWords[] = {"debug", "info", "warning", "error"};

std::uint32_t code_point(std::string_view sequence) noexcept {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  std::uint32_t point = first & (0x7fu >> sequence.size());
  for (const char c : sequence.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return point;
}

/// C0 and C1, line and paragraph separators, and what turns the direction of writing around.
bool is_unprintable(std::uint32_t point) noexcept {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0x200e || point == 0x200f || point == 0xfeff;
}

void append_escaped(std::string& out, std::string_view text, Format format, std::size_t room) {
  const auto end = out.size() + room;
  while (!text.empty()) {
    if (out.size() >= end) {
      out += "...";
      return;
    }
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(sequence.size());
    if (length == 0) {
      if (format == Format::Json) out += '\\';
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(sequence[0]));
    } else if (const auto point = code_point(sequence); is_unprintable(point)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    } else {
      if (point == '"' || point == '\\') out += '\\';
      out += sequence;
    }
  }
}

void append_text(std::string& out, std::string_view text, Format format) {
  const bool quoted =
      format == Format::Json || text.empty() || text.find_first_of(" \"\\=\n\t\r") != std::string_view::npos;
  const auto left = kRoom - std::min(kRoom, out.size());
  if (quoted) out += '"';
  append_escaped(out, text, format, std::max(left, kValueRoomMin));
  if (quoted) out += '"';
}

void append_value(std::string& out, const Value& value, Format format) {
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          append_text(out, v, format);
        } else if constexpr (std::is_same_v<T, double>) {
          std::isfinite(v) ? fmt::format_to(std::back_inserter(out), "{:g}", v)
                           : fmt::format_to(std::back_inserter(out), "null");
        } else {
          fmt::format_to(std::back_inserter(out), "{}", v);
        }
      },
      value.variant());
}

std::string time_text(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     rest);
}

}  // namespace

std::string_view to_string(Level level) noexcept { return kLevelWords[static_cast<std::size_t>(level)]; }

std::string format_line(Format format, WallTime time, Level level, std::string_view event, Fields fields) {
  const bool json = format == Format::Json;
  auto line = fmt::format(fmt::runtime(json ? R"({{"time":"{}","level":"{}","event":"{}")" : "{} {} {}"),
                          time_text(time), to_string(level), event);
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), fmt::runtime(json ? ",\"{}\":" : " {}="), field.key);
    append_value(line, field.value, format);
  }
  line += json ? "}\n" : "\n";
  return line;
}

}  // namespace signpost::log
