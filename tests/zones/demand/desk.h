// on_query on virtual time, for tests of its table.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "zones/demand/table.h"

namespace signpost::test {

using namespace std::chrono_literals;

/// The table, its time, and a mailbox of which each ticket can be looked at.
class Desk {
 public:
  explicit Desk(std::uint32_t services = 8) : waiting_(2000, 10s, bell_) {
    configure({registry("nacos", services)});
  }
  ~Desk() { ::close(bell_); }

  static DemandRegistry registry(const std::string& name, std::uint32_t services = 8) {
    DemandRegistry made{name, {}, {}};
    made.options.on_query = {true, services, 1000ms, 600s};
    made.zones.resize(1);
    made.zones[0].name.assign(1, 'z');  // = "z" is a false -Wrestrict of GCC 12
    return made;
  }
  void configure(std::vector<DemandRegistry> registries) {
    DemandActions out;
    table.configure(std::move(registries), now, out);
    keep(std::move(out));
  }
  void restart(const std::string& name) {
    DemandActions out;
    table.restarted(name, out);
    keep(std::move(out));
  }
  void use(const std::string& relative) { gate.use(Name::parse(relative + ".z")->wire()); }

  /// A query for this name waits from now on.
  void ask(const std::string& relative) {
    QueryContext context;
    context.ticket = waiting_.next_ticket(4);
    context.mailbox = &waiting_.mailbox();
    const std::uint8_t message[4] = {};
    waiting_.keep(context, message, 0, now);
    DemandActions out;
    table.ask({*Name::parse(relative + ".z"), context.ticket, context.mailbox}, now, out);
    keep(std::move(out));
  }
  void reply(const DemandActions::Want& want, bool there) {
    DemandActions out;
    table.replied(want.name, want.number, there, now, out);
    keep(std::move(out));
  }
  /// All that is wanted is answered, and published if there.
  void reply_all(bool there) {
    for (const auto& want : std::exchange(wanted, {})) reply(want, there);
    for (const auto& each : std::exchange(published, {})) table.published(each);
  }
  void pass(Duration duration) {
    const auto end = now + duration;
    for (int ticks = 0; table.deadline() <= end; ++ticks) {
      if (ticks > 100000) throw std::logic_error("ticks again and again");
      now = std::max(now, table.deadline());
      DemandActions out;
      table.tick(now, out);
      keep(std::move(out));
    }
    now = end;
  }
  /// Queries that were sent back since the last call.
  std::size_t resumed() {
    std::size_t count = 0;
    while (auto* each = waiting_.take(now)) {
      waiting_.release(each);
      ++count;
    }
    return count;
  }
  bool settled(const std::string& relative) const {
    return gate.found(Name::parse(relative + ".z")->wire()).has_value();
  }
  DemandReport report() const { return table.reports().at(0); }
  DemandCounts counts() const { return report().counts; }

  Monotonic now{1h};
  DemandGate gate{1, -1};
  DemandTable table{gate};
  std::vector<DemandActions::Want> wanted;
  std::vector<DemandActions::Published> published;
  std::vector<std::string> unwanted;

 private:
  void keep(DemandActions out) {
    for (auto& each : out.wanted) wanted.push_back(std::move(each));
    for (auto& each : out.published) published.push_back(std::move(each));
    for (const auto& each : out.unwanted) unwanted.push_back(each.group + "/" + each.name);
  }
  int bell_ = ::eventfd(0, EFD_NONBLOCK);
  DeferralTable waiting_;
};

}  // namespace signpost::test
