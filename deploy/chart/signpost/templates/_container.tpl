{{/* The container, its ports and probes. */}}

{{- define "signpost.container" -}}
{{- $config := include "signpost.config" . | fromYaml -}}
- name: signpost
  image: "{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}"
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [run, --config, /etc/signpost/signpost.yaml]
  env:
    - name: POD_NAME
      valueFrom: {fieldRef: {fieldPath: metadata.name}}
    - name: POD_IP
      {{- if .Values.nodeLocal.address }}
      value: {{ .Values.nodeLocal.address }}
      {{- else }}
      valueFrom: {fieldRef: {fieldPath: status.podIP}}
      {{- end }}
    {{- with .Values.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    {{- include "signpost.ports" (list $config.listen .Values.nodeLocal.address) | trim | nindent 4 }}
  {{- with include "signpost.probe" (list "livenessProbe" .Values.livenessProbe $config.listen.health "/health") | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with include "signpost.probe" (list "readinessProbe" .Values.readinessProbe $config.listen.ready "/ready") | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .Values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "signpost.security" . | nindent 4 }}
  volumeMounts:
    {{- include "signpost.mounts" . | nindent 4 }}
{{- end }}

{{/* (list LISTEN NODE-LOCAL-ADDRESS). Each number once: several addresses share a port. In the nodes' network a port that is named
here is one of the node, at every address: the scheduler would put no Pod beside us that has it too, such as NodeLocal DNSCache, nor
us beside that one. So what listens at an address of ours is not named there, but for metrics, whose Service wants the name. */}}
{{- define "signpost.ports" -}}
{{- $listen := merge (dict "dns" (first (first .).dns) "dns-tcp" (first (first .).dns)) (first .) -}}
{{- range $name := list "dns" "dns-tcp" "health" "ready" "metrics" }}
{{- if or (not (last $)) (eq $name "metrics") (not (include "signpost.host" (get $listen $name))) }}
- {name: {{ $name }}, containerPort: {{ include "signpost.port" (get $listen $name) }}, protocol: {{ ternary "UDP" "TCP" (eq $name "dns") }}}
{{- end }}
{{- end }}
{{- end }}

{{/* The address of one such as 169.254.20.11:8080; nothing where it is every address. */}}
{{- define "signpost.host" -}}
{{- $host := regexReplaceAll ":[0-9]+$" . "" | trimAll "[]" -}}
{{- if not (has $host (list "0.0.0.0" "::")) }}{{ $host }}{{ end -}}
{{- end }}

{{/* (list KEY VALUES ADDRESS PATH). At an address of one interface the probe asks there, not at the Pod's. */}}
{{- define "signpost.probe" -}}
{{- $probe := index . 1 -}}
{{- $host := include "signpost.host" (index . 2) -}}
{{- if $probe.enabled }}
{{ first . }}:
  httpGet:
    path: {{ last . }}
    port: {{ include "signpost.port" (index . 2) }}
    {{- with $host }}
    host: {{ . | quote }}
    {{- end }}
  {{- toYaml (omit $probe "enabled") | nindent 2 }}
{{- end }}
{{- end }}
