{{/* What is to be done on a node before Signpost runs there: containers of root, with the one capability that it takes. */}}

{{/* Puts the link-local address on the node's loopback; it stays when the Pod goes (`ip address del` takes it away). */}}
{{- define "signpost.addressContainer" -}}
{{- with .Values.nodeLocal }}{{ if .address }}
- name: address
  image: "{{ .image.repository }}:{{ .image.tag }}"
  imagePullPolicy: {{ .image.pullPolicy }}
  command: [ip, address, replace, {{ .address }}/32, dev, lo]
  {{- include "signpost.rootWith" "NET_ADMIN" | nindent 2 }}
{{- end }}{{ end }}
{{- end }}

{{/* The path of the node that state is kept at, or nothing. */}}
{{- define "signpost.hostPath" -}}
{{- if .Values.state.enabled }}{{ with (default dict .Values.state.volume).hostPath }}{{ .path }}{{ end }}{{ end -}}
{{- end }}

{{/* Gives a directory of the node to the Pods' user: the kubelet makes it root's, and `fsGroup` is not for hostPath. Never one
that holds something of somebody else. */}}
{{- define "signpost.stateContainer" -}}
{{- $at := (include "signpost.config" . | fromYaml).state_directory -}}
{{- $contexts := mergeOverwrite (deepCopy (default dict .Values.podSecurityContext)) (default dict .Values.securityContext) -}}
{{- $user := ternary $contexts.runAsUser 65532 (hasKey $contexts "runAsUser") | int -}}
{{- $group := ternary $contexts.runAsGroup $user (hasKey $contexts "runAsGroup") | int -}}
{{- with include "signpost.hostPath" . }}
- name: state
  image: "{{ $.Values.state.image.repository }}:{{ $.Values.state.image.tag }}"
  imagePullPolicy: {{ $.Values.state.image.pullPolicy }}
  command:
    - sh
    - -c
    - |
      at={{ $at }}
      [ "$(stat -c %u $at)" != {{ $user }} ] || exit 0
      found=$(ls -A $at) && [ -z "$found" ] && chown {{ $user }}:{{ $group }} $at && exit 0
      echo "{{ . }} of this node is neither empty nor of user {{ $user }}: chown it there, or write another state.volume.hostPath.path" >&2
      exit 1
  {{- include "signpost.rootWith" "CHOWN" | nindent 2 }}
  volumeMounts:
    - {name: state, mountPath: {{ $at }}}
{{- end }}
{{- end }}

{{/* What both run with. */}}
{{- define "signpost.rootWith" -}}
securityContext:
  runAsNonRoot: false
  runAsUser: 0
  runAsGroup: 0
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL], add: [{{ . }}]}
resources:
  requests: {cpu: 10m, memory: 8Mi}
  limits: {cpu: 100m, memory: 16Mi}
{{- end }}
