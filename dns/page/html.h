// Text that becomes part of a page. What registries and people say is escaped, always: markup comes from
// literals of this program alone, and the types see to that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace signpost::page {

/// Longer texts are cut, and what was left out is counted: one instance of 64 KB must not fill a page.
inline constexpr std::size_t kTextMax = 300;

class Html {
 public:
  /// Markup: a literal of ours.
  template <std::size_t N>
  Html& operator<<(const char (&markup)[N]) {
    text_.append(markup, N - 1);
    return *this;
  }
  /// Escaped for content and for attributes in quotes: & < > " ', what is no UTF-8, control characters, and
  /// those that turn the direction of reading (a name must look like what it is).
  Html& text(std::string_view from_outside);
  Html& number(std::uint64_t value);
  /// "33.3"
  Html& percent(double value);
  /// As a parameter of a link, behind `?name=`.
  Html& parameter(std::string_view from_outside);
  /// What another Html made.
  Html& part(const Html& made) {
    text_ += made.text_;
    return *this;
  }

  std::string take() { return std::move(text_); }
  std::string_view view() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace signpost::page
