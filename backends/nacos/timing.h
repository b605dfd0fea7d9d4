// The numbers of the protocol in one place (facts: Nacos 5.6, 5.8, 12).
#pragma once

#include <cstddef>
#include <cstdint>

#include "dns/base/clock.h"

namespace signpost::nacos::timing {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Duration kConnect = seconds(3);
inline constexpr Duration kRequest = seconds(3);   // a unary request; also server check and health check
inline constexpr Duration kSetupAck = seconds(5);  // SetupAckRequest comes after 30-124 ms (L7)
inline constexpr Duration kSetupSettle = milliseconds(20);  // no acknowledgement: usable after 4-9 ms (L7)
inline constexpr Duration kSetupGrace = seconds(1);         // so long a 301 means "not yet" (L7)
inline constexpr Duration kRepeat = milliseconds(50);       // after such a 301
inline constexpr Duration kSilence = seconds(5);  // then a health check: detection starts at 20 s (L1)
inline constexpr std::uint32_t kHealthTries = 3;
inline constexpr Duration kReconnectStep = milliseconds(100);
inline constexpr Duration kReconnectMost = seconds(5);
inline constexpr Duration kLasted = seconds(10);  // a connection that was ready so long was a good one
inline constexpr std::size_t kInFlight = 64;
inline constexpr Duration kForgetful = seconds(30);  // a restarted server lacks services for 20 s (L14)
inline constexpr std::size_t kAdminPage = 200;       // services: a page must not take 2 ms
inline constexpr Duration kAdminRetry = minutes(5);  // the admin list, after it was refused
inline constexpr int kPiece = 256;  // services dealt with in one step: a step must not take 2 ms
inline constexpr Duration kRetryFirst = milliseconds(500);
inline constexpr Duration kRetryMost = seconds(60);
inline constexpr Duration kPauseMost = seconds(5);    // of all requests, after 503: then one more try
inline constexpr Duration kRenewToken = seconds(60);  // at most one new login for a 403 in this time
inline constexpr Duration kWatchAgain = minutes(3);   // compare the fuzzy watch's keys (5.4)
inline constexpr Duration kWatchRetry = minutes(1);   // whether a server at its limits has room again
inline constexpr Duration kWatchFailing =
    minutes(30);  // a pattern at its limit is not tried again for so long
inline constexpr std::size_t kWatchPatterns =
    12;  // beside the one for everything; a server has 20 for all (L4)
inline constexpr Duration kWatchSync = seconds(10);  // first batch after 1.0 s (L4); wait no longer than this
inline constexpr Duration kGhost = seconds(35);      // our dead connection's pattern counts for 31 s (L6)
inline constexpr Duration kGhostRetry = seconds(5);
inline constexpr int kAuditsPerSecond = 50;  // of one connection: its server has other clients
inline constexpr std::size_t kAuditsInFlight = 4;
inline constexpr Duration kAuditGrace = seconds(10);  // for the push of the same change (L3, L8)

// HTTP v1
inline constexpr Duration kFetch = seconds(5);
inline constexpr std::size_t kFetchesInFlight = 16;
inline constexpr Duration kPoll = seconds(10);  // where a server does not say cacheMillis (3.3)
inline constexpr Duration kPollLeast = seconds(1);
inline constexpr Duration kPollMost = seconds(60);
inline constexpr Duration kHintLeast = seconds(1);  // between two readings that a datagram asked for (A15)
inline constexpr int kHintsASecond = 50;
inline constexpr std::uint32_t kFailuresInARow = 3;  // then the next server (A2)

// which of both
inline constexpr Duration kGrpcFirst =
    milliseconds(300);                                  // of gRPC alone; then the generation is asked for too
inline constexpr Duration kProbe = seconds(3);          // for its answer
inline constexpr Duration kProbeGap = seconds(5);       // while nothing is connected
inline constexpr Duration kProbeAgain = seconds(60);    // while HTTP v1 is polled: it may have been upgraded
inline constexpr Duration kGrpcPatience = seconds(15);  // a server that lives, and no gRPC: poll meanwhile
inline constexpr Duration kGrpcTrial = seconds(5);
inline constexpr Duration kTrialGap = seconds(15);  // after one in vain; doubles
inline constexpr Duration kTrialGapMost = minutes(10);

// The address server (4.8)
inline constexpr Duration kServerList = seconds(30);
inline constexpr Duration kServerListMissing = seconds(5);
inline constexpr Duration kServerListStep = milliseconds(100);
inline constexpr std::uint32_t kServerListTries = 5;

// A second opinion (opinion.h)
inline constexpr Duration kOpinionConnection = seconds(10);  // one read, at most
inline constexpr Duration kOpinionPause = seconds(10);       // from one read to the next
inline constexpr std::size_t kOpinionInFlight = 16;
inline constexpr std::size_t kOpinionGroups = 32;

inline constexpr std::uint32_t kMalformedInARow = 5;  // A17

}  // namespace signpost::nacos::timing
