// Who may see what is asked: the query log and dnstap.
#include "config/options.h"

namespace signpost::config {
namespace {

constexpr std::size_t kSocketPathMax = 107;  // sun_path holds 108 octets with the final NUL (unix(7))
constexpr std::uint32_t kSampleMax = 1000000;

/// "all", or "1/100" for one of a hundred.
Value<std::uint32_t> sample() {
  const auto number = whole<std::uint32_t>(1, kSampleMax);
  const auto read = [number](std::string_view text, const Surroundings& around) -> Result<std::uint32_t> {
    if (text == "all") return std::uint32_t{1};
    if (!text.starts_with("1/")) return Error{};
    return number.read(text.substr(2), around);
  };
  const auto print = [](const std::uint32_t& one_of) {
    return one_of == 1 ? std::string("all") : "1/" + std::to_string(one_of);
  };
  return {"all, or 1/2 to 1/" + std::to_string(kSampleMax), read, print};
}

/// `word` as it is, or a path.
Value<std::string> word_or_path(std::string word) {
  const auto read = [word, file = path()](std::string_view text, const Surroundings& around) {
    return text == word ? Result<std::string>(word) : file.read(text, around);
  };
  return {word + " or a path", read, [](const std::string& to) { return to; }};
}

/// "unix:/run/dnstap.sock" with the path made absolute, or a path.
Value<std::string> socket_or_path() {
  const auto read = [file = path()](std::string_view text,
                                    const Surroundings& around) -> Result<std::string> {
    const bool socket = text.starts_with("unix:");
    auto path = file.read(socket ? text.substr(5) : text, around);
    if (!path || !socket) return path;
    if (path->size() > kSocketPathMax) return Error{"the path of a socket has at most 107 octets"};
    return "unix:" + *path;
  };
  return {"a path, or `unix:` and the path of a socket", read, [](const std::string& to) { return to; }};
}

/// Keys without a place to write to would be silent.
template <class Section>
void check_to(const char* name, Reader& reader, const Node& written, const Section& section) {
  if (written.entries.empty() || !section.to.empty()) return;
  reader.report.warning(written.entries.front().key_mark, in_quotes(name) + " writes nothing: it needs `to`");
}

}  // namespace

const Table<QueryLog>& query_log_table() {
  static const Table<QueryLog> table{
      {
          option("to", &QueryLog::to, word_or_path("stderr"),
                 "Where lines go, in the form of `log.format`. A file is begun anew within a second of its "
                 "being renamed. Not written: there is no query log."),
          option(
              "sample", &QueryLog::sample, sample(),
              "Of how many queries one is written. Answers never wait for it: what is too much is counted, "
              "in query_tap_total."),
      },
      [](Reader& reader, const Node& written, QueryLog& log) {
        check_to("query_log", reader, written, log);
      }};
  return table;
}

const Table<Dnstap>& dnstap_table() {
  static const Table<Dnstap> table{
      {
          option(
              "to", &Dnstap::to, socket_or_path(),
              "A socket where a receiver listens (Frame Streams), tried again each second; or a file, begun "
              "anew at each start. Not written: there is no dnstap."),
          option("messages", &Dnstap::messages,
                 choice<DnstapMessages>({{"all", DnstapMessages::All},
                                         {"queries", DnstapMessages::Queries},
                                         {"responses", DnstapMessages::Responses}}),
                 "AUTH_QUERY, AUTH_RESPONSE, or both."),
          option("sample", &Dnstap::sample, sample(), "Of how many queries one is told, with its response."),
      },
      [](Reader& reader, const Node& written, Dnstap& dnstap) {
        check_to("dnstap", reader, written, dnstap);
      }};
  return table;
}

}  // namespace signpost::config
