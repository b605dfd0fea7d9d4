{{/* The container, its ports, probes and volumes. */}}

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
      valueFrom: {fieldRef: {fieldPath: status.podIP}}
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
    {{- include "signpost.security" (list .Values.securityContext $config.listen.dns) | nindent 4 }}
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

{{/* (list SECURITY_CONTEXT DNS_ADDRESSES): with the one capability that a port below 1024 needs. */}}
{{- define "signpost.security" -}}
{{- $context := deepCopy (first .) -}}
{{- $low := false -}}
{{- range last . }}{{ if lt (include "signpost.port" . | int) 1024 }}{{ $low = true }}{{ end }}{{ end -}}
{{- if $low -}}
  {{- $capabilities := default dict $context.capabilities -}}
  {{- $_ := set $capabilities "add" (append (default list $capabilities.add) "NET_BIND_SERVICE" | uniq) -}}
  {{- $_ := set $context "capabilities" $capabilities -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}

{{/* ConfigMaps are mounted as directories, never as single files: only then does the kubelet change them. */}}
{{- define "signpost.mounts" -}}
- {name: config, mountPath: /etc/signpost, readOnly: true}
{{- if .Values.customConfigMap }}
- {name: custom-config, mountPath: /etc/signpost-custom, readOnly: true}
{{- end }}
- {name: run, mountPath: /run/signpost}
{{- if .Values.state.enabled }}
- {name: state, mountPath: {{ (include "signpost.config" . | fromYaml).state_directory }}}
{{- end }}
{{- range .Values.extraSecrets }}
- {name: {{ .name }}, mountPath: {{ .mountPath }}, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "signpost.volumes" -}}
- name: config
  configMap: {name: {{ include "signpost.fullname" . }}}
{{- with .Values.customConfigMap }}
- name: custom-config
  configMap: {name: {{ . }}, optional: true}
{{- end }}
- name: run
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
{{- if .Values.state.enabled }}
- name: state
  {{- default (dict "emptyDir" (dict "sizeLimit" "256Mi")) .Values.state.volume | toYaml | nindent 2 }}
{{- end }}
{{- range .Values.extraSecrets }}
- name: {{ .name }}
  secret:
    secretName: {{ .name }}
    # The Pod's group reads it; as YAML has them, modes are decimal: 288 is 0440.
    defaultMode: {{ default 288 .defaultMode }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
