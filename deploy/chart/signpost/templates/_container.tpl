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
    {{- include "signpost.ports" $config.listen | nindent 4 }}
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

{{/* Each number once: several addresses share a port. */}}
{{- define "signpost.ports" -}}
{{- $dns := include "signpost.port" (first .dns) | int -}}
- {name: dns, containerPort: {{ $dns }}, protocol: UDP}
- {name: dns-tcp, containerPort: {{ $dns }}, protocol: TCP}
{{- range $name := list "health" "ready" "metrics" }}
- {name: {{ $name }}, containerPort: {{ include "signpost.port" (get $ $name) }}, protocol: TCP}
{{- end }}
{{- end }}

{{/* (list KEY VALUES ADDRESS PATH). At an address of one interface the probe asks there, not at the Pod's. */}}
{{- define "signpost.probe" -}}
{{- $probe := index . 1 -}}
{{- $host := regexReplaceAll ":[0-9]+$" (index . 2) "" | trimAll "[]" -}}
{{- if $probe.enabled }}
{{ first . }}:
  httpGet:
    path: {{ last . }}
    port: {{ include "signpost.port" (index . 2) }}
    {{- if not (has $host (list "0.0.0.0" "::")) }}
    host: {{ $host | quote }}
    {{- end }}
  {{- toYaml (omit $probe "enabled") | nindent 2 }}
{{- end }}
{{- end }}
