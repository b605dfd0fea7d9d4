// Where the fields of EndpointSlices and v1 Endpoints stand.
#include "backends/kubernetes/slice_visitor.h"

namespace signpost::kubernetes {

std::span<const JsonPath> SliceVisitor::slice_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"metadata labels kubernetes.io/service-name", kServiceLabel},
      {"metadata labels multicluster.kubernetes.io/service-name", kImportLabel},
      {"metadata labels multicluster.kubernetes.io/source-cluster", kClusterLabel},
      {"metadata labels endpointslice.kubernetes.io/managed-by", kManagedBy},
      {"metadata annotations", kPart},
      {"metadata annotations signpost.dns/weight", kWeight},
      {"metadata annotations endpoints.kubernetes.io/last-change-trigger-time", kTrigger},
      {"addressType", kAddressType},
      {"endpoints []", kEndpoint},
      {"endpoints [] addresses []", kAddress},
      {"endpoints [] conditions ready", kReady},
      {"endpoints [] conditions serving", kServing},
      {"endpoints [] conditions terminating", kTerminating},
      {"endpoints [] hostname", kHostName},
      {"endpoints [] nodeName", kNodeName},
      {"endpoints [] zone", kZone},
      {"endpoints [] hints", kHint},
      {"endpoints [] hints forZones", kHint},
      {"endpoints [] hints forZones []", kHint},
      {"endpoints [] hints forZones [] name", kForZone},
      {"endpoints [] targetRef", kTarget},
      {"endpoints [] targetRef kind", kTargetKind},
      {"endpoints [] targetRef name", kTargetName},
      {"endpoints [] targetRef namespace", kTargetNamespace},
      {"ports []", kPort},
      {"ports [] name", kPortName},
      {"ports [] port", kPortNumber},
      {"ports [] protocol", kPortProtocol},
  };
  return kPaths;
}

std::span<const JsonPath> SliceVisitor::endpoints_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"metadata annotations", kPart},
      {"metadata annotations endpoints.kubernetes.io/last-change-trigger-time", kTrigger},
      {"subsets []", kSubset},
      {"subsets [] addresses []", kEndpoint},
      {"subsets [] addresses [] ip", kAddress},
      {"subsets [] addresses [] hostname", kHostName},
      {"subsets [] addresses [] nodeName", kNodeName},
      {"subsets [] addresses [] targetRef", kTarget},
      {"subsets [] addresses [] targetRef kind", kTargetKind},
      {"subsets [] addresses [] targetRef name", kTargetName},
      {"subsets [] addresses [] targetRef namespace", kTargetNamespace},
      {"subsets [] notReadyAddresses []", kNotReadyEndpoint},
      {"subsets [] notReadyAddresses [] ip", kAddress},
      {"subsets [] notReadyAddresses [] hostname", kHostName},
      {"subsets [] notReadyAddresses [] nodeName", kNodeName},
      {"subsets [] notReadyAddresses [] targetRef", kTarget},
      {"subsets [] notReadyAddresses [] targetRef kind", kTargetKind},
      {"subsets [] notReadyAddresses [] targetRef name", kTargetName},
      {"subsets [] notReadyAddresses [] targetRef namespace", kTargetNamespace},
      {"subsets [] ports []", kPort},
      {"subsets [] ports [] name", kPortName},
      {"subsets [] ports [] port", kPortNumber},
      {"subsets [] ports [] protocol", kPortProtocol},
  };
  return kPaths;
}

}  // namespace signpost::kubernetes
