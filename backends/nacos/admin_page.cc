#include "backends/nacos/admin_page.h"

#include <nlohmann/json.hpp>

#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string admin_list_target(std::string_view space, std::uint32_t page, std::size_t page_size) {
  return "/nacos/v3/admin/ns/service/list?namespaceId=" + form_encoded(space) +
         "&groupNameParam=&serviceNameParam=&ignoreEmptyService=false&withInstances=false&pageNo=" +
         std::to_string(page) + "&pageSize=" + std::to_string(page_size);
}

Result<AdminPage> read_admin_page(std::string_view body) {
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Error{"the answer is no JSON object"};
  const auto code = json.find("code");
  if (code == json.end() || *code != 0) return Error{"the answer has no code 0: " + text_of(json, "message")};
  const auto data = json.find("data");
  if (data == json.end() || !data->is_object()) return Error{"data is missing"};
  const auto total = data->find("totalCount");
  const auto items = data->find("pageItems");
  if (total == data->end() || !total->is_number_unsigned() || items == data->end() || !items->is_array()) {
    return Error{"totalCount or pageItems is missing"};
  }
  AdminPage page{total->get<std::size_t>(), {}};
  page.services.reserve(items->size());
  for (const auto& item : *items) {
    if (!item.is_object()) return Error{"pageItems holds what is no service"};
    ServiceName service{text_of(item, "groupName"), text_of(item, "name")};
    if (service.group.empty() || service.name.empty()) return Error{"a service has no name or no group"};
    page.services.push_back(std::move(service));
  }
  return page;
}

}  // namespace signpost::nacos
