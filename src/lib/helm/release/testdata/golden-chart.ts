/** The chart of the releases in helm-secrets.json, which Helm 3.21 has stored. */
export const files: Readonly<Record<string, string>> = {
  'Chart.yaml': `apiVersion: v2
name: demo
version: 0.1.0
appVersion: "1.0"
description: All that a release keeps
type: application
keywords: [a, b]
home: https://example.com
sources: [https://example.com/source]
icon: https://example.com/icon.png
maintainers:
- {name: me, email: me@example.com}
annotations: {x: "y"}
kubeVersion: ">=1.20.0-0"
dependencies:
- {name: sub, version: 1.x.x, repository: "", condition: sub.enabled}
`,
  'values.yaml':
    'colour: red\ncount: 1\nratio: 0.5\nbig: 12345678901\nnothing: null\nlist: [1, two]\nsub: {size: 2}\n',
  'values.schema.json': '{"type": "object", "properties": {"colour": {"type": "string"}}}\n',
  'README.md': 'Words with "quotes", <tags> & more.\n',
  '.helmignore': '*.bak\n',
  'templates/NOTES.txt': 'It is {{ .Values.colour }}, revision {{ .Release.Revision }}.\n',
  'templates/_helpers.tpl': '{{ define "name" }}{{ .Release.Name }}-demo{{ end }}\n',
  'templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "name" . }}\ndata:\n  colour: {{ .Values.colour | quote }}\n  html: "<a & b>"\n',
  'templates/hook.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: hook
  annotations:
    helm.sh/hook: pre-install,post-upgrade
    helm.sh/hook-weight: "-2"
    helm.sh/hook-delete-policy: hook-succeeded,before-hook-creation
    helm.sh/hook-output-log-policy: hook-failed
`,
  'templates/test.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a-test\n  annotations: {helm.sh/hook: test}\n',
  'charts/sub/Chart.yaml': 'apiVersion: v1\nname: sub\nversion: 1.2.3\n',
  'charts/sub/values.yaml': 'size: 1\nenabled: true\n',
  'charts/sub/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sub\ndata:\n  size: {{ .Values.size | quote }}\n',
};
