{{/* The configuration: what is written in the values, and what the chart adds where nothing is written. */}}

{{/* signpost.yaml whole. Every template reads zones, registries and ports from here, never from the values. */}}
{{- define "signpost.config" -}}
{{- $config := deepCopy (default dict .Values.config) -}}
{{- if not $config.zones -}}
  {{- $_ := set $config "zones" (list (dict "name" "cluster.internal" "registry" "cluster")) -}}
  {{- $_ := set $config "registries" (default (dict "cluster" (dict "type" "kubernetes" "required" true)) $config.registries) -}}
{{- end -}}
{{- $_ := set $config "listen" (merge (default dict $config.listen) (include "signpost.listen" . | fromYaml)) -}}
{{- if not (hasKey $config "lameduck") }}{{ $_ := set $config "lameduck" "10s" }}{{ end -}}
{{- if not (or (hasKey $config "workers") (hasKey (default dict (default dict .Values.resources).limits) "cpu")) }}{{ $_ := set $config "workers" 2 }}{{ end -}}
{{- if and .Values.state.enabled (not $config.state_directory) }}{{ $_ := set $config "state_directory" "/var/lib/signpost" }}{{ end -}}
{{- if .Values.customConfigMap -}}
  {{- $mine := default list $config.include -}}
  {{- $_ := set $config "include" (append (ternary $mine (list $mine) (kindIs "slice" $mine)) "/etc/signpost-custom/*.yaml") -}}
{{- end -}}
{{- include "signpost.onOff" $config -}}
{{- toYaml $config -}}
{{- end }}

{{/* A node-local Signpost leaves the node's other addresses alone; metrics are scraped at the node's own. */}}
{{- define "signpost.listen" -}}
{{- $host := default "0.0.0.0" .Values.nodeLocal.address -}}
dns: {{ ternary (list (printf "%s:53" $host)) (list "0.0.0.0:1053" "[::]:1053") (ne .Values.nodeLocal.address "") | toJson }}
health: {{ $host }}:8080
ready: {{ $host }}:8181
metrics: 0.0.0.0:9153
admin: unix:/run/signpost/admin.sock
{{- end }}

{{/* Helm reads bare on and off as true and false (YAML 1.1); Signpost takes these words for all but three options. Changes
what it is given. */}}
{{- define "signpost.onOff" -}}
{{- $truths := list "required" "ready_from_state" "log_only" -}}
{{- range $key, $value := . -}}
  {{- if and (kindIs "bool" $value) (not (has $key $truths)) -}}
    {{- $_ := set $ $key (ternary "on" "off" $value) -}}
  {{- else if kindIs "map" $value -}}
    {{- include "signpost.onOff" $value -}}
  {{- else if kindIs "slice" $value -}}
    {{- range $value }}{{ if kindIs "map" . }}{{ include "signpost.onOff" . }}{{ end }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- end }}

{{/* The port of an address such as 0.0.0.0:8080 or [::]:8080. */}}
{{- define "signpost.port" -}}
{{ regexFind "[0-9]+$" . }}
{{- end }}

{{/* All registries: those of the configuration, and those that rbac.registries says stand elsewhere. {NAME: registry}. */}}
{{- define "signpost.registries" -}}
{{- $elsewhere := deepCopy (default dict .Values.rbac.registries) -}}
{{- include "signpost.onOff" $elsewhere -}}
{{- merge (default dict (include "signpost.config" . | fromYaml).registries) $elsewhere | toYaml -}}
{{- end }}

{{/* The registries that are this cluster itself, by the account of the Pods: {NAME: registry}. */}}
{{- define "signpost.here" -}}
{{- $here := dict -}}
{{- range $name, $registry := include "signpost.registries" . | fromYaml -}}
  {{- if and (eq $registry.type "kubernetes") (not $registry.kubeconfig) (not $registry.url) -}}
    {{- $_ := set $here $name $registry -}}
  {{- end -}}
{{- end -}}
{{- toYaml $here -}}
{{- end }}
