// The options of each type of registry, beside `type` and `required`, which all have.
#pragma once

#include "config/config.h"
#include "config/option.h"

namespace signpost::config {

const Table<KubernetesRegistry>& kubernetes_table();
const Table<NacosRegistry>& nacos_table();
const Table<FileRegistry>& file_table();

}  // namespace signpost::config
