// Renders a template and tells where each line comes from. In a project of your own the import is
// from 'trice/gotemplate'.
import { createEngine, functionTable, pathText } from '../../src/lib/gotemplate/index.ts';

const engine = createEngine({
  functions: {
    ...functionTable(),
    // A function of ours: runs another template, as Helm's include does.
    include: {
      params: ['string', 'any'],
      call: (name: string, dot: unknown) => engine.execute(name, dot),
    },
  },
});

engine.add('labels.tpl', '{{ define "labels" }}app: {{ .Values.name | quote }}{{ end }}');
engine.add(
  'service.yaml',
  `kind: Service
labels:
  {{- include "labels" . | nindent 2 }}
{{- if .Values.port }}
port: {{ .Values.port | int }}
{{- end }}`,
);

const traced = engine.executeTraced('service.yaml', { Values: { name: 'web', port: 8080 } });
for (const { text, place, reads } of traced.lines) {
  console.log(
    `${text.padEnd(16)} # ${place?.file}:${place?.line} ${reads.map(pathText).join(', ')}`.trimEnd(),
  );
}
