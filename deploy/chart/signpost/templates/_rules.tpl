{{/* What the registries of this cluster read, as rules of RBAC. Signpost lists and watches, and nothing else. */}}

{{/* The rules of some registries: (dict "registries" LIST "cluster" TRUTH "nodes" TRUTH). Namespaces are of the cluster, and
so are Nodes, which only `clients: {nodes: [..]}` looks at. */}}
{{- define "signpost.rules" -}}
{{- $core := list -}}
{{- $slices := false -}}
{{- $imports := false -}}
{{- range .registries -}}
  {{- $core = append $core "services" -}}
  {{- if $.cluster }}{{ $core = append $core "namespaces" }}{{ end -}}
  {{- if eq (toString .pods) "watch" }}{{ $core = append $core "pods" }}{{ end -}}
  {{- if ne (toString .endpoints) "off" }}{{ $slices = true }}{{ end -}}
  {{- if eq (toString .multicluster) "on" }}{{ $imports = true }}{{ end -}}
{{- end -}}
{{- if .nodes }}{{ $core = append $core "nodes" }}{{ end -}}
- apiGroups: [""]
  resources: {{ $core | uniq | sortAlpha | toJson }}
  verbs: [list, watch]
{{- if $slices }}
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- end }}
{{- if $imports }}
- apiGroups: [multicluster.x-k8s.io]
  resources: [serviceimports]
  verbs: [list, watch]
{{- end }}
{{- end }}

{{/* Registries of this cluster that watch all namespaces, as a list; and those that watch some, each namespace with its registries. */}}
{{- define "signpost.readers" -}}
{{- $everywhere := list -}}
{{- $some := dict -}}
{{- range $name, $registry := include "signpost.here" . | fromYaml -}}
  {{- if $registry.namespaces -}}
    {{- range $registry.namespaces }}{{ $_ := set $some . (append (default list (get $some .)) $registry) }}{{ end -}}
  {{- else -}}
    {{- $everywhere = append $everywhere $registry -}}
  {{- end -}}
{{- end -}}
{{- toYaml (dict "everywhere" $everywhere "some" $some) -}}
{{- end }}

{{/* Does a registry of this cluster say where clients are, by its Nodes? "yes" or nothing. */}}
{{- define "signpost.nodes" -}}
{{- $here := include "signpost.here" . | fromYaml -}}
{{- $clients := default dict (include "signpost.config" . | fromYaml).clients -}}
{{- $found := "" -}}
{{- range $clients.nodes }}{{ if hasKey $here . }}{{ $found = "yes" }}{{ end }}{{ end -}}
{{- $found -}}
{{- end }}
