import { starterTemplates } from './starter-templates.ts';

/**
 * The files of a new chart, by path; `CHART` stands for its name. The names and values keys are the
 * ones that `helm create` gives, so that advice written for it holds; the texts are our own.
 */
export const starterFiles: Readonly<Record<string, string>> = {
  'Chart.yaml': `apiVersion: v2
name: CHART
description: A Helm chart for Kubernetes

# An application is installed; a library only lends its templates to other charts.
type: application

# Version of this chart. Raise it with every change.
version: 0.1.0

# Version of what the chart installs. Quoted, for it need not be a number.
appVersion: "1.16.0"
`,
  'values.yaml': `# Values that the templates read. Others can be given with -f and --set.
replicaCount: 1

image:
  repository: nginx
  pullPolicy: IfNotPresent
  # The chart's appVersion when empty.
  tag: ""

imagePullSecrets: []
nameOverride: ""
fullnameOverride: ""

serviceAccount:
  create: true
  automount: true
  annotations: {}
  # Made of the release's name when empty.
  name: ""

podAnnotations: {}
podLabels: {}
podSecurityContext: {}
securityContext: {}

service:
  type: ClusterIP
  port: 80

ingress:
  enabled: false
  className: ""
  annotations: {}
  hosts:
    - host: chart-example.local
      paths:
        - path: /
          pathType: ImplementationSpecific
  tls: []

# A route of the Gateway API, in place of an ingress.
httpRoute:
  enabled: false
  annotations: {}
  parentRefs:
    - name: gateway
      sectionName: http
  hostnames:
    - chart-example.local
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /

resources: {}

livenessProbe:
  httpGet:
    path: /
    port: http
readinessProbe:
  httpGet:
    path: /
    port: http

autoscaling:
  enabled: false
  minReplicas: 1
  maxReplicas: 100
  targetCPUUtilizationPercentage: 80

volumes: []
volumeMounts: []
nodeSelector: {}
tolerations: []
affinity: {}
`,
  '.helmignore': `# What is not part of the chart, one pattern per line.
.DS_Store
.git/
.gitignore
.idea/
.vscode/
*.bak
*.orig
*.swp
*.tmp
*~
`,
  ...starterTemplates,
};
