{{/* The Pod, the same for a Deployment and a DaemonSet. */}}

{{- define "signpost.pod" -}}
{{- $here := include "signpost.here" . | fromYaml -}}
metadata:
  labels:
    {{- include "signpost.podSelector" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "signpost.account" . }}
  # A token only where the API server of this cluster is asked.
  automountServiceAccountToken: {{ not (empty $here) }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  dnsPolicy: {{ .Values.deployment.dnsPolicy }}
  {{- with .Values.deployment.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.nodeLocal.address }}
  hostNetwork: true
  {{- end }}
  {{- with include "signpost.priority" . }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "signpost.pullSecrets" . }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with include "signpost.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if or .Values.nodeLocal.address .Values.initContainers (include "signpost.hostPath" .) }}
  initContainers:
    {{- range list "signpost.addressContainer" "signpost.stateContainer" }}
    {{- with include . $ | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- with .Values.initContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    {{- include "signpost.container" . | nindent 4 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "signpost.volumes" . | nindent 4 }}
{{- end }}

{{/* The Pods' class, or nothing. helm takes a value that is null out of the values: so there is no default either. */}}
{{- define "signpost.priority" -}}
{{- $class := ternary "system-cluster-critical" "" .Values.isClusterService -}}
{{- if .Values.nodeLocal.address }}{{ $class = "system-node-critical" }}{{ end -}}
{{- if hasKey .Values "priorityClassName" }}{{ default $class .Values.priorityClassName }}{{ end -}}
{{- end }}

{{/* For every image of the chart. */}}
{{- define "signpost.pullSecrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Where Pods go. Default: a Deployment's on nodes of their own where there are enough (a rule that insists would leave the
new Pod of a rollout waiting for ever on as many nodes as replicas), a node-local one's on every node. */}}
{{- define "signpost.placement" -}}
{{- $apart := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" (include "signpost.podSelector" . | fromYaml)) -}}
{{- $wish := dict "weight" 100 "podAffinityTerm" $apart -}}
{{- $rule := dict "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list $wish)) -}}
{{- with default (ternary $rule dict (eq .Values.kind "Deployment")) .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{ ternary . (set (deepCopy .) "labelSelector" $apart.labelSelector) (hasKey . "labelSelector") | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $everywhere := list (dict "operator" "Exists") -}}
{{- $critical := list (dict "key" "CriticalAddonsOnly" "operator" "Exists") -}}
{{- with default (ternary $everywhere (ternary $critical list .Values.isClusterService) (ne .Values.nodeLocal.address "")) .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
