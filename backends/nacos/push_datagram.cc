#include "backends/nacos/push_datagram.h"

#include <initializer_list>
#include <map>

#include <boost/beast/zlib/inflate_stream.hpp>
#include <nlohmann/json.hpp>

namespace signpost::nacos {
namespace {

constexpr std::size_t kTextBytesMax = 1UL << 20U;  // 3,000 instances; a larger one costs a period of polling

/// The texts and whole numbers that stand directly in a JSON object under the keys asked for. No tree is
/// built: a datagram may hold a thousand instances, and only a name is wanted.
class TopMembers final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TopMembers(std::initializer_list<const char*> keys) {
    for (const auto* key : keys) found_[key];
  }
  std::string& operator[](const char* key) { return found_[key]; }

  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return depth_ > 0 && enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (depth_ == 1) key_ = name;
    return true;
  }
  bool string(string_t& text) override { return take(std::move(text)); }
  bool number_integer(number_integer_t number) override { return take(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return take(std::to_string(number)); }
  bool number_float(number_float_t, const string_t&) override { return depth_ > 0; }
  bool null() override { return depth_ > 0; }
  bool boolean(bool) override { return depth_ > 0; }
  bool binary(binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool enter() {
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool take(std::string text) {
    if (depth_ == 0) return false;
    if (const auto found = found_.find(key_); depth_ == 1 && found != found_.end()) {
      found->second = std::move(text);
    }
    return true;
  }

  std::map<std::string, std::string> found_;
  std::string key_;
  std::size_t depth_ = 0;
};

/// Where the deflated octets begin (RFC 1952, section 2.3); 0: this is no gzip that we know.
std::size_t gzip_head(std::string_view octets) {
  constexpr unsigned kHeadCheck = 2, kExtra = 4, kName = 8, kComment = 16;
  if (octets.size() < 18 || octets.substr(0, 3) != std::string_view("\x1f\x8b\x08")) return 0;
  const auto at = [&octets](std::size_t i) { return static_cast<unsigned char>(octets[i]); };
  const unsigned flags = at(3);
  std::size_t next = 10;
  if ((flags & kExtra) != 0) next += 2U + at(next) + 256U * at(next + 1);
  for (const unsigned text : {kName, kComment}) {
    if ((flags & text) == 0) continue;
    const auto end = octets.find('\0', next);
    if (end == std::string_view::npos) return 0;
    next = end + 1;
  }
  if ((flags & kHeadCheck) != 0) next += 2;
  return next < octets.size() ? next : 0;
}

/// The check sum is not looked at: what comes out is parsed, and is but a hint.
Result<std::string> gunzip(std::string_view octets) {
  namespace zlib = boost::beast::zlib;
  const auto head = gzip_head(octets);
  if (head == 0) return Error{"the datagram's gzip is cut or odd"};
  std::string text(kTextBytesMax, '\0');
  zlib::z_params params;
  params.next_in = octets.data() + head;
  params.avail_in = octets.size() - head;
  params.next_out = text.data();
  params.avail_out = text.size();
  zlib::inflate_stream stream;
  stream.reset(15);
  boost::system::error_code error;
  stream.write(params, zlib::Flush::sync, error);
  if (error != zlib::error::end_of_stream) return Error{"the datagram's gzip is cut, damaged or too large"};
  text.resize(params.total_out);
  return text;
}

}  // namespace

Result<PushDatagram> read_push_datagram(std::string_view octets) {
  std::string text;
  if (octets.starts_with("\x1f\x8b")) {
    auto inflated = gunzip(octets);
    if (!inflated) return inflated.error();
    text = std::move(*inflated);
    octets = text;
  }
  TopMembers outer{"type", "data", "lastRefTime"};
  if (!nlohmann::json::sax_parse(octets, &outer)) return Error{"the datagram is no JSON object"};
  if (outer["type"] != "dom" && outer["type"] != "service") return Error{"the datagram is no push"};
  TopMembers inner{"name", "groupName"};
  if (!nlohmann::json::sax_parse(outer["data"], &inner))
    return Error{"the datagram's data is no JSON object"};
  PushDatagram push;
  const auto& name = inner["name"];
  const auto joined = name.find("@@");
  push.service.name = joined == std::string::npos ? name : name.substr(joined + 2);
  push.service.group = joined == std::string::npos ? inner["groupName"] : name.substr(0, joined);
  if (push.service.group.empty()) push.service.group = "DEFAULT_GROUP";
  if (push.service.name.empty()) return Error{"the datagram names no service"};
  const auto time = nlohmann::json(outer["lastRefTime"]).dump();  // in quotes: the number as text
  push.acknowledgement = R"({"type":"push-ack","lastRefTime":)" + time + R"(,"data":""})";
  return push;
}

}  // namespace signpost::nacos
