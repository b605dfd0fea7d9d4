// From a registry's words to domain names and back: folding, spellings, precedence, address labels, reverse
// names. Everything here is pure. DESIGN.md section 2 is the specification.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "dns/base/ip_address.h"
#include "dns/base/result.h"
#include "dns/wire/name.h"

namespace signpost::names {

/// One label of a registry's word as a host name label: lower case, octets outside a-z 0-9 - become '-', runs
/// collapse, leading and trailing '-' go; over 63 octets the first 52, '-', and the first 40 bits of SHA-256
/// of `label` in hexadecimal. Empty when nothing is left. A '.' is an octet like others here.
std::string fold_label(std::string_view label);

/// The labels of a registry's name, first one first: dots break labels, each is folded, empty ones vanish.
/// Error: nothing is left.
Result<std::vector<std::string>> fold_name(std::string_view original);

/// "_http" for the port name "HTTP": '_' and the folded name (over 62 octets: its first 51, '-' and the
/// digits). Empty for a port without a name, or of whose name nothing is left: it has SRV at the service name
/// only.
std::string port_label(std::string_view port_name);

/// "10-0-0-1"; "fd00--3", "0--1", "fd00--0", "0--0". IPv6 in hexadecimal always, also ::ffff:0:0/96.
std::string address_label(const IpAddress& address);
/// The exact inverse: nullopt for everything that address_label() does not make.
std::optional<IpAddress> parse_address_label(std::string_view label) noexcept;

struct AddressPort {
  IpAddress address;
  std::uint16_t port = 0;
  friend bool operator==(const AddressPort&, const AddressPort&) = default;
};
/// "10-0-0-1-p8080".
std::string instance_label(const IpAddress& address, std::uint16_t port);
/// The exact inverse.
std::optional<AddressPort> parse_instance_label(std::string_view label) noexcept;

/// Groups of a Kubernetes registry's keys: a ServiceImport, and the Pods of a namespace; a Service has none.
inline constexpr std::string_view kImports = "clusterset", kPods = "pods";
/// Of Nacos; spelled `default-group` by definition, not by folding alone.
inline constexpr std::string_view kDefaultGroup = "DEFAULT_GROUP";

/// How a registry's services lie under a zone.
enum class Layout : std::uint8_t { Kubernetes, Nacos, File };
/// In order of precedence. Kubernetes and file have the full form only. The interface forms are other names
/// of a service that Dubbo registered (README.md): they come after every service's own names.
enum class Form : std::uint8_t { Full, Group, Bare, InterfaceFull, InterfaceGroup, InterfaceBare };
std::string_view to_string(Form form) noexcept;  // "full"

/// One name of a service.
struct Spelling {
  Name name;  // folded
  Form form = Form::Full;
  std::uint8_t dots_in_original = 0;  // in the service name; 255 stands for more as well
  /// Every word in it was spelled by the registry as it is here; in an interface form: it holds all that
  /// tells the service from others of its interface.
  bool exact = false;
  std::string original;  // the registry's words in the same order, joined by dots: "Cart.DEFAULT_GROUP"
};

/// Both empty: the zone does not show this kind of thing.
struct Spellings {
  std::vector<Spelling> names;       // full, group, bare, those of an interface; each name at most once
  std::vector<std::string> refused;  // one sentence for each form that cannot be published
};

/// Octets that the longest name below a service name may add to it: `<IPv6 address label>-p65535`, with its
/// length octet 1 + 39 + 7.
inline constexpr std::size_t kDerivedOctets = 47;
/// The same for this very service: its port names and host names may be longer.
std::size_t derived_octets(const ServiceState& state);

/// All names of a service in a zone that shows its registry. `zone.name` is legal (the configuration was
/// checked).
Spellings spellings(const ServiceKey& key, Layout layout, const config::Zone& zone,
                    std::size_t derived = kDerivedOctets);

/// A service that wants a name; looks at both.
struct Claim {
  const Spelling& spelling;
  const ServiceKey& key;
  std::size_t registry = 0;  // place of key.registry in the zone's list
};
/// The rules of precedence on one name, in their order; Same when both claims are of one service.
enum class Precedence : std::uint8_t { Own, Registry, Form, DefaultGroup, Dots, Exact, Bytes, Same };
/// For explain: "exact spelling first".
std::string_view to_string(Precedence rule) noexcept;

/// Which of two claims on one name comes first (less), and by which rule. A total order over services,
/// whatever the time of arrival.
std::pair<std::strong_ordering, Precedence> compare(const Claim& a, const Claim& b) noexcept;
bool precedes(const Claim& a, const Claim& b) noexcept;

/// "1.0.0.10.in-addr.arpa.", or 32 nibbles under "ip6.arpa." (RFC 1035, section 3.5; RFC 3596, section 2.5).
Name reverse_name(const IpAddress& address);

/// The addresses at or below a name in a reverse tree: [first, last], both of one family.
struct ReverseRange {
  IpAddress first;
  IpAddress last;
  std::uint8_t labels = 0;  // octets (IPv4, up to 4) or nibbles (IPv6, up to 32) that the name fixes
  /// The name of one address; otherwise an empty non-terminal, if any address in the range exists (N17).
  bool complete() const noexcept { return labels == (first.is_v4() ? 4 : 32); }
};
/// nullopt: not below in-addr.arpa or ip6.arpa, or with a label that no reverse_name() has ("010", "256",
/// "ab", a label too many). The two apexes themselves: the range of everything.
std::optional<ReverseRange> parse_reverse(NameView folded) noexcept;

}  // namespace signpost::names
