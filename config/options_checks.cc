// Active checks of instances.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/pattern.h"

namespace signpost::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::uint16_t kInARowMax = 100;
constexpr std::size_t kPathMax = 1024;

bool is_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A port's name as registries have them, or its number.
Value<std::string> port() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    if (text.empty() || text.size() > 63) return Error{};
    if (!is_number(text)) return std::string(text);
    unsigned number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    if (number < 1 || number > 65535 || text.size() > 5) return Error{"a port is 1 to 65535"};
    return std::string(text);
  };
  return {"a port's name or number", read, [](const std::string& text) { return text; }};
}

Value<std::string> http_path() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (!text.starts_with('/') || !plain || text.size() > kPathMax) return Error{};
    return std::string(text);
  };
  return {"a path that begins with `/`, without spaces", read, [](const std::string& text) { return text; }};
}

Value<std::string> pattern() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_name_pattern(text); };
  return {"a pattern of names, such as cart-*", read, [](const std::string& text) { return text; }};
}

/// An option of the way a check goes, which is a struct within Check.
template <class M, class T>
Option<Check> way(std::string_view key, M CheckWay::*member, Value<T> value, std::string_view help) {
  const auto read = [key, member, value](Reader& reader, const Node& node, Check& check) {
    if (auto result = read_scalar(reader, key, node, value)) check.way.*member = std::move(*result);
  };
  return Option<Check>{key, value.takes, value.print(CheckWay{}.*member), help, read}.as(Form::Scalar,
                                                                                         value.shape);
}

void check_check(Reader& reader, const Node& written, Check& check) {
  if (const auto* path = written.find("path"); path != nullptr && check.way.type == CheckType::Tcp) {
    reader.report.error(
        path->key_mark,
        "`path` is of a GET, and this check only connects; write `type: http` or leave it out");
  }
  if (check.way.timeout > check.way.interval) {
    const auto* timeout = written.find("timeout");
    const auto* interval = written.find("interval");
    reader.report.error((timeout != nullptr ? timeout : interval)->key_mark,
                        fmt::format("a probe may take {} ms, and the next one begins after {} ms; make "
                                    "`timeout` the shorter of them",
                                    check.way.timeout.count(), check.way.interval.count()));
  }
}

const Table<Check>& check_table() {
  static const Table<Check> table{
      {
          list("services", &Check::services, pattern(),
               "Whose instances are asked: service names relative to the zone. * stands for any characters, "
               "dots "
               "too, and ? for one. Of several checks the first that fits holds.")
              .needed(),
          way("type", &CheckWay::type,
              choice<CheckType>({{"tcp", CheckType::Tcp}, {"http", CheckType::Http}}),
              "tcp: the port takes a connection. http: a GET is answered with 2xx or 3xx."),
          option("port", &Check::port, port(),
                 "Which port of an instance. Not written: the first TCP port that it has."),
          way("path", &CheckWay::path, http_path(), "Of the GET."),
          way("interval", &CheckWay::interval, duration(milliseconds(100), hours(1)),
              "From one probe of an instance to the next, +- 10 %."),
          way("timeout", &CheckWay::timeout, duration(milliseconds(10), milliseconds(60000)),
              "A probe that takes longer has failed."),
          way("rise", &CheckWay::rise, whole<std::uint16_t>(1, kInARowMax, "probes"),
              "So many in a row must pass before an instance that failed answers again."),
          way("fall", &CheckWay::fall, whole<std::uint16_t>(1, kInARowMax, "probes"),
              "So many in a row must fail before an instance is left out; until then it answers."),
      },
      check_check};
  return table;
}

}  // namespace

Option<Zone> checks_option() {
  return sections("checks", &Zone::checks, check_table,
                  "Instances that this server asks by itself whether they are there. Who fails is left out, "
                  "but never all of a service.");
}

const Table<Checks>& checks_table() {
  static const Table<Checks> table{
      {
          list("allow", &Checks::allow, source_prefix(),
               "Prefixes that may be asked though they are loopback, link-local or known for a cloud's "
               "metadata service; such addresses are otherwise never asked, whatever a registry says.",
               0),
          option("per_second", &Checks::per_second, whole<std::uint32_t>(1, 100000, "probes"),
                 "Probes begun in a second, of all zones together; with more to do intervals grow longer."),
      },
      nullptr};
  return table;
}

}  // namespace signpost::config
