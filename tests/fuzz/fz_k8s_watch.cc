// fz_k8s_watch: the stream of a watch, whatever it says. Input: an octet for the kind of object, one for the
// size of the chunks, and the stream. Lines do not depend on the chunks; each is an event with a sound record
// (K12, K38), or none; its first octets alone never name another object than the whole (K25).
#include "backends/kubernetes/splitters.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/kubernetes_records.h"

namespace {

using namespace signpost;
using kubernetes::EventType;
using test::require;

std::vector<std::string> lines_of(std::string_view text, std::size_t chunk) {
  std::vector<std::string> lines;
  kubernetes::LineSplitter splitter([&](std::string_view line, bool huge) {
    lines.push_back((huge ? "huge " : "") + std::string(line));
    return true;
  });
  for (std::size_t at = 0; at < text.size(); at += chunk)
    require(splitter.feed(text.substr(at, chunk)), "wants more");
  return lines;
}

void check_line(const kubernetes::Decoder& decoder, const std::string& line) {
  const auto event = decoder.event(line);
  if (!event) return;
  test::require_sound(event->object);
  const bool control = event->type == EventType::Bookmark || event->type == EventType::Error;
  require(!control || std::holds_alternative<std::monostate>(event->object.record),
          "K10: a bookmark is no object");
  const auto& status = event->status;
  require(status.code >= 0 && status.retry_after_s >= 0 && status.message.size() <= 512, "a sound Status");
  const auto start = decoder.event_prefix(line);
  require(start.type == event->type && start.object.key == event->object.key, "K25: the same object");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size < 2 || size > 65536) return 0;
  test::Decoders decoders;
  const auto& decoder = decoders.of(octets[0]);
  const std::string_view text(reinterpret_cast<const char*>(octets) + 2, size - 2);
  const auto lines = lines_of(text, text.size() + 1);
  require(lines == lines_of(text, octets[1] + std::size_t{1}), "the same lines from chunks of any size");
  for (const auto& line : lines) {
    check_line(decoder, line);
    test::require_sound(decoder.event_prefix(line.substr(0, line.size() / 2)).object);
    (void)kubernetes::decode_status(line);
  }
  test::require_sound(decoders.counts);
  return 0;
}
