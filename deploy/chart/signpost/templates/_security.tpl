{{/* Ports below 1024. A capability in the spec of a container comes to users other than root only with a file that has it,
which the image's has not. So a Pod in a network of its own gets the sysctl that makes such ports ordinary (safe, and allowed by
PodSecurity `restricted`); one in the node's network, where sysctls are the node's, is root with this one capability. */}}

{{/* "yes" if DNS is on such a port, or nothing. */}}
{{- define "signpost.lowPort" -}}
{{- $low := "" -}}
{{- range (include "signpost.config" . | fromYaml).listen.dns -}}
  {{- if lt (include "signpost.port" . | int) 1024 }}{{ $low = "yes" }}{{ end -}}
{{- end -}}
{{- $low -}}
{{- end }}

{{- define "signpost.podSecurity" -}}
{{- $context := deepCopy .Values.podSecurityContext -}}
{{- if and (include "signpost.lowPort" .) (not .Values.nodeLocal.address) -}}
  {{- $port := dict "name" "net.ipv4.ip_unprivileged_port_start" "value" "0" -}}
  {{- $_ := set $context "sysctls" (append (default list $context.sysctls) $port | uniq) -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}

{{/* Of the container. What the values say of the user comes first. */}}
{{- define "signpost.security" -}}
{{- $context := deepCopy .Values.securityContext -}}
{{- if and (include "signpost.lowPort" .) .Values.nodeLocal.address -}}
  {{- $context = merge $context (dict "runAsUser" 0 "runAsGroup" 0 "runAsNonRoot" false) -}}
  {{- $capabilities := default dict $context.capabilities -}}
  {{- $_ := set $capabilities "add" (append (default list $capabilities.add) "NET_BIND_SERVICE" | uniq) -}}
  {{- $_ := set $context "capabilities" $capabilities -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}
