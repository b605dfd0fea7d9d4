{{/* The container's security context: what the values say, and with a port below 1024 the one capability that it needs. The
program's file in the image permits it, without which Kubernetes would give it to root alone. */}}
{{- define "signpost.security" -}}
{{- $context := deepCopy (default dict .Values.securityContext) -}}
{{- $low := false -}}
{{- range (include "signpost.config" . | fromYaml).listen.dns -}}
  {{- if lt (include "signpost.port" . | int) 1024 }}{{ $low = true }}{{ end -}}
{{- end -}}
{{- if $low -}}
  {{- $capabilities := default dict $context.capabilities -}}
  {{- $_ := set $capabilities "add" (append (default list $capabilities.add) "NET_BIND_SERVICE" | uniq) -}}
  {{- $_ := set $context "capabilities" $capabilities -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}
