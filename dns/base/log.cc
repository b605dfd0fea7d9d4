#include "dns/base/log.h"

#include <atomic>
#include <cmath>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace signpost::log {
namespace {

std::atomic<Level> current_level{Level::Info};
std::atomic<Format> current_format{Format::Text};

constexpr std::string_view kLevelWords[] = {"debug", "info", "warning", "error"};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
    } else {
      out += c;
    }
  }
}

void append_text(std::string& out, std::string_view text, Format format) {
  const bool quoted =
      format == Format::Json || text.empty() || text.find_first_of(" \"\\=\n\t\r") != std::string_view::npos;
  if (quoted) out += '"';
  append_escaped(out, text);
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

std::string json_line(Level level, std::string_view event, Fields fields) {
  std::string line =
      fmt::format("\"level\":\"{}\",\"event\":\"{}\"", kLevelWords[static_cast<int>(level)], event);
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), ",\"{}\":", field.key);
    append_value(line, field.value, Format::Json);
  }
  return line;
}

std::string text_line(Level level, std::string_view event, Fields fields) {
  std::string line = fmt::format("{} {}", kLevelWords[static_cast<int>(level)], event);
  for (const auto& field : fields) {
    fmt::format_to(std::back_inserter(line), " {}=", field.key);
    append_value(line, field.value, Format::Text);
  }
  return line;
}

/// Two loggers over one stderr sink would interleave; the pattern differs, so each format has its own.
spdlog::logger& logger(Format format) {
  static const auto make = [](const char* pattern) {
    auto made =
        std::make_unique<spdlog::logger>("signpost", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(pattern, spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  };
  static const auto text = make("%Y-%m-%dT%H:%M:%S.%eZ %v");
  static const auto json = make("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}");
  return format == Format::Json ? *json : *text;
}

}  // namespace

void set_level(Level level) noexcept { current_level.store(level, std::memory_order_relaxed); }
Level level() noexcept { return current_level.load(std::memory_order_relaxed); }
void set_format(Format format) noexcept { current_format.store(format, std::memory_order_relaxed); }

void event(Level level, std::string_view event, Fields fields) {
  if (level < current_level.load(std::memory_order_relaxed)) return;
  const auto format = current_format.load(std::memory_order_relaxed);
  const auto line =
      format == Format::Json ? json_line(level, event, fields) : text_line(level, event, fields);
  logger(format).info("{}", line);
}

}  // namespace signpost::log
