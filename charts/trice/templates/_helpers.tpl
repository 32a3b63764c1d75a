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
{{- coalesce .Values.git.secretName .Values.git.ssh.secretName (printf "%s-git-deploy" (include "trice.fullname" .)) -}}
{{- end -}}

{{- define "trice.labels" -}}
app: flux
release: {{ .Release.Name }}
app.kubernetes.io/name: trice
{{- end -}}

{{/* A tag of fluxd's own image, as guides have it, names no image of ours: then it is the chart's version. */}}
{{- define "trice.image" -}}
{{- $tag := toString .Values.image.tag -}}
{{- if regexMatch "^(1\\.([0-9]|1[0-9]|2[0-5])\\.[0-9]+)?$" $tag -}}{{- $tag = .Chart.AppVersion -}}{{- end -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}

{{- define "trice.known_hosts" -}}
{{- printf "%s-ssh-config" (include "trice.fullname" .) -}}
{{- end -}}

{{/*
What this install does. One made with the values of the Helm Operator chart, with no repository, looks
after releases alone. What another running install in the namespace does already is left to it.
*/}}
{{- define "trice.features" -}}
{{- $wanted := .Values.features -}}
{{- if not $wanted -}}
{{- $wanted = list "sync" "release" "seal" "function" -}}
{{- if and .Values.helm.versions (not .Values.git.url) (not .Values.repositories) -}}
{{- $wanted = list "release" -}}
{{- end -}}
{{- if not .Values.helmOperator.create -}}{{- $wanted = without $wanted "release" -}}{{- end -}}
{{- if not .Values.sealedSecrets.enabled -}}{{- $wanted = without $wanted "seal" -}}{{- end -}}
{{- if not .Values.functions.enabled -}}{{- $wanted = without $wanted "function" -}}{{- end -}}
{{- $found := (lookup "apps/v1" "Deployment" .Release.Namespace "").items | default list -}}
{{- range $found -}}
{{- $labels := .metadata.labels | default dict -}}
{{- $isOther := and (eq (get $labels "app.kubernetes.io/name") "trice") (ne (get $labels "release") $.Release.Name) -}}
{{- if and $isOther (ne (.spec.replicas | default 0 | int) 0) -}}
{{- range (splitList "." (get $labels "trice.dev/features")) -}}
{{- if ne . "sync" -}}{{- $wanted = without $wanted . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join "," $wanted -}}
{{- end -}}

{{/* The flags of trice operator, one for each value that is set. */}}
{{- define "trice.args" -}}
- operator
- --log-format={{ .Values.logFormat }}
- --listen=:{{ .Values.service.port }}
- --gateway-listen=:{{ .Values.gateway.port }}
- --seal-listen=:{{ .Values.seal.port }}
- --features={{ include "trice.features" . }}
- --leader-elect-resource-name={{ include "trice.fullname" . }}
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
{{- if .Values.repositories }}
- --repositories=/etc/trice/repositories/repositories.yaml
{{- end }}
{{- if .Values.receiver.secretName }}
- --receiver-config=/etc/trice/receiver/fluxrecv.yaml
- --receiver-listen=:{{ .Values.receiver.port }}
{{- end }}
{{- if or .Values.gpgKeys.secretName .Values.gpgKeys.configMapName }}
- --git-gpg-key-import={{ compact (list (empty .Values.gpgKeys.secretName | ternary "" "/etc/trice/gpg/private") (empty .Values.gpgKeys.configMapName | ternary "" "/etc/trice/gpg/public")) | join "," }}
{{- end }}
{{- with .Values.git.httpsSecretName }}
- --git-https-secret={{ . }}
{{- end }}
{{- with .Values.sops.secretName }}
- --sops-secret={{ . }}
{{- end }}
{{- with .Values.connect }}
- --connect={{ . }}
{{- end }}
{{- with .Values.chartsSyncInterval }}
- --charts-sync-interval={{ . }}
{{- end }}
{{- with .Values.workers }}
- --workers={{ . }}
{{- end }}
{{- if .Values.logReleaseDiffs }}
- --log-release-diffs
{{- end }}
{{- if not .Values.updateChartDeps }}
- --update-chart-deps=false
{{- end }}
{{- with .Values.allowNamespace }}
- --allow-namespace={{ . }}
{{- end }}
{{- with .Values.git.defaultRef }}
- --git-default-ref={{ . }}
{{- end }}
{{- with .Values.helm.versions }}
- --enabled-helm-versions={{ . }}
{{- end }}
{{- with .Values.sealedSecrets }}
- --seal-namespace={{ .namespace }}
{{- with .secretName }}
- --key-prefix={{ . }}
{{- end }}
{{- if ne (toString .keyrenewperiod) "" }}
- --key-renew-period={{ .keyrenewperiod }}
{{- end }}
{{- with .keyttl }}
- --key-ttl={{ . }}
{{- end }}
{{- with .keycutofftime }}
- --key-cutoff-time={{ . }}
{{- end }}
{{- if not .updateStatus }}
- --update-status=false
{{- end }}
{{- if .skipRecreate }}
- --skip-recreate
{{- end }}
{{- with .additionalNamespaces }}
- --additional-namespaces={{ join "," . }}
{{- end }}
{{- end }}
{{- if .Values.ssh.known_hosts }}
- --ssh-known-hosts=/etc/trice/ssh/known_hosts
{{- end }}
{{- with .Values.additionalArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}
