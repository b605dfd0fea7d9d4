#include "tests/zones/support/test_world.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/zones/support/static_lines.h"
#include "zones/answer/whole_answer.h"

namespace signpost::test {

At::At(std::string_view address, std::uint16_t port, std::string port_name) {
  const auto ip = IpAddress::parse(address);
  if (ip->is_v4()) v4 = *ip;
  if (ip->is_v6()) v6 = *ip;
  if (port != 0) ports.push_back({std::move(port_name), port, Protocol::Tcp});
  id = std::string(address) + "#" + std::to_string(port);
}

At& At::also(std::string_view address) {
  v6 = *IpAddress::parse(address);
  return *this;
}

At& At::with_metadata(std::string key, std::string value) {
  metadata.emplace_back(std::move(key), std::move(value));
  return *this;
}

TestWorld::TestWorld(std::string yaml, const Lines& statics, const std::function<void(TestWorld&)>& before)
    : world(store, clock) {
  if (before) before(*this);
  configure(std::move(yaml), statics);
}

void TestWorld::configure(std::string yaml, const Lines& statics) {
  auto loaded = config::load_text("listen: {dns: [\"192.0.2.53:5300\"]}\n" + yaml, "test.yaml");
  ASSERT_TRUE(loaded) << "not a good configuration: " << yaml;
  configs.push_back(std::make_shared<const config::Config>(std::move(loaded->config)));
  StaticZones data;
  for (const auto& zone : configs.back()->zones) {
    const auto lines = statics.find(zone.name);
    data.push_back(lines == statics.end() ? nullptr : static_zone(zone.name, lines->second));
  }
  world.configure(configs.back(), data);
}

TestWorld& TestWorld::set_static(const std::string& zone, const std::vector<std::string>& lines) {
  const auto data = static_zone(zone, lines);
  world.set_static(data->apex, data);
  settle();
  return *this;
}

namespace {

ServiceKey parse_key(std::string_view text) {
  ServiceKey key;
  std::string* parts[] = {&key.registry, &key.space, &key.group, &key.name};
  for (auto* part : parts) {
    const auto slash = text.find('/');
    *part = text.substr(0, slash);
    text = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  }
  return key;
}

}  // namespace

ServiceState TestWorld::service(std::string_view key, std::vector<Instance> instances) {
  ServiceState state;
  state.key = parse_key(key);
  state.instances = std::move(instances);
  return state;
}

ServiceState TestWorld::cluster_ip(std::string_view key, std::vector<std::string> addresses,
                                   std::vector<Port> ports, std::vector<Instance> instances) {
  auto state = service(key, std::move(instances));
  state.kind = ServiceKind::VirtualIp;
  for (const auto& address : addresses) state.virtual_ips.push_back(*IpAddress::parse(address));
  state.ports = std::move(ports);
  return state;
}

ServiceState TestWorld::external_name(std::string_view key, std::string target) {
  auto state = service(key);
  state.kind = ServiceKind::Alias;
  state.alias = std::move(target);
  return state;
}

void TestWorld::settle() {
  while (world.flush(3)) world.publish();
  world.publish();
}

TestWorld& TestWorld::upsert(ServiceState state) {
  world.take(std::move(state));
  settle();
  return *this;
}

TestWorld& TestWorld::erase(std::string_view key) {
  world.erase(parse_key(key));
  settle();
  return *this;
}

TestWorld& TestWorld::list(const std::string& registry, std::vector<ServiceState> states, Complete complete) {
  static Epoch epoch = 0;
  world.begin_list(registry, ++epoch);
  for (auto& state : states) world.take(std::move(state));
  world.end_list(registry, epoch, complete);
  settle();
  return *this;
}

std::pair<Name, RRType> parse_question(const std::string& question) {
  const auto space = question.find(' ');
  auto name = Name::parse(question.substr(0, space));
  auto type = parse_type(question.substr(space + 1));
  EXPECT_TRUE(name && type) << question;
  return {*name, *type};
}

std::string TestWorld::dig(const std::string& question) const {
  const auto [name, type] = parse_question(question);
  const auto answer = whole_answer(reader.refresh(), name, type);
  std::string text = answer.rcode == Rcode::NoError    ? "NOERROR"
                     : answer.rcode == Rcode::NxDomain ? "NXDOMAIN"
                     : answer.rcode == Rcode::Refused  ? "REFUSED"
                     : answer.rcode == Rcode::ServFail ? "SERVFAIL"
                     : answer.rcode == Rcode::YxDomain ? "YXDOMAIN"
                                                       : "OTHER";
  if (answer.authoritative) text += " aa";
  for (const auto& record : answer.records) {
    if (record.section == 1 && record.type == RRType::SOA) {
      text += " soa";
      continue;
    }
    text += record.section == 2 ? " + " : " | ";
    text += record.to_string();
  }
  return text;
}

std::vector<std::string> TestWorld::draw(const std::string& question, bool udp, std::size_t limit) {
  const auto [name, type] = parse_question(question);
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  const auto query = query_for(name, type);
  Response response;
  response.begin(query, buffer, udp ? limit : kMessageOctetsMax);
  answerer.answer(reader.refresh(), query.question.folded.wire(), type, udp, response);
  last_truncated = response.truncated();
  std::vector<std::string> rdata;
  const auto message = response.finish();
  last_octets = message.size();
  for (const auto& record : present(message)) {
    if (record.section == 0) rdata.push_back(record.rdata);
  }
  return rdata;
}

TestWorld::Heard TestWorld::ask_from(const std::string& client, const std::string& question,
                                     const std::string& subnet) {
  const auto [name, type] = parse_question(question);
  std::vector<std::uint8_t> buffer(kMessageOctetsMax), option;
  auto query = query_for(name, type);
  query.edns.present = true;
  if (!subnet.empty()) {
    const auto prefix = config::read_prefix(subnet);
    EXPECT_TRUE(prefix) << subnet;
    const auto octets = prefix->address.octets().first((prefix->bits + 7u) / 8);
    option = {0, prefix->address.is_v4() ? std::uint8_t{1} : std::uint8_t{2}, prefix->bits, 0};
    option.insert(option.end(), octets.begin(), octets.end());
    query.edns.options = kAskedSubnet;
    query.subnet = option;
  }
  QueryContext context;
  context.peer.ip = *IpAddress::parse(client);
  Response response;
  response.begin(query, buffer, 1232);
  if (!subnet.empty()) response.add_subnet(option);
  Asker asker{&context, &query};
  answerer.answer(reader.refresh(), query.question.folded.wire(), type, true, response, nullptr, &asker);
  const auto message = response.finish();
  Heard heard;
  for (const auto& record : present(message)) {
    if (record.section == 0) heard.rdata.push_back(record.rdata);
  }
  // The option is the last thing in the message: OPT is its last record, and it has no other option.
  if (!subnet.empty()) heard.scope = message[message.size() - option.size() + 3];
  return heard;
}

std::optional<ExtendedError> TestWorld::extended_error(const std::string& question) {
  const auto [name, type] = parse_question(question);
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  auto query = query_for(name, type);
  query.edns.present = true;
  Response response;
  response.begin(query, buffer, kMessageOctetsMax);
  answerer.answer(reader.refresh(), query.question.folded.wire(), type, false, response);
  response.finish();
  return response.sent_extended_error();
}

std::uint32_t TestWorld::serial(const std::string& zone) const {
  for (const auto& view : reader.refresh().zones) {
    if (view.zone->name.to_string() == zone) return view.serial;
  }
  ADD_FAILURE() << "no zone " << zone;
  return 0;
}

}  // namespace signpost::test
