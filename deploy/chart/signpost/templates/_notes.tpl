{{/* What NOTES.txt says of the zones, as other resolvers are told them, and of values that may not be meant. */}}

{{/* Names of zones, a list. A prefix of IPv4 on the border of an octet is its reverse zone; other prefixes are several zones or
long ones: `signpost.otherPrefixes`. */}}
{{- define "signpost.domains" -}}
{{- $names := list -}}
{{- range (include "signpost.config" . | fromYaml).zones -}}
  {{- $octets := splitList "." (first (splitList "/" .name)) -}}
  {{- if not (contains "/" .name) -}}
    {{- $names = append $names (trimSuffix "." .name | default ".") -}}
  {{- else if has (last (splitList "/" .name)) (list "8" "16" "24") | and (not (contains ":" .name)) -}}
    {{- $kept := div (last (splitList "/" .name) | int) 8 | int -}}
    {{- $names = append $names (printf "%s.in-addr.arpa" (slice $octets 0 $kept | reverse | join ".")) -}}
  {{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end }}

{{/* The prefixes that `signpost.domains` leaves out, a list. */}}
{{- define "signpost.otherPrefixes" -}}
{{- $others := list -}}
{{- range (include "signpost.config" . | fromYaml).zones -}}
  {{- $length := last (splitList "/" .name) -}}
  {{- if contains "/" .name | and (or (contains ":" .name) (not (has $length (list "8" "16" "24")))) -}}
    {{- $others = append $others .name -}}
  {{- end -}}
{{- end -}}
{{- toYaml $others -}}
{{- end }}

{{/* The first zone that is no reverse zone and not the root, or nothing. */}}
{{- define "signpost.searched" -}}
{{- $found := "" -}}
{{- range include "signpost.domains" . | fromYamlArray -}}
  {{- if and (not $found) (ne . ".") (not (hasSuffix ".arpa" .)) }}{{ $found = . }}{{ end -}}
{{- end -}}
{{- $found -}}
{{- end }}

{{/* A line for each of what may not be meant. */}}
{{- define "signpost.cautions" -}}
{{- if eq .Values.image.repository "signpost" }}
- The image signpost:{{ default .Chart.AppVersion .Values.image.tag }} is in no registry: nodes have to have it (deploy/image makes it), or image.repository says where it is.
{{- end }}
{{- with include "signpost.otherPrefixes" . | fromYamlArray }}
- kube-dns takes no prefix: its lines want the zones of {{ join " " . }} instead, which `signpost status` lists.
{{- end }}
{{- with include "signpost.namedHosts" . }}{{ if and (eq $.Values.deployment.dnsPolicy "Default") (not $.Values.deployment.dnsConfig) }}
- The node's resolver is asked for {{ . }}: if that is a name of the cluster, set deployment.dnsPolicy to {{ ternary "ClusterFirstWithHostNet" "ClusterFirst" (ne $.Values.nodeLocal.address "") }}.
{{- end }}{{ end }}
{{- with include "signpost.unreached" . }}
- No rule of networkPolicy.egress lets out to {{ . }}. Rules have the ports of Pods: unless these are other ones than their Services',
  nothing will be heard from there.
{{- end }}
{{- with include "signpost.unheard" . }}
- If {{ . }} is a Nacos of 1.x, the NetworkPolicy keeps its UDP pushes out, and changes are found by polling, within 10 s.
  networkPolicy.ingress lets them in; with udp_push: off no port is open for them.
{{- end }}
{{- with .Values.customConfigMap }}
- What ConfigMap {{ . }} brings is not known here: tell the cluster's DNS its zones too, and rbac.registries its registries
  of this cluster, for their rights.
{{- end }}
{{- if .Values.deployment.skipConfig }}
- ConfigMap {{ include "signpost.fullname" . }} is yours. Pods wait for it, and read its signpost.yaml; these lines are of `config`.
{{- end }}
{{- end }}
