// Which names a service has under a zone.
#include <algorithm>
#include <cassert>

#include "backends/registry/dubbo_name.h"
#include "zones/synthesis/names.h"

namespace signpost::names {

namespace {

/// One of the registry's words that a name is made of, first one first.
struct Word {
  std::string_view original;
  bool may_differ = false;  // DEFAULT_GROUP is spelled `default-group` by definition: that is exact
};

std::string join(const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : ".") + label;
  return text;
}

/// DNS label of Kubernetes (RFC 1123): published as it is, also with "--" inside.
bool is_dns_label(std::string_view word) {
  const auto legal = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !word.empty() && word.size() <= kLabelOctetsMax && std::all_of(word.begin(), word.end(), legal) &&
         word.front() != '-' && word.back() != '-';
}

/// Puts the names of one service together under one zone.
class Speller {
 public:
  Speller(const ServiceKey& key, const config::Zone& zone, std::size_t derived)
      : key_(key), derived_(derived) {
    const auto apex = Name::parse(zone.name);
    assert(apex);
    if (apex) apex_ = apex->folded();
  }

  void add_folded(Form form, const std::vector<Word>& words) {
    std::vector<std::string> labels;
    auto spelling = blank(form);
    spelling.exact = true;
    for (const auto& word : words) {
      const auto folded = fold_name(word.original);
      if (!folded) return refuse(form, folded.error().message);
      if (!word.may_differ && join(*folded) != word.original) spelling.exact = false;
      labels.insert(labels.end(), folded->begin(), folded->end());
      spelling.original += (spelling.original.empty() ? "" : ".") + std::string(word.original);
    }
    add(std::move(spelling), labels);
  }

  /// `words`: what is readable of the service's name, then the registry's group and namespace. A name that
  /// the service has already is not said twice, and what cannot be spelled is left out: it has its own names.
  void add_interface(Form form, bool whole, const std::vector<std::string_view>& words) {
    std::vector<std::string> labels;
    auto spelling = blank(form);
    spelling.exact = whole;
    for (const auto word : words) {
      const auto folded = fold_name(word);
      if (!folded) return;
      labels.insert(labels.end(), folded->begin(), folded->end());
      spelling.original += (spelling.original.empty() ? "" : ".") + std::string(word);
    }
    add_once(std::move(spelling), labels);
  }

  void add_kubernetes(const config::Zone& zone) {
    using config::Layout;
    const bool pods = key_.group == kPods;
    if (pods && (zone.layout != Layout::Cluster || zone.pod_names == config::PodNames::Disabled)) return;
    if (!pods && (key_.group == kImports) != (zone.layout == Layout::Clusterset)) return;
    std::vector<std::string> labels{key_.space};
    if (!pods) labels.insert(labels.begin(), key_.name);
    for (const auto& word : labels) {
      if (!is_dns_label(word)) return refuse(Form::Full, "'" + word + "' is not a DNS label");
    }
    auto spelling = blank(Form::Full);
    spelling.exact = true;
    spelling.original = join(labels);
    if (zone.layout != Layout::External) labels.push_back(pods ? "pod" : "svc");
    add(std::move(spelling), labels);
  }

  Spellings take() { return std::move(result_); }

 private:
  Spelling blank(Form form) const {
    Spelling spelling;
    spelling.form = form;
    const auto dots = std::count(key_.name.begin(), key_.name.end(), '.');
    spelling.dots_in_original = static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(dots, 255));
    return spelling;
  }

  void refuse(Form form, const std::string& why) {
    result_.refused.push_back(key_.to_string() + ", " + std::string(to_string(form)) + " form: " + why);
  }

  void add_once(Spelling spelling, const std::vector<std::string>& labels) {
    auto& names = result_.names;
    const auto before = names.size();
    add(std::move(spelling), labels);
    if (names.size() == before) return;
    const auto same = [&names](const Spelling& other) { return other.name == names.back().name; };
    if (std::any_of(names.begin(), names.end() - 1, same)) names.pop_back();
  }

  void add(Spelling spelling, const std::vector<std::string>& labels) {
    std::size_t octets = apex_.size() + derived_;
    for (const auto& label : labels) octets += label.size() + 1;
    if (octets > kNameOctetsMax) {
      return refuse(spelling.form, join(labels) + '.' + apex_.to_string() +
                                       " is too long: the longest name below it would have " +
                                       std::to_string(octets) + " octets, and 255 are legal");
    }
    spelling.name = apex_;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) spelling.name.prepend(*label);
    result_.names.push_back(std::move(spelling));
  }

  const ServiceKey& key_;
  std::size_t derived_;
  Name apex_;
  Spellings result_;
};

/// What Dubbo registered is named once more without `providers:`, and once by its interface alone.
void spell_dubbo(Speller& speller, const ServiceKey& key, const config::Zone& zone, const DubboName& dubbo) {
  std::string all(dubbo.interface);
  for (const auto word : {dubbo.version, dubbo.group}) {
    if (!word.empty()) all.append(":").append(word);
  }
  const bool near = key.space == zone.default_namespace;
  const bool bare = near && key.group == zone.default_group;
  for (const std::string_view word : {std::string_view(all), dubbo.interface}) {
    const bool whole = word == all;
    speller.add_interface(Form::InterfaceFull, whole, {word, key.group, key.space});
    if (near) speller.add_interface(Form::InterfaceGroup, whole, {word, key.group});
    if (bare) speller.add_interface(Form::InterfaceBare, whole, {word});
  }
}

void spell_nacos(Speller& speller, const ServiceKey& key, const config::Zone& zone) {
  const Word service{key.name};
  const Word group{key.group, key.group == kDefaultGroup};
  const bool near = key.space == zone.default_namespace;
  speller.add_folded(Form::Full, {service, group, {key.space}});
  if (near) speller.add_folded(Form::Group, {service, group});
  if (near && key.group == zone.default_group) speller.add_folded(Form::Bare, {service});
  if (const auto dubbo = read_dubbo_name(key.name)) spell_dubbo(speller, key, zone, *dubbo);
}

}  // namespace

std::string_view to_string(Form form) noexcept {
  switch (form) {
    case Form::Full:
      return "full";
    case Form::Group:
      return "group";
    case Form::Bare:
      return "bare";
    case Form::InterfaceFull:
      return "full interface";
    case Form::InterfaceGroup:
      return "group interface";
    case Form::InterfaceBare:
      return "bare interface";
  }
  return "full";
}

std::size_t derived_octets(const ServiceState& state) {
  std::size_t octets = kDerivedOctets;
  if (state.kind == ServiceKind::Pods) return octets;  // whose own names are no labels here
  const auto look_at = [&octets](const std::vector<Port>& ports) {
    for (const auto& port : ports) {
      octets = std::max(octets, 1 + port_label(port.name).size() + 2 + to_string(port.protocol).size());
    }
  };
  look_at(state.ports);
  for (const auto& instance : state.instances) {
    look_at(instance.ports);
    octets = std::max(octets, 1 + instance.host_name.size());
    if (state.key.group ==
        kImports)  // <host>.<cluster>: at worst an IPv6 address and the whole of the cluster
      octets = std::max(octets, 2 + std::max(instance.host_name.size(), std::size_t{39}) +
                                    std::min(instance.cluster.size(), kLabelOctetsMax));
  }
  return octets;
}

Spellings spellings(const ServiceKey& key, Layout layout, const config::Zone& zone, std::size_t derived) {
  Speller speller(key, zone, derived);
  switch (layout) {
    case Layout::Kubernetes:
      speller.add_kubernetes(zone);
      break;
    case Layout::Nacos:
      spell_nacos(speller, key, zone);
      break;
    case Layout::File:
      speller.add_folded(Form::Full, {{key.name}});
      break;
  }
  return speller.take();
}

}  // namespace signpost::names
