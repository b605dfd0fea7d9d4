{{/* What is mounted, and where. */}}

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
