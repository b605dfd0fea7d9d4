// The commands that do not serve: they look at a configuration, or ask a running Signpost over its admin
// socket. Each prints its result on stdout, its troubles on stderr, and gives the exit code: 0 well, 1
// failed.
#pragma once

#include <string>

#include "dns/base/result.h"

namespace signpost {

/// Where a running Signpost listens: `socket` wins, otherwise listen.admin of the configuration.
struct Where {
  std::string config_path;
  std::string socket;  // empty: as the configuration says
};

/// The socket to ask.
Result<std::string> admin_socket_of(const Where& where);

int check(const std::string& config_path);
/// `key`: empty for all; without it in the two other forms.
int reference(const std::string& key, bool markdown, bool schema);
/// What changes from one configuration file to another; `every`: all records, however many. 0 also when
/// something differs.
int diff(const std::string& before, const std::string& after, bool every);
int status(const Where& where, bool json);
int explain(const Where& where, const std::string& name, const std::string& type, const std::string& client,
            bool json);
int dump(const Where& where, const std::string& zone);
int reload(const Where& where);
/// `level`: debug, info, warning or error; until the next reload.
int log_level(const Where& where, const std::string& level);
/// `target`: empty for all that is held, "cluster", or "cluster/shop/cart".
int release(const Where& where, const std::string& target, bool json);

/// `target`: "cluster/shop/cart"; `instance`: its id or an address. `length`: "10m", or empty: until undrain.
int drain(const Where& where, const std::string& target, const std::string& instance,
          const std::string& length, bool json);
int undrain(const Where& where, const std::string& target, const std::string& instance, bool json);

}  // namespace signpost
