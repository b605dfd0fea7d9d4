// A server of 1.x as a table of answers, on virtual time: drives one PollSession and writes down what it
// does.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "backends/nacos/poll_session.h"

namespace signpost::nacos::test {

using namespace std::chrono_literals;

/// The machine, the time and what the server answers; writes down what happens.
struct PollDesk {
  static SessionOptions options(std::size_t servers, bool login = false) {
    SessionOptions made{"nacos", "public", {"DEFAULT_GROUP"}, {}, 10s, 60s, login};
    for (std::size_t i = 0; i < servers; ++i) made.servers.push_back({"nacos-" + std::to_string(i), 8848});
    return made;
  }
  explicit PollDesk(SessionOptions made = options(1)) : session(std::move(made), Random(7), counts) {}

  follow::Counts counts;
  PollSession session;
  Monotonic now{1h};
  std::map<std::string, std::string> hosts;  // name -> the JSON of its hosts
  std::int64_t cache_millis = 10000;
  std::function<event::Fetched(const action::Fetch&)> instead;  // status -1: the usual answer
  bool silent = false;
  std::vector<action::Fetch> asked;
  std::vector<std::string> news;
  std::string renewed;

  void feed(Event what) {
    std::vector<Event> events{std::move(what)};
    for (std::size_t i = 0; i < events.size(); ++i) {
      Actions actions;
      session.input(std::move(events[i]), now, actions);
      std::vector<Event> due;
      for (auto& each : actions) carry_out(each, due);
      std::move(due.begin(), due.end(), std::back_inserter(events));
    }
  }
  void pass(Duration time) {
    const auto end = now + time;
    for (int ticks = 0; session.deadline() <= end; ++ticks) {
      ASSERT_LT(ticks, 100000) << "it asks for a tick again and again";
      now = std::max(now, session.deadline());
      feed(event::Tick{});
    }
    now = end;
  }
  std::vector<std::string> take() { return std::exchange(news, {}); }

  void carry_out(Action& each, std::vector<Event>& due) {
    if (auto* fetch = std::get_if<action::Fetch>(&each)) {
      asked.push_back(*fetch);
      if (!silent) due.emplace_back(answer(*fetch));
    } else if (std::get_if<action::Disconnect>(&each) != nullptr) {
      due.clear();
    } else if (auto* upsert = std::get_if<action::Upsert>(&each)) {
      auto line = upsert->state.key.name + (upsert->state.pending ? " pending" : "");
      for (const auto& instance : upsert->state.instances) line += " " + instance.v4->to_string();
      news.push_back(line);
    } else if (auto* erase = std::get_if<action::Erase>(&each)) {
      news.push_back("erase " + erase->key.name + (erase->by_list ? " by list" : ""));
    } else if (auto* lost = std::get_if<action::Lost>(&each)) {
      news.push_back("lost " + lost->why);
    } else if (auto* wanted = std::get_if<action::Wanted>(&each)) {
      news.push_back(wanted->service.name + (wanted->there ? " is there" : " is not there"));
    } else if (auto* renew = std::get_if<action::RenewToken>(&each)) {
      renewed = renew->refused;
    } else if (auto* reached = std::get_if<action::Reached>(&each)) {
      const char* const words[] = {"listed", "ready", "", "listed again"};
      const std::string word = words[static_cast<int>(reached->milestone)];
      if (!word.empty()) news.push_back(word);
    }
  }
  event::Fetched answer(const action::Fetch& fetch) {
    if (instead) {
      if (auto made = instead(fetch); made.status >= 0) {
        made.id = fetch.id;
        return made;
      }
    }
    std::string body;
    if (is_list(fetch)) {
      for (const auto& [name, unused] : hosts) body += (body.empty() ? "\"" : ",\"") + name + "\"";
      body = R"({"count":)" + std::to_string(hosts.size()) + R"(,"doms":[)" + body + "]}";
    } else {
      const auto from = fetch.target.find("%40%40") + 6;
      const auto name = fetch.target.substr(from, fetch.target.find('&') - from);
      const auto found = hosts.find(name);
      const auto at = fetch.target.find("serviceName=") + 12;
      const auto group = fetch.target.substr(at, fetch.target.find("%40%40") - at);
      body = R"({"name":")" + group + "@@" + name + R"(","groupName":")" + group + R"(","cacheMillis":)" +
             std::to_string(cache_millis) + R"(,"hosts":)" + (found == hosts.end() ? "[]" : found->second) +
             "}";
    }
    return {fetch.id, 200, body, {}};
  }
  static bool is_list(const action::Fetch& fetch) {
    return fetch.target.find("/service/list?") != std::string::npos;
  }
};

inline std::string one(const std::string& ip) { return R"([{"ip":")" + ip + R"(","port":80}])"; }
inline const event::Fetched kUsual{0, -1, {}, {}};

}  // namespace signpost::nacos::test
