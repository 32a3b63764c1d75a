{{- define "trice.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if or (contains $name .Release.Name) (contains "flux" .Release.Name) -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "trice.serviceAccountName" -}}
{{- default (include "trice.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "trice.secretName" -}}
{{- default (printf "%s-git-deploy" (include "trice.fullname" .)) .Values.git.secretName -}}
{{- end -}}

{{- define "trice.labels" -}}
app: flux
release: {{ .Release.Name }}
app.kubernetes.io/name: trice
{{- end -}}

{{- define "trice.known_hosts" -}}
{{- printf "%s-ssh-config" (include "trice.fullname" .) -}}
{{- end -}}

{{/* The flags of trice operator, one for each value that is set. */}}
{{- define "trice.args" -}}
- operator
- --log-format={{ .Values.logFormat }}
- --listen=:{{ .Values.service.port }}
- --gateway-listen=:{{ .Values.gateway.port }}
- --seal-listen=:{{ .Values.seal.port }}
- --namespace={{ .Release.Namespace }}
- --data-dir=/var/trice
{{- with .Values.git }}
{{- if .url }}
- --git-url={{ .url }}
{{- end }}
- --git-branch={{ .branch }}
{{- if .path }}
- --git-path={{ .path }}
{{- end }}
{{- if .chartsPath }}
- --git-charts-path={{ .chartsPath }}
{{- end }}
{{- if .readonly }}
- --git-readonly
{{- else }}
- --git-user={{ .user }}
- --git-email={{ .email }}
{{- if .ciSkip }}
- --git-ci-skip
{{- end }}
{{- if .ciSkipMessage }}
- --git-ci-skip-message={{ .ciSkipMessage }}
{{- end }}
{{- end }}
{{- if .label }}
- --git-label={{ .label }}
{{- end }}
{{- if .setAuthor }}
- --git-set-author
{{- end }}
{{- if .signingKey }}
- --git-signing-key={{ .signingKey }}
{{- end }}
{{- if .verifySignatures }}
- --git-verify-signatures
{{- end }}
{{- if .verifySignaturesMode }}
- --git-verify-signatures-mode={{ .verifySignaturesMode }}
{{- end }}
- --git-poll-interval={{ .pollInterval }}
- --git-timeout={{ .timeout }}
- --k8s-secret-data-key={{ .secretDataKey }}
{{- end }}
- --k8s-secret-name={{ include "trice.secretName" . }}
{{- if .Values.sync.state }}
- --sync-state={{ .Values.sync.state }}
{{- end }}
- --sync-timeout={{ .Values.sync.timeout }}
- --sync-interval={{ default .Values.git.pollInterval .Values.sync.interval }}
{{- if .Values.syncGarbageCollection.enabled }}
- --sync-garbage-collection
{{- end }}
{{- if .Values.syncGarbageCollection.dry }}
- --sync-garbage-collection-dry
{{- end }}
{{- if .Values.manifestGeneration }}
- --manifest-generation=true
{{- end }}
{{- if .Values.defaultNamespace }}
- --k8s-default-namespace={{ .Values.defaultNamespace }}
{{- end }}
{{- if .Values.allowedNamespaces }}
- --k8s-allow-namespace={{ join "," .Values.allowedNamespaces }}
{{- end }}
{{- with .Values.registry }}
{{- if .disableScanning }}
- --registry-disable-scanning
{{- else }}
- --automation-interval={{ default .automationInterval .pollInterval }}
{{- if .burst }}
- --registry-burst={{ .burst }}
{{- end }}
{{- if .rps }}
- --registry-rps={{ .rps }}
{{- end }}
{{- if .trace }}
- --registry-trace
{{- end }}
{{- if .includeImage }}
- --registry-include-image={{ .includeImage }}
{{- end }}
{{- if .excludeImage }}
- --registry-exclude-image={{ .excludeImage }}
{{- end }}
{{- if .useTimestampLabels }}
- --registry-use-labels={{ .useTimestampLabels }}
{{- end }}
{{- end }}
{{- if .insecureHosts }}
- --registry-insecure-host={{ .insecureHosts }}
{{- end }}
{{- end }}
{{- if .Values.sops.enabled }}
- --sops
{{- end }}
{{- if .Values.token }}
- --token={{ .Values.token }}
{{- end }}
{{- if .Values.ssh.known_hosts }}
- --ssh-known-hosts=/etc/trice/ssh/known_hosts
{{- end }}
{{- with .Values.additionalArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}
