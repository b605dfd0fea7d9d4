{{/* Names, labels and selectors that the objects share. */}}

{{- define "signpost.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "signpost.fullname" -}}
{{- $name := include "signpost.name" . -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{ default $both .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "signpost.workload" -}}
{{ default (include "signpost.fullname" .) .Values.deployment.name }}
{{- end }}

{{- define "signpost.serviceName" -}}
{{ default (include "signpost.fullname" .) .Values.service.name }}
{{- end }}

{{- define "signpost.account" -}}
{{ default (ternary (include "signpost.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{/* What tells the Pods of this release from all others; it can never change. */}}
{{- define "signpost.selector" -}}
app.kubernetes.io/name: {{ include "signpost.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "signpost.podSelector" -}}
{{- if .Values.deployment.selector }}{{ toYaml .Values.deployment.selector }}{{ else }}{{ include "signpost.selector" . }}{{ end }}
{{- end }}

{{- define "signpost.labels" -}}
{{ include "signpost.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* metadata of an object: (list . NAME), or (list . NAME ANNOTATIONS). */}}
{{- define "signpost.metadata" -}}
{{- $root := first . -}}
name: {{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "signpost.labels" $root | nindent 2 }}
{{- include "signpost.annotations" (list $root (ternary (last .) dict (eq (len .) 3))) }}
{{- end }}

{{/* Those of all objects and those of this one: (list . ANNOTATIONS). Nothing where there are none. */}}
{{- define "signpost.annotations" -}}
{{- with mergeOverwrite (deepCopy (default dict (first .).Values.customAnnotations)) (default dict (last .)) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The same for an object of the whole cluster: its name holds the namespace, so that two releases do not
meet; once where both are the same. */}}
{{- define "signpost.clusterName" -}}
{{- $name := include "signpost.fullname" . -}}
{{- $both := ternary $name (printf "%s-%s" .Release.Namespace $name) (eq $name .Release.Namespace) -}}
{{ default $both .Values.clusterRole.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
