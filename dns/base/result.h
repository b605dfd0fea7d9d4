// A value, or the reason why there is none: how every expected failure travels (STYLE.md, "Errors").
// Shaped like std::expected, which needs C++23 and a library newer than our clang-tidy can read.
#pragma once

#include <cassert>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace signpost {

/// What was wrong, where, and what would be right; one line of text for a person.
struct Error {
  std::string message;
};

/// `E` is another type where one line is not enough: config::Diagnostics lists every mistake of a file.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  static_assert(!std::is_same_v<T, E>);

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & noexcept { return *checked(); }
  const T& value() const& noexcept { return *checked(); }
  T&& value() && noexcept { return std::move(*checked()); }
  T& operator*() & noexcept { return value(); }
  const T& operator*() const& noexcept { return value(); }
  T* operator->() noexcept { return checked(); }
  const T* operator->() const noexcept { return checked(); }

  const E& error() const noexcept {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  T* checked() noexcept {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  const T* checked() const noexcept {
    assert(has_value());
    return std::get_if<0>(&state_);
  }

  std::variant<T, E> state_;
};

template <>
class [[nodiscard]] Result<void, Error> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}

  bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }
  const Error& error() const noexcept {
    assert(failed_);
    return error_;
  }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace signpost
