// What a scalar of the configuration may be: how it is read, how it is printed, and the words that say so.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/prefix.h"
#include "config/shape.h"
#include "dns/base/ip_address.h"
#include "dns/base/result.h"

namespace signpost::config {

/// What reading needs to know besides the text.
struct Surroundings {
  std::string directory;  // of the file: where its relative paths begin; absolute
};

/// One kind of scalar. `read` gives the value, or a remark that is added to "takes ..., not ..." and may be
/// empty.
template <class T>
struct Value {
  using Type = T;
  std::string takes;  // "0 to 604800 seconds"
  std::function<Result<T>(std::string_view, const Surroundings&)> read;
  std::function<std::string(const T&)> print;
  Shape shape = {};
};

/// The word and the value behind it.
template <class E>
using Words = std::vector<std::pair<std::string_view, E>>;

// Non-template parts; each returns the value or a remark.
Result<std::int64_t> read_whole(std::string_view text, std::int64_t min, std::int64_t max);
Result<std::int64_t> read_size(std::string_view text, std::int64_t min, std::int64_t max);
Result<std::chrono::milliseconds> read_duration(std::string_view text, std::chrono::milliseconds min,
                                                std::chrono::milliseconds max);
std::string number_range(std::int64_t min, std::int64_t max, std::string_view unit);

/// Decimal without leading zeros; `unit` is for people: "seconds", "connections", or empty.
template <std::integral T>
Value<T> whole(std::type_identity_t<T> min, std::type_identity_t<T> max, std::string_view unit = {}) {
  const auto read = [min, max](std::string_view text, const Surroundings&) -> Result<T> {
    const auto value = read_whole(text, min, max);
    if (!value) return value.error();
    return static_cast<T>(*value);
  };
  return {number_range(min, max, unit),
          read,
          [](const T& value) { return std::to_string(value); },
          {Shape::Kind::Whole, min, max, {}}};
}

/// Octets, bare or with KiB or MiB.
template <std::integral T>
Value<T> size(std::type_identity_t<T> min, std::type_identity_t<T> max) {
  const auto read = [min, max](std::string_view text, const Surroundings&) -> Result<T> {
    const auto value = read_size(text, min, max);
    if (!value) return value.error();
    return static_cast<T>(*value);
  };
  return {number_range(min, max, "octets"),
          read,
          [](const T& value) { return std::to_string(value); },
          {Shape::Kind::Size, min, max, {}}};
}

/// One of a few words, exactly as written here.
template <class E>
Value<E> choice(Words<E> words) {
  std::string takes;
  Shape shape{Shape::Kind::Word, 0, 0, {}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    shape.words.emplace_back(words[i].first);
    if (i > 0) takes += i + 1 == words.size() ? " or " : ", ";
    takes += words[i].first;
  }
  const auto read = [words](std::string_view text, const Surroundings&) -> Result<E> {
    for (const auto& [word, value] : words) {
      if (word == text) return value;
    }
    return Error{};
  };
  const auto print = [words](const E& value) {
    for (const auto& [word, known] : words) {
      if (known == value) return std::string(word);
    }
    return std::string();
  };
  return {std::move(takes), read, print, std::move(shape)};
}

Value<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max);
/// A duration that is whole seconds, as TTLs are.
Value<std::uint32_t> seconds(std::uint32_t min, std::uint32_t max);
Value<bool> true_or_false();
Value<bool> on_or_off();
/// Finite, from 0 to 10^9, with or without a fraction.
Value<double> weight();
Value<IpAddress> ip_address();
/// Where queries come from: read_source_prefix().
Value<Prefix> source_prefix();
Value<SocketAddress> socket_address();
Value<std::string> host_name();
/// A path; a relative one is taken from the directory of the file and becomes absolute.
Value<std::string> path();
/// Any text that is not empty, at most `max` octets, each of which `fits`. `takes` says so in words.
Value<std::string> text(std::string takes, std::size_t max, std::function<bool(char)> fits = {});
/// `word` beside what `value` takes, with a meaning of its own.
template <class T>
Value<T> or_word(std::string word, T meaning, Value<T> value) {
  auto shape = value.shape;
  shape.words.push_back(word);
  const auto read = [word, meaning, value](std::string_view text, const Surroundings& around) -> Result<T> {
    if (text == word) return meaning;
    return value.read(text, around);
  };
  const auto print = [word, meaning, value](const T& known) {
    return known == meaning ? word : value.print(known);
  };
  return {word + " or " + value.takes, read, print, std::move(shape)};
}

/// `path` from `directory` when it is relative, without "." and ".." where that is safe. Never throws.
std::string absolute_path(std::string_view path, const std::string& directory);

}  // namespace signpost::config
