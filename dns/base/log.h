// The program's log: one event a line on stderr, as text or JSON. Control plane only: a worker counts
// instead. Nobody waits for whoever reads stderr: lines are lost instead, and counted (log_sink.h); many
// lines of one event's name are left out, and counted (log_limit.h).
//
//   log::info("zone.published", {{"zone", "cluster.local."}, {"serial", serial}});
//   2026-11-20T10:00:00.123Z info zone.published zone=cluster.local. serial=1763632800
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace signpost::log {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };
std::string_view to_string(Level level) noexcept;  // "warning"
enum class Format : std::uint8_t { Text, Json };

/// A value keeps its kind, so that JSON has numbers where there are numbers. Views live as long as the call.
class Value {
 public:
  Value(std::string_view text) : value_(text) {}
  Value(const char* text) : value_(std::string_view(text)) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  Value(bool flag) : value_(flag) {}
  Value(double number) : value_(number) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T number) : value_(static_cast<std::int64_t>(number)) {}

  const auto& variant() const noexcept { return value_; }

 private:
  std::variant<std::string_view, bool, double, std::int64_t> value_;
};

struct Field {
  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// Any thread; takes effect at once.
void set_level(Level level) noexcept;
Level level() noexcept;
void set_format(Format format) noexcept;

/// Lines since the start.
struct Counts {
  std::array<std::uint64_t, 4> written{};  // by Level
  std::uint64_t left_out = 0;              // too many of one kind
  std::uint64_t lost = 0;                  // nobody read
};
/// Any thread.
Counts counts();
/// Any thread, about once a second: says how many lines were left out or lost, as soon as there is room for
/// that.
void settle();

/// Any thread but a worker. `event` is a dotted word that never changes, so that people can grep for it;
/// what cannot be printed is escaped, what is too long is cut (log_line.h).
void event(Level level, std::string_view event, Fields fields = {});

inline void debug(std::string_view name, Fields fields = {}) { event(Level::Debug, name, fields); }
inline void info(std::string_view name, Fields fields = {}) { event(Level::Info, name, fields); }
inline void warning(std::string_view name, Fields fields = {}) { event(Level::Warning, name, fields); }
inline void error(std::string_view name, Fields fields = {}) { event(Level::Error, name, fields); }

}  // namespace signpost::log
