#include "zones/demand/table.h"

#include <algorithm>
#include <utility>

#include "zones/demand/candidates.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

using std::chrono::seconds;

/// An absent name is asked for again after this: a registry that forgot our subscription is found out.
constexpr Duration kAbsentAtMost = seconds(60);
/// All that candidates() looks at.
bool same_names(const DemandRegistry& a, const DemandRegistry& b) {
  return a.options.namespaces == b.options.namespaces && a.options.groups == b.options.groups &&
         std::equal(a.zones.begin(), a.zones.end(), b.zones.begin(), b.zones.end(),
                    [](const auto& one, const auto& other) {
                      return one.name == other.name && one.default_group == other.default_group &&
                             one.default_namespace == other.default_namespace;
                    });
}

}  // namespace

std::vector<ServiceKey> DemandTable::candidates_of(const Part& part, NameView name) {
  std::vector<ServiceKey> keys;
  for (const auto& zone : part.registry.zones) {
    const auto apex = Name::parse(zone.name);
    if (!apex || !is_at_or_below(name, apex->folded().wire())) continue;
    for (auto& key : demand::candidates(name, zone, part.registry.name, part.registry.options)) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
    }
  }
  return keys;
}

void DemandTable::configure(std::vector<DemandRegistry> registries, Monotonic now, DemandActions& out) {
  std::size_t services = 0;
  for (const auto& registry : registries) services += registry.options.on_query.services;
  if (gate_.make_room(services)) {
    for (const auto& [key, wish] : wishes_) {
      for (const auto mark : wish.marks) gate_.watch(mark);
    }
  }
  std::list<Part> before = std::move(parts_);
  parts_.clear();
  for (auto& registry : registries) {
    const auto old = std::find_if(before.begin(), before.end(),
                                  [&](const auto& part) { return part.registry.name == registry.name; });
    if (old == before.end()) {
      parts_.emplace_back().registry = std::move(registry);
      continue;
    }
    parts_.splice(parts_.end(), before, old);  // leases know their part by its address
    auto& part = parts_.back();
    const bool same = same_names(part.registry, registry);
    part.registry = std::move(registry);
    keep_within(part, now + part.registry.options.on_query.idle);
    if (same) continue;
    end_leases(part, Unless::Same, out);
    watch_anew(part);
  }
  for (auto& part : before) end_leases(part, Unless::Never, out);
  gate_.unsettle_all();  // another registry may have a name now that is settled
  for (auto& [name, question] : questions_) {
    if (is_asked_everywhere(question)) look(question);
  }
  for (auto& part : parts_) limit(part, now, out);
}

void DemandTable::keep_within(Part& part, Monotonic latest) {
  for (auto* leases : {&part.there, &part.absent}) {
    for (auto& lease : *leases) lease.ends = std::min(lease.ends, latest);
  }
}

/// Same: those that want the services they wanted are kept.
void DemandTable::end_leases(Part& part, Unless unless, DemandActions& out) {
  for (auto* leases : {&part.asking, &part.there, &part.absent}) {
    for (auto lease = leases->begin(); lease != leases->end();) {
      const auto each = lease++;
      const bool keep =
          unless == Unless::Same && candidates_of(part, each->question->name.wire()) == each->keys;
      if (!keep) end(each, out);
    }
  }
}

bool DemandTable::is_asked_everywhere(const Question& question) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const auto& part) {
    return lease_of(question, part) != nullptr || candidates_of(part, question.name.wire()).empty();
  });
}

const DemandTable::Lease* DemandTable::lease_of(const Question& question, const Part& part) {
  for (const auto& lease : question.leases) {
    if (lease->part == &part) return &*lease;
  }
  return nullptr;
}

void DemandTable::restarted(const std::string& registry, DemandActions& out) {
  for (auto& part : parts_) {
    if (part.registry.name != registry) continue;
    for (auto* leases : {&part.asking, &part.there, &part.absent}) {
      for (auto& lease : *leases) {
        gate_.unsettle(lease.question->name.wire());
        want(lease, out);
      }
    }
  }
}

void DemandTable::ask(const DemandGate::Ask& ask, Monotonic now, DemandActions& out) {
  const auto at = questions_.try_emplace(text_of(ask.name.wire())).first;
  auto& question = at->second;
  question.name = ask.name;
  question.refused = false;
  Part* first = nullptr;
  for (auto& part : parts_) {
    const bool leased = lease_of(question, part) != nullptr;
    auto keys = leased ? std::vector<ServiceKey>() : candidates_of(part, ask.name.wire());
    if (!leased && keys.empty()) continue;
    if (first == nullptr) first = &part;
    if (!leased && !begin(part, question, std::move(keys), now, out)) question.refused = true;
  }
  if (first == nullptr) {  // nobody could have it: true for as long as the configuration stands
    gate_.settle(ask.name.wire(), DemandGate::Found::Absent);
    (void)ask.mailbox->resume(ask.ticket);
    questions_.erase(at);
    return;
  }
  const bool asking = std::any_of(question.leases.begin(), question.leases.end(),
                                  [](const auto& lease) { return !lease->spoke(); });
  if (asking ? waiting_ >= kWaitersMost : question.refused) {
    refuse(ask, *first);
    if (question.leases.empty()) questions_.erase(at);
    return;
  }
  wait(question, ask, now);
  look(question);  // the worker's mark was lost, or it asked before it was set
}

void DemandTable::wait(Question& question, const DemandGate::Ask& ask, Monotonic now) {
  Duration budget{};
  for (const auto& lease : question.leases) {
    budget = std::max<Duration>(budget, lease->part->registry.options.on_query.budget);
    if (!lease->spoke()) ++lease->part->counts.asked;
  }
  question.waiters.push_back({ask.ticket, ask.mailbox, now + budget});
  waiting_questions_.insert(&question);
  ++waiting_;
}

/// False: a bound says no.
bool DemandTable::begin(Part& part, Question& question, std::vector<ServiceKey> keys, Monotonic now,
                        DemandActions& out) {
  if (part.asking.size() >= kAskingMost || waiting_ >= kWaitersMost || !take_token(now)) return false;
  auto& lease = part.asking.emplace_back();
  lease.part = &part;
  lease.question = &question;
  lease.keys = std::move(keys);
  lease.began = now;
  lease.ends = now + kAskingAtMost;
  question.leases.push_back(std::prev(part.asking.end()));
  for (const auto& key : lease.keys) {
    auto& wish = wishes_[key];
    if (++wish.leases == 1) watch(part, key, wish);
  }
  want(lease, out);
  return true;
}

/// Clients say any of a service's names, whichever was asked for first.
void DemandTable::watch(const Part& part, const ServiceKey& key, Wish& wish) {
  for (const auto& zone : part.registry.zones) {
    for (const auto& spelling : names::spellings(key, names::Layout::Nacos, zone).names)
      wish.marks.push_back(gate_.mark_of(spelling.name.wire()));
  }
  for (const auto mark : wish.marks) gate_.watch(mark);
}

/// Its zones are others now.
void DemandTable::watch_anew(const Part& part) {
  for (auto& [key, wish] : wishes_) {
    if (key.registry != part.registry.name) continue;
    unwatch(wish);
    wish.marks.clear();
    watch(part, key, wish);
  }
}

void DemandTable::unwatch(const Wish& wish) {
  for (const auto mark : wish.marks) gate_.unwatch(mark);
}

void DemandTable::want(Lease& lease, DemandActions& out) {
  lease.number = ++last_number_;
  lease.silent = lease.keys.size();
  lease.there = lease.shown = false;
  for (const auto& key : lease.keys) out.wanted.push_back({key, lease.question->name, lease.number});
}

void DemandTable::replied(const Name& name, std::uint64_t number, bool there, Monotonic now,
                          DemandActions& out) {
  const auto found = questions_.find(text_of(name.wire()));
  if (found == questions_.end()) return;
  auto& question = found->second;
  const auto each = std::find_if(question.leases.begin(), question.leases.end(),
                                 [&](const auto& lease) { return lease->number == number; });
  if (each == question.leases.end() || (*each)->silent == 0) return;
  const auto lease = *each;
  auto& part = *lease->part;
  lease->there = lease->there || there;
  if (--lease->silent > 0) return;
  const Duration idle = part.registry.options.on_query.idle;
  ++(lease->there ? part.counts.there : part.counts.absent);
  move(lease, lease->there ? Home::There : Home::Absent);
  lease->ends = now + (lease->there ? idle : std::min<Duration>(idle, kAbsentAtMost));
  if (lease->there) {
    out.published.push_back({question.name, number});
  } else {
    look(question);
  }
  limit(part, now, out);
}

void DemandTable::published(const DemandActions::Published& what) {
  const auto found = questions_.find(text_of(what.name.wire()));
  if (found == questions_.end()) return;
  for (const auto& lease : found->second.leases) {
    if (lease->number != what.number) continue;
    lease->shown = true;
    return look(found->second);
  }
}

/// What can be told to those who wait, and to the workers.
void DemandTable::look(Question& question) {
  bool asking = question.refused, shown = false;
  for (const auto& lease : question.leases) {
    asking = asking || !lease->spoke();
    shown = shown || lease->shown;
  }
  if (!asking) {
    const auto found = shown ? DemandGate::Found::There : DemandGate::Found::Absent;
    gate_.settle(question.name.wire(), found);
  }
  // One that has it is an answer, whatever the others will say; all that have it not are one too.
  if (shown || !asking) send_back(question);
}

void DemandTable::send_back(Question& question) {
  waiting_ -= question.waiters.size();
  for (const auto& waiter : question.waiters) (void)waiter.mailbox->resume(waiter.ticket);
  question.waiters.clear();
  waiting_questions_.erase(&question);
}

void DemandTable::move(Leases::iterator lease, Home home) {
  auto& part = *lease->part;
  const auto count = [&part](Home of) -> std::size_t* {
    if (of == Home::Asking) return nullptr;
    return of == Home::There ? &part.there_keys : &part.absent_keys;
  };
  if (auto* keys = count(lease->home)) *keys -= lease->keys.size();
  if (auto* keys = count(home)) *keys += lease->keys.size();
  auto& to = part.home(home);
  to.splice(to.end(), part.home(lease->home), lease);
  lease->home = home;
}

/// Two names may want one service (full and group form): it stays wanted for the other.
void DemandTable::end(Leases::iterator lease, DemandActions& out) {
  auto& question = *lease->question;
  auto& part = *lease->part;
  gate_.unsettle(question.name.wire());
  for (const auto& key : lease->keys) {
    const auto wish = wishes_.find(key);
    if (--wish->second.leases > 0) continue;
    unwatch(wish->second);
    wishes_.erase(wish);
    out.unwanted.push_back(key);
  }
  for (const auto& key : lease->keys) {  // of which some share a name with those that are gone
    const auto wish = wishes_.find(key);
    if (wish == wishes_.end()) continue;
    for (const auto mark : wish->second.marks) gate_.watch(mark);
  }
  question.leases.erase(std::find(question.leases.begin(), question.leases.end(), lease));
  if (question.leases.empty()) {
    send_back(question);
    questions_.erase(text_of(question.name.wire()));
  }
  move(lease, Home::Asking);  // takes its services out of the sums
  part.asking.erase(lease);
}

}  // namespace signpost
