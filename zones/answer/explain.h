// Why an answer is what it is: the same look-up, policy and shares as the answer, with their reasons kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

struct Found;
struct Snapshot;

struct ExplainedInstance {
  std::string id;
  std::string addresses;  // "10.0.0.1, fd00::1"
  std::string ports;      // "8080/tcp http"
  std::string health;
  double weight = 0;
  bool eligible = false;
  std::string why;  // the rule that kept or dropped it
  double share_percent = 0;
  std::string groups =
      {};  // the groups that it is in, and their weights: "version v2: 10, member nacos/..: 90"
  std::string origin = {};  // of a composed service: what each registry says of it
};

struct ExplainedService {
  std::string key;  // "nacos/public/DEFAULT_GROUP/cart"
  std::string zone;
  std::string note;  // what else matters: pending, no eligible instance, SRV weights rounded ...
  std::vector<std::string> names;
  std::vector<std::string> losses;
  std::vector<ExplainedInstance> instances;
  std::vector<std::string> wishes =
      {};  // of annotations: taken, moved into bounds, not allowed, unable to act
  std::vector<std::string> remarks = {};  // of a composed service: who is missing, who answers for whom
};

struct Explanation {
  std::string question;  // "cart.demo.internal. A"
  std::string outcome;   // "NOERROR aa, 3 records", "SERVFAIL (EDE 14): registry cluster has not listed yet"
  std::vector<std::string> records;  // presentation format, stable order
  std::vector<std::string> notes;
  std::vector<ExplainedService> services;  // the winner first
  bool depends_on_client = false;          // and notes say on what of it
};

/// Any thread but a worker; takes no lock. `found`: by Builder::find() of this name. `client`: for whom,
/// where that matters.
Explanation explain(const Snapshot& snapshot, const Found& found, const Name& name, RRType type,
                    const std::optional<IpAddress>& client);

/// The text that `signpost explain` prints.
std::string to_text(const Explanation& explanation);

}  // namespace signpost
