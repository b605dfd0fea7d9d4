#include "dns/make_rules.h"

namespace signpost {

Rules make_rules(const config::Config& config) {
  Rules rules;
  rules.udp_size = config.edns_udp_size;
  return rules;
}

}  // namespace signpost
