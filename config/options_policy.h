// Options that say who answers when health alone would leave too few, and how new instances begin: the same
// words for a zone and for a composed service, whose structs have members of these names.
#pragma once

#include "config/config.h"
#include "config/option.h"

namespace signpost::config {

Value<std::uint32_t> percent();
Value<LastResort> last_resort();
Value<Milliseconds> ramp();
/// Rungs are climbed in one order; a list in another one would promise what does not happen.
void check_last_resort(Reader& reader, const Node& section, const std::vector<LastResort>& rungs);
/// `locality`: what is in force for the section.
void check_spill_over(Reader& reader, const Node& section, Locality locality);

template <class S>
Option<S> panic_threshold_option() {
  return option(
      "panic_threshold", &S::panic_threshold, percent(),
      "When fewer than so many percent of the instances are healthy enough, all of them answer but the "
      "terminating: better a dead address among living ones than all load on the last. 0: never.");
}
template <class S>
Option<S> last_resort_option() {
  return list(
      "last_resort", &S::last_resort, last_resort(),
      "When nobody is healthy enough, who answers instead, in this order. serving: the draining. any: "
      "all that the registry knows. last_known: those that were healthy last, with a TTL of 1 s. "
      "Weight 0, disabled and deleted ones never.",
      0);
}
template <class S>
Option<S> locality_option() {
  return option("locality", &S::locality,
                choice<Locality>({{"off", Locality::Off}, {"prefer", Locality::Prefer}}),
                "prefer: clients whose zone is known (`clients`) are answered from the instances of their "
                "zone; SRV has the others too, with priority 1.");
}
template <class S>
Option<S> spill_over_option() {
  return option("spill_over", &S::spill_over, whole<std::uint8_t>(0, 100, "percent"),
                "With `locality: prefer`: a zone answers its clients alone while at least so much of its "
                "known instances may answer, and one does; otherwise all zones do.");
}
template <class S>
Option<S> ramp_option() {
  return option("ramp", &S::ramp, ramp(),
                "A new instance gets its share little by little in so long, from a tenth on. Nacos instances "
                "with `warmup` and `timestamp` of Dubbo begin as these say. 0s: at once.");
}

}  // namespace signpost::config
