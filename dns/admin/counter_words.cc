#include "dns/admin/counter_words.h"

namespace signpost::admin {

// Switches, not tables: a word that is missing for a new enumerator is a warning, and so an error.

std::string_view word(Drop value) noexcept {
  switch (value) {
    case Drop::Short:
      return "short";
    case Drop::IsResponse:
      return "is_response";
    case Drop::SourcePortZero:
      return "source_port_zero";
    case Drop::Policy:
      return "policy";
    case Drop::Responder:
      return "responder";
    case Drop::SendFailed:
      return "send_failed";
    case Drop::ClientGone:
      return "client_gone";
    case Drop::TooOld:
      return "too_old";
  }
  return "other";
}

std::string_view word(Limited value) noexcept {
  switch (value) {
    case Limited::Dropped:
      return "dropped";
    case Limited::Truncated:
      return "truncated";
    case Limited::BadCookie:
      return "badcookie";
    case Limited::Logged:
      return "answered";
  }
  return "unknown";
}

std::string_view word(TcpEnd value) noexcept {
  switch (value) {
    case TcpEnd::Peer:
      return "peer";
    case TcpEnd::Idle:
      return "idle";
    case TcpEnd::SlowMessage:
      return "slow_message";
    case TcpEnd::SlowReader:
      return "slow_reader";
    case TcpEnd::BadLength:
      return "bad_length";
    case TcpEnd::Evicted:
      return "evicted";
    case TcpEnd::Refused:
      return "refused";
    case TcpEnd::Shutdown:
      return "shutdown";
  }
  return "other";
}

std::string_view word(Guard value) noexcept {
  switch (value) {
    case Guard::None:
      return "none";
    case Guard::Short:
      return "short";
    case Guard::IsResponse:
      return "is_response";
    case Guard::NoQuestion:
      return "no_question";
    case Guard::ManyQuestions:
      return "many_questions";
    case Guard::BadQuestion:
      return "bad_question";
    case Guard::ForeignRecords:
      return "foreign_records";
    case Guard::ManyAdditional:
      return "many_additional";
    case Guard::BadRecord:
      return "bad_record";
    case Guard::OptOwner:
      return "opt_owner";
    case Guard::SecondOpt:
      return "second_opt";
    case Guard::BadOption:
      return "bad_option";
    case Guard::BadCookie:
      return "bad_cookie";
    case Guard::TrailingOctets:
      return "trailing_octets";
    case Guard::BadSubnet:
      return "bad_subnet";
  }
  return "other";
}

std::string_view word(CookieState value) noexcept {
  switch (value) {
    case CookieState::None:
      return "ignored";
    case CookieState::ClientOnly:
      return "client_only";
    case CookieState::Valid:
      return "valid";
    case CookieState::Expired:
      return "expired";
    case CookieState::Invalid:
      return "invalid";
  }
  return "other";
}

}  // namespace signpost::admin
