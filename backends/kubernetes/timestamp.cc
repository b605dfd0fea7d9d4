#include "backends/kubernetes/timestamp.h"

#include <chrono>
#include <cstdint>

namespace signpost::kubernetes {
namespace {

/// Takes what it reads off the front; `good` is false from the first thing on that is not there.
struct Reader {
  std::string_view rest;
  bool good = true;

  bool take(char wanted) noexcept {
    good = good && !rest.empty() && rest.front() == wanted;
    if (good) rest.remove_prefix(1);
    return good;
  }
  int number(int digits, int most) noexcept {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      good = good && !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
      if (!good) return 0;
      value = value * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    good = good && value <= most;
    return value;
  }
  /// Of a second: any number of digits, of which nine count.
  std::int64_t fraction_nanoseconds() noexcept {
    std::int64_t value = 0, place = 100'000'000;
    const auto before = rest.size();
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1), place /= 10)
      value += place * (rest.front() - '0');
    good = good && rest.size() < before;
    return value;
  }
};

}  // namespace

std::optional<WallTime> read_timestamp(std::string_view text) noexcept {
  using namespace std::chrono;
  Reader in{text};
  const int of_year = in.number(4, 9999);
  in.take('-');
  const auto of_month = static_cast<unsigned>(in.number(2, 12));
  in.take('-');
  const auto of_day = static_cast<unsigned>(in.number(2, 31));
  in.take('T');
  auto at = seconds(hours(in.number(2, 23)));
  in.take(':');
  at += minutes(in.number(2, 59));
  in.take(':');
  at += seconds(in.number(2, 60));  // a leap second
  std::int64_t fraction = 0;
  if (in.good && !in.rest.empty() && in.rest.front() == '.') {
    in.take('.');
    fraction = in.fraction_nanoseconds();
  }
  if (in.good && !in.rest.empty() && in.rest.front() != 'Z') {
    const bool east = in.rest.front() == '+';
    in.take(east ? '+' : '-');
    auto offset = hours(in.number(2, 23)) + minutes(0);
    in.take(':');
    offset += minutes(in.number(2, 59));
    at += east ? -seconds(offset) : seconds(offset);
  } else {
    in.take('Z');
  }
  const year_month_day date{year(of_year), month(of_month), day(of_day)};
  if (!in.good || !in.rest.empty() || !date.ok()) return std::nullopt;
  return time_point_cast<WallTime::duration>(sys_days(date) + at + nanoseconds(fraction));
}

}  // namespace signpost::kubernetes
