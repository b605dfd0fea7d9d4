// The JSON Schema of the option tables.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "config/options.h"
#include "config/reference.h"

namespace signpost::config {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_text(std::int64_t min, std::int64_t max, const char* pattern) {
  return Json{{"anyOf", Json::array({Json{{"type", "integer"}, {"minimum", min}, {"maximum", max}},
                                     Json{{"type", "string"}, {"pattern", pattern}}})}};
}

Json plain(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::Text:
      // YAML takes 1.10 for a number and true for a truth value; to us both are text.
      if (shape.pattern.empty()) return Json{{"type", Json::array({"string", "number", "boolean"})}};
      return Json{{"type", "string"}, {"pattern", shape.pattern}};
    case Shape::Kind::Whole:
      return Json{{"type", "integer"}, {"minimum", shape.min}, {"maximum", shape.max}};
    case Shape::Kind::Decimal:
      return Json{{"type", "number"}, {"minimum", shape.min}, {"maximum", shape.max}};
    case Shape::Kind::Duration:
      return number_or_text((shape.min + 999) / 1000, shape.max / 1000, "^(0|[1-9][0-9]*)(ms|s|m|h)?$");
    case Shape::Kind::Size:
      return number_or_text(shape.min, shape.max, "^(0|[1-9][0-9]*)(KiB|MiB)?$");
    case Shape::Kind::Word:
      if (shape.words == std::vector<std::string>{"true", "false"}) return Json{{"type", "boolean"}};
      return Json{{"enum", shape.words}};
  }
  return Json::object();
}

Json scalar(const Shape& shape) {
  auto schema = plain(shape);
  if (shape.kind == Shape::Kind::Word || shape.words.empty()) return schema;
  return Json{{"anyOf", Json::array({Json{{"enum", shape.words}}, std::move(schema)})}};
}

Json list_of(Json item, std::size_t count_min) {
  if (count_min == 0) return Json{{"type", Json::array({"array", "null"})}, {"items", std::move(item)}};
  return Json{{"type", "array"}, {"items", std::move(item)}, {"minItems", count_min}};
}

Json words_with(Json each, std::size_t count_min) {
  Json schema{{"type", "object"}, {"additionalProperties", std::move(each)}};
  if (count_min > 0) schema["minProperties"] = count_min;
  return schema;
}

/// Makes the schema of each section from the lines directly below it.
class Writer {
 public:
  explicit Writer(const OptionLines& lines) : lines_(lines) {}

  Json section(const std::string& prefix, const std::string& type = {}) const {
    Json properties = Json::object();
    Json required = Json::array();
    add_keys(prefix, type, properties, required);
    return closed(std::move(properties), std::move(required));
  }

 private:
  /// The part of a path below `prefix`, when it is one key.
  static bool is_key_below(const std::string& path, const std::string& prefix) {
    return path.starts_with(prefix) && path.find_first_of(".[", prefix.size()) == std::string::npos;
  }

  void add_keys(const std::string& prefix, const std::string& type, Json& properties, Json& required) const {
    for (const auto& line : lines_) {
      if (!is_key_below(line.path, prefix) || (!line.type.empty() && line.type != type)) continue;
      const auto key = line.path.substr(prefix.size());
      properties[key] = property(line);
      if (line.required) required.push_back(key);
    }
  }

  static Json closed(Json properties, Json required) {
    Json schema{{"type", Json::array({"object", "null"})},
                {"properties", std::move(properties)},
                {"additionalProperties", false}};
    if (!required.empty()) {
      schema["type"] = "object";
      schema["required"] = std::move(required);
    }
    return schema;
  }

  Json property(const OptionLine& line) const {
    auto schema = body(line);
    const bool section = line.form == Form::Section || line.form == Form::Sections;
    schema["description"] = section ? line.help : line.help + " Takes " + line.takes + ".";
    if (line.form == Form::Scalar && !line.fallback.empty()) schema["default"] = fallback(line);
    return schema;
  }

  static Json fallback(const OptionLine& line) {
    if (line.shape.kind == Shape::Kind::Whole) {
      const auto number = Json::parse(line.fallback, nullptr, false);
      if (number.is_number_integer()) return number;
    }
    if (line.fallback == "true" || line.fallback == "false") return line.fallback == "true";
    return line.fallback;
  }

  Json body(const OptionLine& line) const {
    switch (line.form) {
      case Form::Scalar:
        return scalar(line.shape);
      case Form::List:
        return list_of(scalar(line.shape), line.count_min);
      case Form::ScalarOrList:
        return Json{
            {"anyOf", Json::array({scalar(line.shape), list_of(scalar(line.shape), line.count_min)})}};
      case Form::Section:
        return section(line.path + ".", line.type);
      case Form::Sections:
        return list_of(section(line.path + "[].", line.type), line.count_min);
      case Form::Names:
        return words_with(scalar(line.shape), line.count_min);
      case Form::NamedLists:
        return words_with(list_of(scalar(line.shape), 1), 0);
      case Form::Registries:
        return registries(line.path + ".<name>.");
    }
    return Json::object();
  }

  /// `type` decides which keys there are.
  Json registries(const std::string& prefix) const {
    Json each = Json::array();
    Json types = Json::array();
    std::set<std::string> seen;
    for (const auto& line : lines_) {
      if (line.type.empty() || !seen.insert(line.type).second) continue;
      types.push_back(line.type);
      Json properties = Json::object();
      Json required = Json::array();
      add_keys(prefix, line.type, properties, required);
      properties["type"] = Json{{"const", line.type}};
      const Json is_type{{"properties", {{"type", {{"const", line.type}}}}}, {"required", {"type"}}};
      each.push_back(Json{{"if", is_type}, {"then", closed(std::move(properties), std::move(required))}});
    }
    const Json one{{"type", "object"},
                   {"properties", {{"type", {{"enum", types}}}}},
                   {"required", {"type"}},
                   {"allOf", std::move(each)}};
    return Json{{"type", Json::array({"object", "null"})},
                {"additionalProperties", one},
                {"propertyNames", {{"minLength", 1}, {"maxLength", 63}}}};
  }

  const OptionLines& lines_;
};

}  // namespace

std::string json_schema() {
  const auto lines = all_options();
  auto root = Writer(lines).section("");
  root["type"] = "object";
  root.erase("required");  // an included file has a part of the keys
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "The configuration of Signpost"}};
  schema.update(root);
  return schema.dump(2) + "\n";
}

}  // namespace signpost::config
