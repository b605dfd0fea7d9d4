{{/* What registries call over the network, and what a NetworkPolicy makes of it: for NOTES.txt. */}}

{{/* A list of {host, ports, why}: one of the ports is called. The API server of this cluster has no host here, and neither
have servers that an address server names. */}}
{{- define "signpost.calls" -}}
{{- $calls := list -}}
{{- $here := include "signpost.here" . | fromYaml -}}
{{- range $name, $one := include "signpost.registries" . | fromYaml -}}
  {{- if hasKey $here $name -}}
    {{- $calls = append $calls (dict "host" "" "ports" (list 443 6443) "why" "the API server") -}}
  {{- end -}}
  {{- range list $one.url $one.address_server | compact -}}
    {{- $url := urlParse . -}}
    {{- $port := default (ternary "443" "80" (eq $url.scheme "https")) (regexFind "[0-9]+$" (trimPrefix $url.hostname $url.host)) -}}
    {{- $calls = append $calls (dict "host" $url.hostname "ports" (list (int $port)) "why" (printf "a URL of %s" $name)) -}}
  {{- end -}}
  {{- $protocol := toString $one.protocol -}}
  {{- range $server := ternary (list "") $one.servers (ne (toString (default "" $one.address_server)) "") -}}
    {{- $host := regexReplaceAll ":[0-9]+$" $server "" | trimAll "[]" -}}
    {{- $port := regexFind ":[0-9]+$" $server | trimPrefix ":" | default "8848" | int -}}
    {{- if or (eq $protocol "http") $one.username -}}
      {{- $calls = append $calls (dict "host" $host "ports" (list $port) "why" (printf "HTTP of %s" $name)) -}}
    {{- end -}}
    {{- if ne $protocol "http" -}}
      {{- $moved := add $port (ternary $one.grpc_port_offset 1000 (hasKey $one "grpc_port_offset")) | int -}}
      {{- $calls = append $calls (dict "host" $host "ports" (list (default $moved $one.grpc_port | int)) "why" (printf "gRPC of %s" $name)) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toYaml $calls -}}
{{- end }}

{{/* The hosts that a resolver is asked for: a text. */}}
{{- define "signpost.namedHosts" -}}
{{- $names := list -}}
{{- range include "signpost.calls" . | fromYamlArray -}}
  {{- if and (regexMatch "[a-zA-Z]" .host) (not (contains ":" .host)) }}{{ $names = append $names .host }}{{ end -}}
{{- end -}}
{{- $names | uniq | join " " -}}
{{- end }}

{{/* What no rule of networkPolicy.egress lets out to: a text. */}}
{{- define "signpost.unreached" -}}
{{- $rules := .Values.networkPolicy.egress -}}
{{- $missing := list -}}
{{- if and .Values.networkPolicy.enabled $rules -}}
  {{- range include "signpost.calls" . | fromYamlArray -}}
    {{- $open := "" -}}
    {{- range .ports }}{{ $open = print $open (include "signpost.letsOut" (list $rules "TCP" .)) }}{{ end -}}
    {{- if not $open }}{{ $missing = append $missing (printf "TCP %s (%s)" (join " or " .ports) .why) }}{{ end -}}
  {{- end -}}
  {{- if and (include "signpost.namedHosts" .) (not (include "signpost.letsOut" (list $rules "UDP" 53))) -}}
    {{- $missing = append $missing "UDP 53 (names of servers)" -}}
  {{- end -}}
  {{- range $zone := (include "signpost.config" . | fromYaml).zones }}{{ range $zone.checks -}}
    {{- /* A name of a port, or none, may be any: port 1 stands for them. */ -}}
    {{- $port := default "1" (regexFind "^[0-9]+$" (toString .port)) -}}
    {{- if not (include "signpost.letsOut" (list $rules "TCP" $port)) -}}
      {{- $missing = append $missing (printf "TCP %s (checks of %s)" (ternary "of instances" $port (eq $port "1")) $zone.name) -}}
    {{- end -}}
  {{- end }}{{ end -}}
{{- end -}}
{{- $missing | uniq | join ", " -}}
{{- end }}

{{/* (list RULES PROTOCOL PORT): "yes" where a rule lets out to that port, or nothing. Whom `to` chooses and what a port's name
stands for is not known here, and believed. */}}
{{- define "signpost.letsOut" -}}
{{- $protocol := index . 1 -}}
{{- $wanted := index . 2 | int -}}
{{- $found := "" -}}
{{- range first . -}}
  {{- if not .ports }}{{ $found = "yes" }}{{ end -}}
  {{- range .ports -}}
    {{- $any := or (not .port) (kindIs "string" .port) -}}
    {{- $within := and (ge $wanted (int .port)) (le $wanted (default .port .endPort | int)) -}}
    {{- if and (eq (default "TCP" .protocol) $protocol) (or $any $within) }}{{ $found = "yes" }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- $found -}}
{{- end }}

{{/* Nacos registries that UDP pushes of a Nacos 1.x would reach, but for a policy that lets none in: a text. */}}
{{- define "signpost.unheard" -}}
{{- $names := list -}}
{{- $open := include "signpost.letsOut" (list (concat .Values.networkPolicy.ingress (list)) "UDP" 40000) -}}
{{- if and .Values.networkPolicy.enabled (not $open) -}}
  {{- range $name, $one := include "signpost.registries" . | fromYaml -}}
    {{- $off := has (toString $one.udp_push) (list "off" "false") -}}
    {{- if and (eq $one.type "nacos") (ne (toString $one.protocol) "grpc") (not $off) }}{{ $names = append $names $name }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- join " " $names -}}
{{- end }}
