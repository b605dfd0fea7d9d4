// Who gets a name that several services want (DESIGN.md section 2).
#include "zones/synthesis/names.h"

namespace signpost::names {
namespace {

/// Not a name by Dubbo's interface.
bool is_own(const Claim& claim) { return claim.spelling.form <= Form::Bare; }

bool spells_default_group(const Claim& claim) {
  const auto form = claim.spelling.form;
  return form != Form::Bare && form != Form::InterfaceBare && claim.key.group == kDefaultGroup;
}

}  // namespace

std::string_view to_string(Precedence rule) noexcept {
  switch (rule) {
    case Precedence::Own:
      return "a service's own name before an interface's";
    case Precedence::Registry:
      return "registry listed earlier in the zone";
    case Precedence::Form:
      return "full form before group form before bare form";
    case Precedence::DefaultGroup:
      return "DEFAULT_GROUP owns default-group";
    case Precedence::Dots:
      return "fewer dots in the service name first";
    case Precedence::Exact:
      return "exact spelling first";
    case Precedence::Bytes:
      return "byte order of the registry's spelling";
    case Precedence::Same:
      return "same service";
  }
  return "same service";
}

std::pair<std::strong_ordering, Precedence> compare(const Claim& a, const Claim& b) noexcept {
  using Order = std::strong_ordering;
  if (const auto order = is_own(b) <=> is_own(a); order != Order::equal) return {order, Precedence::Own};
  if (const auto order = a.registry <=> b.registry; order != Order::equal)
    return {order, Precedence::Registry};
  if (const auto order = a.spelling.form <=> b.spelling.form; order != Order::equal)
    return {order, Precedence::Form};
  if (const auto order = spells_default_group(b) <=> spells_default_group(a); order != Order::equal) {
    return {order, Precedence::DefaultGroup};
  }
  if (const auto order = a.spelling.dots_in_original <=> b.spelling.dots_in_original; order != Order::equal) {
    return {order, Precedence::Dots};
  }
  if (const auto order = b.spelling.exact <=> a.spelling.exact; order != Order::equal)
    return {order, Precedence::Exact};
  for (const auto part : {&ServiceKey::name, &ServiceKey::group, &ServiceKey::space, &ServiceKey::registry}) {
    if (const auto order = a.key.*part <=> b.key.*part; order != Order::equal)
      return {order, Precedence::Bytes};
  }
  return {Order::equal, Precedence::Same};
}

bool precedes(const Claim& a, const Claim& b) noexcept { return compare(a, b).first < 0; }

}  // namespace signpost::names
