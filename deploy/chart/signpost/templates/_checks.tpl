{{/* Values that are right one by one and wrong together. values.schema.json sees the others, and `signpost check` more. */}}

{{- define "signpost.checks" -}}
{{- $v := .Values -}}
{{- if and $v.hpa.enabled $v.autoscaler.enabled -}}
  {{- fail "hpa.enabled and autoscaler.enabled: both would set the replicas; enable one" -}}
{{- end -}}
{{- if and (eq $v.kind "DaemonSet") (or $v.hpa.enabled $v.autoscaler.enabled) -}}
  {{- fail "kind: a DaemonSet has one Pod on each node; hpa.enabled and autoscaler.enabled are for kind Deployment" -}}
{{- end -}}
{{- if and $v.nodeLocal.address (ne $v.kind "DaemonSet") -}}
  {{- fail "nodeLocal.address: only with kind: DaemonSet, since each node has the address for itself" -}}
{{- end -}}
{{- if and $v.prometheus.monitor.enabled (not $v.prometheus.service.enabled) -}}
  {{- fail "prometheus.monitor.enabled: a ServiceMonitor finds Pods through a Service; enable prometheus.service too" -}}
{{- end -}}
{{- if hasKey (default dict $v.files) "signpost.yaml" -}}
  {{- fail "files: signpost.yaml is made from `config`; take another name" -}}
{{- end -}}
{{- if and $v.hpa.enabled (gt (int $v.hpa.minReplicas) (int $v.hpa.maxReplicas)) -}}
  {{- fail (printf "hpa.minReplicas: %v is more than hpa.maxReplicas: %v" $v.hpa.minReplicas $v.hpa.maxReplicas) -}}
{{- end -}}
{{- if and $v.priorityQuota (not (include "signpost.priority" .)) -}}
  {{- fail "priorityQuota: the Pods have no priority class, and need no quota for one" -}}
{{- end -}}
{{- $requested := default dict (default dict $v.resources).requests -}}
{{- if and $v.hpa.enabled (not $v.hpa.metrics) (not $requested.cpu) -}}
  {{- fail "hpa.enabled: its default metric is a part of resources.requests.cpu, which is not there; write it, or hpa.metrics" -}}
{{- end -}}
{{- $written := default dict $v.config -}}
{{- if and $written.registries (not $written.zones) (not (hasKey $written.registries "cluster")) -}}
  {{- fail "config.zones: none is written, and the one that is served then is of a registry `cluster`, which config.registries has not" -}}
{{- end -}}
{{- include "signpost.networkChecks" $v -}}
{{- include "signpost.portCheck" (include "signpost.config" . | fromYaml).listen -}}
{{- include "signpost.stateChecks" . -}}
{{- include "signpost.endCheck" . -}}
{{- include "signpost.registryChecks" (include "signpost.config" . | fromYaml) -}}
{{- range $name, $_ := $v.rbac.registries -}}
  {{- if hasKey (default dict (include "signpost.config" $ | fromYaml).registries) $name -}}
    {{- fail (printf "rbac.registries: %q is in config.registries already; name only those that stand elsewhere" $name) -}}
  {{- end -}}
{{- end -}}
{{- end }}

{{/* What Kubernetes would pass over in silence. */}}
{{- define "signpost.networkChecks" -}}
{{- if and .nodeLocal.address .networkPolicy.enabled -}}
  {{- fail "networkPolicy.enabled: a NetworkPolicy has no power over Pods in the nodes' network, which nodeLocal.address brings" -}}
{{- end -}}
{{- if and .nodeLocal.address (eq .deployment.dnsPolicy "ClusterFirst") -}}
  {{- fail "deployment.dnsPolicy: in the nodes' network ClusterFirst means the node's resolver; write ClusterFirstWithHostNet" -}}
{{- end -}}
{{- if and .service.nodePort (eq .serviceType "ClusterIP") -}}
  {{- fail "service.nodePort: only with serviceType: NodePort or LoadBalancer" -}}
{{- end -}}
{{- if and (eq .deployment.dnsPolicy "None") (not (default dict .deployment.dnsConfig).nameservers) -}}
  {{- fail "deployment.dnsPolicy: None needs deployment.dnsConfig.nameservers" -}}
{{- end -}}
{{- end }}

{{/* Service, NetworkPolicy and container port are of one port; another one would answer nobody. Two listeners have two ports. */}}
{{- define "signpost.portCheck" -}}
{{- $first := include "signpost.port" (first .dns) -}}
{{- range .dns -}}
  {{- if ne (include "signpost.port" .) $first -}}
    {{- fail (printf "config.listen.dns: %s has another port than the first address; the Service leads to one port" .) -}}
  {{- end -}}
{{- end -}}
{{- $seen := dict -}}
{{- range $name := list "dns" "health" "ready" "metrics" "page" }}{{ with ternary (first $.dns) (get $ $name) (eq $name "dns") -}}
  {{- $port := include "signpost.port" . -}}
  {{- if eq $port "0" -}}
    {{- fail (printf "config.listen.%s: port 0 is a free one, which no Service, probe or scrape finds" $name) -}}
  {{- end -}}
  {{- $host := include "signpost.host" . -}}
  {{- range $other, $there := $seen -}}
    {{- $apart := and $host (include "signpost.host" $there) (ne $host (include "signpost.host" $there)) -}}
    {{- if and (eq (include "signpost.port" $there) $port) (not $apart) -}}
      {{- fail (printf "config.listen.%s: port %s is that of config.listen.%s already" $name $port $other) -}}
    {{- end -}}
  {{- end -}}
  {{- $_ := set $seen $name . -}}
{{- end }}{{ end -}}
{{- end }}

{{/* Each Pod's state is its own, and on a volume: the container's own files are read-only. */}}
{{- define "signpost.stateChecks" -}}
{{- $v := .Values -}}
{{- $volume := default dict $v.state.volume -}}
{{- $several := or (eq $v.kind "DaemonSet") (gt (int $v.replicaCount) 1) $v.hpa.enabled $v.autoscaler.enabled -}}
{{- if and $v.state.enabled $several $volume.persistentVolumeClaim -}}
  {{- fail "state.volume.persistentVolumeClaim: several Pods would write into one directory; take emptyDir, or replicaCount: 1" -}}
{{- end -}}
{{- if and $v.state.enabled (ne $v.kind "DaemonSet") $volume.hostPath -}}
  {{- fail "state.volume.hostPath: two Pods may meet on one node; only with kind: DaemonSet" -}}
{{- end -}}
{{- if and (default dict $v.config).state_directory (not $v.state.enabled) (not $v.extraVolumeMounts) -}}
  {{- fail "config.state_directory: without state.enabled there is no volume to keep anything on" -}}
{{- end -}}
{{- end }}

{{/* The kubelet kills what has not ended when the grace period is over. */}}
{{- define "signpost.endCheck" -}}
{{- $lameduck := (include "signpost.config" . | fromYaml).lameduck | toString -}}
{{- $unit := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000) (regexFind "[a-z]+$" $lameduck | default "s") -}}
{{- if ge (mul (regexFind "^[0-9]+" $lameduck | int) $unit) (mul 1000 .Values.terminationGracePeriodSeconds) -}}
  {{- fail (printf "config.lameduck: %s is not less than terminationGracePeriodSeconds: %v" $lameduck .Values.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- end }}

{{/* Every registry that the configuration names is in config.registries. With `include` they may be elsewhere. */}}
{{- define "signpost.registryChecks" -}}
{{- $known := keys (default dict .registries) | sortAlpha -}}
{{- $named := dict -}}
{{- range $i, $zone := .zones -}}
  {{- range concat (list (default "" $zone.registry)) (default list $zone.registries) -}}
    {{- if . }}{{ $_ := set $named . (printf "config.zones[%d]" $i) }}{{ end -}}
  {{- end -}}
  {{- range $service := $zone.services }}{{ range $service.members -}}
    {{- $_ := set $named .registry (printf "config.zones[%d].services" $i) -}}
  {{- end }}{{ end -}}
{{- end -}}
{{- range (default dict .clients).nodes }}{{ $_ := set $named . "config.clients.nodes" }}{{ end -}}
{{- range $name, $where := $named -}}
  {{- if and (not (has $name $known)) (not $.include) -}}
    {{- fail (printf "%s: no registry %q in config.registries, which has: %s" $where $name (default "none" (join ", " $known))) -}}
  {{- end -}}
{{- end -}}
{{- end }}
