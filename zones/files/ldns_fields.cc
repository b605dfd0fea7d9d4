#include "zones/files/ldns_fields.h"

#include <memory>

#include "zones/files/ldns.h"

namespace signpost::files {
namespace {

const ldns_rr_descriptor* descriptor_of(std::uint16_t type) {
  // For a type without fields of its own ldns gives the ones of TYPE0.
  const auto* descriptor = ldns_rr_descript(type);
  return descriptor != nullptr && descriptor->_type == static_cast<ldns_rr_type>(type) ? descriptor : nullptr;
}

struct FreeRdf {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
struct FreeRr {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};

Octets octets_of(const ldns_rdf& rdf) {
  const auto* data = ldns_rdf_data(&rdf);
  return {data, data + ldns_rdf_size(&rdf)};
}

}  // namespace

std::optional<RRType> read_type(std::string_view text) {
  const auto word = lower(text);
  if (word.starts_with("type")) {
    const auto number = read_number(std::string_view(word).substr(4), 65535);
    if (!number) return std::nullopt;
    return static_cast<RRType>(*number);
  }
  const auto type = ldns_get_rr_type_by_name(word.c_str());
  if (type == 0) return std::nullopt;
  return static_cast<RRType>(type);
}

std::string type_text(RRType type) {
  const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)),
                                                         std::free);
  return text ? text.get() : "TYPE" + std::to_string(static_cast<unsigned>(type));
}

std::optional<Layout> layout_of(RRType type) {
  const auto number = static_cast<std::uint16_t>(type);
  const auto* descriptor = descriptor_of(number);
  if (descriptor == nullptr) return std::nullopt;
  return Layout{ldns_rr_descriptor_minimum(descriptor), ldns_rr_descriptor_maximum(descriptor), number};
}

Field field_of(const Layout& layout, std::size_t index) {
  const bool last = index + 1 == layout.most;
  switch (ldns_rr_descriptor_field_type(descriptor_of(layout.type), index)) {
    case LDNS_RDF_TYPE_DNAME:
      return Field::Name;
    case LDNS_RDF_TYPE_INT8:
      return Field::U8;
    case LDNS_RDF_TYPE_INT16:
      return Field::U16;
    case LDNS_RDF_TYPE_INT32:
      return Field::U32;
    case LDNS_RDF_TYPE_A:
      return Field::V4;
    case LDNS_RDF_TYPE_AAAA:
      return Field::V6;
    case LDNS_RDF_TYPE_PERIOD:
      return Field::Ttl;
    case LDNS_RDF_TYPE_TYPE:
      return Field::Type;
    case LDNS_RDF_TYPE_STR:
      return Field::String;
    case LDNS_RDF_TYPE_LONG_STR:
      return Field::LongString;
    case LDNS_RDF_TYPE_SVCPARAMS:
      return Field::Params;
    case LDNS_RDF_TYPE_HEX:
      return Field::Hex;
    case LDNS_RDF_TYPE_B64:
      return last ? Field::Joined : Field::Other;
    case LDNS_RDF_TYPE_NSEC:
    case LDNS_RDF_TYPE_LOC:
    case LDNS_RDF_TYPE_WKS:
    case LDNS_RDF_TYPE_IPSECKEY:
    case LDNS_RDF_TYPE_AMTRELAY:
      return last ? Field::Spaced : Field::Other;
    case LDNS_RDF_TYPE_HIP:
      return Field::Hip;
    case LDNS_RDF_TYPE_UNKNOWN:
    case LDNS_RDF_TYPE_NONE:
      return Field::None;
    default:
      return Field::Other;
  }
}

std::optional<Octets> read_by_ldns(const Layout& layout, std::size_t index, const std::string& text) {
  const auto type = ldns_rr_descriptor_field_type(descriptor_of(layout.type), index);
  const std::unique_ptr<ldns_rdf, FreeRdf> rdf(ldns_rdf_new_frm_str(type, text.c_str()));
  if (!rdf) return std::nullopt;
  return octets_of(*rdf);
}

bool is_whole(RRType type, const Octets& rdata) {
  if (descriptor_of(static_cast<std::uint16_t>(type)) == nullptr) return true;
  Octets wire;
  append_u16(wire, rdata.size());
  append(wire, rdata);
  const std::unique_ptr<ldns_rr, FreeRr> rr(ldns_rr_new());
  if (!rr) return false;
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
  std::size_t at = 0;
  if (ldns_wire2rdf(rr.get(), wire.data(), wire.size(), &at) != LDNS_STATUS_OK) return false;
  // ldns stops at what it does not understand and follows pointers: both come out different.
  Octets again;
  for (std::size_t i = 0; i < ldns_rr_rd_count(rr.get()); ++i)
    append(again, octets_of(*ldns_rr_rdf(rr.get(), i)));
  return again == rdata;
}

}  // namespace signpost::files
