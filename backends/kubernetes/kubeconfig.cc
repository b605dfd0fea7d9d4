// kubeconfig files: clusters, users and contexts by name. Unknown keys are other programs' and passed over.
#include <array>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "backends/kubernetes/account.h"
#include "config/report.h"

namespace signpost::kubernetes {
namespace {

/// RFC 4648 section 4, padding required, white space passed over; nullopt when it is none.
std::optional<std::string> base64_decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  std::size_t padding = 0;
  std::size_t count = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    ++count;
    if (c == '=') {
      ++padding;
      continue;
    }
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xff);
    }
  }
  if (count % 4 != 0 || padding > 2) return std::nullopt;
  return out;
}

class Kubeconfig {
 public:
  Kubeconfig(std::string path, YAML::Node root)
      : path_(std::move(path)), folder_(std::filesystem::path(path_).parent_path()), root_(std::move(root)) {}

  Result<Account> account(std::string context) const {
    if (!root_.IsMap()) return Error{path_ + ": takes a mapping with clusters, users and contexts"};
    if (context.empty()) context = text(root_["current-context"]);
    if (context.empty()) return Error{path_ + ": has no current-context: give context:"};
    const auto chosen = named("contexts", context, "context");
    if (!chosen) return chosen.error();
    const auto cluster = named("clusters", text((*chosen)["cluster"]), "cluster");
    if (!cluster) return cluster.error();
    YAML::Node user(YAML::NodeType::Map);
    if (const auto name = text((*chosen)["user"]); !name.empty()) {
      auto found = named("users", name, "user");
      if (!found) return found.error();
      user.reset(*found);
    }
    return account_of(*cluster, user);
  }

 private:
  static std::string text(const YAML::Node& node) {
    return node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
  }
  Error at(const YAML::Node& node, const std::string& what) const {
    const auto mark = node.Mark();  // counted from 0
    return Error{path_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": " +
                 what};
  }

  /// The `inner` mapping of the entry of that name in one of the lists.
  Result<YAML::Node> named(const char* list, const std::string& name, const char* inner) const {
    const auto entries = root_[list];
    std::vector<std::string> known;
    if (entries.IsDefined() && entries.IsSequence()) {
      for (const auto& entry : entries) {
        if (entry.IsMap()) known.push_back(text(entry["name"]));
        if (!entry.IsMap() || text(entry["name"]) != name) continue;
        if (entry[inner].IsDefined() && entry[inner].IsMap()) return YAML::Node(entry[inner]);
        return at(entry, "entry \"" + name + "\" has no " + inner + ": mapping");
      }
    }
    return Error{path_ + ": " + list + " has no entry named \"" + name + "\"" +
                 config::did_you_mean(name, {known.begin(), known.end()})};
  }

  /// `<key>-data` (base64) before `<key>` (a path), as kubectl does.
  Result<Secret> pem(const YAML::Node& section, const std::string& key,
                     follow::FileValue::Check check) const {
    if (const auto data = section[key + "-data"]; !text(data).empty()) {
      auto decoded = base64_decoded(text(data));
      if (!decoded) return at(data, key + "-data takes base64");
      return Secret::literal(std::move(*decoded));
    }
    if (const auto file = text(section[key]); !file.empty()) return Secret::file(resolved(file), check);
    return Secret();
  }
  std::string resolved(const std::string& file) const { return (folder_ / file).string(); }

  Result<void> refuse(const YAML::Node& section) const {
    static constexpr std::array<std::pair<const char*, const char*>, 6> kRefused{{
        {"exec",
         "exec credentials are refused (no program is started): use a token, tokenFile or client "
         "certificate"},
        {"auth-provider", "auth-provider is refused: use a token, tokenFile or client certificate"},
        {"username", "user names and passwords are refused: use a token, tokenFile or client certificate"},
        {"insecure-skip-tls-verify", "unverified TLS is refused: give certificate-authority"},
        {"proxy-url", "proxies are refused: give a server that is reached directly"},
        {"tls-server-name", "tls-server-name is refused: name the server as its certificate does"},
    }};
    for (const auto& [key, why] : kRefused) {
      const auto node = section[key];
      if (node.IsDefined() && !node.IsNull() && text(node) != "false") return at(node, why);
    }
    return {};
  }

  Result<Account> account_of(const YAML::Node& cluster, const YAML::Node& user) const {
    for (const auto& section : {cluster, user}) {
      if (auto good = refuse(section); !good) return good.error();
    }
    Account account;
    if (const auto file = text(user["tokenFile"]); !file.empty()) {
      account.token = Secret::file(resolved(file));
    } else if (auto token = text(user["token"]); !token.empty()) {
      account.token = Secret::literal(std::move(token));
    }
    auto ca = pem(cluster, "certificate-authority", &follow::holds_pem_certificate);
    auto certificate = pem(user, "client-certificate", &follow::holds_pem_certificate);
    auto key = pem(user, "client-key", nullptr);
    for (const auto* part : {&ca, &certificate, &key}) {
      if (!*part) return part->error();
    }
    if (certificate->present() != key->present())
      return at(user, "client-certificate and client-key go together");
    auto server = checked_server(text(cluster["server"]), account.token.present() || certificate->present());
    if (!server) return at(cluster, server.error().message);
    account.server = std::move(*server);
    account.ca = std::move(*ca);
    account.certificate = std::move(*certificate);
    account.key = std::move(*key);
    return account;
  }

  std::string path_;
  std::filesystem::path folder_;
  YAML::Node root_;
};

}  // namespace

Result<Account> kubeconfig_account(const std::string& path, const std::string& context) {
  follow::FileValue file(path);
  const auto content = file.get(Monotonic());
  if (!content) return Error{"kubeconfig " + content.error().message};
  try {  // yaml-cpp throws; nothing thrown leaves this room
    return Kubeconfig(path, YAML::Load(std::string(*content))).account(context);
  } catch (const YAML::Exception& error) {
    return Error{path + ":" + std::to_string(error.mark.line + 1) + ":" +
                 std::to_string(error.mark.column + 1) + ": " + error.msg};
  }
}

}  // namespace signpost::kubernetes
