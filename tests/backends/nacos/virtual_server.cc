#include "tests/backends/nacos/virtual_server.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace signpost::nacos::test {
namespace {

std::string spelled(const ServiceKey& key) { return key.group + "/" + key.name; }

std::string spelled(const ServiceState& state) {
  if (state.pending) return "pending " + spelled(state.key);
  auto text = spelled(state.key);
  for (const auto& instance : state.instances) {
    text += " " + (instance.v4 ? *instance.v4 : *instance.v6).to_string() + ":" +
            std::to_string(instance.ports.front().number);
  }
  return text;
}

bool is_news(const std::string& line) {
  for (const auto* prefix :
       {"connect ", "disconnect", "stream", "request ", "send ", "renew", "note ", "fetch "}) {
    if (line.starts_with(prefix)) return false;
  }
  return line != "alive";
}

}  // namespace

std::string host(const std::string& ip, int port, const std::string& more) {
  return R"({"ip":")" + ip + R"(","port":)" + std::to_string(port) + (more.empty() ? "" : ",") + more + "}";
}

SessionOptions Desk::options_for(const std::vector<std::string>& groups, std::size_t servers) {
  SessionOptions options{"nacos", "public", groups, {}, 10s, 60s, false};
  for (std::size_t i = 0; i < servers; ++i) options.servers.push_back({"nacos-" + std::to_string(i), 8848});
  return options;
}

Desk::Desk(SessionOptions options, std::uint64_t seed) : session(std::move(options), Random(seed), counts) {}

void Desk::feed(Event event) {
  std::vector<Event> events;
  events.push_back(std::move(event));
  for (std::size_t i = 0; i < events.size(); ++i) {
    Actions actions;
    session.input(events[i], now, actions);
    due_.clear();
    carry_out(actions);
    std::move(due_.begin(), due_.end(), std::back_inserter(events));
  }
}

void Desk::pass(Duration duration) {
  const auto end = now + duration;
  int ticks = 0;
  while (session.deadline() <= end) {
    if (++ticks > 100000) throw std::logic_error("the session asks for a tick again and again");
    now = std::max(now, session.deadline());
    feed(event::Tick{});
  }
  now = end;
}

bool Desk::until(const std::function<bool()>& done, Duration at_most) {
  const auto end = now + at_most;
  while (!done()) {
    const auto next = session.deadline();
    if (next > end) return false;
    now = std::max(now, next);
    feed(event::Tick{});
  }
  return true;
}

void Desk::carry_out(Actions& actions) {
  for (auto& each : actions) {
    if (auto* connect = std::get_if<action::Connect>(&each)) {
      watches.clear();
      log_.push_back("connect " + connect->server.host + ":" + std::to_string(connect->server.port));
      connected = reachable;
      if (reachable) {
        due_.emplace_back(event::Connected{});
      } else {
        due_.emplace_back(event::Disconnected{"refused"});
      }
    } else if (std::get_if<action::Disconnect>(&each) != nullptr) {
      log_.emplace_back("disconnect");
      connected = false;
      due_.clear();  // nothing of a dropped connection is reported
    } else if (std::get_if<action::OpenStream>(&each) != nullptr) {
      log_.emplace_back("stream");
    } else if (auto* request = std::get_if<action::Request>(&each)) {
      answer(*request);
    } else if (auto* fetch = std::get_if<action::Fetch>(&each)) {
      log_.push_back("fetch " + fetch->target);
      const auto body = admin_status == 200 ? admin_answer(fetch->target) : std::string();
      if (answers) due_.emplace_back(event::Fetched{fetch->id, admin_status, body, "refused"});
    } else if (auto* send = std::get_if<action::Send>(&each)) {
      auto payload = decode_payload(send->octets);
      log_.push_back("send " + payload->type);
      if (payload->type == "ConnectionSetupRequest" && acknowledges &&
          payload->body.find("abilityTable") != std::string::npos) {
        const auto* able = fuzzy_watch ? R"({"abilityTable":{"fuzzyWatch":true}})" : R"({"abilityTable":{}})";
        due_.emplace_back(event::Received{encode({"SetupAckRequest", able, {}})});
      }
      streamed.push_back(std::move(*payload));
    } else if (auto* renew = std::get_if<action::RenewToken>(&each)) {
      log_.push_back("renew " + renew->refused);
    } else if (auto* upsert = std::get_if<action::Upsert>(&each)) {
      log_.push_back(spelled(upsert->state));
      world[spelled(upsert->state.key)] = spelled(upsert->state);
      states.push_back(std::move(upsert->state));
    } else if (auto* erase = std::get_if<action::Erase>(&each)) {
      log_.push_back((erase->unwanted ? "forget " : "erase ") + spelled(erase->key));
      world.erase(spelled(erase->key));
    } else if (auto* lost = std::get_if<action::Lost>(&each)) {
      log_.push_back("lost: " + lost->why);
    } else if (auto* note = std::get_if<action::Note>(&each)) {
      log_.push_back("note " + std::string(note->event) + " " + note->text);
    } else if (auto* wanted = std::get_if<action::Wanted>(&each)) {
      log_.push_back("wanted " + wanted->service.group + "/" + wanted->service.name +
                     (wanted->there ? " there" : " unknown"));
    } else if (auto* reached = std::get_if<action::Reached>(&each)) {
      const char* const words[] = {"listed", "ready", "alive", "listed again"};
      log_.emplace_back(words[static_cast<int>(reached->milestone)]);
    }
  }
}

void Desk::answer(const action::Request& request) {
  auto payload = *decode_payload(request.octets);
  const auto body = nlohmann::json::parse(payload.body);
  auto line = "request " + payload.type;
  for (const auto* key : {"groupName", "serviceName"}) {
    if (body.contains(key) && !body[key].get<std::string>().empty())
      line += " " + body[key].get<std::string>();
  }
  if (body.contains("subscribe") && !body["subscribe"].get<bool>()) line += " off";
  log_.push_back(line);
  sent.push_back(payload);
  if (auto said = reply(payload)) {
    due_.emplace_back(event::Reply{request.id, encode(*said)});
  } else {
    last_silent = request.id;
  }
}

std::optional<Payload> VirtualServer::reply(const Payload& request) {
  auto text = answers && instead ? instead(request) : std::string();
  if (!answers || text == "silence") return std::nullopt;
  if (text.empty()) text = usual_answer(request);
  return Payload{request.type.substr(0, request.type.size() - 7) + "Response", std::move(text), {}};
}

std::string VirtualServer::usual_answer(const Payload& payload) {
  const auto body = nlohmann::json::parse(payload.body);
  const std::string head = R"({"resultCode":200,"errorCode":0,"success":true)";
  if (payload.type == "ServerCheckRequest") {
    return head + (negotiates ? R"(,"supportAbilityNegotiation":true})" : "}");
  }
  if (payload.type == "ServiceListRequest") {
    auto names = nlohmann::json::array();
    for (const auto& [service, unused] : hosts) {
      if (service.group == body["groupName"]) names.push_back(service.name);
    }
    return head + R"(,"count":)" + std::to_string(names.size()) + R"(,"serviceNames":)" + names.dump() + "}";
  }
  if (payload.type == "SubscribeServiceRequest" || payload.type == "ServiceQueryRequest") {
    const ServiceName service{body["groupName"], body["serviceName"]};
    const auto found = hosts.find(service);
    const auto text = found == hosts.end() ? "[]" : found->second;
    return head + R"(,"serviceInfo":)" + service_info(service, text, ref_time) + "}";
  }
  if (payload.type == "NamingFuzzyWatchRequest") return watch_answer(body);
  return head + "}";
}

/// As the Java server: at a limit it names the first services only, and holds the pattern nevertheless (L4).
std::string VirtualServer::watch_answer(const nlohmann::json& body) {
  const auto refuse = [](int code) {
    return R"({"resultCode":500,"success":false,"errorCode":)" + std::to_string(code) + "}";
  };
  const std::string text = body["groupKeyPattern"];
  const auto at = text.find(">>"), next = text.find(">>", at + 2);
  const WatchPattern pattern{text.substr(at + 2, next - at - 2), text.substr(next + 2)};
  const auto spelled_pattern = pattern.group + "/" + pattern.name;
  if (body["watchType"] == "CANCEL_WATCH") {
    watches.erase(spelled_pattern);
    return R"({"resultCode":200,"success":true})";
  }
  if (!watches.contains(spelled_pattern) && watches.size() >= pattern_limit) return refuse(50310);
  if (watch_code != 50310) watches.insert(spelled_pattern);
  std::vector<ServiceName> named;
  for (const auto& [service, unused] : hosts) {
    if (covers(pattern, service) && named.size() < watch_limit) named.push_back(service);
  }
  const auto sync = [&](const char* type, const nlohmann::json& contexts) {
    const nlohmann::json said{
        {"requestId", "f"}, {"syncType", type}, {"groupKeyPattern", text}, {"contexts", contexts}};
    due_.emplace_back(event::Received{encode({"NamingFuzzyWatchSyncRequest", said.dump(), {}})});
  };
  if (body["initializing"]) {
    auto contexts = nlohmann::json::array();
    for (const auto& service : named) {
      contexts.push_back(
          {{"serviceKey", "public@@" + service.group + "@@" + service.name}, {"changedType", "ADD_SERVICE"}});
    }
    if (!contexts.empty()) sync("FUZZY_WATCH_INIT_NOTIFY", contexts);
    if (finishes_sync) sync("FINISH_FUZZY_WATCH_INIT_NOTIFY", nlohmann::json::array());
  }
  if (watch_code != 0) return refuse(watch_code);
  if (watch_limit != 0 && named.size() == watch_limit) return refuse(50311);
  return R"({"resultCode":200,"success":true})";
}

std::string VirtualServer::service_info(const ServiceName& service, const std::string& hosts_json,
                                        std::int64_t at) const {
  return R"({"name":")" + service.name + R"(","groupName":")" + service.group + R"(","lastRefTime":)" +
         std::to_string(at) + R"(,"hosts":)" + hosts_json + "}";
}

void Desk::push(const ServiceName& service, const std::string& hosts_json, std::int64_t at) {
  say("NotifySubscriberRequest",
      R"({"requestId":"p","serviceInfo":)" + service_info(service, hosts_json, at) + "}");
}

/// A page of the admin API's list (4.5), in the order of names.
std::string VirtualServer::admin_answer(const std::string& target) const {
  const auto number = [&](const std::string& key) {
    return std::stoul(target.substr(target.find("&" + key + "=") + key.size() + 2));
  };
  const auto size = number("pageSize"), first = admin_pages ? (number("pageNo") - 1) * size : 0;
  auto items = nlohmann::json::array();
  std::size_t index = 0;
  for (const auto& [service, unused] : hosts) {
    if (index >= first && index < first + size) {
      items.push_back({{"name", service.name}, {"groupName", service.group}, {"ipCount", 1}});
    }
    ++index;
  }
  const nlohmann::json data{{"totalCount", hosts.size() + admin_total_wrong}, {"pageItems", items}};
  return nlohmann::json{{"code", 0}, {"message", "success"}, {"data", data}}.dump();
}

void Desk::change(const ServiceName& service, const std::string& type, const std::string& space) {
  say("NamingFuzzyWatchChangeNotifyRequest", R"({"requestId":"c","serviceKey":")" + space + "@@" +
                                                 service.group + "@@" + service.name +
                                                 R"(","changedType":")" + type + R"("})");
}

std::unique_ptr<Desk> ready_desk(std::map<ServiceName, std::string> known) {
  auto desk = std::make_unique<Desk>();
  desk->hosts = std::move(known);
  desk->start();
  desk->pass(1s);
  if (desk->session.state() != Session::State::Ready) throw std::logic_error("the session is not ready");
  desk->take_log();
  return desk;
}

std::vector<std::string> Desk::take_log() { return std::exchange(log_, {}); }

std::vector<std::string> Desk::take_news() {
  auto log = take_log();
  log.erase(std::remove_if(log.begin(), log.end(), [](const auto& line) { return !is_news(line); }),
            log.end());
  return log;
}

std::size_t Desk::count_log(const std::string& prefix) const {
  return static_cast<std::size_t>(
      std::count_if(log_.begin(), log_.end(), [&](const auto& line) { return line.starts_with(prefix); }));
}

std::vector<std::string> Desk::connects() const {
  std::vector<std::string> servers;
  for (const auto& line : log_) {
    if (line.starts_with("connect ")) servers.push_back(line.substr(8));
  }
  return servers;
}

}  // namespace signpost::nacos::test
