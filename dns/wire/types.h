// The numbers of the DNS that this program uses by name (IANA "Domain Name System Parameters").
#pragma once

#include <cstddef>
#include <cstdint>

namespace signpost {

enum class RRType : std::uint16_t {
  A = 1,
  NS = 2,
  CNAME = 5,
  SOA = 6,
  PTR = 12,
  MX = 15,
  TXT = 16,
  AAAA = 28,
  SRV = 33,
  DNAME = 39,
  OPT = 41,
  DS = 43,
  RRSIG = 46,
  NSEC = 47,
  DNSKEY = 48,
  SVCB = 64,
  HTTPS = 65,
  NXNAME = 128,
  TKEY = 249,
  TSIG = 250,
  IXFR = 251,
  AXFR = 252,
  ANY = 255,
};

enum class RRClass : std::uint16_t { IN = 1, CH = 3, HS = 4, NONE = 254, ANY = 255 };

/// The low four bits travel in the header, the rest in OPT (BADVERS, BADCOOKIE).
enum class Rcode : std::uint16_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5,
  YxDomain = 6,
  NotAuth = 9,
  BadVers = 16,
  BadCookie = 23,
};

enum class Opcode : std::uint8_t { Query = 0, IQuery = 1, Status = 2, Notify = 4, Update = 5, Dso = 6 };

/// Options of OPT that mean something here.
enum class EdnsOption : std::uint16_t {
  Nsid = 3,            // RFC 5001
  ClientSubnet = 8,    // RFC 7871
  Cookie = 10,         // RFC 7873
  Keepalive = 11,      // RFC 7828
  ExtendedError = 15,  // RFC 8914
  ZoneVersion = 19,    // RFC 9660
};

/// Extended DNS Errors (RFC 8914, section 5.2; 30 from RFC 9824).
enum class ExtendedError : std::uint16_t {
  Other = 0,
  StaleAnswer = 3,
  NotReady = 14,
  Prohibited = 18,
  StaleNxDomain = 19,
  NotAuthoritative = 20,
  NotSupported = 21,
  NetworkError = 23,
  InvalidQueryType = 30,
};

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::size_t kNameOctetsMax = 255;  // RFC 1035, section 2.3.4, with length octets and root
inline constexpr std::size_t kLabelOctetsMax = 63;
inline constexpr std::size_t kMessageOctetsMax = 65535;
inline constexpr std::uint16_t kUdpSizeDefault = 1232;  // flag day 2020 (E8)
inline constexpr std::uint16_t kUdpSizeMax = 4096;      // the most that may be configured
inline constexpr std::uint16_t kOwnerPointer = 0xc00c;  // the question name, right after the header

}  // namespace signpost
