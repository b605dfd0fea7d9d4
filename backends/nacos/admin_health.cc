#include "backends/nacos/admin_health.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "backends/nacos/metadata.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

constexpr RequestId kOurs = RequestId{3} << 62U;  // auto_session.cc has those from 1 << 63 on
constexpr std::size_t kServicesMost = 2000;       // at 4 in flight and 10 ms an answer: 5 s a round
constexpr std::size_t kClustersMost = 16;
constexpr std::size_t kInFlight = 4;
constexpr Duration kAgain = std::chrono::seconds(10);
constexpr Duration kAtOnce = std::chrono::seconds(1);  // between two readings for the sake of news
constexpr Duration kBelieved = std::chrono::seconds(60);
constexpr Duration kQuiet = std::chrono::minutes(10);
constexpr std::string_view kDefaultCluster = "DEFAULT";

std::string_view cluster_of(const std::string& cluster) {
  return cluster.empty() ? kDefaultCluster : cluster;
}

std::string place(const IpAddress& address, std::int64_t port, const std::string& cluster) {
  return address.to_string() + "#" + std::to_string(port) + "#" + std::string(cluster_of(cluster));
}

std::string place(const Instance& instance) {
  return place(instance.v4 ? *instance.v4 : *instance.v6, instance.ports.front().number, instance.cluster);
}

/// One cluster a call (4.5). The older API was the console's and has pages.
std::string target_of(const ServiceKey& key, const std::string& cluster, bool older) {
  const auto which = "namespaceId=" + form_encoded(key.space) + "&groupName=" + form_encoded(key.group) +
                     "&clusterName=" + form_encoded(cluster);
  if (older) {
    return "/nacos/v1/ns/catalog/instances?" + which +
           "&serviceName=" + form_encoded(key.group + "@@" + key.name) + "&pageNo=1&pageSize=10000";
  }
  return "/nacos/v3/admin/ns/instance/list?" + which + "&serviceName=" + form_encoded(key.name) +
         "&healthyOnly=false";
}

}  // namespace

AdminHealth::AdminHealth(std::unique_ptr<Protocol> inner, std::vector<Server> servers, Random random,
                         follow::Counts& counts)
    : inner_(std::move(inner)),
      random_(random),
      ring_(std::move(servers), random_),
      counts_(counts),
      last_id_(kOurs) {}

void AdminHealth::input(Event event, Monotonic now, Actions& out) {
  const auto* answer = std::get_if<event::Fetched>(&event);
  if (answer != nullptr && answer->id > kOurs) {
    fetched(*answer, now, out);
  } else {
    if (const auto* given = std::get_if<event::Token>(&event)) token_ = given->token;
    if (const auto* told = std::get_if<event::Servers>(&event)) ring_.replace(told->servers, random_);
    Actions actions;
    inner_->input(std::move(event), now, actions);
    for (auto& action : actions) sift(action, now, out);
  }
  expire(now, out);
  pump(now, out);
}

Monotonic AdminHealth::deadline() const {
  auto earliest = inner_->deadline();
  for (const auto& [id, asked] : in_flight_) earliest = std::min(earliest, asked.deadline);
  for (const auto& [key, service] : services_) {
    if (service.asked == 0 && in_flight_.size() < kInFlight) earliest = std::min(earliest, service.due);
    if (service.truth) earliest = std::min(earliest, service.read_at + kBelieved);
  }
  return earliest;
}

void AdminHealth::sift(Action& action, Monotonic now, Actions& out) {
  if (auto* upsert = std::get_if<action::Upsert>(&action)) {
    if (upsert->state.health_masked) return masked(std::move(upsert->state), now, out);
    services_.erase(upsert->state.key);
  } else if (const auto* erase = std::get_if<action::Erase>(&action)) {
    services_.erase(erase->key);
  }
  out.push_back(std::move(action));
}

void AdminHealth::masked(ServiceState&& state, Monotonic now, Actions& out) {
  auto found = services_.find(state.key);
  if (found == services_.end()) {
    if (services_.size() >= kServicesMost) {
      counts_.add("admin_failed", "too-many");
      out.emplace_back(action::Upsert{std::move(state)});
      return;
    }
    found = services_.try_emplace(state.key).first;
    found->second.due = now;
  }
  auto& service = found->second;
  service.state = std::move(state);
  if (service.failures == 0) service.due = std::min(service.due, std::max(now, service.read_at + kAtOnce));
  out.emplace_back(action::Upsert{corrected(service)});
}

/// Whom the admin API does not name keeps the last known health. Nothing is hidden any more once everybody
/// was named.
ServiceState AdminHealth::corrected(const Service& service) {
  auto state = service.state;
  if (!service.truth) return state;
  bool all = true;
  for (auto& instance : state.instances) {
    const auto known = service.truth->find(place(instance));
    all = all && known != service.truth->end();
    if (known != service.truth->end()) {
      instance.health = known->second ? Health::Up : Health::Down;
    }
  }
  state.health_masked = !all;
  return state;
}

std::vector<std::string> AdminHealth::clusters_of(const ServiceState& state) {
  std::set<std::string> names;
  for (const auto& instance : state.instances) names.emplace(cluster_of(instance.cluster));
  std::vector<std::string> clusters(names.begin(), names.end());
  if (clusters.size() > kClustersMost) clusters.resize(kClustersMost);
  return clusters;
}

/// Where the API is slower than what is due, everybody's turn comes later, and nobody's never: those that are
/// due for longest go first.
AdminHealth::Service* AdminHealth::next_due(Monotonic now) {
  Service* next = nullptr;
  for (auto& [key, service] : services_) {
    if (service.asked != 0 || service.due > now) continue;
    if (next == nullptr || service.due < next->due) next = &service;
  }
  return next;
}

void AdminHealth::pump(Monotonic now, Actions& out) {
  while (in_flight_.size() < kInFlight) {
    auto* const service = next_due(now);
    if (service == nullptr) return;
    service->clusters = clusters_of(service->state);
    service->next = 0;
    service->reading.clear();
    if (service->clusters.empty()) {
      service->failures = 0;
      service->due = Monotonic::max();  // until there is news
    } else {
      ask(*service, older_, now, out);
    }
  }
}

void AdminHealth::ask(Service& service, bool older, Monotonic now, Actions& out) {
  const auto id = service.asked = ++last_id_;
  const auto& cluster = service.clusters[service.next];
  in_flight_.emplace(
      id, Asked{service.state.key, cluster, now + timing::kFetch + std::chrono::seconds(1), older});
  action::Fetch fetch{id, ring_.current(), target_of(service.state.key, cluster, older), token_, false, {}};
  fetch.timeout = timing::kFetch;
  fetch.beside = true;
  out.emplace_back(std::move(fetch));
}

void AdminHealth::fetched(const event::Fetched& answer, Monotonic now, Actions& out) {
  const auto entry = in_flight_.find(answer.id);
  if (entry == in_flight_.end()) return;
  const auto asked = std::move(entry->second);
  in_flight_.erase(entry);
  const auto found = services_.find(asked.key);
  if (found == services_.end() || found->second.asked != answer.id) return;  // it came back meanwhile
  auto& service = found->second;
  const auto status = answer.status;
  if (status == 200) {
    older_ = asked.older;
    return read(service, asked.cluster, answer.body, now, out);
  }
  // 404 is also said of a cluster that has just gone; then the other API knows it no better.
  if ((status == 404 || status == 410 || status == 501) && asked.older == older_ && !service.truth) {
    return ask(service, !asked.older, now, out);
  }
  const auto* reason = status == 0 ? "transport" : status == 401 || status == 403 ? "forbidden" : "refused";
  failed(service, reason, status == 0 ? answer.why : "HTTP " + std::to_string(status), now, out);
}

void AdminHealth::read(Service& service, const std::string& cluster, const std::string& body, Monotonic now,
                       Actions& out) {
  const auto hosts = read_admin_instances(body);
  if (!hosts) return failed(service, "malformed", hosts.error().message, now, out);
  for (const auto& host : *hosts) {
    if (const auto address = read_address(host.ip)) {
      service.reading[place(*address, host.port, host.cluster.empty() ? cluster : host.cluster)] =
          host.healthy;
    }
  }
  if (++service.next < service.clusters.size()) return ask(service, older_, now, out);
  counts_.add("admin_reads");
  service.asked = 0;
  service.failures = 0;
  service.read_at = now;
  service.due =
      now + kAgain - kAgain / 20 +
      Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(kAgain.count()) / 10)));
  const auto before = corrected(service);
  service.truth = std::exchange(service.reading, {});
  if (auto after = corrected(service); after != before) out.emplace_back(action::Upsert{std::move(after)});
}

/// The next server is asked, later and later; what is known is not touched.
void AdminHealth::failed(Service& service, std::string_view reason, const std::string& why, Monotonic now,
                         Actions& out) {
  counts_.add("admin_failed", reason);
  service.asked = 0;
  ring_.advance();
  const auto full =
      std::min<Duration>(timing::kRetryMost, kAtOnce * (1U << std::min(service.failures++, 6U)));
  service.due =
      now + full / 2 +
      Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(full.count()) / 2)));
  if (now < quiet_until_) return;
  quiet_until_ = now + kQuiet;
  const auto* hint = reason == "forbidden" ? ": the account needs the rights of an administrator" : "";
  out.emplace_back(action::Note{
      log::Level::Warning, "nacos.admin_failed",
      why + hint +
          "; while their protection threshold is reached, services answer by the last known health"});
}

void AdminHealth::expire(Monotonic now, Actions& out) {
  for (auto entry = in_flight_.begin(); entry != in_flight_.end();) {
    if (now < entry->second.deadline) {
      ++entry;
      continue;
    }
    const auto id = entry->first;
    const auto found = services_.find(entry->second.key);
    entry = in_flight_.erase(entry);
    if (found != services_.end() && found->second.asked == id)
      failed(found->second, "timeout", "no answer in time", now, out);
  }
  for (auto& [key, service] : services_) {
    if (!service.truth || now < service.read_at + kBelieved) continue;
    service.truth.reset();
    counts_.add("admin_failed", "outdated");
    out.emplace_back(action::Upsert{corrected(service)});
  }
}

std::unique_ptr<Protocol> ask_admin(const config::NacosRegistry& options, std::unique_ptr<Protocol> inner,
                                    follow::Counts& counts) {
  if (options.protection != config::ProtectedHealth::Admin) return inner;
  return std::make_unique<AdminHealth>(std::move(inner), options.servers, Random::from_kernel(), counts);
}

}  // namespace signpost::nacos
