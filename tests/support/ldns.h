// ldns, the oracle of the tests. It defines `bool` and friends unless <stdbool.h> came first, and it is C.
#pragma once

#include <stdbool.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include <ldns/ldns.h>
}
#pragma GCC diagnostic pop
